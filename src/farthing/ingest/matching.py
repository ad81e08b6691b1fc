"""Two readings of the same bytes: which row of today's is which of the one before.

Rows keep the numbers that they had, because transactions, plans and decisions name them by these; what is read for the
first time is numbered behind all others. So numbers may have gaps.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from farthing.ingest.preparing import COLUMNS, ROWS, duck, sql_path

if TYPE_CHECKING:
    import duckdb

_SAID = (
    "concat_ws(chr(31), coalesce(payee, ''), coalesce(memo, ''), coalesce(description, ''), coalesce(reference, ''))"
)
_KEYS = (
    ("line", "date", "amount", "said"),
    ("date", "amount", "said"),
    ("line", "amount"),
    ("line", "date"),
    ("date", "amount"),
    ("line",),
)
"""By what a row is looked for, the surest first; of several alike the first is the first."""
_FACTS = tuple(name for name in COLUMNS if name not in {"row", "line", "statement"})


@dataclass(frozen=True, slots=True)
class Before:
    """The reading that stands: its rows, and its lines that could not be read, by their numbers."""

    rows: Path
    unread: Mapping[int, int]
    """Where in the file each of these lines is."""
    settled: Collection[int]
    """Those of them about which a person has said something."""
    highest: int
    """The highest number that anything of this import has."""


@dataclass(frozen=True, slots=True)
class Matched:
    """Today's rows in the numbers of before, in `rows`."""

    rows: Path
    appeared: tuple[int, ...]
    """Read for the first time, lines that could not be read before among them."""
    gone: tuple[int, ...]
    """Read no more."""
    changed: tuple[int, ...]
    """Read otherwise."""
    highest: int

    @property
    def is_same(self) -> bool:
        return not (self.appeared or self.gone or self.changed)


def matched(before: Before, today: Path, statements: Mapping[int, int], folder: Path) -> Matched:
    """`statements` says which statement of before each of today's is."""
    with duck(folder) as connection:
        _load(connection, before, today)
        for keys in _KEYS:
            _pair(connection, ", ".join(keys))
        target = folder / ROWS
        _number(connection, before, today, statements, target)
        return Matched(
            target,
            _numbers(connection, "SELECT number FROM numbered WHERE is_new ORDER BY number"),
            _numbers(
                connection,
                "SELECT row FROM was ANTI JOIN pairs ON was.row = pairs.was WHERE NOT is_unread ORDER BY row",
            ),
            _numbers(connection, _changed(before.rows, target)),
            max([before.highest, *_numbers(connection, "SELECT coalesce(max(number), 0) FROM numbered")]),
        )


def _load(connection: "duckdb.DuckDBPyConnection", before: Before, today: Path) -> None:
    columns = f"row, line, date, amount, {_SAID} AS said"
    connection.execute(f"CREATE TABLE was AS SELECT {columns}, false AS is_unread FROM {_parquet(before.rows)}")
    connection.execute(f"CREATE TABLE now AS SELECT {columns} FROM {_parquet(today)}")
    connection.execute("CREATE TABLE pairs (was INTEGER, now INTEGER)")
    if before.unread:
        rows = [[number, line] for number, line in sorted(before.unread.items())]
        connection.executemany("INSERT INTO was VALUES (?, ?, NULL, NULL, NULL, true)", rows)


def _pair(connection: "duckdb.DuckDBPyConnection", keys: str) -> None:
    """Among what is not paired yet, in the order of the file."""
    nth = f"row_number() OVER (PARTITION BY {keys} ORDER BY row) AS nth"
    connection.execute(
        f"INSERT INTO pairs SELECT w.row, n.row"
        f" FROM (SELECT row, {keys}, {nth} FROM was ANTI JOIN pairs ON was.row = pairs.was) AS w"
        f" JOIN (SELECT row, {keys}, {nth} FROM now ANTI JOIN pairs ON now.row = pairs.now) AS n USING ({keys}, nth)"
    )


def _number(
    connection: "duckdb.DuckDBPyConnection", before: Before, today: Path, statements: Mapping[int, int], target: Path
) -> None:
    """Lines that a person has corrected are what he said, so today's reading of them is left out."""
    connection.execute(
        "CREATE TABLE numbered AS SELECT now.row AS now,"
        " coalesce(p.was, $highest + row_number() OVER (PARTITION BY p.was IS NULL ORDER BY now.row)) AS number,"
        " p.was IS NULL OR was.is_unread AS is_new"
        " FROM now LEFT JOIN pairs AS p ON now.row = p.now LEFT JOIN was ON was.row = p.was",
        {"highest": before.highest},
    )
    settled = list(before.settled)
    connection.execute(
        "DELETE FROM numbered WHERE number IN (SELECT unnest($settled::INTEGER[]))", {"settled": settled}
    )
    columns = ", ".join(
        {"row": "CAST(numbered.number AS INTEGER) AS row", "statement": "homes.was AS statement"}.get(name, f"r.{name}")
        for name in COLUMNS
    )
    homes = ", ".join(f"({now}, {was})" for now, was in statements.items()) or "(NULL, NULL)"
    connection.execute(
        f"COPY (SELECT {columns} FROM {_parquet(today)} AS r JOIN numbered ON r.row = numbered.now"
        f" JOIN (VALUES {homes}) AS homes(now, was) ON r.statement = homes.now"
        f" ORDER BY numbered.number) TO '{sql_path(target)}' (FORMAT parquet, COMPRESSION zstd)"
    )


def _changed(before: Path, after: Path) -> str:
    differs = " OR ".join(f"b.{name} IS DISTINCT FROM a.{name}" for name in (*_FACTS, "statement"))
    return (
        f"SELECT row FROM {_parquet(before)} AS b JOIN {_parquet(after)} AS a USING (row) WHERE {differs} ORDER BY row"
    )


def _numbers(connection: "duckdb.DuckDBPyConnection", query: str) -> tuple[int, ...]:
    return tuple(row[0] for row in connection.execute(query).fetchall())


def _parquet(path: Path) -> str:
    return f"read_parquet('{sql_path(path)}', hive_partitioning = false)"
