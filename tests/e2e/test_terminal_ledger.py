"""The terminal keeps a ledger: beside its own data folder, and at a real server after signing in."""

import csv
import json
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from factories.terminals import Served, Terminal, serving

PART = 10_000
pytestmark = [pytest.mark.timeout(600), pytest.mark.xdist_group("servers")]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path)


def test_beside_the_data_folder_the_operator_acts_as_whom_he_names(terminal: Terminal) -> None:
    here = ("--data", "money")
    assert "There is no data in" in terminal.refused("accounts", "list", *here)
    assert list(terminal.home.iterdir()) == [], "looking has made something"
    terminal.do("users", "bootstrap", "jan", *here)
    terminal.do("accounts", "add", "Everyday", "--balance", "100.00", *here)
    bread = terminal.ask("transactions", "add", "-12.34", "--account", "everyday", "--category", "Food", *here)
    assert (bread["account"], bread["category"]) == ("Everyday", "Food")
    assert terminal.ask("ledger", "check", *here) == {"is_well": True, "faults": []}
    with closing(sqlite3.connect(terminal.home / "money" / "farthing.db", isolation_level=None)) as connection:
        connection.execute("UPDATE accounts SET balance = balance + 1")
    code, said, _ = terminal.run("ledger", "check", *here)
    assert code == 1
    assert "87.67" in said
    assert "87.66" in said

    terminal.do("users", "create", "eva", *here)
    assert "--as NAME: jan, eva" in terminal.refused("whoami", *here)
    (eva,) = terminal.ask("whoami", "--as", "eva", *here)
    assert (eva["username"], eva["workspace"], eva["role"]) == ("eva", "eva's finances", "owner")
    kept = terminal.home / "money" / "terminal.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    damaged = json.loads(kept.read_text())
    assert [login["username"] for login in damaged["logins"]] == ["jan", "eva"]
    damaged["logins"][1] |= {"access_token": "x.y.z", "cookies": {}}
    kept.write_text(json.dumps(damaged))
    assert terminal.ask("whoami", "--as", "eva", *here) == [eva]


def test_a_ledger_is_kept_at_a_server(terminal: Terminal, served: Served) -> None:
    terminal.do("login", served.url, "--user", served.person("ledger"))
    everyday = terminal.ask("accounts", "add", "Everyday", "--balance", "100", "--opened-on", "2026-01-01")
    assert terminal.ask("accounts", "add", "Card", "--type", "credit_card", "--balance", "-50")["owed"] == "50.00"
    terminal.do("accounts", "edit", "card", "--name", "Visa", "--limit", "1000")
    assert terminal.ask("accounts", "show", "visa")["available"] == "950.00"
    bread = terminal.ask(
        "transactions", "add", "-12.34", "--date", "yesterday", "--account", "everyday", "--category", "Food",
        "--merchant", "Bakery", "--description", "[red]rye[/red]", "--tags", "bread, home",
    )  # fmt: skip
    assert (bread["tags"], bread["account"]) == (["bread", "home"], "Everyday")
    edited = terminal.ask("transactions", "edit", bread["id"], "--amount", "-10.00", "--tags", "")
    assert (edited["amount"], edited["tags"], edited["category"]) == ("-10.00", [], "Food")
    header, row = terminal.do("transactions", "list", "bakery", "--date", "yesterday").splitlines()
    assert header.split() == ["date", "amount", "currency", "merchant", "description", "category", "account", "id"]
    assert row.split()[1:] == ["-10.00", "EUR", "Bakery", "[red]rye[/red]", "Food", "Everyday", bread["id"]]
    assert terminal.run("transactions", "list", "--date", "today") == (0, "", "Nothing found.\n")

    terminal.do("transactions", "delete", bread["id"], bread["id"])
    assert terminal.ask("transactions", "list") == []
    terminal.do("transactions", "restore", bread["id"])
    assert terminal.ask("transactions", "edit", bread["id"], "--account", "Visa")["account"] == "Visa"
    restoring = terminal.do("accounts", "delete", "Visa").split("`")[1].split()
    assert [one["name"] for one in terminal.ask("accounts", "list")] == ["Everyday"]
    assert terminal.ask(*restoring[1:])["balance"] == "-60.00"
    assert terminal.ask("transactions", "show", bread["id"])["merchant"] == "Bakery"
    rye = terminal.ask("categories", "add", "Rye", "--parent", "Food")
    assert rye["parent"] == "Food"
    assert terminal.ask("categories", "edit", "rye", "--name", "Bread", "--color", "#aabbcc")["name"] == "Bread"
    terminal.do("transactions", "add", "-3", "--account", everyday["id"], "--category", "Food")
    terminal.do("categories", "delete", "Food", "--move-to", "Bread")
    assert [one["category"] for one in terminal.ask("transactions", "list")] == ["Bread", "Bread"]
    assert terminal.ask("accounts", "balance", "Everyday", "--date", "2026-01")["balance"] == "100.00"
    assert terminal.ask("accounts", "balance", "Everyday")["balance"] == "97.00"


RULES = """
rules:
  - name: Bread
    if: {all: [{field: payee, contains: bakery}, {field: amount, below: 0}]}
    then: {category: Bread, add_tags: [home]}
    tests: [{given: {payee: The BAKERY, amount: "-3"}, gives: {category: Bread}}]
    expect: {at_least: 1}
"""


def _keeps_rules(terminal: Terminal, *where: str) -> None:
    """Rules come from a file, are tried, run and taken back."""
    bread = terminal.ask("transactions", "add", "-5", "--payee", "Bakery 12", *where)
    file = terminal.file("rules.yaml", RULES)
    assert terminal.ask("rules", "import", file, "--dry-run", *where)["added"] == ["Bread"]
    assert terminal.ask("rules", "list", *where) == []
    terminal.do("rules", "import", file, *where)
    assert terminal.do("rules", "export", *where).startswith("version: 1\nrules:\n- name: Bread\n")
    assert "category: Bread" in terminal.do("rules", "show", "bread", *where)
    assert terminal.do("rules", "test", *where) == "2 tests of 1 rules pass.\n"
    failing = terminal.file("failing.yaml", RULES.replace("at_least: 1", "at_least: 9"))
    code, said, complained = terminal.run("rules", "test", failing, *where)
    assert (code, said) == (1, "")
    assert "rules[0].expect (Bread): it matches 1 transactions, not at least 9" in complained
    assert "nothing was replaced" in terminal.refused("rules", "import", failing, *where)
    assert terminal.ask("rules", "run", "--dry-run", *where)["changed"] == 1
    assert "category: Groceries → Bread" in terminal.do("rules", "run", "--dry-run", *where)
    run = terminal.ask("rules", "run", "--rule", "bread", *where)
    assert (run["status"], run["changed"]) == ("done", 1)
    assert terminal.ask("transactions", "show", bread["id"], *where)["category"] == "Bread"
    assert [one["changed"] for one in terminal.ask("rules", "runs", *where)] == [1]
    terminal.do("rules", "undo", run["id"], *where)
    assert terminal.ask("transactions", "show", bread["id"], *where)["category"] == bread["category"]


def test_rules_are_kept_beside_the_data_folder(terminal: Terminal) -> None:
    terminal.do("users", "bootstrap", "jan", "--data", "money")
    _keeps_rules(terminal, "--data", "money")


def test_rules_are_kept_at_a_server(terminal: Terminal, served: Served) -> None:
    terminal.do("login", served.url, "--user", served.person("ruler"))
    _keeps_rules(terminal)


def test_what_cannot_be_done_is_one_line_that_says_what_to_do(terminal: Terminal, served: Served) -> None:
    who = served.person("careless")
    assert "is not the address" in terminal.refused("login", "localhost:1", "--user", who)
    assert "does not answer" in terminal.refused("login", "http://127.0.0.1:1", "--user", who)
    assert "There is no Farthing at" in terminal.refused("login", f"{served.url}/api", "--user", who)
    assert "Incorrect" in terminal.refused("login", served.url, "--user", who, FARTHING_PASSWORD="wrong")
    assert not terminal.logins.exists()
    terminal.do("login", served.url, "--user", who)
    twins = [terminal.ask("accounts", "add", "Twin")["id"] for _ in range(2)]
    said = terminal.refused("transactions", "add", "-1", "--account", "twin")
    assert all(twin in said for twin in twins)
    assert "is not an amount" in terminal.refused("transactions", "add", "12,34")
    assert "Write today, yesterday" in terminal.refused("transactions", "add", "-1", "--date", "tomorrow")
    assert "is not an id" in terminal.refused("transactions", "delete", "nothing")
    assert "--help" in terminal.refused("transactions", "edit", twins[0])
    assert "not found" in terminal.refused("transactions", "edit", twins[0], "--amount", "1")
    assert "At character 8" in terminal.refused("transactions", "list", "amount>")
    assert "--format csv, json or jsonl" in terminal.refused("transactions", "export", "-o", "all.xlsx")
    bad = terminal.file("bad.csv", "date,amount,status\n2026-01-01,1,booked\n2026-01-02,1,odd\n")
    said = terminal.refused("transactions", "batch", bad)
    assert "Line 3 status" in said
    assert "Nothing is posted yet." in said
    assert terminal.ask("transactions", "list") == []


def rows(count: int, *, first: int = 0) -> str:
    return "".join(
        f"{'-' if n % 4 else ''}1.00,2026-0{1 + n % 9}-05,{'Fun' if n % 4 else 'Salary'},\n"
        for n in range(first, first + count)
    )


def test_a_file_of_any_size_goes_in_by_parts_and_never_twice(terminal: Terminal, served: Served) -> None:
    terminal.do("login", served.url, "--user", served.person("batcher"))
    terminal.do("accounts", "add", "Everyday")
    header = "amount,date,category,tags\n"
    bank = terminal.file("bank.csv", header + rows(PART) + "one,2026-02-01,Fun,\n")
    said = terminal.refused("transactions", "batch", bank, "--account", "Everyday")
    assert "Line 10,002: 'one' is not an amount" in said
    assert "10,000 before are posted; the same command again posts only the rest" in said
    terminal.file("bank.csv", header + rows(PART) + '-3.00,2026-02-01,Fun,"a, b"\n')
    parts = terminal.ask("transactions", "batch", bank, "--account", "Everyday")
    assert [(part["first"], part["last"], part["count"], part["was_posted_before"]) for part in parts] == [
        (2, PART + 1, PART, True),
        (PART + 2, PART + 2, 1, False),
    ]
    told = terminal.ask("transactions", "summary", "--from", "2026-01", "--to", "2026")
    assert (told["count"], told["from"], told["to"]) == (PART + 1, "2026-01-05", "2026-09-05")
    assert [(one["currency"], one["income"], one["expenses"], one["net"]) for one in told["currencies"]] == [
        ("EUR", "2500.00", "7503.00", "-5003.00")
    ]
    assert told["currencies"][0]["categories"] == [
        {"category": "Fun", "amount": "-7503.00"},
        {"category": "Salary", "amount": "2500.00"},
    ]
    assert [one["tags"] for one in terminal.ask("transactions", "list", "amount:3")] == [["a", "b"]]

    terminal.do("accounts", "add", "Killed")
    large = terminal.file("large.csv", header + rows(2 * PART))
    with terminal.start("transactions", "batch", large, "--account", "Killed") as process:
        assert process.stderr
        assert "lines 2 to 10,001: 10,000 posted on Killed" in process.stderr.readline()
        process.kill()
    terminal.do("transactions", "batch", large, "--account", "Killed")
    assert terminal.ask("transactions", "summary", "--account", "Killed")["count"] == 2 * PART
    assert terminal.ask("accounts", "show", "Killed")["balance"] == "-10000.00"

    small = terminal.file("small.json", '[{"amount": -7.5, "date": "today", "account": "Killed"}]')
    runs = [terminal.ask("transactions", "batch", small, *again)[0] for again in ((), (), ("--again",))]
    assert [one["was_posted_before"] for one in runs] == [False, True, False]
    assert [one["account_balance"] for one in runs] == ["-10007.50", None, "-10015.00"]


def test_what_goes_out_comes_in_again_as_it_was(terminal: Terminal, served: Served) -> None:
    terminal.do("login", served.url, "--user", served.person("exporter"))
    terminal.do("accounts", "add", "Old")
    terminal.do("accounts", "add", "Dollars", "--currency", "USD")
    objects = [
        {"amount": "-1.50", "date": "2026-03-01", "description": "=1+1", "merchant": "'-x", "tags": ["a", "b"]},
        {"amount": "2500", "date": "2026-03-02", "category": "Salary", "note": 'two\nlines, "quoted"'},
        {"amount": "-3", "date": "2026-04-01", "account": "Dollars", "status": "pending", "currency": "USD"},
    ]
    lines = "\n".join(map(json.dumps, objects))
    parts = terminal.ask("transactions", "batch", "-", "--format", "json", piped=lines)
    assert [(part["account"], part["count"]) for part in parts] == [("Cash", 2), ("Dollars", 1)]

    printed = list(csv.DictReader(terminal.do("transactions", "export", "--date", "2026-03").splitlines(keepends=True)))
    assert [(row["amount"], row["description"], row["tags"]) for row in printed] == [
        ("-1.50", "'=1+1", "a,b"),
        ("2500.00", "", ""),
    ]
    assert terminal.do("transactions", "export", "--account", "Dollars", "--format", "jsonl").count("\n") == 1
    assert json.loads(terminal.do("transactions", "export", "--date", "1999", "--format", "json")) == []
    for name in ("all.csv", "all.json"):
        terminal.do("transactions", "export", "--output", name)
    listed = terminal.ask("transactions", "list")
    for name in ("all.csv", "all.json"):
        terminal.do("transactions", "delete", *(one["id"] for one in terminal.ask("transactions", "list")))
        terminal.do("transactions", "batch", name)
        assert told(terminal.ask("transactions", "list")) == told(listed)
    assert "Object 1 is in EUR, Dollars in USD" in terminal.refused(
        "transactions", "batch", name, "--account", "Dollars"
    )
    assert "could not be written" in terminal.refused("transactions", "export", "-o", "nowhere/all.csv")


def told(listed: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """What a transaction is, without what the ledger made of it."""
    names = ("date", "amount", "currency", "account", "category", "description", "merchant", "note", "status")
    return sorted((*(str(one[name]) for name in names), *one["tags"]) for one in listed)


def test_tokens_are_kept_to_oneself_and_renewed(terminal: Terminal, served: Served) -> None:
    terminal.do("login", served.url, "--user", served.person("keeper"))
    kept = terminal.logins
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
    stale = json.loads(kept.read_text())
    stale["logins"][0]["access_token"] = ended(stale["logins"][0]["access_token"])
    kept.write_text(json.dumps(stale))
    at_once = [terminal.start("whoami", "--json") for _ in range(3)]
    answers = [process.communicate()[0] for process in at_once]
    assert [json.loads(answer)[0]["server"] for answer in answers] == [served.url] * 3
    renewed = json.loads(kept.read_text())["logins"][0]
    assert renewed["access_token"] != stale["logins"][0]["access_token"]
    assert renewed["cookies"]["refresh_token"] != stale["logins"][0]["cookies"]["refresh_token"]
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    terminal.do("logout")
    assert json.loads(kept.read_text())["logins"] == []
    kept.write_text(json.dumps({"logins": [renewed]}))
    assert "is over. Sign in again" in terminal.refused("accounts", "list")


def ended(token: str) -> str:
    """Nobody signed this: the server refuses it as it refuses one that has ended."""
    head, body, signature = token.split(".")
    return f"{head}.{body}.{'A' * len(signature)}"


def test_several_are_signed_in_and_one_of_them_acts(terminal: Terminal, served: Served) -> None:
    for name in ("first", "second"):
        terminal.do("login", served.url, "--user", served.person(name).upper())
        terminal.do("accounts", "add", f"Account of {name}")
    assert [one["name"] for one in terminal.ask("accounts", "list", "--as", "first")] == ["Account of first"]
    terminal.do("use", "first")
    signed = [(one["username"], one["is_current"]) for one in terminal.ask("whoami", "--all")]
    assert signed == [("second", False), ("first", True)]
    assert "Nobody called 'third'" in terminal.refused("use", "third")
    beside = terminal.ask("accounts", "list", "--as", "second", "--data", str(served.data))
    assert [one["name"] for one in beside] == ["Account of second"]
    assert "as second" in terminal.do("logout")
    assert "local data folder" in terminal.do("logout")


def test_a_workspace_is_shared(tmp_path: Path, served: Served) -> None:
    jan, eva = (Terminal(tmp_path / name) for name in ("host", "guest"))
    for one in (jan, eva):
        one.home.mkdir()
        one.do("login", served.url, "--user", served.person(one.home.name))
    jan.do("tenants", "add", "Household")
    jan.do("tenants", "switch", "household")
    assert jan.ask("tenants", "rename", "Our house")["name"] == "Our house"
    jan.do("accounts", "add", "Shared")
    token = jan.ask("tenants", "invite", "--role", "viewer")["token"]
    eva.do("tenants", "accept", token)
    eva.do("tenants", "switch", "our house")
    assert [(one["name"], one["is_current"]) for one in eva.ask("tenants", "list")] == [
        ("guest's finances", False),
        ("Our house", True),
    ]
    assert [one["name"] for one in eva.ask("accounts", "list")] == ["Shared"]
    assert eva.refused("transactions", "add", "-1")
    assert jan.ask("tenants", "role", "guest", "member")["role"] == "member"
    eva.do("transactions", "add", "-1", "--account", "Shared")
    assert jan.ask("accounts", "show", "Shared")["balance"] == "-1.00"
    jan.do("tenants", "remove", "guest")
    assert [one["username"] for one in jan.ask("tenants", "members")] == ["host"]
    assert eva.refused("accounts", "list")
