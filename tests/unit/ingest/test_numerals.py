"""Numbers of documents: every way of writing one is read back, and nothing else is."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.ingest.readers.numerals import decimal_mark, number, without_idle_zeros

amounts = st.decimals(-(10**12), 10**12, places=2, allow_nan=False)


@given(amounts)
def test_an_amount_is_read_back_from_every_way_of_writing_it(amount: Decimal) -> None:
    plain, grouped = f"{amount:f}", f"{amount:,.2f}"
    swapped = grouped.translate(str.maketrans(",.", ".,"))
    assert number(plain, ".") == number(plain.replace(".", ","), ",") == amount
    assert number(grouped, ".") == number(swapped, ",") == amount
    assert number(grouped.replace(",", "\u00a0"), ".") == number(grouped.replace(",", "'"), ".") == amount


@given(st.lists(amounts, min_size=1))
def test_amounts_with_cents_agree_on_their_mark(written: list[Decimal]) -> None:
    assert decimal_mark(f"{amount:,.2f}" for amount in written) == "."


@pytest.mark.parametrize(
    ("text", "value"), [("(5.00)", "-5.00"), ("5.00-", "-5.00"), ("\u22125", "-5"), ("+.5", "0.5"), ("500,", "500")]
)
def test_signs_and_marks_at_the_edges(text: str, value: str) -> None:
    assert number(text) == Decimal(value)


@pytest.mark.parametrize("text", ["", "-", ".", "1-2", "(5", "+5-", "1e5", "Infinity", "٣", "1,23,4.5", "9" * 31])
def test_what_is_no_number(text: str) -> None:
    assert number(text) is None


def test_numbers_that_can_be_read_both_ways_decide_nothing() -> None:
    assert decimal_mark(["1.234", "5", "12,345"]) is None


@given(st.decimals(-1000, 1000, places=6))
def test_idle_zeros_go_and_the_amount_stays(amount: Decimal) -> None:
    short = without_idle_zeros(amount)
    assert short == amount
    assert len(str(short)) <= len(f"{amount:f}")
