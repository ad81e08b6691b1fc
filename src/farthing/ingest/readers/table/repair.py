"""Rows that a delimiter inside an unquoted text tore apart: they are put together where only one way fits."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from farthing.ingest.readers.table.cells import bare, is_day, is_figure
from farthing.ingest.readers.table.row import Row

_SAMPLE_ROWS = 500
_TYPED_MIN = 0.9
_PIECES_MAX = 6


@dataclass(frozen=True, slots=True)
class Repair:
    """How wide the rows of a table are, and which of their columns hold days or figures only."""

    width: int
    typed: Mapping[int, str]
    delimiter: str

    @classmethod
    def of(cls, rows: Sequence[Row], core: Sequence[int], delimiter: str) -> "Repair":
        widths = Counter(len(rows[at].cells) for at in core)
        width = min(widths, key=lambda wide: (-widths[wide], wide), default=0)
        return cls(
            width, _typed([rows[at] for at in core if len(rows[at].cells) == width][:_SAMPLE_ROWS], width), delimiter
        )

    def __call__(self, row: Row) -> Row:
        """The row, made whole if it was torn apart."""
        is_wide = self.width and 0 < len(row.cells) - self.width <= _PIECES_MAX
        return _whole(row, self.width, self.typed, self.delimiter) if is_wide else row


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


def _fits(cells: Sequence[str], typed: Mapping[int, str]) -> bool:
    tests = {"day": is_day, "figure": is_figure}
    return all(not bare(cells[at]) or tests[kind](cells[at]) for at, kind in typed.items())


def _whole(row: Row, width: int, typed: Mapping[int, str], delimiter: str) -> Row:
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
