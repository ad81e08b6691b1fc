"""Whatever stands in a file, it is read or refused in our own words, soon, and no line is lost."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.ingest.readers.reader import read
from farthing.ingest.readers.text.decoding import decoded
from farthing.ingest.readers.text.dialect import lines_of
from farthing.kernel.errors import FarthingError

CSV = Path(__file__).parents[2] / "statements" / "csv"
FILES = sorted(path for path in CSV.glob("*/input.*"))
CELL = st.one_of(
    st.sampled_from(
        ["", "-", "Date", "Amount", "Saldo", "13.09.2024", "2024-09-13", "-1,00", "1.234,56", "EUR", "Total"]
    ),
    st.text(max_size=8),
    st.decimals(min_value=-99, max_value=99, places=2).map(str),
)
pytestmark = pytest.mark.timeout(120)


def survives(data: bytes) -> None:
    try:
        reading = read(data, "a.csv", None)
    except FarthingError as error:
        assert error.detail
        return
    if reading.format == "csv":
        assert sum(reading.fates.values()) == len(lines_of(decoded(data).text))
    assert all(one.reason for one in reading.rejected)


@given(st.binary(max_size=600))
def test_any_bytes(data: bytes) -> None:
    survives(data)


@given(st.lists(st.lists(CELL, max_size=7), max_size=12), st.sampled_from(",;\t|"))
def test_any_table(table: list[list[str]], mark: str) -> None:
    survives("\n".join(mark.join(row) for row in table).encode("utf-8", "replace"))


@given(st.sampled_from(FILES), st.data())
def test_a_statement_with_some_bytes_changed(path: Path, data: st.DataObject) -> None:
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 12))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    survives(bytes(content))


@given(st.sampled_from(FILES), st.data())
def test_a_statement_cut_anywhere(path: Path, data: st.DataObject) -> None:
    content = path.read_bytes()
    start = data.draw(st.integers(0, len(content)))
    survives(content[start : data.draw(st.integers(start, len(content)))])


@pytest.mark.parametrize(
    "data",
    [
        b"," * 1_000_000,
        b"a,b\n" + b"x" * 3_000_000 + b",1.00\n",
        b'"' * 100_000,
        b"\x00" * 10_000,
        b"2024-09-13,a,1.00\n" * 20_000,
        b"1" * 100_000,
        b";" * 500 + b"\n" + b"2024-09-13;" * 300,
        ("(" * 5_000 + "\n").encode() * 20,
    ],
    ids=["columns", "huge cell", "quotes", "zeros", "alike", "digits", "wide", "brackets"],
)
def test_monsters_end_soon(data: bytes) -> None:
    survives(data)
