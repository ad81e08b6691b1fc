"""Money: every amount has one spelling, and what is split sums to the whole."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.kernel.currency import DECIMALS, CurrencyUnknown, currency
from farthing.kernel.money import MINOR_MAX, AmountInvalid, CurrenciesDiffer, Money, to_minor, to_text

codes = st.sampled_from(sorted(DECIMALS))
amounts = st.integers(-MINOR_MAX, MINOR_MAX)
weights = st.lists(st.integers(0, 10_000), min_size=1, max_size=20).filter(any)


@given(amounts, codes)
def test_every_amount_is_read_as_it_was_written(minor: int, code: str) -> None:
    assert to_minor(to_text(minor, code), code) == minor


@given(amounts, codes)
def test_text_is_the_decimal_amount_with_all_its_decimals(minor: int, code: str) -> None:
    text = to_text(minor, code)
    assert Decimal(text) == Money(minor, code).amount
    assert len(text.partition(".")[2]) == DECIMALS[code]


@given(st.integers(-(10**9), 10**9))
def test_a_json_number_counts_as_its_spelling(minor: int) -> None:
    assert to_minor(minor / 100, "EUR") == minor


@pytest.mark.parametrize(
    ("amount", "code", "minor"),
    [
        ("-0.05", "EUR", -5),
        ("-0", "EUR", 0),
        ("+1.5", "EUR", 150),
        (" 12 ", "EUR", 1200),
        ("1e3", "JPY", 1000),
        ("1.234", "KWD", 1234),
        ("0.00000001", "BTC", 1),
        (0.1, "EUR", 10),
        (Decimal("1.10"), "EUR", 110),
        ("12." + "0" * 40, "EUR", 1200),
        (".5", "EUR", 50),
        ("10000000000000.00", "EUR", MINOR_MAX),
    ],
)
def test_amounts_become_minor_units(amount: str | float | Decimal, code: str, minor: int) -> None:
    assert to_minor(amount, code) == minor


@pytest.mark.parametrize(
    "amount",
    [
        *("", "x", "1,50", "NaN", "sNaN", "Infinity", "-Infinity", "1e20", "1e9999", "1e999999", "0.001"),
        *("10000000000000.01", "1_000", "\uff11\uff12", "--1", ".", "0x1", "1e", "1 000"),
        *("12.0000000000000000000000000000000000001", "1." + "0" * 70 + "1"),
    ],
)
def test_what_is_no_amount_is_refused(amount: str) -> None:
    with pytest.raises(AmountInvalid):
        to_minor(amount, "EUR")


@pytest.mark.parametrize(("minor", "code", "text"), [(-5, "EUR", "-0.05"), (0, "EUR", "0.00"), (-7, "JPY", "-7")])
def test_small_amounts_keep_their_zeros(minor: int, code: str, text: str) -> None:
    assert to_text(minor, code) == text


@given(amounts, codes, weights)
def test_a_split_loses_no_penny(minor: int, code: str, shares: list[int]) -> None:
    parts = Money(minor, code).split(shares)
    assert len(parts) == len(shares)
    assert sum(part.minor for part in parts) == minor


@given(amounts, weights)
def test_a_split_is_fair_to_less_than_a_penny(minor: int, shares: list[int]) -> None:
    whole = sum(shares)
    for part, share in zip(Money(minor, "EUR").split(shares), shares, strict=True):
        assert abs(part.minor * whole - minor * share) < whole


@given(amounts, weights)
def test_a_debt_splits_like_an_asset(minor: int, shares: list[int]) -> None:
    assert [-part for part in Money(minor, "EUR").split(shares)] == Money(-minor, "EUR").split(shares)


@pytest.mark.parametrize("shares", [[0], [0, 0], [1, -1], [3, -1], []])
def test_shares_that_make_no_whole_are_refused(shares: list[int]) -> None:
    with pytest.raises(AmountInvalid):
        Money(100, "EUR").split(shares)


@given(amounts, amounts)
def test_subtracting_undoes_adding(one: int, other: int) -> None:
    first, second = Money(one, "EUR"), Money(other, "EUR")
    assert first + second - second == first
    assert first + second == second + first


def test_currencies_are_not_mixed() -> None:
    with pytest.raises(CurrenciesDiffer):
        Money.of("1", "EUR") + Money.of("1", "PLN")


def test_money_says_what_it_is() -> None:
    assert str(Money.of("-1.5", " eur ")) == "-1.50 EUR"


@pytest.mark.parametrize("code", ["", "EU", "XXZ", "EURO"])
def test_unknown_currencies_are_refused(code: str) -> None:
    with pytest.raises(CurrencyUnknown):
        currency(code)
