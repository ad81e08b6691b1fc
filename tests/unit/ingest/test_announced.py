"""What was announced and what was booked: sure pairs are one to one, nothing depends on the order."""

from datetime import date, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from farthing.ingest.announced import AFTER, BEFORE, Movement, pairings

FIRST = date(2026, 5, 1)
facts = st.tuples(
    st.integers(0, 40).map(lambda number: FIRST + timedelta(days=number)),
    st.sampled_from([-350, -1200]),
    st.sampled_from([frozenset({"lidl", "warszawa"}), frozenset({"lidl"}), frozenset({"cinema"}), frozenset[str]()]),
    st.sampled_from([None, None, "A1", "A2"]),
)
some = st.lists(facts, max_size=6)
Facts = list[tuple[date, int, frozenset[str], str | None]]


def movements(found: Facts, first: int) -> list[Movement]:
    return [Movement(first + at, *one) for at, one in enumerate(found)]


@given(some, some)
def test_sure_pairs_are_one_to_one_and_of_one_amount(pending: Facts, booked: Facts) -> None:
    one, two = movements(pending, 1), movements(booked, 100)
    found = pairings(one, two)
    sure = [pair for pair in found if pair.is_sure]
    assert len({pair.pending for pair in sure}) == len(sure) == len({pair.booked for pair in sure})
    by_key = {movement.key: movement for movement in (*one, *two)}
    for pair in found:
        announced, done = by_key[pair.pending], by_key[pair.booked]
        assert announced.amount == done.amount
        assert -AFTER <= done.day - announced.day <= BEFORE
        assert pair.reason


@given(some, some)
def test_no_sure_pair_is_disputed_by_a_proposal(pending: Facts, booked: Facts) -> None:
    found = pairings(movements(pending, 1), movements(booked, 100))
    sure = {key for pair in found if pair.is_sure for key in (pair.pending, pair.booked)}
    assert not {key for pair in found if not pair.is_sure for key in (pair.pending, pair.booked)} & sure


@given(some, some, st.randoms())
def test_the_order_decides_nothing(pending: Facts, booked: Facts, chance: Random) -> None:
    one, two = movements(pending, 1), movements(booked, 100)
    before = set(pairings(one, two))
    chance.shuffle(one)
    chance.shuffle(two)
    assert set(pairings(one, two)) == before
