"""Staying signed in, and ending it: refresh chains, devices, passwords that change."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import httpx2
import pytest

from factories.people import PASSWORD, Person, Town
from fakes.clock import TestClock

TownMaker = Callable[..., AbstractAsyncContextManager[Town]]
NEW_PASSWORD = "staple-battery-horse"
NOBODYS_ID = "01890000-0000-7000-8000-000000000000"


def cookie(person: Person) -> str:
    return str(person.http.cookies["refresh_token"])


def given(answer: httpx2.Response) -> str:
    return str(answer.cookies["refresh_token"])


async def refresh(town: Town, token: str) -> httpx2.Response:
    """Present a refresh token from a browser that has nothing else."""
    return await town.stranger().post("/api/auth/refresh", headers={"Cookie": f"refresh_token={token}"})


async def warm_up(town: Town) -> None:
    """Open the connections that a race needs; else the first is through before the second has one."""
    await asyncio.gather(*(town.stranger().get("/api/system/bootstrap/status") for _ in range(6)))


async def is_in(town: Town, answer: httpx2.Response) -> bool:
    """Whether the access token of an answer opens anything."""
    person = town.stranger()
    person.bear(answer.json()["access_token"])
    return (await person.get("/api/me")).status_code == 200


async def another_device(town: Town, person: Person) -> Person:
    device = town.stranger()
    device.name = person.name
    assert (await device.sign_in()).status_code == 200
    return device


async def is_out(person: Person) -> bool:
    return (await person.get("/api/me")).status_code == 401


async def invited(root: Person, name: str = "jan") -> tuple[str, str]:
    """Somebody whom the superuser made: his id and the token that sets his password."""
    answer = await root.post("/api/users", {"username": name})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"], answer.json()["token"]


async def set_password(town: Town, token: str, password: str = NEW_PASSWORD) -> httpx2.Response:
    return await town.stranger().post("/api/auth/set-password", {"token": token, "new_password": password})


async def sign_in(town: Town, name: str, password: str) -> int:
    person = town.stranger()
    person.name = name
    return (await person.sign_in(password)).status_code


class TestRefreshing:
    async def test_gives_the_next_pair_of_tokens(self, town: Town) -> None:
        jan = await town.person("jan")
        first = cookie(jan)
        answer = await jan.post("/api/auth/refresh")
        assert answer.status_code == 200
        assert answer.json()["user_id"] == jan.id
        assert cookie(jan) == given(answer) != first
        assert await is_in(town, answer)

    async def test_goes_on_link_by_link(self, town: Town, clock: TestClock) -> None:
        jan = await town.person("jan")
        seen = {cookie(jan)}
        for _ in range(5):
            clock.advance(hours=2)
            assert (await jan.post("/api/auth/refresh")).status_code == 200
            seen.add(cookie(jan))
        assert len(seen) == 6

    async def test_ends_with_the_session(self, town: Town, clock: TestClock) -> None:
        jan = await town.person("jan")
        clock.advance(days=29)
        assert (await jan.post("/api/auth/refresh")).status_code == 200
        clock.advance(days=1)
        assert (await jan.post("/api/auth/refresh")).status_code == 401

    async def test_ends_as_early_as_the_operator_says(self, town_with: TownMaker, clock: TestClock) -> None:
        async with town_with(refresh_token_expire_days=2) as town:
            jan = await town.person("jan")
            clock.advance(days=2)
            assert (await refresh(town, cookie(jan))).status_code == 401

    async def test_needs_a_cookie(self, town: Town) -> None:
        answer = await town.stranger().post("/api/auth/refresh")
        assert answer.status_code == 401
        assert answer.json()["detail"].startswith("Missing refresh token")

    async def test_needs_a_cookie_of_ours(self, town: Town) -> None:
        answer = await refresh(town, "A" * 43)
        assert answer.status_code == 401
        assert answer.json()["detail"].startswith("Invalid refresh token")

    async def test_of_somebody_disabled_fails(self, town: Town) -> None:
        root, jan = await town.superuser(), await town.person("jan")
        await root.post(f"/api/users/{jan.id}/disable")
        assert (await refresh(town, cookie(jan))).status_code == 401
        await root.post(f"/api/users/{jan.id}/enable")
        assert (await refresh(town, cookie(jan))).status_code == 401


class TestTabs:
    async def test_that_refresh_at_once_all_stay_signed_in_with_one_successor(
        self, town: Town, clock: TestClock
    ) -> None:
        jan = await town.person("jan")
        await warm_up(town)
        answers = await asyncio.gather(*(refresh(town, cookie(jan)) for _ in range(6)))
        assert {answer.status_code for answer in answers} == {200}
        assert len({given(answer) for answer in answers}) == 1
        assert all([await is_in(town, answer) for answer in answers])
        clock.advance(hours=1)
        assert (await refresh(town, given(answers[0]))).status_code == 200

    async def test_that_come_late_within_the_grace_get_the_end_of_the_chain(self, town: Town, clock: TestClock) -> None:
        jan = await town.person("jan")
        first = cookie(jan)
        second = given(await refresh(town, first))
        third = given(await refresh(town, second))
        clock.advance(seconds=10)
        assert given(await refresh(town, first)) == third


class TestReuse:
    """A token presented again after the grace: one of the two who have it stole it."""

    async def test_by_the_owner_ends_what_the_thief_got(self, town: Town, clock: TestClock) -> None:
        jan = await town.person("jan")
        stolen = cookie(jan)
        thief = await refresh(town, stolen)
        clock.advance(seconds=11)
        assert await is_in(town, thief)
        owner = await refresh(town, stolen)
        assert owner.status_code == 401
        assert "used before" in owner.json()["detail"]
        assert (await refresh(town, given(thief))).status_code == 401
        assert not await is_in(town, thief)
        assert await is_out(jan)

    async def test_by_the_thief_ends_the_owners_session_too(self, town: Town, clock: TestClock) -> None:
        jan = await town.person("jan")
        stolen = cookie(jan)
        owner = await jan.post("/api/auth/refresh")
        clock.advance(seconds=11)
        assert (await refresh(town, stolen)).status_code == 401
        assert (await jan.post("/api/auth/refresh")).status_code == 401
        assert not await is_in(town, owner)

    async def test_leaves_other_devices_alone(self, town: Town, clock: TestClock) -> None:
        jan = await town.person("jan")
        phone = await another_device(town, jan)
        stolen = cookie(jan)
        await jan.post("/api/auth/refresh")
        clock.advance(seconds=11)
        await refresh(town, stolen)
        assert not await is_out(phone)
        assert (await phone.post("/api/auth/refresh")).status_code == 200

    async def test_is_on_record_under_its_victim(self, town: Town, clock: TestClock) -> None:
        root, jan = await town.superuser(), await town.person("jan")
        stolen = cookie(jan)
        await jan.post("/api/auth/refresh")
        clock.advance(seconds=11)
        await refresh(town, stolen)
        query = {"action": "auth.refresh_reused"}
        entries = (await root.get("/api/users/audit-log", params=query)).json()["items"]
        assert [entry["target_id"] for entry in entries] == [jan.id]


class TestSigningOut:
    async def test_ends_the_session_and_takes_the_cookie(self, town: Town) -> None:
        jan = await town.person("jan")
        kept = cookie(jan)
        answer = await jan.post("/api/auth/logout")
        assert (answer.status_code, answer.json()) == (200, {"ok": True})
        assert "refresh_token" not in jan.http.cookies
        assert (await refresh(town, kept)).status_code == 401
        assert await is_out(jan)

    async def test_works_with_an_old_link_of_the_chain(self, town: Town) -> None:
        jan = await town.person("jan")
        first = cookie(jan)
        newest = given(await refresh(town, first))
        await town.stranger().post("/api/auth/logout", headers={"Cookie": f"refresh_token={first}"})
        assert (await refresh(town, newest)).status_code == 401

    async def test_works_with_the_access_token_alone(self, town: Town) -> None:
        jan = await town.person("jan")
        kept = cookie(jan)
        jan.http.cookies.clear()
        assert (await jan.post("/api/auth/logout")).json() == {"ok": True}
        assert (await refresh(town, kept)).status_code == 401

    @pytest.mark.parametrize("token", [None, "not-a-token"])
    async def test_never_fails_for_want_of_a_token(self, token: str | None, town: Town) -> None:
        nobody = town.stranger()
        nobody.bear(token)
        answer = await nobody.post("/api/auth/logout")
        assert (answer.status_code, answer.json()) == (200, {"ok": True})

    async def test_never_fails_for_want_of_a_workspace(self, town: Town) -> None:
        jan = await town.person("jan")
        for workspace in (NOBODYS_ID, "none"):
            answer = await jan.post("/api/auth/logout", headers={"X-Workspace-Id": workspace})
            assert (answer.status_code, answer.json()) == (200, {"ok": True})

    async def test_works_twice_and_with_an_expired_token(self, town: Town, clock: TestClock) -> None:
        jan = await town.person("jan")
        clock.advance(hours=2)
        assert [(await jan.post("/api/auth/logout")).status_code for _ in range(2)] == [200, 200]

    async def test_leaves_other_devices_alone(self, town: Town) -> None:
        jan = await town.person("jan")
        phone = await another_device(town, jan)
        await jan.post("/api/auth/logout")
        assert not await is_out(phone)

    async def test_everywhere_ends_all_devices(self, town: Town) -> None:
        jan, ann = await town.person("jan"), await town.person("ann")
        devices = [jan, await another_device(town, jan), await another_device(town, jan)]
        answer = await jan.post("/api/auth/logout-all")
        assert answer.json() == {"ok": True, "revoked": 3}
        assert all([await is_out(device) for device in devices])
        assert not await is_out(ann)


class TestDevices:
    async def test_are_listed_newest_first_with_the_one_in_hand_marked(self, town: Town) -> None:
        jan = await town.person("jan")
        phone = town.stranger("198.51.100.9")
        phone.name = "jan"
        phone.http.headers["User-Agent"] = "a phone"
        await phone.sign_in()
        page = (await phone.get("/api/auth/sessions")).json()
        assert [session["is_current"] for session in page["sessions"]] == [True, False]
        assert (page["sessions"][0]["address"], page["sessions"][0]["user_agent"]) == ("198.51.100.9", "a phone")
        assert (page["total"], page["next"]) == (2, None)
        assert [s["is_current"] for s in (await jan.get("/api/auth/sessions")).json()["sessions"]] == [False, True]

    async def test_are_listed_page_by_page(self, town: Town) -> None:
        jan = await town.person("jan")
        for _ in range(2):
            await another_device(town, jan)
        first = (await jan.get("/api/auth/sessions", params={"limit": 2})).json()
        second = (await jan.get("/api/auth/sessions", params={"limit": 2, "next": first["next"]})).json()
        assert [len(first["sessions"]), len(second["sessions"])] == [2, 1]
        assert len({s["id"] for s in first["sessions"] + second["sessions"]}) == 3

    async def test_that_are_ended_leave_the_list_and_are_out_at_once(self, town: Town) -> None:
        jan = await town.person("jan")
        phone = await another_device(town, jan)
        newest = (await jan.get("/api/auth/sessions")).json()["sessions"][0]["id"]
        assert (await jan.delete(f"/api/auth/sessions/{newest}")).status_code == 204
        assert await is_out(phone)
        assert (await phone.post("/api/auth/refresh")).status_code == 401
        assert (await jan.get("/api/auth/sessions")).json()["total"] == 1
        assert (await jan.delete(f"/api/auth/sessions/{newest}")).status_code == 404

    async def test_of_somebody_else_do_not_exist(self, town: Town) -> None:
        jan, ann = await town.person("jan"), await town.person("ann")
        hers = (await ann.get("/api/auth/sessions")).json()["sessions"][0]["id"]
        for unreachable in (hers, NOBODYS_ID):
            assert (await jan.delete(f"/api/auth/sessions/{unreachable}")).status_code == 404
        assert not await is_out(ann)

    async def test_that_expired_are_not_listed(self, town: Town, clock: TestClock) -> None:
        jan = await town.person("jan")
        clock.advance(days=31)
        await jan.sign_in()
        assert (await jan.get("/api/auth/sessions")).json()["total"] == 1


class TestChangingThePassword:
    CHANGE = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}  # noqa: RUF012  read only

    async def test_ends_the_other_sessions_but_not_this_one(self, town: Town) -> None:
        jan = await town.person("jan")
        phone = await another_device(town, jan)
        answer = await jan.post("/api/auth/change-password", self.CHANGE)
        assert answer.json() == {"ok": True, "revoked": 1}
        assert await is_out(phone)
        assert not await is_out(jan)
        assert (await jan.post("/api/auth/refresh")).status_code == 200

    async def test_makes_the_old_one_worthless(self, town: Town) -> None:
        jan = await town.person("jan")
        await jan.post("/api/auth/change-password", self.CHANGE)
        assert [await sign_in(town, "jan", p) for p in (PASSWORD, NEW_PASSWORD)] == [401, 200]

    async def test_needs_the_current_one(self, town: Town) -> None:
        jan = await town.person("jan")
        answer = await jan.post("/api/auth/change-password", self.CHANGE | {"current_password": "a guess"})
        assert answer.status_code == 400
        assert await sign_in(town, "jan", PASSWORD) == 200

    async def test_refuses_a_weak_one(self, town: Town) -> None:
        jan = await town.person("jan")
        for weak in ("short", "password1", "jan", "aaaaaaaaaa"):
            answer = await jan.post("/api/auth/change-password", self.CHANGE | {"new_password": weak})
            assert answer.status_code == 422, weak
        assert await sign_in(town, "jan", PASSWORD) == 200

    async def test_at_once_from_two_devices_happens_once(self, town: Town) -> None:
        jan = await town.person("jan")
        changes = (self.CHANGE | {"new_password": f"staple-battery-{n}"} for n in range(4))
        answers = await asyncio.gather(*(jan.post("/api/auth/change-password", change) for change in changes))
        assert sorted(answer.status_code for answer in answers) == [200, 400, 400, 400]


class TestSettingThePassword:
    async def test_works_once(self, town: Town) -> None:
        _, token = await invited(await town.superuser())
        assert (await set_password(town, token)).status_code == 204
        assert await sign_in(town, "jan", NEW_PASSWORD) == 200
        again = await set_password(town, token, "another-good-one")
        assert (again.status_code, again.json()["detail"].split(".")[0]) == (400, "Invalid or expired token")
        assert await sign_in(town, "jan", NEW_PASSWORD) == 200

    async def test_at_once_works_once(self, town: Town) -> None:
        _, token = await invited(await town.superuser())
        answers = await asyncio.gather(*(set_password(town, token, f"staple-battery-{n}") for n in range(4)))
        assert sorted(answer.status_code for answer in answers) == [204, 400, 400, 400]

    async def test_has_its_time(self, town: Town, clock: TestClock) -> None:
        _, token = await invited(await town.superuser())
        clock.advance(hours=24)
        assert (await set_password(town, token)).status_code == 400

    async def test_has_the_time_that_the_operator_gives(self, town_with: TownMaker, clock: TestClock) -> None:
        async with town_with(password_set_token_expire_hours=48) as town:
            _, token = await invited(await town.superuser())
            clock.advance(hours=47)
            assert (await set_password(town, token)).status_code == 204

    async def test_by_a_new_link_voids_the_older_one_and_keeps_the_present_password(self, town: Town) -> None:
        root = await town.superuser()
        user_id, first = await invited(root)
        await set_password(town, first)
        second, third = [(await root.post(f"/api/users/{user_id}/invite")).json()["token"] for _ in range(2)]
        assert await sign_in(town, "jan", NEW_PASSWORD) == 200
        assert (await set_password(town, second, "another-good-one")).status_code == 400
        assert (await set_password(town, third, "another-good-one")).status_code == 204
        assert [await sign_in(town, "jan", p) for p in (NEW_PASSWORD, "another-good-one")] == [401, 200]

    async def test_ends_all_sessions(self, town: Town) -> None:
        root, jan = await town.superuser(), await town.person("jan")
        token = (await root.post(f"/api/users/{jan.id}/invite")).json()["token"]
        assert not await is_out(jan)
        await set_password(town, token)
        assert await is_out(jan)

    async def test_refuses_a_weak_one_and_leaves_the_link_alive(self, town: Town) -> None:
        _, token = await invited(await town.superuser())
        assert (await set_password(town, token, "password1")).status_code == 422
        assert (await set_password(town, token)).status_code == 204

    async def test_is_not_for_somebody_disabled(self, town: Town) -> None:
        root = await town.superuser()
        user_id, token = await invited(root)
        await root.post(f"/api/users/{user_id}/disable")
        assert (await set_password(town, token)).status_code == 400

    async def test_fulfils_the_duty_to_change_it(self, town: Town) -> None:
        root = await town.superuser()
        _, token = await invited(root)
        jan = town.stranger()
        jan.name = "jan"
        await set_password(town, token)
        await jan.sign_in(NEW_PASSWORD)
        assert (await jan.get("/api/me")).json()["must_change_password"] is False
