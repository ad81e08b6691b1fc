"""Large tables of any kind, read with care from beginning to end, twice: first all rows are surveyed, then sorted.

Memory does not grow with the file; it takes many times as long as reading plain rows at once.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import duckdb

from farthing.ingest.errors import StatementTooLarge
from farthing.ingest.readers.bulk.expressions import quoted
from farthing.ingest.readers.bulk.fields import stored
from farthing.ingest.readers.bulk.sample import NotPlain, Sample
from farthing.ingest.readers.table.lines import line_of
from farthing.ingest.readers.table.plan import Plan
from farthing.ingest.readers.table.repair import Repair
from farthing.ingest.readers.table.row import Row
from farthing.ingest.readers.table.sorting import Entry, Sorted, Sorting
from farthing.ingest.readers.table.survey import Survey
from farthing.ingest.readers.text.dialect import CELL_CHARS_MAX, streamed_rows

REJECTED_MAX = 200_000
ASIDES_MAX = 20_000
SCALE = 18
_BATCH_ROWS = 5_000
_LINE_CHARS_MAX = 16 * CELL_CHARS_MAX


def read_steadily(
    connection: duckdb.DuckDBPyConnection, path: Path, sample: Sample, plan: Plan, folder: Path
) -> Sorted:
    """Fill the view `lines` from the file, and tell what became of its rows."""
    survey = Survey.of(_body(path, sample, plan), plan)
    if survey.has_sections:
        raise NotPlain
    sorting = Sorting(plan, survey)
    lines = (line_of(entry, plan) for entry in _entries(sorting, _body(path, sample, plan)))
    stored(connection, "steady", lines, folder, scale=SCALE)
    found, own = sorting.found, sorting.own
    account = f"coalesce(account, {quoted(own)})" if own and found.account else "account"
    connection.execute(f"CREATE VIEW lines AS SELECT * REPLACE ({account} AS account) FROM steady")
    found.account = found.account or own
    return found


def _body(path: Path, sample: Sample, plan: Plan) -> Iterator[Row]:
    """The rows below the header, those torn apart made whole."""
    core = plan.layout.core
    repair = Repair.of(core, range(len(core)), sample.dialect.delimiter)
    with path.open(encoding=sample.encoding, errors="replace") as file:
        for row in streamed_rows(_lines(file), sample.dialect):
            if row.source_line >= plan.layout.first_line:
                yield row if plan.layout.header is None else repair(row)


def _lines(file: TextIO) -> Iterator[str]:
    while line := file.readline(_LINE_CHARS_MAX):
        if len(line) == _LINE_CHARS_MAX:
            raise StatementTooLarge("A line of this file is longer than any statement's.")
        yield line.removesuffix("\n")


def _entries(sorting: Sorting, rows: Iterator[Row]) -> Iterator[Entry]:
    """The transactions in their order; the latest waits for the rows that may continue it."""
    found = sorting.found
    for at, row in enumerate(rows):
        sorting.sort(at, row)
        if len(found.entries) > _BATCH_ROWS:
            yield from found.entries[:-1]
            del found.entries[:-1]
        if at % _BATCH_ROWS == 0:
            _refuse_much(found)
    yield from found.entries
    found.entries.clear()


def _refuse_much(found: Sorted) -> None:
    """What is noted of single rows stays small, or the file is none that can be understood."""
    if len(found.rejected) > REJECTED_MAX:
        first = found.rejected[0]
        reason = f"line {first.source_line}: {first.reason}"
        raise StatementTooLarge(f"More than {REJECTED_MAX:,} rows of this file cannot be read, first {reason}.")
    if len(found.asides) > ASIDES_MAX:
        del found.asides[ASIDES_MAX // 2 : -ASIDES_MAX // 2]
