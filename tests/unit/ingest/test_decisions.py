"""What is new and what is the same: one to one, as many as the source that tells of most, in whatever order."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from farthing.ingest.decisions import (
    Candidate,
    Decision,
    Evidence,
    Period,
    RowState,
    Statement,
    Told,
    by_balance,
    is_whole,
    known,
    paired,
)

FIRST = date(2026, 5, 1)
MAY = Period(FIRST, date(2026, 5, 31))
WORDS = [frozenset({"bakery"}), frozenset({"bakery", "bread"}), frozenset({"cinema"}), frozenset()]

days = st.integers(0, 9).map(lambda number: FIRST + timedelta(days=number))
amounts = st.sampled_from([-350, -350, -1200])
facts = st.tuples(days, amounts, st.booleans(), st.sampled_from(WORDS))
whole = st.lists(facts, max_size=8)
Facts = list[tuple[date, int, bool, frozenset[str]]]


def rows_of(found: Facts) -> list[Candidate]:
    return [Candidate(at, *one[:3], fingerprint=bytes([at]), words=one[3]) for at, one in enumerate(found, 1)]


def told_of(found: Facts, covered: tuple[Period, ...] | None = (MAY,)) -> list[Told]:
    return [Told(100 + at, *one, who="another bank", covered=covered) for at, one in enumerate(found)]


def same(found: dict[int, Decision]) -> dict[int, int | None]:
    return {row: decision.key for row, decision in found.items() if decision.state is RowState.SAME}


@given(whole, whole)
def test_no_transaction_is_two_rows(rows: Facts, told: Facts) -> None:
    theirs = told_of(told)
    ours = rows_of(rows)
    found = same(paired(ours, MAY, theirs))
    assert len(set(found.values())) == len(found)
    by_key, by_row = {one.key: one for one in theirs}, {one.row: one for one in ours}
    for row, key in found.items():
        assert key is not None
        assert by_key[key].amount == by_row[row].amount
        assert by_row[row].is_pending or not by_key[key].is_pending


@given(st.lists(facts, max_size=8), st.lists(facts, max_size=8))
def test_of_each_day_the_ledger_holds_as_many_as_who_tells_of_most(rows: Facts, told: Facts) -> None:
    """Whatever words say, and whether or not some are only announced."""
    found = same(paired(rows_of(rows), MAY, told_of(told)))
    theirs = {one.key: one for one in told_of(told)}
    on_the_day = Counter(
        (one.day, one.amount)
        for one in rows_of(rows)
        if one.row in found and theirs[found[one.row] or 0].day == one.day
    )
    for place in {(day, amount) for day, amount, *_ in rows}:
        ours = [one[2] for one in rows if one[:2] == place]
        others = [one[2] for one in told if one[:2] == place]
        assert on_the_day[place] == most(ours, others)


@given(whole, whole, st.sets(st.integers(0, 7)))
def test_what_somebody_deleted_keeps_away_exactly_what_it_would_have_been_the_same_as(
    rows: Facts, told: Facts, gone: set[int]
) -> None:
    """What is new does not depend on what was deleted, and only who is like a deleted one says so."""
    living = told_of(told)
    some = [replace(one, is_deleted=at in gone) for at, one in enumerate(living)]
    deleted = {one.key for one in some if one.is_deleted}
    found = paired(rows_of(rows), MAY, some)
    assert found.keys() == paired(rows_of(rows), MAY, living).keys()
    assert all(("you deleted" in decision.reason) == (decision.key in deleted) for decision in found.values())


def most(rows: Sequence[bool], told: Sequence[bool]) -> int:
    """How many pairs there can be, if booked rows are never what is only announced: by trying all of them."""
    if not rows:
        return 0
    rest = rows[1:]
    found = most(rest, told)
    for at, is_pending in enumerate(told):
        if rows[0] or not is_pending:
            found = max(found, 1 + most(rest, [*told[:at], *told[at + 1 :]]))
    return found


@given(whole, whole, st.randoms())
def test_the_order_of_rows_and_of_the_ledger_decides_nothing(
    rows: Facts,
    told: Facts,
    chance: Random,
) -> None:
    def outcome(ours: list[Candidate], theirs: list[Told]) -> Counter[tuple[object, ...]]:
        found = paired(ours, MAY, theirs)
        return Counter(
            (one.day, one.amount, one.is_pending, found[one.row].state if one.row in found else None) for one in ours
        )

    ours, theirs = rows_of(rows), told_of(told)
    before = outcome(ours, theirs)
    mixed, others = list(ours), list(theirs)
    chance.shuffle(mixed)
    chance.shuffle(others)
    renumbered = [replace(one, row=at) for at, one in enumerate(mixed)]
    assert outcome(mixed, others) == before
    assert outcome(renumbered, others) == before


def test_a_booked_row_is_not_robbed_by_an_announced_one() -> None:
    rows = rows_of([(FIRST, -350, True, WORDS[0]), (FIRST, -350, False, WORDS[0])])
    told = told_of([(FIRST, -350, False, WORDS[0]), (FIRST, -350, True, WORDS[0])])
    assert same(paired(rows, MAY, told)) == {1: 101, 2: 100}


def test_words_choose_among_equals() -> None:
    rows = rows_of([(FIRST, -350, False, WORDS[2]), (FIRST, -350, False, WORDS[1])])
    told = told_of([(FIRST, -350, False, WORDS[1])])
    assert same(paired(rows, MAY, told)) == {2: 100}


@given(days, st.integers(1, 4), st.booleans())
def test_a_day_or_four_apart_it_is_the_same_only_where_both_reach_over_it(day: date, apart: int, reaches: bool) -> None:  # noqa: FBT001
    rows = rows_of([(day + timedelta(days=apart), -350, False, WORDS[0])])
    covered = (MAY,) if reaches else (Period(FIRST, day),)
    found = paired(rows, MAY, told_of([(day, -350, False, WORDS[2])], covered))
    assert found[1].state is (RowState.SAME if reaches else RowState.SUSPECT)


@given(days, days, days, days, days)
def test_two_statements_are_compared_alike_from_either_side(day: date, a: date, b: date, c: date, d: date) -> None:
    one, other = Period(min(a, b), max(a, b)), Period(min(c, d), max(c, d))
    assert is_whole(day, one, other) == is_whole(day, other, one)


@given(days)
def test_where_one_statement_ends_and_the_other_begins_nobody_can_tell(day: date) -> None:
    row = Candidate(1, day, -350, is_pending=False, fingerprint=b"x")
    former = Statement("april.csv", Period(day - timedelta(days=30), day))
    evidence = Evidence({b"x": (7, 0)}, [former])
    decision = known(row, Period(day, day + timedelta(days=30)), evidence)
    assert decision is not None
    assert (decision.state, decision.key) == (RowState.SUSPECT, 7)
    inside = known(row, Period(day - timedelta(days=1), day + timedelta(days=30)), evidence)
    assert inside is not None
    assert inside.state is RowState.SAME
    evidence.promises_ids = True
    by_id = known(row, Period(day, day + timedelta(days=30)), evidence)
    assert by_id is not None
    assert by_id.state is RowState.SAME


def test_what_no_statement_had_is_not_known() -> None:
    assert known(Candidate(1, FIRST, -350, is_pending=False, fingerprint=b"x"), MAY, Evidence()) is None


def test_what_somebody_deleted_is_known_and_stays_away() -> None:
    evidence = Evidence({b"x": (7, 0)}, [Statement("april.csv", MAY)], deleted={7})
    decision = known(Candidate(1, FIRST, -350, is_pending=False, fingerprint=b"x"), MAY, evidence)
    assert decision is not None
    assert decision.state is RowState.SAME


balances = st.sampled_from([None, Decimal("92.00"), Decimal("95.50"), Decimal("99.00")])


@given(st.lists(balances, min_size=1, max_size=3, unique=True), balances)
def test_balances_decide_only_what_they_prove(alike: list[Decimal | None], theirs: Decimal | None) -> None:
    doubtful = Decision(RowState.SUSPECT, "who knows", 7)
    found = [by_balance(doubtful, ours, alike, theirs) for ours in alike]
    if theirs is None or None in alike:
        assert found == [doubtful] * len(alike)
    elif theirs in alike:
        same = [one for one in found if one is not None and one.state is RowState.SAME]
        assert (len(same), found.count(doubtful)) == (1, len(alike) - 1)
    else:
        assert found == [None] * len(alike)
