"""SQL that pages through transactions and counts them."""

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, case, func, literal, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from farthing.infra.db import Work, WorkspaceRepository
from farthing.kernel.currency import DECIMALS
from farthing.ledger.models import Account, MonthTotal, Transaction
from farthing.ledger.query import Tree
from farthing.ledger.searching import Search
from farthing.ledger.sorting import Sort

Place = tuple[Decimal | date, int]
"""The day or amount and the key of a row that was seen."""
_USUAL = 2
_FINEST = max(DECIMALS.values())
_OTHERS = sorted(set(DECIMALS.values()) - {_USUAL})
_BEYOND = 2**63 - 1


class Found(WorkspaceRepository):
    def __init__(self, work: Work, workspace_id: UUID) -> None:
        super().__init__(work)
        self._workspace_id = workspace_id

    async def search(self, tree: Tree) -> Search:
        """How this tree is best asked of these rows."""
        search = Search(tree, is_sqlite=self.work.is_sqlite, workspace_id=self._workspace_id)
        if (question := search.sample()) is not None:
            search.heed([tuple(row) for row in await self.session.execute(question)])
        return search

    async def page(
        self, search: Search, sort: Sort, limit: int, after: Place | None, offset: int
    ) -> Sequence[Transaction]:
        """As plain rows: nobody changes them."""
        order = await self._order(sort)
        statement = self.own(select(*Transaction.__table__.columns), Transaction).where(search.condition())
        if after is not None:
            place = tuple_(*order.columns, Transaction.key)
            seen = tuple_(*map(literal, (*order.values(after[0]), after[1])))
            statement = statement.where(place < seen if sort.is_descending else place > seen)
        ordered = statement.order_by(*order.by(search)).limit(limit).offset(offset)
        return cast("Sequence[Transaction]", (await self.session.execute(ordered)).all())

    async def keys(self, search: Search, sort: Sort) -> Sequence[int]:
        """The keys of all rows, in their order."""
        order = await self._order(sort)
        statement = self.own(select(Transaction.key), Transaction).where(search.condition())
        return array("q", await self.session.scalars(statement.order_by(*order.by(search))))

    async def by_keys(self, keys: Sequence[int]) -> list[Transaction]:
        """These rows, in the order of the keys."""
        rows = await self.session.scalars(self.select(Transaction).where(Transaction.key.in_(keys)))
        found = {row.key: row for row in rows}
        return [found[key] for key in keys]

    async def _order(self, sort: Sort) -> "_Order":
        """Minor units are in order where all accounts count in equal ones, and an index has them so."""
        if not sort.is_by_amount:
            return _Order(sort, (Transaction.date,))
        codes = await self.session.scalars(self.own(select(Account.currency), Account).distinct())
        decimals = {DECIMALS[code] for code in codes}
        if len(decimals) > 1:
            return _Order(sort, (_scaled(_whole), _scaled(_fraction)))
        return _Order(sort, (Transaction.amount,), *decimals)

    async def count_up_to(self, search: Search, most: int) -> int:
        some = search.found().limit(most).subquery()
        return await self.session.scalar(select(func.count()).select_from(some)) or 0

    async def count_months(self, first: date | None, last: date | None, accounts: tuple[UUID, ...]) -> int:
        statement = self.own(select(func.coalesce(func.sum(MonthTotal.count), 0)), MonthTotal)
        if first is not None:
            statement = statement.where(MonthTotal.month >= first)
        if last is not None:
            statement = statement.where(MonthTotal.month <= last)
        if accounts:
            statement = statement.where(MonthTotal.account_id.in_(accounts))
        return int(await self.session.scalar(statement) or 0)


@dataclass(frozen=True, slots=True)
class _Order:
    """What rows are sorted by, before their keys."""

    sort: Sort
    columns: tuple[ColumnElement[Any] | InstrumentedAttribute[Any], ...]
    decimals: int = 2
    """Of every amount, where one column tells them all."""

    def by(self, search: Search) -> list[Any]:
        """SQLite is kept from walking through an index in this order where few rows are listed."""
        ordered = [search.order(column) for column in (*self.columns, Transaction.key)]
        return [one.desc() for one in ordered] if self.sort.is_descending else ordered

    def values(self, value: Decimal | date) -> tuple[int | date, ...]:
        """The same of a row that was seen."""
        if isinstance(value, date):
            return (value,)
        if len(self.columns) == 1:
            return (max(min(int(value.scaleb(self.decimals)), _BEYOND), -_BEYOND),)
        whole = int(value)
        return whole, int((value - whole).scaleb(_FINEST))


def _scaled(part: Callable[[int], ColumnElement[int]]) -> ColumnElement[int]:
    """A part of each amount's value, whatever its currency's minor units are."""
    kinds = [(decimals, [code for code in DECIMALS if DECIMALS[code] == decimals]) for decimals in _OTHERS]
    return case(*((Transaction.currency.in_(codes), part(decimals)) for decimals, codes in kinds), else_=part(_USUAL))


def _whole(decimals: int) -> ColumnElement[int]:
    """Rounded towards zero, as both databases divide."""
    return Transaction.amount.op("/", return_type=BigInteger())(literal(10**decimals, BigInteger))


def _fraction(decimals: int) -> ColumnElement[int]:
    """In the finest units of all; its sign is the amount's."""
    rest = Transaction.amount % literal(10**decimals, BigInteger)
    return rest * literal(10 ** (_FINEST - decimals), BigInteger)
