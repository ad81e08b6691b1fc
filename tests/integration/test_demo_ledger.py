"""A demo's workspace holds the believable year, and nobody else's."""

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from factories.people import PASSWORD, Person, Town
from fakes.clock import TestClock
from farthing.auth.tasks import forget_files
from farthing.auth.workspaces import purge_expired
from farthing.demo.accounts import CARD, CASH, CHECKING, SAVINGS, ZLOTY
from farthing.infra.db import SYSTEM
from farthing.ledger.folding import tokens

Row = dict[str, Any]
UPGRADE = {"username": "jan", "email": "jan@example.com", "password": PASSWORD}


@pytest.fixture
async def guest(town: Town) -> Person:
    return await town.demo()


async def rows_of(person: Person) -> list[Row]:
    page = (await person.get("/api/transactions?limit=1000")).json()
    assert page["total"] == len(page["transactions"])
    rows: list[Row] = page["transactions"]
    return rows


async def accounts_of(person: Person) -> dict[str, Row]:
    return {one["name"]: one for one in (await person.get("/api/accounts")).json()["accounts"]}


async def test_a_demo_is_a_whole_year_up_to_today(guest: Person) -> None:
    rows = await rows_of(guest)
    assert 700 <= len(rows) <= 1000
    assert {row["date"][:7] for row in rows} >= {f"2025-{month:02}" for month in range(3, 13)} | {"2026-01", "2026-02"}
    assert max(row["date"] for row in rows) <= date(2026, 3, 1).isoformat()


async def test_balances_and_totals_are_what_the_year_says(guest: Person) -> None:
    assert (await guest.get("/api/ledger/check")).json() == {"is_well": True, "faults": []}
    rows, accounts = await rows_of(guest), await accounts_of(guest)
    assert set(accounts) == {CHECKING, SAVINGS, CASH, CARD, ZLOTY}
    for account in accounts.values():
        own = [row for row in rows if row["account_id"] == account["id"] and row["status"] == "booked"]
        moved = sum(Decimal(row["amount"]) for row in own)
        assert Decimal(account["balance"]) == Decimal(account["initial_balance"]) + moved
    assert accounts[CHECKING]["is_default"]
    assert accounts[ZLOTY]["currency"] == "PLN"


async def test_every_transfer_is_linked_with_both_legs(guest: Person) -> None:
    legs = Counter(row["transfer_id"] for row in await rows_of(guest) if row["type"] == "transfer")
    assert len(legs) > 20
    assert set(legs.values()) == {2}
    page = (await guest.get("/api/transfers?limit=200")).json()
    assert {one["id"] for one in page["transfers"]} == set(legs)
    assert {one["state"] for one in page["transfers"]} == {"linked"}
    assert any(one["rate"] for one in page["transfers"])


async def test_the_year_has_what_a_demo_has_to_show(guest: Person) -> None:
    rows = await rows_of(guest)
    categories = {row["category"] for row in rows}
    assert {"Salary", "Rent", "Groceries", "Subscriptions", "Restaurants"} <= categories
    assert any(row["splits"] for row in rows)
    assert any(row["tags"] for row in rows)
    for row in rows:
        if row["splits"]:
            assert sum(Decimal(part["amount"]) for part in row["splits"]) == Decimal(row["amount"])
    prices = {row["amount"] for row in rows if row["category"] == "Subscriptions"}
    assert len(prices) > 1


async def test_categories_hang_together_and_stand_once(guest: Person) -> None:
    found = (await guest.get("/api/categories")).json()["categories"]
    assert len({(one["name"], one["type"]) for one in found}) == len(found)
    by_id = {one["id"]: one for one in found}
    children = [one for one in found if one["parent_id"]]
    assert children
    assert all(by_id[one["parent_id"]]["type"] == one["type"] for one in children)


async def test_two_demos_are_apart(town: Town, guest: Person) -> None:
    other = await town.demo()
    mine, theirs = await rows_of(guest), await rows_of(other)
    assert not {row["id"] for row in mine} & {row["id"] for row in theirs}
    assert [row["amount"] for row in mine] != [row["amount"] for row in theirs]
    assert (await guest.get(f"/api/transactions/{theirs[0]['id']}")).status_code == 404
    await guest.delete(f"/api/accounts/{mine[0]['account_id']}")
    assert await rows_of(other) == theirs
    assert (await other.get("/api/ledger/check")).json()["is_well"]


async def test_when_it_is_over_neither_words_nor_files_are_left(town: Town, guest: Person, clock: TestClock) -> None:
    kept = await town.demo()
    rows = await rows_of(guest)
    texts = " ".join(row["description"] or "" for row in rows)
    for person, row in ((guest, rows[0]), (kept, (await rows_of(kept))[0])):
        files = {"file": ("receipt.txt", b"one loaf of bread", "text/plain")}
        answer = await person.http.post(f"/api/transactions/{row['id']}/attachments", files=files)
        assert answer.status_code == 201, answer.text
    assert (await kept.post("/api/auth/demo/upgrade", UPGRADE)).status_code == 201
    clock.advance(hours=24)
    house = town.house
    async with house.database.write(SYSTEM) as work:
        assert await purge_expired(work, clock, 20) == 1
    assert len(await house.blobs.homes()) == 2
    assert await forget_files(house.database, (house.blobs, house.lake)) == {"workspaces": 1}
    assert len(await house.blobs.homes()) == 1
    if house.database.is_sqlite:
        async with house.database.read(SYSTEM) as work:
            word = tokens(texts)[0]
            search = "SELECT rowid FROM transaction_search WHERE transaction_search MATCH :word"
            found = set(await work.session.scalars(text(search), {"word": f'"{word}"'}))
            assert found
            assert found <= set(await work.session.scalars(text("SELECT key FROM transactions")))


async def test_a_person_who_registers_starts_empty(town: Town) -> None:
    person = await town.person()
    assert await rows_of(person) == []
    assert await accounts_of(person) == {}
