"""What must hold whatever somebody does: balances and totals equal a recount, and the past stays what it was."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factories.people import Person, Town
from fakes.clock import TestClock
from farthing.infra.db import Scope
from farthing.ledger.check_repository import Recount

Row = dict[str, Any]
Totals = dict[tuple[str, str, str | None], list[int]]
NAMES = ("Groceries", "Salary", "Pottery", "Rent")
FIELDS = ("account_id", "amount", "currency", "date", "status", "description", "note", "transfer_id")
VERBS = (
    "create",
    "create",
    "create_split",
    "batch",
    "broken_batch",
    "edit_amount",
    "edit_date",
    "move",
    "categorise",
    "edit_status",
    "split",
    "merge",
    "tag",
    "describe",
    "bulk",
    "delete",
    "delete",
    "restore",
    "link",
    "link",
    "find",
    "decide",
    "undo",
    "drop_category",
    "drop_category_moving",
    "drop_account",
    "restore_account",
    "reopen_account",
)


@dataclass(frozen=True, slots=True)
class Step:
    """Something to do; the numbers choose to what and how much."""

    verb: str
    which: int
    other: int
    minor: int
    day: int

    @property
    def amount(self) -> str:
        return f"{Decimal(self.minor) / 100:.2f}"

    @property
    def date(self) -> str:
        return (date(2026, 1, 1) + timedelta(days=self.day)).isoformat()


steps = st.lists(
    st.builds(
        Step,
        st.sampled_from(VERBS),
        st.integers(0, 30),
        st.integers(0, 30),
        st.integers(-50_000, 50_000),
        st.integers(0, 70),
    ),
    min_size=8,
    max_size=16,
)


@dataclass(slots=True)
class Books:
    """A workspace as its owner uses it, through the API."""

    person: Person
    clock: TestClock
    workspace: str
    accounts: list[str] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    was: list[tuple[datetime, dict[str, Row]]] = field(default_factory=list)

    async def ask(self, method: str, path: str, body: Any = None) -> httpx2.Response:
        answer = await self.person(method, path, body, headers={"X-Workspace-Id": self.workspace})
        assert answer.status_code < 500, answer.text
        return answer

    async def read(self, path: str) -> Any:
        answer = await self.ask("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def open(self) -> None:
        for name, currency, opening in (("One", "EUR", "100"), ("Two", "EUR", "-20.50"), ("Three", "PLN", "0")):
            body = {"name": name, "currency": currency, "initial_balance": opening}
            self.accounts.append((await self.ask("POST", "/api/accounts", body)).json()["id"])

    async def take(self, step: Step) -> httpx2.Response:
        answer: httpx2.Response = await getattr(self, step.verb)(step)
        self.clock.advance(milliseconds=10)
        self.was.append((self.clock(), await self.still_rows()))
        self.clock.advance(milliseconds=10)
        return answer

    async def rows(self) -> dict[str, Row]:
        return {row["id"]: row for row in (await self.read("/api/transactions?limit=1000"))["transactions"]}

    async def still_rows(self) -> dict[str, Row]:
        """The same while nobody writes, so that page and total are of one moment."""
        rows = await self.rows()
        assert (await self.read("/api/transactions?limit=1"))["total"] == len(rows)
        return rows

    def body(self, step: Step) -> Row:
        return {
            "account_id": self.accounts[step.other % 3],
            "amount": step.amount,
            "date": step.date,
            "category": NAMES[step.which % 4] if step.which % 5 else None,
            "status": "pending" if step.other % 7 == 0 else "booked",
            "tags": ["odd"] if step.which % 2 else [],
        }

    def parts(self, step: Step, amount: str) -> list[Row]:
        first = Decimal(amount) - Decimal(step.other)
        return [
            {"amount": str(first), "category": NAMES[step.which % 4]},
            {"amount": str(step.other), "category": NAMES[step.other % 4], "note": "the rest"},
        ]

    async def post(self, body: Row) -> httpx2.Response:
        answer = await self.ask("POST", "/api/transactions", body)
        if answer.status_code == 201:
            self.known.append(answer.json()["id"])
        return answer

    async def one(self, step: Step) -> Row | None:
        """A transaction that is there."""
        rows = list((await self.rows()).values())
        return rows[step.which % len(rows)] if rows else None

    async def patch(self, step: Step, change: Row) -> httpx2.Response:
        row = await self.one(step)
        return await self.ask("PATCH", f"/api/transactions/{row['id']}", change) if row else await self.create(step)

    async def create(self, step: Step) -> httpx2.Response:
        return await self.post(self.body(step))

    async def create_split(self, step: Step) -> httpx2.Response:
        return await self.post(self.body(step) | {"splits": self.parts(step, step.amount)})

    async def batch(self, step: Step) -> httpx2.Response:
        rows = [self.body(step), self.body(step) | {"category": NAMES[step.other % 4]}]
        body = {"account_id": self.accounts[step.which % 3], "transactions": rows}
        answer = await self.ask("POST", "/api/transactions/batch", body)
        if answer.status_code == 201:
            self.known += [row["id"] for row in answer.json()["transactions"]]
        return answer

    async def broken_batch(self, step: Step) -> httpx2.Response:
        body = {"account_id": self.accounts[step.which % 3], "transactions": [self.body(step), {"amount": "0.001"}]}
        before = await self.rows()
        answer = await self.ask("POST", "/api/transactions/batch", body)
        assert answer.status_code in (404, 422)
        assert await self.rows() == before
        return answer

    async def edit_amount(self, step: Step) -> httpx2.Response:
        return await self.patch(step, {"amount": step.amount})

    async def edit_date(self, step: Step) -> httpx2.Response:
        return await self.patch(step, {"date": step.date})

    async def move(self, step: Step) -> httpx2.Response:
        change = {"account_id": self.accounts[step.other % 3], "amount": step.amount, "splits": []}
        return await self.patch(step, change)

    async def categorise(self, step: Step) -> httpx2.Response:
        return await self.patch(step, {"category": NAMES[step.other % 4] if step.other % 5 else None})

    async def edit_status(self, step: Step) -> httpx2.Response:
        return await self.patch(step, {"status": ("booked", "pending", "void")[step.other % 3]})

    async def split(self, step: Step) -> httpx2.Response:
        row = await self.one(step)
        return await self.patch(step, {"splits": self.parts(step, row["amount"])} if row else {})

    async def merge(self, step: Step) -> httpx2.Response:
        return await self.patch(step, {"splits": []})

    async def tag(self, step: Step) -> httpx2.Response:
        return await self.patch(step, {"tags": [f"t{step.other % 3}", "holiday"]})

    async def describe(self, step: Step) -> httpx2.Response:
        return await self.patch(step, {"description": f"number {step.minor}", "note": None})

    async def bulk(self, step: Step) -> httpx2.Response:
        ids = list(await self.rows())[: step.other % 4 + 1]
        change = {"category": NAMES[step.which % 4], "add_tags": ["bulk"], "remove_tags": ["odd"]}
        if step.which % 2:
            change |= {"status": "booked"}
        return await self.ask("POST", "/api/transactions/bulk", {"transaction_ids": ids} | change)

    async def delete(self, step: Step) -> httpx2.Response:
        row = await self.one(step)
        return await self.ask("DELETE", f"/api/transactions/{row['id']}") if row else await self.create(step)

    async def restore(self, step: Step) -> httpx2.Response:
        rows = await self.rows()
        gone = [known for known in self.known if known not in rows]
        ids = gone[step.which % len(gone) :][:2] if gone else self.known[:1]
        return await self.ask("POST", "/api/transactions/restore", {"transaction_ids": ids})

    async def link(self, step: Step) -> httpx2.Response:
        """Link a transaction with its mirror on another account."""
        row = await self.one(step)
        if row is None:
            return await self.create(step)
        elsewhere = next(account for account in self.accounts[:2] if account != row["account_id"])
        mirror = await self.post({"account_id": elsewhere, "amount": str(-Decimal(row["amount"])), "date": step.date})
        if mirror.status_code != 201:
            return mirror
        pair = {"transaction_id": row["id"], "other_transaction_id": mirror.json()["id"]}
        return await self.ask("POST", "/api/transfers", pair)

    async def find(self, _step: Step) -> httpx2.Response:
        return await self.ask("POST", "/api/transfers/find")

    async def decide(self, step: Step) -> httpx2.Response:
        found = (await self.read("/api/transfers"))["transfers"]
        if not found:
            return await self.link(step)
        verb = "reject" if step.other % 3 else "accept"
        return await self.ask("POST", f"/api/transfers/{found[step.which % len(found)]['id']}/{verb}")

    async def undo(self, step: Step) -> httpx2.Response:
        row = await self.one(step)
        changes = (await self.read(f"/api/transactions/{row['id']}/history"))["changes"] if row else []
        if row is None or not changes:
            return await self.describe(step)
        change = changes[step.other % len(changes)]["id"]
        return await self.ask("POST", f"/api/transactions/{row['id']}/history/{change}/restore")

    async def drop_category(self, step: Step) -> httpx2.Response:
        chosen = await self.categories()
        return await self.ask("DELETE", f"/api/categories/{chosen[step.which % len(chosen)]['id']}")

    async def drop_category_moving(self, step: Step) -> httpx2.Response:
        chosen = await self.categories()
        gone = chosen[step.which % len(chosen)]
        every: list[Row] = (await self.read("/api/categories"))["categories"]
        alike = [one["id"] for one in every if one["type"] == gone["type"]]
        target = alike[step.other % len(alike)]
        return await self.ask("DELETE", f"/api/categories/{gone['id']}?move_to={target}")

    async def categories(self) -> list[Row]:
        found: list[Row] = (await self.read("/api/categories"))["categories"]
        return [one for one in found if one["name"] in NAMES] or found

    async def drop_account(self, step: Step) -> httpx2.Response:
        return await self.ask("DELETE", f"/api/accounts/{self.accounts[step.which % 3]}")

    async def restore_account(self, step: Step) -> httpx2.Response:
        there = {account["id"] for account in (await self.read("/api/accounts"))["accounts"]}
        gone = [account for account in self.accounts if account not in there] or self.accounts
        return await self.ask("POST", f"/api/accounts/{gone[step.which % len(gone)]}/restore")

    async def reopen_account(self, step: Step) -> httpx2.Response:
        change = {"initial_balance": step.amount}
        return await self.ask("PATCH", f"/api/accounts/{self.accounts[step.which % 3]}", change)


async def books(town: Town, clock: TestClock, person: Person | None = None) -> Books:
    person = person or await town.person()
    answer = await person.post("/api/tenants", {"name": "Books"})
    assert answer.status_code == 201, answer.text
    made = Books(person, clock, answer.json()["id"])
    await made.open()
    return made


def minor(amount: str) -> int:
    return int(Decimal(amount) * 100)


def lines_of(row: Row) -> list[Row]:
    return row["splits"] or [row]


def recount(rows: dict[str, Row], kinds: dict[str, str]) -> Totals:
    """Income, spent, in, out and count by account, day and category, as an accountant would add them up."""
    totals: Totals = defaultdict(lambda: [0] * 5)
    for row in rows.values():
        if row["status"] != "booked":
            continue
        for line in lines_of(row):
            total = totals[row["account_id"], row["date"], line["category_id"]]
            amount, kind = minor(line["amount"]), kinds.get(line["category_id"] or "", "none")
            if row["transfer_id"]:
                total[2 if amount > 0 else 3] += abs(amount)
            elif kind == "income" or (kind == "none" and amount > 0):
                total[0] += amount
            else:
                total[1] -= amount
            total[4] += 1
    return dict(totals)


async def kept_totals(town: Town, books: Books, kinds: dict[str, str]) -> Totals:
    scope = Scope(user_id=UUID(books.person.id), workspace_id=UUID(books.workspace))
    async with town.house.database.read(scope) as work:
        kept = await Recount(work).daily()
    return {
        (str(account), day.isoformat(), str(category) if str(category) in kinds else None): moved
        for (account, day, category, _), moved in kept.items()
    }


async def assert_well(town: Town, books: Books) -> None:
    rows = await books.still_rows()
    check = await books.read("/api/ledger/check")
    assert check == {"is_well": True, "faults": []}
    kinds = {one["id"]: one["type"] for one in (await books.read("/api/categories"))["categories"]}
    accounts = (await books.read("/api/accounts"))["accounts"]
    assert {row["account_id"] for row in rows.values()} <= {account["id"] for account in accounts}
    for account in accounts:
        own = [row for row in rows.values() if row["account_id"] == account["id"] and row["status"] == "booked"]
        opening = Decimal(account["initial_balance"])
        assert Decimal(account["balance"]) == opening + sum(Decimal(row["amount"]) for row in own)
        middle = "2026-02-03"
        told = (await books.read(f"/api/accounts/{account['id']}/balance?date={middle}"))["balance"]
        assert Decimal(told) == opening + sum(Decimal(row["amount"]) for row in own if row["date"] <= middle)
    for row in rows.values():
        lines = [Decimal(line["amount"]) for line in lines_of(row)]
        assert sum(lines) == Decimal(row["amount"])
    expected = {key: moved for key, moved in recount(rows, kinds).items() if any(moved)}
    assert await kept_totals(town, books, kinds) == expected


async def assert_past(books: Books, sample: int) -> None:
    """A few transactions of every moment are told as they were seen then."""
    for moment, rows in books.was:
        for row in list(rows.values())[sample % 3 :: 5][:2]:
            query = moment.isoformat().replace("+", "%2B")
            told = await books.read(f"/api/transactions/{row['id']}/as-of?moment={query}")
            assert {name: told[name] for name in FIELDS} == {name: row[name] for name in FIELDS}
            assert told["tags"] == row["tags"]
            assert told["deleted_at"] is None
            assert [part["amount"] for part in told["splits"]] == [part["amount"] for part in row["splits"]]
            if row["category_id"]:
                assert told["category_id"] == row["category_id"]


@pytest.fixture
async def person(town: Town) -> Person:
    return await town.person()


@pytest.mark.timeout(900)
@settings(max_examples=max(5, settings().max_examples // 5))
@given(steps)
async def test_whatever_is_done_the_totals_equal_a_recount_and_the_past_stays(
    town: Town, clock: TestClock, person: Person, todo: list[Step]
) -> None:
    ledger = await books(town, clock, person)
    for step in todo:
        await ledger.take(step)
    await assert_well(town, ledger)
    await assert_past(ledger, len(todo))


async def test_a_long_and_busy_life_leaves_the_books_well(town: Town, clock: TestClock, person: Person) -> None:
    ledger = await books(town, clock, person)
    for number in range(20):
        await ledger.create(Step("create", number, number, (number - 10) * 317, number * 3))
    done = set()
    for number, verb in enumerate(VERBS * 2):
        answer = await ledger.take(Step(verb, number * 7, number * 5, 4_000 - number * 331, number))
        done |= {verb} if answer.status_code < 300 else set()
    assert set(VERBS) - done == {"broken_batch"}
    await assert_well(town, ledger)
    await assert_past(ledger, 1)


@settings(max_examples=10)
@given(total=st.integers(-10_000, 10_000), first=st.integers(-9_999, 9_999))
async def test_split_and_merge_is_identity(
    town: Town, clock: TestClock, person: Person, total: int, first: int
) -> None:
    ledger = await books(town, clock, person)
    made = (await ledger.create(Step("create", 1, 1, total, 3))).json()
    accounts = await ledger.read("/api/accounts")
    parts = [{"amount": f"{Decimal(part) / 100:.2f}", "category": "Rent"} for part in (first, total - first)]
    path = f"/api/transactions/{made['id']}"
    assert len((await ledger.ask("PATCH", path, {"splits": parts})).json()["splits"]) == 2
    await assert_well(town, ledger)
    merged = (await ledger.ask("PATCH", path, {"splits": []})).json()
    same = set(made) - {"version", "updated_at"}
    assert {name: merged[name] for name in same} == {name: made[name] for name in same}
    assert await ledger.read("/api/accounts") == accounts
    await assert_well(town, ledger)


async def test_parts_that_do_not_sum_are_refused(town: Town, clock: TestClock, person: Person) -> None:
    ledger = await books(town, clock, person)
    made = (await ledger.create(Step("create", 1, 1, -1000, 3))).json()
    parts = [{"amount": "-5.00"}, {"amount": "-4.99"}]
    answer = await ledger.ask("PATCH", f"/api/transactions/{made['id']}", {"splits": parts})
    assert answer.status_code == 422
    assert await ledger.read(f"/api/transactions/{made['id']}") == made


async def test_an_amount_that_leaves_its_parts_behind_is_refused(town: Town, clock: TestClock, person: Person) -> None:
    ledger = await books(town, clock, person)
    made = (await ledger.create_split(Step("create_split", 1, 1, -1000, 3))).json()
    answer = await ledger.ask("PATCH", f"/api/transactions/{made['id']}", {"amount": "-11"})
    assert answer.status_code == 422
    await assert_well(town, ledger)


async def test_480_posts_of_16_clients_move_the_balance_by_480(town: Town, clock: TestClock, person: Person) -> None:
    ledger = await books(town, clock, person)
    body = {"account_id": ledger.accounts[0], "amount": "-1", "date": "2026-02-14", "category": "Groceries"}

    async def client() -> list[int]:
        return [(await ledger.ask("POST", "/api/transactions", body)).status_code for _ in range(30)]

    codes = await asyncio.gather(*(client() for _ in range(16)))
    assert [code for own in codes for code in own] == [201] * 480
    assert (await ledger.read(f"/api/accounts/{ledger.accounts[0]}"))["balance"] == "-380.00"
    await assert_well(town, ledger)


async def test_clients_that_edit_and_delete_at_once_leave_the_books_well(
    town: Town, clock: TestClock, person: Person
) -> None:
    ledger = await books(town, clock, person)
    for number in range(8):
        await ledger.create(Step("create", number, number, number * 100 + 50, number))
    verbs = ("edit_amount", "move", "edit_date", "categorise", "create", "delete", "split", "edit_status")

    async def client(number: int) -> None:
        for round_ in range(4):
            verb = verbs[(number + round_) % len(verbs)]
            step = Step(verb, number + round_, number * 3 + round_, number * 111 - 400, number + round_)
            await getattr(ledger, verb)(step)

    await asyncio.gather(*(client(number) for number in range(8)))
    await assert_well(town, ledger)


async def test_an_account_comes_back_while_others_post(town: Town, clock: TestClock, person: Person) -> None:
    ledger = await books(town, clock, person)
    for number in range(12):
        await ledger.create(Step("create", number, number, -number * 100, number))
    one, two, _ = ledger.accounts
    body = {"account_id": two, "amount": "-1", "date": "2026-02-14"}

    async def come_and_go() -> None:
        for _ in range(4):
            await ledger.ask("DELETE", f"/api/accounts/{one}")
            assert (await ledger.ask("POST", f"/api/accounts/{one}/restore")).status_code == 200

    async def post() -> None:
        for _ in range(10):
            await ledger.ask("POST", "/api/transactions", body | {"status": "pending"})
            await ledger.ask("POST", "/api/transactions", body)

    await asyncio.gather(come_and_go(), post(), post(), post())
    await assert_well(town, ledger)


async def test_a_batch_with_one_bad_row_posts_nothing(town: Town, clock: TestClock, person: Person) -> None:
    ledger = await books(town, clock, person)
    good = {"amount": "-1.00", "date": "2026-02-01", "category": "Never seen", "tags": ["never"]}
    bad = ({"amount": "0.001"}, {"amount": "-1", "category_id": ledger.accounts[0]}, {"amount": "-2", "date": "x"})
    for one in bad:
        body = {"account_id": ledger.accounts[0], "transactions": [good, good, one]}
        assert (await ledger.ask("POST", "/api/transactions/batch", body)).status_code in (404, 422)
    assert await ledger.rows() == {}
    assert (await ledger.read(f"/api/accounts/{ledger.accounts[0]}"))["balance"] == "100.00"
    names = [one["name"] for one in (await ledger.read("/api/categories"))["categories"]]
    assert "Never seen" not in names
    assert (await ledger.read("/api/tags"))["tags"] == []


async def test_a_batch_tells_its_sum_and_the_balance(town: Town, clock: TestClock, person: Person) -> None:
    ledger = await books(town, clock, person)
    rows = [{"amount": f"-{number}.01", "date": "2026-02-01"} for number in range(1, 601)]
    body = {"account_id": ledger.accounts[0], "transactions": rows}
    made = (await ledger.ask("POST", "/api/transactions/batch", body)).json()
    assert (made["count"], made["total_amount"], made["account_balance"]) == (600, "-180306.00", "-180206.00")
    assert [row["amount"] for row in made["transactions"]] == [row["amount"] for row in rows]
    await assert_well(town, ledger)
