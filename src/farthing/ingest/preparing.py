"""A file on its way: read, and its rows kept as Parquet, so that one road leads on for ten rows and for a million."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from farthing.ingest.readers.bulk.bulk import FIELDS, NotPlain, bulk_read
from farthing.ingest.readers.reader import read, recognised
from farthing.ingest.readers.source import Source
from farthing.ingest.reading import Reading
from farthing.ingest.statement import Line, Statement
from farthing.ingest.wishes import Wishes

PARSER_VERSION = 1
"""Counted up when a reader reads the same file otherwise than before."""
ROWS = "rows.parquet"
LARGE_BYTES = 1_000_000
_HEAD_BYTES = 65_536
_MONEY = "DECIMAL(28, 8)"
COLUMNS: dict[str, str] = {
    "row": "INTEGER",
    "line": "INTEGER",
    "statement": "INTEGER",
    "date": "DATE",
    "value_date": "DATE",
    "amount": _MONEY,
    "currency": "VARCHAR",
    "original_amount": _MONEY,
    "original_currency": "VARCHAR",
    "payee": "VARCHAR",
    "memo": "VARCHAR",
    "description": "VARCHAR",
    "reference": "VARCHAR",
    "type": "VARCHAR",
    "balance": _MONEY,
    "status": "VARCHAR",
}
_CONFIG: dict[str, Any] = {"memory_limit": "400MB", "threads": "2", "autoinstall_known_extensions": "false"}


@dataclass(frozen=True, slots=True)
class Prepared:
    """What was read of a file; its rows are in `rows`, numbered from one, and its statements bear none."""

    reading: Reading
    rows: Path
    counts: tuple[int, ...]
    """How many rows each statement has."""

    @property
    def row_count(self) -> int:
        return sum(self.counts)


def duck(folder: Path | None = None) -> duckdb.DuckDBPyConnection:
    """A DuckDB of one's own, within its memory."""
    connection = duckdb.connect(":memory:", config={**_CONFIG, **({"temp_directory": str(folder)} if folder else {})})
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET enable_progress_bar = false")
    return connection


def prepared(file: Path, name: str, wishes: Wishes, folder: Path) -> Prepared:
    """The file read into `folder`: large tables at once, all else with care."""
    if file.stat().st_size >= LARGE_BYTES and _is_table(file, name, wishes):
        try:
            return _at_once(file, wishes, folder)
        except NotPlain:
            pass
    return kept(read(file.read_bytes(), name, wishes), folder)


def kept(reading: Reading, folder: Path) -> Prepared:
    """A reading's rows as Parquet."""
    with duck() as connection:
        count = _take(connection, _told(reading.statements), folder)
        rows = _copy(connection, "SELECT * FROM told ORDER BY row", folder)
    counts = tuple(len(statement.lines) for statement in reading.statements)
    if sum(counts) != count:
        raise RuntimeError(f"{sum(counts)} rows were read and {count} kept")
    bare = tuple(replace(statement, lines=()) for statement in reading.statements)
    periods = zip(bare, reading.statements, strict=True)
    return Prepared(replace(reading, statements=tuple(_dated(b, s.lines) for b, s in periods)), rows, counts)


def _is_table(file: Path, name: str, wishes: Wishes) -> bool:
    if wishes.format not in {None, "csv"}:
        return False
    with file.open("rb") as opened:
        found = recognised(Source(opened.read(_HEAD_BYTES), name))
    return bool(found) and found[0][1] == "csv"


def _at_once(file: Path, wishes: Wishes, folder: Path) -> Prepared:
    with bulk_read(file, wishes) as bulk:
        reading = bulk.reading()
        accounts = [statement.account for statement in reading.statements]
        columns = ", ".join(_of_bulk(name, accounts) for name in COLUMNS)
        rows = _copy(bulk.connection, f"SELECT {columns} FROM lines ORDER BY source_line", folder)
        with duck() as connection:
            found = dict(
                connection.execute(f"SELECT statement, count(*) FROM '{_quoted(rows)}' GROUP BY ALL").fetchall()
            )
    return Prepared(reading, rows, tuple(found.get(at, 0) for at in range(len(accounts))))


def _of_bulk(name: str, accounts: Sequence[str | None]) -> str:
    """Where a column of the raw rows comes from in a table that was read at once."""
    if name == "row":
        return "row_number() OVER (ORDER BY source_line) AS row"
    if name == "line":
        return "source_line AS line"
    if name == "statement":
        cases = "".join(f" WHEN {_literal(account)} THEN {at}" for at, account in enumerate(accounts) if account)
        return f"CASE account{cases} ELSE 0 END AS statement" if cases else "0 AS statement"
    if name not in FIELDS:
        return f"CAST(NULL AS {COLUMNS[name]}) AS {name}"
    return f"CAST({name} AS {COLUMNS[name]}) AS {name}"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _take(connection: duckdb.DuckDBPyConnection, rows: Iterable[dict[str, Any]], folder: Path) -> int:
    collected = folder / "rows.jsonl"
    count = 0
    with collected.open("w", encoding="utf-8") as out:
        for row in rows:
            out.write(json.dumps(row, ensure_ascii=True) + "\n")
            count += 1
    if count:
        connection.execute(
            "CREATE TABLE told AS SELECT * FROM read_json($file, format = 'newline_delimited', columns = $columns)",
            {"file": str(collected), "columns": COLUMNS},
        )
    else:
        connection.execute(f"CREATE TABLE told ({', '.join(f'{name} {kind}' for name, kind in COLUMNS.items())})")
    collected.unlink()
    return count


def _told(statements: Sequence[Statement]) -> Iterator[dict[str, Any]]:
    lines = ((at, line) for at, statement in enumerate(statements) for line in statement.lines)
    for row, (at, line) in enumerate(lines, 1):
        yield _row(row, at, line)


def _row(row: int, statement: int, line: Line) -> dict[str, Any]:
    original = line.original
    return {
        "row": row,
        "line": line.source_line,
        "statement": statement,
        "date": line.date.isoformat(),
        "value_date": line.value_date.isoformat() if line.value_date else None,
        "amount": f"{line.amount:f}",
        "currency": line.currency,
        "original_amount": f"{original.amount:f}" if original else None,
        "original_currency": original.currency if original else None,
        "payee": line.payee,
        "memo": line.memo,
        "description": line.description or None,
        "reference": line.reference,
        "type": line.type,
        "balance": None if line.balance is None else f"{line.balance:f}",
        "status": str(line.status),
    }


def _dated(statement: Statement, lines: Sequence[Line]) -> Statement:
    """With the days that it tells of: those it names, or those of its rows."""
    if not lines:
        return statement
    days = [line.date for line in lines]
    first, last = statement.first_day or min(days), statement.last_day or max(days)
    return replace(statement, first_day=min(first, *days), last_day=max(last, *days))


def _copy(connection: duckdb.DuckDBPyConnection, query: str, folder: Path) -> Path:
    target = folder / ROWS
    connection.execute(f"COPY ({query}) TO '{_quoted(target)}' (FORMAT parquet, COMPRESSION zstd)")
    return target


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
