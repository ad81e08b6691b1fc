"""The real server, killed while it posts an import and while it takes it back: nothing is lost, twice or half."""

import asyncio
import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import func, select

from factories.files import bank_csv
from factories.installations import ROUNDS, Installation, until
from factories.people import PASSWORD
from farthing.ingest.models import Import
from farthing.ledger.models import Account, DailyTotal, Transaction

pytestmark = pytest.mark.timeout(600)  # each wait has a limit of its own; a busy machine makes many of them long

ROWS = 6_500
"""Four chunks, and what comes before and after them."""
SUM = -sum(100 + at % 900 for at in range(ROWS))
UPLOADS = 100


def statement() -> bytes:
    """Each row twice in a while, so that some are alike."""
    days = [f"2026-{1 + at // 600:02}-{1 + at // 30 % 20:02}" for at in range(ROWS)]
    amounts = [f"-{(100 + at % 900) / 100:.2f}" for at in range(ROWS)]
    return bank_csv([(day, f"Shop {at % 7}", "weekly", amounts[at]) for at, day in enumerate(days)])


class Visitor:
    """Somebody with an account on the served product."""

    def __init__(self, http: httpx2.Client) -> None:
        self.http = http
        body = {"username": "visitor", "email": "visitor@example.com", "password": PASSWORD}
        answer = http.post("/api/auth/register", json=body)
        if answer.status_code != 201:
            answer = http.post("/api/auth/login", json={"username": "visitor", "password": PASSWORD})
        http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def account(self) -> str:
        body = {"name": "Everyday", "account_type": "checking", "currency": "EUR"}
        return str(self.http.post("/api/accounts", json=body).json()["id"])

    def upload(self, account_id: str) -> str:
        files = {"file": ("year.csv", statement())}
        answer = self.http.post("/api/imports", files=files, data={"account_id": account_id})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["imports"][0]["id"])

    def ask(self, import_id: str, verb: str) -> dict[str, Any]:
        answer = self.http.post(f"/api/imports/{import_id}/{verb}")
        assert answer.status_code == 202, answer.text
        found: dict[str, Any] = answer.json()
        return found


@contextmanager
def visiting(installation: Installation) -> Iterator[tuple[Visitor, subprocess.Popen[bytes]]]:
    with installation.serving() as process, httpx2.Client(base_url=installation.address, timeout=60) as http:
        until(lambda: is_up(http), "answer", process)
        yield Visitor(http), process


def is_up(http: httpx2.Client) -> bool:
    try:
        return http.get("/api/health").status_code < 500
    except httpx2.TransportError:
        return False


def books(installation: Installation) -> dict[str, Any]:
    """What stands in the ledger, counted from outside."""
    living = Transaction.deleted_at.is_(None)
    lines = [row[0] for row in installation.ask(select(Transaction.import_line).where(living))]
    daily = select(func.coalesce(func.sum(DailyTotal.income - DailyTotal.spent), 0), func.sum(DailyTotal.count))
    totals = installation.ask(daily)[0]
    return {
        "rows": len(lines),
        "twice": len(lines) - len(set(lines)),
        "balance": installation.ask(select(Account.balance))[0][0],
        "totals": int(totals[0]),
        "counted": int(totals[1] or 0),
    }


FULL = {"rows": ROWS, "twice": 0, "balance": SUM, "totals": SUM, "counted": ROWS}
EMPTY = {"rows": 0, "twice": 0, "balance": 0, "totals": 0, "counted": 0}


def state(installation: Installation, import_id: str) -> str:
    return str(installation.ask(select(Import.state).where(Import.id == UUID(import_id)))[0][0])


def kill(process: subprocess.Popen[bytes], after_s: float) -> None:
    at = time.monotonic() + after_s
    until(lambda: time.monotonic() >= at, "moment", process)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()


def assert_books_agree(installation: Installation) -> None:
    """However far it came, the numbers are those of the rows that are there."""
    found = books(installation)
    assert found["twice"] == 0
    assert found["balance"] == found["totals"]
    assert found["counted"] == found["rows"]


@pytest.mark.parametrize("round_number", range(ROUNDS))
def test_a_killed_server_ends_its_import_and_its_undoing(installation: Installation, round_number: int) -> None:
    chance = random.Random(round_number)  # noqa: S311  not a secret
    with visiting(installation) as (visitor, process):
        one = visitor.upload(visitor.account())
        visitor.ask(one, "commit")
        before = installation.steps()
        chosen = chance.randrange(4)
        until(lambda: installation.steps() - before >= chosen, f"step {chosen}", process)
        kill(process, chance.random() / 2)
    assert_books_agree(installation)
    assert state(installation, one) == "posting" or books(installation) == FULL
    with installation.serving() as process:
        until(installation.is_idle, "end of posting", process)
    assert state(installation, one) == "posted"
    assert books(installation) == FULL
    with visiting(installation) as (visitor, process):
        before = installation.steps()
        visitor.ask(one, "undo")
        until(lambda: installation.steps() - before >= chosen, f"step {chosen}", process)
        kill(process, chance.random() / 2)
    assert_books_agree(installation)
    assert state(installation, one) == "undoing" or books(installation) == EMPTY
    with installation.serving() as process:
        until(installation.is_idle, "end of undoing", process)
    assert state(installation, one) == "undone"
    assert books(installation) == EMPTY


def test_a_cancelled_import_goes_on_or_goes_back(installation: Installation) -> None:
    with visiting(installation) as (visitor, process):
        one = visitor.upload(visitor.account())
        job = visitor.ask(one, "commit")["job_id"]
        until(lambda: books(installation)["rows"] > 0, "chunk", process)
        visitor.http.post(f"/api/jobs/{job}/cancel")
        until(installation.is_idle, "end of what was cancelled", process)
        assert_books_agree(installation)
        if installation.state(UUID(job)) == "cancelled":
            assert 0 < books(installation)["rows"] <= ROWS
            assert state(installation, one) == "posting"
            visitor.ask(one, "undo")
            until(installation.is_idle, "end of undoing", process)
            assert books(installation) == EMPTY
            visitor.ask(one, "commit")
            until(installation.is_idle, "end of posting", process)
        assert state(installation, one) == "posted"
        assert books(installation) == FULL


def test_a_hundred_uploads_of_one_file_at_once_are_one_set_of_rows(installation: Installation) -> None:
    content = bank_csv([(f"2026-05-{1 + at % 28:02}", "Lidl", "weekly shop", f"-{at + 1}.00") for at in range(40)])

    async def insist(http: httpx2.AsyncClient, path: str, **body: Any) -> httpx2.Response:
        """As a client does who is told that too many are there at the moment, or whose line was cut."""
        for _ in range(UPLOADS):
            try:
                answer = await http.post(path, **body)
            except httpx2.TransportError:
                continue
            if answer.status_code != 503:
                assert answer.status_code < 300, answer.text
                return answer
        raise AssertionError(f"{path} was never answered")

    async def send(http: httpx2.AsyncClient, account_id: str) -> str:
        files, fields = {"file": ("may.csv", content)}, {"account_id": account_id}
        made = str((await insist(http, "/api/imports", files=files, data=fields)).json()["imports"][0]["id"])
        await insist(http, f"/api/imports/{made}/commit")
        return made

    async def all_at_once(visitor: Visitor, account_id: str) -> list[str]:
        headers = {"Authorization": visitor.http.headers["Authorization"]}
        async with httpx2.AsyncClient(base_url=installation.address, headers=headers, timeout=300) as http:
            return await asyncio.gather(*(send(http, account_id) for _ in range(UPLOADS)))

    with visiting(installation) as (visitor, process):
        made = asyncio.run(all_at_once(visitor, visitor.account()))
        until(installation.is_idle, "end of all", process)
        assert {state(installation, one) for one in made} == {"posted"}
        found = books(installation)
    total = -sum(100 * (at + 1) for at in range(40))
    assert found == {"rows": 40, "twice": 0, "balance": total, "totals": total, "counted": 40}
