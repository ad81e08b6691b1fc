"""What comes in and what falls due by itself: incomes, rent, utilities, subscriptions, insurance."""

from dataclasses import dataclass
from datetime import date
from random import Random

from farthing.demo.accounts import CARD, CHECKING, ZLOTY
from farthing.demo.calendar import Period, banking_day_from, banking_day_until, month_end
from farthing.demo.journal import Entry, Journal

SALARY_RAISED = RENT_RAISED = 5
PRICE_RAISED = 7
LAST_CHARGED = 8
"""Months of the period, counted from none, from which or up to which something holds."""

_FLAT = (100,) * 12
_BY_LIGHT = (128, 118, 106, 96, 88, 82, 80, 84, 94, 106, 118, 132)
_BY_COLD = (178, 168, 140, 98, 62, 44, 40, 40, 52, 92, 136, 170)
"""Per cent of the usual price from January to December."""


@dataclass(frozen=True, slots=True)
class Salary:
    """A monthly pay on the banking day up to `day`, or the month's last; from the middle of the year on `raised`."""

    payee: str
    merchant: str
    cents: int
    day: int | None = None
    raised: int | None = None


@dataclass(frozen=True, slots=True)
class Bill:
    """A monthly charge; from the month `raised_from` on it costs `raised`, after the month `ends` it is gone."""

    merchant: str
    payee: str
    description: str
    category: str
    account: str
    day: int
    minor: int
    season: tuple[int, ...] = _FLAT
    raised_from: int | None = None
    raised: int = 0
    ends: int | None = None

    def price(self, index: int, month: date, rng: Random) -> int:
        minor = self.raised if self.raised_from is not None and index >= self.raised_from else self.minor
        if self.season is _FLAT:
            return minor
        return minor * self.season[month.month - 1] * rng.randint(96, 104) // 10_000


@dataclass(frozen=True, slots=True)
class Yearly:
    """What falls due once a year in a month and on a day; a negative amount comes in."""

    month: int
    day: int
    merchant: str
    payee: str
    description: str
    category: str
    account: str
    cents: int


SALARIES = (
    Salary("HAVELWERK SOFTWARE GMBH", "Havelwerk Software", 2_486_40, raised=2_623_15),
    Salary("STADTBIBLIOTHEK LINDENAUE", "Stadtbibliothek Lindenaue", 1_517_82, day=12),
)
BONUS = Yearly(11, 30, "Havelwerk Software", "HAVELWERK SOFTWARE GMBH", "WEIHNACHTSGELD", "Bonus", CHECKING, 1_850_00)

BILLS = (
    Bill("Hausverwaltung Spreegrün", "HAUSVERWALTUNG SPREEGRÜN GMBH", "DAUERAUFTRAG MIETE {:%m/%Y} WOHNUNG 3. OG LINKS",
         "Rent", CHECKING, 1, 1_184_00, raised_from=RENT_RAISED, raised=1_231_00),
    Bill("Stadtwerke Havelbogen", "STADTWERKE HAVELBOGEN AG", "SEPA-LASTSCHRIFT STROM {:%m/%Y} VERTRAG 7720418",
         "Electricity", CHECKING, 15, 68_00, _BY_LIGHT),
    Bill("Fernwärme Nordlicht", "FERNWAERME NORDLICHT EG", "SEPA-LASTSCHRIFT WAERME {:%m/%Y} KD-NR 30177",
         "Heating", CHECKING, 20, 92_00, _BY_COLD),
    Bill("Glasfaser Möwe", "GLASFASER MÖWE GMBH", "SEPA-LASTSCHRIFT INTERNET 250 {:%m/%Y} MREF GM-88213",
         "Internet & phone", CHECKING, 8, 39_90),
    Bill("Funkfalke", "FUNKFALKE MOBIL GMBH", "SEPA-LASTSCHRIFT 2 RUFNUMMERN {:%m/%Y} MREF FF-120934",
         "Internet & phone", CHECKING, 12, 27_98),
    Bill("Verkehrsverbund Havelbogen", "VERKEHRSVERBUND HAVELBOGEN", "SEPA-LASTSCHRIFT ABO {:%m/%Y} MONATSKARTE",
         "Public transport", CHECKING, 1, 63_00),
    Bill("Kraftwerkstatt", "KRAFTWERKSTATT SPORT UG", "SEPA-LASTSCHRIFT BEITRAG {:%m/%Y} MITGLIED 5518",
         "Sport", CHECKING, 5, 34_90),
    Bill("Kinolaterne", "KINOLATERNE STREAMING", "KINOLATERNE.EXAMPLE STREAMING {:%m/%y} 5232********2093",
         "Subscriptions", CARD, 11, 12_99, raised_from=PRICE_RAISED, raised=15_99),
    Bill("Tonspur", "TONSPUR MUSIC LTD", "TONSPUR MUSIC DUO {:%m/%y} DUBLIN IRL 5232********2093",
         "Subscriptions", CARD, 3, 14_99),
    Bill("Wolkenkeller", "WOLKENKELLER HOSTING", "WOLKENKELLER 200GB {:%m/%y} 5232********2093",
         "Subscriptions", CARD, 18, 2_99),
    Bill("Northlight Journal", "NORTHLIGHT JOURNAL", "NORTHLIGHT JOURNAL DIGITAL {:%m/%y} LONDON GBR 5232********2093",
         "Subscriptions", CARD, 22, 8_99, ends=LAST_CHARGED),
    Bill("Gazeta Mewa", "WYDAWNICTWO MEWA SP. Z O.O.", "OBCIĄŻENIE CYKLICZNE GAZETA MEWA ŁĄCZNIE {:%m/%Y}",
         "Subscriptions", ZLOTY, 9, 24_90),
    Bill("Bank Bursztyn", "BANK BURSZTYN S.A.", "OPŁATA ZA PROWADZENIE RACHUNKU {:%m/%Y}",
         "Fees & taxes", ZLOTY, 28, 6_00),
)  # fmt: skip

YEARLY = (
    Yearly(1, 10, "Elbstern Versicherung", "ELBSTERN VERSICHERUNG AG", "SEPA-LASTSCHRIFT KFZ-VERSICHERUNG {:%Y}",
           "Insurance", CHECKING, 468_72),
    Yearly(4, 14, "Elbstern Versicherung", "ELBSTERN VERSICHERUNG AG", "SEPA-LASTSCHRIFT HAUSRAT UND GLAS {:%Y}",
           "Insurance", CHECKING, 118_40),
    Yearly(9, 16, "Elbstern Versicherung", "ELBSTERN VERSICHERUNG AG", "SEPA-LASTSCHRIFT PRIVATHAFTPFLICHT {:%Y}",
           "Insurance", CHECKING, 63_10),
    Yearly(2, 16, "Hauptzollamt", "HAUPTZOLLAMT", "SEPA-LASTSCHRIFT KFZ-STEUER {:%Y} KZ B-XX 0000",
           "Fees & taxes", CHECKING, 122_00),
    Yearly(6, 18, "Finanzamt", "FINANZAMT", "ERSTATTUNG EINKOMMENSTEUER {:%Y} STNR **/***/*****",
           "Other income", CHECKING, -386_54),
    Yearly(10, 6, "Lernfuchs", "LERNFUCHS LANGUAGES LTD", "LERNFUCHS JAHRESABO POLNISCH {:%Y} 5232********2093",
           "Subscriptions", CARD, 71_99),
    Yearly(12, 9, "Tafel am Kanal", "TAFEL AM KANAL E.V.", "UEBERWEISUNG SPENDE {:%Y}",
           "Gifts & donations", CHECKING, 80_00),
    Yearly(3, 4, "Bank Havelbogen", "BANK HAVELBOGEN EG", "JAHRESPREIS KREDITKARTE {:%Y} 5232********2093",
           "Fees & taxes", CARD, 29_00),
)  # fmt: skip


def keep_house(journal: Journal, rng: Random) -> None:
    """Write down every income and every bill of the period."""
    period = journal.period
    for index, month in enumerate(period.months):
        journal.add(*(_salary(salary, index, month) for salary in SALARIES))
        journal.add(*(_bill(bill, index, period, rng) for bill in BILLS if bill.ends is None or index <= bill.ends))
        journal.add(*(_yearly(yearly, month) for yearly in YEARLY if yearly.month == month.month))
        if month.month == BONUS.month:
            journal.add(_bonus(month))


def _salary(salary: Salary, index: int, month: date) -> Entry:
    due = month.replace(day=salary.day) if salary.day else month_end(month)
    cents = salary.raised if salary.raised and index >= SALARY_RAISED else salary.cents
    return Entry(
        account=CHECKING,
        date=banking_day_until(due),
        minor=cents,
        description=f"LOHN/GEHALT {month:%m/%Y} {salary.payee}",
        payee=salary.payee,
        merchant=salary.merchant,
        category="Salary",
    )


def _bonus(month: date) -> Entry:
    return Entry(
        account=CHECKING,
        date=banking_day_until(month.replace(day=BONUS.day)),
        minor=BONUS.cents,
        description=f"{BONUS.description} {month:%Y} {BONUS.payee}",
        payee=BONUS.payee,
        merchant=BONUS.merchant,
        category=BONUS.category,
    )


def _bill(bill: Bill, index: int, period: Period, rng: Random) -> Entry:
    month = period.month(index)
    due = month.replace(day=bill.day)
    return Entry(
        account=bill.account,
        date=due if bill.account == CARD else banking_day_from(due),
        minor=-bill.price(index, month, rng),
        description=bill.description.format(month),
        payee=bill.payee,
        merchant=bill.merchant,
        category=bill.category,
        note="Cancelled, this was the last charge" if index == bill.ends else None,
        may_pend=bill.account == CARD,
    )


def _yearly(yearly: Yearly, month: date) -> Entry:
    return Entry(
        account=yearly.account,
        date=banking_day_from(month.replace(day=yearly.day)),
        minor=-yearly.cents,
        description=yearly.description.format(month),
        payee=yearly.payee,
        merchant=yearly.merchant,
        category=yearly.category,
        tags=("tax",) if yearly.category in {"Insurance", "Gifts & donations"} else (),
        may_pend=yearly.account == CARD,
    )
