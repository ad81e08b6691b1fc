"""Who may register, under which names, with which passwords, and what he finds when he is in."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import httpx2
import pytest

from factories.people import PASSWORD, Town
from farthing.auth.repository import People
from farthing.infra.db import SYSTEM

TownMaker = Callable[..., AbstractAsyncContextManager[Town]]


async def register(town: Town, **body: Any) -> httpx2.Response:
    return await town.stranger().post("/api/auth/register", {"password": PASSWORD} | body)


async def with_invite(town: Town, **body: Any) -> httpx2.Response:
    """Register with a link that the superuser gave away."""
    link = await (await town.superuser()).post("/api/tenants/me/invites", {})
    return await register(town, invite=link.json()["token"], **body)


class TestDoors:
    async def test_open_lets_anybody_in(self, town: Town) -> None:
        assert (await register(town, username="jan")).status_code == 201

    async def test_open_takes_an_invite_too(self, town: Town) -> None:
        assert (await with_invite(town, username="jan")).status_code == 201

    async def test_invite_refuses_who_has_none(self, town_with: TownMaker) -> None:
        async with town_with(registration="invite") as town:
            answer = await register(town, username="jan")
        assert answer.status_code == 403
        assert "needs an invite" in answer.json()["detail"]

    async def test_invite_refuses_who_made_one_up(self, town_with: TownMaker) -> None:
        async with town_with(registration="invite") as town:
            answer = await register(town, username="jan", invite="made-up")
        assert answer.status_code == 400
        assert "invite" in answer.json()["detail"]

    async def test_invite_lets_in_who_has_one(self, town_with: TownMaker) -> None:
        async with town_with(registration="invite") as town:
            assert (await with_invite(town, username="jan")).status_code == 201

    @pytest.mark.parametrize("door", [register, with_invite])
    async def test_closed_refuses_everybody(self, door: Callable[..., Any], town_with: TownMaker) -> None:
        async with town_with(registration="closed") as town:
            answer = await door(town, username="jan")
        assert answer.status_code == 403
        assert "closed" in answer.json()["detail"]


class TestNames:
    async def test_a_username_alone_is_enough(self, town: Town) -> None:
        answer = (await register(town, username="Jan")).json()
        assert (answer["username"], answer["email"]) == ("jan", None)

    async def test_an_address_alone_is_enough_and_is_the_username(self, town: Town) -> None:
        answer = (await register(town, email="Jan@Example.com")).json()
        assert (answer["username"], answer["email"]) == ("jan@example.com", "jan@example.com")

    async def test_one_of_them_is_needed(self, town: Town) -> None:
        assert (await register(town)).status_code == 422

    async def test_some_are_not_acceptable(self, town: Town) -> None:
        for username in ("ja", "j" * 51, "jan jansen", "jan@example.com"):
            assert (await register(town, username=username)).status_code == 422, username
        for email in ("jan", "@example.com", f"{'j' * 250}@example.com"):
            assert (await register(town, email=email)).status_code == 422, email

    @pytest.mark.parametrize(
        ("first", "second", "detail"),
        [
            ({"username": "jan"}, {"username": "JAN"}, "Username already exists"),
            ({"email": "jan@example.com"}, {"email": "Jan@Example.com"}, "Email already registered"),
            ({"email": "jan@example.com"}, {"username": "jan", "email": "jan@example.com"}, "Email already registered"),
            ({"username": "jan", "email": "jan@example.com"}, {"email": "jan@example.com"}, "Email already registered"),
            ({"username": "jan", "email": "a@example.com"}, {"username": "jan", "email": "b@example.com"}, "Username"),
        ],
        ids=str,
    )
    async def test_are_taken_once(self, first: dict[str, str], second: dict[str, str], detail: str, town: Town) -> None:
        assert (await register(town, **first)).status_code == 201
        answer = await register(town, **second)
        assert answer.status_code == 409
        assert answer.json()["detail"].startswith(detail)

    async def test_an_address_that_is_a_username_stays_its_owners(self, town: Town) -> None:
        await register(town, email="jan@example.com")
        ann = await town.person("ann")
        assert (await ann.patch("/api/me", {"email": "jan@example.com"})).status_code == 409
        assert (await ann.patch("/api/me", {"email": "ann@example.org"})).status_code == 200

    async def test_an_address_given_up_still_signs_in_only_its_first_owner(self, town: Town) -> None:
        jan = town.stranger()
        answer = await jan.post("/api/auth/register", {"email": "jan@example.com", "password": PASSWORD})
        jan.bear(answer.json()["access_token"])
        await jan.patch("/api/me", {"email": "jan@example.org"})
        assert (await register(town, email="jan@example.com")).status_code == 409

    @pytest.mark.parametrize("names", [{"username": "jan"}, {"email": "jan@example.com"}], ids=str)
    async def test_wanted_by_many_at_once_go_to_one(self, names: dict[str, str], town: Town) -> None:
        answers = await asyncio.gather(*(register(town, **names) for _ in range(8)))
        assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7


class TestPasswords:
    async def test_that_anybody_would_guess_are_refused(self, town: Town) -> None:
        for password in ("short7!", "password123", "ababababab", "Passw0rd", "jan.kowalski", "x" * 256):
            answer = await register(town, username="jan.kowalski", password=password)
            assert answer.status_code == 422, password
            assert password not in answer.text

    async def test_that_are_the_start_of_the_address_are_refused(self, town: Town) -> None:
        assert (await register(town, email="jankowalski@example.com", password="JanKowalski")).status_code == 422

    async def test_of_eight_letters_are_accepted(self, town: Town) -> None:
        assert (await register(town, username="jan", password="gr8-pass")).status_code == 201

    async def test_are_kept_as_argon2id_only(self, town: Town) -> None:
        answer = await register(town, username="jan")
        async with town.house.database.read(SYSTEM) as work:
            jan = await People(work).by_name("jan")
        assert jan is not None
        assert (jan.password_hash or "").startswith("$argon2id$")
        assert PASSWORD not in answer.text
        assert "password_hash" not in answer.text


class TestArrival:
    async def test_is_in_a_personal_workspace_of_ones_own(self, town: Town) -> None:
        jan = await town.person("jan", first_name="Jan", last_name="Kowalski")
        me = (await jan.get("/api/me")).json()
        assert (me["first_name"], me["last_name"]) == ("Jan", "Kowalski")
        assert (me["workspace"]["kind"], me["workspace"]["role"]) == ("personal", "owner")
        assert me["workspace"]["name"] == "Jan's finances"
        assert (await jan.get("/api/tenants")).json()["total"] == 1

    async def test_shows_person_and_tokens_in_one_answer(self, town: Town) -> None:
        jan = await town.person("jan")
        assert {"id", "username", "email", "access_token", "token", "expires_at", "is_demo"} <= set(jan.facts)
        assert jan.facts["user_id"] == jan.facts["id"]
        assert "refresh_token" in jan.http.cookies

    async def test_makes_nobody_a_superuser(self, town: Town) -> None:
        jan = await town.person("jan", is_superuser=True)
        assert (await jan.get("/api/me")).json()["is_superuser"] is False
        assert (await jan.get("/api/users")).status_code == 403

    async def test_is_on_record(self, town: Town) -> None:
        root, jan = await town.superuser(), await town.person("jan")
        query = {"action": "user.register", "target_id": jan.id}
        assert (await root.get("/api/users/audit-log", params=query)).json()["total"] == 1
