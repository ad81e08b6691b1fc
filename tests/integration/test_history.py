"""What was: before-images, moments, undoing a change, and months that are closed."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from factories.people import Person, Town
from fakes.clock import TestClock

Row = dict[str, Any]


@pytest.fixture
async def anna(town: Town) -> Person:
    return await town.person()


async def post(person: Person, **body: Any) -> Row:
    answer = await person.post("/api/transactions", {"amount": "-10", "date": "2026-02-10"} | body)
    assert answer.status_code == 201, answer.text
    made: Row = answer.json()
    return made


async def patch(person: Person, row: Row, **change: Any) -> Row:
    answer = await person.patch(f"/api/transactions/{row['id']}", change)
    assert answer.status_code == 200, answer.text
    changed: Row = answer.json()
    return changed


async def history(person: Person, row: Row) -> list[Row]:
    page = (await person.get(f"/api/transactions/{row['id']}/history")).json()
    assert page["total"] == len(page["changes"])
    changes: list[Row] = page["changes"]
    return changes


async def undo(person: Person, row: Row, change: Row, **query: Any) -> Any:
    return await person.post(f"/api/transactions/{row['id']}/history/{change['id']}/restore", params=query)


async def as_of(person: Person, row: Row, moment: str) -> Any:
    return await person.get(f"/api/transactions/{row['id']}/as-of", params={"moment": moment})


async def is_well(person: Person) -> bool:
    return bool((await person.get("/api/ledger/check")).json()["is_well"])


async def test_making_one_writes_no_history(anna: Person) -> None:
    assert await history(anna, await post(anna)) == []


async def test_each_change_keeps_what_was_before(anna: Person, clock: TestClock) -> None:
    made = await post(anna, tags=["old"], splits=[{"amount": "-4"}, {"amount": "-6"}])
    clock.advance(minutes=1)
    await patch(anna, made, amount="-11", splits=[], tags=["new"], reason="a typo")
    clock.advance(minutes=1)
    await anna.delete(f"/api/transactions/{made['id']}")
    deleted, edited = await history(anna, made)
    assert [(one["action"], one["origin"], one["reason"]) for one in (edited, deleted)] == [
        ("edit", "user", "a typo"),
        ("delete", "user", None),
    ]
    assert {one["actor_name"] for one in (edited, deleted)} == {anna.name}
    assert (edited["before"]["amount"], edited["before"]["tags"], edited["before"]["version"]) == ("-10.00", ["old"], 1)
    assert [part["amount"] for part in edited["before"]["splits"]] == ["-4.00", "-6.00"]
    assert (deleted["before"]["amount"], deleted["before"]["tags"], deleted["before"]["splits"]) == (
        "-11.00",
        ["new"],
        [],
    )


async def test_neighbours_say_why_they_changed_something(anna: Person) -> None:
    one, two = [(await anna.post("/api/accounts", {"name": name})).json()["id"] for name in ("One", "Two")]
    out = await post(anna, account_id=one, category="Pottery")
    into = await post(anna, account_id=two, amount="10")
    await anna.delete(f"/api/categories/{out['category_id']}")
    await anna.post("/api/transfers", {"transaction_id": out["id"], "other_transaction_id": into["id"]})
    assert [change["origin"] for change in await history(anna, out)] == ["transfer", "category"]
    assert [change["origin"] for change in await history(anna, into)] == ["transfer"]


async def test_any_moment_can_be_read_again(anna: Person, clock: TestClock) -> None:
    made = await post(anna, note="first")
    moments = [clock().isoformat()]
    for note in ("second", "third"):
        clock.advance(minutes=1)
        await patch(anna, made, note=note)
        moments.append(clock().isoformat())
    told = [(await as_of(anna, made, moment)).json()["note"] for moment in moments]
    assert told == ["first", "second", "third"]
    assert (await as_of(anna, made, "2026-03-01T12:00:59")).json()["note"] == "first"
    assert (await as_of(anna, made, "2026-03-01T13:01:00+01:00")).json()["note"] == "second"
    assert (await as_of(anna, made, "2020-01-01T00:00:00Z")).status_code == 404


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "yesterday", ""])
async def test_a_moment_outside_the_calendar_is_refused(anna: Person, moment: str) -> None:
    assert (await as_of(anna, await post(anna), moment)).status_code == 422


async def test_deletion_is_part_of_the_past(anna: Person, clock: TestClock) -> None:
    made = await post(anna)
    before = clock().isoformat()
    clock.advance(minutes=1)
    await anna.delete(f"/api/transactions/{made['id']}")
    during = clock().isoformat()
    clock.advance(minutes=1)
    await anna.post("/api/transactions/restore", {"transaction_ids": [made["id"]]})
    told = [(await as_of(anna, made, moment)).json()["deleted_at"] for moment in (before, during, clock().isoformat())]
    assert told == [None, during, None]


async def test_before_its_account_went_it_was_there(anna: Person, clock: TestClock) -> None:
    made = await post(anna)
    before = clock().isoformat()
    clock.advance(minutes=1)
    await anna.delete(f"/api/accounts/{made['account_id']}")
    assert (await as_of(anna, made, before)).json()["deleted_at"] is None
    assert (await as_of(anna, made, clock().isoformat())).json()["deleted_at"] == clock().isoformat()


async def test_a_change_is_undone_and_that_too_can_be_undone(anna: Person) -> None:
    account = (await anna.post("/api/accounts", {"name": "Other"})).json()["id"]
    parts = [{"amount": "-4", "category": "Rent", "note": "half"}, {"amount": "-6"}]
    said = {"note": "first", "tags": ["a", "b"], "splits": parts, "occurred_at": "2026-02-10T10:00:00Z"}
    made = await post(anna, **said, category="Groceries", value_date="2026-02-11")
    change = {"account_id": account, "amount": "5", "category": None, "date": "2026-01-01", "tags": [], "splits": []}
    changed = await patch(anna, made, **change, occurred_at=None, value_date=None, note=None, status="pending")
    answer = await undo(anna, made, (await history(anna, made))[0])
    assert answer.status_code == 200, answer.text
    same = set(made) - {"version", "updated_at"}
    assert {name: answer.json()[name] for name in same} == {name: made[name] for name in same}
    assert await is_well(anna)
    again = (await undo(anna, made, (await history(anna, made))[0])).json()
    assert {name: again[name] for name in same} == {name: changed[name] for name in same}
    assert [one["origin"] for one in await history(anna, made)] == ["undo", "undo", "user"]
    assert await is_well(anna)


async def test_nothing_is_put_back_onto_a_deleted_account(anna: Person) -> None:
    other = (await anna.post("/api/accounts", {"name": "Other"})).json()["id"]
    made = await post(anna, account_id=other)
    home = (await post(anna))["account_id"]
    await patch(anna, made, account_id=home)
    await anna.delete(f"/api/accounts/{other}")
    assert (await undo(anna, made, (await history(anna, made))[0])).status_code == 404
    assert (await anna.get(f"/api/transactions/{made['id']}")).json()["account_id"] == home


async def test_a_change_of_another_transaction_is_not_found(town: Town, anna: Person) -> None:
    one, other = await post(anna), await post(anna)
    await patch(anna, other, note="x")
    change = (await history(anna, other))[0]
    assert (await undo(anna, one, change)).status_code == 404
    assert (await undo(anna, other, {"id": uuid4()})).status_code == 404
    boris = await town.person()
    assert (await undo(boris, other, change)).status_code == 404
    assert (await boris.get(f"/api/transactions/{other['id']}/history")).status_code == 404
    assert (await as_of(boris, other, "2027-01-01")).status_code == 404


async def closed(person: Person) -> Row:
    page: Row = (await person.get("/api/closed-months")).json()
    return page


async def test_a_closed_month_takes_a_reason_and_lists_what_changed(anna: Person) -> None:
    made, gone = await post(anna), await post(anna)
    await anna.delete(f"/api/transactions/{gone['id']}")
    assert (await anna.post("/api/closed-months", {"month": "2026-02"})).status_code == 204
    assert (await anna.post("/api/closed-months", {"month": "2026-02"})).status_code == 204
    page = await closed(anna)
    assert [(one["month"], one["closed_by"]) for one in page["closed_months"]] == [("2026-02", anna.name)]
    path = f"/api/transactions/{made['id']}"
    elsewhere = await post(anna, date="2026-01-31")
    late = {"amount": "-1", "date": "2026-02-28"}
    refused = [
        await anna.patch(path, {"note": "x"}),
        await anna.patch(path, {"date": "2026-03-01"}),
        await anna.patch(f"/api/transactions/{elsewhere['id']}", {"date": "2026-02-01"}),
        await anna.delete(path),
        await anna.post("/api/transactions", late),
        await anna.post("/api/transactions/batch", {"transactions": [late]}),
        await anna.post("/api/transactions/bulk", {"transaction_ids": [made["id"]], "note": "x"}),
        await anna.post("/api/transactions/restore", {"transaction_ids": [gone["id"]]}),
    ]
    assert {answer.status_code for answer in refused} == {409}
    assert (await closed(anna))["changes_since"] == []
    await patch(anna, made, note="x", reason="found a receipt")
    assert (await anna.post("/api/transactions?reason=late", late)).status_code == 201
    assert (await anna.delete(f"{path}?reason=twice")).status_code == 204
    since = (await closed(anna))["changes_since"]
    assert [(one["reason"], one["is_in_closed_month"]) for one in since] == [
        ("twice", True),
        ("late", True),
        ("found a receipt", True),
    ]
    assert await is_well(anna)


async def test_an_undo_in_a_closed_month_takes_a_reason_too(anna: Person) -> None:
    made = await post(anna)
    await patch(anna, made, note="x")
    await anna.post("/api/closed-months", {"month": "2026-02"})
    change = (await history(anna, made))[0]
    assert (await undo(anna, made, change)).status_code == 409
    assert (await undo(anna, made, change, reason="was right")).status_code == 200


async def test_removing_an_account_touches_its_closed_months_too(anna: Person) -> None:
    made, later = await post(anna), await post(anna, date="2026-03-05")
    await anna.post("/api/closed-months", {"month": "2026-02"})
    account = f"/api/accounts/{made['account_id']}"
    refused = await anna.delete(account)
    assert refused.status_code == 409
    assert "February 2026 is closed" in refused.json()["detail"]
    assert (await anna.delete(f"{account}?reason=sold")).status_code == 204
    assert (await anna.post(f"{account}/restore")).status_code == 409
    assert (await anna.post(f"{account}/restore?reason=not+sold")).status_code == 200
    changes = (await closed(anna))["changes_since"]
    assert [(one["action"], one["origin"], one["reason"]) for one in changes] == [
        ("restore", "account", "not sold"),
        ("delete", "account", "sold"),
    ]
    assert changes[0]["before"]["deleted_at"]
    assert await history(anna, later) == []


async def test_undoing_brings_no_deleted_category_back(anna: Person) -> None:
    made = await post(anna, category="Hobby", splits=[{"amount": "-10", "category": "Hobby"}])
    await patch(anna, made, splits=[], category="Food")
    hobby = next(c for c in (await anna.get("/api/categories")).json()["categories"] if c["name"] == "Hobby")
    assert (await anna.delete(f"/api/categories/{hobby['id']}")).status_code == 204
    back = (await undo(anna, made, (await history(anna, made))[0])).json()
    assert (back["category"], [part["category"] for part in back["splits"]]) == (None, [None])
    assert (back["category_source"], back["category_reason"], back["category_confidence"]) == ("none", None, None)


async def test_an_opened_month_changes_freely(anna: Person) -> None:
    made = await post(anna)
    await anna.post("/api/closed-months", {"month": "2026-02"})
    assert (await anna.delete("/api/closed-months/2026-02")).status_code == 204
    assert (await closed(anna))["closed_months"] == []
    assert (await patch(anna, made, note="x"))["note"] == "x"
    assert (await anna.delete("/api/closed-months/2026-02")).status_code == 404


@pytest.mark.parametrize("month", ["2026-13", "2026-00", "0000-01", "\u0662\u0660\u0662\u0666-01", "2026-1", "", None])
async def test_what_is_no_month_is_refused(anna: Person, month: str | None) -> None:
    assert (await anna.post("/api/closed-months", {"month": month})).status_code == 422
    if month:
        assert (await anna.delete(f"/api/closed-months/{month}")).status_code == 422


async def test_undoing_and_editing_at_once_leave_the_books_well(anna: Person) -> None:
    made = await post(anna)
    await patch(anna, made, amount="-20")
    change = (await history(anna, made))[0]
    edits = [anna.patch(f"/api/transactions/{made['id']}", {"amount": f"-{n}"}) for n in range(1, 9)]
    answers = await asyncio.gather(*edits, *(undo(anna, made, change) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {200}
    assert await is_well(anna)


async def test_undoing_another_change_neither_revives_nor_buries(anna: Person) -> None:
    made = await post(anna, category="Hobby")
    account = f"/api/accounts/{made['account_id']}"
    await anna.delete(account)
    hobby = next(c for c in (await anna.get("/api/categories")).json()["categories"] if c["name"] == "Hobby")
    await anna.delete(f"/api/categories/{hobby['id']}")
    await anna.post(f"{account}/restore")
    assert (await undo(anna, made, (await history(anna, made))[0])).status_code == 200
    assert (await anna.get(f"/api/transactions/{made['id']}")).json()["amount"] == "-10.00"
    assert await is_well(anna)


async def test_undoing_a_move_keeps_currencies_apart(anna: Person) -> None:
    made = await post(anna)
    other = (await anna.post("/api/accounts", {"name": "Other"})).json()["id"]
    await patch(anna, made, account_id=other)
    assert (await anna.patch(f"/api/accounts/{made['account_id']}", {"currency": "JPY"})).status_code == 200
    refused = await undo(anna, made, (await history(anna, made))[0])
    assert refused.status_code == 422
    assert "kept in JPY" in refused.json()["detail"]


async def test_what_is_made_in_a_closed_month_leaves_a_trace(anna: Person) -> None:
    await post(anna)
    await anna.post("/api/closed-months", {"month": "2026-02"})
    body = {"amount": "-3", "date": "2026-02-11"}
    for reason in ("", "   "):
        assert (await anna.post("/api/transactions", body, params={"reason": reason})).status_code == 409
    late = await anna.post("/api/transactions", body, params={"reason": "late receipt"})
    change = (await closed(anna))["changes_since"][0]
    assert (change["action"], change["reason"], change["before"]) == ("create", "late receipt", {})
    assert (await undo(anna, late.json(), change, reason="x")).status_code == 409


async def test_closed_months_ask_whoever_comes_by_another_way(anna: Person) -> None:
    made = await post(anna, category="Hobby")
    await anna.post("/api/closed-months", {"month": "2026-02"})
    hobby = next(c for c in (await anna.get("/api/categories")).json()["categories"] if c["name"] == "Hobby")
    assert (await anna.delete(f"/api/categories/{hobby['id']}")).status_code == 409
    assert (await anna.delete(f"/api/categories/{hobby['id']}?reason=not+mine")).status_code == 204
    account = f"/api/accounts/{made['account_id']}"
    opening = {"initial_balance": "100"}
    assert (await anna.patch(account, opening)).status_code == 409
    assert (await anna.patch(account, opening | {"reason": "found the first statement"})).status_code == 200
    assert (await anna.patch(account, {"name": "Free"})).status_code == 200


async def test_while_its_account_was_away_so_was_it(anna: Person, clock: TestClock) -> None:
    made = await post(anna)
    clock.advance(minutes=1)
    account = f"/api/accounts/{made['account_id']}"
    await anna.delete(account)
    clock.advance(minutes=1)
    moment = clock().isoformat()
    assert (await as_of(anna, made, moment)).json()["deleted_at"]
    clock.advance(minutes=1)
    await anna.post(f"{account}/restore")
    clock.advance(minutes=1)
    assert (await as_of(anna, made, moment)).json()["deleted_at"]
    assert (await as_of(anna, made, clock().isoformat())).json()["deleted_at"] is None


async def test_changes_are_walked_by_cursor(anna: Person) -> None:
    made = await post(anna)
    await anna.post("/api/closed-months", {"month": "2026-02"})
    for number in range(5):
        await patch(anna, made, note=f"{number}", reason="order")
    for path, rows, total, following in (
        (f"/api/transactions/{made['id']}/history", "changes", "total", "next"),
        ("/api/closed-months", "changes_since", "changes_total", "changes_next"),
    ):
        whole = (await anna.get(path)).json()
        walked: list[Row] = []
        cursor: Row = {}
        while not walked or cursor:
            page = (await anna.get(path, params={"limit": 2} | cursor)).json()
            assert page[total] == whole[total] == 5
            walked += page[rows]
            cursor = {"next": page[following]} if page[following] else {}
        assert walked == whole[rows]
        assert [one["before"]["note"] for one in walked] == ["3", "2", "1", "0", None]
