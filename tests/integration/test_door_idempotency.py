"""Idempotency-Key: asked twice, done once, answered twice."""

import asyncio
from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from factories.people import Person, Town
from farthing.infra.db import SYSTEM

SECRET = {"type": "allegro", "alias": "shop", "secret": "hush-hush"}
WRITERS = 8


def keyed(key: str) -> dict[str, str]:
    return {"Idempotency-Key": key}


async def keep(person: Person, key: str, body: dict[str, Any] | None = None) -> httpx2.Response:
    return await person.post("/api/user-secrets", body or SECRET, headers=keyed(key))


async def kept_by(person: Person) -> int:
    total: int = (await person.get("/api/user-secrets")).json()["total"]
    return total


async def test_asked_twice_it_is_done_once_and_answered_alike(town: Town) -> None:
    person = await town.person()
    first, second = await keep(person, "k"), await keep(person, "k")
    assert first.status_code == second.status_code == 201
    assert first.content == second.content
    for name in ("content-type", "etag", "cache-control"):
        assert first.headers[name] == second.headers[name]
    assert "idempotency-replayed" not in first.headers
    assert second.headers["idempotency-replayed"] == "true"
    assert first.headers["x-request-id"] != second.headers["x-request-id"]
    assert await kept_by(person) == 1


async def test_without_a_key_everything_is_done_as_often_as_asked(town: Town) -> None:
    person = await town.person()
    for _ in range(2):
        await person.post("/api/user-secrets", SECRET)
    assert await kept_by(person) == 2


@pytest.mark.parametrize("path", ["/api/user-secrets", "/user-secrets", "/user-secrets/"])
async def test_the_address_is_the_same_with_and_without_prefix(town: Town, path: str) -> None:
    person = await town.person()
    first = await keep(person, "k")
    assert (await person.post(path, SECRET, headers=keyed("k"))).content == first.content
    assert await kept_by(person) == 1


async def test_another_request_under_the_same_key_is_refused(town: Town) -> None:
    person = await town.person()
    await keep(person, "k")
    answer = await keep(person, "k", SECRET | {"alias": "other"})
    assert answer.status_code == 422
    assert answer.json()["type"].endswith("replay_mismatch")
    assert await kept_by(person) == 1


async def test_the_same_key_for_another_deed_is_another_key(town: Town) -> None:
    person = await town.person()
    await keep(person, "k")
    answer = await person.post("/api/tenants", {"name": "Ours"}, headers=keyed("k"))
    assert (answer.status_code, answer.json()["name"]) == (201, "Ours")


async def test_keys_that_differ_only_at_their_end_differ(town: Town) -> None:
    person = await town.person()
    for end in ("one", "two"):
        assert "idempotency-replayed" not in (await keep(person, "k" * 300 + end)).headers
    assert await kept_by(person) == 2


async def test_two_people_may_choose_the_same_key(town: Town) -> None:
    one, other = await town.person(), await town.person()
    assert (await keep(one, "k")).json()["id"] != (await keep(other, "k")).json()["id"]


async def test_what_failed_may_be_tried_again_under_its_key(town: Town) -> None:
    person = await town.person()
    assert (await keep(person, "k", SECRET | {"secret": "   "})).status_code == 422
    assert (await keep(person, "k", {"type": "nothing"})).status_code == 422
    assert (await keep(person, "k")).status_code == 201


async def test_who_is_signed_out_gets_no_answer_from_memory(town: Town) -> None:
    person = await town.person()
    await keep(person, "k")
    await person.post("/api/auth/logout-all")
    assert (await keep(person, "k")).status_code == 401


async def test_who_lost_his_role_gets_no_answer_from_memory(town: Town) -> None:
    host, guest = await town.person(), await town.person()
    await town.join(host, guest, "admin")
    invite = {"role": "member"}
    assert (await guest.post("/api/tenants/me/invites", invite, headers=keyed("k"))).status_code == 201
    await host.delete(f"/api/tenants/me/members/{guest.id}")
    assert (await guest.post("/api/tenants/me/invites", invite, headers=keyed("k"))).status_code == 403


@pytest.mark.parametrize(
    ("path", "body", "listed"),
    [("/api/user-secrets", SECRET, "/api/user-secrets"), ("/api/tenants", {"name": "Ours"}, "/api/tenants")],
    ids=["in a scope of one's own", "across workspaces"],
)
async def test_asked_many_times_at_once_it_is_done_once(
    town: Town, path: str, body: dict[str, Any], listed: str
) -> None:
    person = await town.person()
    before = (await person.get(listed)).json()["total"]
    answers = await asyncio.gather(*(person.post(path, body, headers=keyed("k")) for _ in range(WRITERS)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    done = {answer.content for answer in answers if answer.status_code == 201}
    assert len(done) == 1
    assert (await person.get(listed)).json()["total"] == before + 1
    assert {(await person.post(path, body, headers=keyed("k"))).content} == done


async def test_a_request_under_way_is_told_so_and_finds_its_answer_afterwards(town: Town) -> None:
    person = await town.person()
    answers = await asyncio.gather(*(keep(person, "k") for _ in range(WRITERS)))
    for refused in (answer for answer in answers if answer.status_code == 409):
        assert refused.json()["type"].endswith("replay_under_way")
    assert (await keep(person, "k")).headers["idempotency-replayed"] == "true"


async def test_kept_answers_lie_sealed(town: Town) -> None:
    person = await town.person()
    answer = await person.post("/api/tenants/me/invites", {"role": "member"}, headers=keyed("a key of mine"))
    assert answer.json()["token"]
    async with town.house.database.read(SYSTEM) as work:
        (row,) = (await work.session.execute(text("SELECT * FROM replays"))).all()
    kept = b"".join(bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for v in row)
    for secret in (answer.json()["token"], answer.json()["id"], "member", "a key of mine"):
        assert secret.encode() not in kept


async def test_an_answer_is_remembered_for_a_day(town: Town, clock: Any) -> None:
    from farthing.auth.repository import Leftovers

    person = await town.person()
    await keep(person, "k")
    clock.advance(minutes=30)
    async with town.house.database.write(SYSTEM) as work:
        await Leftovers(work).forget(clock(), clock())
    assert "idempotency-replayed" not in (await keep(person, "k")).headers
    assert await kept_by(person) == 2
