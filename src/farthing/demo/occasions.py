"""What happens once: a repair, a dentist's bill, a return, a receipt of several kinds, and lines nobody can place."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import date, time, timedelta
from random import Random

from farthing.demo.accounts import CARD, CASH, CHECKING, SAVINGS
from farthing.demo.banking import Side, move
from farthing.demo.calendar import Period, banking_day_from
from farthing.demo.exchange import bought_abroad, rate
from farthing.demo.journal import Entry, Journal
from farthing.demo.wording import purchase

REPAIR = 1_486_20
FROM_SAVINGS = 1_200_00
DENTIST, REIMBURSED = 486_40, 291_84
RETURNED = 119_90
COFFEE = 3_80


@dataclass(frozen=True, slots=True)
class Order:
    """An order from another country, in a month of the period and in its own currency."""

    index: int
    day: int
    currency: str
    minor: int
    merchant: str
    spelled: str
    category: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """A supermarket receipt and its parts in cents."""

    index: int
    day: int
    parts: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Riddle:
    """A line that nobody has placed yet, so many days ago."""

    days_ago: int
    account: str
    spelled: str
    cents: int


ORDERS = (
    Order(2, 13, "GBP", 54_00, "Harbour & Finch", "HARBOUR+FINCH KNITWEAR LONDON GBR", "Clothes"),
    Order(3, 21, "PLN", 689_00, "Meble Dąbrowa", "MEBLE DĄBROWA ŁÓŻKO GOŚCINNE KRAKÓW POL", "Furniture"),
    Order(8, 6, "GBP", 23_50, "The Inkwell Bookshop", "THE INKWELL BOOKSHOP YORK GBR", "Books"),
    Order(10, 24, "PLN", 189_00, "Meble Dąbrowa", "MEBLE DĄBROWA NARZUTA NA ŁÓŻKO KRAKÓW POL", "Furniture"),
)

RECEIPTS = (
    Receipt(1, 12, (("Groceries", 71_36), ("Household", 18_49), ("Personal care", 9_95))),
    Receipt(5, 22, (("Groceries", 58_12), ("Clothes", 24_99))),
    Receipt(9, 26, (("Groceries", 83_07), ("Household", 12_78), ("Gifts & donations", 19_99))),
)

RIDDLES = (
    Riddle(1, CARD, "ZETTELPAY*MK HANDEL 88231", 23_40),
    Riddle(2, CARD, "K+L SERVICES 0049301", 14_00),
    Riddle(5, CHECKING, "VERKAUFSAUTOMAT 7714", 2_50),
    Riddle(9, CARD, "ZETTELPAY*ATELIER SÜD", 46_00),
    Riddle(16, CHECKING, "PARTNER 2281 GMBH", 31_15),
    Riddle(24, CARD, "EU-SHOP24 ORDER 5510392", 38_70),
    Riddle(41, CARD, "ZETTELPAY*MK HANDEL 88231", 19_90),
    Riddle(73, CHECKING, "PARKRAUM P4 AUTOMAT", 6_00),
    Riddle(138, CARD, "HNDLSGES. M. NORD", 27_35),
)


def happen(journal: Journal, away: Container[date], rng: Random) -> None:
    """Write down every single occasion; those at home wait until the household is back from its trip."""
    home = _Home(journal.period, away)
    journal.add(*_dentist(home), *_return(home), *_coffees(home), _bicycle(home))
    journal.add(*(_order(order, home, rng) for order in ORDERS))
    journal.add(*(_receipt(receipt, home) for receipt in RECEIPTS))
    journal.add(*(_riddle(riddle, home) for riddle in RIDDLES))
    _repair(journal, home)


@dataclass(frozen=True, slots=True)
class _Home:
    period: Period
    away: Container[date]

    def day(self, index: int, number: int) -> date:
        """That day of a month of the period, or the next on which somebody is there."""
        return self.since(self.period.day(index, number))

    def since(self, day: date) -> date:
        while day in self.away:
            day += timedelta(days=1)
        return day


def _repair(journal: Journal, home: _Home) -> None:
    day = banking_day_from(home.day(4, 15))
    journal.add(
        Entry(
            account=CHECKING,
            date=day,
            minor=-REPAIR,
            description=f"UEBERWEISUNG RE {day:%Y}-1187 KFZ-WERKSTATT KOLBEN+KETTE GMBH",
            payee="KFZ-WERKSTATT KOLBEN+KETTE GMBH",
            merchant="Kolben & Kette",
            category="Car",
            note="Timing belt, water pump and both front brakes",
        )
    )
    move(
        journal,
        banking_day_from(day + timedelta(days=1)),
        FROM_SAVINGS,
        Side(SAVINGS, "UEBERWEISUNG AUF EIGENES KONTO DE** **** 4417"),
        Side(CHECKING, "GUTSCHRIFT VON EIGENEM KONTO DE** **** 7702"),
        note="For the car repair",
    )


def _dentist(home: _Home) -> tuple[Entry, Entry]:
    day = banking_day_from(home.day(6, 7))
    bill = Entry(
        account=CHECKING,
        date=day,
        minor=-DENTIST,
        description=f"UEBERWEISUNG RE 30418/{day:%y} ZAHNÄRZTE AM MÜHLENPARK",
        payee="ZAHNÄRZTE AM MÜHLENPARK",
        merchant="Zahnärzte am Mühlenpark",
        category="Doctors",
        tags=("reimbursable",),
        note="Ceramic inlay; the insurance covers three fifths",
    )
    reimbursement = Entry(
        account=CHECKING,
        date=banking_day_from(day + timedelta(days=17)),
        minor=REIMBURSED,
        description="ERSTATTUNG LEISTUNG 60% ZAHNERSATZ KRANKENKASSE BIRKENHAIN VNR ****551",
        payee="KRANKENKASSE BIRKENHAIN",
        merchant="Krankenkasse Birkenhain",
        category="Doctors",
        tags=("reimbursable",),
        note=f"For the dentist's bill of {day.isoformat()}",
    )
    return bill, reimbursement


def _return(home: _Home) -> tuple[Entry, Entry]:
    """Shoes that did not fit, and the money back."""
    bought = home.day(9, 8)
    purchase_of_shoes = Entry(
        account=CARD,
        date=bought,
        minor=-RETURNED,
        description=purchase(CARD, "SCHUHHAUS AHORN", bought),
        payee="SCHUHHAUS AHORN",
        merchant="Schuhhaus Ahorn",
        category="Clothes",
        at=time(15, 42),
    )
    refund = Entry(
        account=CARD,
        date=home.since(bought + timedelta(days=11)),
        minor=RETURNED,
        description=f"GUTSCHRIFT {purchase(CARD, 'SCHUHHAUS AHORN', bought)}",
        payee="SCHUHHAUS AHORN",
        merchant="Schuhhaus Ahorn",
        category="Clothes",
        note="Refund: wrong size",
    )
    return purchase_of_shoes, refund


def _coffees(home: _Home) -> tuple[Entry, ...]:
    """Two coffees on one day that look like one charged twice, and are not."""
    day = banking_day_from(home.day(10, 11))
    return tuple(
        Entry(
            account=CARD,
            date=day,
            minor=-COFFEE,
            description=purchase(CARD, "RÖSTEREI KOLIBRI", day),
            payee="RÖSTEREI KOLIBRI",
            merchant="Rösterei Kolibri",
            category="Cafés",
            note=note,
            at=at,
        )
        for at, note in ((time(7, 12), None), (time(13, 5), "A second one, not a duplicate"))
    )


def _bicycle(home: _Home) -> Entry:
    return Entry(
        account=CASH,
        date=home.day(7, 19),
        minor=140_00,
        description="Old bicycle sold",
        payee="Neighbour",
        category="Other income",
        at=time(16, 30),
    )


def _order(order: Order, home: _Home, rng: Random) -> Entry:
    return bought_abroad(
        home.day(order.index, order.day),
        order.minor,
        rate(order.currency, rng),
        spelled=order.spelled,
        merchant=order.merchant,
        category=order.category,
        at=time(19, rng.randrange(60)),
    )


def _receipt(receipt: Receipt, home: _Home) -> Entry:
    day = banking_day_from(home.day(receipt.index, receipt.day))
    parts = tuple((category, -cents) for category, cents in receipt.parts)
    return Entry(
        account=CHECKING,
        date=day,
        minor=sum(minor for _, minor in parts),
        description=purchase(CHECKING, "FRISCHHOF MARKT FIL 0412", day),
        payee="FRISCHHOF MARKT FIL 0412",
        merchant="Frischhof",
        splits=parts,
        at=time(16, 21),
    )


def _riddle(riddle: Riddle, home: _Home) -> Entry:
    day = home.since(home.period.today - timedelta(days=riddle.days_ago))
    return Entry(
        account=riddle.account,
        date=day,
        minor=-riddle.cents,
        description=purchase(riddle.account, riddle.spelled, day),
        payee=riddle.spelled,
        may_pend=riddle.account == CARD,
    )
