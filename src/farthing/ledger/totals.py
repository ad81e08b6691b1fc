"""The one function that says how a change of transactions moves balances and totals. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple
from uuid import UUID

from farthing.kernel.money import SUM_MAX
from farthing.ledger.kinds import CategoryKind, Status


class Posted(NamedTuple):
    """What of a transaction counts."""

    account_id: UUID
    day: date
    amount: int
    currency: str
    status: str
    category_id: UUID
    is_transfer: bool = False
    is_deleted: bool = False
    splits: tuple[tuple[UUID, int], ...] = ()

    @property
    def is_booked(self) -> bool:
        return self.status == Status.BOOKED and not self.is_deleted

    @property
    def lines(self) -> tuple[tuple[UUID, int], ...]:
        """Category and amount of each part that counts."""
        if not self.is_booked:
            return ()
        return self.splits or ((self.category_id, self.amount),)

    @property
    def movement(self) -> tuple[object, ...]:
        """The facts by which two transactions are known to be one movement."""
        kind = (self.status, self.is_transfer, self.is_deleted, bool(self.splits))
        return (self.account_id, self.day, self.amount, self.currency, *kind)


DailyKey = tuple[UUID, date, UUID, str]
MonthKey = tuple[UUID, date]
INCOME, SPENT, TRANSFER_IN, TRANSFER_OUT, COUNT = range(5)
NET, TRANSACTIONS = range(2)


@dataclass(slots=True)
class Delta:
    """By how much each total changes."""

    daily: dict[DailyKey, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0] * 5))
    months: dict[MonthKey, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0] * 2))
    balances: dict[UUID, int] = field(default_factory=lambda: defaultdict(int))


def is_countable(change: Delta) -> bool:
    """Whether each of its sums is small enough to be added to others."""
    sums = (*change.months.values(), *change.daily.values(), list(change.balances.values()))
    return all(abs(moved) <= SUM_MAX for some in sums for moved in some)


def delta(before: Iterable[Posted], after: Iterable[Posted], kinds: Mapping[UUID, str]) -> Delta:
    """From what was to what is; `kinds` says of each category whether it is income or expense."""
    change, known = Delta(), {category_id.int: kind for category_id, kind in kinds.items()}
    for account_id, rows in _by_account(before, after).items():
        counted = _Counted()
        for sign, row in rows:
            _count(counted, row, sign, known)
        for first, month in counted.months.items():
            change.months[account_id, first] = month
            change.balances[account_id] += month[NET]
        for (day, category, currency), total in counted.daily.items():
            change.daily[account_id, day, UUID(int=category), currency] = total
    return _without_nothing(change)


def _by_account(before: Iterable[Posted], after: Iterable[Posted]) -> dict[UUID, list[tuple[int, Posted]]]:
    """What counts, with its sign."""
    found: dict[UUID, list[tuple[int, Posted]]] = {}
    for sign, rows in ((-1, before), (1, after)):
        for row in rows:
            if not row.is_deleted:
                found.setdefault(row.account_id, []).append((sign, row))
    return found


@dataclass(slots=True)
class _Counted:
    """The same as `Delta` for one account, by the number of each category, which is sooner found than its id."""

    daily: dict[tuple[date, int, str], list[int]] = field(default_factory=lambda: defaultdict(lambda: [0] * 5))
    months: dict[date, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0] * 2))


def _count(counted: _Counted, row: Posted, sign: int, kinds: Mapping[int, str]) -> None:
    month = counted.months[row.day.replace(day=1)]
    month[TRANSACTIONS] += sign
    if not row.is_booked:
        return
    month[NET] += sign * row.amount
    for category_id, amount in row.splits or ((row.category_id, row.amount),):
        number = category_id.int
        total = counted.daily[row.day, number, row.currency]
        column, size = column_of(amount, kinds[number], is_transfer=row.is_transfer)
        total[column] += sign * size
        total[COUNT] += sign


@dataclass(frozen=True, slots=True)
class Bundle:
    """Several lines of one account, day, currency and category that go the same way, as one sum."""

    account_id: UUID
    day: date
    currency: str
    amount: int
    lines: int
    transactions: int
    """How many transactions these are; parts of one that is counted elsewhere are none."""
    category_id: UUID | None
    """Where it counts; nowhere, if it is not booked."""
    is_transfer: bool = False
    is_net: bool | None = None
    """Whether it moves the balance; unless said, what counts in a category does."""


def bundled(bundles: Iterable[Bundle], kinds: Mapping[UUID, str], sign: int) -> Delta:
    """The same as `delta` for many rows that come or go together."""
    change = Delta()
    months: dict[date, date] = {}
    for one in bundles:
        if (first := months.get(one.day)) is None:
            first = months[one.day] = one.day.replace(day=1)
        month = change.months[one.account_id, first]
        month[TRANSACTIONS] += sign * one.transactions
        if one.is_net if one.is_net is not None else one.category_id is not None:
            month[NET] += sign * one.amount
            change.balances[one.account_id] += sign * one.amount
        if one.category_id is not None:
            total = change.daily[one.account_id, one.day, one.category_id, one.currency]
            column, size = column_of(one.amount, kinds[one.category_id], is_transfer=one.is_transfer)
            total[column] += sign * size
            total[COUNT] += sign * one.lines
    return _without_nothing(change)


def column_of(amount: int, kind: str, *, is_transfer: bool) -> tuple[int, int]:
    """Where an amount counts, and with which sign: a refund makes its expense smaller, never an income."""
    if is_transfer:
        return (TRANSFER_IN, amount) if amount > 0 else (TRANSFER_OUT, -amount)
    if kind == CategoryKind.INCOME or (kind == CategoryKind.NONE and amount > 0):
        return INCOME, amount
    return SPENT, -amount


def _without_nothing(change: Delta) -> Delta:
    return Delta(
        {key: total for key, total in change.daily.items() if any(total)},
        {key: total for key, total in change.months.items() if any(total)},
        {key: total for key, total in change.balances.items() if total},
    )
