"""The description of the API is complete: what goes in, what comes out, and every way in which it can fail."""

import json
from typing import Any

import pytest

from farthing.api.access import Level
from farthing.api.docs import access_of, level_of
from farthing.api.routes import api_routes
from farthing.cli.description import openapi_json

DOCUMENT: dict[str, Any] = json.loads(openapi_json())
ROUTES = {route.name: route for route in api_routes() if route.include_in_schema}
OPERATIONS: dict[str, dict[str, Any]] = {
    operation["operationId"]: operation for path in DOCUMENT["paths"].values() for operation in path.values()
}
each_operation = pytest.mark.parametrize("name", OPERATIONS)


def places(operation: dict[str, Any]) -> set[str]:
    """Where its parameters stand."""
    return {parameter["in"] for parameter in operation.get("parameters", [])}


@each_operation
def test_an_operation_says_what_it_does_and_who_may_call_it(name: str) -> None:
    operation, level = OPERATIONS[name], level_of(ROUTES[name])
    assert operation["summary"]
    assert len(operation["tags"]) == 1
    assert operation["x-access"] == level
    assert ("security" in operation) == (level is not Level.PUBLIC)


@each_operation
def test_an_operation_names_the_refusals_that_follow_from_its_shape(name: str) -> None:
    operation, is_public = OPERATIONS[name], level_of(ROUTES[name]) is Level.PUBLIC
    takes_values = "requestBody" in operation or places(operation) & {"path", "query"}
    told = set(operation["responses"])
    assert not takes_values or "422" in told
    assert is_public or {"401", "403"} <= told
    assert "path" not in places(operation) or "404" in told


@each_operation
def test_a_refusal_is_described_as_a_problem(name: str) -> None:
    """But for the health of the house, which is the same report whether it is good or bad."""
    for status, answer in OPERATIONS[name]["responses"].items():
        if status.startswith(("4", "5")) and name != "health":
            assert set(answer["content"]) == {"application/problem+json"}, status
            assert answer["content"]["application/problem+json"]["schema"], status


@each_operation
def test_the_key_that_repeats_a_request_is_described_where_it_works(name: str) -> None:
    access = access_of(ROUTES[name])
    works = "POST" in (ROUTES[name].methods or ()) and access is not None and not access.detached
    described = any(p["name"] == "Idempotency-Key" for p in OPERATIONS[name].get("parameters", []))
    assert described == works


def test_every_tag_is_introduced_and_used() -> None:
    used = {operation["tags"][0] for operation in OPERATIONS.values()}
    assert used == {tag["name"] for tag in DOCUMENT["tags"]}
