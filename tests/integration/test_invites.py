"""Links that let somebody join a workspace: once, in time, and only whom they are for."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest
from sqlalchemy import select

from factories.people import PASSWORD, Person, Town
from fakes.clock import TestClock
from farthing.infra.db import SYSTEM
from farthing.jobs.models import Job

TownMaker = Callable[..., AbstractAsyncContextManager[Town]]
NOBODYS_ID = "01890000-0000-7000-8000-000000000000"
MAIL_SERVER = {"smtp_url": "smtp://mail.example.com:587", "mail_from": "farthing@example.com"}


async def invite(host: Person, **wanted: Any) -> dict[str, Any]:
    answer = await host.post("/api/tenants/me/invites", wanted)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def preview(town: Town, token: str) -> httpx2.Response:
    return await town.stranger().post("/api/invites/preview", {"token": token})


async def accept(guest: Person, token: str) -> httpx2.Response:
    return await guest.post("/api/invites/accept", {"token": token})


async def register(town: Town, token: str, **names: str) -> httpx2.Response:
    body = {"username": "guest", "password": PASSWORD, "invite": token} | names
    return await town.stranger().post("/api/auth/register", body)


async def members(host: Person) -> dict[str, str]:
    page = (await host.get("/api/tenants/me/members")).json()
    return {member["username"]: member["role"] for member in page["members"]}


async def waiting(host: Person) -> list[str]:
    return [link["id"] for link in (await host.get("/api/tenants/me/invites")).json()["invites"]]


async def jobs(town: Town) -> list[Job]:
    async with town.house.database.read(SYSTEM) as work:
        return list((await work.session.scalars(select(Job))).all())


class TestAnInvite:
    async def test_is_shown_once_with_its_link(self, town: Town, clock: TestClock) -> None:
        host = await town.person("host")
        answer = await host.post("/api/tenants/me/invites", {})
        made = answer.json()
        assert (made["role"], made["email"], made["is_mailed"], made["invite_url"]) == ("member", None, False, None)
        assert datetime.fromisoformat(made["expires_at"]) == clock() + timedelta(days=7)
        assert answer.headers["cache-control"] == "no-store"
        listed = await host.get("/api/tenants/me/invites")
        assert listed.json()["invites"][0]["id"] == made["id"]
        assert made["token"] not in listed.text

    async def test_is_an_address_where_people_can_click_it(self, town_with: TownMaker) -> None:
        async with town_with(app_public_url="https://money.example.com/") as town:
            made = await invite(await town.person("host"))
        assert made["invite_url"] == f"https://money.example.com/invite?token={made['token']}"

    async def test_says_beforehand_where_it_leads(self, town: Town) -> None:
        host = await town.person("host")
        made = await invite(host, role="viewer", email="guest@example.com")
        answer = await preview(town, made["token"])
        assert answer.status_code == 200
        assert answer.json() == {
            "workspace_name": "host's finances",
            "role": "viewer",
            "email": "guest@example.com",
            "invited_by": "host",
            "expires_at": made["expires_at"],
        }

    @pytest.mark.parametrize("role", ["owner", "admin", "member", "viewer"])
    async def test_gives_the_role_that_it_names(self, role: str, town: Town) -> None:
        host, guest = await town.person("host"), await town.person("guest")
        made = await invite(host, role=role)
        answer = await accept(guest, made["token"])
        assert (answer.status_code, answer.json()["role"]) == (201, role)
        assert (await members(host))["guest"] == role
        switched = await guest.post(f"/api/tenants/{answer.json()['id']}/switch")
        guest.bear(switched.json()["access_token"])
        assert (await guest.get("/api/tenants/me")).json()["role"] == role

    async def test_leaves_the_guest_where_he_is(self, town: Town) -> None:
        host, guest = await town.person("host"), await town.person("guest")
        own = (await guest.get("/api/tenants/me")).json()["id"]
        await accept(guest, (await invite(host))["token"])
        assert (await guest.get("/api/tenants/me")).json()["id"] == own

    @pytest.mark.parametrize(
        ("role", "wanted", "detail"),
        [
            ("admin", "owner", "Only owner can invite other owners"),
            ("member", "viewer", "Only admins and owners can invite members"),
            ("viewer", "viewer", "Only admins and owners can invite members"),
        ],
    )
    async def test_is_not_for_everybody_to_make(self, role: str, wanted: str, detail: str, town: Town) -> None:
        host, helper = await town.person("host"), await town.person("helper")
        await town.join(host, helper, role)
        answer = await helper.post("/api/tenants/me/invites", {"role": wanted})
        assert (answer.status_code, answer.json()["detail"]) == (403, detail)
        assert await waiting(host) == []

    async def test_may_be_made_by_an_admin(self, town: Town) -> None:
        host, helper = await town.person("host"), await town.person("helper")
        await town.join(host, helper, "admin")
        assert (await preview(town, (await invite(helper, role="admin"))["token"])).json()["invited_by"] == "helper"

    async def test_of_another_workspace_cannot_be_withdrawn(self, town: Town) -> None:
        host, stranger = await town.person("host"), await town.person("stranger")
        made = await invite(host)
        for unreachable in (made["id"], NOBODYS_ID):
            assert (await stranger.delete(f"/api/tenants/me/invites/{unreachable}")).status_code == 404
        assert (await preview(town, made["token"])).status_code == 200

    async def test_is_on_record_from_first_to_last(self, town: Town) -> None:
        root, host, guest = await town.superuser(), await town.person("host"), await town.person("guest")
        made = await invite(host)
        await accept(guest, made["token"])
        page = (await root.get("/api/users/audit-log", params={"target_id": made["id"]})).json()
        assert [(entry["action"], entry["actor_name"]) for entry in page["items"]] == [
            ("invite.accept", "guest"),
            ("invite.create", "host"),
        ]
        assert made["token"] not in str(page)


class TestAnInviteIsWorthless:
    """Preview, acceptance and registration all say so in the same words."""

    @staticmethod
    async def assert_worthless(town: Town, token: str) -> None:
        latecomer = await town.person("latecomer")
        for answer in (await preview(town, token), await accept(latecomer, token), await register(town, token)):
            assert answer.status_code == 400, answer.text
            assert answer.json()["detail"].startswith("Invalid or expired invite")

    async def test_when_it_was_accepted(self, town: Town) -> None:
        host, guest = await town.person("host"), await town.person("early")
        made = await invite(host)
        await accept(guest, made["token"])
        await self.assert_worthless(town, made["token"])
        assert await waiting(host) == []
        assert (await host.delete(f"/api/tenants/me/invites/{made['id']}")).status_code == 404

    async def test_when_its_time_is_over(self, town: Town, clock: TestClock) -> None:
        host = await town.person("host")
        made = await invite(host)
        clock.advance(days=7)
        await host.sign_in()
        await self.assert_worthless(town, made["token"])
        assert await waiting(host) == []

    async def test_when_it_was_withdrawn(self, town: Town) -> None:
        host = await town.person("host")
        made = await invite(host)
        assert (await host.delete(f"/api/tenants/me/invites/{made['id']}")).status_code == 204
        await self.assert_worthless(town, made["token"])

    async def test_when_nobody_made_it(self, town: Town) -> None:
        await self.assert_worthless(town, "A" * 43)

    async def test_when_it_is_a_password_link(self, town: Town) -> None:
        made = await (await town.superuser()).post("/api/users", {"username": "jan"})
        await self.assert_worthless(town, made.json()["token"])

    async def test_when_its_workspace_is_gone(self, town: Town) -> None:
        root, host = await town.superuser(), await town.person("host")
        made = await invite(host)
        await root.delete(f"/api/users/{host.id}")
        await self.assert_worthless(town, made["token"])


class TestAccepting:
    async def test_at_once_by_many_lets_one_in(self, town: Town) -> None:
        host = await town.person("host")
        guests = [await town.person(f"guest{n}") for n in range(4)]
        made = await invite(host)
        answers = await asyncio.gather(*(accept(guest, made["token"]) for guest in guests))
        assert sorted(answer.status_code for answer in answers) == [201, 400, 400, 400]
        assert len(await members(host)) == 2

    async def test_two_links_at_once_makes_one_member(self, town: Town) -> None:
        host, guest = await town.person("host"), await town.person("guest")
        links = [await invite(host, role=role) for role in ("viewer", "admin")]
        answers = await asyncio.gather(*(accept(guest, link["token"]) for link in links))
        assert sorted(answer.status_code for answer in answers) == [201, 400]
        assert len(await waiting(host)) == 1

    async def test_by_a_member_leaves_the_link_for_somebody_else(self, town: Town) -> None:
        host, guest = await town.person("host"), await town.person("guest")
        made = await invite(host)
        again = await accept(host, made["token"])
        assert (again.status_code, again.json()["detail"].split(".")[0]) == (
            400,
            "This person is already a member of the workspace",
        )
        assert (await accept(guest, made["token"])).status_code == 201

    async def test_needs_a_person(self, town: Town) -> None:
        made = await invite(await town.person("host"))
        assert (await accept(town.stranger(), made["token"])).status_code == 401

    async def test_is_not_for_demos(self, town: Town) -> None:
        made = await invite(await town.person("host"))
        assert (await accept(await town.demo(), made["token"])).status_code == 403

    async def test_with_an_address_is_only_for_that_person(self, town: Town) -> None:
        host, guest, other = [await town.person(name) for name in ("host", "guest", "other")]
        made = await invite(host, email="Guest@Example.com")
        refused = await accept(other, made["token"])
        assert refused.status_code == 403
        assert "another e-mail address" in refused.json()["detail"]
        assert (await accept(guest, made["token"])).status_code == 201


class TestRegistering:
    async def test_with_a_link_joins_and_keeps_a_workspace_of_ones_own(self, town_with: TownMaker) -> None:
        async with town_with(registration="invite") as town:
            root = await town.superuser()
            made = await invite(root, role="viewer")
            guest = town.stranger()
            body = {"username": "guest", "password": PASSWORD, "invite": made["token"]}
            guest.bear((await guest.post("/api/auth/register", body)).json()["access_token"])
            assert (await members(root))["guest"] == "viewer"
            assert (await guest.get("/api/tenants")).json()["total"] == 2
            assert (await guest.get("/api/me")).json()["workspace"]["kind"] == "personal"

    async def test_with_one_link_works_once(self, town_with: TownMaker) -> None:
        async with town_with(registration="invite") as town:
            made = await invite(await town.superuser())
            names = [{"username": f"guest{n}"} for n in range(4)]
            answers = await asyncio.gather(*(register(town, made["token"], **name) for name in names))
            assert sorted(answer.status_code for answer in answers) == [201, 400, 400, 400]

    async def test_with_somebody_elses_link_leaves_nothing_behind(self, town: Town) -> None:
        host = await town.person("host")
        made = await invite(host, email="guest@example.com")
        assert (await register(town, made["token"], email="other@example.com")).status_code == 403
        assert (await register(town, made["token"], email="guest@example.com")).status_code == 201
        assert set(await members(host)) == {"host", "guest"}

    async def test_under_a_taken_name_leaves_the_link_alive(self, town: Town) -> None:
        host = await town.person("host")
        made = await invite(host)
        assert (await register(town, made["token"], username="host")).status_code == 409
        assert (await register(town, made["token"])).status_code == 201


class TestMailing:
    async def test_is_requested_with_the_invite_and_carries_no_token(self, town_with: TownMaker) -> None:
        async with town_with(**MAIL_SERVER) as town:
            host = await town.person("host")
            made = await invite(host, email="guest@example.com")
            (job,) = await jobs(town)
        assert made["is_mailed"] is True
        assert (job.kind, job.state, job.params) == ("auth.invite_mail", "queued", {"invite_id": made["id"]})
        assert str(job.user_id) == host.id

    async def test_needs_an_address(self, town_with: TownMaker) -> None:
        async with town_with(**MAIL_SERVER) as town:
            made = await invite(await town.person("host"))
            assert (made["is_mailed"], await jobs(town)) == (False, [])

    async def test_needs_a_mail_server(self, town: Town) -> None:
        made = await invite(await town.person("host"), email="guest@example.com")
        assert (made["is_mailed"], await jobs(town)) == (False, [])
