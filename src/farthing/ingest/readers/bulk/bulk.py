"""Large tables: understood from samples with all care, then read at once, in memory that does not grow with them.

What is written plainly is read by DuckDB; every other row goes through the careful reading, one by one.
"""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from farthing.ingest.readers.bulk.account import reading_of
from farthing.ingest.readers.bulk.expressions import quoted
from farthing.ingest.readers.bulk.query import Query, query_of
from farthing.ingest.readers.bulk.sample import WINDOW_BYTES, Sample, sample_of, transcoded
from farthing.ingest.readers.table.lines import line_of
from farthing.ingest.readers.table.plan import Plan
from farthing.ingest.readers.table.row import Row
from farthing.ingest.readers.table.sorting import Beside, Sorted, sorted_rows
from farthing.ingest.readers.table.understand import plan_of
from farthing.ingest.reading import Fate, Reading, Rejected
from farthing.ingest.statement import Line
from farthing.ingest.wishes import Wishes

EDGE_ROWS = 50
"""So many rows at either end are read with care: balances and totals stand there."""
BATCH_ROWS = 20_000
_MEMORY = "512MB"
_EXTRA_COLUMNS = 6
FIELDS = (
    *("source_line", "date", "amount", "currency", "payee", "memo", "description"),
    *("reference", "type", "account", "balance", "status", "value_date", "original_amount", "original_currency"),
)
"""The columns of the view `lines`."""
_SUMS = """
SELECT coalesce(sum(amount) FILTER (amount > 0), 0), coalesce(sum(amount) FILTER (amount < 0), 0)
FROM told WHERE {plain}
"""


class NotPlain(Exception):
    """This file needs the careful reading throughout."""


@dataclass(slots=True)
class Bulk:
    """A large file read: its rows in a table of DuckDB's, and what became of the others."""

    connection: duckdb.DuckDBPyConnection
    """With the view `lines`, whose columns are `FIELDS`."""
    sample: Sample
    plan: Plan
    found: Sorted
    """The rows that were read with care, and the fates of all."""

    @property
    def fates(self) -> Mapping[Fate, int]:
        return self.found.fates

    @property
    def rejected(self) -> Sequence[Rejected]:
        return self.found.rejected

    @property
    def count(self) -> int:
        found = self.connection.execute("SELECT count(*) FROM lines").fetchone()
        return int(found[0]) if found else 0

    def batches(self) -> Iterator[list[tuple[Any, ...]]]:
        """The rows in the order of the file, in the order of `FIELDS`."""
        cursor = self.connection.execute(f"SELECT {', '.join(FIELDS)} FROM lines ORDER BY source_line")
        while batch := cursor.fetchmany(BATCH_ROWS):
            yield batch

    def reading(self) -> Reading:
        """How the file was understood; its statements carry no lines, those stay in the table."""
        return reading_of(self.connection, self.plan, self.found, self.sample.names(), self.sample.evidence())


@contextmanager
def bulk_read(path: Path, wishes: Wishes | None = None, window_bytes: int = WINDOW_BYTES) -> Iterator[Bulk]:
    """The file read at once; `NotPlain` if that is not possible."""
    wished = wishes or Wishes()
    sample = sample_of(path, wished, window_bytes)
    plan = plan_of(sample.rows, wished, name=path.name, delimiter=sample.dialect.delimiter)
    query = query_of(plan)
    if query is None or sample.is_multiline:
        raise NotPlain
    with tempfile.TemporaryDirectory(prefix="farthing-read-") as folder, duckdb.connect(":memory:") as connection:
        connection.execute(f"SET memory_limit = '{_MEMORY}'")
        connection.execute("SET preserve_insertion_order = true")
        connection.execute("SET enable_progress_bar = false")
        connection.execute(f"SET temp_directory = '{folder}'")
        file = path if sample.is_plain_encoding else transcoded(path, sample.encoding, Path(folder))
        try:
            yield _read(connection, file, sample, plan, query)
        except duckdb.Error as error:
            raise NotPlain from error


def _read(connection: duckdb.DuckDBPyConnection, file: Path, sample: Sample, plan: Plan, query: Query) -> Bulk:
    """All rows told at once, then the odd ones read with care and put among them."""
    first = _skipped(plan) + 1
    connection.execute(_told(file, sample, plan, query))
    count = connection.execute("SELECT count(*) FROM told").fetchone() or (0,)
    plain = f"raw IS NULL AND rowid BETWEEN {EDGE_ROWS} AND {count[0] - EDGE_ROWS - 1}"
    into, out = connection.execute(_SUMS.format(plain=plain)).fetchone() or (Decimal(0), Decimal(0))
    careful = sorted_rows(plan, _odd_rows(connection, sample, plan, count[0], first), Beside(into, out))
    fields = ", ".join(name for name in FIELDS if name != "source_line")
    connection.execute(f"CREATE TABLE read_with_care AS SELECT 0 AS source_line, {fields} FROM told LIMIT 0")
    lines = [_tuple(line_of(entry, plan)) for entry in careful.entries]
    if lines:
        connection.executemany(f"INSERT INTO read_with_care VALUES ({', '.join('?' * len(FIELDS))})", lines)
    connection.execute(
        f"CREATE VIEW lines AS SELECT rowid + {first} AS source_line, {fields} FROM told WHERE {plain}"
        " UNION ALL SELECT * FROM read_with_care"
    )
    found = Bulk(connection, sample, plan, careful)
    careful.fates[Fate.TRANSACTION] = careful.fates.get(Fate.TRANSACTION, 0) + found.count - len(lines)
    return found


def _odd_rows(connection: duckdb.DuckDBPyConnection, sample: Sample, plan: Plan, count: int, first: int) -> list[Row]:
    """The rows at both ends, from the sample, and the odd ones between them."""
    filled = [row for row in sample.rows if not row.is_blank]
    head = [row for row in plan.layout.body if not row.is_blank][:EDGE_ROWS]
    tail = filled[-EDGE_ROWS:]
    if len(filled) < 2 * EDGE_ROWS or count < 2 * EDGE_ROWS:
        raise NotPlain
    told = connection.execute(
        f"SELECT rowid, raw FROM told WHERE raw IS NOT NULL AND rowid BETWEEN {EDGE_ROWS} AND {count - EDGE_ROWS - 1}"
        " ORDER BY rowid"
    ).fetchall()
    between = [Row(at + first, tuple(cell or "" for cell in raw)) for at, raw in told]
    if any(cell.count('"') % 2 for row in between for cell in row.cells):
        raise NotPlain
    last = count + first - 1
    ends = [Row(last - len(tail) + 1 + at, row.cells) for at, row in enumerate(tail)]
    starts = [Row(first + at, row.cells) for at, row in enumerate(head)]
    return [*starts, *between, *ends]


def _skipped(plan: Plan) -> int:
    header, above = plan.layout.header, plan.layout.above
    if header is not None:
        return header.source_line + header.lines - 1
    return above[-1].source_line if above else 0


def _told(file: Path, sample: Sample, plan: Plan, query: Query) -> str:
    """The table of all rows; those that are odd keep their cells."""
    width = max(len(plan.columns), len(plan.layout.names))
    names = [f"c{at}" for at in range(width + _EXTRA_COLUMNS)]
    kinds = ", ".join(f"{quoted(name)}: 'VARCHAR'" for name in names)
    mark, quote = quoted(sample.dialect.delimiter), quoted(sample.dialect.quote)
    step = (
        f"SELECT * FROM read_csv({quoted(str(file))}, delim = {mark}, quote = {quote}, escape = {quote},"
        f" header = false, skip = {_skipped(plan)}, auto_detect = false, null_padding = true, strict_mode = false,"
        f" max_line_size = 4000000, columns = {{{kinds}}})"
    )
    extra = f"concat({', '.join(names[width:])}) AS extra"
    step = f"SELECT *, {', '.join(query.trimmed)}, {extra} FROM ({step})"
    step = f"SELECT *, {', '.join(query.parsed)} FROM ({step})"
    step = f"SELECT *, {', '.join(query.told)} FROM ({step})"
    cells = f"CASE WHEN {query.odd} THEN [{', '.join(names)}] END AS raw"
    step = f"SELECT *, {query.description} AS description, {cells} FROM ({step})"
    fields = ", ".join(name for name in FIELDS if name != "source_line")
    return f"CREATE TABLE told AS SELECT {fields}, raw FROM ({step})"


def _tuple(line: Line) -> tuple[Any, ...]:
    paid = (line.original.amount, line.original.currency) if line.original else (None, None)
    return (*(str(line.status) if name == "status" else getattr(line, name) for name in FIELDS[:-2]), *paid)
