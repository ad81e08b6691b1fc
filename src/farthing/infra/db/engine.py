"""Engines: how a connection of each kind is opened, and nothing else."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import URL, event, make_url
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from farthing.infra.db.errands import open_connection

WRITES = "farthing_writes"
"""Execution option: the transaction will write, so SQLite takes its lock at BEGIN instead of upgrading later."""

_BUSY_TIMEOUT_S = 30
_CACHES = ("mmap_size=2147418112", "cache_size=-8192", "wal_autocheckpoint=8000")
"""SQLite reads through a map of its file, so what is hot stays with the system, once for all connections.

What was written goes from its log to the file at 32 MB instead of 4: a page that many transactions change goes once.
"""


def _json(value: Any) -> str:
    """Letters as they are, so that a search in the text finds them on both databases."""
    return json.dumps(value, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the database is, once per role; on SQLite all three are the same file."""

    owner: URL
    app: URL
    system: URL

    @property
    def is_sqlite(self) -> bool:
        return self.owner.get_backend_name() == "sqlite"

    @classmethod
    def of(cls, owner: str, *, app: str | None, system: str | None, passwords: Mapping[str, str]) -> "Addresses":
        """From the operator's words; without addresses for the roles, they are the ones that we make ourselves."""
        if owner.startswith("sqlite"):
            one = sqlite_address(owner)
            return cls(one, one, one)
        address = postgres_address(owner)
        if app and system:
            return cls(address, postgres_address(app), postgres_address(system))
        named = address.set(username=f"{address.database}_app", password=passwords["app"])
        housed = address.set(username=f"{address.database}_system", password=passwords["system"])
        return cls(address, named, housed)


def sqlite_address(url: str) -> URL:
    return make_url(url).set(drivername="sqlite+aiosqlite")


def postgres_address(url: str) -> URL:
    return make_url(url.replace("postgres://", "postgresql://", 1)).set(drivername="postgresql+psycopg")


def open_engine(address: URL, *, pool_size: int, max_overflow: int) -> AsyncEngine:
    if address.get_backend_name() == "sqlite":
        return _open_sqlite(address, pool_size=pool_size, max_overflow=max_overflow)
    return create_async_engine(
        address,
        pool_size=pool_size,
        max_overflow=max_overflow,
        pool_pre_ping=True,
        pool_timeout=10,
        connect_args={"connect_timeout": 10, "options": "-c jit=off"},  # compiling costs more than these questions
        hide_parameters=True,
        json_serializer=_json,
    )


def _open_sqlite(address: URL, *, pool_size: int, max_overflow: int) -> AsyncEngine:
    engine = create_async_engine(
        address,
        pool_size=pool_size,
        max_overflow=max_overflow,
        connect_args={"timeout": _BUSY_TIMEOUT_S, "isolation_level": None, "async_creator_fn": open_connection},
        hide_parameters=True,
        json_serializer=_json,
    )
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _entry: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "temp_store=MEMORY", *_CACHES):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
