"""Large tables: understood from samples with all care, then read at once, in memory that does not grow with them.

What is written plainly is read by DuckDB; every other row goes through the careful reading, one by one.
"""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from farthing.ingest.readers.bulk.account import reading_of
from farthing.ingest.readers.bulk.expressions import quoted
from farthing.ingest.readers.bulk.fields import FIELDS
from farthing.ingest.readers.bulk.plain import read_plainly
from farthing.ingest.readers.bulk.sample import WINDOW_BYTES, NotPlain, Sample, sample_of
from farthing.ingest.readers.bulk.steady import read_steadily
from farthing.ingest.readers.table.plan import Plan
from farthing.ingest.readers.table.sorting import Sorted
from farthing.ingest.readers.table.understand import plan_of
from farthing.ingest.reading import Fate, Reading, Rejected
from farthing.ingest.wishes import Wishes

__all__ = ("FIELDS", "Bulk", "NotPlain", "bulk_read")

BATCH_ROWS = 20_000
_MEMORY = "512MB"


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
    """The file read, in memory that does not grow with it; `NotPlain` if it is no delimited table."""
    wished = wishes or Wishes()
    sample = sample_of(path, wished, window_bytes)
    plan = plan_of(sample.rows, wished, name=path.name, delimiter=sample.dialect.delimiter)
    with tempfile.TemporaryDirectory(prefix="farthing-read-") as folder, duckdb.connect(":memory:") as connection:
        connection.execute(f"SET memory_limit = '{_MEMORY}'")
        connection.execute("SET preserve_insertion_order = true")
        connection.execute("SET enable_progress_bar = false")
        connection.execute(f"SET temp_directory = {quoted(folder)}")
        yield Bulk(connection, sample, plan, _read(connection, path, sample, plan, Path(folder)))


def _read(connection: duckdb.DuckDBPyConnection, path: Path, sample: Sample, plan: Plan, folder: Path) -> Sorted:
    """At once where rows are plain, else one by one."""
    try:
        return read_plainly(connection, path, sample, plan, folder)
    except NotPlain:
        for table in ("told", "unplaced", "careful"):
            connection.execute(f"DROP TABLE IF EXISTS {table}")
        return read_steadily(connection, path, sample, plan, folder)
