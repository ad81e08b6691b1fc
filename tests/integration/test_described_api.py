"""The description of the API is true: whatever is sent, the answer has a status and a shape that stand in it."""

import asyncio
import json
import os
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from factories.people import Person, Town
from farthing.cli.description import openapi_json

pytestmark = pytest.mark.sqlite_only
AnyCase = Case[Any]
STREAMS = {"watch_jobs", "watch_job"}
"""Server-sent events may never end, so nothing can be said of their whole; their beginnings are in the matrix."""

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
IS_DEEP = os.environ.get("HYPOTHESIS_PROFILE") == "deep"
HABITS = settings(
    max_examples=200 if IS_DEEP else 15,
    derandomize=not IS_DEEP,
    deadline=None,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
DOCUMENT = json.loads(openapi_json())
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
OPERATIONS = {
    operation["operationId"]: (address, method)
    for address, path in DOCUMENT["paths"].items()
    for method, operation in path.items()
    if operation["operationId"] not in STREAMS
}


class Fuzzer:
    """Sends what was made up, as a superuser whose things exist, to the application on the test's own loop."""

    def __init__(self, town: Town, root: Person, things: dict[str, str]) -> None:
        self._loop = asyncio.get_running_loop()
        self._town = town
        self._root = root
        self._things = things

    def try_out(self, case: AnyCase, *, aims: bool) -> None:
        """Called from a thread beside the loop, because making things up is no asynchronous work."""
        asyncio.run_coroutine_threadsafe(self._send(case, aims=aims), self._loop).result(60)

    async def _send(self, case: AnyCase, *, aims: bool) -> None:
        if aims:
            case.path_parameters = {name: self._things.get(name, value) for name, value in case.path_parameters.items()}
        kwargs = case.as_transport_kwargs(base_url="http://farthing.test")
        if not (await self._root.get("/api/me")).is_success:
            await self._root.sign_in()
        kwargs["headers"]["Authorization"] = f"Bearer {self._root.token}"
        wire = requests.Request(**{k: v for k, v in kwargs.items() if k != "cookies"}).prepare()
        headers = {name: value for name, value in wire.headers.items() if name != "Content-Length"}
        raw = [(_bytes(name), _bytes(value)) for name, value in headers.items()]
        stranger = self._town.stranger()
        body: Any = wire.body
        answer = await stranger.http.request(wire.method or "", wire.url or "", content=body, headers=raw)
        case.validate_response(answer, checks=CHECKS)


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("latin-1", "replace")


async def things_of(town: Town, root: Person) -> dict[str, str]:
    """Ids that name something, by the name of their place in a path."""
    secret = await root.post("/api/user-secrets", {"type": "allegro", "secret": "hush"})
    invite = await root.post("/api/tenants/me/invites", {})
    member = await town.person()
    await town.join(root, member, "viewer")
    return {
        "secret_id": secret.json()["id"],
        "invite_id": invite.json()["id"],
        "user_id": member.id,
        "workspace_id": (await root.get("/api/tenants/me")).json()["id"],
        "session_id": (await root.get("/api/auth/sessions")).json()["sessions"][-1]["id"],
    }


@pytest.mark.parametrize("name", OPERATIONS)
async def test_whatever_is_sent_the_answer_is_as_described(town_with: Any, name: str) -> None:
    address, method = OPERATIONS[name]
    operation = SCHEMA[address][method]
    cases = operation.as_strategy() | operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)
    async with town_with(sandbox=True) as town:
        root = await town.superuser()
        fuzzer = Fuzzer(town, root, await things_of(town, root))

        @HABITS
        @given(cases, st.booleans())
        def fuzz(case: AnyCase, aims: bool) -> None:  # noqa: FBT001  drawn by Hypothesis
            fuzzer.try_out(case, aims=aims)

        await asyncio.to_thread(fuzz)
