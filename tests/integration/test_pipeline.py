"""The replaced pipeline's addresses, in the shapes that its clients read."""

from datetime import date
from typing import Any

from sqlalchemy import text

from factories.files import account, bank_csv, ledger
from factories.people import Person, Town
from farthing.infra.db import SYSTEM

WEEK = [
    ("2026-05-14", "Lidl", "weekly shop", "-1234.56"),
    ("2026-05-17", "Employer", "salary", "2500.00"),
]


async def run(person: Person, content: bytes, **options: Any) -> Any:
    return await person.post("/api/etl/run-csv", files={"file": ("bank.csv", content)}, **options)


async def test_a_run_tells_of_all_its_steps(town: Town) -> None:
    person = await town.person()
    home = await account(person)
    answer = await run(person, bank_csv(WEEK), params={"account_id": home})
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["status"], told["user_id"]) == ("completed", person.id)
    assert told["steps_run"] == ["ingest", "transform", "load", "aggregate"] == list(told["step_results"])
    assert all(one["status"] == "completed" and one["logs"] for one in told["step_results"].values())
    ingest = told["step_results"]["ingest"]["result"]
    assert (ingest["total"], ingest["saved"], ingest["duplicates"], ingest["errors"]) == (2, 2, 0, [])
    assert told["step_results"]["load"]["result"]["data_valid"]
    logs = told["pipeline_summary"]["logs"]
    assert told["pipeline_summary"]["total_logs"] == len(logs) == 8
    assert logs[0].keys() == {"timestamp", "step", "message", "level", "elapsed_seconds"}
    again = (await run(person, bank_csv(WEEK), data={"account_id": home})).json()
    assert (again["step_results"]["ingest"]["result"]["duplicates"], len(await ledger(person))) == (2, 2)
    assert len(await ledger(person, home)) == 2


async def test_what_the_caller_did_wrong_is_no_run(town: Town) -> None:
    person, other = await town.person(), await town.person()
    foreign = await account(other)
    assert (await run(person, b"")).status_code == 422
    assert (await run(person, b"\x00\x01\x02")).status_code == 422
    assert (await run(person, bank_csv(WEEK), params={"account_id": foreign})).status_code == 404
    assert (await run(person, bank_csv(WEEK), data={"account_id": "mine"})).status_code == 404
    assert await ledger(person) == []


async def test_a_private_address_is_not_fetched_from(town: Town) -> None:
    person = await town.person()
    for url in ("http://127.0.0.1:9/x", "http://localhost:8000/api/me", "http://[::1]/", "ftp://example.com/", "x"):
        answer = await person.post("/api/etl/run-api", {"api_config": {"url": url}})
        assert answer.status_code == 422, answer.text
    headers = {"Host": "elsewhere"}
    answer = await person.post("/api/etl/run-api", {"api_config": {"url": "https://example.com", "headers": headers}})
    assert "Leave it out" in answer.json()["detail"]


async def test_what_is_known_better_today_is_written_down_and_choices_stay(town: Town) -> None:
    person = await town.person()
    home = await account(person)
    categories = (await person.get("/api/categories", params={"limit": 200})).json()["categories"]
    groceries = next(one for one in categories if one["name"] == "Groceries")
    await person.delete(f"/api/categories/{groceries['id']}")
    lines = [*WEEK, ("2026-05-20", "Aldi", "weekly shop", "-5.00")]
    await run(person, bank_csv(lines), params={"account_id": home})
    rows = (await person.get("/api/transactions")).json()["transactions"]
    aldi = next(one for one in rows if one["amount"] == "-5.00")
    await person.patch(f"/api/transactions/{aldi['id']}", {"category": None})
    await person.post(f"/api/categories/{groceries['id']}/restore")
    told = (await person.post("/api/etl/transform-only")).json()
    assert (told["status"], told["result"]["processed"]) == ("completed", 1)
    rows = (await person.get("/api/transactions")).json()["transactions"]
    assert {one["amount"]: one["category"] for one in rows} == {
        "-1234.56": "Groceries",
        "2500.00": "Salary",
        "-5.00": None,
    }
    again = (await person.post("/api/etl/transform-only")).json()["result"]
    assert again["processed"] == 0
    assert (await person.get("/api/ledger/check")).json()["is_well"]


async def test_wrong_totals_are_found_and_made_anew(town: Town) -> None:
    person = await town.person()
    home = await account(person)
    await run(person, bank_csv(WEEK), params={"account_id": home})
    async with town.house.database.write(SYSTEM) as work:
        await work.session.execute(text("UPDATE accounts SET balance = balance + 1"))
    told = (await person.post("/api/etl/load-only")).json()["result"]
    assert (told["data_valid"], told["issues_found"], told["accounts_updated"]) == (False, {"balance": 1}, 1)
    assert (await person.post("/api/etl/load-only")).json()["result"]["data_valid"]
    assert (await person.get(f"/api/accounts/{home}")).json()["balance"] == "1265.44"


async def test_the_month_is_summed_up_for_each_currency(town: Town) -> None:
    person = await town.person()
    today = town.house.clock().date().isoformat()
    for amount, currency in (("-10.00", "EUR"), ("-2.50", "EUR"), ("100.00", "EUR"), ("-7", "JPY")):
        home = await account(person, currency, currency)
        body = {"amount": amount, "date": today, "account_id": home, "category": "Food" if amount[0] == "-" else None}
        assert (await person.post("/api/transactions", body)).status_code == 201
    told = (await person.post("/api/etl/aggregate-only")).json()["result"]
    assert date.fromisoformat(told["period"]["start"]).day == 1
    assert told["summary"] == [
        {"currency": "EUR", "total_income": "100.00", "total_spending": "12.50", "net_cash_flow": "87.50"},
        {"currency": "JPY", "total_income": "0", "total_spending": "7", "net_cash_flow": "-7"},
    ]
    assert told["spending_by_category"][0] == {"category": "Food", "currency": "EUR", "amount": "12.50", "count": 2}


async def test_status_and_health(town: Town) -> None:
    root, person = await town.superuser(), await town.person()
    assert (await person.get("/api/etl/status")).json() == {
        "user_id": person.id,
        "total_transactions": 0,
        "unprocessed_transactions": 0,
        "processed_transactions": 0,
        "processing_percentage": 100,
        "needs_processing": False,
        "status": "ready",
    }
    assert (await person.get("/api/etl/health")).status_code == 403
    told = (await root.get("/api/etl/health")).json()
    assert told["overall_status"] == "healthy"
    names = ["database_connectivity", "table_structure", "data_quality"]
    assert [(one["name"], one["status"]) for one in told["checks"]] == [(name, "pass") for name in names]
