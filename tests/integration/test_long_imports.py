"""Imports of more rows than one transaction takes: looked at, posted chunk by chunk, taken back by a job."""

from typing import Any
from uuid import UUID

import pytest

from factories.files import account, bank_csv, commit, ledger, upload
from factories.jobs import done
from factories.people import Person, Town
from farthing.infra.db import Scope
from farthing.ingest.errors import ImportChanged
from farthing.ingest.planning import Plan
from farthing.ingest.schemas import CommitIn
from farthing.ingest.service import SMALL, ImportService
from farthing.kernel.actor import Actor, Role

COUNT = SMALL + 100
SLOW = {"name": "slow", "if": {"field": "description", "matches": "^(a|a)*$"}, "then": {"add_tags": ["slow"]}}
FAST = {"name": "fast", "if": {"field": "description", "is": "aaa"}, "then": {"add_tags": ["fast"]}}


def many() -> bytes:
    """A hundred rows a day; of the first one the slow rule is never done, and of the last one at once."""
    what = ["a" * 60 + "b", *["bread"] * (COUNT - 2), "aaa"]
    return bank_csv([(f"2026-04-{1 + at // 100:02}", f"Shop {at}", what[at], f"-{at + 1}.00") for at in range(COUNT)])


async def after(town: Town, person: Person, started: dict[str, Any]) -> dict[str, Any]:
    """An import when its job is done."""
    job = await done(town.house, person, started["job_id"])
    assert job["status"] == "done", job
    found: dict[str, Any] = (await person.get(f"/api/imports/{started['id']}")).json()
    return found


async def test_a_rule_that_took_too_long_with_some_rows_is_not_tried_with_the_next(town: Town) -> None:
    person = await town.person()
    home = await account(person)
    for rule in (SLOW, FAST):
        assert (await person.post("/api/rules", rule)).status_code == 201
    one = await upload(person, many(), account_id=home)
    assert (await after(town, person, await commit(person, one["id"])))["state"] == "posted"
    last = {"search": f"shop {COUNT - 1}", "account_id": home}
    found = (await person.get("/api/transactions", params=last)).json()["transactions"]
    assert [(row["amount"], row["tags"]) for row in found] == [(f"-{COUNT}.00", ["fast"])]


@pytest.mark.parametrize("is_entered_meanwhile", [False, True])
async def test_a_large_file_is_ready_when_it_is_compared_and_compared_again_if_something_happened(
    town: Town, *, is_entered_meanwhile: bool
) -> None:
    person = await town.person()
    home = await account(person)
    long = [(f"2026-04-{1 + at // 100:02}", f"Shop {at}", f"{at} " * 150, f"-{at + 1}.00") for at in range(COUNT)]
    started = await upload(person, bank_csv(long), account_id=home)
    assert started["state"] == "reading"
    read = await after(town, person, started)
    assert (read["state"], read["summary"]["new"], bool(read["summary"]["digest"])) == ("ready", COUNT, True)
    if is_entered_meanwhile:
        hers = {"account_id": home, "amount": "-7.00", "date": "2026-04-01"}
        assert (await person.post("/api/transactions", hers)).status_code == 201
    posted = await after(town, person, await commit(person, read["id"]))
    assert (posted["summary"]["new"], posted["summary"]["same"]) == (COUNT - is_entered_meanwhile, is_entered_meanwhile)
    assert (await person.get("/api/transactions", params={"limit": 1})).json()["total"] == COUNT


async def test_an_undo_that_a_closed_month_forbids_is_refused_before_it_begins(town: Town) -> None:
    """Of this import's months, and of what its transactions are joined with."""
    person = await town.person()
    home, savings = await account(person), await account(person, "Savings")
    one = await upload(person, many(), account_id=home)
    assert one["summary"]["new"] == COUNT, one["summary"]
    await after(town, person, await commit(person, one["id"]))
    rows = (await person.get("/api/transactions", params={"account_id": home, "limit": 2})).json()["transactions"]
    twin = {"account_id": savings, "amount": rows[0]["amount"].removeprefix("-"), "date": "2026-03-31"}
    made = (await person.post("/api/transactions", twin)).json()
    joined = {"transaction_id": rows[0]["id"], "other_transaction_id": made["id"]}
    assert (await person.post("/api/transfers", joined)).status_code == 201
    assert (await person.patch(f"/api/transactions/{rows[1]['id']}", {"date": "2026-02-02"})).status_code == 200
    for month in ("2026-01", "2026-02", "2026-03", "2026-04"):
        await person.post("/api/closed-months", {"month": month})
    refused = await person.post(f"/api/imports/{one['id']}/undo")
    assert refused.status_code == 409
    assert "February 2026, March 2026 and April 2026 are closed" in refused.json()["detail"]
    assert (await person.get(f"/api/imports/{one['id']}")).json()["state"] == "posted"
    undone = await person.post(f"/api/imports/{one['id']}/undo", {"reason": "the wrong bank"})
    assert (await after(town, person, undone.json()))["state"] == "undone"
    assert [amount for _, amount, _ in await ledger(person)] == [twin["amount"]]


async def test_what_was_compared_beforehand_holds_until_something_happens(town: Town) -> None:
    """What was compared is marked here, so that it can be told from what is compared anew."""
    person = await town.person()
    home = await account(person)
    hers = {"account_id": home, "amount": "-9000.00", "date": "2026-04-10"}
    made = (await person.post("/api/transactions", hers)).json()
    one = await upload(person, many(), account_id=home)
    place, looked = f"/api/imports/{one['id']}/commit", {"digest": one["summary"]["digest"]}
    assert (await person.post(place, {"digest": "0" * 32})).status_code == 409
    workspace = UUID((await person.get("/api/tenants/me")).json()["id"])
    actor = Actor(UUID(person.id), person.name, workspace, Role.OWNER)
    scope, house = Scope(user_id=actor.user_id, workspace_id=workspace), town.house
    marked = CommitIn(digest="marked", reason=None)

    async def compared() -> Plan:
        async with house.database.read(scope) as work:
            found = await ImportService(work, actor, house.clock, house.lake).compared(UUID(one["id"]), marked)
            assert found is not None
            assert found.digest == looked["digest"]
            found.digest = "marked"
            return found

    async def committed(with_it: Plan) -> str:
        """Without keeping anything of it."""
        async with house.database.write(scope) as work:
            service = ImportService(work, actor, house.clock, house.lake)
            state = (await service.commit(UUID(one["id"]), marked, with_it)).state
            await work.session.rollback()
            return state

    assert await committed(await compared()) == "posting"
    for change in ({"note": "hers"}, {"date": "2026-05-30"}, {"date": "2026-04-11"}):
        before = await compared()
        assert (await person.patch(f"/api/transactions/{made['id']}", change)).status_code == 200
        with pytest.raises(ImportChanged):
            await committed(before)
    before = await compared()
    assert (await person.patch(f"/api/imports/{one['id']}/rows/7", {"decision": "skip"})).status_code == 200
    with pytest.raises(ImportChanged):
        await committed(before)
    assert (await person.post(place, looked)).status_code == 409
    fresh = (await person.get(f"/api/imports/{one['id']}")).json()["summary"]
    started = await person.post(place, {"digest": fresh["digest"]})
    assert (await after(town, person, started.json()))["state"] == "posted"
