"""People as the tests meet them: through the API, each with a client of his own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx2
from fastapi import FastAPI

from farthing.bootstrap import House

PASSWORD = "correct-horse-battery"


@dataclass(slots=True)
class Person:
    """Somebody with a browser: cookies, and after signing in a bearer token."""

    http: httpx2.AsyncClient
    name: str = ""
    id: str = ""
    facts: dict[str, Any] = field(default_factory=dict)

    async def __call__(self, method: str, path: str, body: Any = None, **options: Any) -> httpx2.Response:
        if body is not None:
            options["json"] = body
        return await self.http.request(method, path, **options)

    async def get(self, path: str, **options: Any) -> httpx2.Response:
        return await self("GET", path, **options)

    async def post(self, path: str, body: Any = None, **options: Any) -> httpx2.Response:
        return await self("POST", path, body, **options)

    async def patch(self, path: str, body: Any = None, **options: Any) -> httpx2.Response:
        return await self("PATCH", path, body, **options)

    async def delete(self, path: str, **options: Any) -> httpx2.Response:
        return await self("DELETE", path, **options)

    def bear(self, token: str | None) -> None:
        """Carry this access token from now on."""
        self.http.headers.pop("Authorization", None)
        if token:
            self.http.headers["Authorization"] = f"Bearer {token}"

    @property
    def token(self) -> str:
        return self.http.headers["Authorization"].removeprefix("Bearer ")

    async def sign_in(self, password: str = PASSWORD) -> httpx2.Response:
        answer = await self.post("/api/auth/login", {"username": self.name, "password": password})
        if answer.status_code == 200:
            self.bear(answer.json()["access_token"])
        return answer


class Town:
    """Everybody that a test needs, on one application."""

    def __init__(self, app: FastAPI, house: House) -> None:
        self.app = app
        self.house = house
        self._open: list[httpx2.AsyncClient] = []

    def stranger(self, address: str = "192.0.2.7") -> Person:
        """Somebody who is not signed in, at an address of his own."""
        transport = httpx2.ASGITransport(self.app, client=(address, 40_000))
        http = httpx2.AsyncClient(transport=transport, base_url="http://farthing.test")
        self._open.append(http)
        return Person(http)

    async def person(self, name: str | None = None, **facts: Any) -> Person:
        """Somebody with an account and a personal workspace, signed in."""
        person = self.stranger()
        name = name or f"u{uuid4().hex[:12]}"
        body = {"username": name, "email": f"{name}@example.com", "password": PASSWORD} | facts
        answer = await person.post("/api/auth/register", body)
        assert answer.status_code == 201, answer.text
        person.name, person.id, person.facts = name, answer.json()["id"], answer.json()
        person.bear(answer.json()["access_token"])
        return person

    async def superuser(self, name: str = "root") -> Person:
        """The first superuser, by bootstrap."""
        person = self.stranger()
        answer = await person.post("/api/system/bootstrap", {"username": name, "password": PASSWORD})
        assert answer.status_code == 201, answer.text
        person.name, person.id = name, answer.json()["id"]
        await person.sign_in()
        return person

    async def demo(self, *, samples: bool = True) -> Person:
        person = self.stranger()
        answer = await person.post("/api/auth/demo", params={"samples": samples})
        assert answer.status_code == 201, answer.text
        person.id, person.facts = answer.json()["user_id"], answer.json()
        person.bear(answer.json()["token"])
        return person

    async def join(self, host: Person, guest: Person, role: str) -> None:
        """Take a guest into the host's current workspace and switch him there."""
        answer = await host.post("/api/tenants/me/members", {"username": guest.name, "role": role})
        assert answer.status_code == 201, answer.text
        workspace = (await host.get("/api/tenants/me")).json()["id"]
        answer = await guest.post(f"/api/tenants/{workspace}/switch")
        assert answer.status_code == 200, answer.text
        guest.bear(answer.json()["access_token"])

    async def close(self) -> None:
        for http in self._open:
            await http.aclose()


@asynccontextmanager
async def town_on(app: FastAPI, house: House) -> AsyncIterator[Town]:
    town = Town(app, house)
    try:
        yield town
    finally:
        await town.close()
