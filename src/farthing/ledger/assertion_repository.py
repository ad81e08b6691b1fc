"""SQL about reported balances, and about what moved between them."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from farthing.infra.db import WorkspaceRepository
from farthing.kernel.paging import CursorInvalid, Page, PageRequest, page_of
from farthing.ledger.kinds import Status
from farthing.ledger.models import BalanceAssertion, DailyTotal, Transaction

_SUSPECTS_MAX = 50


class Assertions(WorkspaceRepository):
    async def get(self, account_id: UUID, assertion_id: UUID) -> BalanceAssertion | None:
        found: BalanceAssertion | None = await self.session.scalar(
            self.select(BalanceAssertion).where(
                BalanceAssertion.id == assertion_id, BalanceAssertion.account_id == account_id
            )
        )
        return found

    async def keep(self, row: dict[str, Any]) -> BalanceAssertion:
        """What a source says of a day, instead of what it said before."""
        start = (sqlite.insert if self.work.is_sqlite else postgresql.insert)(BalanceAssertion).values(row)
        statement = start.on_conflict_do_update(
            index_elements=["workspace_id", "account_id", "day", "source"],
            set_={name: start.excluded[name] for name in ("balance", "note", "created_at")},
        ).returning(BalanceAssertion)
        kept = await self.session.scalars(statement, execution_options={"populate_existing": True})
        return kept.one()

    async def remove(self, row: BalanceAssertion) -> None:
        await self.session.delete(row)
        await self.session.flush()

    async def forget(self, account_id: UUID, day: date, source: str) -> None:
        await self.session.execute(
            self.delete(BalanceAssertion).where(
                BalanceAssertion.account_id == account_id,
                BalanceAssertion.day == day,
                BalanceAssertion.source == source,
            )
        )

    async def page(self, account_id: UUID, request: PageRequest) -> Page[BalanceAssertion]:
        """Latest day first."""
        of_it = BalanceAssertion.account_id == account_id
        statement = self.select(BalanceAssertion).where(of_it)
        place = tuple_(BalanceAssertion.day, BalanceAssertion.source)
        if request.after is not None:
            statement = statement.where(place < _place(request.after[0]))
        ordered = statement.order_by(BalanceAssertion.day.desc(), BalanceAssertion.source.desc())
        rows = (await self.session.scalars(ordered.limit(request.limit + 1).offset(request.offset))).all()
        total = await self.count(BalanceAssertion, of_it)
        return page_of(rows, request, total, lambda row: (f"{row.day.isoformat()} {row.source}",))

    async def all(self, account_id: UUID) -> Sequence[BalanceAssertion]:
        """Earliest day first."""
        statement = self.select(BalanceAssertion).where(BalanceAssertion.account_id == account_id)
        return (await self.session.scalars(statement.order_by(BalanceAssertion.day, BalanceAssertion.source))).all()

    async def moved(self, account_id: UUID, until: date) -> list[tuple[date, int]]:
        """What booked transactions changed on each day, earliest first."""
        gained = DailyTotal.income - DailyTotal.spent + DailyTotal.transfer_in - DailyTotal.transfer_out
        statement = (
            self.own(select(DailyTotal.day, func.sum(gained)), DailyTotal)
            .where(DailyTotal.account_id == account_id, DailyTotal.day <= until)
            .group_by(DailyTotal.day)
            .order_by(DailyTotal.day)
        )
        return [(row[0], int(row[1])) for row in await self.session.execute(statement)]

    async def of_amounts(
        self, account_id: UUID, after: date | None, until: date, amounts: tuple[int, ...]
    ) -> Sequence[Transaction]:
        """Transactions of exactly these amounts: booked, pending and deleted ones."""
        statement = self.select(Transaction).where(*_within(account_id, after, until), Transaction.amount.in_(amounts))
        ordered = statement.order_by(Transaction.date, Transaction.key).limit(_SUSPECTS_MAX)
        return (await self.session.scalars(ordered)).all()

    async def twins(self, account_id: UUID, after: date | None, until: date) -> Sequence[Transaction]:
        """Booked transactions that stand there more than once: the same day, amount and description."""
        alike = (Transaction.date, Transaction.amount, func.coalesce(Transaction.description, ""))
        counted = (
            self.own(select(Transaction.key, func.count().over(partition_by=alike).label("times")), Transaction)
            .where(
                *_within(account_id, after, until),
                Transaction.status == Status.BOOKED,
                Transaction.deleted_at.is_(None),
            )
            .subquery()
        )
        repeated = select(counted.c.key).where(counted.c.times > 1)
        statement = self.select(Transaction).where(Transaction.key.in_(repeated))
        return (await self.session.scalars(statement.order_by(*alike, Transaction.key).limit(_SUSPECTS_MAX))).all()


def _within(account_id: UUID, after: date | None, until: date) -> list[ColumnElement[bool]]:
    within = [Transaction.account_id == account_id, Transaction.date <= until]
    return within if after is None else [*within, Transaction.date > after]


def _place(cursor: str) -> tuple[date, str]:
    day, _, source = cursor.partition(" ")
    try:
        return date.fromisoformat(day), source
    except ValueError as error:
        raise CursorInvalid from error
