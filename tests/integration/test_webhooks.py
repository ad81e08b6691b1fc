"""Systems that bring transactions by themselves: believed for their signature, and for nothing else."""

import json
from typing import Any

from factories.files import account, ledger
from factories.people import Person, Town
from fakes.clock import TestClock
from farthing.ingest.signatures import HEADER, signature

PAID = {"event": "confirm", "transId": "7f3a", "timestamp": 1778760000000, "amount": 125000.5}


async def source(person: Person, **body: Any) -> dict[str, Any]:
    made = await person.post("/api/webhook-sources", {"name": "Uzum", "kind": "uzum"} | body)
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


async def send(town: Town, one: dict[str, Any], message: Any, *, late_s: int = 0, **changed: Any) -> Any:
    body = json.dumps(message).encode()
    moment = str(int(town.house.clock().timestamp()) - late_s)
    header = f"t={moment},v1={signature(changed.get('secret', one['secret']), moment, body)}"
    headers = {HEADER: changed.get("header", header), "Content-Type": "application/json"}
    return await town.stranger().http.post(changed.get("path", one["path"]), content=body, headers=headers)


async def test_a_message_of_uzum_is_a_transaction_once(town: Town) -> None:
    person = await town.person()
    home = await account(person, currency="UZS")
    one = await source(person, account_id=home)
    first = await send(town, one, PAID)
    assert first.status_code == 200, first.text
    assert first.json()["inserted"] == 1
    assert (await send(town, one, PAID)).json()["duplicates"] == 1
    rows = (await person.get("/api/transactions")).json()["transactions"]
    assert [(row["date"], row["amount"], row["currency"], row["reference"]) for row in rows] == [
        ("2026-05-14", "125000.50", "UZS", "7f3a")
    ]
    assert (rows[0]["payee"], rows[0]["description"]) == ("Uzum Bank", "Uzum webhook: confirm")
    listed = (await person.get("/api/webhook-sources")).json()["sources"]
    assert listed[0]["last_used_at"]
    assert "secret" not in listed[0]


async def test_generic_messages_and_such_without_an_amount(town: Town) -> None:
    person = await town.person()
    shop = await source(person, kind="generic", name="shop")
    told = {
        "transactions": [{"id": "1", "date": "2026-05-04", "amount": "-3.50", "currency": "EUR", "payee": "Bakery"}]
    }
    assert (await send(town, shop, told)).json()["inserted"] == 1
    assert (await send(town, shop, told)).json()["duplicates"] == 1
    assert (await send(town, shop, {"nothing": 1})).status_code == 422
    bank = await source(person)
    check = (await send(town, bank, {"transId": "9", "timestamp": 1778760000000})).json()
    assert (check["inserted"], check["errors"]) == (0, 1)
    assert (await send(town, bank, "text")).status_code == 422
    assert len(await ledger(person)) == 1


async def test_who_is_not_believed_learns_nothing(town: Town) -> None:
    person = await town.person()
    one = await source(person)
    answers = [
        await send(town, one, PAID, path="/api/webhooks/unknown"),
        await send(town, one, PAID, secret="wrong"),
        await send(town, one, PAID, late_s=301),
        await send(town, one, PAID, late_s=-301),
        await send(town, one, PAID, header=""),
        await send(town, one, PAID, header="t=1,t=2,v1=x"),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.json()["detail"] for answer in answers}) == 1
    assert await ledger(person) == []
    assert (await send(town, one, PAID, late_s=299)).status_code == 200


async def test_a_source_ends_with_its_registration_and_with_its_person(town: Town) -> None:
    root, owner, guest = await town.superuser(), await town.person(), await town.person()
    await town.join(owner, guest, "member")
    mine, theirs = await source(owner), await source(guest)
    assert (await owner.delete(f"/api/webhook-sources/{mine['id']}")).status_code == 204
    assert (await send(town, mine, PAID)).status_code == 404
    assert (await send(town, theirs, PAID)).status_code == 200
    assert (await root.post(f"/api/users/{guest.id}/disable")).status_code == 204
    assert (await send(town, theirs, PAID)).status_code == 404


async def test_many_wrong_messages_are_slowed_down_and_right_ones_are_not(town: Town, clock: TestClock) -> None:
    person = await town.person()
    one = await source(person)
    answers = [(await send(town, one, PAID, secret="wrong")).status_code for _ in range(61)]
    assert (answers[:60], answers[60]) == ([404] * 60, 429)
    assert (await send(town, one, PAID)).status_code == 200
    clock.advance(minutes=16)
    assert (await send(town, one, PAID, secret="wrong")).status_code == 404


async def test_sources_of_others_are_not_there(town: Town) -> None:
    person, other = await town.person(), await town.person()
    one = await source(person)
    assert (await other.delete(f"/api/webhook-sources/{one['id']}")).status_code == 404
    assert (await other.get("/api/webhook-sources")).json()["total"] == 0
    home = await account(person)
    assert (await other.post("/api/webhook-sources", {"name": "x", "account_id": home})).status_code == 404
