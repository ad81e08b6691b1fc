"""What superusers do with people, what even they cannot do, and what is on record afterwards."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest

from factories.people import PASSWORD, Person, Town
from fakes.clock import TestClock

TownMaker = Callable[..., AbstractAsyncContextManager[Town]]
NOBODYS_ID = "01890000-0000-7000-8000-000000000000"
DEEDS = ["invite", "disable", "enable", "promote", "demote", "delete"]
LAST = "This is the last active superuser"


async def act(root: Person, deed: str, user_id: str) -> httpx2.Response:
    if deed == "delete":
        return await root.delete(f"/api/users/{user_id}")
    return await root.post(f"/api/users/{user_id}/{deed}")


async def log(root: Person, **query: Any) -> dict[str, Any]:
    answer = await root.get("/api/users/audit-log", params=query)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


async def actions(root: Person, **query: Any) -> list[str]:
    return [entry["action"] for entry in (await log(root, **query))["items"]]


async def two_superusers(town: Town) -> tuple[Person, Person]:
    root, second = await town.superuser(), await town.person("second")
    assert (await act(root, "promote", second.id)).status_code == 204
    return root, second


async def bootstrap(town: Town, **changed: str) -> httpx2.Response:
    body = {"username": "root", "password": PASSWORD} | changed
    return await town.stranger().post("/api/system/bootstrap", body)


async def is_bootstrapped(town: Town) -> bool:
    answer = await town.stranger().get("/api/system/bootstrap/status")
    assert set(answer.json()) == {"bootstrapped"}
    return bool(answer.json()["bootstrapped"])


class TestBootstrap:
    async def test_makes_the_first_superuser_and_closes(self, town: Town) -> None:
        assert not await is_bootstrapped(town)
        answer = await bootstrap(town)
        assert (answer.status_code, answer.json()["is_superuser"]) == (201, True)
        assert await is_bootstrapped(town)
        again = await bootstrap(town, username="second")
        assert (again.status_code, again.json()["detail"].split(".")[0]) == (409, "System already bootstrapped")

    async def test_is_open_while_only_others_are_here(self, town: Town) -> None:
        await town.person("jan")
        await town.demo()
        assert not await is_bootstrapped(town)
        assert (await bootstrap(town)).status_code == 201

    async def test_gives_a_workspace_too(self, town: Town) -> None:
        root = await town.superuser()
        assert (await root.get("/api/me")).json()["workspace"]["kind"] == "personal"

    async def test_wants_a_good_password(self, town: Town) -> None:
        for password in ("", "short", "password123", "administrator"):
            assert (await bootstrap(town, username="administrator", password=password)).status_code == 422, password
        assert not await is_bootstrapped(town)

    async def test_under_a_taken_name_leaves_the_door_open(self, town: Town) -> None:
        await town.person("root")
        assert (await bootstrap(town)).status_code == 409
        assert not await is_bootstrapped(town)
        assert (await bootstrap(town, username="another")).status_code == 201

    async def test_by_fifty_at_once_makes_one_superuser(self, town: Town) -> None:
        answers = await asyncio.gather(*(bootstrap(town, username=f"root{n}") for n in range(50)))
        winners = [answer.json() for answer in answers if answer.status_code == 201]
        assert sorted({answer.status_code for answer in answers}) == [201, 409]
        assert len(winners) == 1
        root = town.stranger()
        root.name = winners[0]["username"]
        await root.sign_in()
        page = (await root.get("/api/users")).json()
        assert [user["username"] for user in page["users"] if user["is_superuser"]] == [root.name]
        assert page["total"] == 1


class TestList:
    async def test_shows_everybody_with_an_account(self, town: Town) -> None:
        await town.demo()
        root, jan = await town.superuser(), await town.person("jan")
        page = (await root.get("/api/users")).json()
        assert [user["id"] for user in page["users"]] == [root.id, jan.id]
        assert (page["total"], page["next"]) == (2, None)
        assert {"id", "username", "is_superuser", "is_active", "must_change_password"} <= set(page["users"][0])
        assert "password_hash" not in str(page)

    async def test_goes_page_by_page_and_by_offset(self, town: Town) -> None:
        root = await town.superuser()
        made = [root.id, *[(await town.person()).id for _ in range(4)]]
        seen, query = [], {"limit": "2"}
        while query.get("next", "start"):
            page = (await root.get("/api/users", params=query)).json()
            seen += [user["id"] for user in page["users"]]
            query["next"] = page["next"] or ""
        assert seen == made
        skipped = (await root.get("/api/users", params={"limit": 2, "offset": 3})).json()
        assert [user["id"] for user in skipped["users"]] == made[3:]
        assert skipped["total"] == 5

    async def test_knows_what_is_no_page(self, town: Town) -> None:
        root = await town.superuser()
        for query in ({"limit": 0}, {"limit": 201}, {"offset": -1}, {"next": "made-up"}):
            assert (await root.get("/api/users", params=query)).status_code == 422, query


class TestCreating:
    async def test_gives_a_person_and_a_link_that_is_shown_once(self, town: Town, clock: TestClock) -> None:
        root = await town.superuser()
        answer = await root.post("/api/users", {"username": "Jan", "email": "jan@example.com"})
        made = answer.json()
        assert (answer.status_code, made["username"], made["email"]) == (201, "jan", "jan@example.com")
        assert (made["is_active"], made["is_superuser"], made["must_change_password"]) == (True, False, True)
        assert datetime.fromisoformat(made["expires_at"]) == clock() + timedelta(hours=24)
        assert (bool(made["token"]), made["invite_url"]) == (True, None)
        assert answer.headers["cache-control"] == "no-store"
        assert made["token"] not in (await root.get("/api/users")).text

    async def test_gives_a_link_that_people_can_click(self, town_with: TownMaker) -> None:
        async with town_with(app_public_url="https://money.example.com") as town:
            made = (await (await town.superuser()).post("/api/users", {"username": "jan"})).json()
        assert made["invite_url"] == f"https://money.example.com/set-password?token={made['token']}"

    async def test_can_make_a_superuser(self, town: Town) -> None:
        root = await town.superuser()
        made = (await root.post("/api/users", {"username": "jan", "is_superuser": True})).json()
        assert made["is_superuser"] is True

    @pytest.mark.parametrize("body", [{"username": "JAN"}, {"username": "ann", "email": "jan@example.com"}], ids=str)
    async def test_refuses_taken_names(self, body: dict[str, str], town: Town) -> None:
        await town.person("jan")
        assert (await (await town.superuser()).post("/api/users", body)).status_code == 409

    @pytest.mark.parametrize(
        "body", [{}, {"username": "ja"}, {"username": "jan", "password": PASSWORD}, {"username": "a@b.cd"}], ids=str
    )
    async def test_refuses_what_is_no_user(self, body: dict[str, str], town: Town) -> None:
        assert (await (await town.superuser()).post("/api/users", body)).status_code == 422

    async def test_at_once_under_one_name_makes_one(self, town: Town) -> None:
        root = await town.superuser()
        answers = await asyncio.gather(*(root.post("/api/users", {"username": "jan"}) for _ in range(5)))
        assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]


class TestDeeds:
    async def test_need_somebody(self, town: Town) -> None:
        root = await town.superuser()
        for deed in DEEDS:
            answer = await act(root, deed, NOBODYS_ID)
            assert (answer.status_code, answer.json()["detail"]) == (404, "User not found."), deed
            assert (await act(root, deed, "7")).status_code == 422, deed

    async def test_are_for_superusers(self, town: Town) -> None:
        jan, ann = await town.person("jan"), await town.person("ann")
        for deed in DEEDS:
            assert (await act(jan, deed, ann.id)).status_code == 403, deed
            assert (await act(town.stranger(), deed, ann.id)).status_code == 401, deed
        assert (await ann.get("/api/me")).json()["is_active"] is True

    async def test_reach_only_superusers_eyes(self, town: Town) -> None:
        jan = await town.person("jan")
        for path in ("/api/users", "/api/users/audit-log"):
            assert (await jan.get(path)).status_code == 403
            assert (await town.stranger().get(path)).status_code == 401
        assert (await jan.post("/api/users", {"username": "ann"})).status_code == 403

    async def test_disable_and_enable_by_turns(self, town: Town) -> None:
        root, jan = await town.superuser(), await town.person("jan")
        for deed, is_active in (("disable", False), ("disable", False), ("enable", True), ("enable", True)):
            assert (await act(root, deed, jan.id)).status_code == 204
            users = (await root.get("/api/users")).json()["users"]
            assert [user["is_active"] for user in users if user["id"] == jan.id] == [is_active]

    async def test_promote_and_demote_at_once(self, town: Town) -> None:
        root, jan = await town.superuser(), await town.person("jan")
        await act(root, "promote", jan.id)
        assert (await jan.get("/api/users")).status_code == 200
        await act(root, "demote", jan.id)
        assert (await jan.get("/api/users")).status_code == 403

    async def test_delete_for_good(self, town: Town) -> None:
        root, jan = await town.superuser(), await town.person("jan")
        assert (await act(root, "delete", jan.id)).status_code == 204
        assert (await jan.get("/api/me")).status_code == 401
        assert (await jan.sign_in()).status_code == 401
        assert (await root.get("/api/users")).json()["total"] == 1
        assert (await act(root, "delete", jan.id)).status_code == 404
        assert (await town.person("jan")).id != jan.id

    async def test_invite_gives_a_new_link(self, town: Town, clock: TestClock) -> None:
        root, jan = await town.superuser(), await town.person("jan")
        answer = await act(root, "invite", jan.id)
        assert set(answer.json()) == {"invite_url", "token", "expires_at"}
        assert datetime.fromisoformat(answer.json()["expires_at"]) == clock() + timedelta(hours=24)
        assert answer.headers["cache-control"] == "no-store"
        assert (await jan.sign_in()).status_code == 200


class TestLastSuperuser:
    @pytest.mark.parametrize("deed", ["disable", "demote", "delete"])
    async def test_stays(self, deed: str, town: Town) -> None:
        root = await town.superuser()
        answer = await act(root, deed, root.id)
        assert (answer.status_code, answer.json()["detail"].split(".")[0]) == (409, LAST)
        assert (await root.get("/api/users")).status_code == 200

    @pytest.mark.parametrize("deed", ["disable", "demote", "delete"])
    async def test_stays_while_the_other_cannot_sign_in(self, deed: str, town: Town) -> None:
        root, second = await two_superusers(town)
        await act(root, "disable", second.id)
        assert (await act(root, deed, root.id)).status_code == 409
        await act(root, "enable", second.id)
        assert (await act(root, deed, root.id)).status_code == 204

    @pytest.mark.parametrize("deed", ["disable", "demote", "delete"])
    async def test_may_go_once_there_is_another(self, deed: str, town: Town) -> None:
        root, second = await two_superusers(town)
        assert (await act(root, deed, root.id)).status_code == 204
        assert (await act(second, deed, second.id)).status_code == 409

    @pytest.mark.parametrize("deed", ["disable", "demote", "delete"])
    async def test_remains_when_two_unmake_each_other_at_once(self, deed: str, town: Town) -> None:
        root, second = await two_superusers(town)
        answers = await asyncio.gather(act(root, deed, second.id), act(second, deed, root.id))
        statuses = sorted(answer.status_code for answer in answers)
        assert statuses[0] == 204
        assert statuses[1] in (401, 403, 404, 409)
        assert [(await person.get("/api/users")).status_code for person in (root, second)].count(200) == 1

    async def test_remains_when_both_resign_at_once(self, town: Town) -> None:
        root, second = await two_superusers(town)
        answers = await asyncio.gather(act(root, "demote", root.id), act(second, "demote", second.id))
        assert sorted(answer.status_code for answer in answers) == [204, 409]

    async def test_keeps_bootstrap_closed(self, town: Town) -> None:
        root = await town.superuser()
        for deed in ("disable", "demote", "delete"):
            await act(root, deed, root.id)
        assert await is_bootstrapped(town)
        assert (await bootstrap(town, username="second")).status_code == 409


class TestAuditLog:
    async def test_says_who_did_what_to_whom_and_when(self, town: Town, clock: TestClock) -> None:
        root, jan = await town.superuser(), await town.person("jan")
        await act(root, "disable", jan.id)
        entry = (await log(root, action="user.disable"))["items"][0]
        assert (entry["actor_id"], entry["actor_name"], entry["target_id"]) == (root.id, "root", jan.id)
        assert (entry["meta"], datetime.fromisoformat(entry["created_at"])) == ({"username": "jan"}, clock())
        assert entry["request_id"]

    async def test_has_every_deed(self, town: Town) -> None:
        root = await town.superuser()
        jan = (await root.post("/api/users", {"username": "jan"})).json()["id"]
        for deed in DEEDS:
            await act(root, deed, jan)
        assert await actions(root, target_id=jan) == [f"user.{deed}" for deed in ("create", *DEEDS)][::-1]

    async def test_has_signing_in_and_failing_to(self, town: Town) -> None:
        root, jan = await town.superuser(), await town.person("jan")
        await jan.sign_in()
        await jan.sign_in("wrong-horse-battery")
        await jan.sign_in("wrong-horse-battery")
        found = await actions(root, actor_id=jan.id)
        assert (found.count("auth.sign_in"), found.count("auth.sign_in_failed")) == (1, 2)

    async def test_is_filtered_by_actor_and_target(self, town: Town) -> None:
        root, jan, ann = await town.superuser(), await town.person("jan"), await town.person("ann")
        await act(root, "disable", jan.id)
        assert {entry["actor_id"] for entry in (await log(root, actor_id=root.id))["items"]} == {root.id}
        assert {entry["target_id"] for entry in (await log(root, target_id=jan.id))["items"]} == {jan.id}
        both = await log(root, actor_id=root.id, target_id=jan.id)
        assert ([entry["action"] for entry in both["items"]], both["total"]) == (["user.disable"], 1)
        assert (await log(root, actor_id=root.id, target_id=ann.id))["total"] == 0

    async def test_is_filtered_by_workspace(self, town: Town) -> None:
        root, jan = await town.superuser(), await town.person("jan")
        space = (await jan.get("/api/tenants/me")).json()["id"]
        await jan.patch("/api/tenants/me", {"name": "Ours"})
        await jan.post("/api/tenants/me/invites", {})
        assert await actions(root, workspace_id=space) == ["invite.create", "workspace.rename", "user.register"]

    async def test_is_filtered_by_the_whole_action(self, town: Town) -> None:
        root, jan = await town.superuser(), await town.person("jan")
        await act(root, "disable", jan.id)
        assert await actions(root, action="user.disable") == ["user.disable"]
        assert await actions(root, action="user") == []

    async def test_is_filtered_by_time_with_both_ends(self, town: Town, clock: TestClock) -> None:
        root = await town.superuser()
        moments = []
        for name in ("first", "second", "third"):
            clock.advance(minutes=10)
            await root.post("/api/users", {"username": name})
            moments.append(clock().isoformat())
        query = {"action": "user.create"}
        assert (await log(root, **query, created_from=moments[1]))["total"] == 2
        assert (await log(root, **query, created_to=moments[1]))["total"] == 2
        assert (await log(root, **query, created_from=moments[1], created_to=moments[1]))["total"] == 1

    async def test_takes_a_time_without_a_zone_for_utc(self, town: Town, clock: TestClock) -> None:
        root = await town.superuser()
        bare = clock().replace(tzinfo=None)
        assert (await log(root, created_from=bare.isoformat()))["total"] > 0
        assert (await log(root, created_from=(bare + timedelta(seconds=1)).isoformat()))["total"] == 0

    async def test_is_filtered_by_what_it_tells(self, town: Town) -> None:
        root = await town.superuser()
        await root.patch("/api/tenants/me", {"name": "Household"})
        for text, found in (("Household", 1), ("hOUSEHOLD", 1), ("house_old", 0), ("%", 0), ("\\", 0)):
            assert (await log(root, meta_contains=text))["total"] == found, text

    async def test_is_filtered_by_what_it_tells_in_any_language(self, town: Town) -> None:
        root = await town.superuser()
        await root.patch("/api/tenants/me", {"name": "Żółw"})
        assert (await log(root, meta_contains="Żółw"))["total"] == 1

    async def test_goes_newest_first_page_by_page_and_by_offset(self, town: Town) -> None:
        root = await town.superuser()
        for n in range(5):
            await root.post("/api/users", {"username": f"user{n}"})
        query = {"action": "user.create", "limit": 2}
        first = await log(root, **query)
        second = await log(root, **query, next=first["next"])
        third = await log(root, **query, next=second["next"])
        names = [entry["meta"]["username"] for page in (first, second, third) for entry in page["items"]]
        assert names == [f"user{n}" for n in reversed(range(5))]
        assert [page["next"] is None for page in (first, second, third)] == [False, False, True]
        assert {page["total"] for page in (first, second, third)} == {5}
        skipped = await log(root, **query, offset=3)
        assert [entry["meta"]["username"] for entry in skipped["items"]] == ["user1", "user0"]
        assert (skipped["limit"], skipped["offset"], skipped["total"]) == (2, 3, 5)

    async def test_knows_what_is_no_question(self, town: Town) -> None:
        root = await town.superuser()
        for query in ({"actor_id": "jan"}, {"created_from": "yesterday"}, {"limit": 201}, {"next": "made-up"}):
            assert (await root.get("/api/users/audit-log", params=query)).status_code == 422, query

    async def test_holds_no_password_and_no_token(self, town: Town) -> None:
        root, jan = await town.superuser(), await town.person("jan")
        token = (await act(root, "invite", jan.id)).json()["token"]
        await town.stranger().post("/api/auth/set-password", {"token": token, "new_password": "staple-battery-horse"})
        await jan.sign_in("staple-battery-horse")
        told = str(await log(root, limit=200))
        assert not [secret for secret in (PASSWORD, "staple-battery-horse", token, jan.token) if secret in told]

    async def test_outlives_the_people_in_it(self, town: Town) -> None:
        root, jan = await town.superuser(), await town.person("jan")
        await act(root, "disable", jan.id)
        await act(root, "delete", jan.id)
        entries = (await log(root, target_id=jan.id))["items"]
        assert [entry["meta"]["username"] for entry in entries] == ["jan", "jan"]
