"""By what rows are known again: as many fingerprints as rows, nobody else's, and nothing of the order of columns."""

import csv
import io
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from farthing.ingest.preparing import prepared
from farthing.ingest.rawrows import Fact, Place, raw_rows
from farthing.ingest.wishes import Wishes
from farthing.kernel.money import MINOR_MAX

MINE, OTHER = UUID(int=1), UUID(int=2)
HOME = Place(UUID(int=10), "EUR", 2)
NAMES = ("Date", "Payee", "Description", "Amount")

lines = st.lists(
    st.tuples(
        st.integers(1, 28).map(lambda day: date(2026, 5, day).isoformat()),
        st.sampled_from(["Corner Bakery", "Lidl sp. z o.o."]),
        st.sampled_from(["bread", "weekly shop"]),
        st.sampled_from(["-3.50", "-47.11", "2500.00"]),
    ),
    min_size=1,
    max_size=8,
)
Lines = list[tuple[str, str, str, str]]
SPENT = ("2026-05-01", "Corner Bakery", "bread", "-3.50")
"""Tells which sign spending has: without such a row, a file may be read the other way round, and says so."""
few = settings(max_examples=8)
"""Each reads files, which takes its time."""


def table(rows: Lines, names: Sequence[str] = NAMES) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\n")
    writer.writerow(names)
    writer.writerows([[row[NAMES.index(name)] for name in names] for row in rows])
    return out.getvalue().encode()


def facts(content: bytes, place: Place = HOME, workspace_id: UUID = MINE, kind: str = "csv") -> list[Fact]:
    with TemporaryDirectory() as made:
        folder = Path(made)
        (folder / "file").write_bytes(content)
        done = prepared(folder / "file", "may.csv", Wishes(), folder)
        with raw_rows(folder, {0: place}, workspace_id, kind, folder) as raw:
            return raw.some(range(1, done.row_count + 1))


def prints(found: Sequence[Fact]) -> list[bytes]:
    return [fact.fingerprint for fact in found]


@few
@given(lines, st.integers(1, 4))
def test_identical_rows_have_fingerprints_of_their_own(rows: Lines, times: int) -> None:
    found = prints(facts(table(sorted(rows * times))))
    assert len(set(found)) == len(rows) * times


@few
@given(lines)
def test_a_workspace_and_an_account_share_no_fingerprint(rows: Lines) -> None:
    content = table(sorted(rows))
    mine = set(prints(facts(content)))
    assert not mine & set(prints(facts(content, workspace_id=OTHER)))
    assert not mine & set(prints(facts(content, HOME._replace(account_id=UUID(int=11)))))


@few
@given(lines, st.permutations(NAMES))
def test_the_order_of_columns_is_nothing(rows: Lines, names: list[str]) -> None:
    ordered = sorted(rows)
    assert set(prints(facts(table(ordered)))) == set(prints(facts(table(ordered, names))))


@few
@given(lines, st.randoms())
def test_the_order_of_rows_is_nothing(rows: Lines, chance: Random) -> None:
    mixed = list(rows)
    chance.shuffle(mixed)
    assert set(prints(facts(table(rows)))) == set(prints(facts(table(mixed))))


@few
@given(lines)
def test_a_part_of_a_file_has_fingerprints_of_the_whole(rows: Lines) -> None:
    whole = [SPENT, *rows]
    part = prints(facts(table(whole[: len(whole) // 2 + 1])))
    assert set(part) <= set(prints(facts(table(whole))))


def test_an_amount_that_no_account_can_hold_is_read_and_too_large() -> None:
    huge = facts(table([("2026-05-02", "Corner Bakery", "bread", "-99999999999999999999.00")]))
    assert huge[0].minor < -MINOR_MAX
