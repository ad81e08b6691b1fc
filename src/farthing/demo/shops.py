"""Where the household shops, how often on which weekday, and what it leaves there."""

from dataclasses import dataclass

from farthing.demo.accounts import CARD, CASH, CHECKING

_ALL_YEAR = tuple(range(1, 13))


@dataclass(frozen=True, slots=True)
class Shop:
    """A place with its rhythm: the chance in per cent of a visit from Monday to Sunday, and the usual bill."""

    merchant: str
    spelled: str
    category: str
    account: str
    visits: str
    low: int
    high: int
    step: int = 1
    opens: int = 8
    closes: int = 18
    months: tuple[int, ...] = _ALL_YEAR

    @property
    def chances(self) -> list[int]:
        return [int(chance) for chance in self.visits.split()]


SHOPS = (
    # merchant, till, category, account, Monday to Sunday, lowest and highest bill, its step, opening and closing hour
    Shop("Frischhof", "FRISCHHOF MARKT FIL 0412", "Groceries", CHECKING, "10 6 20 6 25 85 0", 19_00, 79_00),
    Shop("Kornblume Bio", "KORNBLUME BIOMARKT 07", "Groceries", CHECKING, "0 20 0 22 0 0 0", 9_00, 36_00),
    Shop("Sparkorb", "SPARKORB SAGT DANKE 2281", "Groceries", CHECKING, "20 0 15 0 15 0 0", 7_00, 33_00),
    Shop("Delikatesy Wisła", "DELIKATESY WISŁA", "Groceries", CHECKING, "0 0 0 0 0 12 0", 11_00, 38_00),
    Shop("Bäckerei Morgenrot", "BAECKEREI MORGENROT", "Bakery", CHECKING, "9 9 9 9 11 46 42", 3_20, 9_90, 5, 6, 10),
    Shop("Café Zimtstern", "CAFÉ ZIMTSTERN", "Cafés", CARD, "10 12 10 12 12 24 20", 3_60, 11_80, 10, 8, 15),
    Shop("Kantine am Kanal", "KANTINE AM KANAL", "Restaurants", CHECKING, "0 36 0 38 0 0 0", 6_90, 11_50, 10, 10, 13),
    Shop("Drogerie Lindgrün", "DROGERIE LINDGRUEN 118", "Personal care", CHECKING, "0 0 10 0 0 25 0", 5_50, 31_00),
    Shop("Apotheke am Ring", "APOTHEKE AM RING", "Pharmacy", CHECKING, "6 0 0 6 0 3 0", 4_95, 34_00),
    Shop("Werkzeugkiste", "WERKZEUGKISTE BAUMARKT", "Household", CHECKING, "0 0 0 0 5 16 0", 7_90, 74_00,
         months=(3, 4, 5, 6, 9)),
    Shop("Trattoria Limone", "TRATTORIA LIMONE", "Restaurants", CARD, "0 0 0 0 22 26 6", 34_00, 82_00, 50, 17, 20),
    Shop("Saigon Garten", "SAIGON GARTEN", "Restaurants", CARD, "0 0 0 6 15 8 0", 22_00, 46_00, 50, 17, 20),
    Shop("Pierogarnia Łasuch", "PIEROGARNIA LASUCH", "Restaurants", CARD, "0 0 0 0 8 14 18", 24_00, 51_00, 50, 12, 19),
    Shop("Zum Goldenen Hecht", "GOLDENER HECHT", "Restaurants", CARD, "0 0 0 0 0 6 10", 38_00, 91_00, 50, 11, 14),
    Shop("Tankhof Süd", "TANKHOF SÜD SB-TANKEN", "Fuel", CARD, "0 0 0 0 18 0 14", 38_00, 74_00),
    Shop("Krambox", "KRAMBOX MARKTPLATZ", "Household", CARD, "8 8 8 8 4 0 12", 8_90, 58_00),
    Shop("Fadenhaus", "FADENHAUS MODE", "Clothes", CARD, "0 0 0 2 2 9 0", 24_90, 119_00, 5),
    Shop("Buchhandlung Seitenweise", "BUCHHDLG SEITENWEISE", "Books", CARD, "0 0 0 4 0 9 0", 9_90, 42_00, 5),
    Shop("Volt & Draht", "VOLT+DRAHT ELEKTRO", "Electronics", CARD, "0 0 0 0 0 4 0", 14_90, 129_00, 10),
    Shop("Lichtspiel Astra", "LICHTSPIEL ASTRA", "Culture", CARD, "0 0 0 0 6 8 4", 19_00, 36_00, 50, 16, 20),
    Shop("Rollerflitz", "ROLLERFLITZ*FAHRT", "Public transport", CARD, "0 0 3 0 8 10 3", 2_90, 11_40, 1, 9, 20),
    Shop("Schwimmhalle Nord", "SCHWIMMHALLE NORD", "Sport", CARD, "0 0 0 8 0 0 10", 9_00, 16_00, 50, 9, 17),
    Shop("Spielzeug Purzelbaum", "SPIELZEUG PURZELBAUM", "Gifts & donations", CARD, "0 0 8 8 12 30 0", 16_90, 74_00, 10,
         months=(12,)),
    Shop("Wochenmarkt am Kanal", "Gemüse und Käse", "Groceries", CASH, "0 0 0 0 0 62 0", 9_00, 27_00, 50, 8, 12),
    Shop("Späti Eckstern", "Späti", "Groceries", CASH, "0 0 4 0 12 10 10", 2_50, 9_50, 10, 16, 20),
    Shop("Salon Kamm & Schere", "Haarschnitt", "Personal care", CASH, "0 3 0 3 3 0 0", 28_00, 52_00, 100, 9, 16),
    Shop("Flohmarkt am Wasserturm", "Flohmarkt", "Household", CASH, "0 0 0 0 0 0 14", 4_00, 32_00, 100, 9, 13,
         months=(3, 4, 5, 6, 7, 8, 9, 10)),
    Shop("Eisdiele Schneekönig", "Eis", "Cafés", CASH, "0 0 5 0 8 16 24", 3_60, 10_80, 10, 12, 17,
         months=(5, 6, 7, 8, 9)),
    Shop("Weihnachtsmarkt am Turm", "Glühwein und Waffeln", "Restaurants", CASH, "0 0 8 8 18 22 18", 8_00, 26_00, 50,
         15, 19, months=(12,)),
)  # fmt: skip
