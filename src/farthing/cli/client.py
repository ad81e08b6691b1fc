"""The terminal's HTTP client: it speaks the API, to the application in this process."""

from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx2

from farthing.api.app import create_app
from farthing.bootstrap import House
from farthing.cli.local import in_house
from farthing.kernel.errors import FarthingError

Result = TypeVar("Result")
_HERE = "http://farthing.local"


class Refused(FarthingError):
    """The request was refused."""


class Api:
    def __init__(self, http: httpx2.AsyncClient) -> None:
        self._http = http

    async def __call__(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """The answer's JSON, or the problem as an error."""
        given = {key: value for key, value in query.items() if value is not None}
        answer = await self._http.request(method, path, json=body, params=given)
        if answer.is_success:
            return answer.json() if answer.content else None
        raise Refused(answer.json().get("detail", f"HTTP {answer.status_code}"))

    async def pages(self, path: str, plural: str, **query: Any) -> list[Any]:
        """All rows of a list, page by page."""
        rows, cursor = [], None
        while True:
            page = await self("GET", path, limit=200, next=cursor, **query)
            rows += page[plural]
            cursor = page["next"]
            if cursor is None:
                return rows


def call(data: Path | None, act: Callable[[Api], Awaitable[Result]]) -> Result:
    """Act through the API as the operator of the local data folder."""

    async def act_in(house: House) -> Result:
        transport = httpx2.ASGITransport(create_app(house, _already_alive))
        headers = {"Authorization": f"Bearer {house.operator_key}"}
        async with httpx2.AsyncClient(transport=transport, base_url=_HERE, headers=headers) as http:
            return await act(Api(http))

    return in_house(data, act_in)


@asynccontextmanager
async def _already_alive(house: House) -> Any:
    yield house
