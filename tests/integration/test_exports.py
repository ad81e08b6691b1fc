"""Any list as a file: every row once, whatever the format, and nothing that a spreadsheet would run."""

import csv
import json
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb
import httpx2
import pytest

from factories.people import Person, Town
from farthing.infra.db import Scope
from farthing.kernel.actor import Actor, Role
from farthing.ledger.exporting import COLUMNS, PARQUET_COLUMNS, Export, ExportFormat
from farthing.ledger.query import Filter
from farthing.ledger.sorting import Sort


@pytest.fixture
async def ann(town: Town) -> Person:
    return await town.person("ann")


async def account(person: Person, name: str = "Everyday", **more: str) -> str:
    made = await person.post("/api/accounts", {"name": name} | more)
    return str(made.json()["id"])


async def post(person: Person, account_id: str, *bodies: dict[str, Any]) -> None:
    filled = [{"amount": "-1.00", "date": "2026-02-03"} | body for body in bodies]
    made = await person.post("/api/transactions/batch", {"account_id": account_id, "transactions": filled})
    assert made.status_code == 201, made.text


async def exported(person: Person, **query: Any) -> httpx2.Response:
    answer = await person.get("/api/transactions/export", params=query)
    assert answer.status_code == 200, answer.text
    return answer


async def as_rows(person: Person, **query: Any) -> list[dict[str, str]]:
    text = (await exported(person, **query)).text
    return list(csv.DictReader(StringIO(text, newline="")))


async def as_objects(person: Person, **query: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (await exported(person, format="jsonl", **query)).text.split("\n")[:-1]]


async def walked(person: Person) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await person.get("/api/transactions?limit=1000")).json()["transactions"]
    return found


async def export_of(town: Town, person: Person, sort: Sort) -> Export:
    """An export that reads from the database three rows at a time."""
    house, workspace = town.house, UUID((await person.get("/api/tenants/me")).json()["id"])
    actor = Actor(UUID(person.id), person.name, workspace, Role.OWNER)
    scope = Scope(user_id=actor.user_id, workspace_id=workspace)
    return Export(house.database, scope, actor, house.clock, Filter(), sort, page_size=3)


async def in_threes(town: Town, person: Person, kind: ExportFormat, sort: Sort) -> str:
    return "".join([piece async for piece in (await export_of(town, person, sort)).text(kind)])


@pytest.mark.parametrize("sort", [Sort.NEWEST, Sort.SMALLEST])
async def test_every_row_is_exported_once_in_every_format(town: Town, ann: Person, sort: Sort) -> None:
    mine = await account(ann)
    for count in range(8):
        if count:
            await post(ann, mine, {"amount": f"-{count % 3}.00", "date": f"2026-02-0{1 + count % 2}"})
        ids = [one["id"] for one in (await ann.get("/api/transactions", params={"sort": sort})).json()["transactions"]]
        assert len(ids) == count
        rows = csv.DictReader(StringIO(await in_threes(town, ann, ExportFormat.CSV, sort), newline=""))
        assert [row["id"] for row in rows] == ids
        lines = (await in_threes(town, ann, ExportFormat.JSONL, sort)).split("\n")[:-1]
        assert [json.loads(line)["id"] for line in lines] == ids
        assert [one["id"] for one in json.loads(await in_threes(town, ann, ExportFormat.JSON, sort))] == ids


@pytest.mark.parametrize("sort", [Sort.NEWEST, Sort.LARGEST])
async def test_what_others_do_meanwhile_does_not_tear_an_export(town: Town, ann: Person, sort: Sort) -> None:
    mine = await account(ann)
    await post(ann, mine, *({"amount": f"-{n}.00", "date": f"2026-02-{n:02}"} for n in range(1, 10)))
    before = (await ann.get("/api/transactions", params={"sort": sort})).json()["transactions"]
    pages = (await export_of(town, ann, sort)).pages()
    rows = list(await anext(pages))
    await ann.patch(f"/api/transactions/{before[0]['id']}", {"amount": "-5.50", "date": "2026-02-05"})
    await ann.patch(f"/api/transactions/{before[8]['id']}", {"amount": "99.00", "date": "2026-03-01", "tags": ["x"]})
    await ann.delete(f"/api/transactions/{before[5]['id']}")
    await post(ann, mine, {"amount": "-4.50", "date": "2026-02-04"})
    rows += [row async for page in pages for row in page]
    assert [row.transaction.model_dump(mode="json") for row in rows] == before
    assert len((await ann.get("/api/transactions")).json()["transactions"]) == 9


async def test_a_file_says_what_it_is(town: Town, ann: Person) -> None:
    today = town.house.clock().date().isoformat()
    for kind, media_type in (
        ("csv", "text/csv; charset=utf-8; header=present"),
        ("jsonl", "application/x-ndjson"),
        ("json", "application/json"),
        ("parquet", "application/vnd.apache.parquet"),
    ):
        answer = await exported(ann, format=kind)
        assert answer.headers["content-type"] == media_type
        assert answer.headers["content-disposition"] == f'attachment; filename="transactions-{today}.{kind}"'
    assert (await exported(ann)).headers["content-type"].startswith("text/csv")
    assert (await ann.get("/api/transactions/export?format=xls")).status_code == 422


async def test_objects_are_what_the_list_shows_and_the_accounts_name(ann: Person) -> None:
    mine = await account(ann, "Konto główne")
    parts = [{"amount": "-3.00", "category": "Food"}, {"amount": "-4.00"}]
    await post(ann, mine, {"amount": "-7.00", "tags": ["a", "b"], "splits": parts, "note": "zażółć\n\u2028"})
    shown = [one | {"account": "Konto główne"} for one in await walked(ann)]
    assert await as_objects(ann) == shown
    assert (await exported(ann, format="json")).json() == shown


async def test_a_parquet_file_has_exact_amounts_and_real_days(ann: Person, tmp_path: Path) -> None:
    mine, coins = await account(ann, "Konto"), await account(ann, "Coins", currency="BTC")
    parts = [{"amount": "-3.00", "category": "Food"}, {"amount": "-4.00"}]
    await post(ann, mine, {"amount": "-7.00", "tags": ["a", "b"], "splits": parts, "note": "z'; \u2028"})
    await post(ann, coins, {"amount": "1234567.12345678", "occurred_at": "2026-02-03T04:05:06Z"})
    file = tmp_path / "file.parquet"
    file.write_bytes((await exported(ann, format="parquet")).content)
    shown = await walked(ann)
    read = duckdb.read_parquet(str(file))
    assert set(read.columns) == set(PARQUET_COLUMNS)
    wanted = "id::varchar, date, amount, account, tags, len(splits), note, occurred_at::varchar"
    rows = {row[0]: row[1:] for row in read.select(wanted).fetchall()}
    assert list(rows) == [row["id"] for row in shown]
    split, coin = (next(rows[row["id"]] for row in shown if row["currency"] == code) for code in ("EUR", "BTC"))
    assert split == (date(2026, 2, 3), Decimal("-7.00"), "Konto", ["a", "b"], 2, "z'; \u2028", None)
    assert coin[:3] == (date(2026, 2, 3), Decimal("1234567.12345678"), "Coins")
    assert coin[-1].startswith("2026-02-03 04:05:06")


async def test_an_empty_list_is_a_parquet_file_too(ann: Person, tmp_path: Path) -> None:
    file = tmp_path / "file.parquet"
    file.write_bytes((await exported(ann, format="parquet")).content)
    assert duckdb.read_parquet(str(file)).fetchall() == []


async def test_rows_have_a_header_and_every_column(ann: Person) -> None:
    mine = await account(ann)
    parts = [{"amount": "-3.00", "category": "Food"}, {"amount": "-4.00"}]
    body = {
        "amount": "-7.00",
        "merchant": 'The "Tea", Room',
        "note": "two\r\nlines",
        "tags": ["b", "a"],
        "splits": parts,
    }
    await post(ann, mine, body)
    text = (await exported(ann)).text
    assert text.startswith(",".join(COLUMNS) + "\r\n")
    assert text.endswith("\r\n")
    assert '"The ""Tea"", Room"' in text
    (row,) = await as_rows(ann)
    assert (row["amount"], row["account"], row["date"]) == ("-7.00", "Everyday", "2026-02-03")
    assert (row["merchant"], row["note"]) == ('The "Tea", Room', "two\r\nlines")
    assert (row["tags"], row["splits"]) == ("a; b", "Food -3.00;  -4.00")


async def test_what_a_spreadsheet_would_run_becomes_text(ann: Person) -> None:
    mine = await account(ann, "=SUM(A1)")
    await post(ann, mine, {"description": "=cmd|' /C calc'!A0", "payee": "@x", "note": "-1+1", "tags": ["+a"]})
    (row,) = await as_rows(ann)
    assert row["description"] == "'=cmd|' /C calc'!A0"
    assert (row["payee"], row["note"], row["tags"], row["account"]) == ("'@x", "'-1+1", "'+a", "'=SUM(A1)")
    assert row["amount"] == "-1.00"
    assert (await as_objects(ann))[0]["description"] == "=cmd|' /C calc'!A0"


async def test_filters_apply_as_they_do_to_the_list(ann: Person) -> None:
    mine, other = await account(ann), await account(ann)
    await post(ann, mine, {"amount": "-5.00", "description": "tea"}, {"amount": "-6.00", "tags": ["x"]})
    await post(ann, other, {"amount": "-7.00", "date": "2026-01-02"})
    for query, amounts in (
        ({"account_id": mine}, ["-6.00", "-5.00"]),
        ({"search": "tea"}, ["-5.00"]),
        ({"year": 2026, "month": 1}, ["-7.00"]),
        ({"tags": "x"}, ["-6.00"]),
        ({"max_amount": "-6"}, ["-6.00", "-7.00"]),
    ):
        assert [row["amount"] for row in await as_rows(ann, **query)] == amounts


@pytest.mark.parametrize("query", ["search=(", "month=2", "sort=x", "min_amount=x", "search=%00"])
async def test_a_wrong_question_is_refused_before_the_first_byte(ann: Person, query: str) -> None:
    answer = await ann.get(f"/api/transactions/export?{query}")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


async def test_the_address_of_the_replaced_systems_leads_here_too(ann: Person) -> None:
    assert (await ann.get("/transactions/export")).text.startswith("id,date,")


async def test_everybody_exports_his_own(town: Town, ann: Person) -> None:
    await post(ann, await account(ann), {})
    guest, bob = await town.person("guest"), await town.person("bob")
    await town.join(ann, guest, "viewer")
    assert len(await as_rows(guest)) == 1
    assert await as_rows(bob) == []
    assert (await town.stranger().get("/api/transactions/export")).status_code == 401
