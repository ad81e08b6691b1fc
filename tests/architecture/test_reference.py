"""The reference pages are what the program says of itself, and the settings example knows every setting."""

import json
import re

import pytest

from architecture.source import ROOT
from farthing.api.access import Level
from farthing.api.docs import level_of
from farthing.api.routes import api_routes
from farthing.cli.reference import pages
from farthing.settings import ALIASES, Settings, load

PAGES = pages()


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_page_is_fresh(name: str) -> None:
    """Renew it with `make docs`."""
    assert (ROOT / "docs" / "reference" / name).read_text() == PAGES[name]


def test_the_example_names_every_setting_and_no_other() -> None:
    named = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert named == {name.upper() for name in Settings.model_fields} - set(ALIASES)


def test_the_example_works_as_copied() -> None:
    complaints: list[str] = []
    settings = load({}, env_file=ROOT / ".env.example", warn=complaints.append)
    assert not complaints
    assert settings.port == 8000


def test_operation_ids_are_the_route_names() -> None:
    document = json.loads(PAGES["openapi.json"])
    ids = [operation["operationId"] for path in document["paths"].values() for operation in path.values()]
    assert len(ids) == len(set(ids))
    assert set(ids) == {route.name for route in api_routes() if route.include_in_schema}


def test_every_operation_is_described() -> None:
    document = json.loads(PAGES["openapi.json"])
    for address, path in document["paths"].items():
        for method, operation in path.items():
            where = f"{method} {address}"
            assert operation.get("tags"), where
            assert operation.get("description"), where
            assert operation["x-access"] in set(Level), where
            if operation["x-access"] != "public":
                assert "401" in operation["responses"], where


def test_every_route_has_decided_who_may_call_it() -> None:
    """The public ones are few and known by name."""
    public = {route.name for route in api_routes() if level_of(route) is Level.PUBLIC}
    assert public == {
        "pulse",
        "welcome",
        "health",
        "version",
        "metrics",
        "bootstrap_status",
        "bootstrap",
        "register",
        "login",
        "login_with_email",
        "login_with_form",
        "refresh",
        "logout",
        "set_password",
        "start_demo",
        "preview_invite",
        "receive_webhook",
    }
