"""Files read again by today's code: shown first, made so, taken back; nothing twice, and a person's word stands."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from factories.files import account, bank_csv, bank_ofx, brought, commit, ledger, upload
from factories.labour import work_off
from factories.people import Person, Town
from factories.readings import brought_before, lines_otherwise, rejecting
from fakes.clock import TestClock
from farthing.infra.db import SYSTEM
from farthing.ingest.rebuild_service import REBUILD, UNDO_REBUILD
from farthing.ingest.rebuild_tasks import RebuildJobs
from farthing.ingest.statement import Line
from farthing.jobs.attempt import Attempt
from farthing.jobs.context import JobContext, Outcome
from farthing.jobs.registry import JobKind, Registry
from farthing.jobs.worker import Worker
from farthing.ledger.models import Category, Transaction
from integration.test_import_laws import edited, everything, few, held, newcomer, photograph, statements

MAY = [
    ("2026-05-02", "Corner Bakery", "bread", "-3.50"),
    ("2026-05-03", "Corner Bakery", "bread", "-3.50"),
    ("2026-05-03", "Corner Bakery", "bread", "-3.50"),
    ("2026-05-10", "Employer", "salary May", "2500.00"),
    ("2026-05-20", "Lidl", "weekly shop", "-47.11"),
]
REPORTED = ("counts", "accounts", "imports")


async def rebuilt(town: Town, person: Person, **wanted: Any) -> dict[str, Any]:
    """A rebuild from its request to its end."""
    started = await person.post("/api/imports/rebuild", wanted)
    assert started.status_code == 202, started.text
    await work_off(town.house)
    found: dict[str, Any] = (await person.get(f"/api/imports/rebuilds/{started.json()['rebuild']['id']}")).json()
    job = (await person.get(f"/api/jobs/{found['job_id']}")).json()
    assert (found["status"], job["error"]) == ("done", None), job
    return found


async def undone(town: Town, person: Person, rebuild: dict[str, Any]) -> None:
    asked = await person.post(f"/api/imports/rebuilds/{rebuild['id']}/undo")
    assert asked.status_code == 202, asked.text
    await work_off(town.house)
    found = (await person.get(f"/api/imports/rebuilds/{rebuild['id']}")).json()
    job = (await person.get(f"/api/jobs/{found['undo_job_id']}")).json()
    assert found["undone_at"], job


async def changes(person: Person, rebuild: dict[str, Any], import_id: str, **query: str) -> list[dict[str, Any]]:
    path = f"/api/imports/rebuilds/{rebuild['id']}/imports/{import_id}/changes"
    answer = await person.get(path, params=query)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["changes"]
    return found


async def standing(person: Person) -> list[dict[str, Any]]:
    """The ledger to the last field that people see."""
    rows = (await person.get("/api/transactions", params={"limit": 200})).json()["transactions"]
    plain = [{name: value for name, value in one.items() if name not in {"version", "updated_at"}} for one in rows]
    return sorted(plain, key=lambda one: str(one["id"]))


def misread(at: int, line: Line) -> Line | None:
    """The salary lost its day, the shop its payee; the first bread was not read at all."""
    match at:
        case 1:
            return None
        case 4:
            return replace(line, date=line.date.replace(month=10, day=5), amount=line.amount / 100)
        case 5:
            return replace(line, payee=None, memo="LIDL 4711")
        case _:
            return line


async def test_unchanged_code_would_change_nothing(town: Town) -> None:
    person = await town.person()
    home = await account(person)
    await brought(person, bank_csv(MAY), home)
    await brought(person, bank_ofx(MAY, "2026-05-01", "2026-05-31"), home, "may.ofx")
    before = await standing(person)
    for is_dry_run in (True, False):
        found = await rebuilt(town, person, dry_run=is_dry_run)
        assert found["imports"] == 2
        assert found["counts"] | {"rows": 0, "unchanged": 0, "fields": {}} == dict.fromkeys(found["counts"], 0) | {
            "fields": {}
        }
        assert found["counts"]["unchanged"] == found["counts"]["rows"] == 10
    assert await standing(person) == before


async def test_what_an_older_reader_read_wrongly_is_shown_made_right_and_taken_back(town: Town) -> None:
    person = await town.person()
    home = await account(person)
    old = await brought_before(town, person, bank_csv(MAY), home, lines_otherwise(misread))
    before = await standing(person)
    assert len(before) == 4
    looked = await rebuilt(town, person)
    assert await standing(person) == before, "a dry run changes nothing"
    assert (looked["counts"]["changed"], looked["counts"]["appears"], looked["counts"]["unchanged"]) == (2, 1, 2)
    (told,) = (await person.get(f"/api/imports/rebuilds/{looked['id']}/imports")).json()["imports"]
    assert (told["parser_before"], told["parser_after"]) == ("csv/0", "csv/1")
    by_day = {one["after"]["date"]: one for one in await changes(person, looked, old) if "date" in one["after"]}
    assert by_day["2026-05-10"]["before"]["date"] == "2026-10-05"
    assert (by_day["2026-05-10"]["before"]["amount"], by_day["2026-05-10"]["after"]["amount"]) == ("25.00", "2500.00")
    assert by_day["2026-05-02"]["kind"] == "appears"
    (only,) = looked["accounts"]
    assert (only["balance_before"], only["balance_after"]) == ("-29.11", "2442.39")
    assert (only["transactions_before"], only["transactions_after"]) == (4, 5)
    done = await rebuilt(town, person, dry_run=False)
    assert done["counts"] == looked["counts"]
    assert await changes(person, done, old) == await changes(person, looked, old)
    assert done["accounts"][0]["is_proven"] is True
    assert await ledger(person) == sorted((day, amount, "booked") for day, _, _, amount in MAY)
    shop = next(one for one in await standing(person) if one["amount"] == "-47.11")
    assert (shop["payee"], shop["description"]) == ("Lidl", "weekly shop")
    assert (await person.get("/api/ledger/check")).json()["is_well"] is True
    again = await upload(person, bank_csv(MAY), account_id=home)
    assert again["summary"]["new"] == 0, again["summary"]
    await undone(town, person, done)
    assert await standing(person) == before
    again = await upload(person, bank_csv(MAY), account_id=home)
    assert (again["summary"]["new"], again["summary"]["same"]) == (1, 4), "only what was never read is new"
    assert (await rebuilt(town, person))["counts"] == looked["counts"]


async def test_after_an_upgrade_the_same_file_brings_only_what_was_not_read(town: Town) -> None:
    person = await town.person()
    home = await account(person)
    await brought_before(town, person, bank_csv(MAY), home, lines_otherwise(misread))
    again = await brought(person, bank_csv(MAY), home, "again.csv")
    assert (again["summary"]["new"], again["summary"]["same"]) == (1, 4), again["summary"]
    found = await rebuilt(town, person, dry_run=False)
    assert (found["counts"]["appears"], found["counts"]["doubtful"]) == (0, 1), "it came with the second file"
    assert await ledger(person) == sorted((day, amount, "booked") for day, _, _, amount in MAY)


async def test_what_two_older_readings_missed_comes_once(town: Town) -> None:
    person = await town.person()
    home = await account(person)
    missed = lines_otherwise(lambda at, line: None if at == 5 else line)
    await brought_before(town, person, bank_csv(MAY), home, missed)
    await brought_before(town, person, bank_csv(MAY), home, missed, "again.csv")
    await brought_before(town, person, bank_ofx(MAY, "2026-05-01", "2026-05-31"), home, missed, "may.ofx")
    looked = await rebuilt(town, person)
    assert (looked["counts"]["appears"], looked["counts"]["doubtful"]) == (1, 2)
    done = await rebuilt(town, person, dry_run=False)
    assert done["counts"] == looked["counts"]
    amounts = Counter(amount for _, amount, _ in await ledger(person))
    assert amounts["-47.11"] == 1
    await undone(town, person, done)
    assert len(await ledger(person)) == 4


async def test_what_a_person_changed_stays_and_is_told(town: Town) -> None:
    person = await town.person()
    home = await account(person)
    old = await brought_before(town, person, bank_csv(MAY), home, lines_otherwise(misread))
    rows = {one["amount"]: one for one in await standing(person)}
    await person.patch(f"/api/transactions/{rows['25.00']['id']}", {"date": "2026-05-11", "note": "bonus"})
    await person.patch(f"/api/transactions/{rows['-47.11']['id']}", {"category": "Entertainment", "payee": "Party"})
    done = await rebuilt(town, person, dry_run=False)
    kept = await changes(person, done, old, kind="kept")
    assert {one["row"]: sorted(one["after"]) for one in kept} == {3: ["date"], 4: ["payee"]}
    rows = {one["amount"]: one for one in await standing(person)}
    assert (rows["2500.00"]["date"], rows["2500.00"]["note"]) == ("2026-05-11", "bonus")
    assert (rows["-47.11"]["payee"], rows["-47.11"]["category"]) == ("Party", "Entertainment")
    again = await upload(person, bank_csv(MAY), account_id=home)
    assert again["summary"]["new"] == 0, "whatever was edited is known again"
    await person.patch(f"/api/transactions/{rows['2500.00']['id']}", {"amount": "2600.00"})
    await undone(town, person, done)
    rows = {one["amount"]: one for one in await standing(person)}
    assert "2600.00" in rows, "what was changed since stays"


async def test_rows_that_are_read_no_more_go_unless_somebody_worked_on_them(town: Town) -> None:
    person = await town.person()
    home = await account(person)

    def ghosts(at: int, line: Line) -> Line | None:
        return replace(line, memo=f"brought forward {at}", amount=line.amount * 2, source_line=90 + at)

    def older(reading: Any) -> Any:
        (one,) = reading.statements
        extra = tuple(ghosts(at, line) for at, line in enumerate(one.lines[3:], 1))
        return replace(reading, statements=(replace(one, lines=(*one.lines, *extra)),))

    await brought_before(town, person, bank_csv(MAY), home, older)
    before = await standing(person)
    ghost = next(one for one in before if one["amount"] == "-94.22")
    await person.patch(f"/api/transactions/{ghost['id']}", {"note": "what is this?"})
    before = await standing(person)
    done = await rebuilt(town, person, dry_run=False)
    assert (done["counts"]["gone"], done["counts"]["kept"]) == (1, 1)
    assert len(await standing(person)) == 6
    await undone(town, person, done)
    assert await standing(person) == before


async def test_a_line_that_could_not_be_read_is_read_and_put_aside_again(town: Town) -> None:
    person = await town.person()
    home = await account(person)
    await brought_before(town, person, bank_csv(MAY), home, rejecting(6, "2026-05-20;Lidl;weekly shop;-47.11"))
    assert (await person.get("/api/imports/review")).json()["total"] == 1
    done = await rebuilt(town, person, dry_run=False)
    assert done["counts"]["appears"] == 1
    assert (await person.get("/api/imports/review")).json()["total"] == 0
    assert len(await ledger(person)) == 5
    await undone(town, person, done)
    assert (await person.get("/api/imports/review")).json()["total"] == 1
    assert len(await ledger(person)) == 4


async def test_the_import_can_be_undone_and_posted_again_after_its_rebuild(town: Town) -> None:
    person = await town.person()
    home = await account(person)
    old = await brought_before(town, person, bank_csv(MAY), home, lines_otherwise(misread))
    await rebuilt(town, person, dry_run=False)
    right = await standing(person)
    assert (await person.post(f"/api/imports/{old}/undo")).json()["state"] == "undone"
    assert await ledger(person) == []
    assert (await commit(person, old))["state"] == "posted"
    assert await standing(person) == right


async def test_workspaces_are_rebuilt_apart(town: Town) -> None:
    one, other = await town.person(), await town.person()
    for person in (one, other):
        await brought_before(town, person, bank_csv(MAY), await account(person), lines_otherwise(misread))
    before = await standing(other)
    done = await rebuilt(town, one, dry_run=False)
    assert (done["imports"], done["counts"]["changed"]) == (1, 2)
    assert await standing(other) == before
    assert (await other.get(f"/api/imports/rebuilds/{done['id']}")).status_code == 404


def stopping_after(town: Town, person: Person, steps: int) -> tuple[Worker, RebuildJobs]:
    """Somebody cancels the rebuild when so many pieces are changed; pieces are small."""
    jobs = RebuildJobs(town.house.database, town.house.clock, town.house.lake, 2)

    async def stopped_midway(job: JobContext) -> Outcome:
        step, done = job.step, 0

        async def counted(name: str, effect: Any, *, advance: int = 1) -> Outcome:
            nonlocal done
            done += name.startswith("import-")
            if done == steps + 1:
                assert (await person.post(f"/api/jobs/{job.job_id}/cancel")).status_code == 200
            return await step(name, effect, advance=advance)

        job.step = counted  # type: ignore[method-assign]
        return await jobs.rebuild(job)

    registry = Registry([JobKind(REBUILD, stopped_midway, "rebuild"), JobKind(UNDO_REBUILD, jobs.undo, "undo")])
    return Worker(town.house.database, registry, town.house.clock), jobs


async def test_a_cancelled_rebuild_goes_on_or_is_taken_back_as_far_as_it_came(town: Town) -> None:
    person = await town.person()
    home = await account(person)
    lines = [(f"2026-05-{day:02}", "Corner Bakery", f"bread {day}", f"-{day}.50") for day in range(1, 9)]
    older = lines_otherwise(lambda at, line: None if at == 8 else replace(line, amount=line.amount * 10, payee=None))
    old = await brought_before(town, person, bank_csv(lines), home, older)
    before = await standing(person)
    stopping, jobs = stopping_after(town, person, 2)
    started = (await person.post("/api/imports/rebuild", {"dry_run": False})).json()
    second = await person.post("/api/imports/rebuild", {"dry_run": False})
    assert second.status_code == 409, "one at a time"
    await stopping.run(Attempt(UUID(started["job"]["id"]), 1))
    found = (await person.get(f"/api/imports/rebuilds/{started['rebuild']['id']}")).json()
    assert (found["status"], found["finished_at"]) == ("cancelled", None)
    halfway = Counter(one["payee"] for one in await standing(person))
    assert (halfway["Corner Bakery"], halfway[None]) == (4, 3)
    other = await upload(person, bank_csv([("2026-05-30", "Kiosk", "papers", "-1.00")]), "june.csv", account_id=home)
    assert (await commit(person, other["id"]))["state"] == "waiting", "nobody else posts to the account meanwhile"
    assert (await person.post(f"/api/jobs/{found['job_id']}/retry")).status_code == 200
    going = Registry([JobKind(REBUILD, jobs.rebuild, "rebuild")])
    await Worker(town.house.database, going, town.house.clock).run(Attempt(UUID(found["job_id"]), 2))
    right = sorted((day, amount, "booked") for day, _, _, amount in lines)
    assert await ledger(person) == sorted([*right, ("2026-05-30", "-1.00", "booked")])
    assert (await person.get(f"/api/imports/{old}")).json()["state"] == "posted"
    found = (await person.get(f"/api/imports/rebuilds/{found['id']}")).json()
    await undone(town, person, found)
    kiosk = {one["id"] for one in await standing(person) if one["payee"] == "Kiosk"}
    assert [one for one in await standing(person) if one["id"] not in kiosk] == before
    stopping, _ = stopping_after(town, person, 1)
    started = (await person.post("/api/imports/rebuild", {"dry_run": False, "import_ids": [old]})).json()
    await stopping.run(Attempt(UUID(started["job"]["id"]), 1))
    assert [one for one in await standing(person) if one["id"] not in kiosk] != before
    await undone(town, person, started["rebuild"])
    assert [one for one in await standing(person) if one["id"] not in kiosk] == before
    assert (await person.get("/api/ledger/check")).json()["is_well"] is True


async def test_closed_months_stay_unless_somebody_says_why(town: Town) -> None:
    person = await town.person()
    home = await account(person)
    await brought_before(town, person, bank_csv(MAY), home, lines_otherwise(misread))
    before = await standing(person)
    for month in ("2026-05", "2026-10"):
        assert (await person.post("/api/closed-months", {"month": month})).is_success
    left = await rebuilt(town, person, dry_run=False)
    assert (left["counts"]["changed"], left["counts"]["kept"], left["counts"]["appears"]) == (0, 2, 0)
    assert await standing(person) == before
    done = await rebuilt(town, person, dry_run=False, reason="read wrongly")
    assert (done["counts"]["changed"], done["counts"]["appears"]) == (2, 0), "a doubtful row is decided once"


async def test_merchants_and_categories_of_today_never_overrule_anybody(town: Town) -> None:
    """What an older version derived otherwise: written into the database as it would have left it."""
    person = await town.person()
    home = await account(person)
    one = await brought(person, bank_csv(MAY), home)
    async with town.house.database.write(SYSTEM) as work:
        mine = Transaction.import_id == UUID(one["id"])
        none = await work.session.scalar(select(Category.id).where(Category.kind == "none"))
        old = {"der_merchant": "SHOP 1", "category_id": none, "category_source": "none"}
        await work.session.execute(update(Transaction).where(mine, Transaction.amount < 0).values(old))
    rows = {one["amount"]: one for one in await standing(person)}
    await person.patch(f"/api/transactions/{rows['-47.11']['id']}", {"category": "Entertainment"})
    looked = await rebuilt(town, person)
    assert looked["counts"]["fields"]["der_merchant"] == 4
    await rebuilt(town, person, dry_run=False)
    by_amount = {one["amount"]: one for one in await standing(person)}
    assert by_amount["-47.11"]["category"] == "Entertainment"
    assert by_amount["-3.50"]["category"] == "Groceries"
    assert {one["merchant"] or one["der_merchant"] for one in await standing(person)} >= {"Lidl", "Corner Bakery"}


misreadings = st.lists(st.sampled_from(["right", "right", "missed", "day", "amount", "words"]), min_size=1, max_size=10)


@few
@given(statements, misreadings, st.lists(st.integers(0, 5), max_size=4))
async def test_whatever_was_misread_and_edited_comes_right_once_and_goes_back(
    town: Town, clock: TestClock, lines: list[Any], wrong: list[str], chosen: list[int]
) -> None:
    def older(at: int, line: Line) -> Line | None:
        match wrong[at % len(wrong)]:
            case "missed":
                return None
            case "day":
                return replace(line, date=line.date + timedelta(days=31))
            case "amount":
                return replace(line, amount=line.amount * 100)
            case "words":
                return replace(line, payee="UNKNOWN", memo=None)
            case _:
                return line

    person = await newcomer(town, clock)
    home, other = await account(person), await account(person, "Savings")
    await brought_before(town, person, bank_csv(lines), home, lines_otherwise(older))
    if await everything(person):
        await edited(person, clock, other, chosen)
    before = await photograph(town, person)
    looked = await rebuilt(town, person)
    assert await photograph(town, person) == before
    done = await rebuilt(town, person, dry_run=False)
    assert done["counts"] == looked["counts"]
    assert all(one["is_proven"] for one in done["accounts"])
    if not chosen:
        assert await held(person, home) == Counter((day, amount, shop) for day, shop, _, amount in lines)
    again = await upload(person, bank_csv(lines), "again.csv", account_id=home)
    assert again["summary"]["new"] == 0, again["summary"]
    assert (await person.get("/api/ledger/check")).json()["is_well"] is True
    clock.advance(seconds=30)
    await undone(town, person, done)
    assert await photograph(town, person) == before
    again = await upload(person, bank_csv(lines), "again.csv", account_id=home)
    assert again["summary"]["new"] <= done["counts"]["appears"]
