"""SQL about what was learned and from what."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import ColumnElement, func, literal, literal_column, or_, select

from farthing.infra.db import Instant, Prepared, Question, WorkspaceRepository, in_scope
from farthing.ledger.kinds import CategoryKind, CategorySource
from farthing.ledger.learning_models import CategoryModel
from farthing.ledger.models import Category, Transaction

CHOICES_MAX = 200
"""Choices since the last training that are looked at."""
NEW_MIN = 20
"""So many new decisions, and the model is trained anew."""
_USER: ColumnElement[str] = literal_column(f"'{CategorySource.USER}'")
"""Written out, because both databases must know that the index of what was chosen will do."""
_CHOSEN = (
    Transaction.category_source == _USER,
    Transaction.deleted_at.is_(None),
    Transaction.transfer_id.is_(None),
    Transaction.is_split.is_(False),
)


_LONG_AGO = literal(datetime.min.replace(tzinfo=UTC), Instant)
_UNTIL = func.coalesce(select(CategoryModel.learned_until).where(in_scope(CategoryModel)).scalar_subquery(), _LONG_AGO)
_IS_OF_IT = (Category.workspace_id == Transaction.workspace_id) & (Category.id == Transaction.category_id)
_NEWLY_CHOSEN = (
    in_scope(Transaction),
    *_CHOSEN,
    Category.kind != CategoryKind.NONE.value,
    Transaction.updated_at > _UNTIL,
)
_CHOICE = (
    Transaction.der_merchant,
    Transaction.merchant,
    Transaction.payee,
    Transaction.description,
    Transaction.amount,
    Transaction.category_id,
)
_CHOICES = Prepared(
    select(*_CHOICE)
    .join(Category, _IS_OF_IT)
    .where(*_NEWLY_CHOSEN)
    .order_by(Transaction.updated_at.desc(), Transaction.key.desc())
    .limit(CHOICES_MAX),
    _CHOICE,
)
_HEADER = (CategoryModel.version, CategoryModel.trained_at, CategoryModel.learned_until, CategoryModel.examples)
_KEPT = Prepared(select(*_HEADER).where(in_scope(CategoryModel)), _HEADER)
_NEW = select(Transaction.key).join(Category, _IS_OF_IT).where(*_NEWLY_CHOSEN).limit(NEW_MIN).subquery()
_ONE_KEPT = select(CategoryModel.examples, CategoryModel.trained_at).where(in_scope(CategoryModel)).subquery()
_NUMBER = (
    select(func.count()).select_from(_NEW).scalar_subquery().label("new"),
    select(_ONE_KEPT.c.examples).scalar_subquery().label("examples"),
    select(_ONE_KEPT.c.trained_at).scalar_subquery().label("trained_at"),
)
_SINCE = Prepared(select(*_NUMBER), _NUMBER)


class Choice(NamedTuple):
    """A category that somebody chose for a merchant on a side."""

    der_merchant: str | None
    merchant: str | None
    payee: str | None
    description: str | None
    amount: int
    category_id: UUID


class Since(NamedTuple):
    """What the last training saw, and how many decisions came after it, counted to `NEW_MIN`."""

    new: int
    examples: int | None
    trained_at: datetime | None


class Learned(WorkspaceRepository):
    def asking(self) -> list[Question]:
        """What `header` and `choices` will ask."""
        return [_KEPT.question(self.work), _CHOICES.question(self.work)]

    def asking_since(self) -> Question:
        """What `since` will ask."""
        return _SINCE.question(self.work)

    async def header(self) -> tuple[int, datetime, datetime, int] | None:
        """Version, when trained, until when learned, number of examples."""
        rows = await _KEPT.of(self.work)
        return (rows[0][0], rows[0][1], rows[0][2], rows[0][3]) if rows else None

    async def since(self) -> Since:
        return Since(*(await _SINCE.of(self.work))[0])

    async def learned(self) -> dict[str, Any] | None:
        found: dict[str, Any] | None = await self.session.scalar(self.own(select(CategoryModel.learned), CategoryModel))
        return found

    async def lock(self) -> CategoryModel | None:
        found: CategoryModel | None = await self.session.scalar(self.select(CategoryModel).with_for_update())
        return found

    async def decisions(self, limit: int) -> Sequence[Transaction]:
        """What people chose, as plain rows, the oldest choice first; of too many, the newest."""
        columns = (*_CHOICE, Transaction.account_id, Transaction.date, Transaction.updated_at)
        statement = self._chosen(None).with_only_columns(*columns).limit(limit)
        newest = statement.order_by(Transaction.updated_at.desc(), Transaction.date.desc(), Transaction.key.desc())
        return cast("Sequence[Transaction]", (await self.session.execute(newest)).all()[::-1])

    async def choices(self) -> list[Choice]:
        """What was chosen since the last training, the oldest choice first."""
        return [Choice(*row) for row in reversed(await _CHOICES.of(self.work))]

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
        wanted: list[ColumnElement[bool]] = [*_CHOSEN, Category.kind != CategoryKind.NONE]
        if after is not None:
            wanted.append(Transaction.updated_at > after)
        return self.select(Transaction).join(Category, _IS_OF_IT).where(*wanted)
