"""A split sums to its whole, whatever the parts."""

from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from farthing.classify.rules.rule import Share
from farthing.classify.rules.splitting import Piece, pieces

PERCENT = st.decimals("0.01", "60", places=2)
SIZES = st.integers(-(10**9), 10**9)


@given(SIZES, st.lists(PERCENT, min_size=1, max_size=4), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_percentages_and_a_rest_lose_no_penny(whole: int, percents: list[Decimal], currency: str) -> None:
    assume(sum(percents) < 100)
    found = pieces(whole, currency, [*(Share(percent=p) for p in percents), Share()])
    if found is None:
        small = [round(abs(whole) * percent / 100) for percent in percents]
        assert sum(map(bool, small)) == 0 or sum(small) >= abs(whole)
    else:
        assert sum(piece.amount for piece in found) == whole
        assert all(piece.amount * whole > 0 for piece in found)


@given(SIZES, st.lists(st.integers(1, 50), min_size=2, max_size=5))
def test_percentages_alone_lose_no_penny_either(whole: int, weights: list[int]) -> None:
    rest = 100 - sum(weights[1:])
    assume(rest > 0)
    shares = [Share(percent=Decimal(percent)) for percent in (rest, *weights[1:])]
    found = pieces(whole, "EUR", shares)
    if found is not None:
        assert sum(piece.amount for piece in found) == whole
        if len(found) == len(shares):
            wanted = [Decimal(whole) * share.percent / 100 for share in shares if share.percent]
            assert all(abs(piece.amount - exact) < 1 for piece, exact in zip(found, wanted, strict=True))


@given(SIZES, st.integers(1, 10**6))
def test_a_fixed_part_is_cut_off_where_it_fits(whole: int, fixed: int) -> None:
    found = pieces(whole, "EUR", [Share(amount=Decimal(fixed).scaleb(-2), category="A"), Share(category="B")])
    sign = 1 if whole > 0 else -1
    if abs(whole) <= fixed:
        assert found is None
    else:
        assert found == (Piece(sign * fixed, "A", None), Piece(whole - sign * fixed, "B", None))


@pytest.mark.parametrize(
    ("whole", "currency", "share"),
    [(-1000, "JPY", Share(amount=Decimal("0.5"))), (0, "EUR", Share(percent=Decimal(50)))],
)
def test_what_does_not_come_out_even_is_no_split(whole: int, currency: str, share: Share) -> None:
    assert pieces(whole, currency, [share, Share()]) is None
