"""Whatever happens to a document, it is read or refused in our own words, and soon."""

import time
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.ingest.errors import StatementTooLarge, StatementUnreadable
from farthing.ingest.readers.reader import FORMATS
from farthing.ingest.readers.source import Source
from farthing.ingest.reading import Reading
from farthing.ingest.wishes import Wishes

STATEMENTS = Path(__file__).parents[2] / "statements"
DOCUMENTS = {name: module for name, module in FORMATS.items() if name != "csv" and (STATEMENTS / name).is_dir()}
SAMPLES = {name: [path.read_bytes() for path in sorted((STATEMENTS / name).glob("*/input.*"))] for name in DOCUMENTS}
READ_S_MAX = 15
"""Of processor time, which a busy machine does not stretch."""
each_format = pytest.mark.parametrize("name", DOCUMENTS)
small = st.integers(0, 60)
edits = st.lists(
    st.tuples(
        st.floats(0, 1), small, st.one_of(st.binary(max_size=12), st.sampled_from([b"\0", b"<", b"&#0;", b"-", b","]))
    ),
    min_size=1,
    max_size=6,
)


def module_of(name: str) -> Any:
    return import_module(f"farthing.ingest.readers.formats.{DOCUMENTS[name]}")


def read_or_refused(name: str, data: bytes) -> Reading | None:
    """What came of it, in time."""
    began = time.process_time()
    source = Source(data, f"statement.{name}")
    assert 0 <= module_of(name).identify(source) <= 100
    try:
        reading: Reading | None = module_of(name).read(source, Wishes())
    except (StatementUnreadable, StatementTooLarge):
        reading = None
    assert time.process_time() - began < READ_S_MAX
    return reading


def edited(data: bytes, changes: list[tuple[float, int, bytes]]) -> bytes:
    for where, gone, new in changes:
        at = int(where * len(data))
        data = data[:at] + new + data[at + gone :]
    return data


@each_format
@given(data=st.binary(max_size=600))
def test_random_bytes(name: str, data: bytes) -> None:
    read_or_refused(name, data)


@each_format
@given(choice=st.randoms(use_true_random=False), changes=edits)
def test_edited_statements(name: str, choice: Any, changes: list[tuple[float, int, bytes]]) -> None:
    reading = read_or_refused(name, edited(choice.choice(SAMPLES[name]), changes))
    if reading is not None:
        assert 0 < reading.confidence <= 100
        assert all(line.amount.is_finite() for statement in reading.statements for line in statement.lines)


@each_format
@given(part=st.floats(0, 1), which=st.integers(0, 100))
def test_statements_cut_off(name: str, part: float, which: int) -> None:
    """Half a statement tells no more than the whole."""
    whole = SAMPLES[name][which % len(SAMPLES[name])]
    reading = read_or_refused(name, whole[: int(part * len(whole))])
    full = read_or_refused(name, whole)
    assert full is not None
    if reading is not None:
        assert sum(len(s.lines) for s in reading.statements) <= sum(len(s.lines) for s in full.statements)


@each_format
@pytest.mark.parametrize("filler", [b"\0", b"<", b"9", b"{", b"[", b"\n", b":61:", b"^", b"&amp;", b"\xff"])
def test_one_thing_again_and_again(name: str, filler: bytes) -> None:
    read_or_refused(name, SAMPLES[name][0][:200] + filler * (200_000 // len(filler)))
