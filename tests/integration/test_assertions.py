"""What banks, statements and people say of a balance, and how a drift is narrowed and explained."""

from typing import Any

import pytest

from factories.people import Person, Town

NOBODYS_ID = "01890000-0000-7000-8000-000000000000"


@pytest.fixture
async def ann(town: Town) -> Person:
    return await town.person("ann")


async def account(person: Person, opening: str = "100.00", **facts: Any) -> str:
    made = await person.post("/api/accounts", {"name": "Everyday", "initial_balance": opening} | facts)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def spend(person: Person, account_id: str, day: str, amount: str, **facts: Any) -> str:
    body = {"account_id": account_id, "date": day, "amount": amount} | facts
    made = await person.post("/api/transactions", body)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def report(person: Person, account_id: str, day: str, balance: str, source: str = "bank") -> dict[str, Any]:
    body = {"date": day, "balance": balance, "source": source}
    made = await person.post(f"/api/accounts/{account_id}/balances", body)
    assert made.status_code == 201, made.text
    answer: dict[str, Any] = made.json()
    return answer


async def reports(person: Person, account_id: str) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = (await person.get(f"/api/accounts/{account_id}/balances")).json()["balances"]
    return listed


async def drift(person: Person, account_id: str) -> dict[str, Any]:
    answer = await person.get(f"/api/accounts/{account_id}/drift")
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def kinds(told: dict[str, Any]) -> list[str]:
    return [suspect["kind"] for suspect in told["suspects"]]


def compared(said: dict[str, Any]) -> tuple[str, str, str, bool]:
    return said["asserted"], said["computed"], said["difference"], said["agrees"]


async def test_a_reported_balance_stands_beside_ours(ann: Person) -> None:
    mine = await account(ann)
    await spend(ann, mine, "2026-02-03", "-30.00")
    await spend(ann, mine, "2026-02-04", "-5.00", status="pending")
    said = await report(ann, mine, "2026-02-02", "100.00")
    assert compared(said) == ("100.00", "100.00", "0.00", True)
    said = await report(ann, mine, "2026-02-28", "65.00", "statement")
    assert compared(said) == ("65.00", "70.00", "-5.00", False)
    assert [one["date"] for one in await reports(ann, mine)] == ["2026-02-28", "2026-02-02"]


@pytest.mark.parametrize(
    ("said", "limit", "kept"),
    [
        ("120.00", None, "-120.00"),
        ("-120.00", None, "-120.00"),
        ("-120.00", "500", "-120.00"),
        ("380.00", "500", "-120.00"),
        ("620.00", "500", "0.00"),
        ("0", "500", "0.00"),
    ],
)
async def test_what_a_bank_says_of_a_card_is_what_is_owed(ann: Person, said: str, limit: str | None, kept: str) -> None:
    card = await account(ann, "0", account_type="credit_card", credit_limit=limit)
    assert (await report(ann, card, "2026-02-02", said))["asserted"] == kept
    assert (await report(ann, card, "2026-02-03", said, "user"))["asserted"] == f"{float(said):.2f}"


async def test_a_report_follows_what_is_changed_afterwards(ann: Person) -> None:
    mine = await account(ann)
    await report(ann, mine, "2026-02-10", "90.00")
    made = await spend(ann, mine, "2026-02-10", "-10.00")
    assert (await reports(ann, mine))[0]["agrees"]
    await ann.patch(f"/api/transactions/{made}", {"date": "2026-02-11"})
    assert (await reports(ann, mine))[0]["difference"] == "-10.00"


async def test_a_source_replaces_its_own_word_and_nobody_elses(ann: Person) -> None:
    mine = await account(ann)
    first = await report(ann, mine, "2026-02-10", "90.00")
    await report(ann, mine, "2026-02-10", "91.00", "user")
    again = await report(ann, mine, "2026-02-10", "92.00")
    assert again["id"] == first["id"]
    said = {one["source"]: one["asserted"] for one in await reports(ann, mine)}
    assert said == {"bank": "92.00", "user": "91.00"}


async def test_a_report_can_be_forgotten(ann: Person) -> None:
    mine, other = await account(ann), await account(ann)
    said = await report(ann, mine, "2026-02-10", "90.00")
    assert (await ann.delete(f"/api/accounts/{other}/balances/{said['id']}")).status_code == 404
    assert (await ann.delete(f"/api/accounts/{mine}/balances/{said['id']}")).status_code == 204
    assert (await ann.delete(f"/api/accounts/{mine}/balances/{said['id']}")).status_code == 404
    assert await reports(ann, mine) == []


async def test_reports_are_walked_by_cursor(ann: Person) -> None:
    mine = await account(ann)
    for day in ("2026-02-01", "2026-02-02"):
        for source in ("bank", "statement", "user"):
            await report(ann, mine, day, "1.00", source)
    whole = await reports(ann, mine)
    walked, query = [], "limit=4"
    while query:
        page = (await ann.get(f"/api/accounts/{mine}/balances?{query}")).json()
        walked += page["balances"]
        query = f"limit=4&next={page['next']}" if page["next"] else ""
    assert walked == whole
    assert len(walked) == page["total"] == 6
    assert (await ann.get(f"/api/accounts/{mine}/balances?next=WyJ4Il0")).status_code == 422


@pytest.mark.parametrize(
    "wrong",
    [
        {"date": "2026-02-30", "balance": "1.00"},
        {"date": "2026-02-03", "balance": "1.001"},
        {"date": "2026-02-03", "balance": "x"},
        {"date": "2026-02-03"},
        {"date": "2026-02-03", "balance": "1.00", "source": "rumour"},
    ],
)
async def test_a_report_that_makes_no_sense_is_refused(ann: Person, wrong: dict[str, str]) -> None:
    mine = await account(ann)
    assert (await ann.post(f"/api/accounts/{mine}/balances", wrong)).status_code == 422


async def test_without_reports_or_with_agreeing_ones_there_is_no_drift(ann: Person) -> None:
    mine = await account(ann)
    assert (await drift(ann, mine))["is_clear"]
    await report(ann, mine, "2026-02-10", "100.00")
    told = await drift(ann, mine)
    assert (told["is_clear"], told["difference"], told["suspects"]) == (True, None, [])


async def test_a_drift_is_narrowed_to_between_two_reports(ann: Person) -> None:
    mine = await account(ann)
    outside = await spend(ann, mine, "2026-02-05", "-7.00")
    await report(ann, mine, "2026-02-05", "93.00")
    inside = await spend(ann, mine, "2026-02-09", "-7.00")
    await spend(ann, mine, "2026-02-09", "-1.00")
    await report(ann, mine, "2026-02-10", "92.00")
    later = await spend(ann, mine, "2026-02-11", "-7.00")
    await report(ann, mine, "2026-02-12", "85.00")
    told = await drift(ann, mine)
    assert (told["agreed_on"], told["disagrees_on"], told["source"]) == ("2026-02-05", "2026-02-10", "bank")
    assert (told["asserted"], told["computed"], told["difference"]) == ("92.00", "85.00", "7.00")
    (suspect,) = told["suspects"]
    assert (suspect["kind"], suspect["transaction_ids"], suspect["explains"]) == ("surplus", [inside], True)
    assert not {outside, later} & set(suspect["transaction_ids"])
    await ann.delete(f"/api/transactions/{inside}")
    assert (await drift(ann, mine))["is_clear"]


async def test_every_kind_of_explanation_is_named_with_a_reason(ann: Person) -> None:
    mine = await account(ann)
    await report(ann, mine, "2026-02-01", "100.00")
    booked = await spend(ann, mine, "2026-02-03", "-7.00", description="once")
    pending = await spend(ann, mine, "2026-02-04", "-7.00", status="pending")
    await spend(ann, mine, "2026-02-04", "-7.00", status="void")
    deleted = await spend(ann, mine, "2026-02-05", "-7.00")
    await ann.delete(f"/api/transactions/{deleted}")
    await report(ann, mine, "2026-02-10", "86.00")
    told = await drift(ann, mine)
    assert told["difference"] == "-7.00"
    found = {suspect["kind"]: suspect["transaction_ids"] for suspect in told["suspects"]}
    assert found == {"repeated": [booked], "pending": [pending], "deleted": [deleted]}
    assert all(suspect["reason"].endswith(".") and suspect["explains"] for suspect in told["suspects"])


@pytest.mark.parametrize(("kind", "cure"), [("pending", "book"), ("deleted", "restore")])
async def test_what_would_explain_a_drift_does(ann: Person, kind: str, cure: str) -> None:
    mine = await account(ann)
    status = "pending" if kind == "pending" else "booked"
    made = await spend(ann, mine, "2026-02-04", "-7.00", status=status)
    if cure == "restore":
        await ann.delete(f"/api/transactions/{made}")
    await report(ann, mine, "2026-02-10", "93.00")
    assert kind in kinds(await drift(ann, mine))
    if cure == "restore":
        await ann.post("/api/transactions/restore", {"transaction_ids": [made]})
    else:
        await ann.patch(f"/api/transactions/{made}", {"status": "booked"})
    assert (await drift(ann, mine))["is_clear"]


async def test_identical_rows_are_suspect_and_those_that_explain_come_first(ann: Person) -> None:
    mine = await account(ann)
    await report(ann, mine, "2026-02-01", "100.00")
    same = [await spend(ann, mine, "2026-02-03", "-2.00", description="Tram") for _ in range(2)]
    twice = [await spend(ann, mine, "2026-02-04", "-7.00") for _ in range(2)]
    await spend(ann, mine, "2026-02-03", "-2.00", description="Bus")
    await report(ann, mine, "2026-02-10", "87.00")
    told = await drift(ann, mine)
    assert [(s["kind"], s["transaction_ids"], s["explains"]) for s in told["suspects"]] == [
        ("twins", twice, True),
        ("twins", same, False),
    ]


async def test_without_an_agreeing_report_the_opening_is_suspect_too(ann: Person) -> None:
    mine = await account(ann, opened_on="2026-02-01")
    await report(ann, mine, "2026-02-10", "150.00")
    told = await drift(ann, mine)
    assert (told["agreed_on"], kinds(told)) == (None, ["opening"])
    assert "150.00" in told["suspects"][0]["reason"]
    await ann.patch(f"/api/accounts/{mine}", {"initial_balance": "150.00"})
    assert (await drift(ann, mine))["is_clear"]


async def test_before_the_opening_there_is_nothing_to_agree_with(ann: Person) -> None:
    mine = await account(ann, opened_on="2026-02-01")
    said = await report(ann, mine, "2026-01-31", "100.00")
    assert said["computed"] == "0.00"
    assert kinds(await drift(ann, mine)) == []


@pytest.mark.parametrize(("other", "explains"), [("100.00", True), ("98.00", False)])
async def test_sources_that_contradict_each_other_are_told(ann: Person, other: str, *, explains: bool) -> None:
    mine = await account(ann)
    await report(ann, mine, "2026-02-01", "100.00")
    await report(ann, mine, "2026-02-10", "99.00", "bank")
    await report(ann, mine, "2026-02-10", other, "statement")
    told = await drift(ann, mine)
    (suspect,) = told["suspects"]
    assert (told["source"], suspect["kind"], suspect["explains"]) == ("bank", "contradiction", explains)


async def test_a_viewer_reads_and_does_not_write(town: Town, ann: Person) -> None:
    mine = await account(ann)
    said = await report(ann, mine, "2026-02-10", "90.00")
    guest = await town.person("guest")
    await town.join(ann, guest, "viewer")
    assert len(await reports(guest, mine)) == 1
    assert not (await drift(guest, mine))["is_clear"]
    body = {"date": "2026-02-10", "balance": "1.00"}
    assert (await guest.post(f"/api/accounts/{mine}/balances", body)).status_code == 403
    assert (await guest.delete(f"/api/accounts/{mine}/balances/{said['id']}")).status_code == 403


async def test_somebody_elses_account_is_not_there(town: Town, ann: Person) -> None:
    mine = await account(ann)
    said = await report(ann, mine, "2026-02-10", "90.00")
    bob = await town.person("bob")
    for account_id in (mine, NOBODYS_ID):
        assert (await bob.get(f"/api/accounts/{account_id}/balances")).status_code == 404
        assert (await bob.get(f"/api/accounts/{account_id}/drift")).status_code == 404
        assert (await bob.delete(f"/api/accounts/{account_id}/balances/{said['id']}")).status_code == 404
        body = {"date": "2026-02-10", "balance": "1.00"}
        assert (await bob.post(f"/api/accounts/{account_id}/balances", body)).status_code == 404
