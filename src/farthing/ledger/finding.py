"""Finding transactions: a tree of what is wanted, a page of what there is."""

import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from farthing.infra.db import Work
from farthing.kernel.actor import Actor
from farthing.kernel.clock import Clock
from farthing.kernel.money import to_text
from farthing.kernel.paging import CursorInvalid, decode_cursor, encode_cursor
from farthing.ledger.finding_repository import Found, Place
from farthing.ledger.language import tree_of
from farthing.ledger.models import Transaction
from farthing.ledger.query import AccountIs, And, DateIs, Filter, NotDeleted, Tree
from farthing.ledger.searching import Search
from farthing.ledger.sorting import Sort

_BEYOND = 2**63
_AMOUNT = re.compile(r"-?[0-9]{1,16}(?:\.[0-9]{1,8})?")
COUNTED_MAX = 10_000
"""Beyond it a total is told as at least this many, unless the months' totals know it exactly."""


@dataclass(frozen=True, slots=True)
class Total:
    count: int
    is_exact: bool


@dataclass(frozen=True, slots=True)
class FoundPage:
    rows: Sequence[Transaction]
    total: Total
    next: str | None


class FindService:
    def __init__(self, work: Work, actor: Actor, clock: Clock) -> None:
        self._rows = Found(work, actor.workspace_id)
        self._clock = clock

    async def page(
        self, wanted: Filter, sort: Sort, limit: int, *, cursor: str | None = None, offset: int = 0
    ) -> FoundPage:
        tree = tree_of(wanted, today=self._clock().date())
        after = _place(cursor, sort) if cursor else None
        search = await self._rows.search(tree)
        rows = await self._rows.page(search, sort, limit + 1, after, offset)
        kept = rows[:limit]
        following = encode_cursor(_value(kept[-1], sort), kept[-1].key) if len(rows) > limit else None
        return FoundPage(kept, await self._total(tree, search), following)

    async def _total(self, tree: Tree, search: Search) -> Total:
        if (plain := _plain(tree)) is not None:
            return Total(await self._rows.count_months(*plain), is_exact=True)
        counted = await self._rows.count_up_to(search, COUNTED_MAX + 1)
        return Total(min(counted, COUNTED_MAX), counted <= COUNTED_MAX)


def _plain(tree: Tree) -> tuple[date | None, date | None, tuple[UUID, ...]] | None:
    """First and last month and accounts, where nothing else is asked: then the months' totals know the answer."""
    first: date | None = None
    last: date | None = None
    accounts: tuple[UUID, ...] = ()
    has_life = False
    for part in tree.parts if isinstance(tree, And) else (tree,):
        match part:
            case NotDeleted():
                has_life = True
            case DateIs() if first is None and last is None and _is_whole_months(part):
                first, last = part.first, part.last
            case AccountIs() if not accounts and (ids := _ids(part)) is not None:
                accounts = ids
            case _:
                return None
    return (first, last, accounts) if has_life else None


def _is_whole_months(days: DateIs) -> bool:
    starts = days.first is None or days.first.day == 1
    return starts and (days.last is None or days.last.day == monthrange(days.last.year, days.last.month)[1])


def _ids(part: AccountIs) -> tuple[UUID, ...] | None:
    try:
        return tuple(UUID(name) for name in part.names)
    except ValueError:
        return None


def _value(row: Transaction, sort: Sort) -> str:
    return to_text(row.amount, row.currency) if sort.is_by_amount else row.date.isoformat()


def _place(cursor: str, sort: Sort) -> Place:
    value, key = decode_cursor(cursor, 2)
    try:
        return (_amount(value) if sort.is_by_amount else date.fromisoformat(value)), _countable(key)
    except ValueError as error:
        raise CursorInvalid from error


def _amount(text: str) -> Decimal:
    if _AMOUNT.fullmatch(text):
        return Decimal(text)
    raise ValueError


def _countable(text: str) -> int:
    """A number that fits the databases' integers."""
    number = int(text)
    if abs(number) >= _BEYOND:
        raise ValueError
    return number
