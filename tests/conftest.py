"""The ground that tests stand on: both databases, a house on either, a clock that obeys."""

import os
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from factories.people import Town, town_on
from fakes.clock import TestClock
from fakes.postgres import running_postgres
from farthing.api.app import create_app
from farthing.auth.passwords import Passwords
from farthing.bootstrap import House, build, migrate
from farthing.infra.db import Base, Database
from farthing.settings import Settings, load

SECRET_KEY = "a secret key for tests, of sufficient length"
SECRETS_KEY = "ZmFydGhpbmcgdGVzdHMgc2VhbCB3aXRoIHRoaXMgayE="
POSTGRES = "FARTHING_TEST_POSTGRES"
_EMPTY = """
  IF EXISTS (SELECT FROM {table} OFFSET 1000) THEN TRUNCATE {table} CASCADE;
  ELSIF EXISTS (SELECT FROM {table}) THEN DELETE FROM {table}; END IF;"""
"""To truncate takes a hundred times as long as to delete a few rows; many rows would leave a long way for scans."""
_servers = ExitStack()

hypothesis_settings.register_profile(
    "quick",
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
hypothesis_settings.register_profile("deep", parent=hypothesis_settings.get_profile("quick"), max_examples=1000)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


def pytest_configure(config: pytest.Config) -> None:
    """One PostgreSQL for all workers, unless the environment names one."""
    structlog.configure(processors=[structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)])
    is_worker = hasattr(config, "workerinput")
    if not is_worker and not config.option.collectonly and POSTGRES not in os.environ:
        os.environ[POSTGRES] = _servers.enter_context(running_postgres())


def pytest_unconfigure() -> None:
    _servers.close()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Whatever touches a database is asked of both."""
    if "database_kind" in metafunc.fixturenames:
        kinds = ["sqlite", "postgresql"]
        if metafunc.definition.get_closest_marker("sqlite_only"):
            kinds.remove("postgresql")
        if metafunc.definition.get_closest_marker("postgresql_only"):
            kinds.remove("sqlite")
        metafunc.parametrize("database_kind", kinds, scope="session")


@pytest.fixture(scope="session")
def worker_name(worker_id: str) -> str:
    return f"farthing_{worker_id}"


@pytest.fixture(scope="session")
def empty_postgres(worker_name: str) -> Iterator[Callable[[str], str]]:
    """Makes an empty database of a name, and drops it and its roles at the end."""
    owner = make_url(os.environ[POSTGRES]).set(drivername="postgresql+psycopg")
    made: list[str] = []

    def make(suffix: str) -> str:
        name = f"{worker_name}_{suffix}"
        _as_owner(owner, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', f'CREATE DATABASE "{name}"')
        made.append(name)
        return owner.set(database=name, drivername="postgresql").render_as_string(hide_password=False)

    yield make
    for name in made:
        _as_owner(owner, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        _as_owner(owner, *(f'DROP ROLE IF EXISTS "{name}_{role}"' for role in ("app", "system")))


def _as_owner(owner: Any, *statements: str) -> None:
    engine = create_engine(owner, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


@pytest.fixture(scope="session")
def migrated_postgres(empty_postgres: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> str:
    url = empty_postgres("main")
    migrate(make_settings(tmp_path_factory.mktemp("pg"), database_url=url))
    return url


@pytest.fixture(scope="session")
def sweep(migrated_postgres: str) -> Iterator[Callable[[], None]]:
    """Makes the migrated PostgreSQL as it was when it was new."""
    engine = create_engine(make_url(migrated_postgres).set(drivername="postgresql+psycopg"))
    tables = [name for name in Base.metadata.tables if name != "workspaces"]
    emptied = "".join(_EMPTY.format(table=table) for table in tables)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("SET session_replication_role = replica")  # rows go in no order of references

        def clean() -> None:
            connection.exec_driver_sql(f"DO $$BEGIN {emptied} DELETE FROM workspaces WHERE kind <> 'system'; END$$")

        yield clean
    engine.dispose()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sqlite")
    migrate(make_settings(folder))
    _as_owner(f"sqlite:///{folder / 'farthing.db'}", "PRAGMA wal_checkpoint(TRUNCATE)", "PRAGMA journal_mode=DELETE")
    return folder / "farthing.db"


@pytest.fixture
def database_url(
    database_kind: str, tmp_path: Path, migrated_sqlite: Path, request: pytest.FixtureRequest
) -> Iterator[str]:
    """A migrated database with nothing in it but the house."""
    if database_kind == "sqlite":
        shutil.copy(migrated_sqlite, tmp_path / "farthing.db")
        yield f"sqlite:///{tmp_path / 'farthing.db'}"
        return
    url: str = request.getfixturevalue("migrated_postgres")
    sweep: Callable[[], None] = request.getfixturevalue("sweep")
    yield url
    sweep()


def make_settings(folder: Path, **given: Any) -> Settings:
    """Settings as of a fresh installation with open doors, untouched by the environment."""
    chosen: dict[str, Any] = {
        "secret_key": SECRET_KEY,
        "secrets_key": SECRETS_KEY,
        "registration": "open",
        "data_dir": folder,
    }
    return load({}, env_file=folder / "no.env", **(chosen | given))


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return make_settings(tmp_path, database_url=database_url)


HouseMaker = Callable[[Settings], Any]


@asynccontextmanager
async def house_on(settings: Settings, clock: TestClock) -> AsyncIterator[House]:
    """A house whose passwords are cheap to check, so that tests are many."""
    house = build(settings, clock=clock, passwords=Passwords(rounds=1, memory_kib=64))
    try:
        yield house
    finally:
        await house.http.aclose()
        await house.database.close()


@pytest.fixture
async def house(settings: Settings, clock: TestClock) -> AsyncIterator[House]:
    async with house_on(settings, clock) as house:
        yield house


@pytest.fixture
async def database(house: House) -> Database:
    return house.database


@asynccontextmanager
async def alive(house: House) -> AsyncIterator[House]:
    yield house


@pytest.fixture
async def town(house: House) -> AsyncIterator[Town]:
    """People around an application on the house."""
    async with town_on(create_app(house, alive), house) as town:
        yield town


@pytest.fixture
def town_with(settings: Settings, clock: TestClock) -> Callable[..., Any]:
    """A town whose house has other settings."""

    @asynccontextmanager
    async def make(**changed: Any) -> AsyncIterator[Town]:
        other = make_settings(settings.data_dir, **({"database_url": settings.database_url} | changed))
        async with house_on(other, clock) as house, town_on(create_app(house, alive), house) as town:
            yield town

    return make
