"""The unit of work: a transaction, chosen at the door as reading or writing, and the rows that it may see."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import DataError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncSession

from farthing.infra.db.engine import WRITES, Addresses, open_engine
from farthing.infra.db.errors import DatabaseBusy, DatabaseDown, ValueRefused
from farthing.kernel.errors import FarthingError
from farthing.kernel.events import Subscribers


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose rows a transaction sees. PostgreSQL enforces it again with row-level security."""

    user_id: UUID | None = None
    workspace_id: UUID | None = None
    is_system: bool = False


SYSTEM = Scope(is_system=True)
"""Work across workspaces: signing in, administration, housekeeping, picking up jobs."""

_BUSY_WORDS = ("locked", "deadlock", "could not serialize")
_SQLITE_DOWN_WORDS = ("unable to open", "disk i/o", "readonly", "disk is full", "malformed", "not a database")
_SET_SCOPE = "SELECT set_config('farthing.user_id', %s, true), set_config('farthing.workspace_id', %s, true)"


class Question(NamedTuple):
    """A statement and its values as the driver takes them."""

    sql: str
    values: tuple[Any, ...]


class Work:
    """One transaction. Repositories read its session and its scope; only a door or a job step ends it."""

    def __init__(
        self, session: AsyncSession, scope: Scope, *, is_sqlite: bool, subscribers: Subscribers | None = None
    ) -> None:
        self._subscribers = subscribers or {}
        self.session = session
        self.scope = scope
        self.is_sqlite = is_sqlite
        self.foreseen: dict[Question, list[tuple[Any, ...]]] = {}
        """Answers that were fetched before they are asked for."""
        self._driver: Any = None

    async def driver(self) -> Any:
        """The driver's own connection, in this transaction."""
        if self._driver is None:
            self._driver = (await (await self.session.connection()).get_raw_connection()).driver_connection
        return self._driver

    async def publish(self, event: object) -> None:
        """Tell whoever subscribed, in this very transaction."""
        for subscriber in self._subscribers.get(type(event), ()):
            await subscriber(self, event)

    @asynccontextmanager
    async def within(self, workspace_id: UUID, user_id: UUID | None) -> AsyncIterator[None]:
        """Keep to one workspace for a while, though the transaction sees more."""
        whole = self.scope
        await self.narrow(replace(whole, workspace_id=workspace_id, user_id=user_id))
        try:
            yield
        finally:
            await self.narrow(whole)

    async def narrow(self, scope: Scope) -> None:
        """See another person's or workspace's rows from here on."""
        self.scope, self.foreseen = scope, {}
        if not self.is_sqlite:
            connection = await self.session.connection()
            await connection.exec_driver_sql(_SET_SCOPE, (str(scope.user_id or ""), str(scope.workspace_id or "")))


class Database:
    """The engines and the two ways to begin a transaction on them."""

    def __init__(
        self,
        addresses: Addresses,
        *,
        pool_size: int = 10,
        max_overflow: int = 20,
        subscribers: Subscribers | None = None,
    ) -> None:
        self._subscribers = subscribers
        self.addresses = addresses
        self.is_sqlite = addresses.is_sqlite
        self._app = open_engine(addresses.app, pool_size=pool_size, max_overflow=max_overflow)
        self._system = (
            self._app
            if self.is_sqlite
            else open_engine(addresses.system, pool_size=max(2, pool_size // 2), max_overflow=max_overflow)
        )
        # SQLite has one writer. Waiting here is fair and free; waiting inside SQLite is neither.
        self._writer = asyncio.Lock() if self.is_sqlite else None

    @asynccontextmanager
    async def read(self, scope: Scope) -> AsyncIterator[Work]:
        async with self._transaction(scope, writes=False) as work:
            yield work

    @asynccontextmanager
    async def snapshot(self, scope: Scope) -> AsyncIterator[Work]:
        """Read everything as it is at one moment, however many statements that takes; SQLite always reads so."""
        async with self._transaction(scope, writes=False, is_snapshot=True) as work:
            yield work

    @asynccontextmanager
    async def write(self, scope: Scope) -> AsyncIterator[Work]:
        if self._writer is None:
            async with self._transaction(scope, writes=True) as work:
                yield work
        else:
            async with self._writer, self._transaction(scope, writes=True) as work:
                yield work

    @asynccontextmanager
    async def _transaction(self, scope: Scope, *, writes: bool, is_snapshot: bool = False) -> AsyncIterator[Work]:
        engine = self._system if scope.is_system else self._app
        options: dict[str, Any] = {WRITES: True} if writes else {}
        if is_snapshot and not self.is_sqlite:
            options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        bound = engine.execution_options(**options) if options else engine
        session = AsyncSession(bound, expire_on_commit=False, autoflush=False)
        work = Work(session, scope, is_sqlite=self.is_sqlite, subscribers=self._subscribers)
        try:
            if not scope.is_system:
                await work.narrow(scope)
            yield work
            if writes:
                await session.commit()
        except DBAPIError as error:
            if refusal := _refusal(error):
                raise refusal from error
            raise
        except (PoolTimeoutError, OSError) as error:
            raise DatabaseDown from error
        finally:
            await session.close()

    async def ping(self) -> None:
        """Raise `DatabaseDown` unless the database answers."""
        async with self.read(SYSTEM) as work:
            await work.session.execute(text("SELECT 1"))

    async def close(self) -> None:
        await self._app.dispose()
        if self._system is not self._app:
            await self._system.dispose()


def _refusal(error: DBAPIError) -> FarthingError | None:
    """What a driver's complaint means to the caller, where it is not a mistake of ours."""
    said = str(error.orig).lower()
    if any(word in said for word in _BUSY_WORDS):
        return DatabaseBusy()
    if type(error.orig).__module__.startswith("sqlite3"):
        return DatabaseDown() if any(word in said for word in _SQLITE_DOWN_WORDS) else None
    if isinstance(error, DataError):
        return ValueRefused()
    if isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated:
        return DatabaseDown()
    return None
