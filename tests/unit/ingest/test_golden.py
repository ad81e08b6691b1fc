"""Every kind of statement that was ever hard has a file here, and is read as it is written beside it.

A kind is a folder `tests/statements/<format>/<kind>/` with the statement, `input.*`, and what it says, `expected.json`.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from farthing.ingest.readers.reader import FORMATS, read, recognised
from farthing.ingest.readers.source import Source
from farthing.ingest.reading import Reading
from farthing.ingest.statement import Line

STATEMENTS = Path(__file__).parents[2] / "statements"
KINDS = sorted(path for path in STATEMENTS.glob("*/*") if path.is_dir())
each_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.parent.name}-{kind.name}")


def statement_of(kind: Path) -> Path:
    (found,) = kind.glob("input.*")
    return found


def told(reading: Reading) -> list[dict[str, Any]]:
    return [line_told(line) for statement in reading.statements for line in statement.lines]


def line_told(line: Line) -> dict[str, Any]:
    return {
        "date": line.date.isoformat(),
        "amount": str(line.amount),
        "currency": line.currency,
        "description": line.description,
        "payee": line.payee,
        "memo": line.memo,
        "reference": line.reference,
        "balance": None if line.balance is None else str(line.balance),
        "account": line.account,
        "status": str(line.status),
    }


@each_kind
def test_a_statement_is_read_as_it_is_written_beside_it(kind: Path) -> None:
    path = statement_of(kind)
    reading = read(path.read_bytes(), path.name)
    assert told(reading) == json.loads((kind / "expected.json").read_text())


@each_kind
def test_its_format_is_recognised_first_whatever_its_name(kind: Path) -> None:
    (_, name), *_ = recognised(Source(statement_of(kind).read_bytes(), "statement.bin"))
    assert name == kind.parent.name


@each_kind
def test_every_line_of_it_met_a_fate(kind: Path) -> None:
    """Each transaction is told as at least one line, and each rejected line with its reason."""
    path = statement_of(kind)
    reading = read(path.read_bytes(), path.name)
    assert sum(reading.fates.values()) >= len(told(reading)) + len(reading.rejected)
    assert all(rejected.reason for rejected in reading.rejected)


def test_every_format_has_kinds() -> None:
    assert {kind.parent.name for kind in KINDS} >= set(FORMATS) - {"csv"}
