"""Row-level security on PostgreSQL: what the program's own role sees, and what it can never do."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncConnection

from factories.people import Person, Town
from farthing.auth.models import OutsideIdentity, OutsideTenant, PasswordToken
from farthing.infra.crypto import sha256
from farthing.infra.db import SYSTEM, Base, Database, Scope, Work
from farthing.ingest.models import Import
from farthing.ingest.rebuild_models import Rebuild, RebuiltImport
from farthing.jobs.models import Job, JobSchedule, JobStep
from farthing.jobs.service import JobService, ScheduleService
from farthing.kernel.actor import Actor
from farthing.ledger.learning_models import CategoryModel
from farthing.ledger.rule_models import RuleRun

pytestmark = pytest.mark.postgresql_only
TABLES = sorted(Base.metadata.tables)
HIDDEN = {"throttles", "system_flags"}
LEDGER = {
    table.name
    for mapper in Base.registry.mappers
    if {"ledger", "ingest"} & set(mapper.class_.__module__.split("."))
    for table in mapper.tables
}
OF_WORKSPACES = {"invites", "jobs", "job_steps", "job_schedules", "audit_log", *LEDGER}
OF_PEOPLE = {"sessions", "refresh_tokens", "password_tokens", "user_secrets", "outside_identities", "replays"}
OF_BOTH = {"users", "workspaces", "memberships"}


@asynccontextmanager
async def as_program(
    database: Database, *, user: str | None = None, workspace: str | None = None
) -> AsyncIterator[AsyncConnection]:
    """A connection as the program's own role, with nothing set but what is said."""
    async with database._app.connect() as connection:
        for name, value in (("user_id", user), ("workspace_id", workspace)):
            if value is not None:
                await connection.execute(text(f"SELECT set_config('farthing.{name}', :v, true)"), {"v": value})
        yield connection


async def rows(connection: AsyncConnection, table: str) -> int:
    return int((await connection.scalar(text(f"SELECT count(*) FROM {table}"))) or 0)


async def keep_books(person: Person) -> None:
    """A row in every table of the ledger and of imports."""
    rule = {"name": "baker", "if": {"field": "payee", "is": "Baker"}, "then": {"note": "seen"}}
    ruled = await person.post("/api/rules", rule)
    purse, safe = [(await person.post("/api/accounts", {"name": name})).json()["id"] for name in ("Purse", "Safe")]
    parts = [{"amount": "-2", "category": "Food"}, {"amount": "-3"}]
    out = {
        "account_id": purse,
        "amount": "-5",
        "date": "2026-02-01",
        "splits": parts,
        "tags": ["odd"],
        "payee": "Baker",
    }
    ids = [
        (await person.post("/api/transactions", body)).json()["id"]
        for body in (out, {"account_id": safe, "amount": "5", "date": "2026-02-01"})
    ]
    receipt = {"file": ("receipt.txt", b"one loaf", "text/plain")}
    shop = (await person.post("/api/merchants", {"name": "Shop"})).json()["id"]
    asked = [
        ruled,
        await person.post("/api/transfers", {"transaction_id": ids[0], "other_transaction_id": ids[1]}),
        await person.patch(f"/api/transactions/{ids[1]}", {"note": "mine"}),
        await person.post(f"/api/transactions/{ids[0]}/attachments", files=receipt),
        await person.post(f"/api/merchants/{shop}/aliases", {"alias": "the shop"}),
        await person.post(f"/api/accounts/{purse}/balances", {"date": "2026-02-01", "balance": "1"}),
        await person.post("/api/closed-months", {"month": "2020-01"}),
    ]
    asked += await bring_files(person)
    assert all(answer.is_success for answer in asked), [answer.text for answer in asked]


async def bring_files(person: Person) -> list[httpx2.Response]:
    """An import that was posted, with a line that could not be read and a link to what was announced."""
    bank = (await person.post("/api/accounts", {"name": "Bank"})).json()["id"]
    pending = {"account_id": bank, "amount": "-7.11", "date": "2026-02-02", "status": "pending", "payee": "Lidl shop"}
    content = b"Date;Payee;Amount\n2026-02-03;Lidl shop;-7.11\n2026-02-04;Kiosk;none\n"
    return [
        await person.post("/api/transactions", pending),
        await person.post(
            "/api/transactions/upload-csv", files={"file": ("bank.csv", content)}, data={"account_id": bank}
        ),
        await person.post("/api/webhook-sources", {"name": "shop"}),
    ]


async def settle(town: Town, person: Person) -> str:
    """A row in every table that can have one of this person's or his workspace's."""
    workspace: str = (await person.get("/api/tenants/me")).json()["id"]
    await person.post("/api/user-secrets", {"type": "allegro", "secret": "hush"}, headers={"Idempotency-Key": "k"})
    await person.post("/api/tenants/me/invites", {})
    await keep_books(person)
    await person.sign_in()
    now, clock = town.house.clock(), town.house.clock
    async with town.house.database.write(SYSTEM) as work:
        actor = Actor(UUID(person.id), person.name, UUID(workspace), None)
        job = await JobService(work, actor, clock).request("some.kind", {})
        work.session.add(JobStep(workspace_id=job.workspace_id, job_id=job.id, name="step", created_at=now))
        await ScheduleService(work, clock).ensure("daily", "some.kind", "0 3 * * *", workspace_id=job.workspace_id)
        them = {"user_id": UUID(person.id), "created_at": now}
        model = {"version": 1, "trained_at": now, "learned_until": now, "examples": 1, "learned": {}}
        work.session.add(CategoryModel(workspace_id=job.workspace_id, **model))
        ran = {"rules": [], "counts": {}, "actor_name": person.name, "created_at": now}
        work.session.add(RuleRun(id=uuid4(), workspace_id=job.workspace_id, **ran))
        await rebuild(work, person, job.workspace_id)
        work.session.add(OutsideIdentity(issuer="issuer", subject=person.id, **them))
        work.session.add(PasswordToken(id=uuid4(), token_hash=sha256(person.id), expires_at=now, **them))
        work.session.add(
            OutsideTenant(issuer="issuer", tenant=workspace, workspace_id=job.workspace_id, created_at=now)
        )
        await work.session.flush()
    return workspace


async def rebuild(work: Work, person: Person, workspace_id: UUID) -> None:
    """What was found of an import when it was read again."""
    ours = await work.session.scalar(select(Import.id).where(Import.workspace_id == workspace_id).limit(1))
    one = Rebuild(
        id=uuid4(),
        workspace_id=workspace_id,
        is_dry_run=True,
        wanted={},
        accounts=[],
        actor_name=person.name,
        created_at=datetime.now(UTC),
    )
    work.session.add(one)
    await work.session.flush()
    parsers = {"parser_before": "csv/0", "parser_after": "csv/1"}
    told: dict[str, Any] = {"state": "planned", "size": 0, "counts": {}, "before": {}, "after": {}}
    place = {"rebuild_id": one.id, "position": 0, "import_id": ours, "name": "bank.csv"}
    work.session.add(RebuiltImport(workspace_id=workspace_id, **place, **parsers, **told))


@pytest.fixture
async def neighbours(town: Town) -> tuple[Person, str, Person, str]:
    one, other = await town.person("one"), await town.person("other")
    return one, await settle(town, one), other, await settle(town, other)


def test_every_table_is_somebodys() -> None:
    assert set(TABLES) == HIDDEN | OF_WORKSPACES | OF_PEOPLE | OF_BOTH | {"outside_tenants"}


async def test_without_a_workspace_the_program_sees_nothing(
    town: Town, neighbours: tuple[Person, str, Person, str]
) -> None:
    assert neighbours
    for table in TABLES:
        async with town.house.database.read(SYSTEM) as work:
            assert await rows(await work.session.connection(), table) > 0 or table in HIDDEN, table
        async with as_program(town.house.database) as connection:
            if table in HIDDEN:
                with pytest.raises(ProgrammingError, match="permission denied"):
                    await rows(connection, table)
            else:
                assert await rows(connection, table) == 0, table


@pytest.mark.parametrize("nothing", ["", "00000000-0000-7000-8000-000000000000"])
async def test_nobody_in_nobodys_workspace_sees_nothing(
    town: Town, neighbours: tuple[Person, str, Person, str], nothing: str
) -> None:
    assert neighbours
    for table in sorted(set(TABLES) - HIDDEN):
        async with as_program(town.house.database, user=nothing, workspace=nothing) as connection:
            assert await rows(connection, table) == 0, table


async def test_with_a_workspace_it_sees_that_workspaces_rows_only(
    town: Town, neighbours: tuple[Person, str, Person, str]
) -> None:
    _, workspace, _, _ = neighbours
    for table in sorted(OF_WORKSPACES | {"outside_tenants", "memberships"}):
        async with as_program(town.house.database, workspace=workspace) as connection:
            seen = (await connection.scalars(text(f"SELECT DISTINCT workspace_id FROM {table}"))).all()
            assert [str(found) for found in seen] == [workspace], table


async def test_with_a_person_it_sees_that_persons_rows_only(
    town: Town, neighbours: tuple[Person, str, Person, str]
) -> None:
    person, _, _, _ = neighbours
    for table in sorted(OF_PEOPLE | {"memberships"}):
        async with as_program(town.house.database, user=person.id) as connection:
            seen = (await connection.scalars(text(f"SELECT DISTINCT user_id FROM {table}"))).all()
            assert [str(found) for found in seen] == [person.id], table
    for table in sorted(OF_WORKSPACES):
        async with as_program(town.house.database, user=person.id) as connection:
            assert await rows(connection, table) == 0, table


async def test_people_see_those_they_share_a_workspace_with(
    town: Town, neighbours: tuple[Person, str, Person, str]
) -> None:
    one, workspace, other, elsewhere = neighbours
    async with as_program(town.house.database, user=one.id, workspace=workspace) as connection:
        assert (await connection.scalars(text("SELECT username FROM users"))).all() == ["one"]
        assert [str(w) for w in await connection.scalars(text("SELECT id FROM workspaces"))] == [workspace]
    await town.join(one, other, "viewer")
    async with as_program(town.house.database, user=one.id, workspace=workspace) as connection:
        assert sorted(await connection.scalars(text("SELECT username FROM users"))) == ["one", "other"]
        assert elsewhere not in [str(w) for w in await connection.scalars(text("SELECT id FROM workspaces"))]


async def test_it_cannot_put_a_row_into_another_workspace(
    town: Town, neighbours: tuple[Person, str, Person, str]
) -> None:
    one, workspace, other, elsewhere = neighbours
    scope = Scope(user_id=UUID(one.id), workspace_id=UUID(workspace))
    foreign = Actor(UUID(other.id), other.name, UUID(elsewhere), None)
    with pytest.raises(ProgrammingError, match="row-level security"):
        async with town.house.database.write(scope) as work:
            await JobService(work, foreign, town.house.clock).request("some.kind", {})
    for table in sorted(OF_WORKSPACES - {"audit_log"}):
        async with as_program(town.house.database, user=one.id, workspace=workspace) as connection:
            with pytest.raises(DBAPIError, match="row-level security"):
                await connection.execute(text(f"UPDATE {table} SET workspace_id = :w"), {"w": elsewhere})


async def test_it_cannot_make_a_row_somebody_elses(town: Town, neighbours: tuple[Person, str, Person, str]) -> None:
    one, workspace, other, _ = neighbours
    for table in sorted(OF_PEOPLE):
        async with as_program(town.house.database, user=one.id, workspace=workspace) as connection:
            with pytest.raises(DBAPIError, match="row-level security"):
                await connection.execute(text(f"UPDATE {table} SET user_id = :u"), {"u": other.id})


async def test_it_cannot_join_a_workspace_by_itself(town: Town, neighbours: tuple[Person, str, Person, str]) -> None:
    one, workspace, _, elsewhere = neighbours
    statement = (
        "INSERT INTO memberships (id, workspace_id, user_id, role, created_at, updated_at) "
        "VALUES (:id, :w, :u, 'owner', now(), now())"
    )
    async with as_program(town.house.database, user=one.id, workspace=workspace) as connection:
        with pytest.raises(ProgrammingError, match="row-level security"):
            await connection.execute(text(statement), {"id": str(uuid4()), "w": elsewhere, "u": one.id})


async def test_what_it_changes_or_deletes_is_never_anothers(
    town: Town, neighbours: tuple[Person, str, Person, str]
) -> None:
    one, workspace, other, elsewhere = neighbours
    scope = Scope(user_id=UUID(one.id), workspace_id=UUID(workspace))
    async with town.house.database.write(scope) as work:
        for table in sorted((OF_WORKSPACES | OF_PEOPLE | {"memberships"}) - {"audit_log"}):
            await work.session.execute(text(f"DELETE FROM {table}"))
        await work.session.execute(text("UPDATE workspaces SET name = 'mine now'"))
        await work.session.execute(text("UPDATE users SET first_name = 'mine now'"))
    async with as_program(town.house.database, user=other.id, workspace=elsewhere) as connection:
        for table in sorted(OF_WORKSPACES | OF_PEOPLE | OF_BOTH):
            assert await rows(connection, table) > 0, table
        assert "mine now" not in list(await connection.scalars(text("SELECT name FROM workspaces")))
        assert "mine now" not in list(await connection.scalars(text("SELECT first_name FROM users")))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_log SET action = 'nothing'",
        "DELETE FROM audit_log",
        "TRUNCATE audit_log",
        "TRUNCATE jobs",
        "DELETE FROM users",
        "DELETE FROM workspaces",
        "INSERT INTO workspaces SELECT * FROM workspaces",
        "SELECT * FROM alembic_version",
        "SELECT * FROM throttles",
        "CREATE TABLE mine (id int)",
        "ALTER TABLE jobs DISABLE ROW LEVEL SECURITY",
        "DROP POLICY own_rows ON jobs",
        "DROP TRIGGER audit_log_kept ON audit_log",
        "CREATE SCHEMA mine",
        "SELECT 1 FROM dbos.workflow_status",
    ],
)
async def test_what_the_program_may_not_do_it_cannot(
    town: Town, neighbours: tuple[Person, str, Person, str], statement: str
) -> None:
    person, workspace, _, _ = neighbours
    async with as_program(town.house.database, user=person.id, workspace=workspace) as connection:
        with pytest.raises(DBAPIError, match=r"permission denied|must be owner"):
            await connection.execute(text(statement))


async def test_it_cannot_look_past_the_wall(town: Town, neighbours: tuple[Person, str, Person, str]) -> None:
    assert neighbours
    async with as_program(town.house.database) as connection:
        await connection.execute(text("SET row_security = off"))
        with pytest.raises(DBAPIError, match="row-level security"):
            await rows(connection, "jobs")
    for role in ("system", "owner"):
        address = getattr(town.house.database.addresses, role)
        async with as_program(town.house.database) as connection:
            with pytest.raises(DBAPIError, match="permission denied"):
                await connection.execute(text(f'SET ROLE "{address.username}"'))


@pytest.mark.parametrize("role", ["app", "system"])
async def test_neither_role_is_anybody_special(database: Database, role: str) -> None:
    name = getattr(database.addresses, role).username
    special = text(
        "SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication "
        "FROM pg_roles WHERE rolname = :name"
    )
    owned = text("SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = :name AND relnamespace = 2200")
    member = text("SELECT count(*) FROM pg_auth_members WHERE member = CAST(CAST(:name AS text) AS regrole)")
    async with database.read(SYSTEM) as work:
        assert await work.session.scalar(special, {"name": name}) is False
        assert await work.session.scalar(owned, {"name": name}) == 0
        assert await work.session.scalar(member, {"name": f'"{name}"'}) == 0


async def test_the_program_connects_as_these_roles(database: Database) -> None:
    for scope, role in ((SYSTEM, "system"), (Scope(), "app")):
        async with database.read(scope) as work:
            current = await work.session.scalar(text("SELECT current_user"))
            assert current == getattr(database.addresses, role).username != database.addresses.owner.username


async def test_every_table_is_behind_the_wall_or_out_of_sight(database: Database) -> None:
    secured = text(
        "SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity AS walled, "
        "has_table_privilege(CAST(:role AS text), c.oid, 'SELECT, INSERT, UPDATE, DELETE') AS reachable "
        "FROM pg_class c WHERE c.relkind IN ('r', 'p', 'v', 'm') AND c.relnamespace = 'public'::regnamespace"
    )
    async with database.read(SYSTEM) as work:
        found = (await work.session.execute(secured, {"role": database.addresses.app.username})).all()
    assert {row.relname for row in found} == {*TABLES, "alembic_version"}
    assert [row.relname for row in found if row.reachable and not row.walled] == []
    assert {row.relname for row in found if not row.reachable} == HIDDEN | {"alembic_version"}


async def test_the_scope_ends_with_its_transaction(town: Town, neighbours: tuple[Person, str, Person, str]) -> None:
    """Connections go back to the pool; whoever gets one next must not see what the last one saw."""
    one, workspace, _, _ = neighbours
    async with town.house.database.read(Scope(user_id=UUID(one.id), workspace_id=UUID(workspace))) as work:
        assert await rows(await work.session.connection(), "jobs") == 1
    for _ in range(5):
        async with town.house.database.read(Scope()) as work:
            assert await rows(await work.session.connection(), "jobs") == 0


async def test_the_house_sees_everybody(town: Town, neighbours: tuple[Person, str, Person, str]) -> None:
    assert neighbours
    async with town.house.database.read(SYSTEM) as work:
        for model in (Job, JobStep, JobSchedule):
            assert await rows(await work.session.connection(), model.__tablename__) == 2
