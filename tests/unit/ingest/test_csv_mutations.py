"""A statement written in another way is read as before, or refused, or read with the doubt told: never wrongly."""

import json
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from factories.mutations import Mutation, mutations
from farthing.ingest.errors import StatementUnreadable
from farthing.ingest.readers.reader import read
from farthing.ingest.readers.text.decoding import decoded
from farthing.ingest.reading import Doubt, Reading

CSV = Path(__file__).parents[2] / "statements" / "csv"
UNPARTED = {"key-value-blocks", "fixed-width"}
"""Nothing parts their cells that could be changed."""
KINDS = sorted({path.name for path in CSV.iterdir() if path.is_dir()} - UNPARTED)
MISPLACED = {"broker-cash", "shifted-header"}
"""Their names do not stand above their columns, so that a turned table has no meaning."""
NAMELESS = {"in no language", "without names", "turned round", "moved on"}
"""Nothing tells a booking date from another one: either is right."""

Moves = Counter[tuple[str, Decimal]]


def moves_of(reading: Reading) -> Moves:
    return Counter((line.date.isoformat(), line.amount) for s in reading.statements for line in s.lines)


def amounts_of(moves: Moves) -> Counter[Decimal]:
    return Counter(amount for (_, amount), count in moves.items() for _ in range(count))


def is_right(reading: Reading, expected: Moves, mutation: Mutation) -> bool:
    found = moves_of(reading)
    if found == expected:
        return True
    if mutation.name in NAMELESS and amounts_of(found) == amounts_of(expected):
        return True
    turned = Counter({(day, -amount): count for (day, amount), count in expected.items()})
    return Doubt.SIGN in {doubt.doubt for doubt in reading.ambiguities} and found == turned


@pytest.mark.parametrize("kind", KINDS)
def test_a_statement_written_in_another_way_is_never_read_wrongly(kind: str) -> None:
    (path,) = (CSV / kind).glob("input.*")
    told = json.loads((CSV / kind / "expected.json").read_text())
    expected = Counter((line["date"], Decimal(line["amount"])) for line in told)
    text = decoded(path.read_bytes())
    wrong = []
    for mutation in mutations(text.text, text.encoding, read(path.read_bytes(), path.name)):
        if kind in MISPLACED and mutation.name == "turned round":
            continue
        try:
            reading = read(mutation.data, path.name)
        except StatementUnreadable:
            continue
        if not is_right(reading, expected, mutation):
            wrong.append((mutation.name, moves_of(reading) - expected, expected - moves_of(reading)))
    assert not wrong
