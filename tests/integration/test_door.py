"""The HTTP door: every failure in one shape, every answer in the same dress, no body too large."""

import json
import re
import socket
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from factories.people import PASSWORD, Person, Town
from farthing.infra.db import SYSTEM
from farthing.kernel.errors import FarthingError

TownWith = Callable[..., Any]
DRESS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
INTERNALS = ("Traceback", "sqlalchemy", "SELECT", "nowhere", "site-packages", "File ", "psycopg", "sqlite3")
HARMLESS_SOURCES = {"'none'", "'self'", "'unsafe-inline'", "data:", "blob:"}


@pytest.fixture
async def broken(town: Town) -> AsyncIterator[Person]:
    """Somebody at a door with routes that fail in ways that nobody foresaw."""

    async def ask_for_nothing() -> None:
        async with town.house.database.read(SYSTEM) as work:
            await work.session.execute(text("SELECT hush FROM nowhere"))

    async def fail_as_nobody_expects() -> None:
        raise ValueError(f"the password is {PASSWORD}")

    async def fail_as_no_family() -> None:
        raise FarthingError("A failure of no family.")

    town.app.add_api_route("/api/broken/sql", ask_for_nothing)
    town.app.add_api_route("/api/broken/code", fail_as_nobody_expects)
    town.app.add_api_route("/api/broken/family", fail_as_no_family)
    transport = httpx2.ASGITransport(town.app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://farthing.test") as http:
        yield Person(http)


def problem(answer: httpx2.Response, status: int, code: str | None = None) -> dict[str, Any]:
    """The problem, after making sure that it has the one shape that all of them have."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body.keys() - {"errors"} == {"type", "title", "status", "detail", "request_id"}
    assert body["status"] == status
    assert body["detail"]
    assert body["title"] != "Error"
    assert body["type"].startswith("urn:farthing:problem:")
    assert code is None or body["type"].endswith(f":{code}")
    assert body["request_id"] == answer.headers["x-request-id"]
    assert not [word for word in INTERNALS if word in answer.text]
    assert_dressed(answer)
    return body


def assert_dressed(answer: httpx2.Response) -> None:
    assert {name: answer.headers.get(name) for name in DRESS} == DRESS
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["x-request-id"])
    assert "server" not in answer.headers


async def test_nobody_is_told_to_sign_in(town: Town) -> None:
    answer = await town.stranger().get("/api/me")
    problem(answer, 401, "not_signed_in")
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("authorization", ["Bearer x", "Bearer a.b.c", "Bearer ", "Basic amFuOmphbg==", "Bearer ż"])
async def test_a_token_that_is_none_is_a_401_and_no_riddle(town: Town, authorization: str) -> None:
    answer = await town.stranger().get("/api/me", headers=[(b"Authorization", authorization.encode())])
    problem(answer, 401)


async def test_who_may_not_is_told_so(town: Town) -> None:
    problem(await (await town.person()).get("/api/users"), 403, "superuser_only")


@pytest.mark.parametrize("path", ["/api/nothing", "/nothing", "/api/me/more", "/docs/files/nothing.js", "/api//me"])
async def test_where_nothing_is_says_so(town: Town, path: str) -> None:
    assert "nothing at this address" in problem(await town.stranger().get(path), 404)["detail"]


async def test_what_is_absent_says_what(town: Town) -> None:
    person = await town.person()
    answer = await person.get("/api/user-secrets/00000000-0000-7000-8000-000000000000")
    assert problem(answer, 404, "secret_not_found")["detail"] == "Secret not found."


async def test_a_verb_that_is_not_meant_names_those_that_are(town: Town) -> None:
    answer = await town.stranger().delete("/api/system/version")
    problem(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == "GET"


async def test_what_the_state_forbids_is_a_conflict(town: Town) -> None:
    root = await town.superuser()
    body = {"username": "second", "password": PASSWORD}
    problem(await root.post("/api/system/bootstrap", body), 409, "already_bootstrapped")


async def test_what_changed_meanwhile_says_so(town: Town) -> None:
    person = await town.person()
    answer = await person.patch("/api/tenants/me", {"name": "Ours"}, headers={"If-Match": '"99"'})
    problem(answer, 412, "workspace_outdated")


async def test_values_that_are_not_acceptable_are_named_and_not_repeated(town: Town) -> None:
    body = {"username": "a b", "email": "nobody", "password": "hush-me"}
    answer = await town.stranger().post("/api/auth/register", body)
    said = problem(answer, 422, "values_invalid")
    assert {fault["field"] for fault in said["errors"]} == {"username", "email", "password"}
    assert all(fault["field"] in said["detail"] for fault in said["errors"])
    assert "hush-me" not in answer.text


@pytest.mark.parametrize(
    "body", [b"{", b"", b'"text"', b"[]", b"null", b"\xff\xfe", b'{"username": "\xff"}', b"[" * 100_000, b"9" * 5000]
)
async def test_a_body_that_is_no_object_is_not_acceptable(town: Town, body: bytes) -> None:
    answer = await town.stranger().post("/api/auth/login", content=body, headers={"Content-Type": "application/json"})
    problem(answer, 422)


async def test_a_body_of_another_kind_is_not_acceptable(town: Town) -> None:
    answer = await town.stranger().post("/api/auth/login", content=b"<login/>", headers={"Content-Type": "text/xml"})
    problem(answer, 422)


TEXTS: list[tuple[str, str, dict[str, str], str]] = [
    ("POST", "/api/auth/register", {"password": PASSWORD}, "username"),
    ("POST", "/api/auth/register", {"username": "somebody"}, "password"),
    ("POST", "/api/auth/register", {"username": "somebody", "password": PASSWORD}, "first_name"),
    ("POST", "/api/auth/login", {"password": PASSWORD}, "username"),
    ("POST", "/api/auth/login", {"username": "somebody"}, "password"),
    ("POST", "/api/tenants", {}, "name"),
    ("PATCH", "/api/tenants/me", {}, "name"),
    ("PATCH", "/api/me", {}, "last_name"),
    ("POST", "/api/user-secrets", {"type": "allegro"}, "secret"),
    ("POST", "/api/user-secrets", {"type": "allegro", "secret": "hush"}, "alias"),
    ("POST", "/api/tenants/me/members", {}, "auth_user_id"),
    ("POST", "/api/invites/accept", {}, "token"),
    ("POST", "/api/invites/preview", {}, "token"),
    ("POST", "/api/auth/set-password", {"new_password": PASSWORD}, "token"),
    ("POST", "/api/auth/change-password", {"new_password": PASSWORD}, "current_password"),
]


@pytest.mark.parametrize("letter", ["\u0000", "\ud800"], ids=["nul", "half a pair"])
async def test_letters_that_no_database_keeps_are_not_acceptable(town: Town, letter: str) -> None:
    person = await town.person()
    for method, path, others, field in TEXTS:
        content = json.dumps(others | {field: f"a{letter}bcdefgh"}).encode()
        problem(await person(method, path, content=content, headers={"Content-Type": "application/json"}), 422)


async def test_nor_are_they_in_forms(town: Town) -> None:
    answer = await town.stranger().post("/api/auth/token", data={"username": "a\0b", "password": "wrong"})
    assert answer.status_code in (401, 422)


async def test_null_is_the_same_as_not_given(town: Town) -> None:
    person = await town.person("jan")
    both = {"username": None, "email": "jan@example.com", "password": PASSWORD}
    assert (await town.stranger().post("/api/auth/login", both)).status_code == 200
    other = {"username": "jan", "email": None, "password": PASSWORD}
    assert (await town.stranger().post("/api/auth/login", other)).status_code == 200
    neither = {"username": None, "email": None, "password": PASSWORD}
    problem(await town.stranger().post("/api/auth/login", neither), 422)
    member = {"auth_user_id": None, "username": None, "email": "nobody@example.com"}
    problem(await person.post("/api/tenants/me/members", member), 404)


async def test_a_backslash_is_a_letter_like_others(town: Town) -> None:
    person = await town.person()
    assert (await person.patch("/api/me", {"last_name": "\\u0000 ł 😀"})).json()["last_name"] == "\\u0000 ł 😀"


@pytest.mark.parametrize("path", ["/api/users/audit-log?meta_contains=%00", "/api/users/audit-log?action=a%00b"])
async def test_nor_are_they_in_questions(town: Town, path: str) -> None:
    root = await town.superuser()
    problem(await root.get(path), 422)
    problem(await root.get("/api/jobs?kind=%00"), 422)


async def test_who_tries_too_often_is_told_how_long_to_wait(town: Town) -> None:
    stranger = town.stranger()
    for _ in range(10):
        await stranger.post("/api/auth/login", {"username": "jan", "password": "wrong"})
    answer = await stranger.post("/api/auth/login", {"username": "jan", "password": "wrong"})
    assert "seconds" in problem(answer, 429, "throttled")["detail"]
    assert 0 < int(answer.headers["retry-after"]) <= 15 * 60 + 1


@pytest.mark.parametrize("path", ["/api/broken/sql", "/api/broken/code"])
async def test_our_own_mistakes_show_an_id_and_nothing_else(broken: Person, path: str) -> None:
    answer = await broken.get(path)
    said = problem(answer, 500, "unexpected_error")
    assert said["request_id"] in said["detail"]
    assert PASSWORD not in answer.text


async def test_a_failure_of_no_family_is_ours(broken: Person) -> None:
    assert problem(await broken.get("/api/broken/family"), 500)["detail"] == "A failure of no family."


@pytest.mark.sqlite_only
async def test_a_database_that_is_away_is_a_503_with_a_hint(town_with: TownWith, closed_port: int) -> None:
    address = f"postgresql://owner:hush@127.0.0.1:{closed_port}/farthing"
    async with town_with(database_url=address) as town:
        answer = await town.stranger().post("/api/auth/login", {"username": "jan", "password": "wrong"})
        problem(answer, 503, "database_down")
        assert answer.headers["retry-after"] == "2"


@pytest.fixture
def closed_port() -> int:
    """A port of this machine at which nobody answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@pytest.mark.parametrize("given", ["a", "0123-abc_DEF.9", "x" * 64])
async def test_a_request_id_that_is_given_comes_back(town: Town, given: str) -> None:
    answer = await town.stranger().get("/api/me", headers={"X-Request-Id": given})
    assert answer.headers["x-request-id"] == answer.json()["request_id"] == given


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, "<script>", "a\tb", "ż", '"'])
async def test_a_request_id_that_could_do_harm_is_replaced(town: Town, given: str) -> None:
    answer = await town.stranger().get("/health", headers=[(b"X-Request-Id", given.encode())])
    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["x-request-id"])


async def test_the_audit_log_knows_the_request(town: Town) -> None:
    root = await town.superuser()
    await root.post("/api/tenants", {"name": "Ours"}, headers={"X-Request-Id": "my-request"})
    entry = (await root.get("/api/users/audit-log?action=workspace.create")).json()["items"][0]
    assert entry["request_id"] == "my-request"


@pytest.mark.parametrize(
    "path", ["/health", "/", "/docs", "/redoc", "/docs/start.js", "/docs/files/swagger-ui.css", "/openapi.json", "/api"]
)
async def test_every_answer_is_dressed(town: Town, path: str) -> None:
    answer = await town.stranger().get(path)
    assert answer.status_code in (200, 307)
    assert_dressed(answer)


async def test_only_behind_tls_it_insists_on_it(town: Town, town_with: TownWith) -> None:
    assert "strict-transport-security" not in (await town.stranger().get("/health")).headers
    async with town_with(refresh_token_secure=True) as secure:
        assert "max-age=" in (await secure.stranger().get("/health")).headers["strict-transport-security"]


@pytest.mark.parametrize("path", ["/api/me", "/auth/me", "/api/system/version"])
async def test_what_the_api_says_is_kept_in_no_cache(town: Town, path: str) -> None:
    person = await town.person()
    assert (await person.get(path)).headers["cache-control"] == "no-store"
    assert (await town.stranger().get(path)).headers["cache-control"] == "no-store"


@pytest.mark.parametrize("page", ["/docs", "/redoc", "/api/docs", "/api/redoc"])
async def test_the_pages_about_the_api_load_nothing_from_elsewhere(town: Town, page: str) -> None:
    stranger = town.stranger()
    answer = await stranger.get(page, headers={"Accept": "text/html"})
    loaded = re.findall(r'(?:src|href|spec-url)="([^"]+)"', answer.text)
    assert len(loaded) >= 3
    for address in [*loaded, "/openapi.json"]:
        assert re.match(r"/[^/]", address), address
        assert (await stranger.get(address)).status_code == 200
    directives = [part.split() for part in answer.headers["content-security-policy"].split(";")]
    assert {source for _, *sources in directives for source in sources} <= HARMLESS_SOURCES
    scripts = next(sources for name, *sources in directives if name == "script-src")
    assert scripts == ["'self'"]
    assert "<script>" not in answer.text


async def test_the_description_is_the_same_at_both_addresses(town: Town) -> None:
    stranger = town.stranger()
    assert (await stranger.get("/openapi.json")).json() == (await stranger.get("/api/openapi.json")).json()


async def test_a_body_that_says_it_is_too_large_is_not_even_read(town_with: TownWith) -> None:
    read = []

    async def body() -> AsyncIterator[bytes]:
        read.append(1)
        yield b"{}"

    async with town_with(max_body_mb=1) as town:
        headers = {"Content-Length": "1000001", "Content-Type": "application/json"}
        answer = await town.stranger().post("/api/auth/login", content=body(), headers=headers)
        assert "1 MB" in problem(answer, 413, "too_large")["detail"]
        assert read == []


@pytest.mark.parametrize(("pieces", "status"), [(9, 422), (11, 413)])
async def test_a_body_that_never_says_how_large_it_is_is_counted(town_with: TownWith, pieces: int, status: int) -> None:
    async def in_pieces() -> AsyncIterator[bytes]:
        for _ in range(pieces):
            yield b" " * 100_000

    async with town_with(max_body_mb=1) as town:
        headers = {"Content-Type": "application/json"}
        answer = await town.stranger().post("/api/auth/login", content=in_pieces(), headers=headers)
        problem(answer, status)


async def test_a_body_up_to_the_limit_is_taken(town_with: TownWith) -> None:
    async with town_with(max_body_mb=1) as town:
        body = b'{"username": "jan", "password": "wrong"}'.ljust(1_000_000)
        headers = {"Content-Type": "application/json"}
        problem(await town.stranger().post("/api/auth/login", content=body, headers=headers), 401)


async def test_long_answers_are_compressed_for_those_who_can(town: Town) -> None:
    stranger = town.stranger()
    packed = await stranger.get("/openapi.json", headers={"Accept-Encoding": "gzip"})
    plain = await stranger.get("/openapi.json", headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["vary"].lower() == "accept-encoding"
    assert "content-encoding" not in plain.headers
    assert packed.json() == plain.json()
    assert int(packed.headers["content-length"]) * 4 < int(plain.headers["content-length"])
    short = await stranger.get("/health", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in short.headers


def cors(answer: httpx2.Response) -> dict[str, str]:
    asked = ("access-control-allow-origin", "access-control-allow-credentials")
    return {name: answer.headers[name] for name in asked if name in answer.headers}


async def test_foreign_origins_get_nothing_by_default(town: Town) -> None:
    asked = {"Origin": "https://other.example", "Access-Control-Request-Method": "GET"}
    assert cors(await town.stranger().get("/health", headers=asked)) == {}
    assert cors(await town.stranger()("OPTIONS", "/api/me", headers=asked)) == {}


async def test_named_origins_may_bring_their_cookies(town_with: TownWith) -> None:
    async with town_with(allowed_origins=("https://one.example", "https://two.example")) as town:
        for origin in ("https://one.example", "https://two.example"):
            answer = await town.stranger().get("/api/me", headers={"Origin": origin})
            assert cors(answer) == {
                "access-control-allow-origin": origin,
                "access-control-allow-credentials": "true",
            }
            assert "Origin" in answer.headers["vary"]
        stranger = await town.stranger().get("/api/me", headers={"Origin": "https://other.example"})
        assert "access-control-allow-origin" not in stranger.headers


async def test_a_star_lets_everybody_in_without_cookies(town_with: TownWith) -> None:
    async with town_with(allowed_origins="*") as town:
        answer = await town.stranger().get("/api/me", headers={"Origin": "https://other.example"})
        assert cors(answer) == {"access-control-allow-origin": "*"}


async def test_a_preflight_allows_what_our_clients_send(town_with: TownWith) -> None:
    async with town_with(allowed_origins=("https://one.example",)) as town:
        wanted = ["authorization", "content-type", "idempotency-key", "if-match", "x-workspace-id"]
        asked = {"Origin": "https://one.example", "Access-Control-Request-Method": "PATCH"}
        asked["Access-Control-Request-Headers"] = ", ".join(wanted)
        answer = await town.stranger()("OPTIONS", "/api/tenants/me", headers=asked)
        assert answer.status_code == 200
        allowed = answer.headers["access-control-allow-headers"].lower().split(", ")
        assert set(wanted) <= set(allowed)
        assert_dressed(answer)


async def test_foreign_pages_may_read_the_headers_that_matter(town_with: TownWith) -> None:
    async with town_with(allowed_origins=("https://one.example",)) as town:
        answer = await town.stranger().get("/health", headers={"Origin": "https://one.example"})
        exposed = {name.strip() for name in answer.headers["access-control-expose-headers"].lower().split(",")}
        assert {"etag", "x-request-id", "retry-after"} <= exposed


async def counted(reader: Person, route: str, status: int) -> float:
    lines = (await reader.get("/api/system/metrics")).text.splitlines()
    wanted = f'farthing_http_requests_total{{method="GET",route="{route}",status="{status}"}} '
    return sum(float(line.removeprefix(wanted)) for line in lines if line.startswith(wanted))


@pytest.mark.parametrize("path", ["/api/user-secrets/{}", "/user-secrets/{}/"])
async def test_requests_are_counted_by_their_route_and_not_by_their_address(town: Town, path: str) -> None:
    root, nobodys = await town.superuser(), "00000000-0000-7000-8000-000000000000"
    before = await counted(root, "/api/user-secrets/{secret_id}", 404)
    await root.get(path.format(nobodys))
    assert await counted(root, "/api/user-secrets/{secret_id}", 404) == before + 1
    assert nobodys not in (await root.get("/api/system/metrics")).text


async def test_failures_of_ours_are_counted_too(town: Town, broken: Person) -> None:
    root = await town.superuser()
    before = await counted(root, "/api/broken/code", 500)
    await broken.get("/api/broken/code")
    assert await counted(root, "/api/broken/code", 500) == before + 1


async def test_metrics_are_for_superusers_and_for_who_knows_their_token(town_with: TownWith) -> None:
    async with town_with(metrics_token="a token for prometheus") as town:
        root, person, prometheus = await town.superuser(), await town.person(), town.stranger()
        problem(await prometheus.get("/api/system/metrics"), 401)
        problem(await person.get("/api/system/metrics"), 403)
        prometheus.bear("another token")
        problem(await prometheus.get("/api/system/metrics"), 401)
        prometheus.bear("a token for prometheus")
        for reader in (prometheus, root):
            answer = await reader.get("/api/system/metrics")
            assert answer.status_code == 200
            assert answer.headers["content-type"].startswith("text/plain")
            assert "farthing_http_requests_total" in answer.text
        problem(await prometheus.get("/api/me"), 401)


async def test_without_a_token_of_their_own_no_token_opens_the_metrics(town: Town) -> None:
    stranger = town.stranger()
    for token in ("None", "", "a token"):
        stranger.bear(token)
        problem(await stranger.get("/api/system/metrics"), 401)
