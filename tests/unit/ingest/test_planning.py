"""What is decided sooner is decided as everything is."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from farthing.ingest.decisions import Evidence, Period, Statement
from farthing.ingest.planning import Basis, Plan, _decisions, _is_simple
from farthing.ingest.preparing import COLUMNS, ROWS, duck
from farthing.ingest.rawrows import Place, Planned, RawRows, raw_rows

ACCOUNT = UUID(int=7)
FIRST = date(2026, 5, 1)
LONG_AGO = frozenset({date(1990, 1, 1)})
"""A closed month that no row lies in makes nothing simple any more, and changes nothing."""


def kept(told: list[tuple[int, int, str | None]], folder: Path) -> None:
    """Rows as reading a file leaves them."""
    day = dict.fromkeys(COLUMNS, "NULL")
    shown = [
        {
            **day,
            "row": str(number),
            "line": str(number),
            "statement": "0",
            "date": f"DATE '{FIRST + timedelta(days=days)}'",
            "amount": f"{minor}::DECIMAL(28, 8) / {1000 if minor % 11 == 0 else 100}",
            "currency": f"'{currency}'" if currency else "NULL",
            "payee": f"'{minor % 3}'",
            "status": "'booked'",
        }
        for number, (days, minor, currency) in enumerate(told, 1)
    ]
    values = ", ".join(f"({', '.join(row.values())})" for row in shown)
    typed = ", ".join(f"CAST({name} AS {kind}) AS {name}" for name, kind in COLUMNS.items())
    with duck() as connection:
        nothing = f"(SELECT {', '.join(f'NULL AS {name}' for name in COLUMNS)} WHERE false)"
        source = f"(VALUES {values}) AS told({', '.join(COLUMNS)})" if shown else nothing
        connection.execute(f"COPY (SELECT {typed} FROM {source}) TO '{folder / ROWS}' (FORMAT parquet)")


rows = st.lists(
    st.tuples(st.integers(0, 9), st.integers(-30, 30), st.sampled_from([None, "EUR", "USD"])),
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


@settings(max_examples=30)
@given(rows, statements, st.dictionaries(st.integers(0, 19), st.integers(0, 2)), st.sets(st.integers(0, 12)))
def test_sooner_or_later_the_decisions_are_the_same(
    told: list[tuple[int, int, str | None]], former: list[Statement], seen: dict[int, int], gone: set[int]
) -> None:
    place = Place(ACCOUNT, "EUR", 2)
    with TemporaryDirectory() as made:
        folder = Path(made)
        kept(told, folder)
        with raw_rows(folder, {0: place}, UUID(int=1), "csv", folder) as raw:
            prints = [fact.fingerprint for fact in raw.some(range(1, len(told) + 1))]
            known = {prints[at]: (at, number % len(former)) for at, number in seen.items() if at < len(prints)}
            span = Period(FIRST, FIRST + timedelta(days=9))
            evidence = {ACCOUNT: Evidence(known, former, gone)}
            basis = Basis(UUID(int=1), "csv", {0: place}, {0: span}, evidence, {})
            slow = replace(basis, closed=LONG_AGO)
            assert _is_simple(basis)
            assert not _is_simple(slow)
            assert decided(raw, basis) == decided(raw, slow)


def decided(raw: RawRows, basis: Basis) -> tuple[list[Planned], dict[str, Any]]:
    plan = Plan()
    found = list(_decisions(raw, basis, plan))
    return sorted(found), plan.summary()
