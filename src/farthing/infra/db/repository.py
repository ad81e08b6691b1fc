"""What every repository shares: the one place that adds the filter of whose rows may be seen."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar, cast

from sqlalchemy import Delete, Select, Update, bindparam, delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from farthing.infra.db.base import Base
from farthing.infra.db.unit_of_work import Work
from farthing.kernel.errors import FarthingError

Model = TypeVar("Model", bound=Base)
Statement = TypeVar("Statement", bound=Select[*tuple[Any, ...]] | Update | Delete)


def in_scope(model: type[Base]) -> ColumnElement[bool]:
    """The same filter for a `Prepared` statement."""
    return model.__table__.c["workspace_id"] == bindparam("workspace_id")


class Repository:
    """SQL of one domain, in one transaction, for one scope."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.session: AsyncSession = work.session

    def own(self, statement: Statement, model: type[Base]) -> Statement:
        """Keep to the rows of the scope: its workspace's, or where a table belongs to people, its person's."""
        scope, columns = self.work.scope, model.__table__.c
        if scope.is_system and scope.workspace_id is None:
            return statement
        if "workspace_id" in columns:
            return cast("Statement", statement.where(columns["workspace_id"] == scope.workspace_id))
        return cast("Statement", statement.where(columns["user_id"] == scope.user_id))

    def select(self, model: type[Model]) -> "Select[Model]":
        return self.own(select(model), model)

    def update(self, model: type[Base]) -> Update:
        return self.own(update(model), model)

    def delete(self, model: type[Base]) -> Delete:
        return self.own(delete(model), model)

    async def count(self, model: type[Base], *conditions: ColumnElement[bool]) -> int:
        statement = self.own(select(func.count()).select_from(model), model).where(*conditions)
        return await self.session.scalar(statement) or 0

    async def add(self, row: Base) -> None:
        self.session.add(row)
        await self.session.flush()

    async def flush(self) -> None:
        await self.session.flush()


class WorkspaceRepository(Repository):
    """For tables of money: it does not open without a workspace, not even for the house, so nothing is ever mixed."""

    def __init__(self, work: Work) -> None:
        super().__init__(work)
        if work.scope.workspace_id is None:
            raise RuntimeError("this repository needs a workspace; narrow the work to one")


@contextmanager
def unique_or(error: FarthingError) -> Iterator[None]:
    """Say `error` where the database refuses a second one."""
    try:
        yield
    except IntegrityError as refusal:
        raise error from refusal


@contextmanager
def within_or(error: FarthingError, constraint: str) -> Iterator[None]:
    """Say `error` where the database refuses a value by a constraint of this name."""
    try:
        yield
    except IntegrityError as refusal:
        if constraint not in str(refusal.orig):
            raise
        raise error from refusal
