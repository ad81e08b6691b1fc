"""Large tables of mostly plain rows: all are told at once, then the odd ones read with care and put among them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb

from farthing.ingest.errors import StatementTooLarge
from farthing.ingest.readers.bulk.expressions import SCALE, quoted
from farthing.ingest.readers.bulk.fields import FIELDS, stored
from farthing.ingest.readers.bulk.prepared import Prepared, Unusual, prepared
from farthing.ingest.readers.bulk.query import Query, query_of
from farthing.ingest.readers.bulk.sample import NotPlain, Sample
from farthing.ingest.readers.table.lines import line_of
from farthing.ingest.readers.table.plan import Plan
from farthing.ingest.readers.table.repair import Repair
from farthing.ingest.readers.table.row import Row
from farthing.ingest.readers.table.sorting import Sorted, Sorting
from farthing.ingest.readers.table.survey import Beside, Survey
from farthing.ingest.readers.text.dialect import streamed_rows
from farthing.ingest.reading import Fate

EDGE_ROWS = 50
"""So many rows at either end are read with care: balances and totals stand there."""
ODD_ROWS_MAX = 100_000
_EXTRA_COLUMNS = 6
_MISSING = "\x01"
"""Stands for a cell that the engine may take for nothing: none, so that empty cells are told from missing ones."""
_BLANK = re.compile("\n (?=\n)")
"""A blank line inside a cell, see `prepared`."""
_FIELDS = ", ".join(name for name in FIELDS if name != "source_line")
_SUMS = """
SELECT coalesce(sum(amount) FILTER (amount > 0), 0), coalesce(sum(amount) FILTER (amount < 0), 0),
       coalesce(sum(taken), 0)
FROM told WHERE {plain}
"""
_PLACED = """
CREATE OR REPLACE TABLE told AS
SELECT *, CAST(sum(taken) OVER (ROWS UNBOUNDED PRECEDING) - taken AS BIGINT) AS before FROM unplaced;
DROP TABLE unplaced;
"""


@dataclass(frozen=True, slots=True)
class Told:
    """The table of all rows as they were told, and where each stands in the file."""

    connection: duckdb.DuckDBPyConnection
    count: int
    place: str
    """The line of a row, as an expression."""

    @property
    def between(self) -> str:
        """Rows that are neither among the first nor among the last."""
        return f"rowid BETWEEN {EDGE_ROWS} AND {self.count - EDGE_ROWS - 1}"

    def line_at(self, row: int) -> int:
        found = self.connection.execute(f"SELECT {self.place} FROM told WHERE rowid = {row}").fetchone()
        return int(found[0]) if found else 0

    def odd(self) -> list[tuple[int, int, list[str | None]]]:
        """Line, lines and cells of the rows between that are not plain."""
        found = self.connection.execute(
            f"SELECT {self.place}, taken, raw FROM told WHERE raw IS NOT NULL AND {self.between} ORDER BY rowid"
            f" LIMIT {ODD_ROWS_MAX + 1}"
        ).fetchall()
        if len(found) > ODD_ROWS_MAX:
            raise NotPlain
        return found


def read_plainly(connection: duckdb.DuckDBPyConnection, path: Path, sample: Sample, plan: Plan, folder: Path) -> Sorted:
    """Fill the view `lines` from the file, and tell what became of its rows; `NotPlain` if it cannot be done so."""
    query = query_of(plan)
    habits = Survey.of(plan.layout.body, plan)
    if query is None or habits.is_continued or habits.is_filled_down or habits.has_sections:
        raise NotPlain
    try:
        file = prepared(path, sample, folder)
    except Unusual as unusual:
        raise NotPlain from unusual
    told = _told(connection, file, sample, plan, query)
    plain = f"raw IS NULL AND {told.between}"
    into, out, taken = connection.execute(_SUMS.format(plain=plain)).fetchone() or (Decimal(0), Decimal(0), 0)
    found = _sorted(plan, list(_careful_rows(told, file, sample, plan)), Beside(into, out))
    try:
        stored(connection, "careful", (line_of(entry, plan) for entry in found.entries), folder, scale=SCALE)
    except StatementTooLarge as too_fine:
        raise NotPlain from too_fine
    connection.execute(
        f"CREATE VIEW lines AS SELECT {told.place} AS source_line, {_FIELDS} FROM told WHERE {plain}"
        " UNION ALL SELECT * FROM careful"
    )
    found.fates[Fate.TRANSACTION] = found.fates.get(Fate.TRANSACTION, 0) + int(taken)
    found.entries.clear()
    return found


def _sorted(plan: Plan, rows: Sequence[Row], beside: Beside) -> Sorted:
    """The odd rows with their fates; where one of them changes what others mean, all must be read with care."""
    survey = Survey.of(rows, plan, beside, has_habits=False)
    if survey.has_sections or survey.has_undated:
        raise NotPlain
    sorting = Sorting(plan, survey)
    for at, row in enumerate(rows):
        sorting.sort(at, row)
    found = sorting.found
    last = rows[-EDGE_ROWS].source_line
    if found.account is not None or not found.entries or found.entries[-1].row.source_line < last:
        raise NotPlain
    found.account = sorting.own
    return found


def _careful_rows(told: Told, file: Prepared, sample: Sample, plan: Plan) -> Iterator[Row]:
    """The rows at both ends and the odd ones between them."""
    if told.count <= 2 * EDGE_ROWS:
        raise NotPlain
    core, quote = plan.layout.core, sample.dialect.quote
    repair = Repair.of(core, range(len(core)), sample.dialect.delimiter)
    first, from_end = plan.layout.first_line, told.line_at(told.count - EDGE_ROWS)
    head = file.beginning(told.line_at(EDGE_ROWS) - 1)[first - 1 :]
    tail = file.end(file.lines - from_end + 1)
    between = [_row(place, taken, raw) for place, taken, raw in told.odd()]
    if any(cell.count(quote) % 2 for row in between for cell in row.cells):
        raise NotPlain
    for row in (*_edge(head, first, sample), *between, *_edge(tail, from_end, sample)):
        yield row if plan.layout.header is None else repair(row)


def _edge(lines: Sequence[str], first: int, sample: Sample) -> list[Row]:
    """The rows of an end of the file, which must be those that the engine found."""
    rows = [
        Row(first + row.source_line - 1, row.cells, row.lines) for row in streamed_rows(iter(lines), sample.dialect)
    ]
    if len(rows) != EDGE_ROWS:
        raise NotPlain
    return rows


def _row(place: int, taken: int, raw: Sequence[str | None]) -> Row:
    """A row of the engine's, without the cells that it put in to make all rows alike."""
    filled = max((at + 1 for at, cell in enumerate(raw) if cell is not None), default=0)
    cells = tuple(_BLANK.sub("\n", (cell or "").replace("\r\n", "\n")) for cell in raw[:filled])
    return Row(place, cells, taken)


def _told(connection: duckdb.DuckDBPyConnection, file: Prepared, sample: Sample, plan: Plan, query: Query) -> Told:
    """All rows told; each line of the file must be part of one."""
    first = plan.layout.first_line
    for is_multiline in (True,) if sample.is_multiline else (False, True):
        try:
            connection.execute(_tell(file, sample, plan, query, is_multiline=is_multiline))
            if is_multiline:
                connection.execute(_PLACED)
        except duckdb.Error:
            continue
        count, taken = connection.execute("SELECT count(*), coalesce(sum(taken), 0) FROM told").fetchone() or (0, 0)
        if taken == file.lines - first + 1:
            return Told(connection, count, f"({first} + {'before' if is_multiline else 'rowid'})")
    raise NotPlain


def _tell(file: Prepared, sample: Sample, plan: Plan, query: Query, *, is_multiline: bool) -> str:
    """Makes the table of all rows; those that are odd keep their cells."""
    width = max(len(plan.columns), len(plan.layout.names))
    names = [f"c{at}" for at in range(width + _EXTRA_COLUMNS)]
    kinds = ", ".join(f"{quoted(name)}: 'VARCHAR'" for name in names)
    mark, quote = quoted(sample.dialect.delimiter), quoted(sample.dialect.quote)
    step = (
        f"SELECT * FROM read_csv({quoted(str(file.path))}, delim = {mark}, quote = {quote}, escape = {quote},"
        f" header = false, skip = {plan.layout.first_line - 1}, auto_detect = false, null_padding = true,"
        f" strict_mode = false, max_line_size = 4000000, nullstr = {quoted(_MISSING)},"
        f" parallel = {'false' if is_multiline else 'true'}, columns = {{{kinds}}})"
    )
    extra = f"concat({', '.join(names[width:])}) AS extra"
    step = f"SELECT *, {', '.join(query.trimmed)}, {extra} FROM ({step})"
    step = f"SELECT *, {', '.join(query.parsed)} FROM ({step})"
    step = f"SELECT *, {', '.join(query.told)} FROM ({step})"
    cells = f"CASE WHEN {query.odd} THEN [{', '.join(names)}] END AS raw"
    step = f"SELECT *, {query.description} AS description, {cells} FROM ({step})"
    whole = f"concat({', '.join(names)})"
    ends = f"length({whole}) - length(replace({whole}, chr(10), ''))" if is_multiline else "0"
    table = "unplaced" if is_multiline else "told"
    return (
        f"CREATE OR REPLACE TABLE {table} AS SELECT {_FIELDS}, raw, CAST(1 + {ends} AS INTEGER) AS taken FROM ({step})"
    )
