"""The replaced systems' addresses: the same answers with and without `/api`, and with a slash at the end."""

from typing import Any

import httpx2
import pytest
from fastapi.routing import APIRoute

from factories.people import Person, Town
from farthing.api.access import Level
from farthing.api.docs import level_of
from farthing.api.routes import api_routes

NOBODYS = "00000000-0000-7000-8000-000000000000"
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
PREFIXED = [route for route in api_routes() if route.path.startswith("/api/")]
LISTS = [route.path for route in PREFIXED if route.methods == {"GET"} and "{" not in route.path]
ENDLESS = {"/api/jobs/events"}
SECRET = {"/api/webhooks/{token}"}
"""Addresses that are a secret themselves: one that nobody was given is not found, whoever asks."""
SUPERUSERS = {route.path for route in PREFIXED if level_of(route) is Level.SUPERUSER} | {"/api/system/metrics"}


def concrete(route: APIRoute) -> str:
    return route.path_format.format(**dict.fromkeys(route.param_convertors, NOBODYS))


def verb_of(route: APIRoute) -> str:
    return next(iter(route.methods or ()))


def spellings(path: str) -> list[str]:
    bare = path.removeprefix("/api")
    return [path, path + "/", bare, bare + "/"]


def told(answer: httpx2.Response) -> tuple[Any, ...]:
    """What an answer says, without what is new in each."""
    is_json = answer.content and "json" in answer.headers["content-type"]
    body = answer.json() if is_json else {}
    fresh = {"request_id", "timestamp"}
    kept = {k: v for k, v in body.items() if k not in fresh} if answer.status_code != 201 else body.keys()
    headers = {k: v for k, v in answer.headers.items() if k not in {"x-request-id", "set-cookie", "content-length"}}
    return answer.status_code, headers, kept


@pytest.mark.parametrize("route", PREFIXED, ids=lambda route: f"{verb_of(route)} {route.path}")
@pytest.mark.sqlite_only
async def test_nobody_hears_the_same_at_every_spelling(town: Town, route: APIRoute) -> None:
    answers = [await town.stranger()(verb_of(route), path) for path in spellings(concrete(route))]
    assert answers[0].status_code not in ({405} if route.path in SECRET else {404, 405})
    assert [told(answer) for answer in answers] == [told(answers[0])] * 4


async def test_a_person_reads_the_same_at_every_spelling(town: Town) -> None:
    person = await town.person()
    for path in sorted(set(LISTS) - ENDLESS - SUPERUSERS):
        answers = [await person.get(spelling) for spelling in spellings(path)]
        assert answers[0].status_code == 200, path
        assert [told(answer) for answer in answers] == [told(answers[0])] * 4, path


async def test_questions_and_bodies_come_along(town: Town) -> None:
    person = await town.person()
    for number in range(3):
        made = await person.post("/user-secrets/", {"type": "allegro", "alias": str(number), "secret": "hush"})
        assert made.status_code == 201
    assert len((await person.get("/user-secrets/?limit=2")).json()["user_secrets"]) == 2


@pytest.mark.parametrize("accept", ["*/*", "application/json", "application/json, */*;q=0.1", None])
async def test_curl_and_its_like_are_clients_of_the_api(town: Town, accept: str | None) -> None:
    person = await town.person()
    person.http.headers.pop("Accept", None)
    answer = await person.get("/auth/me", headers={"Accept": accept} if accept else {})
    assert (answer.status_code, answer.json()["id"]) == (200, person.id)


@pytest.mark.parametrize("path", ["/auth/me", "/me", "/tenants", "/users"])
async def test_a_page_that_a_browser_loads_is_not_the_apis(town: Town, path: str) -> None:
    person = await town.person()
    assert (await person.get(path, headers=BROWSER)).status_code == 404
    with_prefix = await person.get(f"/api{path}", headers=BROWSER)
    assert with_prefix.headers["content-type"] in ("application/json", "application/problem+json")


async def test_a_person_signs_in_as_the_replaced_systems_clients_do(town: Town) -> None:
    made: Person = town.stranger()
    body = {"username": "jan", "email": "jan@example.com", "password": "correct-horse-battery"}
    assert (await made.post("/auth/register", body)).status_code == 201
    assert (await made.post("/auth/login/", {"email": "jan@example.com", "password": body["password"]})).is_success
    form = await made.post("/auth/token", data={"username": "jan", "password": body["password"]})
    made.bear(form.json()["access_token"])
    assert (await made.get("/auth/me/")).json()["username"] == "jan"
    assert (await made.post("/auth/refresh/")).status_code == 200
