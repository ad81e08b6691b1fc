"""Bring a database to this program's revision, or say why that must not happen."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, create_engine, event, inspect, text
from sqlalchemy.exc import OperationalError

from farthing.infra.db import DatabaseDown
from farthing.infra.db.roles import Roles, ensure_roles, grant_house
from farthing.kernel.errors import Unavailable
from farthing.migrations import HEAD

_VERSIONS = Path(__file__).parent / "versions"
_ADVISORY_LOCK = 0x4641525448494E47
_in_this_process = threading.Lock()


class DatabaseNewer(Unavailable):
    """The database was written by a newer Farthing. Install that version or a later one; this one would damage it."""


def upgrade(owner: URL, *, passwords: dict[str, str] | None = None, roles: Roles | None = None) -> str:
    """Migrate to HEAD if a plain query says it is needed; returns what was found, as one line.

    Looking and migrating are one transaction, so that of many starts at once one migrates, and a crash leaves nothing.
    """
    with _in_this_process, _owner_connection(owner, roles) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _ADVISORY_LOCK})
            if passwords is not None:
                ensure_roles(connection, passwords)
            grant_house(connection)
            connection.commit()
        found = revision_of(connection)
        if found == HEAD:
            return f"database is at revision {HEAD}"
        if found is not None and found not in known_revisions():
            raise DatabaseNewer(
                f"The database is at revision {found}, this Farthing knows up to {HEAD}. {DatabaseNewer.__doc__}"
            )
        _run_alembic(connection)
        return f"database migrated from {found or 'nothing'} to revision {HEAD}"


def revision_of(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


def found_revision(owner: URL) -> str | None:
    """What the database says of itself; a SQLite file that is not there yet is not made by asking."""
    if owner.get_backend_name() == "sqlite" and not Path(owner.database or "").exists():
        return None
    with _owner_connection(owner, None) as connection:
        return revision_of(connection)


def known_revisions() -> set[str]:
    return {path.name.split("_")[0] for path in _VERSIONS.glob("[0-9]*.py")}


def alembic_config(connection: Connection) -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _run_alembic(connection: Connection) -> None:
    from alembic import command

    command.upgrade(alembic_config(connection), "head")
    connection.commit()


@contextmanager
def _owner_connection(owner: URL, roles: Roles | None) -> Iterator[Connection]:
    is_sqlite = owner.get_backend_name() == "sqlite"
    engine = create_engine(owner.set(drivername="sqlite" if is_sqlite else "postgresql+psycopg"), hide_parameters=True)
    if is_sqlite:
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    try:
        with engine.connect() as connection:
            if roles is not None:
                connection.info["farthing_roles"] = roles
            yield connection
    except OperationalError as error:
        raise DatabaseDown(f"{DatabaseDown.__doc__} ({str(error.orig).strip().splitlines()[0]})") from error
    finally:
        engine.dispose()


def _prepare_sqlite(connection: Any, _entry: Any) -> None:
    """Migrations rebuild tables, so foreign keys stay off while they run; WAL stays for readers."""
    connection.isolation_level = None
    connection.execute("PRAGMA busy_timeout=30000")
    connection.execute("PRAGMA journal_mode=WAL")


def _begin_sqlite(connection: Connection) -> None:
    """Left to itself the driver begins no transaction for DDL, and a crash would leave half a schema."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")
