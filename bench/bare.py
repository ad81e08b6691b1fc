"""The yardstick: the same rows into the same tables on the same engine, and a page out of them, with nothing around."""

import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text

from farthing.bootstrap import House
from farthing.infra.db import Scope, Work
from farthing.kernel.ids import new_id
from farthing.ledger.models import Transaction

_PAGE = 50


class Bare:
    """Works in a workspace of its own, with one account, so that the measured ledger stays as it is."""

    def __init__(self, house: House, scope: Scope, account_id: UUID, category_id: UUID) -> None:
        self._house = house
        self._scope = scope
        self._fixed = {"workspace_id": scope.workspace_id, "account_id": account_id, "category_id": category_id}

    async def rows_like(self, of: Scope, count: int) -> list[dict[str, Any]]:
        """Rows of the measured ledger as they are kept, for this workspace."""
        names = [column.name for column in Transaction.__table__.columns]
        async with self._house.database.read(of) as work:
            statement = Transaction.__table__.select().where(Transaction.workspace_id == of.workspace_id).limit(count)
            kept = [dict(zip(names, row, strict=True)) for row in await work.session.execute(statement)]
        return [row | self._fixed | {"id": new_id()} for row in kept]

    async def insert(self, rows: list[dict[str, Any]], clock: Callable[[], float] = time.perf_counter) -> float:
        """Seconds for one transaction with all rows and their words, the values ready for the driver."""
        async with self._house.database.write(self._scope) as work:
            for key, row in zip(await self._next_keys(work, len(rows)), rows, strict=True):
                row |= {"key": key, "id": new_id()}
            sql, values = _compiled(work, rows)
            words = [(row["key"], row["search_text"]) for row in rows]
            connection = await work.session.connection()
            started = clock()
            await connection.exec_driver_sql(sql, values)
            if work.is_sqlite:
                sql = "INSERT INTO transaction_search (rowid, search_text) VALUES (?, ?)"
                await connection.exec_driver_sql(sql, words)
        return clock() - started

    async def _next_keys(self, work: Work, count: int) -> Sequence[int]:
        if work.is_sqlite:
            first = int(await work.session.scalar(text("SELECT max(key) + 1 FROM transactions")) or 1)
            return range(first, first + count)
        drawn = text("SELECT nextval('transactions_key_seq') FROM generate_series(1, :count)")
        return (await work.session.scalars(drawn, {"count": count})).all()

    async def page(self, of: Scope) -> float:
        """Seconds for a page of the measured ledger, the newest first, as bare rows."""
        marks = "?" if self._house.database.is_sqlite else "%s"
        wanted = of.workspace_id.bytes if of.workspace_id and self._house.database.is_sqlite else of.workspace_id
        sql = (
            f"SELECT * FROM transactions WHERE workspace_id = {marks} AND deleted_at IS NULL "
            f"ORDER BY date DESC, key DESC LIMIT {_PAGE}"
        )
        started = time.perf_counter()
        async with self._house.database.read(of) as work:
            connection = await work.session.connection()
            (await connection.exec_driver_sql(sql, (wanted,))).all()
        return time.perf_counter() - started


def _compiled(work: Work, rows: list[dict[str, Any]]) -> tuple[str, list[tuple[Any, ...]]]:
    """The statement and its values as the driver takes them, made outside of what is measured."""
    dialect = work.session.get_bind().dialect
    names = list(rows[0])
    columns = Transaction.__table__.columns
    processors = [columns[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names]
    values = [
        tuple(change(row[name]) if change else row[name] for name, change in zip(names, processors, strict=True))
        for row in rows
    ]
    marks = ", ".join(["?" if work.is_sqlite else "%s"] * len(names))
    return f"INSERT INTO transactions ({', '.join(names)}) VALUES ({marks})", values


async def timed(act: Callable[[], Awaitable[float]], rounds: int) -> tuple[float, float]:
    """The median and the 95th percentile of what an act says it took, in milliseconds."""
    took = sorted([await act() * 1000 for _ in range(rounds)])
    return took[rounds // 2], took[int(rounds * 0.95)]
