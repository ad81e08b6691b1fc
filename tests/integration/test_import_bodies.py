"""Imports that are no uploads: bodies of requests, and files at addresses."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from factories.files import account, bank_csv, commit, ledger
from factories.people import Town

ROWS = [
    {"id": "1", "date": "2026-05-04", "amount": -12.34, "currency": "EUR", "payee": "Bakery", "status": "booked"},
    {"id": "2", "date": "2026-05-05", "amount": "2500.10", "currency": "EUR", "description": "salary"},
    {"id": "3", "date": "2026-05-06", "amount": "-7.00", "currency": "EUR", "payee": "Lidl", "status": "pending"},
]
Page = tuple[int, bytes, dict[str, str]]


@asynccontextmanager
async def serving(pages: dict[str, Page]) -> AsyncIterator[str]:
    """A web server on this machine; the address that it is at."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        status, content, headers = pages.get(head.split()[1], (404, b"", {}))
        told = headers | {"Content-Length": str(len(content)), "Connection": "close"}
        lines = [f"HTTP/1.1 {status} Any", *(f"{name}: {value}" for name, value in told.items()), "", ""]
        writer.write("\r\n".join(lines).encode() + content)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_transactions_of_a_program_are_looked_at_and_posted(town: Town) -> None:
    person = await town.person()
    home = await account(person)
    made = await person.post("/api/imports/body", {"name": "program", "account_id": home, "transactions": ROWS})
    assert made.status_code == 201, made.text
    assert (made.json()["origin"], made.json()["name"], made.json()["summary"]["new"]) == ("body", "program", 3)
    assert await ledger(person) == []
    await commit(person, made.json()["id"])
    assert await ledger(person) == [
        ("2026-05-04", "-12.34", "booked"),
        ("2026-05-05", "2500.10", "booked"),
        ("2026-05-06", "-7.00", "pending"),
    ]
    again = (await person.post("/api/imports/body", {"account_id": home, "transactions": ROWS[:2]})).json()
    assert (again["summary"]["new"], again["summary"]["same"]) == (0, 2)


async def test_the_text_of_a_file_is_a_file(town: Town) -> None:
    person = await town.person()
    text = bank_csv([("2026-05-02", "Bakery", "bread", "-3.50"), ("2026-05-03", "Kiosk", "paper", "none")]).decode()
    made = (await person.post("/api/imports/body", {"content": text})).json()
    assert (made["format"], made["summary"]["error"], made["rows"]) == ("csv", 1, 1)
    bodies: list[dict[str, Any]] = [
        {},
        {"content": text, "transactions": ROWS},
        {"content": "nothing"},
        {"transactions": []},
    ]
    for body in bodies:
        assert (await person.post("/api/imports/body", body)).status_code == 422


async def test_a_file_is_fetched_where_the_operator_allows_it(town_with: Callable[..., Any]) -> None:
    file = bank_csv([("2026-05-02", "Bakery", "bread", "-3.50")])
    pages: dict[str, Page] = {
        "/may.csv?of=me": (200, file, {}),
        "/away": (302, b"", {"Location": "http://127.0.0.1:9/"}),
        "/huge.csv": (200, file + bytes(1_000_000), {}),
    }
    async with serving(pages) as place, town_with(outbound_private=place, max_upload_mb=1) as town:
        person = await town.person()
        home = await account(person)
        wanted = {"url": f"http://{place}/may.csv", "params": {"of": "me"}, "account_id": home}
        made = await person.post("/api/imports/fetch", wanted)
        assert made.status_code == 201, made.text
        assert (made.json()["origin"], made.json()["name"], made.json()["summary"]["new"]) == ("url", "may.csv", 1)
        for path in ("away", "nothing"):
            refused = await person.post("/api/imports/fetch", {"url": f"http://{place}/{path}"})
            assert refused.status_code == 422, refused.text
        refused = await person.post("/api/imports/fetch", {"url": f"http://{place}/huge.csv"})
        assert (refused.status_code, "1,000,000 bytes" in refused.json()["detail"]) == (502, True), refused.text
        config = {"type": "generic", "url": f"http://{place}/may.csv?of=me", "headers": {}}
        run = await person.post("/api/etl/run-api", {"account_id": home, "api_config": config})
        assert run.json()["step_results"]["ingest"]["result"]["saved"] == 1
    async with town_with() as town:
        person = await town.person()
        refused = await person.post("/api/imports/fetch", {"url": f"http://{place}/may.csv"})
        assert refused.status_code == 422


@pytest.mark.parametrize("header", ["Host", "content-length", "Transfer-Encoding"])
async def test_headers_that_are_ours_are_refused(town: Town, header: str) -> None:
    person = await town.person()
    wanted = {"url": "https://example.com/", "headers": {header: "1"}}
    assert (await person.post("/api/imports/fetch", wanted)).status_code == 422


async def test_announced_and_booked_are_joined_and_parted_by_hand(town: Town) -> None:
    person, other = await town.person(), await town.person()
    home = await account(person)
    pending = {"account_id": home, "amount": "-47.11", "date": "2026-05-19", "status": "pending", "payee": "LIDL 123"}
    await person.post("/api/transactions", pending)
    made = await person.post(
        "/api/imports/body",
        {"account_id": home, "content": bank_csv([("2026-05-20", "Lidl", "shop", "-47.11")]).decode()},
    )
    await commit(person, made.json()["id"])
    (link,) = (await person.get("/api/pending-links")).json()["links"]
    parted = await person.post(f"/api/pending-links/{link['id']}/reject")
    assert parted.json()["state"] == "rejected"
    assert ("2026-05-19", "-47.11", "pending") in await ledger(person)
    joined = await person.post(f"/api/pending-links/{link['id']}/accept")
    assert joined.json()["state"] == "linked"
    assert ("2026-05-19", "-47.11", "void") in await ledger(person)
    assert (await person.get("/api/pending-links", params={"state": "proposed"})).json()["total"] == 0
    assert (await other.post(f"/api/pending-links/{link['id']}/accept")).status_code == 404
