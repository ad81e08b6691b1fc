"""Names of columns that stand in two lines, one above the other: what covers several columns, and what parts them."""

from collections.abc import Sequence

from farthing.ingest.readers.table.cells import bare, is_day, is_figure
from farthing.ingest.readers.table.row import Row
from farthing.ingest.readers.table.vocabulary import amounts, dates
from farthing.ingest.readers.table.words import fit

_NAME_MIN = 0.6
_NAME_CHARS_MAX = 80
_SAMPLE_ROWS = 50
_TELLING = (
    *(amounts.AMOUNT, amounts.DEBIT, amounts.CREDIT, amounts.BALANCE, amounts.FEE),
    *(dates.BOOKING, dates.PLAIN, dates.TRANSACTION, dates.VALUE),
)


def heading_of(rows: Sequence[Row], at: int, core: Sequence[int]) -> Row:
    """The header, with the line beside it where that names columns of figures and days that it does not tell apart."""
    below = [place for place in core if place > at][:_SAMPLE_ROWS]
    if not below:
        return rows[at]
    needy = _needy(rows[at], [rows[place] for place in below])
    if not needy:
        return rows[at]
    for upper, lower in ((at, at + 1), (at - 1, at)):
        near = lower if upper == at else upper
        if 0 <= near < below[0] and _adjoin(rows[upper], rows[lower]) and _tells(rows[near], needy):
            return _together(rows[upper], rows[lower])
    return rows[at]


def _needy(header: Row, data: Sequence[Row]) -> list[int]:
    """Columns of figures or days whose name is missing, or the same as another's."""
    names = [bare(cell).casefold() for cell in header.cells]
    width = max(len(row.cells) for row in data)
    valued = [at for at in range(width) if any(_is_value(row, at) for row in data)]
    return [at for at in valued if _name(names, at) == "" or names.count(_name(names, at)) > 1]


def _name(names: Sequence[str], at: int) -> str:
    return names[at] if at < len(names) else ""


def _is_value(row: Row, at: int) -> bool:
    return at < len(row.cells) and (is_figure(row.cells[at]) or is_day(row.cells[at]))


def _adjoin(upper: Row, lower: Row) -> bool:
    return upper.source_line + upper.lines == lower.source_line


def _tells(row: Row, needy: Sequence[int]) -> bool:
    """Whether a line has a name that says something for one of the columns at least, and no values."""
    filled = [bare(cell) for cell in row.cells if bare(cell)]
    if any(is_day(cell) or is_figure(cell) or len(cell) > _NAME_CHARS_MAX for cell in filled):
        return False
    names = [bare(row.cells[at]) for at in needy if at < len(row.cells)]
    told = [name for name in names if max(fit(name, terms) for terms in _TELLING) >= _NAME_MIN]
    return bool(told) and len(set(map(str.casefold, told))) == len(told)


def _together(upper: Row, lower: Row) -> Row:
    width = max(len(upper.cells), len(lower.cells))
    pairs = [(_cell(upper, at), _cell(lower, at)) for at in range(width)]
    cells = tuple(" ".join(dict.fromkeys(part for part in pair if part)) for pair in pairs)
    return Row(upper.source_line, cells, upper.lines + lower.lines)


def _cell(row: Row, at: int) -> str:
    return row.cells[at].strip() if at < len(row.cells) else ""
