"""SQLite's connection lives in a thread of its own. Going there costs more than most statements: each goes once."""

import sqlite3
from collections import deque
from collections.abc import Iterable, Sequence
from functools import partial
from itertools import islice
from typing import Any, Self

import aiosqlite

_AT_ONCE = 1_000
"""So many rows come back with their statement; longer answers are fetched as they are read."""


def open_connection(*where: Any, **how: Any) -> aiosqlite.Connection:
    return _Connection(partial(sqlite3.connect, *where, **how), _AT_ONCE)


class _Connection(aiosqlite.Connection):
    def __init__(self, connect: Any, chunk: int) -> None:
        super().__init__(connect, chunk)
        self._thread.daemon = True

    def cursor(self) -> "_Cursor":  # type: ignore[override]
        """Made where it is first used."""
        return _Cursor(self)


class _Cursor:
    """What SQLAlchemy asks of a cursor, with the first rows at hand as soon as a statement was executed."""

    arraysize = 1

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection
        self._asked: sqlite3.Cursor | None = None
        self._rows: deque[Any] = deque()
        self._has_more = False

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, sql: str, parameters: Iterable[Any] = ()) -> Self:
        self._asked, self._rows = await self._errand(_ask, self._connection._conn, sql, parameters)  # noqa: SLF001
        self._has_more = len(self._rows) == _AT_ONCE
        return self

    async def executemany(self, sql: str, parameters: Iterable[Iterable[Any]]) -> Self:
        self._asked = await self._errand(self._connection._conn.executemany, sql, parameters)  # noqa: SLF001
        return self

    async def fetchone(self) -> Any:
        return next(iter(await self.fetchmany(1)), None)

    async def fetchmany(self, size: int = _AT_ONCE) -> list[Any]:
        if self._has_more and len(self._rows) < size and self._asked is not None:
            fetched = await self._errand(self._asked.fetchmany, max(size, _AT_ONCE))
            self._has_more = bool(fetched)
            self._rows.extend(fetched)
        return [self._rows.popleft() for _ in islice(range(size), len(self._rows))]

    async def fetchall(self) -> list[Any]:
        rest = await self._errand(self._asked.fetchall) if self._has_more and self._asked is not None else []
        rows = [*self._rows, *rest]
        self._rows, self._has_more = deque(), False
        return rows

    async def close(self) -> None:
        """An answer that was read to its end holds nothing."""
        if self._has_more and self._asked is not None:
            self._has_more = False
            await self._errand(self._asked.close)

    @property
    def description(self) -> Any:
        return self._asked.description if self._asked is not None else None

    @property
    def rowcount(self) -> int:
        return self._asked.rowcount if self._asked is not None else -1

    @property
    def lastrowid(self) -> int | None:
        return self._asked.lastrowid if self._asked is not None else None

    async def _errand(self, do: Any, *given: Any) -> Any:
        return await self._connection._execute(do, *given)  # type: ignore[no-untyped-call]  # noqa: SLF001


def _ask(connection: sqlite3.Connection, sql: str, parameters: Sequence[Any]) -> tuple[sqlite3.Cursor, deque[Any]]:
    cursor = connection.execute(sql, parameters)
    return cursor, deque(cursor.fetchmany(_AT_ONCE) if cursor.description else ())


async def visit(connection: aiosqlite.Connection, questions: Sequence[tuple[str, Sequence[Any]]]) -> list[list[Any]]:
    """Several statements in one errand: the rows of each."""
    answers: list[list[Any]] = await connection._execute(_ask_each, connection._conn, questions)  # type: ignore[no-untyped-call]  # noqa: SLF001
    return answers


def _ask_each(connection: sqlite3.Connection, questions: Sequence[tuple[str, Sequence[Any]]]) -> list[list[Any]]:
    return [connection.execute(sql, values).fetchall() for sql, values in questions]
