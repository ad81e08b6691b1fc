"""Files that are posted unseen, as clients of the replaced pipeline send them."""

import asyncio
from typing import Any

from factories.files import account, bank_csv, days, ledger
from factories.labour import work_off
from factories.people import Person, Town

MESSY = b"""date;amount;merchant;category;description
14.05.2026;-1 234,56;MAKRO TASHKENT;;weekly shop
15.05.2026;-3,50;Coffee Corner;;flat white
15.05.2026;-3,50;Coffee Corner;;flat white
16/05/2026;(45,10);Yandex Taxi;;ride
2026-05-17;2 500,00;Employer;;salary
"""
DOUBTFUL = b"Date,Payee,Amount\n01/02/2026,Bakery,-3.50\n03/04/2026,Bakery,-4.50\n"
LARGE = [
    (day, f"Shop {at % 7}", f"thing {at}", f"-{at % 90}.25") for at in range(25) for day in days("2026-01-01", 100)
]


async def send(person: Person, content: bytes, name: str = "may.csv", **options: Any) -> Any:
    return await person.post("/api/transactions/upload-csv", files={"file": (name, content)}, **options)


async def test_a_file_is_posted_unseen_and_known_again(town: Town) -> None:
    person = await town.person()
    first = await send(person, MESSY)
    assert first.status_code == 200, first.text
    assert (first.json()["inserted"], first.json()["errors"]) == (5, 0)
    again = (await send(person, MESSY)).json()
    assert (again["inserted"], again["duplicates"]) == (0, 5)
    assert len(await ledger(person)) == 5
    default = (await person.get("/api/accounts")).json()["accounts"]
    assert [one["is_default"] for one in default] == [True]


async def test_the_named_account_takes_it_and_a_foreign_one_is_not_there(town: Town) -> None:
    person, other = await town.person(), await town.person()
    home = await account(person)
    assert (await send(person, MESSY, data={"account_id": home})).json()["inserted"] == 5
    assert len(await ledger(person, home)) == 5
    assert (await send(other, MESSY, data={"account_id": home})).status_code == 404
    assert await ledger(other) == []
    assert (await person.get("/api/imports")).json()["total"] == 1


async def test_what_is_doubtful_is_assumed_and_listed_for_review(town: Town) -> None:
    person = await town.person()
    brought = (await send(person, DOUBTFUL)).json()
    assert brought["is_assumed"]
    assert brought["inserted"] == 2
    waiting = (await person.get("/api/imports", params={"assumed": True})).json()
    assert [one["id"] for one in waiting["imports"]] == [brought["import_id"]]
    await person.post(f"/api/imports/{brought['import_id']}/confirm")
    assert (await person.get("/api/imports", params={"assumed": True})).json()["total"] == 0


async def test_lines_that_cannot_be_read_are_kept_aside(town: Town) -> None:
    person = await town.person()
    content = bank_csv([("2026-05-02", "Bakery", "bread", "-3.50"), ("2026-05-03", "Kiosk", "papers", "minus four")])
    brought = (await send(person, content)).json()
    assert (brought["inserted"], brought["errors"]) == (1, 1)
    assert (await person.get("/api/imports/review")).json()["total"] == 1


async def test_what_is_no_statement_is_refused_and_leaves_nothing(town: Town) -> None:
    person = await town.person()
    for content in (b"", b"\x00\x01\x02"):
        assert (await send(person, content)).status_code == 422
    assert (await person.post("/api/transactions/upload-csv", {"file": "text"})).status_code == 422
    both = [("file", ("a.csv", MESSY)), ("file", ("b.csv", MESSY))]
    assert (await person.post("/api/transactions/upload-csv", files=both)).status_code == 400
    assert (await person.get("/api/imports")).json()["total"] == 0


async def test_the_same_key_is_answered_as_before(town: Town) -> None:
    person = await town.person()
    headers = {"Idempotency-Key": "may", "Content-Type": "multipart/form-data; boundary=edge"}
    first, again = [await send(person, MESSY, headers=headers) for _ in range(2)]
    assert again.json()["import_id"] == first.json()["import_id"]
    assert (await person.get("/api/imports")).json()["total"] == 1


async def test_many_at_once_bring_each_row_once(town: Town) -> None:
    person = await town.person()
    answers = await asyncio.gather(*(send(person, MESSY) for _ in range(10)))
    assert sorted(one.json()["inserted"] for one in answers) == [0] * 9 + [5]
    assert len(await ledger(person)) == 5


async def test_many_rows_are_posted_by_a_job_that_the_request_waits_for(town: Town) -> None:
    person = await town.person()
    content = bank_csv(LARGE)
    early = await send(person, content, headers={"Prefer": "respond-async"})
    assert early.status_code == 202, early.text
    assert (early.json()["inserted"], early.json()["state"]) == (0, "posting")
    standing = (await person.get("/api/etl/status")).json()
    assert (standing["unprocessed_transactions"], standing["needs_processing"]) == (len(LARGE), True)
    assert await work_off(town.house) == 1
    again = asyncio.create_task(send(person, content))
    while not again.done():
        await work_off(town.house)
        await asyncio.wait([again], timeout=0.05)
    assert again.result().status_code == 200, again.result().text
    assert again.result().json()["duplicates"] == len(LARGE)
    raw = (await person.get("/api/transactions/raw")).json()
    assert (raw["total"], len(raw["transactions"])) == (len(LARGE), 100)


async def test_a_job_that_was_cancelled_is_told(town: Town) -> None:
    person = await town.person()
    sent = asyncio.create_task(send(person, bank_csv(LARGE)))
    while not (jobs := (await person.get("/api/jobs")).json()["jobs"]):
        await asyncio.wait([sent], timeout=0.05)
    await person.post(f"/api/jobs/{jobs[0]['id']}/cancel")
    answer = await sent
    assert answer.status_code == 409
    assert "cancelled" in answer.json()["detail"]


async def test_raw_lists_the_last_stored_first(town: Town) -> None:
    person = await town.person()
    await send(person, MESSY)
    await person.post("/api/transactions", {"amount": "-1", "date": "2020-01-01"})
    raw = (await person.get("/api/transactions/raw", params={"limit": 2})).json()
    assert [one["date"] for one in raw["transactions"]] == ["2020-01-01", "2026-05-17"]
    fields = {"id", "amount", "currency", "merchant", "category", "description", "account_id", "processed"}
    assert fields | {"created_at"} <= raw["transactions"][0].keys()
    rest = (await person.get("/api/transactions/raw", params={"next": raw["next"]})).json()
    assert (len(rest["transactions"]), rest["next"]) == (4, None)
    assert (await person.get("/api/transactions/raw", params={"limit": -1})).status_code == 422
    assert (await person.get("/api/transactions/raw", params={"next": "x"})).status_code == 422
