"""What a ledger costs at ten thousand, a hundred thousand and a million rows, beside bare SQL on the same tables.

The server is a process of its own and is asked over HTTP. Bare insertion and selection run on the house's own engine in
the same run: same database, same indexes, same full text, but no validation, no totals, no HTTP.
"""

import asyncio
import json
import os
import statistics
import tempfile
import time
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from bench.bare import Bare, timed
from bench.household import CATEGORIES, DAYS, FIRST_DAY, RARE, bodies
from bench.load import ask, get, send
from bench.multiply import multiply
from bench.postgres import a_database
from bench.startup import cpu_s, serving, until_healthy, until_jobs_run
from bench.table import Figure, show
from farthing.auth.schemas import BootstrapIn
from farthing.auth.sessions import Device
from farthing.auth.signin import SignIn, SignUp
from farthing.auth.workspaces import WorkspaceService
from farthing.bootstrap import House, build, living, migrate
from farthing.infra.db import SYSTEM, Scope
from farthing.infra.telemetry import configure_logging
from farthing.kernel.actor import Actor, Role
from farthing.kernel.paging import encode_cursor
from farthing.ledger.accounts import AccountService
from farthing.ledger.categories import CategoryService
from farthing.ledger.check import CheckService
from farthing.ledger.schemas import AccountIn
from farthing.ledger.service import LedgerService
from farthing.ledger.transaction_schemas import BATCH_MAX, BatchIn
from farthing.settings import Settings, ensure_secrets, load

DATABASES = ("SQLite", "PostgreSQL")
SIZES = (10_000, 100_000)
FULL = 1_000_000
_SECONDS = float(os.environ.get("BENCH_SECONDS", "4"))
_CLIENTS = 16
_PAGE = 50
_BATCHES = 5
_POSTED_MAX = 100_000
"""Larger ledgers are made out of this one."""
_ACCOUNTS = ("Everyday", "Savings", "Card")
_PASSWORD = "correct-horse-battery"  # noqa: S105  of nobody
_TOKEN_MINUTES = 1440
_LEARNED_AFTER_S = 300


@dataclass(frozen=True, slots=True)
class Household:
    """A person with accounts, and a second workspace for what is bare."""

    actor: Actor
    account_ids: tuple[UUID, ...]
    token: str
    bare: Scope
    bare_account: UUID
    bare_category: UUID

    @property
    def scope(self) -> Scope:
        return Scope(user_id=self.actor.user_id, workspace_id=self.actor.workspace_id)


@dataclass(frozen=True, slots=True)
class Beside:
    """What is measured in this process while no server runs."""

    post_rows_s: float
    post_rows_cpu_s: float
    bare_rows_s: float
    bare_rows_cpu_s: float
    bare_single_ms: float
    bare_page_ms: float
    bare_page_p95_ms: float
    faults: int


def measure(sizes: Sequence[int] = SIZES, *, only: str | None = None) -> bool:
    held = True
    if only in (None, "SQLite"):
        held = _measure_on("SQLite", {}, sizes)
    if only in (None, "PostgreSQL"):
        with a_database() as url:
            held = _measure_on("PostgreSQL", {"database_url": url}, sizes) and held
    return held


def _measure_on(database: str, given: Mapping[str, Any], sizes: Sequence[int]) -> bool:
    configure_logging("WARNING")
    with tempfile.TemporaryDirectory() as folder:
        chosen = {"data_dir": folder, "access_token_expire_minutes": _TOKEN_MINUTES, **given}
        settings = ensure_secrets(load({}, env_file=Path(folder) / "none", **chosen))
        migrate(settings)
        family = asyncio.run(_in(settings, _move_in))
        held, rows = True, 0
        for size in sizes:
            beside = asyncio.run(_in(settings, lambda house, n=rows, m=size: _grow(house, family, n, m)))
            rows = size
            if not settings.is_sqlite:
                _settle(settings.database_url)
            environment = {} if settings.is_sqlite else {"DATABASE_URL": settings.database_url}
            with serving(Path(folder), LOG_LEVEL="WARNING", **environment) as (server, port):
                until_healthy(port)
                until_jobs_run(port)
                _until_learned(port, family.token)
                ask(
                    port, get("/api/transactions", family.token), clients=_CLIENTS, seconds=_SECONDS
                )  # warm, as a server is
                figures = _figures(port, server.pid, family, beside, is_largest=size == max(sizes))
            durability = "WAL, synchronous=NORMAL" if settings.is_sqlite else "fsync off, as in the tests"
            held = (
                show(f"ledger of {size:,} on {database} ({durability}), pages of {_PAGE}, {_load()}", figures) and held
            )
        return held


def _until_learned(port: int, token: str) -> None:
    """What was just posted is learned once, and then a house rests; what is measured is the rest."""
    ends_at = time.perf_counter() + _LEARNED_AFTER_S
    while time.perf_counter() < ends_at:
        if not any(_jobs(port, token, state) for state in ("queued", "running")):
            return
        time.sleep(0.2)
    raise TimeoutError("jobs")


def _jobs(port: int, token: str, state: str) -> Any:
    return _answer(port, f"/api/jobs?status={state}&kind=ledger.learn", token)["jobs"]


def _answer(port: int, path: str, token: str) -> Any:
    asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(asked) as answer:
        return json.load(answer)


def _load() -> str:
    return f"load of the machine {os.getloadavg()[1]:.1f}"


async def _in(settings: Settings, act: Any) -> Any:
    async with living(build(settings), with_jobs=False) as house:
        return await act(house)


def _settle(url: str) -> None:
    """What autovacuum does within minutes of a large import."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


async def _move_in(house: House) -> Household:
    user = await SignUp(house.door).bootstrap(BootstrapIn(username="jan", password=_PASSWORD))
    holder = await SignIn(house.door).with_password("jan", _PASSWORD, Device("127.0.0.1"))
    if holder.workspace_id is None:
        raise RuntimeError("no workspace")
    return await _furnish(house, user.id, holder.workspace_id, holder.access_token)


async def _furnish(house: House, user_id: UUID, workspace_id: UUID, token: str) -> Household:
    me = Actor(user_id, "jan", workspace_id, Role.OWNER)
    async with house.database.write(SYSTEM) as work:
        second = await WorkspaceService(work, me, house.clock, None).create("Bare")
    bare = Actor(user_id, "jan", second.id, Role.OWNER)
    async with _work(house, me) as work:
        accounts = AccountService(work, me, house.clock)
        ids = tuple([(await accounts.create(AccountIn(name=name))).id for name in _ACCOUNTS])
    async with _work(house, bare) as work:
        account = await AccountService(work, bare, house.clock).create(AccountIn(name="Bare"))
        category = await CategoryService(work, bare, house.clock).none()
    scope = Scope(user_id=user_id, workspace_id=second.id)
    return Household(me, ids, token, scope, account.id, category.id)


@asynccontextmanager
async def _work(house: House, actor: Actor) -> Any:
    async with house.database.write(Scope(user_id=actor.user_id, workspace_id=actor.workspace_id)) as work:
        yield work


async def _grow(house: House, family: Household, rows: int, size: int) -> Beside:
    """Fill up, the last rows through the ledger itself; then measure what is bare."""
    if size > _POSTED_MAX:
        rows = size - _BATCHES * BATCH_MAX
        await asyncio.to_thread(multiply, house.settings, family.actor.workspace_id, rows)
    took, cpu = [], []
    for start in range(rows, size, BATCH_MAX):
        count = min(BATCH_MAX, size - start)
        account = family.account_ids[start // BATCH_MAX % len(family.account_ids)]
        batch = BatchIn.model_validate({"account_id": account, "transactions": bodies(count, start)})
        began, began_cpu = time.perf_counter(), time.process_time()
        async with _work(house, family.actor) as work:
            await LedgerService(work, family.actor, house.clock).create_batch(batch)
        took.append((time.perf_counter() - began) / count)
        cpu.append((time.process_time() - began_cpu) / count)
    async with _work(house, family.actor) as work:
        faults = await CheckService(work, family.actor).faults()
    bare = Bare(house, family.bare, family.bare_account, family.bare_category)
    many = await bare.rows_like(family.scope, BATCH_MAX)
    inserted_ms, _ = await timed(lambda: bare.insert(many), _BATCHES)
    inserted_cpu_ms, _ = await timed(lambda: bare.insert(many, time.process_time), _BATCHES)
    single_ms, _ = await timed(lambda: bare.insert(many[:1]), 200)
    page_ms, page_p95_ms = await timed(lambda: bare.page(family.scope), 200)
    return Beside(
        1 / statistics.median(took[-_BATCHES:]),
        1 / statistics.median(cpu[-_BATCHES:]),
        len(many) / inserted_ms * 1000,
        len(many) / inserted_cpu_ms * 1000,
        single_ms,
        page_ms,
        page_p95_ms,
        len(faults),
    )


def _figures(port: int, pid: int, family: Household, beside: Beside, *, is_largest: bool) -> list[Figure]:
    def bound(value: float) -> float | None:
        return value if is_largest else None

    def load(requests: Sequence[bytes], clients: int = 1) -> Any:
        return ask(port, requests, clients=clients, seconds=_SECONDS)

    def cpu_ms(since: float, requests: int) -> float:
        return (cpu_s(pid) - since) / requests * 1000

    figures = []
    newest, count, began = None, 0, cpu_s(pid)
    for what, requests in _pages(family).items():
        found = load(requests)
        newest, count = newest or found, count + found.count
        figures.append(Figure(f"page: {what}, p95", found.p95_ms, "ms", bound(50)))
    figures += [
        Figure("processor time of a page in the server, mean of all", cpu_ms(began, count), "ms"),
        Figure("bare selection of the newest, p50", beside.bare_page_ms, "ms"),
        Figure("bare selection of the newest, p95", beside.bare_page_p95_ms, "ms"),
        Figure("ratio of p50, newest over HTTP to bare", newest.p50_ms / beside.bare_page_ms if newest else 0, ""),
        Figure("balance as of a day, p95", load(_balances(family)).p95_ms, "ms", bound(10)),
        Figure("one edit, p95", load(_edits(port, family)).p95_ms, "ms", bound(25)),
    ]
    began = cpu_s(pid)
    one, many = load(_posts(family)), load(_posts(family), _CLIENTS)
    post_cpu_ms = cpu_ms(began, one.count + many.count)
    bare_per_s = 1000 / beside.bare_single_ms
    began = cpu_s(pid)
    batch_rows_s = _batch_rows_s(port, family)
    batch_cpu_s = 1000 / cpu_ms(began, _BATCHES * BATCH_MAX)
    return [
        *figures,
        Figure("POST, 1 client", one.per_second, "/s"),
        Figure(f"POST, {_CLIENTS} clients", many.per_second, "/s", bound(250), is_floor=True),
        Figure(f"POST, {_CLIENTS} clients, p95", many.p95_ms, "ms"),
        Figure("processor time of a POST in the server", post_cpu_ms, "ms"),
        Figure("bare insertion of one row and commit, one after another", bare_per_s, "/s"),
        Figure("ratio, POST by 1 client to bare", one.per_second / bare_per_s, ""),
        Figure(f"batch of {BATCH_MAX:,} over HTTP", batch_rows_s, "rows/s", bound(20_000), is_floor=True),
        Figure("the same per second of processor time", batch_cpu_s, "rows/s"),
        Figure(f"batch of {BATCH_MAX:,} in the service, committed", beside.post_rows_s, "rows/s"),
        Figure("the same per second of processor time", beside.post_rows_cpu_s, "rows/s"),
        Figure(f"bare insertion of {BATCH_MAX:,} with full text, committed", beside.bare_rows_s, "rows/s"),
        Figure("the same per second of processor time", beside.bare_rows_cpu_s, "rows/s"),
        Figure("ratio, batch over HTTP to bare", batch_rows_s / beside.bare_rows_s, ""),
        Figure("ratio, batch in the service to bare", beside.post_rows_s / beside.bare_rows_s, ""),
        Figure("totals that a recount found wrong", beside.faults, "", 0),
    ]


def _pages(family: Household) -> dict[str, list[bytes]]:
    """Each question several times with other values, so that no answer is the one just given."""
    days = [FIRST_DAY + timedelta(days=n * 61) for n in range(DAYS // 61)]
    middle = [encode_cursor(day.isoformat(), 1 << 40) for day in days]
    account = family.account_ids[0]
    asked = {
        "newest": [""],
        "from the middle by cursor": [f"next={cursor}" for cursor in middle],
        "largest amounts": ["sort=-amount"],
        "account and month": [f"account_id={account}&year={day.year}&month={day.month}" for day in days],
        "category": [f"category={name}" for name in CATEGORIES],
        "category and quarter": [
            f"category={CATEGORIES[n % len(CATEGORIES)]}&start_date={day}&end_date={day + timedelta(days=91)}"
            for n, day in enumerate(days)
        ],
        "amounts of one account": [f"account_id={account}&min_amount=-{n}.99&max_amount=-{n}.00" for n in range(5, 90)],
        "tags": ["tags=gift", "tags=work,holiday", "tags_all=work,shared"],
        "untagged": ["untagged=true"],
        "merchant, a part of its name": ["merchant=arbour%20Mark", "merchant=Bistro"],
        "search, a common word": ["search=market", "search=coffee"],
        "search, the beginning of a word": ["search=cof", "search=phar"],
        "search, a rare word": [f"search={RARE}"],
        "search, nothing found": ["search=qwertzuiop"],
        "search, two words and a phrase": ["search=coffee%20lunch", "search=%22royal%20cinema%22%20museum"],
        "search, fields": [
            "search=amount%3E50%20category:travel%20-tag:work%20date:2023-03",
            "search=category:groceries%20bakery%20amount%3C20",
        ],
    }
    return {
        what: [get(f"/api/transactions?limit={_PAGE}&{question}", family.token) for question in questions]
        for what, questions in asked.items()
    }


def _balances(family: Household) -> list[bytes]:
    return [
        get(
            f"/api/accounts/{family.account_ids[n % 3]}/balance?date={FIRST_DAY + timedelta(days=n * 13)}", family.token
        )
        for n in range(DAYS // 13)
    ]


def _edits(port: int, family: Household) -> list[bytes]:
    """Amounts, words and categories of many transactions, one at a time."""
    rows = _answer(port, "/api/transactions?limit=500&sort=date", family.token)["transactions"]
    ids = [row["id"] for row in rows]
    changes: list[dict[str, str]] = [
        {"amount": "-17.50"},
        {"description": "changed by hand"},
        {"category": "Bills"},
        {"date": "2024-02-29"},
    ]
    return [
        send("PATCH", f"/api/transactions/{one}", family.token, changes[n % len(changes)]) for n, one in enumerate(ids)
    ]


def _posts(family: Household) -> list[bytes]:
    made = bodies(5_000, seed=-1)
    return [
        send("POST", "/api/transactions", family.token, body | {"account_id": str(family.account_ids[n % 3])})
        for n, body in enumerate(made)
    ]


def _batch_rows_s(port: int, family: Household) -> float:
    took = []
    for number in range(_BATCHES):
        rows = {"account_id": str(family.account_ids[0]), "transactions": bodies(BATCH_MAX, seed=-2 - number)}
        headers = {"Authorization": f"Bearer {family.token}", "Content-Type": "application/json"}
        asked = urllib.request.Request(
            f"http://127.0.0.1:{port}/api/transactions/batch", json.dumps(rows).encode(), headers, method="POST"
        )
        began = time.perf_counter()
        with urllib.request.urlopen(asked) as answer:
            answer.read()
        took.append(time.perf_counter() - began)
    return BATCH_MAX / statistics.median(took)
