"""Text becomes rows of cells: which sign parts the cells, and how cells are quoted."""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from farthing.ingest.errors import StatementTooLarge
from farthing.ingest.readers.table.row import Row

DELIMITERS = (",", ";", "\t", "|", "^", "~", "\x1f")
_LINE_END = re.compile(r"\r\n|\n|\r")
_RECORD_LINES_MAX = 60
_HELD_LINES = 20_000
CELL_CHARS_MAX = 1_000_000
ROW_CELLS_MAX = 2_000


@dataclass(frozen=True, slots=True)
class Dialect:
    delimiter: str
    quote: str = '"'
    is_backslashed: bool = False

    def names(self) -> dict[str, str]:
        return {"delimiter": {"\t": "tab"}.get(self.delimiter, self.delimiter), "quote": self.quote}


def lines_of(text: str) -> list[str]:
    """The lines of a text, whatever ends them; an end after the last makes no further line."""
    lines = _LINE_END.split(text)
    if lines and not lines[-1]:
        lines.pop()
    return lines


def line_end_of(text: str) -> str:
    crlf, lf, cr = text.count("\r\n"), text.count("\n"), text.count("\r")
    ends = {"CRLF": crlf, "LF": lf - crlf, "CR": cr - crlf}
    return max(ends, key=lambda end: ends[end]) if any(ends.values()) else "none"


def candidates(lines: Sequence[str]) -> list[Dialect]:
    """The delimiters that stand in several lines, the most frequent first."""
    counts = {mark: sum(1 for line in lines if mark in line) for mark in DELIMITERS}
    found = sorted((mark for mark in counts if counts[mark]), key=lambda mark: -counts[mark])
    quotes = (
        ['"', "'"] if any(line.count("'") > 1 for line in lines) and not any('"' in line for line in lines) else ['"']
    )
    return [Dialect(mark, quote) for mark in found for quote in quotes]


def rows_of(lines: Sequence[str], dialect: Dialect) -> Iterator[Row]:
    """The rows; a quote that opens and never closes is taken for a letter, so that it swallows nothing."""
    at = 0
    while at < len(lines):
        row = _row(lines, at, dialect)
        yield row
        at += row.lines


def streamed_rows(lines: Iterator[str], dialect: Dialect) -> Iterator[Row]:
    """The same of lines that come one after the other, of which only some are held."""
    held: list[str] = []
    at, before = 0, 0
    while fresh := list(islice(lines, _HELD_LINES)):
        held, at, before = held[at:] + fresh, 0, before + at
        while at < len(held) - _RECORD_LINES_MAX:
            row = _row(held, at, dialect, before)
            yield row
            at += row.lines
    while at < len(held):
        row = _row(held, at, dialect, before)
        yield row
        at += row.lines


def _row(lines: Sequence[str], at: int, dialect: Dialect, before: int = 0) -> Row:
    """The row that begins in a line; so many lines stand before those given."""
    row = _record(lines, at, dialect)
    if len(row.cells) > ROW_CELLS_MAX:
        where = before + at + 1
        raise StatementTooLarge(f"Line {where} has {len(row.cells)} cells; a statement has fewer than {ROW_CELLS_MAX}.")
    return row if not before else Row(before + at + 1, row.cells, row.lines)


def _record(lines: Sequence[str], at: int, dialect: Dialect) -> Row:
    line = lines[at]
    if dialect.quote not in line:
        return Row(at + 1, tuple(line.split(dialect.delimiter)) if line else ("",))
    window = lines[at : at + _RECORD_LINES_MAX]
    reader = csv.reader(
        (f"{part}\n" for part in window),
        delimiter=dialect.delimiter,
        quotechar=dialect.quote,
        skipinitialspace=_opens_after_space(line, dialect),
    )
    try:
        cells = next(reader)
    except csv.Error:
        return _unquoted(line, at, dialect)
    if reader.line_num > 1 and _is_swallowing(window, reader.line_num, cells):
        return _unquoted(line, at, dialect)
    return Row(at + 1, tuple(cells), reader.line_num)


def _opens_after_space(line: str, dialect: Dialect) -> bool:
    return f"{dialect.delimiter} {dialect.quote}" in line


def _is_swallowing(window: Sequence[str], taken: int, cells: Sequence[str]) -> bool:
    """Whether a cell that spans lines never closed: it runs to the end, or as far as we look."""
    text = "\n".join(window[:taken])
    return bool(cells) and (taken >= _RECORD_LINES_MAX or cells[-1].endswith("\n")) and text.count('"') % 2 == 1


def _unquoted(line: str, at: int, dialect: Dialect) -> Row:
    bare = line.replace(f"{dialect.quote}{dialect.quote}", dialect.quote)
    return Row(at + 1, tuple(cell.strip(dialect.quote) for cell in bare.split(dialect.delimiter)))
