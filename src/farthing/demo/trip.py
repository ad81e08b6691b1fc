"""Ten days by the Baltic Sea: a foreign account filled before, two cards used there, a fee afterwards."""

from dataclasses import dataclass
from datetime import date, time, timedelta
from random import Random

from farthing.demo.accounts import CARD, CHECKING, ZLOTY
from farthing.demo.calendar import Period, banking_day_from, month_end
from farthing.demo.exchange import Rate, bought_abroad, rate
from farthing.demo.journal import Entry, Journal
from farthing.demo.wording import purchase
from farthing.kernel.money import to_text

DAYS = 10
TAG = "Gdańsk"
_JULY = 7
_TOP_UP = 300_00
_FEE = 175
"""What the card takes for foreign money, in ten-thousandths of the amount."""


@dataclass(frozen=True, slots=True)
class Expense:
    """What is paid on a day of the trip, counted from none, in grosze give or take a tenth, as prices end."""

    day: int
    hour: int
    account: str
    merchant: str
    spelled: str
    category: str
    grosze: int


EXPENSES = (
    Expense(0, 7, CARD, "Koleje Bursztynowe", "KOLEJE BURSZTYNOWE BERLIN-GDAŃSK", "Tickets & sights", 638_00),
    Expense(0, 17, ZLOTY, "Taxi Neptun", "TAXI NEPTUN GDAŃSK", "Public transport", 38_00),
    Expense(0, 19, CARD, "Restauracja Pod Żurawiem", "REST. POD ŻURAWIEM GDAŃSK", "Restaurants", 164_00),
    Expense(1, 8, ZLOTY, "Sklepik U Żubra", "SKLEPIK U ŻUBRA 3318 GDAŃSK", "Groceries", 57_40),
    Expense(1, 10, CARD, "Muzeum Bursztynu i Morza", "MUZEUM BURSZTYNU I MORZA GDAŃSK", "Tickets & sights", 78_00),
    Expense(1, 15, ZLOTY, "Kawiarnia Filiżanka", "KAWIARNIA FILIŻANKA GDAŃSK", "Cafés", 43_00),
    Expense(2, 9, ZLOTY, "Piekarnia Złoty Kłos", "PIEKARNIA ZŁOTY KŁOS GDAŃSK", "Bakery", 24_60),
    Expense(2, 13, ZLOTY, "Smażalnia Mewa", "SMAŻALNIA MEWA SOPOT", "Restaurants", 96_00),
    Expense(2, 18, CARD, "Galeria Mariacka Nić", "GALERIA NIĆ GDAŃSK", "Gifts & donations", 212_00),
    Expense(3, 8, ZLOTY, "Sklepik U Żubra", "SKLEPIK U ŻUBRA 3318 GDAŃSK", "Groceries", 63_10),
    Expense(3, 11, ZLOTY, "Żegluga Zatokowa", "ŻEGLUGA ZATOKOWA HEL", "Tickets & sights", 124_00),
    Expense(3, 18, CARD, "Tawerna Kotwica", "TAWERNA KOTWICA HEL", "Restaurants", 178_00),
    Expense(4, 10, ZLOTY, "Kawiarnia Filiżanka", "KAWIARNIA FILIŻANKA GDAŃSK", "Cafés", 39_00),
    Expense(4, 15, CARD, "Księgarnia Syrenka", "KSIĘGARNIA SYRENKA GDAŃSK", "Books", 89_80),
    Expense(5, 9, ZLOTY, "Rowery Wydma", "ROWERY WYDMA SOPOT", "Tickets & sights", 110_00),
    Expense(5, 14, ZLOTY, "Lody Śnieżka", "LODY ŚNIEŻKA SOPOT", "Cafés", 28_00),
    Expense(5, 19, CARD, "Pierogarnia Babie Lato", "PIEROGARNIA BABIE LATO GDAŃSK", "Restaurants", 126_00),
    Expense(6, 8, ZLOTY, "Sklepik U Żubra", "SKLEPIK U ŻUBRA 3318 GDAŃSK", "Groceries", 71_20),
    Expense(6, 12, CARD, "Apteka Pod Lwem", "APTEKA POD LWEM GDAŃSK", "Pharmacy", 46_50),
    Expense(7, 11, CARD, "Zamek nad Nogatem", "ZAMEK NAD NOGATEM BILETY MALBORK", "Tickets & sights", 140_00),
    Expense(7, 14, ZLOTY, "Bar Mleczny Kłosek", "BAR MLECZNY KŁOSEK MALBORK", "Restaurants", 52_00),
    Expense(8, 10, ZLOTY, "Hala Targowa Stragan 14", "HALA TARGOWA STRAGAN 14 GDAŃSK", "Groceries", 68_00),
    Expense(8, 18, CARD, "Restauracja Pod Żurawiem", "REST. POD ŻURAWIEM GDAŃSK", "Restaurants", 198_00),
    Expense(9, 7, CARD, "Pensjonat Róża Wiatrów", "PENSJONAT RÓŻA WIATRÓW GDAŃSK", "Accommodation", 2_340_00),
    Expense(9, 8, ZLOTY, "Piekarnia Złoty Kłos", "PIEKARNIA ZŁOTY KŁOS GDAŃSK", "Bakery", 31_20),
    Expense(9, 9, CARD, "Koleje Bursztynowe", "KOLEJE BURSZTYNOWE GDAŃSK-BERLIN", "Tickets & sights", 638_00),
)  # fmt: skip


def days_away(period: Period, rng: Random) -> tuple[date, ...]:
    """Ten days from a Saturday of the period's full July."""
    sixth = period.full_month_named(_JULY).replace(day=6)
    saturday = sixth + timedelta(days=(5 - sixth.weekday()) % 7 + 7 * rng.randrange(2))
    return tuple(saturday + timedelta(days=offset) for offset in range(DAYS))


def travel(journal: Journal, days: tuple[date, ...], rng: Random) -> None:
    """Write down the money changed before, what is paid on the way, and the card's fee at the month's end."""
    _top_up(journal, banking_day_from(days[0] - timedelta(days=4)), rate("PLN", rng))
    paid = [_paid(expense, days[expense.day], rng) for expense in EXPENSES]
    journal.add(*paid, _fee(days[-1], -sum(entry.minor for entry in paid if entry.account == CARD)))


def _top_up(journal: Journal, day: date, at_rate: Rate) -> None:
    note = f"{to_text(_TOP_UP, 'EUR')} EUR changed, 1 EUR = {at_rate} PLN"
    journal.transfer(
        Entry(
            account=CHECKING,
            date=day,
            minor=-_TOP_UP,
            description="AUSLANDSUEBERWEISUNG BANK BURSZTYN S.A. EIGENES KONTO PL** **** 1188",
            payee="BANK BURSZTYN S.A.",
            tags=(TAG,),
            note=note,
        ),
        Entry(
            account=ZLOTY,
            date=banking_day_from(day + timedelta(days=1)),
            minor=at_rate.minor(_TOP_UP),
            description=f"PRZELEW PRZYCHODZĄCY ZAGRANICZNY EUR KURS {at_rate}".replace(".", ","),
            payee="BANK HAVELBOGEN EG",
            tags=(TAG,),
            note=note,
        ),
    )


def _paid(expense: Expense, day: date, rng: Random) -> Entry:
    grosze = expense.grosze * rng.randint(90, 110) // 1000 * 10
    at = time(expense.hour, rng.randrange(60))
    if expense.account == CARD:
        return bought_abroad(
            day,
            grosze,
            rate("PLN", rng),
            spelled=expense.spelled,
            merchant=expense.merchant,
            category=expense.category,
            at=at,
            tags=(TAG,),
        )
    return Entry(
        account=expense.account,
        date=day,
        minor=-grosze,
        description=purchase(expense.account, expense.spelled, day),
        payee=expense.spelled,
        merchant=expense.merchant,
        category=expense.category,
        tags=(TAG,),
        at=at,
    )


def _fee(last_day: date, cents: int) -> Entry:
    return Entry(
        account=CARD,
        date=month_end(last_day),
        minor=-(cents * _FEE // 10_000),
        description=f"AUSLANDSEINSATZENTGELT 1,75% {last_day:%m/%Y} 5232********2093",
        payee="BANK HAVELBOGEN EG",
        merchant="Bank Havelbogen",
        category="Fees & taxes",
        tags=(TAG,),
    )
