"""SQL that pages through transactions and counts them."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import func, literal, select, tuple_

from farthing.infra.db import Work, WorkspaceRepository
from farthing.ledger.criteria import Search
from farthing.ledger.models import MonthTotal, Transaction
from farthing.ledger.query import Tree
from farthing.ledger.sorting import Sort


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
        self, search: Search, sort: Sort, limit: int, after: tuple[int | date, int] | None, offset: int
    ) -> Sequence[Transaction]:
        column = Transaction.amount if sort.is_by_amount else Transaction.date
        place = tuple_(column, Transaction.key)
        statement = self.select(Transaction).where(search.condition())
        if after is not None:
            seen = tuple_(literal(after[0]), literal(after[1]))
            statement = statement.where(place < seen if sort.is_descending else place > seen)
        order = [search.order(column), search.order(Transaction.key)]
        ordered = [one.desc() for one in order] if sort.is_descending else order
        return (await self.session.scalars(statement.order_by(*ordered).limit(limit).offset(offset))).all()

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
