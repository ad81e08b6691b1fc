"""Which addresses lead to the API: the replaced systems' own, unless a browser wants a page."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.api.prefixless import Prefixless
from farthing.api.routes import api_routes

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


async def _nowhere(*_: object) -> None:
    raise AssertionError("nobody calls")


def door(*paths: str) -> Prefixless:
    return Prefixless(_nowhere, paths or [route.path for route in api_routes()])


@pytest.mark.parametrize("accept", ["", "*/*", "application/json", "text/event-stream"])
@pytest.mark.parametrize(
    ("asked", "leads_to"),
    [
        ("/auth/me", "/api/auth/me"),
        ("/auth/me/", "/api/auth/me"),
        ("/api/auth/me", "/api/auth/me"),
        ("/api/auth/me/", "/api/auth/me"),
        ("/api/auth/me///", "/api/auth/me"),
        ("/tenants", "/api/tenants"),
        ("/tenants/me/members", "/api/tenants/me/members"),
        ("/user-secrets/", "/api/user-secrets"),
        ("/system/health", "/api/system/health"),
        ("/health", "/health"),
        ("/docs", "/docs"),
        ("/docs/files/swagger-ui.css", "/docs/files/swagger-ui.css"),
        ("/openapi.json", "/openapi.json"),
        ("/", "/"),
        ("//", "//"),
        ("/api", "/api"),
        ("/api/", "/api"),
        ("/apiary", "/apiary"),
        ("/authors", "/authors"),
        ("/authors/auth", "/authors/auth"),
        ("//auth/me", "//auth/me"),
        ("/nothing/here/", "/nothing/here/"),
        ("*", "*"),
        ("", ""),
    ],
)
def test_a_client_of_the_api_is_led_to_it(asked: str, leads_to: str, accept: str) -> None:
    assert door().rewritten(asked, accept) == leads_to


@pytest.mark.parametrize("path", ["/auth/me", "/tenants", "/jobs/", "/users", "/"])
def test_a_page_that_a_browser_loads_is_left_to_the_web(path: str) -> None:
    assert door().rewritten(path, BROWSER) == path


def test_with_the_prefix_even_a_browser_asks_the_api() -> None:
    assert door().rewritten("/api/auth/me/", BROWSER) == "/api/auth/me"


def test_a_bank_sends_the_browser_back_to_the_api() -> None:
    ours = door("/api/connections", "/api/connections/callback")
    assert ours.rewritten("/connections/callback", BROWSER) == "/api/connections/callback"
    assert ours.rewritten("/connections", BROWSER) == "/connections"


def test_every_route_is_reached_with_and_without_its_prefix() -> None:
    for path in {route.path for route in api_routes() if route.path.startswith("/api/")}:
        assert door().rewritten(path.removeprefix("/api"), "*/*") == path


@given(st.text(), st.sampled_from(["", "*/*", BROWSER]))
def test_no_path_upsets_it_and_a_second_rewriting_changes_nothing(path: str, accept: str) -> None:
    once = door().rewritten(path, accept)
    assert door().rewritten(once, accept) == once
