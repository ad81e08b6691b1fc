"""What the household does at its banks: it saves, pays the card off, draws cash, and earns a little interest."""

from dataclasses import dataclass
from datetime import date, time, timedelta
from random import Random

from farthing.demo.accounts import CARD, CASH, CHECKING, SAVINGS, opening_of
from farthing.demo.calendar import banking_day_from, month_end
from farthing.demo.household import SALARY_RAISED
from farthing.demo.journal import Entry, Journal

SAVED, SAVED_AFTER_RAISE = 800_00, 1_000_00
PAYMENT_DAY = 5
_INTEREST = 125
"""A year's interest in ten-thousandths, credited quarterly."""
_NOTES = (50_00, 60_00, 80_00)
_MACHINES = ("GA NR 4471 LINDENAUER STR", "GA NR 0098 AM WASSERTURM", "GA NR 2310 HBF NORD")


@dataclass(frozen=True, slots=True)
class Side:
    """One end of a transfer: the account and what its bank prints."""

    account: str
    description: str


def move(
    journal: Journal,
    day: date,
    cents: int,
    out: Side,
    into: Side,
    *,
    arrival: date | None = None,
    at: time | None = None,
    note: str | None = None,
) -> None:
    """Move euros between own accounts."""
    journal.transfer(
        Entry(account=out.account, date=day, minor=-cents, description=out.description, at=at, note=note),
        Entry(account=into.account, date=arrival or day, minor=cents, description=into.description, at=at, note=note),
    )


def save(journal: Journal) -> None:
    """The monthly standing order to the savings, raised with the salary, and what the savings earn."""
    for index, month in enumerate(journal.period.months):
        move(
            journal,
            banking_day_from(month.replace(day=2)),
            SAVED_AFTER_RAISE if index >= SALARY_RAISED else SAVED,
            Side(CHECKING, f"DAUERAUFTRAG SPAREN {month:%m/%Y} DE** **** 7702"),
            Side(SAVINGS, f"GUTSCHRIFT DAUERAUFTRAG SPAREN {month:%m/%Y} DE** **** 4417"),
        )


def earn_interest(journal: Journal) -> None:
    """A quarter's interest on what lies in the savings at its end."""
    for month in journal.period.months:
        last = month_end(month)
        if month.month % 3 == 0:
            journal.add(
                Entry(
                    account=SAVINGS,
                    date=last,
                    minor=journal.balance(SAVINGS, last) * _INTEREST // 40_000,
                    description=f"ABSCHLUSS ZINSEN Q{month.month // 3}/{month:%Y}",
                    payee="BANK HAVELBOGEN EG",
                    merchant="Bank Havelbogen",
                    category="Interest",
                )
            )


def pay_card_off(journal: Journal, rng: Random) -> None:
    """Pay early in each month exactly what the card owed at the end of the month before."""
    for month in journal.period.months:
        statement = month - timedelta(days=1)
        day = banking_day_from(month.replace(day=PAYMENT_DAY))
        move(
            journal,
            day,
            -journal.balance(CARD, statement),
            Side(CHECKING, f"LASTSCHRIFT KREDITKARTENABRECHNUNG {statement:%m/%Y} 5232********2093"),
            Side(CARD, f"ZAHLUNGSEINGANG ABRECHNUNG {statement:%m/%Y} VIELEN DANK"),
            arrival=day + timedelta(days=rng.randrange(2)),
        )


def draw_cash(journal: Journal, rng: Random) -> None:
    """Draw notes on the days on which the wallet would not suffice."""
    purse = opening_of(CASH)
    for spent in journal.of(CASH):
        if purse + spent.minor < 0:
            drawn = rng.choice(_NOTES)
            machine = rng.choice(_MACHINES)
            move(
                journal,
                spent.date,
                drawn,
                Side(CHECKING, f"BARGELDAUSZAHLUNG {machine} {spent.date:%d.%m.%Y} KARTE **** 4417"),
                Side(CASH, "Cash drawn"),
                at=time(7, rng.randrange(60)),
            )
            purse += drawn
        purse += spent.minor
