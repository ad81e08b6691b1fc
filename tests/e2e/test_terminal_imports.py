"""The terminal brings files into the ledger: beside its own data folder, and at a real server."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from factories.terminals import Served, Terminal, serving

pytestmark = [pytest.mark.timeout(600), pytest.mark.xdist_group("servers")]
HEADER = "Date;Payee;Amount\n"
MAY = HEADER + "2026-05-02;Corner Bakery;-3.50\n2026-05-10;Employer;2500.00\n2026-05-20;Lidl;-47.11\n"


def large(rows: int) -> Iterator[str]:
    yield HEADER
    for at in range(rows):
        yield f"2026-0{1 + at % 9}-{1 + at % 28:02};Shop {at};-{1 + at % 90}.25\n"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path)


def test_a_file_is_shown_asked_about_posted_and_taken_back(terminal: Terminal, served: Served) -> None:
    terminal.do("login", served.url, "--user", served.person("importer"))
    terminal.do("accounts", "add", "Everyday")
    may = terminal.file("may.csv", MAY)
    code, said, complained = terminal.run("import", may, "--account", "everyday", piped="n\n")
    assert (code, "Nothing was posted" in complained) == (1, True)
    assert "new income 2500.00, expenses -50.61 EUR" in said
    assert terminal.ask("imports", "list") == []
    said = terminal.do("import", may, "--account", "Everyday", piped="y\n")
    assert "posted" in said
    (one,) = terminal.ask("imports", "list")
    assert (one["state"], one["summary"]["new"]) == ("posted", 3)
    assert [row["amount"] for row in terminal.ask("imports", "rows", one["id"])] == ["-3.50", "2500.00", "-47.11"]
    assert terminal.ask("imports", "show", one["id"])["id"] == one["id"]
    assert "may.csv" in terminal.do("imports")
    (again,) = json.loads(terminal.do("import", may, "--yes", "--json"))
    assert (again["summary"]["new"], again["summary"]["same"]) == (0, 3)
    assert terminal.ask("undo", again["id"])["state"] == "undone"
    assert terminal.ask("accounts", "show", "Everyday")["balance"] == "2449.39"
    assert terminal.ask("undo", one["id"])["state"] == "undone"
    assert terminal.ask("transactions", "list") == []


def test_what_is_unclear_or_unreadable_is_told(terminal: Terminal, served: Served) -> None:
    terminal.do("login", served.url, "--user", served.person("careful"))
    may = terminal.file("may.csv", MAY)
    code, _, complained = terminal.run("import", may, "--yes")
    assert (code, "Say it with --account" in complained) == (1, True)
    terminal.do("accounts", "add", "Everyday")
    doubtful = terminal.file("us.csv", "Date,Payee,Amount\n01/02/2026,Bakery,-3.50\n01/02/2026,Bakery,-4.50\n")
    assert "in doubt: day month order" in terminal.do("import", doubtful, "--account", "Everyday", "--yes")
    noise = terminal.file("noise.bin", "nothing")
    code, said, complained = terminal.run("import", noise, may, "missing.csv", "--account", "Everyday", "--yes")
    assert (code, complained.count("farthing: ")) == (1, 2)
    assert "may.csv" in said
    bad = terminal.file("bad.csv", MAY + "2026-05-21;Kiosk;none\n")
    terminal.do("import", bad, "--account", "Everyday", "--yes")
    (waiting,) = terminal.ask("imports", "review")
    assert "Kiosk" in waiting["text"]


def test_many_rows_are_posted_by_jobs_that_are_watched(terminal: Terminal, served: Served) -> None:
    terminal.do("login", served.url, "--user", served.person("large"))
    terminal.do("accounts", "add", "Everyday")
    bank = terminal.file("bank.csv", "".join(large(5_000)))
    code, said, complained = terminal.run("import", bank, "--account", "Everyday", "--yes", "--json")
    assert code == 0, complained
    assert json.loads(said)[0]["state"] == "posted"
    assert terminal.ask("transactions", "summary")["count"] == 5_000


def test_beside_the_data_folder_jobs_are_done_here(terminal: Terminal) -> None:
    here = ("--data", "money")
    terminal.do("users", "bootstrap", "jan", *here)
    terminal.do("accounts", "add", "Everyday", *here)
    bank = terminal.file("bank.csv", "".join(large(2_500)))
    (one,) = json.loads(terminal.do("import", bank, "--account", "Everyday", "--yes", "--json", *here))
    assert (one["state"], one["summary"]["new"]) == ("posted", 2_500)
    assert terminal.ask("undo", one["id"], *here)["state"] == "undone"


def test_what_was_imported_is_read_again(terminal: Terminal) -> None:
    here = ("--data", "money")
    terminal.do("users", "bootstrap", "jan", *here)
    terminal.do("accounts", "add", "Everyday", *here)
    terminal.do("import", terminal.file("may.csv", MAY), "--account", "Everyday", "--yes", *here)
    code, said, complained = terminal.run("rebuild", "--dry-run", "--account", "everyday", *here)
    assert (code, "Nothing would change." in complained) == (0, True)
    assert "2449.39" in said
    found = terminal.ask("rebuild", "--yes", *here)
    assert (found["counts"]["unchanged"], found["imports"][0]["parser_after"]) == (3, "csv/1")
