"""What is decided sooner is decided as everything is."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, cast
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from farthing.ingest.decisions import Evidence, Period, Statement
from farthing.ingest.planning import Basis, Plan, _decisions, _is_simple
from farthing.ingest.rawrows import Known, Place, Planned, RawRows

ACCOUNT = UUID(int=7)
FIRST = date(2026, 5, 1)
LONG_AGO = frozenset({date(1990, 1, 1)})
"""A closed month that no row lies in makes nothing simple any more, and changes nothing."""


class Rows:
    """Rows as they would be read."""

    has_balances = False

    def __init__(self, rows: list[Known]) -> None:
        self._rows = rows

    def known(self) -> Iterator[list[Known]]:
        yield self._rows


def row(number: int, day: int, minor: int, mark: int, currency: str | None) -> Known:
    values: dict[str, Any] = {
        "row": number,
        "statement": 0,
        "date": FIRST + timedelta(days=day),
        "minor": minor,
        "status": "booked",
        "fingerprint": bytes([mark]) * 16,
        "is_too_fine": minor % 11 == 0,
        "currency": currency,
        "first_alike": bytes([mark]) * 16,
    }
    return Known(**{name: values[name] for name in Known._fields})


rows = st.lists(
    st.tuples(st.integers(0, 9), st.integers(-300, 300), st.integers(0, 12), st.sampled_from([None, "EUR", "USD"])),
    max_size=20,
)
statements = st.lists(
    st.builds(
        lambda first, length, again: Statement(
            "may.csv", Period(FIRST + timedelta(days=first), FIRST + timedelta(days=first + length)), is_same_file=again
        ),
        st.integers(-5, 5),
        st.integers(0, 9),
        st.booleans(),
    ),
    min_size=1,
    max_size=3,
)


@given(rows, statements, st.dictionaries(st.integers(0, 12), st.integers(0, 2)), st.sets(st.integers(0, 12)))
def test_sooner_or_later_the_decisions_are_the_same(
    told: list[tuple[int, int, int, str | None]], former: list[Statement], seen: dict[int, int], gone: set[int]
) -> None:
    known = [row(number, *one) for number, one in enumerate(told, 1)]
    evidence = Evidence(
        {bytes([mark]) * 16: (mark, number % len(former)) for mark, number in seen.items()}, former, gone
    )
    span = Period(FIRST, FIRST + timedelta(days=9))
    basis = Basis(UUID(int=1), "csv", {0: Place(ACCOUNT, "EUR", 2)}, {0: span}, {ACCOUNT: evidence}, {})
    slow = replace(basis, closed=LONG_AGO)
    assert _is_simple(basis)
    assert not _is_simple(slow)
    assert decided(known, basis) == decided(known, slow)


def decided(known: list[Known], basis: Basis) -> tuple[list[Planned], dict[str, Any]]:
    plan = Plan()
    found = list(_decisions(cast("RawRows", Rows(known)), basis, plan))
    return sorted(found), plan.summary()
