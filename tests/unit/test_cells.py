"""Cells: nothing that a spreadsheet would calculate, and nothing lost on the way back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.kernel.cells import plain_cell, safe_cell

risky = st.text(st.sampled_from("'=+-@\t\r\n\uff1d1. a"), max_size=6)


@pytest.mark.parametrize(
    ("cell", "safe"),
    [
        (None, ""),
        ("plain", "plain"),
        ("-12.34", "-12.34"),
        ("+48", "+48"),
        ("-1e5", "'-1e5"),
        ("-٣", "'-٣"),
        ("-1\n", "'-1\n"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("\uff1d1", "'\uff1d1"),
        ("a=1", "a=1"),
    ],
)
def test_a_cell_is_shown_and_never_calculated(cell: str | None, safe: str) -> None:
    assert safe_cell(cell) == safe


@given(risky | st.text())
def test_no_text_begins_a_formula(text: str) -> None:
    cell = safe_cell(text)
    assert plain_cell(cell) == text
    assert not cell.startswith(("=", "@", "\t", "\r", "\n"))
    if cell.startswith(("+", "-")):
        assert cell[1:].replace(".", "", 1).isascii()
