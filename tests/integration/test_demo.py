"""Demos: full use without a name, apart from each other, over in time, gone without a trace, or kept for good."""

import asyncio
import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import select

from factories.people import PASSWORD, Person, Town
from fakes.clock import TestClock
from farthing.auth.workspaces import purge_expired
from farthing.infra.db import SYSTEM, Base
from farthing.jobs.models import JobStep
from farthing.jobs.service import JobService
from farthing.kernel.actor import Actor, Role

TownMaker = Callable[..., AbstractAsyncContextManager[Town]]
SECRET = {"type": "allegro", "alias": "shop", "secret": "a cookie"}
NAMES = {"username": "jan", "email": "jan@example.com", "password": PASSWORD}


async def start(town: Town, address: str = "192.0.2.7", **query: str) -> httpx2.Response:
    return await town.stranger(address).post("/api/auth/demo", params=query)


async def space(person: Person) -> dict[str, Any]:
    answer = await person.get("/api/tenants/me")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def upgrade(demo: Person, **names: str) -> httpx2.Response:
    return await demo.post("/api/auth/demo/upgrade", names or NAMES)


async def purge(town: Town, limit: int = 20) -> int:
    async with town.house.database.write(SYSTEM) as work:
        return await purge_expired(work, town.house.clock, limit)


def mentions(value: Any, wanted: UUID) -> bool:
    """Whether a column's value holds an id in any spelling."""
    match value:
        case UUID():
            return value == wanted
        case bytes():
            return wanted.bytes in value or mentions(value.decode("latin-1"), wanted)
        case str():
            return str(wanted) in value.lower() or wanted.hex in value.lower()
        case dict() | list():
            return mentions(json.dumps(value), wanted)
        case _:
            return False


async def traces(town: Town, *wanted: UUID) -> set[str]:
    """The tables in which any of these ids stands, in whatever column."""
    found = set()
    async with town.house.database.read(SYSTEM) as work:
        for name, table in Base.metadata.tables.items():
            rows = (await work.session.execute(select(table))).all()
            if any(mentions(value, each) for row in rows for value in row for each in wanted):
                found.add(name)
    return found


async def live_fully(town: Town, demo: Person, clock: TestClock) -> None:
    """Leave a trace wherever a demo can."""
    await demo.post("/api/user-secrets", SECRET, headers={"Idempotency-Key": "once"})
    await demo.patch("/api/tenants/me", {"name": "Trying out"})
    await demo.patch("/api/me", {"first_name": "Guest"})
    name = (await demo.get("/api/me")).json()["username"]
    await town.stranger().post("/api/auth/login", {"username": name, "password": PASSWORD})
    workspace_id = UUID((await space(demo))["id"])
    actor = Actor(UUID(demo.id), name, workspace_id, Role.OWNER, is_demo=True)
    async with town.house.database.write(SYSTEM) as work:
        job = await JobService(work, actor, clock).request("auth.tidy", {"workspace": str(workspace_id)})
        work.session.add(JobStep(workspace_id=workspace_id, job_id=job.id, name="one", created_at=clock()))
    stolen = demo.http.cookies["refresh_token"]
    await demo.post("/api/auth/refresh")
    clock.advance(seconds=11)
    await town.stranger().post("/api/auth/refresh", headers={"Cookie": f"refresh_token={stolen}"})


class TestStarting:
    async def test_answers_in_the_words_of_all_replaced_systems(self, town: Town, clock: TestClock) -> None:
        answer = await start(town)
        assert answer.status_code == 201
        body = answer.json()
        assert {"user_id", "demo_id", "token", "access_token", "expires_at", "is_demo"} <= set(body)
        assert (body["demo_id"], body["token"], body["is_demo"]) == (body["user_id"], body["access_token"], True)
        assert datetime.fromisoformat(body["expires_at"]) > clock()

    async def test_opens_a_workspace_that_will_end(self, town: Town, clock: TestClock) -> None:
        found = await space(await town.demo())
        assert (found["kind"], found["role"]) == ("demo", "owner")
        assert datetime.fromisoformat(found["expires_at"]) == clock() + timedelta(hours=24)

    async def test_lasts_as_long_as_the_operator_says(self, town_with: TownMaker, clock: TestClock) -> None:
        async with town_with(demo_token_ttl_hours=2) as town:
            expires_at = (await space(await town.demo()))["expires_at"]
        assert datetime.fromisoformat(expires_at) == clock() + timedelta(hours=2)

    async def test_works_without_samples(self, town: Town) -> None:
        assert (await start(town, samples="false")).status_code == 201
        assert (await start(town, samples="perhaps")).status_code == 422

    async def test_says_that_it_is_a_demo(self, town: Town) -> None:
        me = (await (await town.demo()).get("/api/me")).json()
        assert (me["is_demo"], me["email"], me["is_superuser"]) == (True, None, False)

    async def test_is_full_use_of_the_product(self, town: Town) -> None:
        demo = await town.demo()
        assert (await demo.post("/api/user-secrets", SECRET)).status_code == 201
        assert (await demo.patch("/api/tenants/me", {"name": "Trying out"})).status_code == 200
        assert (await demo.post("/api/auth/refresh")).status_code == 200

    async def test_ends_with_the_first_superuser(self, town: Town) -> None:
        running = await town.demo()
        await town.superuser()
        answer = await start(town)
        assert (answer.status_code, answer.json()["detail"]) == (404, "There is no demo here.")
        assert (await running.get("/api/me")).status_code == 200

    @pytest.mark.parametrize(("mode", "status"), [("true", 201), ("false", 404)])
    async def test_is_for_the_operator_to_decide(self, mode: str, status: int, town_with: TownMaker) -> None:
        async with town_with(demo_mode=mode) as town:
            assert (await start(town)).status_code == status
            await town.superuser()
            assert (await start(town)).status_code == status

    async def test_has_a_limit_on_how_many_run(self, town_with: TownMaker, clock: TestClock) -> None:
        async with town_with(demo_max=2) as town:
            assert [(await start(town)).status_code for _ in range(3)] == [201, 201, 409]
            clock.advance(hours=24)
            assert (await start(town)).status_code == 201

    async def test_has_a_limit_on_how_many_one_address_starts(self, town: Town, clock: TestClock) -> None:
        answers = [await start(town) for _ in range(11)]
        assert [answer.status_code for answer in answers] == [201] * 10 + [429]
        assert int(answers[-1].headers["retry-after"]) in range(1, 3602)
        assert (await start(town, "198.51.100.1")).status_code == 201
        clock.advance(hours=1)
        assert (await start(town)).status_code == 201


class TestApart:
    async def test_two_demos_see_nothing_of_each_other(self, town: Town) -> None:
        one, two = await town.demo(), await town.demo()
        secret = (await one.post("/api/user-secrets", SECRET)).json()["id"]
        assert (await two.get(f"/api/user-secrets/{secret}")).status_code == 404
        assert (await two.get("/api/user-secrets")).json()["total"] == 0
        assert (await space(one))["id"] != (await space(two))["id"]
        foreign = {"X-Workspace-Id": (await space(one))["id"]}
        assert (await two.get("/api/tenants/me", headers=foreign)).status_code == 404

    @pytest.mark.parametrize(
        ("path", "body"),
        [
            ("/api/tenants/me/invites", {}),
            ("/api/tenants/me/members", {"username": "jan"}),
            ("/api/tenants", {"name": "Club"}),
            ("/api/auth/change-password", {"current_password": "x", "new_password": "staple-battery-horse"}),
        ],
    )
    async def test_a_demo_reaches_nobody_else(self, path: str, body: dict[str, str], town: Town) -> None:
        await town.person("jan")
        answer = await (await town.demo()).post(path, body)
        assert answer.status_code == 403
        assert "real account" in answer.json()["detail"]

    async def test_a_demo_is_no_way_into_somebodys_account(self, town: Town) -> None:
        name = (await (await town.demo()).get("/api/me")).json()["username"]
        for password in ("", PASSWORD):
            answer = await town.stranger().post("/api/auth/token", data={"username": name, "password": password})
            assert answer.status_code in (401, 422)


class TestEnding:
    async def test_is_at_the_time_that_was_said(self, town: Town, clock: TestClock) -> None:
        demo = await town.demo()
        clock.advance(hours=23, minutes=30)
        demo.bear((await demo.post("/api/auth/refresh")).json()["access_token"])
        assert (await demo.get("/api/me")).status_code == 200
        clock.advance(minutes=30)
        for path in ("/api/me", "/api/tenants/me", "/api/user-secrets"):
            answer = await demo.get(path)
            assert answer.status_code == 401
            assert answer.json()["detail"].startswith("This demo has ended")

    async def test_is_not_put_off_by_refreshing(self, town: Town, clock: TestClock) -> None:
        demo = await town.demo()
        clock.advance(hours=24)
        assert (await demo.post("/api/auth/refresh")).status_code == 401

    async def test_is_not_put_off_by_naming_another_workspace(self, town: Town, clock: TestClock) -> None:
        demo = await town.demo()
        clock.advance(hours=23, minutes=30)
        demo.bear((await demo.post("/api/auth/refresh")).json()["access_token"])
        clock.advance(minutes=30)
        headers = {"X-Workspace-Id": "00000000-0000-0000-0000-000000000000"}
        assert (await demo.get("/api/user-secrets", headers=headers)).status_code in (401, 404)

    async def test_comes_too_late_for_an_upgrade(self, town: Town, clock: TestClock) -> None:
        demo = await town.demo()
        clock.advance(hours=24)
        assert (await upgrade(demo)).status_code == 401


class TestPurging:
    async def test_leaves_nothing(self, town: Town, clock: TestClock) -> None:
        demo = await town.demo()
        ids = UUID(demo.id), UUID((await space(demo))["id"])
        await live_fully(town, demo, clock)
        assert {
            "users", "workspaces", "memberships", "sessions", "refresh_tokens", "user_secrets", "audit_log", "jobs",
            "job_steps", "replays",
        } <= await traces(town, *ids)  # fmt: skip
        clock.advance(hours=24)
        assert await purge(town) == 1
        assert await traces(town, *ids) == set()

    async def test_counts_each_once_whoever_purges(self, town: Town, clock: TestClock) -> None:
        for _ in range(6):
            await town.demo(samples=False)
        clock.advance(hours=24)
        counts = await asyncio.gather(*(purge(town, 4) for _ in range(4)))
        assert sum(counts) + await purge(town) == 6

    async def test_waits_for_the_end(self, town: Town, clock: TestClock) -> None:
        demo = await town.demo()
        clock.advance(minutes=59)
        assert await purge(town) == 0
        assert (await demo.get("/api/me")).status_code == 200

    async def test_takes_only_what_has_ended(self, town: Town, clock: TestClock) -> None:
        person, old = await town.person("jan"), await town.demo()
        clock.advance(hours=23)
        young = await town.demo()
        clock.advance(hours=1)
        await person.sign_in()
        assert await purge(town) == 1
        assert (await old.get("/api/me")).status_code == 401
        for spared in (young, person):
            spared.bear((await spared.post("/api/auth/refresh")).json()["access_token"])
            assert (await spared.get("/api/tenants/me")).status_code == 200

    async def test_goes_on_where_it_stopped(self, town: Town, clock: TestClock) -> None:
        for _ in range(3):
            await town.demo()
        clock.advance(hours=24)
        assert [await purge(town, 2) for _ in range(3)] == [2, 1, 0]


class TestUpgrading:
    async def test_keeps_everything_for_good(self, town: Town, clock: TestClock) -> None:
        demo = await town.demo()
        before, secret = await space(demo), (await demo.post("/api/user-secrets", SECRET)).json()
        answer = await upgrade(demo)
        assert answer.status_code == 201, answer.text
        assert (answer.json()["user_id"], answer.json()["is_demo"]) == (demo.id, False)
        demo.bear(answer.json()["access_token"])
        after = await space(demo)
        assert (after["id"], after["kind"], after["expires_at"]) == (before["id"], "personal", None)
        assert after["name"] == "jan's finances"
        clock.advance(hours=25)
        assert await purge(town) == 0
        demo.name = "jan"
        assert (await demo.sign_in()).status_code == 200
        assert (await demo.get(f"/api/user-secrets/{secret['id']}")).json() == secret

    async def test_ends_the_demos_tokens(self, town: Town) -> None:
        demo = await town.demo()
        old = demo.http.cookies["refresh_token"]
        await upgrade(demo)
        assert (await demo.get("/api/me")).status_code == 401
        answer = await town.stranger().post("/api/auth/refresh", headers={"Cookie": f"refresh_token={old}"})
        assert answer.status_code == 401

    async def test_opens_what_a_demo_may_not(self, town: Town) -> None:
        demo = await town.demo()
        demo.bear((await upgrade(demo)).json()["access_token"])
        assert (await demo.post("/api/tenants/me/invites", {})).status_code == 201
        assert (await demo.post("/api/tenants", {"name": "Club"})).status_code == 201

    @pytest.mark.parametrize(
        ("names", "status"),
        [
            ({"username": "taken", "password": PASSWORD}, 409),
            ({"email": "taken@example.com", "password": PASSWORD}, 409),
            ({"username": "jan", "password": "password1"}, 422),
            ({"password": PASSWORD}, 422),
        ],
        ids=str,
    )
    async def test_refuses_what_registering_refuses(self, names: dict[str, str], status: int, town: Town) -> None:
        await town.person("taken")
        demo = await town.demo()
        assert (await upgrade(demo, **names)).status_code == status
        assert (await demo.get("/api/me")).json()["is_demo"] is True
        assert (await upgrade(demo)).status_code == 201

    @pytest.mark.parametrize("mode", ["invite", "closed"])
    async def test_is_refused_where_registering_is(self, mode: str, town_with: TownMaker) -> None:
        async with town_with(registration=mode, demo_mode="true") as town:
            assert (await upgrade(await town.demo())).status_code == 403

    async def test_by_invite_joins_the_host(self, town_with: TownMaker) -> None:
        async with town_with(registration="invite", demo_mode="true") as town:
            root, demo = await town.superuser(), await town.demo()
            link = (await root.post("/api/tenants/me/invites", {})).json()["token"]
            answer = await upgrade(demo, **NAMES, invite=link)
            assert answer.status_code == 201, answer.text
            demo.bear(answer.json()["access_token"])
            assert (await demo.get("/api/tenants")).json()["total"] == 2

    async def test_is_only_for_demos(self, town: Town) -> None:
        assert (await upgrade(await town.person("ann"))).status_code == 404

    async def test_at_once_happens_once(self, town: Town) -> None:
        demo = await town.demo()
        wanted = [{"username": f"jan{n}", "password": PASSWORD} for n in range(4)]
        answers = await asyncio.gather(*(upgrade(demo, **names) for names in wanted))
        assert [answer.status_code for answer in answers].count(201) == 1
        assert {answer.status_code for answer in answers} <= {201, 401, 404}
