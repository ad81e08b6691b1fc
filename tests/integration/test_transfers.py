"""Transfers: proposed only where they are certain, remembered when rejected, and neither income nor spending."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from factories.people import Person, Town
from farthing.infra.db import Scope
from farthing.ledger.check_repository import Recount

Row = dict[str, Any]


@pytest.fixture
async def anna(town: Town) -> Person:
    """Somebody with three accounts in euro and one in złoty."""
    person = await town.person()
    for name, currency in (("One", "EUR"), ("Two", "EUR"), ("Three", "EUR"), ("Konto", "PLN")):
        answer = await person.post("/api/accounts", {"name": name, "currency": currency})
        person.facts[name] = answer.json()["id"]
    return person


async def post(person: Person, account: str, amount: str, day: int = 10, **body: Any) -> Row:
    said = {"account_id": person.facts[account], "amount": amount, "date": f"2026-02-{day:02}"} | body
    answer = await person.post("/api/transactions", said)
    assert answer.status_code == 201, answer.text
    made: Row = answer.json()
    return made


async def find(person: Person) -> list[tuple[str, str]]:
    """Look for transfers; the pairs that wait for a decision."""
    found = (await person.post("/api/transfers/find")).json()["proposed"]
    page = (await person.get("/api/transfers?state=proposed")).json()
    assert found <= page["total"] == len(page["transfers"])
    return sorted((one["out_transaction_id"], one["in_transaction_id"]) for one in page["transfers"])


async def link(person: Person, one: Row, other: Row) -> Row:
    body = {"transaction_id": one["id"], "other_transaction_id": other["id"]}
    answer = await person.post("/api/transfers", body)
    assert answer.status_code == 201, answer.text
    made: Row = answer.json()
    return made


async def refused(person: Person, one: Row, other: Row) -> int:
    body = {"transaction_id": one["id"], "other_transaction_id": other["id"]}
    return (await person.post("/api/transfers", body)).status_code


async def totals(town: Town, person: Person) -> list[int]:
    """Income, spent, in, out and count of everything."""
    workspace = (await person.get("/api/tenants/me")).json()["id"]
    async with town.house.database.read(Scope(user_id=UUID(person.id), workspace_id=UUID(workspace))) as work:
        kept = (await Recount(work).daily()).values()
    return [sum(column) for column in zip(*kept, strict=True)]


async def is_well(person: Person) -> bool:
    return bool((await person.get("/api/ledger/check")).json()["is_well"])


async def test_one_pair_is_proposed_once_with_a_reason(anna: Person) -> None:
    out, into = await post(anna, "One", "-50", 10), await post(anna, "Two", "50", 12)
    assert await find(anna) == [(out["id"], into["id"])]
    assert await find(anna) == [(out["id"], into["id"])]
    proposed = (await anna.get("/api/transfers")).json()["transfers"][0]
    assert proposed["reason"] == "the same amount out of one account and into another, 2 days apart"
    assert (await anna.get(f"/api/transactions/{out['id']}")).json()["type"] == "expense"


@pytest.mark.parametrize(
    ("out", "into"),
    [
        (("One", "-50", 10), ("One", "50", 10)),
        (("One", "-50", 10), ("Two", "50", 15)),
        (("One", "-50", 10), ("Two", "50.01", 10)),
        (("One", "-50", 10), ("Konto", "50", 10)),
        (("One", "-50", 10), ("Two", "-50", 10)),
    ],
)
async def test_what_is_no_pair_is_not_proposed(
    anna: Person, out: tuple[str, str, int], into: tuple[str, str, int]
) -> None:
    await post(anna, *out)
    await post(anna, *into)
    assert await find(anna) == []


@pytest.mark.parametrize("body", [{"status": "pending"}, {"status": "void"}, {"splits": [{"amount": "50"}]}], ids=str)
async def test_what_is_not_settled_is_not_proposed(anna: Person, body: Row) -> None:
    await post(anna, "One", "-50")
    await post(anna, "Two", "50", **body)
    assert await find(anna) == []


async def test_a_tie_proposes_nothing(anna: Person) -> None:
    await post(anna, "One", "-50", 10)
    await post(anna, "Two", "50", 11)
    await post(anna, "Three", "50", 11)
    assert await find(anna) == []


async def test_the_nearest_in_time_wins(anna: Person) -> None:
    out = await post(anna, "One", "-50", 10)
    await post(anna, "Two", "50", 13)
    near = await post(anna, "Three", "50", 11)
    assert await find(anna) == [(out["id"], near["id"])]


async def test_each_of_two_movements_finds_its_own(anna: Person) -> None:
    first, second = await post(anna, "One", "-50", 10), await post(anna, "One", "-50", 12)
    its, other = await post(anna, "Two", "50", 10), await post(anna, "Two", "50", 12)
    assert await find(anna) == sorted([(first["id"], its["id"]), (second["id"], other["id"])])


async def test_what_waits_for_a_decision_is_not_proposed_to_another(anna: Person) -> None:
    out, into = await post(anna, "One", "-50", 10), await post(anna, "Two", "50", 12)
    assert await find(anna) == [(out["id"], into["id"])]
    await post(anna, "Three", "50", 10)
    assert await find(anna) == [(out["id"], into["id"])]


async def test_many_ties_hide_no_certain_pair(anna: Person) -> None:
    for account, amount in (("One", "-20"), ("Two", "20")):
        bodies = [{"amount": amount, "date": "2026-02-10"}] * 23
        body = {"account_id": anna.facts[account], "transactions": bodies}
        assert (await anna.post("/api/transactions/batch", body)).status_code == 201
    out, into = await post(anna, "One", "-50"), await post(anna, "Two", "50")
    assert await find(anna) == [(out["id"], into["id"])]


async def test_what_is_proposed_leaves_the_others_without_a_rival(anna: Person) -> None:
    near, far = await post(anna, "One", "-50", 10), await post(anna, "Three", "-50", 9)
    middle, last = await post(anna, "Two", "50", 10), await post(anna, "Two", "50", 13)
    assert await find(anna) == sorted([(near["id"], middle["id"]), (far["id"], last["id"])])


@pytest.mark.parametrize(
    "change",
    [
        {"amount": "-51"},
        {"date": "2026-02-11"},
        {"account": "Three"},
        {"status": "void"},
        {"splits": [{"amount": -50}]},
    ],
    ids=str,
)
async def test_a_proposal_goes_when_a_leg_is_not_what_it_was(anna: Person, change: Row) -> None:
    out, into = await post(anna, "One", "-50"), await post(anna, "Two", "50")
    assert await find(anna) == [(out["id"], into["id"])]
    said = {"account_id": anna.facts[change["account"]]} if "account" in change else change
    assert (await anna.patch(f"/api/transactions/{out['id']}", {"note": "still the same"})).status_code == 200
    assert (await anna.get("/api/transfers?state=proposed")).json()["total"] == 1
    assert (await anna.patch(f"/api/transactions/{out['id']}", said)).status_code == 200
    assert (await anna.get("/api/transfers")).json()["total"] == 0


async def test_a_proposal_goes_with_a_leg(anna: Person) -> None:
    out, into = await post(anna, "One", "-50"), await post(anna, "Two", "50")
    assert len(await find(anna)) == 1
    await anna.delete(f"/api/transactions/{into['id']}")
    assert (await anna.get("/api/transfers")).json()["total"] == 0
    await anna.post("/api/transactions/restore", {"transaction_ids": [into["id"]]})
    assert await find(anna) == [(out["id"], into["id"])]
    await anna.delete(f"/api/accounts/{anna.facts['One']}")
    assert (await anna.get("/api/transfers")).json()["total"] == 0


async def test_a_proposal_goes_when_its_leg_is_linked_elsewhere(anna: Person) -> None:
    out, _ = await post(anna, "One", "-50"), await post(anna, "Two", "50")
    assert len(await find(anna)) == 1
    made = await link(anna, out, await post(anna, "Three", "50", 20))
    assert [one["id"] for one in (await anna.get("/api/transfers")).json()["transfers"]] == [made["id"]]


async def test_many_who_look_at_once_propose_each_pair_once(anna: Person) -> None:
    for number in range(1, 9):
        await post(anna, "One", f"-{number}"), await post(anna, "Two", f"{number}")
    answers = await asyncio.gather(*(anna.post("/api/transfers/find") for _ in range(16)))
    assert [answer.status_code for answer in answers] == [200] * 16
    assert sum(answer.json()["proposed"] for answer in answers) == 8
    assert len(await find(anna)) == 8


async def test_two_who_link_the_same_pair_in_both_orders_do_not_wait_for_each_other(anna: Person) -> None:
    for day in range(1, 7):
        one, other = await post(anna, "One", "-50", day), await post(anna, "Two", "50", day)
        pairs = [(one, other), (other, one)] * 4
        assert sorted(await asyncio.gather(*(refused(anna, *pair) for pair in pairs))) == [201] + [409] * 7
    assert await is_well(anna)


async def test_what_was_rejected_is_never_proposed_again(anna: Person) -> None:
    out, into = await post(anna, "One", "-50"), await post(anna, "Two", "50")
    await find(anna)
    transfer = (await anna.get("/api/transfers")).json()["transfers"][0]
    answer = await anna.post(f"/api/transfers/{transfer['id']}/reject")
    assert (answer.status_code, answer.json()["state"]) == (200, "rejected")
    assert await find(anna) == []
    assert (await link(anna, out, into))["id"] == transfer["id"]


async def test_an_accepted_transfer_is_neither_income_nor_spending(town: Town, anna: Person) -> None:
    out = await post(anna, "One", "-50", category="Rent")
    await post(anna, "Two", "50", category="Salary")
    await post(anna, "One", "-7", category="Groceries")
    assert await totals(town, anna) == [5000, 5700, 0, 0, 3]
    await find(anna)
    transfer = (await anna.get("/api/transfers")).json()["transfers"][0]
    assert (await anna.post(f"/api/transfers/{transfer['id']}/accept")).json()["state"] == "linked"
    assert await totals(town, anna) == [0, 700, 5000, 5000, 3]
    assert (await anna.get(f"/api/transactions/{out['id']}")).json()["type"] == "transfer"
    assert (await anna.get("/api/transactions?search=type:transfer")).json()["total"] == 2
    assert (await anna.post(f"/api/transfers/{transfer['id']}/accept")).status_code == 409
    assert (await anna.post(f"/api/transfers/{transfer['id']}/reject")).json()["state"] == "rejected"
    assert await totals(town, anna) == [5000, 5700, 0, 0, 3]
    assert await is_well(anna)


async def test_across_currencies_the_rate_is_shown(anna: Person) -> None:
    out, into = await post(anna, "One", "-50"), await post(anna, "Konto", "215.37")
    made = await link(anna, into, out)
    assert (made["out_transaction_id"], made["in_transaction_id"]) == (out["id"], into["id"])
    assert (made["rate"], made["state"]) == ("4.3074", "linked")
    within = await link(anna, await post(anna, "One", "-1"), await post(anna, "Two", "1"))
    assert within["rate"] is None
    assert await is_well(anna)


@pytest.mark.parametrize(
    ("went", "came", "shown"),
    [
        (("BTC", "-0.00000001"), ("JPY", "1000000000000000"), "100000000000000000000000"),
        (("PLN", "-100000"), ("BTC", "0.25"), "0.0000025"),
        (("EUR", "-3"), ("PLN", "10"), "3.333333333"),
    ],
    ids=str,
)
async def test_a_rate_has_ten_digits_wherever_its_point_is(
    anna: Person, went: tuple[str, str], came: tuple[str, str], shown: str
) -> None:
    rows = []
    for currency, amount in (went, came):
        account = (await anna.post("/api/accounts", {"name": currency, "currency": currency})).json()["id"]
        rows.append((await anna.post("/api/transactions", {"account_id": account, "amount": amount})).json())
    made = await link(anna, *rows)
    assert made["rate"] == shown
    assert (await anna.get("/api/transfers")).json()["transfers"][0]["rate"] == shown


async def test_what_cannot_be_one_movement_is_refused(town: Town, anna: Person) -> None:
    out = await post(anna, "One", "-50")
    for account, amount in (("One", "50"), ("Two", "-50"), ("Two", "49"), ("Two", "0")):
        assert await refused(anna, out, await post(anna, account, amount)) == 409
    assert await refused(anna, out, await post(anna, "Two", "50", status="void")) == 409
    assert await refused(anna, out, out) == 409
    boris = await town.person()
    theirs = (await boris.post("/api/transactions", {"amount": "50"})).json()
    assert await refused(anna, out, theirs) == 404
    await link(anna, out, await post(anna, "Two", "50"))
    assert await refused(anna, out, await post(anna, "Three", "50")) == 409


async def test_one_leg_does_not_change_without_the_other(anna: Person) -> None:
    out, into = await post(anna, "One", "-50"), await post(anna, "Two", "50")
    transfer = await link(anna, out, into)
    path = f"/api/transactions/{out['id']}"
    for change in ({"amount": "-51"}, {"account_id": anna.facts["Three"]}, {"status": "void"}):
        assert (await anna.patch(path, change)).status_code == 409
    assert (await anna.delete(path)).status_code == 409
    for change in ({"status": "void"}, {"delete": True}):
        body = {"transaction_ids": [into["id"]]} | change
        assert (await anna.post("/api/transactions/bulk", body)).status_code == 409
    assert (await anna.patch(path, {"date": "2026-02-11", "note": "ok"})).status_code == 200
    await anna.post(f"/api/transfers/{transfer['id']}/reject")
    assert (await anna.patch(path, {"amount": "-51"})).status_code == 200
    assert await is_well(anna)


async def test_a_leg_in_a_closed_month_takes_a_reason(anna: Person) -> None:
    out, into = await post(anna, "One", "-50"), await post(anna, "Two", "50", date="2026-03-01")
    other, back = await post(anna, "One", "-7"), await post(anna, "Two", "7")
    await find(anna)
    proposed = {one["out_transaction_id"]: one["id"] for one in (await anna.get("/api/transfers")).json()["transfers"]}
    await anna.post("/api/closed-months", {"month": "2026-02"})
    body = {"transaction_id": out["id"], "other_transaction_id": into["id"]}
    accept, reject = (f"/api/transfers/{proposed[other['id']]}/{verb}" for verb in ("accept", "reject"))
    for path, sent, status in (("/api/transfers", body, 201), (accept, None, 200), (reject, None, 200)):
        assert (await anna.post(path, sent)).status_code == 409
        assert (await anna.post(path, sent, params={"reason": " "})).status_code == 409
        assert (await anna.post(path, sent, params={"reason": "I forgot"})).status_code == status
    for row, count in ((out, 1), (back, 2)):
        changes = (await anna.get(f"/api/transactions/{row['id']}/history")).json()["changes"]
        assert [(one["origin"], one["reason"]) for one in changes] == [("transfer", "I forgot")] * count
    assert (await anna.get("/api/closed-months")).json()["changes_total"] == 5


async def test_rejecting_what_is_only_proposed_touches_no_month(anna: Person) -> None:
    await post(anna, "One", "-50"), await post(anna, "Two", "50")
    await find(anna)
    await anna.post("/api/closed-months", {"month": "2026-02"})
    transfer = (await anna.get("/api/transfers")).json()["transfers"][0]
    assert (await anna.post(f"/api/transfers/{transfer['id']}/reject")).status_code == 200


async def test_a_list_of_transfers_is_walked_by_cursor(anna: Person) -> None:
    for day in (1, 8, 15):
        await link(anna, await post(anna, "One", "-5", day), await post(anna, "Two", "5", day))
    first = (await anna.get("/api/transfers?limit=2")).json()
    second = (await anna.get("/api/transfers", params={"limit": 2, "next": first["next"]})).json()
    assert (first["total"], len(first["transfers"]), len(second["transfers"]), second["next"]) == (3, 2, 1, None)
    assert len({one["id"] for one in first["transfers"] + second["transfers"]}) == 3


async def test_transfers_of_others_are_not_there(town: Town, anna: Person) -> None:
    made = await link(anna, await post(anna, "One", "-50"), await post(anna, "Two", "50"))
    boris = await town.person()
    for verb in ("accept", "reject"):
        assert (await boris.post(f"/api/transfers/{made['id']}/{verb}")).status_code == 404
    assert (await boris.get("/api/transfers")).json()["total"] == 0
