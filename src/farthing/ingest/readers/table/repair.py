"""Rows that a delimiter inside an unquoted text tore apart: they are put together where only one way fits."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from farthing.ingest.readers.table.cells import bare, is_day, is_figure
from farthing.ingest.readers.table.row import Row

_SAMPLE_ROWS = 500
_TYPED_MIN = 0.9
_PIECES_MAX = 6


def repaired(rows: Sequence[Row], *, core: Sequence[int], delimiter: str) -> list[Row]:
    """The rows, those torn apart made whole."""
    widths = Counter(len(rows[at].cells) for at in core)
    if len(widths) < 2:
        return list(rows)
    width = min(widths, key=lambda wide: (-widths[wide], wide))
    typed = _typed([rows[at] for at in core if len(rows[at].cells) == width][:_SAMPLE_ROWS], width)
    return [_whole(row, width, typed, delimiter) if 0 < len(row.cells) - width <= _PIECES_MAX else row for row in rows]


def _typed(rows: Sequence[Row], width: int) -> dict[int, str]:
    """The columns that hold nothing but days, or nothing but figures."""
    found = {}
    for at in range(width):
        filled = [row.cells[at] for row in rows if bare(row.cells[at])]
        for kind, test in (("day", is_day), ("figure", is_figure)):
            if filled and sum(1 for cell in filled if test(cell)) >= _TYPED_MIN * len(filled):
                found[at] = kind
                break
    return found


def _fits(cells: Sequence[str], typed: dict[int, str]) -> bool:
    tests = {"day": is_day, "figure": is_figure}
    return all(not bare(cells[at]) or tests[kind](cells[at]) for at, kind in typed.items())


def _whole(row: Row, width: int, typed: dict[int, str], delimiter: str) -> Row:
    """The row with neighbours joined so that days and figures stand where they stand in other rows."""
    if _fits(row.cells, typed):
        return row
    pieces = len(row.cells) - width + 1
    for at in range(width):
        if at in typed:
            continue
        joined = (*row.cells[:at], delimiter.join(row.cells[at : at + pieces]), *row.cells[at + pieces :])
        if _fits(joined, typed) and any(char.isalpha() for char in joined[at]):
            return replace(row, cells=joined)
    return row
