"""What must hold of imports whatever the files are: nothing twice, nothing lost, and back again to the very same."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from factories.files import Line, account, bank_csv, bank_ofx, brought, commit, upload
from factories.people import Person, Town
from fakes.clock import TestClock
from farthing.infra.db import SYSTEM
from farthing.ingest.models import Import, ImportRow
from farthing.ledger.models import DailyTotal, Transaction

FIRST = date(2026, 5, 1)
SHOPS = ("Corner Bakery", "Lidl", "Cinema Muza")
COLUMNS = ("income", "spent", "transfer_in", "transfer_out", "count")
ALWAYS = {"version", "updated_at"}
few = settings(max_examples=max(2, settings().max_examples // 12))
"""Each example is several files through the whole product."""
pytestmark = pytest.mark.timeout(900)

facts = st.tuples(st.integers(0, 11), st.sampled_from(SHOPS), st.sampled_from(["-3.50", "-12.00", "-47.11", "900.00"]))
statements = st.lists(facts, min_size=1, max_size=10).map(lambda found: told(sorted(found)))


def told(found: list[tuple[int, str, str]], later: int = 0) -> list[Line]:
    """As a bank lists them, by day."""
    return [((FIRST + timedelta(days=day + later)).isoformat(), shop, "card", amount) for day, shop, amount in found]


async def newcomer(town: Town, clock: TestClock) -> Person:
    """A person for an example; so many may only come in a while."""
    clock.advance(minutes=30)
    return await town.person()


async def held(person: Person, account_id: str) -> Counter[tuple[str, str, str]]:
    """The ledger of an account: day, amount, payee."""
    found = await everything(person, account_id)
    return Counter((one["date"], one["amount"], one["payee"]) for one in found)


async def everything(person: Person, account_id: str | None = None) -> list[dict[str, Any]]:
    query: dict[str, Any] = {"limit": 200} | ({"account_id": account_id} if account_id else {})
    found = (await person.get("/api/transactions", params=query)).json()["transactions"]
    return sorted(found, key=lambda one: str(one["id"]))


async def photograph(town: Town, person: Person) -> tuple[Any, ...]:
    """The ledger to the last field: transactions, balances and the totals of each day."""
    rows = [{name: value for name, value in one.items() if name not in ALWAYS} for one in await everything(person)]
    accounts = (await person.get("/api/accounts")).json()["accounts"]
    async with town.house.database.read(SYSTEM) as work:
        asked = select(DailyTotal).order_by(DailyTotal.account_id, DailyTotal.day, DailyTotal.category_id)
        totals = [
            (
                one.account_id,
                one.day,
                one.category_id,
                one.income,
                one.spent,
                one.transfer_in,
                one.transfer_out,
                one.count,
            )
            for one in await work.session.scalars(asked)
            if one.count
        ]
    return rows, sorted((one["id"], one["balance"]) for one in accounts), totals


def of(lines: list[Line]) -> Counter[tuple[str, str, str]]:
    return Counter((day, amount, shop) for day, shop, _, amount in lines)


async def waiting(person: Person) -> Counter[tuple[str, str]]:
    rows = (await person.get("/api/imports/review", params={"limit": 200})).json()["rows"]
    return Counter((row["date"], row["amount"]) for row in rows)


@few
@given(statements, st.integers(1, 3))
async def test_a_file_again_changes_nothing_and_alike_rows_stay_as_many(
    town: Town, clock: TestClock, lines: list[Line], times: int
) -> None:
    person = await newcomer(town, clock)
    home = await account(person)
    many = sorted(lines * times)
    for _ in range(2):
        await brought(person, bank_csv(many), home)
        assert await held(person, home) == of(many)
    assert not await waiting(person)


@few
@given(statements, st.data())
async def test_any_order_of_overlapping_files_ends_in_the_same_ledger(
    town: Town, clock: TestClock, lines: list[Line], data: st.DataObject
) -> None:
    """Files that begin or end within a day leave what nobody can tell to a person, and drop nothing."""
    cut = data.draw(st.integers(0, len(lines)))
    overlap = data.draw(st.integers(0, cut))
    files = [lines[:cut], lines[overlap:], lines[overlap:cut]]
    person = await newcomer(town, clock)
    for order in ((0, 1, 2), data.draw(st.permutations((0, 1, 2)))):
        home = await account(person, f"Account {order}")
        for at in order:
            if files[at]:
                await brought(person, bank_csv(files[at]), home, f"{at}.csv")
        ledger = await held(person, home)
        assert ledger <= of(lines), "nothing twice"
        doubtful = await waiting(person)
        for (day, amount, _), count in (of(lines) - ledger).items():
            assert doubtful[day, amount] >= count, "nothing lost"


async def touched(person: Person, account_id: str, wanted: dict[int, str]) -> tuple[Counter[str], dict[str, str]]:
    """Rows that a person deletes or edits: how many of each amount are gone, and what was stated of the edited ones."""
    rows = await everything(person, account_id)
    gone: Counter[str] = Counter()
    stated: dict[str, str] = {}
    for at, verb in wanted.items():
        if at >= len(rows):
            continue
        place = f"/api/transactions/{rows[at]['id']}"
        if verb == "delete":
            answer = await person.delete(place)
            gone[rows[at]["amount"]] += 1
        else:
            answer = await person.patch(place, {"amount": "-66.60"} if verb == "amount" else {"date": "2026-06-25"})
            stated[rows[at]["id"]] = rows[at]["amount"]
        assert answer.is_success, answer.text
    return gone, stated


@few
@given(
    statements,
    st.lists(facts, max_size=3),
    st.integers(0, 1),
    st.dictionaries(st.integers(0, 9), st.sampled_from(["delete", "amount", "date"]), max_size=4),
)
async def test_another_source_doubles_nothing_and_loses_nothing(
    town: Town,
    clock: TestClock,
    lines: list[Line],
    more: list[tuple[int, str, str]],
    later: int,
    wanted: dict[int, str],
) -> None:
    """It is paired with what was stated, whatever a person edited since, and brings nothing that a person deleted."""
    person = await newcomer(town, clock)
    home = await account(person)
    await brought(person, bank_csv(lines), home)
    gone, stated = await touched(person, home, wanted)
    shifted = [((date.fromisoformat(day) + timedelta(days=later)).isoformat(), *rest) for day, *rest in lines]
    extra = told(sorted(more), later)
    theirs = sorted([*((day, shop, what, amount) for day, shop, what, amount in shifted), *extra])
    second = await brought(person, bank_ofx(theirs, "2026-04-20", "2026-05-31"), home, "may.ofx")
    found = second["summary"]
    assert found["new"] + found["same"] + found["suspect"] == len(theirs)
    ours = Counter(amount for _, _, _, amount in lines)
    others = Counter(amount for _, _, _, amount in theirs)
    ledger = gone + Counter(stated.get(one["id"], one["amount"]) for one in await everything(person, home))
    doubtful = Counter(dict.fromkeys(others, 0))
    for (_, amount), count in (await waiting(person)).items():
        doubtful[amount] += count
    for amount in ours | others:
        assert ledger[amount] <= max(ours[amount], others[amount]), "nothing twice"
        assert ledger[amount] + doubtful[amount] >= max(ours[amount], others[amount]), "nothing lost"
    again = await brought(person, bank_ofx(theirs, "2026-04-20", "2026-05-31"), home, "again.ofx")
    assert again["summary"]["new"] == 0


@few
@given(statements)
async def test_two_workspaces_are_independent(town: Town, clock: TestClock, lines: list[Line]) -> None:
    one, other = await newcomer(town, clock), await newcomer(town, clock)
    first, second = await account(one), await account(other)
    await brought(one, bank_csv(lines), first)
    assert (await upload(other, bank_csv(lines), account_id=second))["summary"]["new"] == len(lines)
    assert not await everything(other)


async def edited(person: Person, clock: TestClock, other: str, chosen: list[int]) -> None:
    """A person at work: texts, dates, accounts, parts, tags, transfers, deletions."""
    rows = await everything(person)
    for number, verb in enumerate(chosen):
        clock.advance(seconds=30)
        row = rows[number % len(rows)]
        half = f"{-int(row['amount'].replace('.', '').replace('-', '')) / 200:.2f}"
        match verb:
            case 0:
                await person.patch(f"/api/transactions/{row['id']}", {"note": "party", "tags": ["food"]})
            case 1:
                await person.patch(
                    f"/api/transactions/{row['id']}", {"date": "2026-06-20", "payee": "Somebody", "amount": "-66.60"}
                )
            case 2:
                await person.patch(f"/api/transactions/{row['id']}", {"account_id": other})
            case 3:
                parts = [{"amount": half, "category": "Groceries"}, {"amount": half, "category": "Rent"}]
                await person.patch(f"/api/transactions/{row['id']}", {"splits": parts})
            case 4:
                amount = row["amount"].removeprefix("-") if row["amount"].startswith("-") else f"-{row['amount']}"
                made = {"account_id": other, "amount": amount, "date": row["date"]}
                twin = (await person.post("/api/transactions", made)).json()["id"]
                await person.post("/api/transfers", {"transaction_id": row["id"], "other_transaction_id": twin})
            case _:
                await person.delete(f"/api/transactions/{row['id']}")
    clock.advance(seconds=30)


@few
@given(statements, st.lists(st.integers(0, 5), max_size=6))
async def test_undo_restores_the_very_same_ledger_and_commit_brings_all_back(
    town: Town, clock: TestClock, lines: list[Line], chosen: list[int]
) -> None:
    person = await newcomer(town, clock)
    home, other = await account(person), await account(person, "Savings")
    await brought(person, bank_csv(told([(3, "Old Shop", "-77.00"), (9, "Old Shop", "-78.00")])), home, "old.csv")
    one = await upload(person, bank_csv(lines), "new.csv", account_id=home)
    before = await photograph(town, person)
    posted = await commit(person, one["id"], digest=one["summary"]["digest"])
    assert posted["summary"] == one["summary"], "the preview is the commit"
    mine = {row["id"] for row in await everything(person)} - {row["id"] for row in before[0]}
    assert len(mine) == one["summary"]["new"]
    await person.post(f"/api/imports/{one['id']}/undo")
    assert await photograph(town, person) == before
    await commit(person, one["id"])
    await edited(person, clock, other, chosen)
    worked = await photograph(town, person)
    undone = await person.post(f"/api/imports/{one['id']}/undo")
    assert undone.status_code == 200, undone.text
    assert not mine & {row["id"] for row in await everything(person)}
    clock.advance(seconds=30)
    await commit(person, one["id"])
    assert await photograph(town, person) == worked
    again = await upload(person, bank_csv(lines), "new.csv", account_id=home)
    assert again["summary"]["new"] == 0, "whatever was edited or deleted is known again"


async def test_what_was_announced_and_booked_can_be_parted_and_keeps_what_a_person_wrote(
    town: Town, clock: TestClock
) -> None:
    person = await town.person()
    home = await account(person)
    header = "Date;Payee;Description;Amount;Status\n"
    early = f"{header}2026-05-19;Lidl;weekly shop;-47.11;Pending\n2026-05-17;Cinema;film;-9.00;Booked\n"
    booked = f"{header}2026-05-20;Lidl;weekly shop;-47.11;Booked\n2026-05-24;Cinema;film;-9.50;Booked\n"
    await brought(person, early.encode(), home, "early.csv")
    pending = next(row for row in await everything(person) if row["status"] == "pending")
    await person.patch(f"/api/transactions/{pending['id']}", {"note": "party", "tags": ["food"]})
    before = await photograph(town, person)
    second = await brought(person, booked.encode(), home, "later.csv")
    clock.advance(seconds=30)
    found = [row for row in await everything(person) if row["amount"] == "-47.11"]
    assert {row["status"] for row in found} == {"void", "booked"}
    assert all((row["note"], row["tags"]) == ("party", ["food"]) for row in found)
    joined = await photograph(town, person)
    await person.post(f"/api/imports/{second['id']}/undo")
    assert await photograph(town, person) == before
    clock.advance(seconds=30)
    await commit(person, second["id"])
    assert await photograph(town, person) == joined


async def test_fingerprints_of_a_former_version_are_made_anew_before_anything_is_compared(town: Town) -> None:
    """The database as a former version left it, whose fingerprints were others."""
    person = await town.person()
    home = await account(person)
    lines = told([(day, shop, "-3.50") for day in range(3) for shop in SHOPS])
    first = await brought(person, bank_csv(lines), home)
    second = await brought(person, bank_ofx(lines, "2026-04-20", "2026-05-31"), home, "may.ofx")
    assert second["summary"]["same"] == len(lines)
    async with town.house.database.write(SYSTEM) as work:
        for table in (Transaction, ImportRow):
            was = await work.session.execute(select(table.fingerprint).where(table.fingerprint.is_not(None)))
            for (mark,) in was.all():
                assert mark is not None
                old = update(table).where(table.fingerprint == mark).values(fingerprint=mark[::-1])
                await work.session.execute(old)
        await work.session.execute(update(Import).values(fingerprint_version=0))
    for content, name in ((bank_csv(lines), "may.csv"), (bank_ofx(lines, "2026-04-20", "2026-05-31"), "may.ofx")):
        again = await brought(person, content, home, name)
        assert again["summary"]["same"] == len(lines), again["summary"]
    assert await held(person, home) == of(lines)
    assert first["state"] == "posted"


def with_balances(lines: list[tuple[str, str, str]]) -> bytes:
    rows = "".join(f"{day};Corner Bakery;bread;{amount};{balance}\n" for day, amount, balance in lines)
    return f"Date;Payee;Description;Amount;Balance\n{rows}".encode()


async def test_where_one_statement_ends_and_another_begins_the_banks_balance_decides(town: Town) -> None:
    person = await town.person()
    home = await account(person)
    coffees = [
        ("2026-05-01", "-1.00", "99.00"),
        ("2026-05-02", "-3.50", "95.50"),
        ("2026-05-02", "-3.50", "92.00"),
        ("2026-05-03", "-1.00", "91.00"),
    ]
    await brought(person, with_balances(coffees[:2]), home, "one.csv")
    second = await upload(person, with_balances(coffees[2:]), "two.csv", account_id=home)
    assert (second["summary"]["new"], second["summary"]["suspect"]) == (2, 0), second["summary"]
    await commit(person, second["id"])
    same = await upload(person, with_balances(coffees[1:2] + coffees[3:]), "three.csv", account_id=home)
    assert (same["summary"]["new"], same["summary"]["same"]) == (0, 2), same["summary"]
    whole = await upload(person, with_balances(coffees), "whole.csv", account_id=home)
    assert whole["summary"]["new"] == 0, "the second one of that day is known from the file that has both"
