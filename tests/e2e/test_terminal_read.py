"""`farthing read` in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

STATEMENT = "Date,Payee,Amount,Balance\n2024-09-13,Shop,-45.60,954.40\n2024-09-12,Acme,1000.00,1000.00\n"
SMALL_FILE_S_MAX = 3.0
"""A quarter of it where Python has compiled everything before; a test may be the first."""


def farthing(*words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "farthing", "read", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  our own program


@pytest.fixture
def statement(tmp_path: Path) -> Path:
    path = tmp_path / "a.csv"
    path.write_text(STATEMENT)
    return path


def test_one_file_is_a_list_in_json(statement: Path) -> None:
    done = farthing("--json", statement)
    first, second = json.loads(done.stdout)
    assert first == {
        "date": "2024-09-13",
        "amount": "-45.60",
        "currency": None,
        "description": "Shop",
        "payee": "Shop",
        "memo": None,
        "reference": None,
        "balance": "954.40",
        "account": None,
        "status": "booked",
    }
    assert second["amount"] == "1000.00"
    assert (done.returncode, done.stderr) == (0, "")


def test_several_files_are_an_object_by_path_and_a_bad_one_costs_one_line(statement: Path, tmp_path: Path) -> None:
    other = tmp_path / "b.csv"
    other.write_text("nothing to see")
    done = farthing("--json", statement, other, tmp_path / "none.csv")
    assert list(json.loads(done.stdout)) == [str(statement)]
    assert done.returncode == 1
    assert [line.split(":")[0] for line in done.stderr.splitlines()] == ["farthing", "farthing"]


def test_people_see_a_table_and_on_demand_how_it_is_known(statement: Path) -> None:
    plain, explained = farthing(statement).stdout, farthing("--explain", statement).stdout
    assert "2024-09-13" in plain
    assert "Shop" in plain
    assert "running balance holds" in explained
    assert "lines: 1 header, 2 transaction" in explained


def test_an_explanation_in_json_is_complete(statement: Path) -> None:
    told = json.loads(farthing("--json", "--explain", statement).stdout)
    assert told["proofs"][0]["holds"] is True
    assert told["fates"] == {"header": 1, "transaction": 2}
    assert told["roles"]["amount"] == "Amount"


def test_a_profile_is_saved_and_used_again(statement: Path, tmp_path: Path) -> None:
    profile = tmp_path / "bank.yaml"
    farthing("--save-profile", profile, statement)
    profile.write_text(profile.read_text().replace("as_written", "inverted"))
    (first, _) = json.loads(farthing("--json", "--profile", profile, statement).stdout)
    assert first["amount"] == "45.60"
    (first, _) = json.loads(farthing("--json", "--profile", profile, "--sign", "as_written", statement).stdout)
    assert first["amount"] == "-45.60"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--date-order", "dym"], "date_order is one of"),
        (["--encoding", "klingon"], "no encoding"),
        (["--format", "pdf9"], "no format"),
        (["--profile", "none.yaml"], "cannot be read"),
    ],
)
def test_a_wish_that_makes_no_sense_costs_one_line(statement: Path, words: list[str], why: str) -> None:
    done = farthing("--json", *words, statement)
    assert done.returncode == 1
    assert why in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_small_file_answers_soon(statement: Path) -> None:
    """In processor time, which a busy machine does not stretch."""
    took = []
    for _ in range(3):
        began = spent_by_children_s()
        farthing("--json", statement)
        took.append(spent_by_children_s() - began)
    assert 0 < min(took) < SMALL_FILE_S_MAX


def spent_by_children_s() -> float:
    spent = os.times()
    return spent.children_user + spent.children_system
