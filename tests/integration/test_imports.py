"""Imports as people make them: looked at, posted, taken back; nothing twice and nothing lost."""

from typing import Any

from factories.files import account, bank_csv, bank_ofx, brought, commit, ledger, upload
from factories.people import Person, Town
from fakes.clock import TestClock

MAY = [
    ("2026-05-02", "Corner Bakery", "bread", "-3.50"),
    ("2026-05-03", "Corner Bakery", "bread", "-3.50"),
    ("2026-05-03", "Corner Bakery", "bread", "-3.50"),
    ("2026-05-10", "Employer", "salary May", "2500.00"),
    ("2026-05-20", "Lidl", "weekly shop", "-47.11"),
]


async def test_a_file_is_looked_at_posted_and_taken_back(town: Town) -> None:
    person = await town.person()
    home = await account(person)
    one = await upload(person, bank_csv(MAY), account_id=home)
    assert one["state"] == "ready"
    assert one["summary"]["new"] == 5
    assert one["summary"]["by_currency"] == [{"currency": "EUR", "income": "2500.00", "expense": "-57.61"}]
    assert await ledger(person) == []
    rows = (await person.get(f"/api/imports/{one['id']}/rows")).json()
    assert [row["amount"] for row in rows["rows"]] == ["-3.50", "-3.50", "-3.50", "2500.00", "-47.11"]
    assert rows["rows"][3]["category"] == "Salary"
    posted = await commit(person, one["id"], digest=one["summary"]["digest"])
    assert posted["state"] == "posted"
    assert len(await ledger(person)) == 5
    assert (await person.get(f"/api/accounts/{home}")).json()["balance"] == "2442.39"
    undone = (await person.post(f"/api/imports/{one['id']}/undo")).json()
    assert undone["state"] == "undone"
    assert await ledger(person) == []
    assert (await person.get(f"/api/accounts/{home}")).json()["balance"] == "0.00"
    again = await upload(person, bank_csv(MAY), account_id=home)
    assert again["summary"]["new"] == 5, "undone rows do not look deleted"


async def test_the_same_file_again_brings_nothing(town: Town) -> None:
    person = await town.person()
    home = await account(person)
    await brought(person, bank_csv(MAY), home)
    again = await upload(person, bank_csv(MAY), account_id=home)
    assert again["summary"]["same"] == 5
    await commit(person, again["id"])
    assert len(await ledger(person)) == 5


async def test_overlapping_files_bring_each_row_once(town: Town) -> None:
    person = await town.person()
    home = await account(person)
    more = [*MAY[1:], ("2026-05-25", "Lidl", "weekly shop", "-12.00")]
    await brought(person, bank_csv(MAY), home)
    second = await brought(person, bank_csv(more), home, "later.csv")
    assert second["summary"]["same"] + second["summary"]["suspect"] == 4
    assert len(await ledger(person)) == 6


async def test_another_source_of_the_same_weeks_doubles_nothing(town: Town) -> None:
    person = await town.person()
    home = await account(person)
    await brought(person, bank_csv(MAY), home)
    shifted = [(f"2026-05-{int(day[-2:]) + 1:02}", payee, what, amount) for day, payee, what, amount in MAY]
    extra = [*shifted, ("2026-05-24", "Cinema", "film", "-9.00")]
    second = await brought(person, bank_ofx(extra, "2026-05-01", "2026-05-31"), home, "may.ofx")
    assert second["summary"]["new"] == 1, second["summary"]
    assert len(await ledger(person)) == 6
    third = await upload(person, bank_ofx(extra, "2026-05-01", "2026-05-31"), "may.ofx", account_id=home)
    assert third["summary"]["new"] == 0


async def test_taking_back_the_first_source_leaves_the_second(town: Town) -> None:
    person = await town.person()
    home = await account(person)
    first = await brought(person, bank_csv(MAY), home)
    await brought(person, bank_ofx(MAY, "2026-05-01", "2026-05-31"), home, "may.ofx")
    before = await ledger(person)
    undone = await person.post(f"/api/imports/{first['id']}/undo")
    assert undone.status_code == 200, undone.text
    assert await ledger(person) == before


async def test_lines_that_cannot_be_read_are_kept_aside_and_corrected(town: Town) -> None:
    person = await town.person()
    home = await account(person)
    content = bank_csv([*MAY, ("2026-05-21", "Kiosk", "papers", "minus four")])
    one = await upload(person, content, account_id=home)
    assert one["summary"]["error"] == 1
    rows = (await person.get(f"/api/imports/{one['id']}/rows", params={"state": "error"})).json()["rows"]
    assert "minus four" in rows[0]["text"]
    await commit(person, one["id"])
    assert len(await ledger(person)) == 5
    waiting = (await person.get("/api/imports/review")).json()
    assert waiting["total"] == 1
    values = {"date": "2026-05-21", "amount": "-4.00", "payee": "Kiosk"}
    fixed = await person.patch(f"/api/imports/{one['id']}/rows/{rows[0]['row']}", {"values": values})
    assert fixed.status_code == 200, fixed.text
    assert ("2026-05-21", "-4.00", "booked") in await ledger(person)
    assert (await person.get("/api/imports/review")).json()["total"] == 0


async def test_a_line_that_was_corrected_is_known_again_and_goes_where_its_words_are(
    town: Town, clock: TestClock
) -> None:
    person = await town.person()
    content = bank_csv([*MAY, ("2026-05-18", "Kiosk", "papers", "minus four")])
    one = await upload(person, content)
    home = await account(person)
    assert (await person.patch(f"/api/imports/{one['id']}", {"account_id": home})).status_code == 200
    values = {"date": "2026-05-18", "amount": "-4.00", "payee": "Kiosk"}
    fixed = await person.patch(f"/api/imports/{one['id']}/rows/6", {"values": values})
    assert fixed.status_code == 200, fixed.text
    await commit(person, one["id"])
    before = await ledger(person)
    assert len(before) == 6
    longer = bank_csv([*MAY, ("2026-05-18", "Kiosk", "papers", "minus four"), ("2026-05-30", "Lidl", "", "-1.00")])
    again = await upload(person, content, "again.csv", account_id=home)
    for other, new in ((again, 0), (await upload(person, longer, "longer.csv", account_id=home), 1)):
        assert (other["summary"]["new"], other["summary"]["error"], other["summary"]["same"]) == (new, 0, 6), other
    rows = (await person.get(f"/api/imports/{again['id']}/rows", params={"state": "same"})).json()["rows"]
    assert rows[-1]["reason"] == "it came with may.csv, and you corrected it there"
    await commit(person, again["id"], digest=again["summary"]["digest"])
    assert await ledger(person) == before
    for gone in (one, again):  # what the other has too stays, whoever of both is taken back
        clock.advance(seconds=60)
        assert (await person.post(f"/api/imports/{gone['id']}/undo")).status_code == 200
        assert await ledger(person) == before
        clock.advance(seconds=60)
        assert (await commit(person, gone["id"]))["summary"]["same"] == 6
        assert await ledger(person) == before
    assert (await person.get("/api/imports/review")).json()["total"] == 0


async def test_what_was_announced_is_joined_with_what_is_booked(town: Town) -> None:
    person = await town.person()
    home = await account(person)
    pending = {"account_id": home, "amount": "-47.11", "date": "2026-05-19", "status": "pending", "payee": "LIDL 123"}
    made = (await person.post("/api/transactions", pending | {"tags": ["food"], "note": "party"})).json()
    await brought(person, bank_csv(MAY), home)
    old = (await person.get(f"/api/transactions/{made['id']}")).json()
    assert old["status"] == "void"
    found = (await person.get("/api/transactions", params={"search": "lidl", "status": "booked"})).json()
    assert found["transactions"][0]["tags"] == ["food"]
    assert found["transactions"][0]["note"] == "party"


async def suspects(person: Person) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await person.get("/api/imports/review")).json()["rows"]
    return found


async def test_a_doubtful_row_waits_and_is_decided(town: Town) -> None:
    person = await town.person()
    home = await account(person)
    await brought(person, bank_csv(MAY), home)
    june = [("2026-05-20", "Lidl", "weekly shop", "-47.11"), ("2026-05-28", "Lidl", "weekly shop", "-5.00")]
    second = await brought(person, bank_csv(june), home, "june.csv")
    waiting = await suspects(person)
    assert len(waiting) == 1
    assert "ends and the other begins" in waiting[0]["reason"]
    place = f"/api/imports/{second['id']}/rows/{waiting[0]['row']}"
    taken = await person.patch(place, {"decision": "new"})
    assert taken.status_code == 200, taken.text
    assert [amount for _, amount, _ in await ledger(person)].count("-47.11") == 2
    await person.patch(place, {"decision": "same"})
    assert [amount for _, amount, _ in await ledger(person)].count("-47.11") == 1
    assert await suspects(person) == []


async def test_a_file_whose_account_is_unclear_is_looked_at_before_one_is_named(town: Town) -> None:
    person = await town.person()
    one = await upload(person, bank_csv(MAY))
    assert (one["state"], one["summary"]["new"], one["statements"][0]["account_id"]) == ("ready", 0, None)
    assert (await person.post(f"/api/imports/{one['id']}/commit")).status_code == 422
    home = await account(person)
    named = await person.patch(f"/api/imports/{one['id']}", {"account_id": home})
    assert named.json()["summary"]["new"] == 5, named.text
    assert (await commit(person, one["id"]))["state"] == "posted"


async def test_what_three_tell_is_there_once_whoever_goes_first(town: Town) -> None:
    person = await town.person()
    home = await account(person)
    first = await brought(person, bank_csv(MAY), home)
    second = await brought(person, bank_ofx(MAY, "2026-05-01", "2026-05-31"), home, "may.ofx")
    third = await brought(person, bank_csv(MAY), home, "again.csv")
    found = (await person.get("/api/transactions", params={"search": "lidl"})).json()["transactions"]
    note = {"note": "party", "tags": ["food"]}
    assert (await person.patch(f"/api/transactions/{found[0]['id']}", note)).status_code == 200
    before = await ledger(person)
    for gone in (first, second):
        undone = await person.post(f"/api/imports/{gone['id']}/undo")
        assert undone.status_code == 200, undone.text
        assert await ledger(person) == before
        kept = (await person.get(f"/api/transactions/{found[0]['id']}")).json()
        assert (kept["note"], kept["tags"]) == ("party", ["food"])
    await person.post(f"/api/imports/{third['id']}/undo")
    assert await ledger(person) == []


async def test_what_was_deleted_stays_deleted_when_its_import_comes_back(town: Town, clock: TestClock) -> None:
    person = await town.person()
    home = await account(person)
    one = await brought(person, bank_csv(MAY), home)
    found = (await person.get("/api/transactions", params={"search": "lidl"})).json()["transactions"]
    await person.delete(f"/api/transactions/{found[0]['id']}")
    clock.advance(seconds=60)
    before = await ledger(person)
    await person.post(f"/api/imports/{one['id']}/undo")
    clock.advance(seconds=60)
    again = await commit(person, one["id"])
    assert again["summary"]["new"] == 4
    assert await ledger(person) == before


async def test_what_was_deleted_comes_from_another_source_only_if_somebody_wants_it(
    town: Town, clock: TestClock
) -> None:
    person = await town.person()
    home = await account(person)
    first = await brought(person, bank_csv(MAY), home)
    found = (await person.get("/api/transactions", params={"search": "lidl"})).json()["transactions"]
    await person.delete(f"/api/transactions/{found[0]['id']}")
    clock.advance(seconds=60)
    theirs = bank_ofx(MAY, "2026-05-01", "2026-05-31")
    one = await upload(person, theirs, "may.ofx", account_id=home)
    assert one["summary"]["same"] == 5, one["summary"]
    row = (await person.get(f"/api/imports/{one['id']}/rows")).json()["rows"][4]
    assert row["reason"] == "a duplicate of a row you deleted: may.csv told of it on the same day"
    await commit(person, one["id"])
    wanted = await person.patch(f"/api/imports/{one['id']}/rows/5", {"decision": "new"})
    assert wanted.status_code == 200, wanted.text
    assert ("2026-05-20", "-47.11", "booked") in await ledger(person)
    for gone in (one, first):
        assert (await person.post(f"/api/imports/{gone['id']}/undo")).status_code == 200
    fresh = await upload(person, theirs, "fresh.ofx", account_id=home)
    assert fresh["summary"]["new"] == 5, "an undone import leaves nothing that looks deleted"


async def test_what_left_the_ledger_in_a_review_was_not_deleted_as_a_fact(town: Town) -> None:
    person = await town.person()
    home = await account(person)
    one = await brought(person, bank_csv(MAY), home)
    place = f"/api/imports/{one['id']}/rows/5"
    for decision in ("skip", None):
        assert (await person.patch(place, {"decision": decision})).status_code == 200
        second = await upload(person, bank_ofx(MAY, "2026-05-01", "2026-05-31"), "may.ofx", account_id=home)
        assert second["summary"]["same"] == (5 if decision else 4), second["summary"]


async def test_an_edited_transaction_is_told_of_by_another_source_as_it_was_stated(town: Town) -> None:
    """Its day, its amount, and the values that a person gave a line that nobody could read."""
    person = await town.person()
    home = await account(person)
    one = await upload(person, bank_csv([*MAY, ("2026-05-21", "Kiosk", "papers", "minus four")]), account_id=home)
    for row, values in (
        (5, {"amount": "-50.00"}),
        (6, {"date": "2026-05-21", "amount": "-4.00", "payee": "Kiosk"}),
    ):
        assert (await person.patch(f"/api/imports/{one['id']}/rows/{row}", {"values": values})).status_code == 200
    await commit(person, one["id"])
    found = (await person.get("/api/transactions", params={"account_id": home})).json()["transactions"]
    by_payee = {row["payee"]: row["id"] for row in found}
    for payee, patch in (("Employer", {"amount": "2600.00"}), ("Kiosk", {"amount": "-4.40", "date": "2026-05-02"})):
        assert (await person.patch(f"/api/transactions/{by_payee[payee]}", patch)).status_code == 200
    theirs = bank_ofx([*MAY, ("2026-05-21", "Kiosk", "papers", "-4.00")], "2026-05-01", "2026-05-31")
    second = await brought(person, theirs, home, "may.ofx")
    assert second["summary"]["same"] == 6, second["summary"]


async def test_a_row_whose_date_was_corrected_before_posting_is_known_again(town: Town) -> None:
    person = await town.person()
    home = await account(person)
    one = await upload(person, bank_csv(MAY), account_id=home)
    fixed = await person.patch(f"/api/imports/{one['id']}/rows/5", {"values": {"date": "2026-07-20"}})
    assert fixed.status_code == 200, fixed.text
    await commit(person, one["id"])
    again = await upload(person, bank_csv(MAY), "again.csv", account_id=home)
    assert again["summary"]["same"] == 5, again["summary"]


async def test_the_preview_counts_what_was_corrected(town: Town) -> None:
    person = await town.person()
    home = await account(person)
    content = bank_csv([*MAY, ("2026-05-21", "Kiosk", "papers", "minus four")])
    one = await upload(person, content, account_id=home)
    await person.patch(f"/api/imports/{one['id']}/rows/5", {"values": {"amount": "-50.00"}})
    values = {"date": "2026-05-21", "amount": "-4.00", "payee": "Kiosk"}
    await person.patch(f"/api/imports/{one['id']}/rows/6", {"values": values})
    looked = (await person.get(f"/api/imports/{one['id']}")).json()["summary"]
    assert looked["by_currency"] == [{"currency": "EUR", "income": "2500.00", "expense": "-64.50"}]
    await commit(person, one["id"], digest=looked["digest"])
    assert (await person.get(f"/api/accounts/{home}")).json()["balance"] == "2435.50"


async def test_a_row_of_another_currency_is_never_posted_as_it_is(town: Town) -> None:
    person = await town.person()
    home = await account(person, currency="EUR")
    content = b"Date;Payee;Amount;Currency\n2026-05-02;Diner;-10.00;USD\n2026-05-03;Diner;-12.00;USD\n"
    one = await upload(person, content, account_id=home)
    assert one["summary"]["error"] == 2, one["summary"]
    await person.patch(f"/api/imports/{one['id']}/rows/1", {"decision": "new"})
    await commit(person, one["id"])
    assert await ledger(person) == []
    refused = await person.patch(f"/api/imports/{one['id']}/rows/2", {"decision": "new"})
    assert refused.status_code == 422, refused.text
    taken = {"decision": "new", "values": {"amount": "-11.10"}}
    assert (await person.patch(f"/api/imports/{one['id']}/rows/2", taken)).status_code == 200
    assert await ledger(person) == [("2026-05-03", "-11.10", "booked")]


async def test_an_announcement_that_comes_after_its_booking_is_joined_too(town: Town) -> None:
    person = await town.person()
    home = await account(person)
    header = "Date;Payee;Description;Amount;Status\n"
    booked = f"{header}2026-05-10;Employer;salary;2500.00;Booked\n2026-05-20;Lidl;weekly shop;-47.11;Booked\n"
    early = f"{header}2026-05-18;Cinema;film;-9.00;Pending\n2026-05-19;Lidl;weekly shop;-47.11;Pending\n"
    await brought(person, booked.encode(), home)
    one = await brought(person, early.encode(), home, "pending.csv")
    assert one["summary"]["new"] == 2, one["summary"]
    found = [status for _, amount, status in await ledger(person) if amount == "-47.11"]
    assert found == ["void", "booked"]


async def test_with_rules_a_file_of_nothing_new_is_posted_too(town: Town) -> None:
    person = await town.person()
    home = await account(person)
    rule = {"name": "shops", "if": {"field": "payee", "contains": "lidl"}, "then": {"add_tags": ["food"]}}
    assert (await person.post("/api/rules", rule)).status_code == 201
    await brought(person, bank_csv(MAY), home)
    found = (await person.get("/api/transactions", params={"search": "lidl"})).json()["transactions"]
    assert found[0]["tags"] == ["food"]
    again = await brought(person, bank_csv(MAY), home)
    assert (again["state"], again["summary"]["same"]) == ("posted", 5)
