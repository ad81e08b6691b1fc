"""Logs: a line for each request with its id, and nobody's secret in any of them, however much is logged."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest
import structlog

from factories.people import PASSWORD, Person, Town
from farthing.infra.telemetry import configure_logging

Lines = Callable[[], list[dict[str, Any]]]
NEW_PASSWORD = "a-new-and-better-password"
SECRET = "the-value-of-a-secret"


@pytest.fixture
def lines() -> Iterator[Lines]:
    """What has been logged; the loggers are put back afterwards."""
    root, written = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers[:], root.level
    configure_logging("DEBUG")
    (handler,) = root.handlers
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(written)
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


class Diary:
    """Everything that somebody would not want to find in a log."""

    def __init__(self) -> None:
        self.private = {PASSWORD, NEW_PASSWORD, SECRET}

    def keep(self, answer: httpx2.Response) -> Any:
        body = answer.json() if answer.content else {}
        for name in ("access_token", "token", "invite_url"):
            self.private |= {body[name]} if isinstance(body, dict) and body.get(name) else set()
        self.private |= set(answer.cookies.values())
        return body


async def live(town: Town, diary: Diary) -> Person:
    """A whole life: first superuser, people, sessions, secrets, invites, mistakes, and a demo."""
    root = await town.superuser()
    diary.keep(await root.sign_in())
    jan = await town.person("jan")
    diary.private |= {jan.token, jan.facts["token"], *jan.http.cookies.values()}
    await jan.post("/api/auth/login", {"username": "jan", "password": "wrong-" + PASSWORD})
    diary.keep(await jan.sign_in())
    diary.keep(await jan.post("/api/auth/token", data={"username": "jan", "password": PASSWORD}))
    jan.bear(diary.keep(await jan.post("/api/auth/refresh"))["access_token"])
    await jan.post("/api/auth/change-password", {"current_password": PASSWORD, "new_password": NEW_PASSWORD})
    secret = diary.keep(await jan.post("/api/user-secrets", {"type": "allegro", "secret": SECRET}))
    await jan.patch(f"/api/user-secrets/{secret['id']}", {"secret": SECRET + "-2"})
    invite = diary.keep(await jan.post("/api/tenants/me/invites", {}, headers={"Idempotency-Key": "a-key-of-mine"}))
    diary.keep(await jan.post("/api/tenants/me/invites", {}, headers={"Idempotency-Key": "a-key-of-mine"}))
    await root.post("/api/invites/accept", {"token": invite["token"]})
    made = diary.keep(await root.post("/api/users", {"username": "ola"}))
    link = {"token": made["token"], "new_password": NEW_PASSWORD}
    await town.stranger().post("/api/auth/set-password", link)
    await town.stranger().post("/api/auth/set-password", link)
    diary.keep(await town.stranger().get(f"/api/me?token={invite['token']}"))
    diary.keep(await town.stranger().post("/api/auth/register", {"username": "x", "password": PASSWORD}))
    diary.keep(await jan.post("/api/auth/logout"))
    return jan


async def test_a_whole_life_leaves_no_secret_in_the_logs(town: Town, lines: Lines) -> None:
    diary = Diary()
    await live(town, diary)
    logged = lines()
    assert len(logged) >= 20
    assert len(diary.private) > 8
    text = json.dumps(logged)
    assert [private for private in diary.private if private in text] == []
    assert "$argon2id$" not in text


async def test_every_line_of_a_request_names_it(town: Town, lines: Lines) -> None:
    await live(town, Diary())
    logged = lines()
    assert [line for line in logged if not line.get("request_id")] == []
    requests = [line for line in logged if line["event"] == "request"]
    assert len({line["request_id"] for line in requests}) == len(requests)
    for line in requests:
        assert line.keys() >= {"method", "route", "status", "ms", "level", "logger", "timestamp"}


async def test_a_request_is_one_line_that_names_the_route_and_not_the_address(town: Town, lines: Lines) -> None:
    nobodys = "00000000-0000-7000-8000-000000000000"
    answer = await town.stranger().get(f"/user-secrets/{nobodys}", headers={"X-Request-Id": "mine"})
    (line,) = lines()
    assert answer.status_code == line["status"] == 401
    assert (line["method"], line["route"]) == ("GET", "/api/user-secrets/{secret_id}")
    assert line["request_id"] == "mine"
    assert nobodys not in json.dumps(line)


async def test_being_asked_for_ones_health_is_not_worth_a_line(town: Town, lines: Lines) -> None:
    for path in ("/health", "/api/system/health", "/system/health"):
        await town.stranger().get(path)
    assert lines() == []


async def test_a_mistake_of_ours_is_logged_under_the_id_that_was_shown(town: Town, lines: Lines) -> None:
    async def fail() -> None:
        raise ValueError("a mistake of ours")

    town.app.add_api_route("/api/broken", fail)
    transport = httpx2.ASGITransport(town.app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://farthing.test") as http:
        shown = (await http.get("/api/broken")).json()["request_id"]
    mistake, request = lines()
    assert mistake["request_id"] == request["request_id"] == shown
    assert "a mistake of ours" in mistake["exception"]
    assert (mistake["level"], request["status"]) == ("error", 500)


@pytest.mark.sqlite_only
async def test_a_database_that_is_away_is_logged_without_its_password(town_with: Any, lines: Lines) -> None:
    async with town_with(database_url="postgresql://owner:hush-hush@127.0.0.1:1/farthing") as town:
        await town.stranger().post("/api/auth/refresh", headers={"Cookie": "refresh_token=hush-cookie"})
    text = json.dumps(lines())
    assert "database_down" in text
    assert "hush" not in text
