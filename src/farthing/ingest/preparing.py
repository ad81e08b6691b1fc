"""A file on its way: read, and its rows kept as Parquet, so that one road leads on for ten rows and for a million."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from farthing.ingest.readers.reader import read, recognised
from farthing.ingest.readers.source import Source
from farthing.ingest.reading import Reading
from farthing.ingest.statement import Balance, BalanceKind, Line, Statement
from farthing.ingest.wishes import Wishes

if TYPE_CHECKING:
    import duckdb

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
class Part:
    """The rows of a statement in one currency: what goes to one account."""

    account: str | None
    currency: str | None
    rows: int
    first_day: date | None
    last_day: date | None
    opening: Balance | None
    closing: Balance | None


@dataclass(frozen=True, slots=True)
class Prepared:
    """What was read of a file; its rows are in `rows`, numbered from one, each with the number of its part."""

    reading: Reading
    rows: Path
    parts: tuple[Part, ...]

    @property
    def row_count(self) -> int:
        return sum(part.rows for part in self.parts)


def duck(folder: Path | None = None) -> "duckdb.DuckDBPyConnection":
    """A DuckDB of one's own, within its memory. Only whoever reads files pays for loading it."""
    import duckdb

    connection = duckdb.connect(":memory:", config={**_CONFIG, **({"temp_directory": str(folder)} if folder else {})})
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET enable_progress_bar = false")
    return connection


def prepared(file: Path, name: str, wishes: Wishes, folder: Path) -> Prepared:
    """The file read into `folder`: large tables at once, all else with care."""
    if file.stat().st_size >= LARGE_BYTES and _is_table(file, name, wishes):
        done = _at_once(file, wishes, folder)
        if done is not None:
            return done
    return kept(read(file.read_bytes(), name, wishes), folder)


def kept(reading: Reading, folder: Path) -> Prepared:
    """A reading's rows as Parquet."""
    with duck() as connection:
        count = _take(connection, _told(reading.statements), folder)
        if count != (read_count := sum(len(statement.lines) for statement in reading.statements)):
            raise RuntimeError(f"{read_count} rows were read and {count} kept")
        bare = tuple(replace(statement, lines=()) for statement in reading.statements)
        return _parted(connection, replace(reading, statements=bare), folder)


def _parted(connection: "duckdb.DuckDBPyConnection", reading: Reading, folder: Path) -> Prepared:
    """The rows of the table `taken`, each statement parted by currency, in the order in which the parts begin."""
    connection.execute(
        "CREATE TABLE parts AS SELECT statement, currency, min(row) AS first, count(*) AS rows,"
        " min(date) AS first_day, max(date) AS last_day, row_number() OVER (ORDER BY min(row)) - 1 AS part"
        " FROM taken GROUP BY statement, currency"
    )
    found = connection.execute("SELECT statement, currency, rows, first_day, last_day FROM parts ORDER BY part")
    parts = tuple(_part(reading.statements[row[0]], *row[1:]) for row in found.fetchall())
    columns = ", ".join("parts.part AS statement" if name == "statement" else f"taken.{name}" for name in COLUMNS)
    same = "taken.statement = parts.statement AND taken.currency IS NOT DISTINCT FROM parts.currency"
    rows = _copy(connection, f"SELECT {columns} FROM taken JOIN parts ON {same} ORDER BY row", folder)
    return Prepared(reading, rows, parts or tuple(_part(statement, None, 0) for statement in reading.statements[:1]))


def _part(
    statement: Statement, currency: str | None, rows: int, first: date | None = None, last: date | None = None
) -> Part:
    """With the days that the statement tells of: those that it names, and those of its rows."""
    home = currency or statement.currency
    days = [day for day in (first, last, statement.first_day, statement.last_day) if day is not None]
    said = {balance.kind: balance for balance in statement.balances if home is None or balance.currency in {None, home}}
    return Part(
        statement.account,
        home,
        rows,
        min(days, default=None),
        max(days, default=None),
        said.get(BalanceKind.OPENING),
        said.get(BalanceKind.CLOSING),
    )


def _is_table(file: Path, name: str, wishes: Wishes) -> bool:
    if wishes.format not in {None, "csv"}:
        return False
    with file.open("rb") as opened:
        found = recognised(Source(opened.read(_HEAD_BYTES), name))
    return bool(found) and found[0][1] == "csv"


def _at_once(file: Path, wishes: Wishes, folder: Path) -> Prepared | None:
    """None, if the file is no table that can be read so."""
    from farthing.ingest.readers.bulk.bulk import NotPlain, bulk_read

    try:
        return _read_at_once(bulk_read, file, wishes, folder)
    except NotPlain:
        return None


def _read_at_once(bulk_read: Any, file: Path, wishes: Wishes, folder: Path) -> Prepared:
    with bulk_read(file, wishes) as bulk:
        reading = bulk.reading()
        columns = ", ".join(_of_bulk(name, [one.account for one in reading.statements]) for name in COLUMNS)
        bulk.connection.execute(f"CREATE VIEW taken AS SELECT {columns} FROM lines")
        return _parted(bulk.connection, reading, folder)


def _of_bulk(name: str, accounts: Sequence[str | None]) -> str:
    """Where a column of the raw rows comes from in a table that was read at once."""
    if name == "row":
        return "row_number() OVER (ORDER BY source_line) AS row"
    if name == "line":
        return "source_line AS line"
    if name == "statement":
        cases = "".join(f" WHEN {_literal(account)} THEN {at}" for at, account in enumerate(accounts) if account)
        return f"CASE account{cases} ELSE 0 END AS statement" if cases else "0 AS statement"
    return f"CAST({name} AS {COLUMNS[name]}) AS {name}"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _take(connection: "duckdb.DuckDBPyConnection", rows: Iterable[dict[str, Any]], folder: Path) -> int:
    collected = folder / "rows.jsonl"
    count = 0
    with collected.open("w", encoding="utf-8") as out:
        for row in rows:
            out.write(json.dumps(row, ensure_ascii=True) + "\n")
            count += 1
    if count:
        connection.execute(
            "CREATE TABLE taken AS SELECT * FROM read_json($file, format = 'newline_delimited', columns = $columns)",
            {"file": str(collected), "columns": COLUMNS},
        )
    else:
        connection.execute(f"CREATE TABLE taken ({', '.join(f'{name} {kind}' for name, kind in COLUMNS.items())})")
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


def _copy(connection: "duckdb.DuckDBPyConnection", query: str, folder: Path) -> Path:
    target = folder / ROWS
    connection.execute(f"COPY ({query}) TO '{sql_path(target)}' (FORMAT parquet, COMPRESSION zstd)")
    return target


def sql_path(path: Path) -> str:
    """A path, to stand between quotes in SQL."""
    return str(path).replace("'", "''")
