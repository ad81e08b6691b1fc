"""The columns in which a large file's transactions stand, the same on every road, and how lines get there."""

import csv
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from farthing.ingest.errors import StatementTooLarge
from farthing.ingest.readers.bulk.expressions import quoted
from farthing.ingest.statement import Line

FIELDS = (
    *("source_line", "date", "amount", "currency", "payee", "memo", "description"),
    *("reference", "type", "account", "balance", "status", "value_date", "original_amount", "original_currency"),
)
"""The columns of the view `lines`."""
_FIGURES = ("amount", "balance", "original_amount")
_DIGITS = 38
_NOTHING = "\\N"
_LINE_BYTES_MAX = 64_000_000


def stored(
    connection: duckdb.DuckDBPyConnection, table: str, lines: Iterable[Line], folder: Path, *, scale: int
) -> None:
    """Make a table of lines, by way of a file: so they come in at once, however many."""
    path = folder / f"{table}.csv"
    with path.open("w", encoding="utf-8", errors="replace", newline="") as out:
        writer = csv.writer(out)
        writer.writerows([_cell(value, scale) for value in _cells_of(line)] for line in lines)
    decimal = f"DECIMAL({_DIGITS}, {scale})"
    kinds = {"source_line": "BIGINT", "date": "DATE", "value_date": "DATE"} | dict.fromkeys(_FIGURES, decimal)
    columns = ", ".join(f"{quoted(name)}: {quoted(kinds.get(name, 'VARCHAR'))}" for name in FIELDS)
    connection.execute(
        f"CREATE TABLE {table} AS SELECT * FROM read_csv({quoted(str(path))}, delim = ',', quote = '\"',"
        f" escape = '\"', header = false, auto_detect = false, nullstr = {quoted(_NOTHING)},"
        f" max_line_size = {_LINE_BYTES_MAX}, columns = {{{columns}}})"
    )
    path.unlink()


def _cells_of(line: Line) -> tuple[Any, ...]:
    paid = (line.original.amount, line.original.currency) if line.original else (None, None)
    return (*(str(line.status) if name == "status" else getattr(line, name) for name in FIELDS[:-2]), *paid)


def _cell(value: Any, scale: int) -> Any:
    if value is None:
        return _NOTHING
    if not isinstance(value, Decimal):
        return value
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -scale or value.adjusted() >= _DIGITS - scale:
        raise StatementTooLarge(f"{value} has more digits than amounts of money have.")
    return f"{value:f}"
