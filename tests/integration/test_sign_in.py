"""Signing in by every door, and what an access token is worth."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import bcrypt
import httpx2
import jwt
import pytest

from factories.people import PASSWORD, Person, Town, town_on
from fakes.clock import TestClock
from farthing.api.app import create_app
from farthing.auth.passwords import Passwords
from farthing.auth.repository import People
from farthing.bootstrap import House
from farthing.infra.db import SYSTEM

TownMaker = Callable[..., AbstractAsyncContextManager[Town]]
Forgery = Callable[[str, House], str]
ANOTHER_KEY = "a key that the house has never seen, of sufficient length"
WAYS_IN: dict[str, tuple[str, dict[str, Any]]] = {
    "a username": ("/api/auth/login", {"json": {"username": "jan"}}),
    "a username in any case": ("/api/auth/login", {"json": {"username": "  JAN "}}),
    "an address as username": ("/api/auth/login", {"json": {"username": "jan@example.com"}}),
    "an address": ("/api/auth/login", {"json": {"email": "Jan@Example.com"}}),
    "a username as address": ("/api/auth/login", {"json": {"email": "jan"}}),
    "the address of a profile": ("/api/profile/login", {"json": {"email": "jan@example.com"}}),
    "a form": ("/api/auth/token", {"data": {"username": "jan"}}),
    "a form with an address": ("/api/auth/token", {"data": {"username": "jan@EXAMPLE.com"}}),
}


async def sign_in(town: Town, way: str, password: str) -> httpx2.Response:
    path, options = WAYS_IN[way]
    return await town.stranger().post(path, **{kind: sent | {"password": password} for kind, sent in options.items()})


def said(answer: httpx2.Response) -> tuple[int, dict[str, Any]]:
    """An answer without what differs from one request to the next."""
    body = answer.json()
    body.pop("request_id", None)
    return answer.status_code, body


def bearing(town: Town, token: str) -> Person:
    person = town.stranger()
    person.bear(token)
    return person


async def stored_hash(house: House, name: str) -> str:
    async with house.database.read(SYSTEM) as work:
        user = await People(work).by_name(name)
    assert user is not None
    return user.password_hash or ""


async def keep_hash(house: House, name: str, password_hash: str) -> None:
    async with house.database.write(SYSTEM) as work:
        user = await People(work).by_name(name)
        assert user is not None
        user.password_hash = password_hash


class CountedPasswords(Passwords):
    """Passwords that remember against what they were checked."""

    def __init__(self) -> None:
        super().__init__(rounds=1, memory_kib=64)
        self.checked: list[str] = []

    def _verify(self, password: str, stored: str) -> tuple[bool, str | None]:
        self.checked.append(stored)
        return super()._verify(password, stored)


@asynccontextmanager
async def counting(house: House) -> AsyncIterator[tuple[Town, CountedPasswords]]:
    passwords = CountedPasswords()
    counted = replace(house, door=replace(house.door, passwords=passwords))
    async with town_on(create_app(counted, nullcontext), counted) as town:
        yield town, passwords


async def test_registering_signs_in(town: Town) -> None:
    person = await town.person("jan")
    me = (await person.get("/api/me")).json()
    assert me["username"] == "jan"
    assert me["workspace"]["role"] == "owner"
    assert (await person.sign_in()).json()["user_id"] == me["id"]
    assert PASSWORD not in str(me)


async def test_every_door_opens_with_any_spelling_of_any_name(town: Town) -> None:
    jan = await town.person("jan")
    for way in WAYS_IN:
        answer = await sign_in(town, way, PASSWORD)
        assert (answer.status_code, answer.json().get("user_id")) == (200, jan.id), way


async def test_no_door_opens_with_a_wrong_password(town: Town) -> None:
    await town.person("jan")
    for way in WAYS_IN:
        answer = await sign_in(town, way, "wrong-horse-battery")
        assert (answer.status_code, answer.json()["detail"]) == (401, "Incorrect username or password."), way
        assert answer.headers["www-authenticate"] == "Bearer"
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("way", ["a username", "the address of a profile", "a form"])
async def test_every_door_answers_in_the_words_of_all_replaced_systems(way: str, town: Town, clock: TestClock) -> None:
    jan = await town.person("jan")
    answer = await sign_in(town, way, PASSWORD)
    body = answer.json()
    assert set(body) == {"access_token", "token", "token_type", "expires_in", "expires_at", "user_id", "is_demo"}
    assert body["token"] == body["access_token"]
    assert (body["token_type"], body["expires_in"]) == ("bearer", 3600)
    assert datetime.fromisoformat(body["expires_at"]) == clock() + timedelta(hours=1)
    assert (body["user_id"], body["is_demo"]) == (jan.id, False)
    assert answer.headers["cache-control"] == "no-store"


async def test_the_refresh_cookie_is_out_of_reach_of_scripts_and_other_sites(town: Town) -> None:
    await town.person("jan")
    answer = await sign_in(town, "a username", PASSWORD)
    cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith("refresh_token="))
    assert set(cookie.split("; ")[1:]) == {"HttpOnly", "SameSite=lax", "Path=/", "Max-Age=2592000"}


async def test_all_cookies_stay_on_https_where_the_operator_says_so(town_with: TownMaker) -> None:
    async with town_with(refresh_token_secure=True, refresh_cookie_name="stay") as town:
        await town.person("jan")
        answer = await sign_in(town, "a username", PASSWORD)
    cookies = answer.headers.get_list("set-cookie")
    assert {cookie.partition("=")[0] for cookie in cookies} == {"stay", "farthing_device"}
    assert all("; Secure" in cookie and "; HttpOnly" in cookie for cookie in cookies)


@pytest.mark.parametrize(("login", "form"), [("/api/auth/login", "json"), ("/api/auth/token", "data")])
async def test_an_unknown_name_and_a_wrong_password_look_the_same(login: str, form: str, town: Town) -> None:
    await town.person("jan")
    answers = [
        await town.stranger().post(login, **{form: {"username": name, "password": "wrong-horse-battery"}})
        for name in ("jan", "nobody")
    ]
    assert said(answers[0]) == said(answers[1])
    assert answers[0].headers.keys() == answers[1].headers.keys()


@pytest.mark.parametrize("name", ["jan", "nobody"])
async def test_an_unknown_name_and_a_wrong_password_cost_one_check_each(name: str, house: House) -> None:
    async with counting(house) as (town, passwords):
        await town.person("jan")
        answer = await town.stranger().post("/api/auth/login", {"username": name, "password": "wrong-horse-battery"})
    assert answer.status_code == 401
    assert [stored[:10] for stored in passwords.checked] == ["$argon2id$"]


async def test_somebody_without_a_password_costs_one_check_too(house: House) -> None:
    async with counting(house) as (town, passwords):
        root = await town.superuser()
        await root.post("/api/users", {"username": "jan"})
        passwords.checked.clear()
        answer = await town.stranger().post("/api/auth/login", {"username": "jan", "password": PASSWORD})
    assert answer.status_code == 401
    assert len(passwords.checked) == 1


async def test_a_bcrypt_hash_lets_in_and_becomes_argon2id(town: Town) -> None:
    jan = await town.person("jan")
    await keep_hash(town.house, "jan", bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4, b"2b")).decode())
    assert (await jan.sign_in("wrong-horse-battery")).status_code == 401
    assert (await stored_hash(town.house, "jan")).startswith("$2b$")
    assert (await jan.sign_in()).status_code == 200
    assert (await stored_hash(town.house, "jan")).startswith("$argon2id$")
    assert (await jan.sign_in()).status_code == 200


@pytest.mark.parametrize("password", ["x" * 73, "with a \0 in it"])
async def test_what_bcrypt_cannot_tell_apart_is_a_wrong_password(password: str, town: Town) -> None:
    jan = await town.person("jan")
    await keep_hash(town.house, "jan", bcrypt.hashpw(b"x" * 72, bcrypt.gensalt(4, b"2b")).decode())
    answers = [
        await jan.post("/api/auth/token", data={"username": "jan", "password": tried}) for tried in (password, "x" * 72)
    ]
    assert [answer.status_code for answer in answers] == [401, 200]


async def test_somebody_disabled_cannot_sign_in_and_is_not_told_why(town: Town) -> None:
    root, jan = await town.superuser(), await town.person("jan")
    await root.post(f"/api/users/{jan.id}/disable")
    unknown = await town.stranger().post("/api/auth/login", {"username": "nobody", "password": PASSWORD})
    assert said(await jan.sign_in()) == said(unknown)
    await root.post(f"/api/users/{jan.id}/enable")
    assert (await jan.sign_in()).status_code == 200


async def test_somebody_disabled_is_out_at_once_whatever_his_token_says(town: Town) -> None:
    root, jan = await town.superuser(), await town.person("jan")
    assert (await jan.get("/api/me")).status_code == 200
    await root.post(f"/api/users/{jan.id}/disable")
    assert (await jan.get("/api/me")).status_code == 401
    assert (await jan.post("/api/auth/refresh")).status_code == 401


async def test_an_access_token_ends_when_it_said_it_would(town: Town, clock: TestClock) -> None:
    jan = await town.person("jan")
    clock.advance(minutes=60, seconds=-1)
    assert (await jan.get("/api/me")).status_code == 200
    clock.advance(seconds=1)
    answer = await jan.get("/api/me")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_the_operator_decides_how_long_an_access_token_lives(town_with: TownMaker, clock: TestClock) -> None:
    async with town_with(access_token_expire_minutes=5) as town:
        jan = await town.person("jan")
        assert jan.facts["expires_in"] == 300
        clock.advance(minutes=5)
        assert (await jan.get("/api/me")).status_code == 401


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
async def test_the_operator_chooses_the_signature(algorithm: str, town_with: TownMaker) -> None:
    async with town_with(algorithm=algorithm) as town:
        jan = await town.person("jan")
        assert jwt.get_unverified_header(jan.token)["alg"] == algorithm
        assert (await jan.get("/api/me")).status_code == 200


def resigned(token: str, key: Any, algorithm: str = "HS256", **changed: Any) -> str:
    """The same claims, or changed ones, under another signature."""
    claims = jwt.decode(token, options={"verify_signature": False}) | changed
    kept = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(kept, key, algorithm, headers={"kid": jwt.get_unverified_header(token)["kid"]})


def with_claim(token: str, **changed: Any) -> str:
    """Another claim under the old signature."""
    head, body, signature = token.split(".")
    claims = json.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4))) | changed
    return f"{head}.{urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip('=')}.{signature}"


FORGERIES: dict[str, Forgery] = {
    "a changed claim": lambda token, _: with_claim(token, exp=9_999_999_999),
    "somebody else's key": lambda token, _: resigned(token, ANOTHER_KEY),
    "no signature": lambda token, _: resigned(token, None, "none"),
    "the secret key itself": lambda token, house: resigned(token, house.settings.secret_key.get_secret_value()),
    "another algorithm": lambda token, house: resigned(token, house.door.tokens._access_key, "HS512"),
    "no session": lambda token, house: resigned(token, house.door.tokens._access_key, sid=None),
    "no end": lambda token, house: resigned(token, house.door.tokens._access_key, exp=None),
    "an unknown session": lambda token, house: resigned(token, house.door.tokens._access_key, sid=str(uuid4())),
    "an unknown person": lambda token, house: resigned(token, house.door.tokens._access_key, sub=str(uuid4())),
    "a person without an id": lambda token, house: resigned(token, house.door.tokens._access_key, sub="jan"),
    "an end that is no time": lambda token, house: resigned(token, house.door.tokens._access_key, exp="soon"),
    "a cut": lambda token, _: token[:-1],
    "three words": lambda _, __: "not.a.token",
    "a word": lambda _, __: "token",
    "a refresh token": lambda _, house: house.door.tokens.first_refresh(),
}


async def test_no_forged_token_opens_anything(town: Town) -> None:
    jan = await town.person("jan")
    assert (await jan.get("/api/me")).status_code == 200
    for name, forge in FORGERIES.items():
        answer = await bearing(town, forge(jan.token, town.house)).get("/api/me")
        assert answer.status_code == 401, name
        assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_session_of_one_person_is_none_of_another(town: Town) -> None:
    jan, ann = await town.person("jan"), await town.person("ann")
    key = town.house.door.tokens._access_key
    assert (await bearing(town, resigned(jan.token, key)).get("/api/me")).json()["id"] == jan.id
    assert (await bearing(town, resigned(jan.token, key, sub=ann.id)).get("/api/me")).status_code == 401


async def test_without_a_bearer_token_nobody_is_signed_in(town: Town) -> None:
    for header in ("", "Bearer", "Bearer ", "Basic amFuOmphbg==", "Token x"):
        answer = await town.stranger().get("/api/me", headers={"Authorization": header})
        assert answer.status_code == 401, header
        assert answer.json()["detail"].startswith("Not authenticated")
        assert answer.headers["www-authenticate"] == "Bearer"


async def test_no_name_is_so_odd_that_it_breaks_the_door(town: Town) -> None:
    await town.person("jan")
    for name in ("a\0b", "\ud800", "jan'; --", "%", "ﬀ" * 80):
        body = json.dumps({"username": name, "password": PASSWORD})
        headers = {"Content-Type": "application/json"}
        answer = await town.stranger().post("/api/auth/login", content=body, headers=headers)
        assert answer.status_code in (401, 422), ascii(name)


async def test_no_form_is_so_odd_that_it_breaks_the_door(town: Town) -> None:
    answer = await town.stranger().post("/api/auth/token", data={"username": "a\0b", "password": PASSWORD})
    assert answer.status_code in (401, 422), answer.text
