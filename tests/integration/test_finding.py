"""Finding over HTTP: each filter finds exactly its rows, and a walk through pages meets every row once."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from factories.people import Person, Town
from farthing.kernel.paging import encode_cursor
from farthing.ledger import finding

Row = dict[str, Any]
Law = Callable[[Row], bool]


@pytest.fixture
async def anna(town: Town) -> Person:
    """Somebody with thirty-six transactions, many of one day and one amount."""
    person = await town.person()
    answer = await person.post("/api/transactions/batch", {"transactions": [body(n) for n in range(36)]})
    assert answer.status_code == 201, answer.text
    return person


def body(number: int) -> Row:
    return {
        "amount": f"{(number % 5 - 3) * 10}.00",
        "date": f"2026-{number % 3 + 1:02}-{number % 4 + 1:02}",
        "category": ("Groceries", "Rent", None)[number % 3],
        "tags": [["food"], ["food", "work"], []][number % 3 if number % 7 else 2],
        "merchant": ("Bäckerei Süd", "Landlord")[number % 2],
        "status": "pending" if number % 6 == 0 else "booked",
        "description": f"number {number}",
    }


async def ask(person: Person, path: str = "", **query: Any) -> Row:
    answer = await person.get(f"/api/transactions{path}", params=query)
    assert answer.status_code == 200, answer.text
    page: Row = answer.json()
    return page


async def everything(person: Person) -> list[Row]:
    rows: list[Row] = (await ask(person, limit=1000))["transactions"]
    return rows


FILTERS: list[tuple[Row, Law]] = [
    ({}, lambda _: True),
    ({"start_date": "2026-02-02"}, lambda row: row["date"] >= "2026-02-02"),
    ({"date_to": "2026-02-02"}, lambda row: row["date"] <= "2026-02-02"),
    ({"end_date": "9999-12-31", "start_date": "0001-01-01"}, lambda _: True),
    ({"start_date": "2026-02-01", "end_date": "2026-02-28"}, lambda row: row["date"][:7] == "2026-02"),
    ({"start_date": "2026-02-02", "end_date": "2026-03-01"}, lambda row: "2026-02-02" <= row["date"] <= "2026-03-01"),
    ({"year": 2026, "month": 3}, lambda row: row["date"][:7] == "2026-03"),
    ({"year": 2025}, lambda _: False),
    ({"category": "groceries"}, lambda row: row["category"] == "Groceries"),
    ({"category": ["Rent", "none"]}, lambda row: row["category"] in ("Rent", None)),
    ({"tags": "food"}, lambda row: "food" in row["tags"]),
    ({"tags": "work, absent"}, lambda row: "work" in row["tags"]),
    ({"tags_all": "food,work"}, lambda row: {"food", "work"} <= set(row["tags"])),
    ({"untagged": "true"}, lambda row: not row["tags"]),
    ({"untagged": "true", "tags": "work"}, lambda row: not row["tags"] or "work" in row["tags"]),
    ({"min_amount": "-10"}, lambda row: float(row["amount"]) >= -10),
    ({"min_amount": "-20", "max_amount": "0"}, lambda row: -20 <= float(row["amount"]) <= 0),
    ({"max_amount": "-10.001"}, lambda row: float(row["amount"]) < -10),
    ({"merchant": "ckerei su"}, lambda row: row["merchant"] == "Bäckerei Süd"),
    ({"merchant": "???"}, lambda _: False),
    ({"der_merchant": "landlord"}, lambda row: row["der_merchant"] == "Landlord"),
    ({"status": "pending"}, lambda row: row["status"] == "pending"),
    ({"status": ["pending", "booked"]}, lambda _: True),
    ({"status": " PENDING "}, lambda row: row["status"] == "pending"),
    ({"search": "amount>15"}, lambda row: abs(float(row["amount"])) > 15),
    ({"search": "category:rent -tag:work"}, lambda row: row["category"] == "Rent" and "work" not in row["tags"]),
    ({"search": "date:2026-03"}, lambda row: row["date"][:7] == "2026-03"),
    ({"search": '"number 7"'}, lambda row: row["description"] == "number 7"),
    ({"search": "backerei OR type:income"}, lambda row: "ck" in row["merchant"] or row["type"] == "income"),
    (
        {"search": "NOT landlord", "year": 2026, "month": 1},
        lambda row: row["date"] < "2026-02" and "ck" in row["merchant"],
    ),
]


@pytest.mark.parametrize(("query", "holds"), FILTERS, ids=[str(query) for query, _ in FILTERS])
async def test_a_filter_finds_exactly_its_rows(anna: Person, query: Row, holds: Law) -> None:
    rows = await everything(anna)
    page = await ask(anna, limit=1000, **query)
    expected = [row["id"] for row in rows if holds(row)]
    assert [row["id"] for row in page["transactions"]] == expected
    assert (page["total"], page["total_is_exact"], page["next"]) == (len(expected), True, None)


async def test_ids_of_accounts_and_categories_filter_too(anna: Person) -> None:
    rows = await everything(anna)
    rent = next(row["category_id"] for row in rows if row["category"] == "Rent")
    found = await ask(anna, limit=1000, category_id=rent)
    assert {row["category"] for row in found["transactions"]} == {"Rent"}
    other = (await anna.post("/api/accounts", {"name": "Other"})).json()["id"]
    assert (await ask(anna, account_id=other))["total"] == 0
    assert (await ask(anna, account_ids=[other, rows[0]["account_id"]]))["total"] == 36


async def test_tags_are_found_by_id_as_by_name(anna: Person) -> None:
    tags = {tag["name"]: tag["id"] for tag in (await anna.get("/api/tags")).json()["tags"]}
    rows = await everything(anna)
    unknown = "0199e1c0-a8d1-7000-8000-000000000001"
    for query, holds in (
        ({"tag_ids": tags["work"]}, lambda row: "work" in row["tags"]),
        ({"tag_ids": [tags["work"], tags["food"], unknown]}, lambda row: row["tags"]),
        ({"tag_ids": unknown}, lambda _: False),
        ({"tag_ids": tags["work"], "untagged": True}, lambda row: not row["tags"] or "work" in row["tags"]),
    ):
        found = await ask(anna, limit=1000, **query)
        assert [row["id"] for row in found["transactions"]] == [row["id"] for row in rows if holds(row)]


@pytest.mark.parametrize("path", ["", "/export"])
async def test_a_filter_that_is_not_there_does_not_find_everything(anna: Person, path: str) -> None:
    for name, near in (("catgory", "category"), ("Tag_id", "tag_ids"), ("date_form", "date_from")):
        answer = await anna.get(f"/api/transactions{path}", params={name: "x"})
        assert answer.status_code == 422
        assert answer.json()["detail"] == f"There is no parameter {name!r}. Did you mean {near}?"
    strange = await anna.get(f"/api/transactions{path}?zzz=1")
    assert strange.status_code == 422
    assert "Possible are account_id, " in strange.json()["detail"]


@pytest.mark.parametrize(
    "query",
    [
        {"month": 3},
        {"month": 13, "year": 2026},
        {"min_amount": "NaN"},
        {"max_amount": "many"},
        {"search": "amount>much"},
        {"search": "colour:red"},
        {"search": "("},
        {"status": "lost"},
        {"sort": "name"},
        {"next": "nonsense"},
        {"next": encode_cursor("2026-02-01")},
        {"next": encode_cursor("9" * 40, "1"), "sort": "amount"},
        {"next": encode_cursor("1", "9" * 40), "sort": "amount"},
        {"next": encode_cursor("1", "x"), "sort": "amount"},
        {"start_date": "2026-02-30"},
        {"limit": 0},
        {"limit": 1001},
        {"page": 0},
    ],
    ids=str,
)
async def test_a_question_without_sense_is_refused(anna: Person, query: Row) -> None:
    assert (await anna.get("/api/transactions", params=query)).status_code == 422


def ordered(rows: list[Row], sort: str) -> list[tuple[Any, ...]]:
    places = [(row["date"] if sort.endswith("date") else float(row["amount"]), row["id"]) for row in rows]
    return sorted(places, reverse=sort.startswith("-"))


@pytest.mark.parametrize("sort", ["date", "-date", "amount", "-amount"])
@pytest.mark.parametrize("query", [{}, {"tags": "food"}, {"search": "number amount>5"}], ids=str)
async def test_a_walk_by_cursor_meets_every_row_once_in_order(anna: Person, sort: str, query: Row) -> None:
    everyone = (await ask(anna, limit=1000, **query))["transactions"]
    walked: list[Row] = []
    cursor: Row = {}
    while True:
        page = await ask(anna, limit=5, sort=sort, **query, **cursor)
        assert page["total"] == len(everyone)
        walked += page["transactions"]
        if page["next"] is None:
            break
        cursor = {"next": page["next"]}
    places = [(row["date"] if sort.endswith("date") else float(row["amount"]), row["id"]) for row in walked]
    assert places == ordered(everyone, sort)
    assert len(walked) > 5


@pytest.mark.parametrize("sort", ["amount", "-amount"])
async def test_amounts_are_in_order_across_currencies(town: Town, sort: str) -> None:
    person = await town.person()
    amounts = {
        "EUR": ["-0.50", "0.50", "-1.25", "1.25", "700.00"],
        "JPY": ["-1", "1", "699", "1000000000000000"],
        "BTC": ["0.00000001", "-0.00000001", "1.25000001", "-1.25000001", "1.25000000"],
        "KWD": ["0.501", "-0.501", "1.250"],
    }
    for currency, some in amounts.items():
        account = (await person.post("/api/accounts", {"name": currency, "currency": currency})).json()["id"]
        bodies = [{"amount": amount, "date": "2026-02-01"} for amount in some]
        answer = await person.post("/api/transactions/batch", {"account_id": account, "transactions": bodies})
        assert answer.status_code == 201, answer.text
    walked: list[Row] = []
    cursor: Row = {}
    while not walked or cursor:
        page = await ask(person, limit=2, sort=sort, **cursor)
        walked += page["transactions"]
        cursor = {"next": page["next"]} if page["next"] else {}
    places = [(Decimal(row["amount"]), row["id"]) for row in walked]
    assert len(places) == 17
    assert places == sorted(places, reverse=sort.startswith("-"))
    file = (await person.get("/api/transactions/export", params={"sort": sort, "format": "json"})).json()
    assert [row["id"] for row in file] == [row["id"] for row in walked]


@pytest.mark.parametrize(
    ("currency", "amounts"), [("JPY", ["3", "-20", "100"]), ("BTC", ["0.3", "-0.2", "0.00000001"])]
)
async def test_amounts_of_one_unusual_currency_are_walked_in_order(
    town: Town, currency: str, amounts: list[str]
) -> None:
    person = await town.person()
    for amount in amounts:
        await person.post("/api/transactions", {"amount": amount, "currency": currency})
    first = await ask(person, limit=1, sort="amount")
    rest = await ask(person, sort="amount", next=first["next"])
    found = [Decimal(row["amount"]) for row in first["transactions"] + rest["transactions"]]
    assert found == sorted(map(Decimal, amounts))


async def test_a_row_that_comes_meanwhile_shifts_no_page(anna: Person) -> None:
    everyone = [row["id"] for row in await everything(anna)]
    first = await ask(anna, limit=10)
    await anna.post("/api/transactions", {"amount": "-1", "date": "2026-12-31"})
    second = await ask(anna, limit=1000, next=first["next"])
    assert [row["id"] for row in first["transactions"] + second["transactions"]] == everyone


async def test_offsets_and_pages_cut_the_same_list(anna: Person) -> None:
    everyone = [row["id"] for row in await everything(anna)]
    by_offset = await ask(anna, limit=10, offset=20)
    assert [row["id"] for row in by_offset["transactions"]] == everyone[20:30]
    by_page = await ask(anna, page=4, page_size=10)
    assert [row["id"] for row in by_page["transactions"]] == everyone[30:]
    assert (by_page["page"], by_page["page_size"], by_page["total"], by_page["next"]) == (4, 10, 36, None)
    assert (await ask(anna, page=9, page_size=10))["transactions"] == []


async def test_a_total_beyond_what_is_counted_says_so(anna: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "COUNTED_MAX", 10)
    counted = await ask(anna, tags="food")
    assert (counted["total"], counted["total_is_exact"]) == (10, False)
    known = await ask(anna, start_date="2026-01-01", end_date="2026-02-28")
    assert (known["total"], known["total_is_exact"]) == (24, True)


async def test_totals_of_months_forget_what_was_deleted(anna: Person) -> None:
    rows = await everything(anna)
    await anna.delete(f"/api/transactions/{rows[0]['id']}")
    await anna.patch(f"/api/transactions/{rows[1]['id']}", {"date": "2025-01-01", "status": "void"})
    assert (await ask(anna))["total"] == 35
    assert (await ask(anna, start_date="2025-01-01", end_date="2025-01-31"))["total"] == 1
    assert (await ask(anna, start_date="2026-03-01", end_date="2026-03-31"))["total"] == 10


async def test_others_find_nothing_of_it(town: Town, anna: Person) -> None:
    boris = await town.person()
    theirs = (await everything(anna))[0]
    for query in ({}, {"account_id": theirs["account_id"]}, {"search": f"id:{theirs['id']}"}, {"search": "number"}):
        assert (await ask(boris, **query))["transactions"] == []
