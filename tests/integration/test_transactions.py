"""Transactions over HTTP: every body that the replaced systems' clients send, edits, bulk changes, undo, strangers."""

from typing import Any
from uuid import uuid4

import pytest

from factories.people import Person, Town

Row = dict[str, Any]


@pytest.fixture
async def anna(town: Town) -> Person:
    return await town.person()


async def account(person: Person, **body: Any) -> str:
    answer = await person.post("/api/accounts", {"name": "Everyday"} | body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def post(person: Person, **body: Any) -> Row:
    answer = await person.post("/api/transactions", {"amount": "-12.34"} | body)
    assert answer.status_code == 201, answer.text
    made: Row = answer.json()
    return made


async def patch(person: Person, row: Row, **change: Any) -> Row:
    answer = await person.patch(f"/api/transactions/{row['id']}", change)
    assert answer.status_code == 200, answer.text
    changed: Row = answer.json()
    return changed


async def balance(person: Person, account_id: str) -> str:
    return str((await person.get(f"/api/accounts/{account_id}")).json()["balance"])


async def is_well(person: Person) -> bool:
    return bool((await person.get("/api/ledger/check")).json()["is_well"])


async def test_an_amount_is_in_the_currency_of_its_account(anna: Person) -> None:
    euros = await account(anna, currency="EUR")
    refused = await anna.post("/api/transactions", {"account_id": euros, "amount": "-1", "currency": "USD"})
    assert refused.status_code == 422
    assert "kept in EUR" in refused.json()["detail"]
    rows = [{"amount": "-1", "currency": "USD"}, {"amount": "-2", "currency": "EUR"}]
    assert (await anna.post("/api/transactions/batch", {"transactions": rows})).status_code == 422
    batch = (await anna.post("/api/transactions/batch", {"transactions": rows[:1]})).json()
    assert [row["currency"] for row in batch["transactions"]] == ["USD"]


async def test_a_known_spelling_names_its_merchant(anna: Person) -> None:
    shop = (await anna.post("/api/merchants", {"name": "Krambox"})).json()
    assert (await anna.post(f"/api/merchants/{shop['id']}/aliases", {"alias": "KRMBX Mktp DE"})).status_code < 300
    bodies = [
        {"merchant": "krmbx  mktp de"},
        {"payee": "KRAMBOX 4711"},
        {"description": "KRMBX Mktp DE 4711"},
        {"description": "KRMBX Mktp FR 4711"},
        {"payee": "krambox", "der_merchant": "Mine"},
    ]
    made = [(await post(anna, **body))["der_merchant"] for body in bodies]
    assert made == ["Krambox", "Krambox", "Krambox", "KRMBX Mktp", "Mine"]


@pytest.mark.parametrize(
    ("body", "amount", "kind"),
    [
        ({"amount": "-5.50"}, "-5.50", "expense"),
        ({"amount": -5.5}, "-5.50", "expense"),
        ({"amount": 0.1}, "0.10", "income"),
        ({"amount": 1200}, "1200.00", "income"),
        ({"amount": "7", "type": "EXPENSE"}, "-7.00", "expense"),
        ({"amount": 7.25, "type": "Income"}, "7.25", "income"),
        ({"amount": "7", "type": "expense"}, "-7.00", "expense"),
        ({"amount": "-7", "type": None}, "-7.00", "expense"),
        ({"amount": "0"}, "0.00", "expense"),
    ],
)
async def test_amounts_come_signed_or_with_a_type(anna: Person, body: Row, amount: str, kind: str) -> None:
    made = await post(anna, **body)
    assert (made["amount"], made["type"]) == (amount, kind)
    assert await balance(anna, made["account_id"]) == amount


@pytest.mark.parametrize(
    ("body", "day"),
    [
        ({"date": "2026-02-03"}, "2026-02-03"),
        ({"booking_date": "2026-02-03"}, "2026-02-03"),
        ({"occurred_at": "2026-02-03T23:30:00-02:00"}, "2026-02-04"),
        ({"occurred_at": "2026-02-03T10:00:00"}, "2026-02-03"),
        ({"date": "2026-02-02", "occurred_at": "2026-02-03T10:00:00Z"}, "2026-02-02"),
        ({}, "2026-03-01"),
        ({"date": None, "occurred_at": None}, "2026-03-01"),
    ],
)
async def test_a_day_comes_as_date_moment_or_today(anna: Person, body: Row, day: str) -> None:
    made = await post(anna, **body)
    assert (made["date"], made["booking_date"]) == (day, day)


async def test_a_moment_is_kept_in_utc(anna: Person) -> None:
    made = await post(anna, occurred_at="2026-02-03T23:30:00-02:00")
    assert made["occurred_at"] == "2026-02-04T01:30:00Z"


async def test_a_category_comes_by_id_by_name_or_new(anna: Person) -> None:
    known = (await post(anna, category="groceries"))["category_id"]
    by_id = await post(anna, category_id=known)
    assert (by_id["category"], by_id["category_source"]) == ("Groceries", "user")
    assert (await post(anna, amount="-1", category="  Pottery "))["category"] == "Pottery"
    assert (await post(anna, amount="1", category="Prizes"))["category"] == "Prizes"
    found = {one["name"]: one["type"] for one in (await anna.get("/api/categories")).json()["categories"]}
    assert (found["Pottery"], found["Prizes"]) == ("expense", "income")


async def test_a_refund_keeps_its_expense_category(anna: Person) -> None:
    made = await post(anna, amount="5.00", category="Groceries")
    assert made["category"] == "Groceries"
    names = [one["name"] for one in (await anna.get("/api/categories")).json()["categories"]]
    assert names.count("Groceries") == 1


@pytest.mark.parametrize("name", [None, "", "   "])
async def test_without_a_category_there_is_none(anna: Person, name: str | None) -> None:
    made = await post(anna, category=name)
    assert (made["category"], made["category_id"]) == (None, None)


async def test_without_an_account_it_goes_to_the_default_one(anna: Person) -> None:
    first, second = await post(anna), await post(anna, account_id=None)
    assert first["account_id"] == second["account_id"]
    made = (await anna.get("/api/accounts")).json()["accounts"]
    assert [(one["name"], one["is_default"], one["balance"]) for one in made] == [("Cash", True, "-24.68")]


async def test_another_currency_without_an_account_gets_its_own(anna: Person) -> None:
    await post(anna)
    yen = await post(anna, amount="-500", currency="jpy")
    assert (yen["currency"], yen["amount"]) == ("JPY", "-500")
    assert (await post(anna, amount="-1", currency="JPY"))["account_id"] == yen["account_id"]
    assert await is_well(anna)


async def test_everything_else_that_clients_say_is_kept(anna: Person) -> None:
    said = {
        "description": "CARD PAYMENT 1234",
        "payee": "Bäcker Süß",
        "location": "Gdynia",
        "reference": "RF18",
        "value_date": "2026-02-05",
        "der_category": "Bread",
        "der_merchant": "Baker",
    }
    made = await post(anna, **said, merchant_name="Bakery", user_note="for Sunday", tags=["Bread", "bread", "sun"])
    assert {name: made[name] for name in said} == said
    assert (made["merchant"], made["merchant_name"], made["note"]) == ("Bakery", "Bakery", "for Sunday")
    assert [tag.lower() for tag in made["tags"]] == ["bread", "sun"]
    assert (await anna.get(f"/api/transactions/{made['id']}")).json() == made


async def test_merchant_and_category_are_derived_where_absent(anna: Person) -> None:
    made = await post(anna, description="CARD PAYMENT LIDL 4711 BERLIN")
    assert made["der_category"] == "Groceries"
    assert made["der_merchant"] == made["merchant"] == "Lidl"


@pytest.mark.parametrize(
    "body",
    [
        {"amount": "1e20"},
        {"amount": 1e20},
        {"amount": "0.001"},
        {"amount": 0.001},
        {"amount": "NaN"},
        {"amount": "Infinity"},
        {"amount": ""},
        {"amount": "twelve"},
        {"amount": "12,50"},
        {"amount": True},
        {"amount": None},
        {"amount": ["1"]},
        {"amount": "-1", "type": "INCOME"},
        {"amount": "1", "type": "transfer"},
        {"amount": "1", "date": "2026-13-01"},
        {"amount": "1", "date": "2026-02-30"},
        {"amount": "1", "occurred_at": "2026-02-30T10:00:00"},
        {"amount": "1", "occurred_at": "0001-01-01T00:00:00+14:00"},
        {"amount": "1", "occurred_at": "9999-12-31T23:00:00-14:00"},
        {"amount": "1", "status": "lost"},
        {"amount": "1", "status": None},
        {"amount": "1", "tags": None},
        {"amount": "1", "tags": [""]},
        {"amount": "1", "splits": [{"amount": "0.50"}]},
        {"amount": "1", "currency": "XXZ"},
        {"amount": "1", "account_id": "nonsense"},
        {"amount": "1", "category": "x" * 101},
        {"amount": "1", "tags": ["x" * 51]},
        {},
    ],
    ids=str,
)
async def test_nonsense_is_refused(anna: Person, body: Row) -> None:
    assert (await anna.post("/api/transactions", body)).status_code == 422
    assert (await anna.get("/api/transactions")).json()["total"] == 0


NULLS = ("date", "category", "description", "payee", "merchant", "location", "reference", "note", "der_category")


@pytest.mark.parametrize("name", [*NULLS, "currency", "occurred_at", "value_date", "type", "splits", "account_id"])
async def test_an_explicit_null_never_breaks_a_post(anna: Person, name: str) -> None:
    answer = await anna.post("/api/transactions", {"amount": "-1", name: None})
    assert answer.status_code in (201, 422)


@pytest.mark.parametrize("letters", ["ß" * 50, "\ufdfa" * 50])
async def test_tags_that_grow_when_folded_are_found_again(anna: Person, letters: str) -> None:
    first, second = await post(anna, tags=[letters]), await post(anna, tags=[letters])
    assert first["tags"] == second["tags"] == [letters]
    assert (await anna.get("/api/transactions", params={"tags": letters})).json()["total"] == 2


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        ({"amount": "-20"}, {"amount": "-20.00"}),
        ({"amount": 3}, {"amount": "3.00", "type": "income"}),
        ({"date": "2026-01-31"}, {"date": "2026-01-31"}),
        ({"value_date": "2026-01-31"}, {"value_date": "2026-01-31"}),
        (
            {"occurred_at": "2026-02-02T11:00:00Z", "date": "2026-02-01"},
            {"occurred_at": "2026-02-02T11:00:00Z", "date": "2026-02-01", "booking_date": "2026-02-01"},
        ),
        ({"status": "VOID"}, {"status": "void"}),
        ({"category": "Rent"}, {"category": "Rent"}),
        ({"description": "new"}, {"description": "new"}),
        ({"payee": "new"}, {"payee": "new"}),
        ({"merchant_name": "new"}, {"merchant": "new", "der_merchant": "new"}),
        ({"location": "new"}, {"location": "new"}),
        ({"reference": "new"}, {"reference": "new"}),
        ({"user_note": "new"}, {"note": "new"}),
        ({"der_category": "new"}, {"der_category": "new"}),
        ({"der_merchant": "new"}, {"der_merchant": "new"}),
        ({"tags": ["b", "a"]}, {"tags": ["a", "b"]}),
        ({"value_date": None}, {"value_date": None}),
        ({"occurred_at": None}, {"occurred_at": None}),
        ({"category": None}, {"category": None}),
        ({"category_id": None}, {"category": None}),
        ({"description": None}, {"description": None}),
        ({"payee": None}, {"payee": None}),
        ({"merchant": None, "der_merchant": None}, {"merchant": None, "der_merchant": None}),
        ({"location": None}, {"location": None}),
        ({"reference": None}, {"reference": None}),
        ({"note": None}, {"note": None}),
        ({"der_category": None}, {"der_category": None}),
        ({"tags": None}, {"tags": []}),
        ({"tags": []}, {"tags": []}),
        ({"splits": None}, {"splits": []}),
        ({"amount": None}, {}),
        ({"date": None}, {}),
        ({"status": None}, {}),
        ({"account_id": None}, {}),
        ({}, {}),
    ],
    ids=str,
)
async def test_a_patch_changes_what_it_names_and_nothing_else(anna: Person, change: Row, shown: Row) -> None:
    texts = dict.fromkeys(("description", "payee", "merchant", "location", "reference", "note"), "old")
    days = {"date": "2026-02-02", "value_date": "2026-02-03", "occurred_at": "2026-02-02T10:00:00Z"}
    old = {**texts, **days, "der_category": "old", "der_merchant": "old", "category": "Groceries", "tags": ["old"]}
    made = await post(anna, **old)
    changed = await patch(anna, made, **change)
    also = {"version", "updated_at", "type", "category_id", "booking_date", "merchant_name"}
    same = set(made) - set(shown) - also
    assert {name: changed[name] for name in same} == {name: made[name] for name in same}
    assert {name: changed[name] for name in shown} == shown
    assert changed["version"] == made["version"] + bool(change)
    assert await is_well(anna)


async def test_a_new_text_says_anew_who_was_paid(anna: Person) -> None:
    shop = (await anna.post("/api/merchants", {"name": "Żabka"})).json()
    await anna.post(f"/api/merchants/{shop['id']}/aliases", {"alias": "ZABKA Z5432"})
    made = await post(anna, description="CARD PAYMENT LIDL 4711 BERLIN")
    assert (await patch(anna, made, note="x"))["der_merchant"] == "Lidl"
    assert (await patch(anna, made, payee="zabka z5432"))["der_merchant"] == "Żabka"
    assert (await patch(anna, made, payee=None))["der_merchant"] == "Lidl"
    assert (await patch(anna, made, merchant="Aldi", der_merchant="Ours"))["der_merchant"] == "Ours"
    await anna.post("/api/transactions/bulk", {"transaction_ids": [made["id"]], "merchant": "Rewe"})
    assert (await patch(anna, made, note="y"))["der_merchant"] == "REWE"
    assert (await patch(anna, made, merchant=None, description=None))["der_merchant"] is None
    assert (await patch(anna, made, payee="Aldi", der_merchant=None))["der_merchant"] is None


async def test_the_category_is_derived_though_another_is_given(anna: Person) -> None:
    assert (await post(anna, payee="Lidl", category="Pottery"))["der_category"] == "Groceries"
    assert (await post(anna, payee="Unheard of", category="Pottery"))["der_category"] == "Pottery"


async def test_the_whole_of_a_split_transaction_takes_no_category(anna: Person) -> None:
    made, plain = await post(anna, splits=[{"amount": "-12.34", "category": "Rent"}]), await post(anna)
    path, both = f"/api/transactions/{made['id']}", [made["id"], plain["id"]]
    wanted = {"transaction_ids": both, "category": "Groceries"}
    refused = [await anna.patch(path, {"category": "Groceries"}), await anna.post("/api/transactions/bulk", wanted)]
    assert {answer.status_code for answer in refused} == {409}
    assert all(made["id"] in answer.json()["detail"] for answer in refused)
    assert [(await anna.get(f"/api/transactions/{one['id']}")).json() for one in (made, plain)] == [made, plain]
    assert (await patch(anna, made, category="Groceries", splits=[]))["category"] == "Groceries"
    assert await is_well(anna)


async def test_moving_to_another_account_moves_both_balances(anna: Person) -> None:
    one, two = await account(anna, name="One"), await account(anna, name="Two", initial_balance="10")
    made = await post(anna, account_id=one)
    assert (await patch(anna, made, account_id=two))["account_id"] == two
    assert [await balance(anna, one), await balance(anna, two)] == ["0.00", "-2.34"]


async def test_splits_that_move_to_another_currency_are_said_anew(anna: Person) -> None:
    euro, dinar = [await account(anna, currency=code) for code in ("EUR", "KWD")]
    made = await post(anna, account_id=euro, amount="-3", splits=[{"amount": "-1"}, {"amount": "-2"}])
    change: Row = {"account_id": dinar, "amount": "-1"}
    assert (await anna.patch(f"/api/transactions/{made['id']}", change)).status_code == 422
    parts = [{"amount": "-0.3"}, {"amount": "-0.7"}]
    moved = await patch(anna, made, **change, splits=parts)
    assert [part["amount"] for part in moved["splits"]] == ["-0.300", "-0.700"]
    assert await is_well(anna)


@pytest.mark.parametrize("nothing", [None, []])
async def test_no_splits_merge_what_was_split(anna: Person, nothing: list[Row] | None) -> None:
    made = await post(anna, splits=[{"amount": "-12.00", "category": "Rent"}, {"amount": "-0.34", "note": "tip"}])
    assert [(part["category"], part["amount"], part["note"]) for part in made["splits"]] == [
        ("Rent", "-12.00", None),
        (None, "-0.34", "tip"),
    ]
    assert (await patch(anna, made, splits=nothing))["splits"] == []
    assert await is_well(anna)


async def test_an_edit_of_an_outdated_version_is_refused(anna: Person) -> None:
    made = await anna.post("/api/transactions", {"amount": "-1"})
    path, tag = f"/api/transactions/{made.json()['id']}", made.headers["ETag"]
    fresh = await anna.patch(path, {"note": "mine"}, headers={"If-Match": tag})
    assert (fresh.status_code, fresh.headers["ETag"]) == (200, '"2"')
    assert (await anna.patch(path, {"note": "late"}, headers={"If-Match": tag})).status_code == 412
    assert (await anna.patch(path, {"note": "any"}, headers={"If-Match": "*"})).status_code == 200
    assert (await anna.patch(path, {"note": "odd"}, headers={"If-Match": "odd"})).status_code == 400


async def test_a_bulk_change_reaches_all_of_them(anna: Person) -> None:
    ids = [(await post(anna, amount=amount, tags=["old"]))["id"] for amount in ("-1", "2")]
    change = {"category": "Odd", "note": "all", "add_tags": ["new"], "remove_tags": ["old"], "status": "pending"}
    answer = await anna.post("/api/transactions/bulk", {"transaction_ids": ids} | change)
    assert answer.json() == {"updated_count": 2}
    rows = (await anna.get("/api/transactions")).json()["transactions"]
    assert [(row["category"], row["note"], row["tags"], row["status"]) for row in rows] == [
        ("Odd", "all", ["new"], "pending")
    ] * 2
    assert await is_well(anna)


async def test_a_bulk_change_of_a_stranger_changes_nothing(anna: Person) -> None:
    mine = await post(anna)
    body = {"transaction_ids": [mine["id"], str(uuid4())], "note": "both"}
    assert (await anna.post("/api/transactions/bulk", body)).status_code == 404
    assert (await anna.get(f"/api/transactions/{mine['id']}")).json() == mine


@pytest.mark.parametrize(
    ("change", "status"), [({"status": None}, 200), ({"note": None}, 200), ({"category": None}, 200), ({}, 422)]
)
async def test_a_bulk_null_never_breaks(anna: Person, change: Row, status: int) -> None:
    mine = await post(anna, note="mine", category="Rent")
    answer = await anna.post("/api/transactions/bulk", {"transaction_ids": [mine["id"]]} | change)
    assert answer.status_code == status
    assert (await anna.get(f"/api/transactions/{mine['id']}")).json()["status"] == "booked"


async def test_what_was_deleted_is_gone_and_comes_back(anna: Person) -> None:
    made = await post(anna, tags=["t"], splits=[{"amount": "-12.34", "category": "Rent"}])
    path = f"/api/transactions/{made['id']}"
    assert (await anna.delete(path)).status_code == 204
    assert [(await anna.get(path)).status_code, (await anna.delete(path)).status_code] == [404, 404]
    assert (await anna.patch(path, {"note": "x"})).status_code == 404
    assert (await anna.get("/api/transactions")).json()["total"] == 0
    assert await balance(anna, made["account_id"]) == "0.00"
    back = await anna.post("/api/transactions/restore", {"transaction_ids": [made["id"]]})
    assert back.json() == {"updated_count": 1}
    again = (await anna.get(path)).json()
    assert {**again, "version": 1, "updated_at": made["updated_at"]} == made
    assert await balance(anna, made["account_id"]) == "-12.34"


async def test_bulk_deletes_too(anna: Person) -> None:
    ids = [(await post(anna))["id"] for _ in range(3)]
    answer = await anna.post("/api/transactions/bulk", {"transaction_ids": ids[:2], "delete": True})
    assert answer.json() == {"updated_count": 2}
    assert [row["id"] for row in (await anna.get("/api/transactions")).json()["transactions"]] == [ids[2]]


async def test_nothing_comes_back_onto_a_deleted_account(anna: Person) -> None:
    made = await post(anna)
    await anna.delete(f"/api/transactions/{made['id']}")
    await anna.delete(f"/api/accounts/{made['account_id']}")
    answer = await anna.post("/api/transactions/restore", {"transaction_ids": [made["id"]]})
    assert answer.status_code == 404
    assert (await anna.get("/api/transactions")).json()["total"] == 0


async def test_what_belongs_to_others_is_not_there(town: Town, anna: Person) -> None:
    boris = await town.person()
    theirs, mine = await post(boris, category="Rent"), await post(anna)
    path = f"/api/transactions/{theirs['id']}"
    assert (await anna.get(path)).status_code == 404
    assert (await anna.patch(path, {"note": "x"})).status_code == 404
    assert (await anna.delete(path)).status_code == 404
    for change in ({"account_id": theirs["account_id"]}, {"category_id": theirs["category_id"]}):
        assert (await anna.post("/api/transactions", {"amount": "-1"} | change)).status_code == 404
        assert (await anna.patch(f"/api/transactions/{mine['id']}", change)).status_code == 404
        parts = [{"amount": "-1"} | change]
        if "category_id" in change:
            assert (await anna.post("/api/transactions", {"amount": "-1", "splits": parts})).status_code == 404
    assert (await boris.get(path)).json() == theirs


async def test_a_viewer_reads_and_writes_nothing(town: Town, anna: Person) -> None:
    mine, guest = await post(anna), await town.person()
    await town.join(anna, guest, "viewer")
    path = f"/api/transactions/{mine['id']}"
    assert (await guest.get(path)).json() == mine
    writes = [
        await guest.post("/api/transactions", {"amount": "-1"}),
        await guest.post("/api/transactions/batch", {"transactions": [{"amount": "-1"}]}),
        await guest.post("/api/transactions/bulk", {"transaction_ids": [mine["id"]], "note": "x"}),
        await guest.post("/api/transactions/restore", {"transaction_ids": [mine["id"]]}),
        await guest.patch(path, {"note": "x"}),
        await guest.delete(path),
    ]
    assert {answer.status_code for answer in writes} == {403}


async def test_a_move_to_another_currency_says_the_new_amount(anna: Person) -> None:
    made, yen = await post(anna, amount="-10"), await account(anna, currency="JPY")
    path = f"/api/transactions/{made['id']}"
    refused = await anna.patch(path, {"account_id": yen})
    assert refused.status_code == 422
    assert "Say the amount in JPY" in refused.json()["detail"]
    moved = await patch(anna, made, account_id=yen, amount="-1600")
    assert (moved["amount"], moved["currency"]) == ("-1600", "JPY")
    assert (await anna.patch(path, {"amount": "-5", "currency": "EUR"})).status_code == 422
    assert await is_well(anna)


async def test_a_type_turns_the_amount(anna: Person) -> None:
    made = await post(anna, amount="-10")
    assert (await patch(anna, made, type="INCOME"))["amount"] == "10.00"
    assert (await patch(anna, made, amount="5", type="expense"))["amount"] == "-5.00"
    assert (await anna.patch(f"/api/transactions/{made['id']}", {"amount": "-5", "type": "expense"})).status_code == 422


async def test_a_new_moment_is_a_new_day(anna: Person) -> None:
    made = await post(anna, date="2026-05-04")
    assert (await patch(anna, made, occurred_at="2026-06-09T10:00:00Z"))["date"] == "2026-06-09"
    assert (await patch(anna, made, occurred_at="2026-06-10T10:00:00Z", date="2026-06-11"))["date"] == "2026-06-11"


async def test_who_read_an_old_transaction_does_not_delete_it(anna: Person) -> None:
    made = await post(anna)
    path = f"/api/transactions/{made['id']}"
    assert (await anna.delete(path, headers={"If-Match": '"2"'})).status_code == 412
    assert (await anna.delete(path, headers={"If-Match": '"1"'})).status_code == 204


async def test_an_empty_patch_leaves_no_trace(anna: Person) -> None:
    made = await post(anna)
    assert await patch(anna, made, reason="nothing at all") == made
    assert (await anna.get(f"/api/transactions/{made['id']}/history")).json()["total"] == 0


async def test_what_is_deleted_is_listed_and_brought_back_by_what_the_list_says(anna: Person) -> None:
    kept, gone = await post(anna, note="kept"), await post(anna, note="gone")
    await anna.delete(f"/api/transactions/{gone['id']}")
    trash = (await anna.get("/api/transactions?deleted=true")).json()
    assert [(one["id"], one["deleted_at"] is None) for one in trash["transactions"]] == [(gone["id"], False)]
    assert (trash["total"], trash["total_is_exact"]) == (1, True)
    assert (await anna.get("/api/transactions?deleted=true&search=kept")).json()["total"] == 0
    assert [one["id"] for one in (await anna.get("/api/transactions")).json()["transactions"]] == [kept["id"]]
    ids = {"transaction_ids": [kept["id"], gone["id"]]}
    assert [(await anna.post("/api/transactions/restore", ids)).json()["updated_count"] for _ in range(2)] == [1, 0]
    assert (await anna.get("/api/transactions?deleted=true")).json()["total"] == 0


@pytest.mark.parametrize(
    ("wrong", "status", "said"),
    [
        ({"amount": "1.234"}, 422, "1.234 has more decimals"),
        ({"amount": "-1", "type": "expense"}, 422, "negative"),
        ({"currency": "PLN"}, 422, "PLN"),
        ({"splits": [{"amount": "-4"}, {"amount": "-5"}]}, 422, "The parts sum to -9.00, not to -10.00 EUR."),
        ({"splits": [{"amount": "-4.001"}]}, 422, "-4.001"),
        ({"category_id": "0199e1c0-a8d1-7000-8000-000000000001"}, 404, "0199e1c0-a8d1-7000-8000-000000000001"),
    ],
    ids=str,
)
async def test_an_error_of_a_batch_names_its_row(anna: Person, wrong: Row, status: int, said: str) -> None:
    good = {"amount": "-10", "date": "2026-02-10"}
    answer = await anna.post("/api/transactions/batch", {"transactions": [good, good, good | wrong]})
    assert answer.status_code == status
    assert answer.json()["detail"].startswith("transactions.2: ")
    assert said in answer.json()["detail"]
    alone = await anna.post("/api/transactions", good | wrong | ({"amount": "-10"} if "splits" in wrong else {}))
    assert "transactions." not in alone.json().get("detail", "")


async def test_parts_take_the_sign_of_the_type(anna: Person) -> None:
    parts = [{"amount": "4", "category": "Food"}, {"amount": "6"}]
    for kind, sign in (("expense", "-"), ("income", "")):
        made = await post(anna, amount="10", type=kind, splits=parts)
        assert [part["amount"] for part in made["splits"]] == [f"{sign}4.00", f"{sign}6.00"]
    signed = await post(anna, amount="10", type="expense", splits=[{"amount": "-4"}, {"amount": "-6"}])
    assert [part["amount"] for part in signed["splits"]] == ["-4.00", "-6.00"]
    turned = await patch(anna, signed, amount="11", type="expense", splits=[{"amount": "5"}, {"amount": "6"}])
    assert (turned["amount"], [part["amount"] for part in turned["splits"]]) == ("-11.00", ["-5.00", "-6.00"])
    body = {"amount": "10", "type": "expense", "splits": [{"amount": "4"}]}
    answer = await anna.post("/api/transactions", body)
    assert answer.json()["detail"] == "The parts sum to 4.00, not to -10.00 EUR."
    assert (await anna.get("/api/ledger/check")).json()["is_well"]
