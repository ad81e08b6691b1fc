"""Secrets: sealed to their row and owner, opened only for use, readable through every rotation."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text, update

from factories.people import PASSWORD, Person, Town
from farthing.audit.query import AuditQuery
from farthing.audit.service import Audit
from farthing.bootstrap import House, migrate
from farthing.infra.crypto import KeyUnknown, Tampered, new_key
from farthing.infra.db import SYSTEM, Base, Scope, Work
from farthing.kernel.actor import HOUSE, Actor
from farthing.kernel.paging import PageRequest
from farthing.secrets.errors import SecretNotFound
from farthing.secrets.models import UserSecret
from farthing.secrets.service import Secrets
from farthing.settings import Settings, keep_secrets

TownWith = Callable[..., Any]
VALUE = "a-cookie-that-nobody-may-read"


async def keep(person: Person, value: str = VALUE, **facts: str) -> UUID:
    answer = await person.post("/api/user-secrets", {"type": "allegro", "secret": value} | facts)
    assert answer.status_code == 201, answer.text
    return UUID(answer.json()["id"])


def service(house: House, work: Work, person: Person) -> Secrets:
    actor = Actor(UUID(person.id), person.name, UUID(int=0), None)
    return Secrets(work, actor, house.ring, house.clock)


async def use(house: House, person: Person, secret_id: UUID, purpose: str = "test") -> str:
    async with house.database.write(Scope(user_id=UUID(person.id), workspace_id=UUID(int=0))) as work:
        return await service(house, work, person).use(secret_id, purpose)


async def rows(house: House) -> list[UserSecret]:
    async with house.database.read(SYSTEM) as work:
        return list(await work.session.scalars(select(UserSecret)))


async def everything(house: House) -> bytes:
    """All that the database holds, as bytes."""
    held = b""
    async with house.database.read(SYSTEM) as work:
        for table in Base.metadata.tables:
            for row in await work.session.execute(text(f"SELECT * FROM {table}")):
                held += b"".join(bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for v in row)
    if house.database.is_sqlite:
        held += b"".join(path.read_bytes() for path in house.settings.data_dir.glob("farthing.db*"))
    return held


async def test_the_value_lies_nowhere_in_the_database(town: Town) -> None:
    person = await town.person()
    secret = await keep(person, external_username="jan@shop.example")
    await person.patch(f"/api/user-secrets/{secret}", {"secret": VALUE + "-2"})
    await use(town.house, person, secret)
    held = await everything(town.house)
    assert b"jan@shop.example" in held
    assert VALUE.encode() not in held


async def test_the_value_is_in_no_answer(town: Town) -> None:
    root = await town.superuser()
    headers = {"Idempotency-Key": "k"}
    body = {"type": "api_token", "secret": VALUE, "alias": "shop"}
    made = [await root.post("/api/user-secrets", body, headers=headers) for _ in range(2)]
    path = f"/api/user-secrets/{made[0].json()['id']}"
    answers = [
        *made,
        await root.get(path),
        await root.get("/api/user-secrets"),
        await root.patch(path, {"secret": VALUE + "-2"}),
        await root.patch(path, {"secret": VALUE, "alias": "x" * 17}),
        await root.post("/api/user-secrets", {"type": "nothing", "secret": VALUE}),
        await root.post("/api/user-secrets", {"type": "allegro", "secret": VALUE, "stranger": VALUE}),
        await root.get("/api/users/audit-log"),
        await root.delete(path),
    ]
    assert {answer.status_code for answer in answers} == {200, 201, 204, 422}
    assert [answer.text for answer in answers if VALUE in answer.text] == []


async def test_what_is_used_is_what_was_kept(town: Town) -> None:
    person, value = await town.person(), "zażółć \\u0000 😀 " + "x" * 60_000
    secret = await keep(person, value)
    assert await use(town.house, person, secret) == value
    await person.patch(f"/api/user-secrets/{secret}", {"alias": "other"})
    assert await use(town.house, person, secret) == value
    await person.patch(f"/api/user-secrets/{secret}", {"secret": "new", "alias": None})
    assert await use(town.house, person, secret) == "new"
    shown = (await person.get(f"/api/user-secrets/{secret}")).json()
    assert (shown["alias"], shown["usage_count"]) == (None, 3)


async def test_each_use_is_counted_and_put_on_record_once(town: Town, clock: Any) -> None:
    person = await town.person()
    secret = await keep(person, alias="shop")
    clock.advance(minutes=30)
    await use(town.house, person, secret, "fetch payments")
    shown = (await person.get(f"/api/user-secrets/{secret}")).json()
    assert (shown["usage_count"], shown["last_used_at"]) == (1, "2026-03-01T12:30:00Z")
    (entry,) = await uses_on_record(town.house)
    assert (entry.target_id, entry.actor_id) == (secret, UUID(person.id))
    assert entry.meta == {
        "purpose": "fetch payments",
        "type": "allegro",
        "alias": "shop",
        "external_username": None,
    }


async def uses_on_record(house: House) -> list[Any]:
    async with house.database.read(SYSTEM) as work:
        query = AuditQuery(action="user_secret.used")
        return list((await Audit(work, HOUSE, house.clock).page(query, PageRequest(limit=200))).items)


async def test_of_many_uses_at_once_none_is_lost(town: Town) -> None:
    person = await town.person()
    secret = await keep(person)
    values = await asyncio.gather(*(use(town.house, person, secret) for _ in range(8)))
    assert values == [VALUE] * 8
    assert (await person.get(f"/api/user-secrets/{secret}")).json()["usage_count"] == 8
    assert len(await uses_on_record(town.house)) == 8


async def test_a_use_that_fails_is_not_one(town: Town) -> None:
    person = await town.person()
    secret = await keep(person)

    async def pay() -> None:
        async with town.house.database.write(Scope(UUID(person.id), UUID(int=0))) as work:
            await service(town.house, work, person).use(secret, "test")
            raise ValueError("the shop is closed")

    with pytest.raises(ValueError, match="the shop is closed"):
        await pay()
    assert await uses_on_record(town.house) == []


async def test_a_secret_is_its_owners_alone(town: Town) -> None:
    owner, root = await town.person(), await town.superuser()
    secret = await keep(owner)
    await town.join(owner, root, "admin")
    for answer in (
        await root.get(f"/api/user-secrets/{secret}"),
        await root.patch(f"/api/user-secrets/{secret}", {"secret": "mine"}),
        await root.delete(f"/api/user-secrets/{secret}"),
    ):
        assert answer.status_code == 404
    assert (await root.get("/api/user-secrets")).json()["total"] == 0
    with pytest.raises(SecretNotFound):
        await use(town.house, root, secret)
    assert await use(town.house, owner, secret) == VALUE


async def test_a_sealed_value_does_not_open_in_another_row(town: Town) -> None:
    person = await town.person()
    one, other = await keep(person, "one"), await keep(person, "other")
    await move(town.house, one, other)
    for secret in (one, other):
        with pytest.raises(Tampered):
            await use(town.house, person, secret)
    assert await uses_on_record(town.house) == []


async def move(house: House, one: UUID, other: UUID) -> None:
    """What somebody with the database in his hands could do: let two rows exchange what is sealed in them."""
    kept = {row.id: row for row in await rows(house)}
    async with house.database.write(SYSTEM) as work:
        for into, taken in ((one, kept[other]), (other, kept[one])):
            sealed = {"wrapped_key": taken.wrapped_key, "ciphertext": taken.ciphertext}
            await work.session.execute(update(UserSecret).where(UserSecret.id == into).values(sealed))


async def test_nor_with_the_data_key_of_another(town: Town) -> None:
    person = await town.person()
    one, other = await keep(person, "one"), await keep(person, "other")
    taken = next(row for row in await rows(town.house) if row.id == other)
    async with town.house.database.write(SYSTEM) as work:
        change = update(UserSecret).where(UserSecret.id == one).values(wrapped_key=taken.wrapped_key)
        await work.session.execute(change)
    with pytest.raises(Tampered):
        await use(town.house, person, one)


async def test_a_sealed_value_does_not_open_for_another_owner_or_under_another_name(town: Town) -> None:
    owner, thief = await town.person(), await town.person()
    given_away, renamed, name = await keep(owner), await keep(owner), uuid4()
    async with town.house.database.write(SYSTEM) as work:
        for secret, changed in ((given_away, {"user_id": UUID(thief.id)}), (renamed, {"id": name})):
            await work.session.execute(update(UserSecret).where(UserSecret.id == secret).values(changed))
    for user, secret in ((thief, given_away), (owner, name)):
        with pytest.raises(Tampered):
            await use(town.house, user, secret)


@pytest.mark.parametrize("blank", [None, "", "   "])
async def test_a_blank_name_is_none(town: Town, blank: str | None) -> None:
    person = await town.person()
    body = {"type": "allegro", "secret": VALUE, "alias": blank, "external_username": blank}
    made = (await person.post("/api/user-secrets", body)).json()
    assert (made["alias"], made["external_username"]) == (None, None)
    changed = await person.patch(f"/api/user-secrets/{made['id']}", {"alias": "shop", "external_username": "jan"})
    assert (changed.json()["alias"], changed.json()["external_username"]) == ("shop", "jan")
    cleared = await person.patch(f"/api/user-secrets/{made['id']}", {"alias": blank, "external_username": blank})
    assert (cleared.json()["alias"], cleared.json()["external_username"]) == (None, None)


async def test_a_name_that_is_too_long_is_not_cut(town: Town) -> None:
    person = await town.person()
    for name, longest in (("alias", 16), ("external_username", 255)):
        for length, status in ((longest, 201), (longest + 1, 422)):
            body = {"type": "allegro", "secret": VALUE, name: "x" * length}
            assert (await person.post("/api/user-secrets", body)).status_code == status


async def test_a_blank_value_is_no_secret(town: Town) -> None:
    person = await town.person()
    for value in ("", "   ", "\n"):
        answer = await person.post("/api/user-secrets", {"type": "allegro", "secret": value})
        assert answer.status_code == 422


async def test_every_kind_of_secret_can_be_kept_and_no_other(town: Town) -> None:
    person = await town.person()
    kinds = ("allegro", "amazon", "session", "api_token", "gocardless", "enablebanking", "simplefin")
    for kind in kinds:
        assert (await person.post("/api/user-secrets", {"type": kind, "secret": "x"})).status_code == 201
    assert (await person.post("/api/user-secrets", {"type": "ftp", "secret": "x"})).status_code == 422


async def test_a_secret_leaves_with_its_owner(town: Town) -> None:
    root, person = await town.superuser(), await town.person()
    await keep(person)
    assert (await root.delete(f"/api/users/{person.id}")).status_code == 204
    assert await rows(town.house) == []


@pytest.fixture
def kept_keys(settings: Settings) -> Settings:
    """An installation that generated its sealing key into the data folder."""
    keep_secrets(settings.data_dir, {"secrets_key": new_key()})
    return settings


async def rotate(settings: Settings, **environment: str) -> subprocess.CompletedProcess[str]:
    """`farthing secrets rotate`, in a process of its own beside the server."""
    given = {
        "DATA_DIR": str(settings.data_dir),
        "DATABASE_URL": settings.database_url,
        "SECRET_KEY": settings.secret_key.get_secret_value(),
    }
    return await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "farthing", "secrets", "rotate"],
        env=os.environ | given | environment,
        cwd=settings.data_dir,
        capture_output=True,
        text=True,
        check=False,
    )


def keys_of(folder: Path) -> list[str]:
    (line,) = [line for line in (folder / "secrets.env").read_text().splitlines() if line.startswith("SECRETS_KEY=")]
    return line.removeprefix("SECRETS_KEY=").split(",")


async def test_a_rotation_seals_everything_anew_and_disturbs_nobody(kept_keys: Settings, town_with: TownWith) -> None:
    async with town_with(secrets_key=None) as town:
        people = [await town.person() for _ in range(2)]
        kept = [await keep(person, person.id) for person in people]
        before = {row.id: row for row in await rows(town.house)}
        done = await rotate(kept_keys)
        assert (done.returncode, done.stdout) == (0, "2 secrets sealed with the new key.\n"), done.stderr
        for row in await rows(town.house):
            assert row.key_id != before[row.id].key_id
            assert row.wrapped_key != before[row.id].wrapped_key
            assert row.ciphertext == before[row.id].ciphertext
        for person, secret in zip(people, kept, strict=True):
            assert await use(town.house, person, secret) == person.id
        assert len(keys_of(kept_keys.data_dir)) == 2


async def test_a_server_that_slept_through_two_rotations_loses_nothing(
    kept_keys: Settings, town_with: TownWith
) -> None:
    async with town_with(secrets_key=None) as town:
        person = await town.person()
        before = await keep(person, "before")
        for _ in range(2):
            assert (await rotate(kept_keys)).returncode == 0
        after = await keep(person, "after")
        assert await use(town.house, person, before) == "before"
    async with town_with(secrets_key=None) as restarted:
        assert await use(restarted.house, person, before) == "before"
        assert await use(restarted.house, person, after) == "after"
        assert len(keys_of(kept_keys.data_dir)) == 2


async def test_a_rotation_leaves_ones_own_key_to_oneself(settings: Settings, town_with: TownWith) -> None:
    old, new = new_key(), new_key()
    async with town_with(secrets_key=old) as town:
        person = await town.person()
        secret = await keep(person)
    refused = await rotate(settings, SECRETS_KEY=old)
    assert refused.returncode == 1
    assert refused.stderr.startswith("farthing: SECRETS_KEY is set by you.")
    assert len(refused.stderr.splitlines()) == 1
    done = await rotate(settings, SECRETS_KEY=f"{new},{old}")
    assert done.stdout == "1 secrets sealed with the new key.\n"
    async with town_with(secrets_key=new) as town:
        assert await use(town.house, person, secret) == VALUE
    async with town_with(secrets_key=old) as town:
        with pytest.raises(KeyUnknown, match="Add the old key"):
            await use(town.house, person, secret)


async def test_another_secret_key_leaves_secrets_readable(settings: Settings, town: Town, town_with: TownWith) -> None:
    person = await town.person()
    secret, token = await keep(person), person.token
    changed = settings.model_copy(update={"secret_key": type(settings.secret_key)("another secret key, quite as long")})
    await asyncio.to_thread(migrate, changed)
    try:
        async with town_with(secret_key=changed.secret_key) as rekeyed:
            stranger = rekeyed.stranger()
            stranger.name = person.name
            stranger.bear(token)
            assert (await stranger.get("/api/me")).status_code == 401
            assert (await stranger.sign_in(PASSWORD)).status_code == 200
            assert await use(rekeyed.house, person, secret) == VALUE
    finally:
        await asyncio.to_thread(migrate, settings)
