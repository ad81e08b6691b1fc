"""Accounts over HTTP: the bodies of the replaced systems, balances at any day, deleting and bringing back."""

import asyncio
from typing import Any

import pytest

from factories.people import Person, Town
from fakes.clock import TestClock

Row = dict[str, Any]


@pytest.fixture
async def anna(town: Town) -> Person:
    return await town.person()


async def make(person: Person, **body: Any) -> Row:
    answer = await person.post("/api/accounts", {"name": "Everyday"} | body)
    assert answer.status_code == 201, answer.text
    made: Row = answer.json()
    return made


async def read(person: Person, account: Row) -> Row:
    found: Row = (await person.get(f"/api/accounts/{account['id']}")).json()
    return found


async def post(person: Person, account: Row, amount: str, day: str, **body: Any) -> Row:
    said = {"account_id": account["id"], "amount": amount, "date": day} | body
    answer = await person.post("/api/transactions", said)
    assert answer.status_code == 201, answer.text
    made: Row = answer.json()
    return made


async def balance(person: Person, account: Row, day: str) -> str:
    answer = await person.get(f"/api/accounts/{account['id']}/balance", params={"date": day})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["balance"])


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ({}, {"account_type": "checking", "currency": "EUR", "balance": "0.00", "provider": "manual"}),
        ({"account_type": "credit"}, {"account_type": "credit_card"}),
        ({"account_type": "Bank_Account"}, {"account_type": "checking"}),
        ({"account_type": "investment_account"}, {"account_type": "investment"}),
        ({"account_type": "other"}, {"account_type": "other_asset"}),
        ({"initial_balance": 100.5}, {"balance": "100.50", "initial_balance": "100.50"}),
        ({"balance": "-7"}, {"balance": "-7.00"}),
        ({"opening_balance": "-7", "account_type": "loan"}, {"balance": "-7.00", "owed": "7.00"}),
        ({"currency": "uzs", "provider": "Uzum"}, {"currency": "UZS", "provider": "Uzum"}),
        ({"currency": "JPY", "initial_balance": "5"}, {"balance": "5"}),
        ({"iban": "pl61 1090 1014"}, {"iban": "PL6110901014"}),
        ({"iban": ""}, {"iban": None}),
        ({"credit_limit": None, "min_balance": None, "note": None, "opened_on": None}, {"credit_limit": None}),
    ],
    ids=str,
)
async def test_an_account_comes_in_every_body(anna: Person, body: Row, shown: Row) -> None:
    made = await make(anna, **body)
    assert {name: made[name] for name in shown} == shown
    assert (made["name"], made["display_name"], made["status"]) == ("Everyday", "Everyday", "active")
    assert await read(anna, made) == made


@pytest.mark.parametrize(
    "body",
    [
        {"name": ""},
        {"name": "  "},
        {"name": "\u200b"},
        {"name": None},
        {"name": "x" * 256},
        {"account_type": "piggy"},
        {"currency": "XXZ"},
        {"initial_balance": "1e20"},
        {"initial_balance": True},
        {"initial_balance": None},
        {"initial_balance": "0.001"},
        {"iban": "1" * 35},
        {"opened_on": "2026-02-30"},
    ],
    ids=str,
)
async def test_nonsense_is_refused(anna: Person, body: Row) -> None:
    assert (await anna.post("/api/accounts", {"name": "Everyday"} | body)).status_code == 422


async def test_a_card_shows_what_is_owed_and_what_is_left(anna: Person) -> None:
    card = await make(anna, account_type="credit_card", credit_limit="1000", initial_balance="-100")
    assert (card["owed"], card["available"]) == ("100.00", "900.00")
    await post(anna, card, "-250.50", "2026-02-01")
    card = await read(anna, card)
    assert (card["balance"], card["owed"], card["available"]) == ("-350.50", "350.50", "649.50")
    await post(anna, card, "400", "2026-02-02")
    card = await read(anna, card)
    assert (card["balance"], card["owed"], card["available"]) == ("49.50", "0.00", "1049.50")


async def test_only_cards_have_something_available(anna: Person) -> None:
    made = await make(anna, credit_limit="100")
    assert (made["owed"], made["available"]) == (None, None)


async def test_another_opening_balance_moves_the_balance(anna: Person) -> None:
    made = await make(anna, initial_balance="100")
    await post(anna, made, "-30", "2026-02-01")
    answer = await anna.patch(f"/api/accounts/{made['id']}", {"initial_balance": "-5.50"})
    assert (answer.json()["initial_balance"], answer.json()["balance"]) == ("-5.50", "-35.50")
    assert (await anna.get("/api/ledger/check")).json()["is_well"]


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        ({"name": "New"}, {"name": "New", "display_name": "New"}),
        ({"display_name": "New"}, {"name": "New"}),
        ({"category": "credit_card"}, {"account_type": "credit_card"}),
        ({"account_type": "savings"}, {"account_type": "savings"}),
        ({"currency": "PLN"}, {"currency": "PLN"}),
        ({"credit_limit": "50"}, {"credit_limit": "50.00"}),
        ({"credit_limit": None}, {"credit_limit": None}),
        ({"min_balance": None}, {"min_balance": None}),
        ({"iban": None}, {"iban": None}),
        ({"note": None}, {"note": None}),
        ({"opened_on": None}, {"opened_on": None}),
        ({"position": 3}, {"position": 3}),
        ({"is_archived": True}, {"is_archived": True, "status": "inactive"}),
        *(({name: None}, {}) for name in ("name", "account_type", "currency", "provider", "position", "is_archived")),
        ({"initial_balance": None}, {}),
    ],
    ids=str,
)
async def test_a_patch_changes_what_it_names_and_null_clears(anna: Person, change: Row, shown: Row) -> None:
    old = {"credit_limit": "10", "min_balance": "1", "iban": "PL61", "note": "n", "opened_on": "2026-01-01"}
    made = await make(anna, **old)
    answer = await anna.patch(f"/api/accounts/{made['id']}", change)
    assert answer.status_code == 200, answer.text
    same = set(made) - set(shown) - {"updated_at", "display_name", "owed", "available"}
    assert {name: answer.json()[name] for name in same} == {name: made[name] for name in same}
    assert {name: answer.json()[name] for name in shown} == shown


async def test_the_currency_stays_once_there_is_money(anna: Person) -> None:
    made = await make(anna)
    await post(anna, made, "-1", "2026-02-01")
    assert (await anna.patch(f"/api/accounts/{made['id']}", {"currency": "PLN"})).status_code == 409
    rich = await make(anna, initial_balance="1")
    assert (await anna.patch(f"/api/accounts/{rich['id']}", {"currency": "PLN"})).status_code == 409


async def test_an_edit_of_an_outdated_version_is_refused(anna: Person) -> None:
    made = await make(anna)
    path = f"/api/accounts/{made['id']}"
    tag = (await anna.get(path)).headers["ETag"]
    assert (await anna.patch(path, {"name": "A"}, headers={"If-Match": tag})).status_code == 200
    assert (await anna.patch(path, {"name": "B"}, headers={"If-Match": tag})).status_code == 412


async def test_the_balance_of_any_day_counts_what_was_booked_until_then(anna: Person) -> None:
    made = await make(anna, initial_balance="100", opened_on="2026-01-10")
    for amount, day in (("-10", "2026-01-10"), ("-1", "2026-01-31"), ("-5", "2026-02-01"), ("20", "2026-02-28")):
        await post(anna, made, amount, day)
    await post(anna, made, "-50", "2026-01-15", status="pending")
    days = ("2026-01-09", "2026-01-10", "2026-01-30", "2026-01-31", "2026-02-01", "2026-02-27", "2026-02-28")
    told = [await balance(anna, made, day) for day in days]
    assert told == ["0.00", "90.00", "90.00", "89.00", "84.00", "84.00", "104.00"]
    assert await balance(anna, made, "9999-12-31") == "104.00"
    assert await balance(anna, made, "0001-01-01") == "0.00"


async def test_deleting_hides_everything_and_restoring_brings_it_back(anna: Person, clock: TestClock) -> None:
    made, other = await make(anna, initial_balance="10"), await make(anna, name="Other")
    await post(anna, made, "-3", "2026-01-15", tags=["t"], splits=[{"amount": "-1"}, {"amount": "-2"}])
    gone = await post(anna, made, "-4", "2026-01-16")
    await post(anna, other, "-1", "2026-01-15")
    await anna.delete(f"/api/transactions/{gone['id']}")
    clock.advance(minutes=1)
    before = (await anna.get("/api/transactions")).json()
    path = f"/api/accounts/{made['id']}"
    assert (await anna.delete(path)).status_code == 204
    assert [(await anna.get(path)).status_code, (await anna.delete(path)).status_code] == [404, 404]
    assert [one["name"] for one in (await anna.get("/api/accounts")).json()["accounts"]] == ["Other"]
    assert (await anna.get("/api/transactions")).json()["total"] == 1
    assert (await anna.get("/api/ledger/check")).json()["is_well"]
    assert (await anna.post("/api/transactions", {"amount": "1", "account_id": made["id"]})).status_code == 404
    back = await anna.post(f"{path}/restore")
    assert (back.status_code, back.json()["balance"]) == (200, "7.00")
    assert without_versions((await anna.get("/api/transactions")).json()) == without_versions(before)
    assert await balance(anna, made, "2026-01-15") == "7.00"
    assert (await anna.get("/api/ledger/check")).json()["is_well"]
    assert (await anna.post(f"{path}/restore")).status_code == 404


def without_versions(page: Row) -> Row:
    return page | {"transactions": [row | {"version": 0, "updated_at": ""} for row in page["transactions"]]}


async def test_after_the_default_account_is_deleted_another_is_made(anna: Person) -> None:
    first = (await anna.post("/api/transactions", {"amount": "-1"})).json()["account_id"]
    await anna.delete(f"/api/accounts/{first}")
    second = (await anna.post("/api/transactions", {"amount": "-1"})).json()["account_id"]
    assert first != second
    assert (await anna.post(f"/api/accounts/{first}/restore")).status_code == 200
    assert (await anna.post("/api/transactions", {"amount": "-1"})).json()["account_id"] == second


async def test_a_new_currency_keeps_the_amounts_that_were_said(anna: Person) -> None:
    made = await make(anna, currency="EUR", credit_limit="500", min_balance="20.00")
    path = f"/api/accounts/{made['id']}"
    yen = (await anna.patch(path, {"currency": "JPY"})).json()
    assert (yen["credit_limit"], yen["min_balance"]) == ("500", "20")


async def test_nobody_posts_to_an_account_that_is_being_deleted(anna: Person) -> None:
    made = await make(anna)
    body = {"account_id": made["id"], "amount": "-1", "status": "pending"}
    posts = [anna.post("/api/transactions", body) for _ in range(12)]
    answers = await asyncio.gather(*posts[:6], anna.delete(f"/api/accounts/{made['id']}"), *posts[6:])
    assert {answer.status_code for answer in answers} <= {201, 204, 404}
    assert (await anna.get("/api/transactions")).json()["total"] == 0
    assert (await anna.get("/api/ledger/check")).json()["is_well"]


async def test_archived_accounts_are_listed_on_request(anna: Person) -> None:
    made = await make(anna)
    await anna.patch(f"/api/accounts/{made['id']}", {"is_archived": True})
    assert (await anna.get("/api/accounts")).json() == {"accounts": [], "total": 0, "next": None}
    assert (await anna.get("/api/accounts?with_archived=true")).json()["total"] == 1


async def test_what_belongs_to_others_is_not_there(town: Town, anna: Person) -> None:
    boris = await town.person()
    path = f"/api/accounts/{(await make(boris))['id']}"
    asked = [
        await anna.get(path),
        await anna.get(f"{path}/balance?date=2026-01-01"),
        await anna.patch(path, {"name": "x"}),
        await anna.delete(path),
        await anna.post(f"{path}/restore"),
    ]
    assert {answer.status_code for answer in asked} == {404}


async def test_accounts_come_in_their_order(anna: Person) -> None:
    for name, position in (("c", 3), ("a", 1), ("b", 2), ("none", 0)):
        made = await make(anna, name=name)
        await anna.patch(f"/api/accounts/{made['id']}", {"position": position})
    names: list[str] = []
    cursor = None
    while cursor or not names:
        page = (await anna.get("/api/accounts", params={"limit": 1} | ({"next": cursor} if cursor else {}))).json()
        names += [one["name"] for one in page["accounts"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert names == ["none", "a", "b", "c"]
    assert (await anna.get("/api/accounts?next=WyJ4Il0")).status_code == 422


async def test_sixteen_first_posts_make_one_default_account(anna: Person) -> None:
    answers = await asyncio.gather(*(anna.post("/api/transactions", {"amount": "-1"}) for _ in range(16)))
    assert {answer.status_code for answer in answers} == {201}
    accounts = (await anna.get("/api/accounts")).json()["accounts"]
    assert [(one["name"], one["is_default"], one["balance"]) for one in accounts] == [("Cash", True, "-16.00")]


async def test_the_default_account_can_be_chosen_and_an_archived_one_receives_nothing(anna: Person) -> None:
    first = (await anna.post("/api/transactions", {"amount": "-1"})).json()["account_id"]
    other = await make(anna)
    chosen = (await anna.patch(f"/api/accounts/{other['id']}", {"is_default": True})).json()
    assert chosen["is_default"]
    assert (await anna.post("/api/transactions", {"amount": "-1"})).json()["account_id"] == other["id"]
    assert not (await anna.get(f"/api/accounts/{first}")).json()["is_default"]
    await anna.patch(f"/api/accounts/{other['id']}", {"is_archived": True})
    assert (await anna.post("/api/transactions", {"amount": "-1"})).json()["account_id"] == first


async def test_reported_balances_fix_the_currency(anna: Person) -> None:
    made = await make(anna)
    await anna.post(f"/api/accounts/{made['id']}/balances", {"date": "2026-02-01", "balance": "0"})
    assert (await anna.patch(f"/api/accounts/{made['id']}", {"currency": "JPY"})).status_code == 409


async def test_sums_that_could_not_be_counted_exactly_are_refused(anna: Person) -> None:
    made = await make(anna)
    rows = [{"amount": "9999999999999.99", "date": "2026-02-01"}] * 500
    body = {"account_id": made["id"], "transactions": rows}
    answers = [await anna.post("/api/transactions/batch?brief=true", body) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 422]
    assert "counted exactly" in answers[1].json()["detail"]
    refused = await anna.patch(f"/api/accounts/{made['id']}", {"initial_balance": "9999999999999"})
    assert refused.status_code == 200
    assert (await anna.get("/api/ledger/check")).json()["is_well"]
    assert (await read(anna, made))["balance"] == "5009999999999994.00"


async def test_who_read_an_old_account_does_not_delete_it(anna: Person) -> None:
    made = await make(anna)
    path = f"/api/accounts/{made['id']}"
    assert (await anna.delete(path, headers={"If-Match": '"99"'})).status_code == 412
    assert (await anna.delete(path, headers={"If-Match": '"1"'})).status_code == 204


async def test_deleted_accounts_are_listed_so_that_they_can_be_brought_back(town: Town) -> None:
    person = await town.person()
    kept, gone = [(await person.post("/api/accounts", {"name": name})).json() for name in ("Kept", "Gone")]
    await person.delete(f"/api/accounts/{gone['id']}")
    trash = (await person.get("/api/accounts?deleted=true")).json()
    assert [(one["id"], one["deleted_at"] is None) for one in trash["accounts"]] == [(gone["id"], False)]
    assert trash["total"] == 1
    assert [one["id"] for one in (await person.get("/api/accounts")).json()["accounts"]] == [kept["id"]]
    await person.post(f"/api/accounts/{trash['accounts'][0]['id']}/restore")
    assert (await person.get("/api/accounts?deleted=true")).json()["total"] == 0
