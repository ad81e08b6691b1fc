"""Text files of a table: whatever parts the cells, in whatever encoding."""

import re
from collections.abc import Mapping, Sequence

from farthing.ingest.errors import StatementUnreadable
from farthing.ingest.readers.source import Source
from farthing.ingest.readers.table.cells import core_of, has_day_and_figure, is_day, is_figure
from farthing.ingest.readers.table.layout import header_score
from farthing.ingest.readers.table.row import Row
from farthing.ingest.readers.table.understand import read_rows
from farthing.ingest.readers.text.blocks import block_rows
from farthing.ingest.readers.text.decoding import Decoded, decoded
from farthing.ingest.readers.text.dialect import Dialect, candidates, line_end_of, lines_of, rows_of
from farthing.ingest.readers.text.widths import column_rows
from farthing.ingest.reading import Evidence, Reading
from farthing.ingest.wishes import Wishes

NAME = "csv"
_SAMPLE_LINES = 400
_WRAPPED = re.compile(r'"(?:[^"]|"")*"')
_BLOCKS = "label: value"
_COLUMNS = "columns"


def identify(source: Source) -> int:
    """Low: any text may be a table, and the other formats are recognised by more."""
    if not source.data.strip():
        return 0
    if source.head[:4] in {b"PK\x03\x04", b"%PDF"} or source.head.lstrip()[:1] in {b"<", b"{"}:
        return 1
    return 30 if source.extension in {"csv", "tsv", "txt", "tab"} else 20


def read(source: Source, wishes: Wishes) -> Reading:
    """The file as a table, with the dialect in which most rows are transactions."""
    text = decoded(source.data, wishes.encoding)
    lines = lines_of(text.text)
    if not any(line.strip() for line in lines):
        raise StatementUnreadable("The file is empty.")
    dialect, rows = _table(lines, wishes)
    told = {"encoding": text.encoding, "line_ends": line_end_of(text.text[:100_000]), **dialect}
    return read_rows(
        rows, wishes, format_name=NAME, name=source.name, dialect=told, evidence=evidence_of(text, dialect)
    )


def evidence_of(text: Decoded, dialect: Mapping[str, str]) -> list[Evidence]:
    return [
        Evidence("encoding", text.encoding, text.because),
        Evidence("delimiter", dialect["delimiter"], "it makes the most rows with a date and an amount"),
    ]


def _table(lines: Sequence[str], wishes: Wishes) -> tuple[dict[str, str], list[Row]]:
    """The rows in the dialect that makes most of them."""
    blocks = block_rows(lines) if wishes.delimiter in {None, _BLOCKS} else []
    if blocks:
        return {"delimiter": _BLOCKS}, blocks
    unwrapped = _unwrapped(lines)
    rows: list[Row] = []
    if wishes.delimiter != _COLUMNS and (wishes.delimiter or candidates(unwrapped[:_SAMPLE_LINES])):
        dialect = dialect_of(unwrapped, wishes)
        rows = list(rows_of(unwrapped, dialect))
        if wishes.delimiter or core_of(rows):
            return dialect.names(), rows
    aligned = column_rows(unwrapped)
    if aligned:
        return {"delimiter": _COLUMNS}, aligned
    return dialect_of(unwrapped, wishes).names(), rows


def is_delimited(lines: Sequence[str], wishes: Wishes) -> bool:
    """Whether each row is a line of its own whose cells are parted by a sign."""
    if wishes.delimiter in {_BLOCKS, _COLUMNS} or (wishes.delimiter is None and block_rows(lines)):
        return False
    return _unwrapped(lines) is lines and bool(wishes.delimiter or candidates(lines[:_SAMPLE_LINES]))


def _unwrapped(lines: Sequence[str]) -> Sequence[str]:
    """Lines of which each is quoted as a whole, without these quotes."""
    filled = [line for line in lines if line.strip()]
    if not all(_WRAPPED.fullmatch(line) for line in filled):
        return lines
    return [line.strip()[1:-1].replace('""', '"') for line in lines]


def dialect_of(lines: Sequence[str], wishes: Wishes) -> Dialect:
    """The dialect that makes the most rows with a date and an amount."""
    if wishes.delimiter:
        return Dialect({"tab": "\t", "\\t": "\t"}.get(wishes.delimiter, wishes.delimiter))
    sample = [
        *lines[:_SAMPLE_LINES],
        *lines[len(lines) // 2 :][: _SAMPLE_LINES if len(lines) > 2 * _SAMPLE_LINES else 0],
    ]
    found = candidates(sample)
    if not found:
        raise StatementUnreadable("No sign parts the cells of this text: it is no table.")
    return max(found, key=lambda dialect: regularity(list(rows_of(sample, dialect))))


def regularity(rows: Sequence[Row]) -> float:
    """How much rows look like a table of transactions: dates and amounts in cells of their own, all rows alike."""
    core = [row for row in rows if has_day_and_figure(row)]
    shapes: dict[tuple[int, ...], int] = {}
    typed = 0
    for row in core:
        shape = tuple(at for at, cell in enumerate(row.cells) if is_day(cell) or is_figure(cell))
        typed += min(len(shape), 6)
        shapes[shape[:2]] = shapes.get(shape[:2], 0) + 1
    alike = max(shapes.values(), default=0) / len(core) if core else 0.0
    filled = sum(1 for row in rows if not row.is_blank) or 1
    header = max((header_score(row, 0) for row in rows[:60]), default=0.0)
    return 10 * len(core) / filled + alike + typed / (3 * (len(core) or 1)) + min(header, 12) / 6
