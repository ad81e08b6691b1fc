"""What a bank says: an account, its balances and its lines. A file and a bank feed become the same thing here."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class LineStatus(StrEnum):
    BOOKED = "booked"
    PENDING = "pending"


class BalanceKind(StrEnum):
    OPENING = "opening"
    CLOSING = "closing"
    AVAILABLE = "available"


@dataclass(frozen=True, slots=True)
class Money:
    """A decimal amount in a currency, if the file says which."""

    amount: Decimal
    currency: str | None


@dataclass(frozen=True, slots=True)
class Balance:
    kind: BalanceKind
    amount: Decimal
    currency: str | None
    day: dt.date | None
    source_line: int


@dataclass(frozen=True, slots=True)
class Line:
    """One transaction as the bank tells it; money out is negative."""

    date: dt.date
    amount: Decimal
    currency: str | None
    source_line: int
    """Where it starts in the file, from one: a line of text, a row of a sheet, an element of a document."""
    value_date: dt.date | None = None
    original: Money | None = None
    """What it cost abroad, where that differs from what the account paid."""
    payee: str | None = None
    memo: str | None = None
    description: str = ""
    """All words of the line that a person would look for, payee and memo among them."""
    reference: str | None = None
    type: str | None = None
    balance: Decimal | None = None
    """What the account held after it."""
    status: LineStatus = LineStatus.BOOKED
    account: str | None = None
    """Which account it is on, where one file tells of several."""


@dataclass(frozen=True, slots=True)
class Statement:
    """The lines of one account; a file of several accounts makes several."""

    account: str | None
    currency: str | None
    lines: tuple[Line, ...]
    balances: tuple[Balance, ...] = ()
    first_day: dt.date | None = None
    last_day: dt.date | None = None
