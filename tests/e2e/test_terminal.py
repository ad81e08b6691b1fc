"""The terminal: commands as an operator types them, what they print for people and for programs, and how they fail."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from farthing import __version__
from farthing.infra.crypto import new_key
from farthing.migrations import HEAD
from farthing.settings import VARIABLES

PASSWORD = "correct-horse-battery"
Done = subprocess.CompletedProcess[str]


class Terminal:
    """A shell in an empty folder, where `./data` is the data folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"

    def run(self, *words: str, said: str = "", **given: str) -> Done:
        clean = {name: value for name, value in os.environ.items() if name not in VARIABLES}
        return subprocess.run(  # noqa: S603  our own program
            [sys.executable, "-m", "farthing", *words],
            cwd=self.folder,
            env=clean | given,
            input=said,
            capture_output=True,
            text=True,
            check=False,
        )

    def __call__(self, *words: str, **given: str) -> str:
        """What a command prints that works."""
        done = self.run(*words, **given)
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        return done.stdout

    def json(self, *words: str, **given: str) -> Any:
        return json.loads(self(*words, "--json", **given))

    def fails(self, *words: str, **given: str) -> str:
        """The one line that a command says that does not work."""
        done = self.run(*words, **given)
        assert done.returncode == 1, done
        assert done.stdout == ""
        (line,) = done.stderr.splitlines()
        assert line.startswith("farthing: ")
        return line


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path)


@pytest.fixture
def settled(terminal: Terminal) -> Terminal:
    """With a first superuser."""
    said = terminal("users", "bootstrap", "Root", FARTHING_PASSWORD=PASSWORD)
    assert said == "root is the first superuser. Sign in with that name and password.\n"
    return terminal


def people(terminal: Terminal) -> dict[str, dict[str, Any]]:
    return {person["username"]: person for person in terminal.json("users", "list")}


def test_it_says_its_version(terminal: Terminal) -> None:
    assert terminal("version") == f"farthing {__version__}\n"
    assert terminal.json("version") == {"version": __version__}
    assert not terminal.data.exists()


def test_it_describes_the_api(terminal: Terminal) -> None:
    assert json.loads(terminal("openapi"))["info"]["title"] == "Farthing"
    assert not terminal.data.exists()


def test_alone_it_shows_what_it_can(terminal: Terminal) -> None:
    done = terminal.run()
    for word in ("up", "db", "users", "demo", "secrets", "doctor", "version", "openapi"):
        assert f"  {word} " in done.stdout + done.stderr
    assert "  rotate " in terminal("secrets", "--help")


def test_people_are_made_and_listed(settled: Terminal) -> None:
    made = settled.json("users", "create", "jan", "--email", "jan@example.com")
    assert made["username"] == "jan"
    assert made["token"]
    said = settled("users", "create", "ola", "--superuser")
    assert said.startswith("One-time token, valid until ")
    listed = people(settled)
    assert list(listed) == ["root", "jan", "ola"]
    assert [person["is_superuser"] for person in listed.values()] == [True, False, True]
    assert listed["jan"]["email"] == "jan@example.com"
    table = settled("users", "list")
    assert all(name in table for name in ("username", "root", "jan@example.com"))
    assert made["token"] not in table


def test_people_are_disabled_and_promoted_by_any_of_their_names(settled: Terminal) -> None:
    made = settled.json("users", "create", "jan", "--email", "jan@example.com")
    for words, is_active, is_superuser in (
        (("disable", "jan"), False, False),
        (("enable", "JAN@example.com"), True, False),
        (("promote", made["id"]), True, True),
        (("demote", " jan "), True, False),
    ):
        assert settled("users", *words) == ""
        jan = people(settled)["jan"]
        assert (jan["is_active"], jan["is_superuser"]) == (is_active, is_superuser)
    again = settled.json("users", "invite", "jan")
    assert again["token"] != made["token"]


def test_deleting_somebody_asks_first(settled: Terminal) -> None:
    settled("users", "create", "jan")
    asked = settled.run("users", "delete", "jan", said="n\n")
    assert asked.returncode == 1
    assert "Delete jan" in asked.stdout
    assert "jan" in people(settled)
    assert settled.run("users", "delete", "jan", said="y\n").returncode == 0
    settled("users", "create", "ola")
    settled("users", "delete", "ola", "--yes")
    assert list(people(settled)) == ["root"]


def test_what_cannot_be_done_is_one_line(settled: Terminal) -> None:
    assert "Nobody is called 'nobody'" in settled.fails("users", "disable", "nobody")
    assert "last active superuser" in settled.fails("users", "demote", "root")
    assert "last active superuser" in settled.fails("users", "delete", "root", "--yes")
    assert "already exists" in settled.fails("users", "create", "root")
    assert "username" in settled.fails("users", "create", "a b")
    assert "already bootstrapped" in settled.fails("users", "bootstrap", "other", FARTHING_PASSWORD=PASSWORD)
    assert "There is no demo here" in settled.fails("demo", "start")


def test_a_weak_password_makes_no_superuser(terminal: Terminal) -> None:
    assert "too easy" in terminal.fails("users", "bootstrap", "root", FARTHING_PASSWORD="password123")
    assert "password" in terminal.fails("users", "bootstrap", "root", FARTHING_PASSWORD="short")
    assert people(terminal) == {}


def test_a_password_is_never_an_argument_of_the_help(terminal: Terminal) -> None:
    assert "FARTHING_PASSWORD" in terminal("users", "bootstrap", "--help")


def test_the_database_is_brought_up_to_date_and_says_where_it_is(terminal: Terminal) -> None:
    before = terminal.run("db", "status")
    assert (before.returncode, before.stdout) == (1, f"database: empty, program: {HEAD}\n")
    assert not terminal.data.exists()
    assert terminal("db", "upgrade") == f"database migrated from nothing to revision {HEAD}\n"
    assert terminal("db", "upgrade") == f"database is at revision {HEAD}\n"
    assert terminal("db", "status") == f"database: {HEAD}, program: {HEAD}\n"


def test_a_database_that_is_none_is_one_line(terminal: Terminal) -> None:
    terminal.data.mkdir()
    (terminal.data / "farthing.db").write_text("This is not a database. " * 100)
    assert "not a database" in terminal.fails("db", "status")
    assert "not a database" in terminal.fails("users", "list")


def test_a_database_that_is_away_is_one_line(terminal: Terminal) -> None:
    given = {"DATABASE_URL": "postgresql://owner:hush-hush@127.0.0.1:1/farthing"}
    for words in (("db", "upgrade"), ("users", "list")):
        said = terminal.fails(*words, **given)
        assert "DATABASE_URL" in said
        assert "hush-hush" not in said


def test_a_folder_that_cannot_be_one_is_one_line(terminal: Terminal) -> None:
    terminal.data.write_text("a file")
    assert "data" in terminal.fails("db", "upgrade")


def test_the_doctor_finds_a_healthy_house_healthy(settled: Terminal) -> None:
    findings = {finding["check"]: finding for finding in settled.json("doctor")}
    assert findings.keys() == {"settings", "python", "data folder", "secrets", "disk", "database"}
    assert all(finding["is_well"] for finding in findings.values())
    assert f"SQLite at revision {HEAD}" in settled("doctor")


def test_the_doctor_leaves_an_empty_place_empty(terminal: Terminal) -> None:
    assert all(finding["is_well"] for finding in terminal.json("doctor"))
    assert list(terminal.folder.iterdir()) == []


def ailing(terminal: Terminal, **given: str) -> dict[str, str]:
    """What the doctor finds ill, and what he says of it."""
    done = terminal.run("doctor", "--json", **given)
    assert done.returncode == 1
    return {finding["check"]: finding["finding"] for finding in json.loads(done.stdout) if not finding["is_well"]}


def test_the_doctor_says_what_is_ill_and_what_helps(settled: Terminal) -> None:
    (settled.data / "secrets.env").chmod(0o644)
    assert "chmod 600" in ailing(settled)["secrets"]
    (settled.data / "secrets.env").chmod(0o600)
    with closing(sqlite3.connect(settled.data / "farthing.db", isolation_level=None)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0000'")
    assert "farthing db upgrade" in ailing(settled)["database"]
    assert "PORT 'http'" in ailing(settled, PORT="http")["settings"]
    away = ailing(settled, DATABASE_URL="postgresql://owner:hush-hush@127.0.0.1:1/farthing")
    assert "does not answer" in away["database"]
    assert "hush-hush" not in str(away)


def test_secrets_are_sealed_anew(settled: Terminal) -> None:
    before = (settled.data / "secrets.env").read_text()
    assert settled("secrets", "rotate") == "0 secrets sealed with the new key.\n"
    after = (settled.data / "secrets.env").read_text()
    assert after != before
    assert (settled.data / "secrets.env").stat().st_mode & 0o077 == 0
    assert before.split("SECRET_KEY=")[1].split("\n")[0] in after
    assert "SECRETS_KEY is set by you" in settled.fails("secrets", "rotate", SECRETS_KEY=new_key())


def test_demos_start_and_are_removed_when_they_are_over(terminal: Terminal) -> None:
    said = terminal("demo", "start", "--no-samples")
    assert said.startswith("Demo until ")
    assert said.splitlines()[-1].strip().count(".") == 2
    assert terminal("demo", "purge") == "0 demos removed\n"
    with closing(sqlite3.connect(terminal.data / "farthing.db", isolation_level=None)) as connection:
        connection.execute("UPDATE workspaces SET expires_at = '2001-01-01 00:00:00' WHERE kind = 'demo'")
    assert terminal("demo", "purge") == "1 demos removed\n"


@pytest.mark.parametrize("words", [("up",), ("users", "list"), ("db", "status"), ("secrets", "rotate")])
def test_a_wrong_setting_is_one_line_whatever_one_wants(terminal: Terminal, words: tuple[str, ...]) -> None:
    assert terminal.fails(*words, PORT="http").startswith("farthing: PORT 'http'")
    assert not terminal.data.exists()


def test_an_unknown_key_is_pointed_out_beside_the_answer(terminal: Terminal) -> None:
    (terminal.folder / ".env").write_text("USERS=admin:hush-hush\n")
    done = terminal.run("users", "list", "--json")
    assert json.loads(done.stdout) == []
    (line,) = done.stderr.splitlines()
    assert line.startswith("farthing: USERS in .env is not a setting")
    assert "hush-hush" not in line


@pytest.mark.parametrize("words", [("nothing",), ("users", "nothing"), ("users", "create"), ("up", "--port", "99999")])
def test_a_command_that_is_none_is_a_usage_error(terminal: Terminal, words: tuple[str, ...]) -> None:
    done = terminal.run(*words)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert not terminal.data.exists()


def test_where_the_data_is_can_be_said(terminal: Terminal) -> None:
    terminal("db", "upgrade", "--data", "elsewhere")
    assert (terminal.folder / "elsewhere" / "farthing.db").exists()
    assert terminal("db", "status", DATA_DIR="elsewhere").startswith(f"database: {HEAD}")
    assert not terminal.data.exists()


def test_a_mistake_of_ours_is_one_line_that_says_how_to_see_more(terminal: Terminal) -> None:
    """Provoked by a data folder whose name no file system takes."""
    said = terminal.fails("db", "upgrade", "--data", "x" * 300)
    assert "FARTHING_TRACEBACK=1" in said
    shown = terminal.run("db", "upgrade", "--data", "x" * 300, FARTHING_TRACEBACK="1")
    assert "Traceback" in shown.stderr
