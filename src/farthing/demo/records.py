"""What a demo year consists of. Amounts are decimal text in the currency of their account, as JSON carries them."""

from dataclasses import dataclass
from datetime import date as Day  # noqa: N812  a field is called date
from datetime import datetime
from typing import Literal

Status = Literal["booked", "pending"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoAccount:
    """Where the household keeps or owes money; the opening balance is that of the morning it was opened on."""

    name: str
    kind: Literal["checking", "savings", "cash", "credit_card"]
    currency: str
    opening_balance: str
    opened_on: Day


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoCategory:
    """What money was for; a parent stands before its children. Icons are Lucide names without a prefix."""

    name: str
    kind: Literal["income", "expense"]
    colour: str
    icon: str
    parent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoTransaction:
    """One movement: without a category it is one leg of a transfer, it is split, or it waits for review.

    Attributes:
        splits: Category and amount of each part, with the sign of the whole; empty if there is one part only.
        partner: Position of a transfer's other leg in the year's transactions.
        occurred_at: When it happened, in UTC, where somebody knows; never for today, whose hours may not have come.
    """

    account: str
    date: Day
    amount: str
    description: str
    payee: str | None
    merchant: str | None
    category: str | None
    tags: tuple[str, ...]
    note: str | None
    status: Status
    splits: tuple[tuple[str, str], ...]
    partner: int | None
    occurred_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoYear:
    """A household's twelve full months and the month that has begun; transactions stand in order of their days."""

    accounts: tuple[DemoAccount, ...]
    categories: tuple[DemoCategory, ...]
    transactions: tuple[DemoTransaction, ...]
