"""The terminal keeps a ledger: beside its own data folder, and at a real server after signing in."""

import csv
import json
import os
import socket
import stat
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from farthing.cli.days import DayWrong, day_of, days_of
from farthing.cli.export import cell

PASSWORD = "correct-horse-battery"
DEADLINE_S = 90
pytestmark = pytest.mark.timeout(600)


class Terminal:
    """A person's terminal: an own configuration folder, and a folder to sit in."""

    def __init__(self, home: Path) -> None:
        self.home = home
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "PYTHONPATH", "LANG")}
        self._environment = kept | {
            "HOME": str(home),
            "XDG_CONFIG_HOME": str(home / "config"),
            "FARTHING_PASSWORD": PASSWORD,
        }

    def run(self, *words: str, piped: str | None = None) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "farthing", *words]
        return subprocess.run(  # noqa: S603  our own program
            command, cwd=self.home, env=self._environment, input=piped, capture_output=True, text=True, check=False
        )

    def do(self, *words: str, piped: str | None = None) -> str:
        done = self.run(*words, piped=piped)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def ask(self, *words: str, piped: str | None = None) -> Any:
        return json.loads(self.do(*words, "--json", piped=piped))

    def refused(self, *words: str) -> str:
        done = self.run(*words)
        assert done.returncode == 1, done.stdout
        assert done.stderr.startswith("farthing: ")
        assert done.stderr.count("\n") == 1
        return done.stderr

    @contextmanager
    def serving(self, data: Path) -> Iterator[str]:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        command = [sys.executable, "-m", "farthing", "up", "--port", str(port), "--data", str(data)]
        with (self.home / "server.log").open("ab") as log:
            process = subprocess.Popen(command, cwd=self.home, env=self._environment, stdout=log, stderr=log)  # noqa: S603
        try:
            _until_healthy(f"http://127.0.0.1:{port}/health", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(20)


def _until_healthy(url: str, process: subprocess.Popen[bytes]) -> None:
    began = time.monotonic()
    while True:
        assert process.poll() is None, "the server ended by itself"
        assert time.monotonic() - began < DEADLINE_S, "the server does not answer"
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310  our own server
                return
        except OSError:
            time.sleep(0.05)


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path)


def test_a_person_keeps_a_ledger_beside_the_data_folder(terminal: Terminal) -> None:
    here = ("--data", "money")
    assert "users bootstrap" in terminal.refused("accounts", "list", *here)
    terminal.do("users", "bootstrap", "jan", *here)
    everyday = terminal.ask("accounts", "add", "Everyday", "--balance", "100.00", *here)
    bread = terminal.ask(
        "transactions", "add", "-12.34", "--date", "yesterday", "--account", "everyday", "--category", "Food",
        "--merchant", "=Bakery", "--tags", "bread, home", *here,
    )  # fmt: skip
    assert bread["tags"] == ["bread", "home"]
    edited = terminal.ask("transactions", "edit", bread["id"], "--amount", "-10.00", "--tags", "", *here)
    assert (edited["amount"], edited["tags"], edited["category"]) == ("-10.00", [], "Food")
    assert terminal.ask("accounts", "balance", "Everyday", *here)["balance"] == "90.00"
    terminal.do("transactions", "delete", bread["id"], *here)
    assert terminal.ask("transactions", "list", *here) == []
    terminal.do("transactions", "restore", bread["id"], *here)
    assert [one["id"] for one in terminal.ask("transactions", "list", "bakery", "--date", "yesterday", *here)] == [
        bread["id"]
    ]
    exported = list(csv.DictReader(terminal.do("transactions", "export", *here).splitlines()))
    assert [(row["amount"], row["merchant"], row["account"]) for row in exported] == [
        ("-10.00", "'=Bakery", "Everyday")
    ]
    terminal.do("accounts", "delete", "Everyday", *here)
    assert terminal.ask("transactions", "list", *here) == []
    assert terminal.ask("accounts", "restore", everyday["id"], *here)["balance"] == "90.00"
    terminal.do("categories", "add", "Bread", *here)
    terminal.do("categories", "delete", "Food", "--move-to", "Bread", *here)
    assert [one["category"] for one in terminal.ask("transactions", "list", *here)] == ["Bread"]
    assert terminal.ask("ledger", "check", *here) == {"is_well": True, "faults": []}


def test_the_operator_acts_as_whom_he_names_in_one_session_each(terminal: Terminal) -> None:
    here = ("--data", "money")
    terminal.do("users", "bootstrap", "jan", *here)
    terminal.do("users", "create", "eva", *here)
    assert "--as NAME: jan, eva" in terminal.refused("whoami", *here)
    assert "Nobody active is called" in terminal.refused("whoami", "--as", "otto", *here)
    eva = [terminal.ask("whoami", "--as", "eva", *here)[0] for _ in range(2)]
    assert eva[0] == eva[1]
    assert (eva[0]["username"], eva[0]["workspace"], eva[0]["role"]) == ("eva", "eva's finances", "owner")
    kept = terminal.home / "money" / "terminal.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert [login["username"] for login in json.loads(kept.read_text())["logins"]] == ["eva"]
    damaged = json.loads(kept.read_text())
    damaged["logins"][0] |= {"access_token": "x.y.z", "cookies": {}}
    kept.write_text(json.dumps(damaged))
    assert terminal.ask("whoami", "--as", "eva", *here)[0]["username"] == "eva"


def test_a_file_of_any_size_goes_in_by_parts_and_comes_out_again(terminal: Terminal) -> None:
    here = ("--data", "money")
    terminal.do("users", "bootstrap", "jan", *here)
    terminal.do("accounts", "add", "Everyday", *here)
    terminal.do("accounts", "add", "Dollars", "--currency", "USD", *here)
    lines = [
        f"{'-' if n % 4 else ''}1.00,2026-0{1 + n % 9}-05,{'Fun' if n % 4 else 'Salary'},\n" for n in range(10_001)
    ]
    lines.append('-3.00,2026-02-01,Fun,"a, b"\n')
    (terminal.home / "bank.csv").write_text("amount,date,category,tags\n" + "".join(lines))
    parts = terminal.ask("transactions", "batch", "bank.csv", "--account", "Everyday", *here)
    assert [(part["first"], part["last"], part["count"]) for part in parts] == [
        (2, 10_001, 10_000),
        (10_002, 10_003, 2),
    ]
    objects = '{"amount": -7.5, "date": "2026-03-01", "account": "Dollars"}\n' * 2
    (part,) = terminal.ask("transactions", "batch", "-", "--format", "json", *here, piped=objects)
    assert (part["account"], part["total_amount"], part["count"]) == ("Dollars", "-15.00", 2)
    told = terminal.ask("transactions", "summary", "--from", "2026-01", "--to", "2026-09", *here)
    assert (told["count"], told["from"], told["to"]) == (10_004, "2026-01-05", "2026-09-05")
    assert [(one["currency"], one["income"], one["expenses"], one["net"]) for one in told["currencies"]] == [
        ("EUR", "2501.00", "7503.00", "-5002.00"),
        ("USD", "0.00", "15.00", "-15.00"),
    ]
    assert told["currencies"][0]["categories"] == [
        {"category": "Fun", "amount": "-7503.00"},
        {"category": "Salary", "amount": "2501.00"},
    ]
    terminal.do("transactions", "export", "--output", "all.jsonl", *here)
    assert (terminal.home / "all.jsonl").read_text().count("\n") == 10_004
    (terminal.home / "bad.csv").write_text("date;amount\n2026-01-01;1\n2026-01-02;one\n")
    said = terminal.refused("transactions", "batch", "bad.csv", "--account", "Everyday", *here)
    assert "Line 3: 'one' is not an amount" in said
    assert "Nothing was posted before" in said
    (terminal.home / "bad.csv").write_text("date,amount\n2026-01-01,1\n2026-13-02,1\n")
    assert "Line 3 date" in terminal.refused("transactions", "batch", "bad.csv", "--account", "Everyday", *here)
    (terminal.home / "bank.csv").write_text("Date,Debit\n2026-01-01,1\n")
    assert "no column amount" in terminal.refused("transactions", "batch", "bank.csv", *here)


def test_after_signing_in_commands_talk_to_the_server(terminal: Terminal) -> None:
    assert "is not the address" in terminal.refused("login", "localhost:1", "--user", "jan")
    assert "does not answer" in terminal.refused("login", "http://127.0.0.1:1", "--user", "jan")
    terminal.do("users", "bootstrap", "jan", "--data", "served")
    with terminal.serving(terminal.home / "served") as url:
        assert "farthing login" not in terminal.do("login", url, "--user", "JAN")
        kept = terminal.home / "config" / "farthing" / "logins.json"
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600
        assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
        terminal.do("accounts", "add", "Everyday")
        terminal.do("transactions", "add", "-5", "--account", "Everyday", "--date", "today")
        assert [one["amount"] for one in terminal.ask("transactions", "list")] == ["-5.00"]
        stale = json.loads(kept.read_text())
        stale["logins"][0]["access_token"] = _ended(stale["logins"][0]["access_token"])
        kept.write_text(json.dumps(stale))
        assert terminal.ask("whoami")[0]["server"] == url
        renewed = json.loads(kept.read_text())["logins"][0]
        assert renewed["access_token"] != stale["logins"][0]["access_token"]
        assert renewed["cookies"]["refresh_token"] != stale["logins"][0]["cookies"]["refresh_token"]
        assert [one["is_current"] for one in terminal.ask("tenants", "list")] == [True]
        assert "Nobody called 'eva'" in terminal.refused("whoami", "--as", "eva")
        assert terminal.ask("accounts", "list", "--data", "served")[0]["balance"] == "-5.00"
        terminal.do("logout")
        assert json.loads(kept.read_text())["logins"] == []
        kept.write_text(json.dumps({"logins": [renewed]}))
        assert "is over. Sign in again" in terminal.refused("accounts", "list")


def _ended(token: str) -> str:
    """Nobody signed this: the server refuses it as it refuses one that has ended."""
    head, body, signature = token.split(".")
    return f"{head}.{body}.{'A' * len(signature)}"


def test_days_are_read_as_people_write_them() -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC).date()
    assert days_of("today", now) == (now, now)
    assert day_of("Yesterday", now) == now - timedelta(days=1)
    assert [day.isoformat() for day in days_of("2028-02", now)] == ["2028-02-01", "2028-02-29"]
    for wrong in ("", "2026-13", "2026-02-30", "tomorrow"):
        with pytest.raises(DayWrong):
            days_of(wrong, now)
    with pytest.raises(DayWrong):
        day_of("2026-03", now)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_exported_cell_is_a_formula(start: str) -> None:
    assert cell(f"{start}1+1") == f"'{start}1+1"
    assert cell("-12.34") == "-12.34"
    assert cell(["a", "b"]) == "a,b"
