"""The database: a schema that migrations make alone, transactions that end whole, audit entries that stay."""

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from alembic import command
from sqlalchemy import Connection, ForeignKeyConstraint, Table, inspect, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from factories.people import Town
from farthing.audit.service import Audit
from farthing.bootstrap import House, addresses, migrate
from farthing.infra.db import SYSTEM, Base, Database
from farthing.infra.db.engine import Addresses
from farthing.jobs.models import Job, JobStep
from farthing.jobs.service import JobService
from farthing.kernel.actor import HOUSE
from farthing.kernel.errors import FarthingError
from farthing.migrations import HEAD
from farthing.migrations.metadata import everything
from farthing.migrations.upgrade import DatabaseNewer, _owner_connection, alembic_config, known_revisions, upgrade
from farthing.settings import Settings

PATIENCE_S = 25
"""Less than a SQLite that waits for a lock gives itself, and more than a busy machine takes for a row."""
PASSWORDS = {"app": "app-password", "system": "system-password"}
TownWith = Callable[..., Any]


@contextmanager
def owner_of(settings: Settings) -> Iterator[Connection]:
    with _owner_connection(addresses(settings).owner, None) as connection:
        yield connection


@pytest.fixture
def empty_database(
    database_kind: str, tmp_path: Path, empty_postgres: Callable[[str], str], request: pytest.FixtureRequest
) -> str:
    if database_kind == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    return empty_postgres(f"empty_{abs(hash(request.node.name)) % 10**6}")


def owner_address(url: str) -> Any:
    return Addresses.of(url, app=None, system=None, passwords=PASSWORDS).owner


def test_migrations_alone_make_what_the_program_expects(settings: Settings) -> None:
    with owner_of(settings) as connection:
        command.check(alembic_config(connection))
        made = {name for name in inspect(connection).get_table_names() if not name.startswith("transaction_search")}
        assert made == {*everything().tables, "alembic_version"}


def test_head_is_the_newest_migration() -> None:
    assert max(known_revisions()) == HEAD


def test_what_migrations_make_they_can_unmake_and_make_again(empty_database: str) -> None:
    address = owner_address(empty_database)
    assert "from nothing" in upgrade(address, passwords=PASSWORDS)
    with _owner_connection(address, None) as connection:
        command.downgrade(alembic_config(connection), "base")
        connection.commit()
        assert inspect(connection).get_table_names() == ["alembic_version"]
    upgrade(address, passwords=PASSWORDS)
    with _owner_connection(address, None) as connection:
        command.check(alembic_config(connection))


def test_a_database_from_the_future_is_refused_and_left_alone(empty_database: str) -> None:
    address = owner_address(empty_database)
    upgrade(address, passwords=PASSWORDS)
    with _owner_connection(address, None) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        connection.commit()
        before = inspect(connection).get_table_names()
    with pytest.raises(DatabaseNewer, match="9999"):
        upgrade(address, passwords=PASSWORDS)
    with _owner_connection(address, None) as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "9999"
        assert inspect(connection).get_table_names() == before


def test_migrating_again_does_nothing(settings: Settings) -> None:
    assert migrate(settings) == migrate(settings) == f"database is at revision {HEAD}"


def test_a_start_on_a_migrated_database_needs_no_alembic(settings: Settings) -> None:
    script = (
        "import json, sys; from farthing.bootstrap import migrate; from farthing.settings import load;"
        "said = migrate(load()); print(json.dumps([said, [m for m in sys.modules if m.split('.')[0] == 'alembic']]))"
    )
    environment = os.environ | {
        "DATABASE_URL": settings.database_url,
        "DATA_DIR": str(settings.data_dir),
        "SECRET_KEY": settings.secret_key.get_secret_value(),
    }
    done = subprocess.run(  # noqa: S603  our own interpreter
        [sys.executable, "-c", script], env=environment, cwd=settings.data_dir, capture_output=True, check=True
    )
    assert json.loads(done.stdout) == [f"database is at revision {HEAD}", []]


def test_many_starts_at_once_migrate_once(empty_database: str) -> None:
    script = (
        "import sys; from sqlalchemy import make_url; from farthing.migrations.upgrade import upgrade;"
        f"print(upgrade(make_url(sys.argv[1]), passwords={PASSWORDS!r}))"
    )
    address = owner_address(empty_database).render_as_string(hide_password=False)
    starts = [
        subprocess.Popen([sys.executable, "-c", script, address], stdout=subprocess.PIPE)  # noqa: S603  our own
        for _ in range(3)
    ]
    said = sorted(start.communicate()[0].decode().strip() for start in starts)
    assert [start.returncode for start in starts] == [0, 0, 0]
    assert said == [f"database is at revision {HEAD}"] * 2 + [f"database migrated from nothing to revision {HEAD}"]


def test_a_migration_that_fails_leaves_nothing_behind(empty_database: str) -> None:
    address = owner_address(empty_database)
    with _owner_connection(address, None) as connection:
        connection.execute(text("CREATE TABLE refresh_tokens (in_the_way integer)"))
        connection.commit()
    with pytest.raises((FarthingError, DBAPIError), match="refresh_tokens"):
        upgrade(address, passwords=PASSWORDS)
    with _owner_connection(address, None) as connection:
        assert inspect(connection).get_table_names() == ["refresh_tokens"]
        connection.execute(text("DROP TABLE refresh_tokens"))
        connection.commit()
    assert "from nothing" in upgrade(address, passwords=PASSWORDS)


def _crossings() -> list[tuple[str, str]]:
    """Keys from one table of a workspace's rows to another that leave the workspace out."""
    return [
        (table.name, constraint.referred_table.name)
        for table in Base.metadata.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, ForeignKeyConstraint) and _may_cross(table, constraint)
    ]


def _may_cross(table: Table, constraint: ForeignKeyConstraint) -> bool:
    both_belong = "workspace_id" in table.c and "workspace_id" in constraint.referred_table.c
    return both_belong and "workspace_id" not in constraint.column_keys


def test_every_key_between_rows_of_a_workspace_carries_the_workspace() -> None:
    assert _crossings() == []


async def test_a_row_cannot_hang_on_another_workspaces_row(town: Town) -> None:
    one, other = [UUID((await (await town.person()).get("/api/tenants/me")).json()["id"]) for _ in range(2)]
    async with town.house.database.write(SYSTEM) as work:
        job = await JobService(work, HOUSE, town.house.clock).request("some.kind", {})
        job.workspace_id = one
    await mark(town.house, one, job.id)
    with pytest.raises(IntegrityError):
        await mark(town.house, other, job.id)


async def test_a_row_cannot_hang_on_nothing(house: House) -> None:
    with pytest.raises(IntegrityError):
        await mark(house, UUID(int=7), UUID(int=7))


async def mark(house: House, workspace_id: UUID, job_id: UUID) -> None:
    async with house.database.write(SYSTEM) as work:
        work.session.add(JobStep(workspace_id=workspace_id, job_id=job_id, name="x", created_at=house.clock()))
        await work.session.flush()


async def request(house: House) -> None:
    async with house.database.write(SYSTEM) as work:
        await JobService(work, HOUSE, house.clock).request("some.kind", {})


async def jobs_in(database: Database) -> int:
    async with database.read(SYSTEM) as work:
        return int((await work.session.scalar(text("SELECT count(*) FROM jobs"))) or 0)


async def test_a_failure_leaves_nothing_of_its_transaction(house: House) -> None:
    async def fail_halfway() -> None:
        async with house.database.write(SYSTEM) as work:
            await JobService(work, HOUSE, house.clock).request("some.kind", {})
            raise ValueError("halfway")

    with pytest.raises(ValueError, match="halfway"):
        await fail_halfway()
    assert await jobs_in(house.database) == 0


async def test_a_transaction_that_only_reads_keeps_nothing(house: House) -> None:
    async with house.database.read(SYSTEM) as work:
        await JobService(work, HOUSE, house.clock).request("some.kind", {})
    assert await jobs_in(house.database) == 0


async def test_readers_wait_for_no_writer_and_see_what_is_done(house: House) -> None:
    async with house.database.write(SYSTEM) as work:
        await JobService(work, HOUSE, house.clock).request("some.kind", {})
        async with asyncio.timeout(PATIENCE_S):
            assert await jobs_in(house.database) == 0
    assert await jobs_in(house.database) == 1


async def test_a_writer_waits_for_no_reader(house: House) -> None:
    async with house.database.read(SYSTEM) as reading:
        before = await reading.session.scalar(text("SELECT count(*) FROM jobs"))
        async with asyncio.timeout(PATIENCE_S):
            await request(house)
        assert before == 0
    assert await jobs_in(house.database) == 1


async def test_many_writers_at_once_all_get_their_turn(house: House) -> None:
    await asyncio.gather(*(request(house) for _ in range(30)))
    assert await jobs_in(house.database) == 30


def is_write_locked(settings: Settings) -> bool:
    path = settings.database_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
        return False


@pytest.mark.sqlite_only
async def test_sqlite_takes_the_write_lock_at_the_door_and_only_for_writers(
    database: Database, settings: Settings
) -> None:
    async with database.read(SYSTEM) as reading:
        await reading.session.execute(text("SELECT 1 FROM jobs"))
        assert not is_write_locked(settings)
    async with database.write(SYSTEM) as writing:
        await writing.session.connection()
        assert is_write_locked(settings)
    assert not is_write_locked(settings)


@pytest.mark.sqlite_only
async def test_sqlite_waits_for_another_process_that_writes(house: House, settings: Settings) -> None:
    migrate(settings)
    path = settings.database_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        waiting = asyncio.create_task(request(house))
        done, _ = await asyncio.wait([waiting], timeout=0.2)
        assert not done
        other.execute("COMMIT")
        await asyncio.wait_for(waiting, PATIENCE_S)
    assert await jobs_in(house.database) == 1


@pytest.mark.sqlite_only
def test_sqlite_keeps_its_journal_beside_so_that_readers_go_on(settings: Settings, house: House) -> None:
    assert house.database.is_sqlite
    migrate(settings)
    with owner_of(settings) as connection:
        assert connection.scalar(text("PRAGMA journal_mode")) == "wal"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_log SET action = 'nothing'",
        "UPDATE audit_log SET workspace_id = workspace_id",
        "DELETE FROM audit_log",
    ],
)
async def test_audit_entries_stay_as_they_are_even_for_the_house(house: House, statement: str) -> None:
    async with house.database.write(SYSTEM) as work:
        await Audit(work, HOUSE, house.clock).record("something.done")
    with pytest.raises(DBAPIError, match="audit entries are"):
        async with house.database.write(SYSTEM) as work:
            await work.session.execute(text(statement))
    with owner_of(house.settings) as connection, pytest.raises(DBAPIError, match="audit entries are"):
        connection.execute(text(statement))
    async with house.database.read(SYSTEM) as work:
        assert (await work.session.execute(text("SELECT action FROM audit_log"))).all() == [("something.done",)]


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg", "postgresql+psycopg2"])
def test_every_spelling_of_postgresql_means_psycopg_3(scheme: str) -> None:
    found = Addresses.of(f"{scheme}://owner:pw@db:5433/farthing", app=None, system=None, passwords=PASSWORDS)
    for address, user in ((found.owner, "owner"), (found.app, "farthing_app"), (found.system, "farthing_system")):
        assert address.drivername == "postgresql+psycopg"
        assert (address.username, address.host, address.port, address.database) == (user, "db", 5433, "farthing")
    assert found.app.password == PASSWORDS["app"]


@pytest.mark.postgresql_only
@pytest.mark.parametrize("scheme", ["postgres", "postgresql"])
async def test_both_spellings_reach_the_same_database(
    settings: Settings, town: Town, town_with: TownWith, scheme: str
) -> None:
    person = await town.person("jan")
    address = settings.database_url.replace("postgresql://", f"{scheme}://", 1)
    async with town_with(database_url=address) as other:
        stranger = other.stranger()
        stranger.bear(person.token)
        assert (await stranger.get("/api/me")).json()["username"] == "jan"


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    "address", ["postgresql://owner:hush@127.0.0.1:1/farthing", "sqlite:////nowhere/at/all/farthing.db"]
)
async def test_a_database_that_is_away_is_told_with_its_reason(town_with: TownWith, address: str) -> None:
    async with town_with(database_url=address) as town:
        answer = await town.stranger().get("/api/system/health")
        assert answer.status_code == 503
        told = answer.json()
        assert (told["status"], told["database"], told["bootstrapped"]) == ("error", "error", None)
        assert "DATABASE_URL" in told["reason"]
        assert "hush" not in answer.text
        assert (await town.stranger().get("/health")).status_code == 200


async def test_a_database_that_answers_is_told_too(town: Town) -> None:
    told = (await town.stranger().get("/api/system/health")).json()
    assert (told["status"], told["database"], told["bootstrapped"], told["reason"]) == ("ok", "ok", False, None)
    await town.superuser()
    assert (await town.stranger().get("/api/system/health")).json()["bootstrapped"] is True


async def test_moments_without_a_zone_are_refused(house: House) -> None:
    naive = house.clock().replace(tzinfo=None)
    async with house.database.read(SYSTEM) as work:
        with pytest.raises(StatementError, match="without a time zone"):
            await work.session.scalars(select(Job).where(Job.created_at > naive))
