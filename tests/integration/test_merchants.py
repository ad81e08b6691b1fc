"""Merchants: one name each, found by any of its spellings."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import httpx2
import pytest

from factories.people import Person, Town
from farthing.infra.db import Scope
from farthing.kernel.actor import Actor, Role
from farthing.ledger.merchant_service import MerchantService, merchant_key

NOBODYS_ID = "01890000-0000-7000-8000-000000000000"


@pytest.fixture
async def ann(town: Town) -> Person:
    return await town.person("ann")


async def merchant(person: Person, name: str, *aliases: str) -> str:
    made = await person.post("/api/merchants", {"name": name})
    assert made.status_code == 201, made.text
    for alias in aliases:
        added = await add(person, made.json()["id"], alias)
        assert added.status_code == 201, added.text
    return str(made.json()["id"])


async def add(person: Person, merchant_id: str, alias: str) -> httpx2.Response:
    return await person.post(f"/api/merchants/{merchant_id}/aliases", {"alias": alias})


async def take(person: Person, merchant_id: str, alias: str) -> httpx2.Response:
    return await person.delete(f"/api/merchants/{merchant_id}/aliases", params={"alias": alias})


async def merge(person: Person, merchant_id: str, other: str) -> httpx2.Response:
    return await person.post(f"/api/merchants/{merchant_id}/merge", {"merchant_id": other})


async def listed(person: Person) -> dict[str, list[str]]:
    page = (await person.get("/api/merchants")).json()
    assert page["total"] == len(page["merchants"])
    return {one["name"]: one["aliases"] for one in page["merchants"]}


@asynccontextmanager
async def service_of(town: Town, person: Person) -> AsyncIterator[MerchantService]:
    workspace = UUID((await person.get("/api/tenants/me")).json()["id"])
    actor = Actor(UUID(person.id), person.name, workspace, Role.OWNER)
    async with town.house.database.read(Scope(user_id=actor.user_id, workspace_id=workspace)) as work:
        yield MerchantService(work, actor, town.house.clock)


async def test_merchants_are_kept_by_name(ann: Person) -> None:
    mine = await merchant(ann, "Żabka", "ZABKA Z5432", "ZABKA 77/A")
    await merchant(ann, "Biedronka")
    assert await listed(ann) == {"Biedronka": [], "Żabka": ["ZABKA 77/A", "ZABKA Z5432"]}
    told: dict[str, Any] = (await ann.get(f"/api/merchants/{mine}")).json()
    assert (told["name"], told["aliases"]) == ("Żabka", ["ZABKA 77/A", "ZABKA Z5432"])
    renamed = await ann.patch(f"/api/merchants/{mine}", {"name": "Żabka Polska"})
    assert (renamed.status_code, renamed.json()["name"]) == (200, "Żabka Polska")
    assert (await ann.delete(f"/api/merchants/{mine}")).status_code == 204
    assert (await ann.get(f"/api/merchants/{mine}")).status_code == 404
    assert await listed(ann) == {"Biedronka": []}
    await merchant(ann, "ZABKA Z5432")


async def test_merchants_are_walked_by_cursor(ann: Person) -> None:
    for name in ("Lidl", "Aldi", "Rewe", "Edeka", "Penny"):
        await merchant(ann, name, f"{name} 1")
    walked, query = [], "limit=2"
    while query:
        page = (await ann.get(f"/api/merchants?{query}")).json()
        walked += [one["name"] for one in page["merchants"]]
        query = f"limit=2&next={page['next']}" if page["next"] else ""
    assert walked == ["Aldi", "Edeka", "Lidl", "Penny", "Rewe"]


async def test_a_name_and_a_spelling_mean_one_merchant_only(ann: Person) -> None:
    lidl, aldi = await merchant(ann, "Lidl", "LIDL GMBH"), await merchant(ann, "Aldi")
    assert (await ann.post("/api/merchants", {"name": "LÍDL"})).status_code == 409
    assert (await ann.post("/api/merchants", {"name": "Lidl  GmbH"})).status_code == 409
    assert (await ann.patch(f"/api/merchants/{aldi}", {"name": "lidl"})).status_code == 409
    assert (await ann.patch(f"/api/merchants/{aldi}", {"name": "lidl gmbh"})).status_code == 409
    assert (await add(ann, aldi, "lidl gmbh")).status_code == 409
    assert (await add(ann, aldi, "lidl")).status_code == 409
    assert (await add(ann, lidl, "Lidl GmbH")).json()["aliases"] == ["LIDL GMBH"]
    assert (await ann.patch(f"/api/merchants/{lidl}", {"name": "Lidl GmbH"})).status_code == 200
    assert await listed(ann) == {"Aldi": [], "Lidl GmbH": ["LIDL GMBH"]}


@pytest.mark.parametrize("name", ["", "   ", "\u0301", "\u200b", "x" * 256])
async def test_a_name_that_says_nothing_is_refused(ann: Person, name: str) -> None:
    mine = await merchant(ann, "Lidl")
    assert (await ann.post("/api/merchants", {"name": name})).status_code == 422
    assert (await ann.patch(f"/api/merchants/{mine}", {"name": name})).status_code == 422
    assert (await add(ann, mine, name)).status_code == 422


async def test_a_spelling_can_be_taken_away(ann: Person) -> None:
    lidl, aldi = await merchant(ann, "Lidl", "L/1 ä"), await merchant(ann, "Aldi")
    assert (await take(ann, aldi, "L/1 ä")).status_code == 404
    assert (await take(ann, lidl, "l/1 A")).status_code == 204
    assert (await take(ann, lidl, "L/1 ä")).status_code == 404
    assert (await add(ann, aldi, "L/1 ä")).status_code == 201


async def test_merging_keeps_every_spelling(town: Town, ann: Person) -> None:
    kept = await merchant(ann, "Amazon", "AMZN")
    gone = await merchant(ann, "Amazon Marketplace", "AMZN MKTP DE", "amazon marketplace")
    merged = await merge(ann, kept, gone)
    assert (merged.status_code, merged.json()["id"]) == (200, kept)
    assert merged.json()["aliases"] == ["amazon marketplace", "AMZN", "AMZN MKTP DE"]
    async with service_of(town, ann) as merchants:
        found = await merchants.names_for(["amazon", "AMZN", "Amzn Mktp DE", "AMAZON MARKETPLACE"])
    assert set(found.values()) == {"Amazon"}
    assert len(found) == 4
    assert (await ann.get(f"/api/merchants/{gone}")).status_code == 404
    assert (await merge(ann, kept, kept)).status_code == 409
    assert (await merge(ann, kept, gone)).status_code == 404


async def test_texts_lead_to_names(town: Town, ann: Person) -> None:
    await merchant(ann, "Żabka", "ZABKA Z5432 K.1")
    bob = await town.person("bob")
    await merchant(bob, "Bobs", "shop 1")
    texts = ["zabka  z5432 k.1", "Żabka", None, "", "shop 1", "nobody"]
    async with service_of(town, ann) as merchants:
        assert await merchants.names_for(texts) == {"zabka z5432 k.1": "Żabka", "zabka": "Żabka"}
        assert await merchants.names_for([]) == {}
    assert merchant_key(" ZABKA  Z5432 k.1") == "zabka z5432 k.1"


async def test_many_texts_are_asked_at_once(town: Town, ann: Person) -> None:
    await merchant(ann, "Lidl", "LIDL 4999", "LIDL 5001")
    async with service_of(town, ann) as merchants:
        found = await merchants.names_for(f"LIDL {number}" for number in range(12_000))
    assert found == {"lidl 4999": "Lidl", "lidl 5001": "Lidl"}


async def test_a_viewer_reads_and_does_not_write(town: Town, ann: Person) -> None:
    mine, other = await merchant(ann, "Lidl", "LIDL 1"), await merchant(ann, "Aldi")
    guest = await town.person("guest")
    await town.join(ann, guest, "viewer")
    assert await listed(guest) == {"Aldi": [], "Lidl": ["LIDL 1"]}
    answers = [
        await guest.post("/api/merchants", {"name": "x"}),
        await guest.patch(f"/api/merchants/{mine}", {"name": "x"}),
        await guest.delete(f"/api/merchants/{mine}"),
        await add(guest, mine, "x"),
        await take(guest, mine, "LIDL 1"),
        await merge(guest, mine, other),
    ]
    assert {answer.status_code for answer in answers} == {403}


async def test_somebody_elses_merchant_is_not_there(town: Town, ann: Person) -> None:
    hers = await merchant(ann, "Lidl", "LIDL 1")
    bob = await town.person("bob")
    his = await merchant(bob, "Lidl", "LIDL 1")
    for merchant_id in (hers, NOBODYS_ID):
        answers = [
            await bob.get(f"/api/merchants/{merchant_id}"),
            await bob.patch(f"/api/merchants/{merchant_id}", {"name": "x"}),
            await bob.delete(f"/api/merchants/{merchant_id}"),
            await add(bob, merchant_id, "x"),
            await take(bob, merchant_id, "LIDL 1"),
            await merge(bob, his, merchant_id),
            await merge(bob, merchant_id, his),
        ]
        assert {answer.status_code for answer in answers} == {404}
    assert await listed(ann) == await listed(bob) == {"Lidl": ["LIDL 1"]}


async def posted(person: Person, **texts: str) -> dict[str, Any]:
    made = await person.post("/api/transactions", {"amount": "-1", "date": "2026-02-10"} | texts)
    assert made.status_code == 201, made.text
    told: dict[str, Any] = made.json()
    return told


async def labels(person: Person, *rows: dict[str, Any]) -> list[str | None]:
    return [(await person.get(f"/api/transactions/{row['id']}")).json()["der_merchant"] for row in rows]


async def test_a_new_name_reaches_old_transactions_where_one_wants_it(ann: Person) -> None:
    mine = await merchant(ann, "Zabka", "ZABKA Z5432")
    old, other = await posted(ann, payee="ZABKA Z5432"), await posted(ann, payee="Lidl")
    await ann.patch(f"/api/merchants/{mine}", {"name": "Zabka Polska"})
    assert await labels(ann, old) == ["Zabka"]
    new = await posted(ann, payee="ZABKA Z5432")
    assert (await ann.patch(f"/api/merchants/{mine}?apply=true", {"name": "Żabka"})).status_code == 200
    assert await labels(ann, old, new, other) == ["Zabka", "Żabka", "Lidl"]
    (change,) = (await ann.get(f"/api/transactions/{new['id']}/history")).json()["changes"]
    assert (change["origin"], change["before"]["der_merchant"]) == ("merchant", "Zabka Polska")
    assert (await ann.get("/api/transactions", params={"search": "polska"})).json()["total"] == 0


async def test_merging_and_spelling_reach_old_transactions_where_one_wants_it(ann: Person) -> None:
    kept, gone = await merchant(ann, "Amazon"), await merchant(ann, "Marketplace", "KRMBX MKTP")
    merged, spelt = await posted(ann, payee="KRMBX MKTP"), await posted(ann, payee="KRMBX PRIME 4711")
    alike, said = await posted(ann, payee="KRMBX PRIME 99"), await posted(ann, der_merchant="krmbx prime 4711")
    assert await labels(ann, merged, spelt, alike) == ["Marketplace", "Krmbx Prime", "Krmbx Prime"]
    assert (await ann.post(f"/api/merchants/{kept}/merge?apply=true", {"merchant_id": gone})).status_code == 200
    alias = {"alias": "krmbx prime 4711"}
    assert (await ann.post(f"/api/merchants/{kept}/aliases?apply=true", alias)).status_code == 201
    assert await labels(ann, merged, said) == ["Amazon", "Amazon"]
    assert (await ann.post(f"/api/merchants/{kept}/aliases?apply=true", {"alias": "KRMBX PRIME"})).status_code == 201
    assert await labels(ann, spelt, alike) == ["Amazon", "Amazon"]


async def test_a_new_name_reaches_a_closed_month_only_with_a_reason(ann: Person) -> None:
    mine, old = await merchant(ann, "Zabka"), await posted(ann, payee="Zabka")
    await ann.post("/api/closed-months", {"month": "2026-02"})
    path = f"/api/merchants/{mine}?apply=true"
    assert (await ann.patch(path, {"name": "Żabka"})).status_code == 409
    assert (await ann.get(f"/api/merchants/{mine}")).json()["name"] == "Zabka"
    assert (await ann.patch(f"{path}&reason=spelling", {"name": "Żabka"})).status_code == 200
    assert await labels(ann, old) == ["Żabka"]
