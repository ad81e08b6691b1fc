"""Tables without delimiters, whose columns stand under each other: they are parted where all rows have room."""

import re
from collections.abc import Sequence
from itertools import pairwise

from farthing.ingest.readers.table.row import Row

_DAY = re.compile(r"(?<!\d)\d{1,4}[./-]\d{1,2}[./-]\d{1,4}(?!\d)|(?<!\d)\d{1,2}\s[A-Za-z]{3}\s\d{2,4}(?!\d)")
_MONEY = re.compile(r"(?<!\S)[-+]?[\d.,' ]*\d[.,]\d{2}[-+]?(?!\S)")
_ROWS_MIN = 2
_GUTTER_MIN = 2
_WIDTH_MAX = 400


def column_rows(lines: Sequence[str]) -> list[Row]:
    """The lines cut into cells; nothing if there are no such columns."""
    wide = [line.expandtabs(8)[:_WIDTH_MAX] for line in lines]
    core = [line for line in wide if _DAY.search(line) and _MONEY.search(line)]
    if len(core) < _ROWS_MIN:
        return []
    cuts = _cuts(core)
    if len(cuts) < _ROWS_MIN:
        return []
    return [Row(at, _cells(line, cuts)) for at, line in enumerate(wide, start=1)]


def _cuts(core: Sequence[str]) -> list[int]:
    """Where a column begins behind room that no row uses."""
    width = max(len(line) for line in core)
    free = [all(at >= len(line) or line[at] == " " for line in core) for at in range(width)]
    return [at for at in range(_GUTTER_MIN, width) if not free[at] and all(free[at - _GUTTER_MIN : at])]


def _cells(line: str, cuts: Sequence[int]) -> tuple[str, ...]:
    """A word that crosses a cut, as names of columns do, goes where it has more of its letters."""
    places = [0, *(_beside(line, cut) for cut in cuts), max(len(line), cuts[-1] + 1)]
    return tuple(line[start:end].strip() for start, end in pairwise(places))


def _beside(line: str, cut: int) -> int:
    if cut >= len(line) or cut == 0 or line[cut] == " " or line[cut - 1] == " ":
        return cut
    start = line.rfind(" ", 0, cut) + 1
    found = line.find(" ", cut)
    end = found if found >= 0 else len(line)
    return start if cut - start <= end - cut else end
