"""SQL about what was learned and from what."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select

from farthing.infra.db import WorkspaceRepository
from farthing.ledger.kinds import CategoryKind, CategorySource
from farthing.ledger.learning_models import CategoryModel
from farthing.ledger.models import Category, Transaction

_CHOSEN = (
    Transaction.category_source == CategorySource.USER,
    Transaction.deleted_at.is_(None),
    Transaction.transfer_id.is_(None),
    Transaction.is_split.is_(False),
)


class Choice(NamedTuple):
    """A category that somebody chose for a merchant on a side."""

    der_merchant: str | None
    merchant: str | None
    payee: str | None
    description: str | None
    amount: int
    category_id: UUID


class Learned(WorkspaceRepository):
    async def header(self) -> tuple[int, datetime, datetime, int] | None:
        """Version, when trained, until when learned, number of examples."""
        columns = (
            CategoryModel.version,
            CategoryModel.trained_at,
            CategoryModel.learned_until,
            CategoryModel.examples,
        )
        found = (await self.session.execute(self.own(select(*columns), CategoryModel))).first()
        return (found[0], found[1], found[2], found[3]) if found else None

    async def learned(self) -> dict[str, Any] | None:
        found: dict[str, Any] | None = await self.session.scalar(self.own(select(CategoryModel.learned), CategoryModel))
        return found

    async def lock(self) -> CategoryModel | None:
        found: CategoryModel | None = await self.session.scalar(self.select(CategoryModel).with_for_update())
        return found

    async def decisions(self, after: datetime | None, limit: int) -> Sequence[Transaction]:
        """What people chose, the oldest choice first; of too many, the newest."""
        statement = self._chosen(after).order_by(Transaction.updated_at.desc(), Transaction.date.desc())
        rows = (await self.session.scalars(statement.order_by(Transaction.key.desc()).limit(limit))).all()
        return rows[::-1]

    async def choices(self, after: datetime | None, limit: int) -> Sequence[Choice]:
        """The same in short."""
        columns = (
            Transaction.der_merchant,
            Transaction.merchant,
            Transaction.payee,
            Transaction.description,
            Transaction.amount,
            Transaction.category_id,
        )
        newest = self._chosen(after).order_by(Transaction.updated_at.desc(), Transaction.key.desc())
        rows = (await self.session.execute(newest.with_only_columns(*columns).limit(limit))).all()
        return [Choice(*row) for row in reversed(rows)]

    async def number(self, after: datetime | None, at_most: int) -> int:
        """How many decisions came after a moment, counted no further than needed."""
        some = self._chosen(after).with_only_columns(Transaction.key).limit(at_most).subquery()
        return await self.session.scalar(select(func.count()).select_from(some)) or 0

    async def alike(self, merchant: str, *, is_income: bool) -> Sequence[Transaction]:
        """Transactions of a merchant on a side about which nobody decided, the newest first."""
        statement = self.select(Transaction).where(
            or_(Transaction.merchant == merchant, Transaction.der_merchant == merchant),
            Transaction.amount > 0 if is_income else Transaction.amount < 0,
            Transaction.category_source != CategorySource.USER,
            *_CHOSEN[1:],
        )
        return (await self.session.scalars(statement.order_by(Transaction.date.desc(), Transaction.key.desc()))).all()

    def _chosen(self, after: datetime | None) -> Any:
        of_it = (Category.workspace_id == Transaction.workspace_id) & (Category.id == Transaction.category_id)
        wanted: list[ColumnElement[bool]] = [*_CHOSEN, Category.kind != CategoryKind.NONE]
        if after is not None:
            wanted.append(Transaction.updated_at > after)
        return self.select(Transaction).join(Category, of_it).where(*wanted)
