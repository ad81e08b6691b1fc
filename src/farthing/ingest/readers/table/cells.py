"""What a single cell could be, before anything is known about its column."""

from collections.abc import Sequence
from functools import lru_cache

from farthing.ingest.readers.table.days import is_date, meanings, short_meanings, yearless
from farthing.ingest.readers.table.figures import Figure, figure_of
from farthing.ingest.readers.table.row import Row

NOTHING = frozenset(
    [
        "",
        "-",
        "--",
        "---",
        "—",
        "–",
        "/",
        "n/a",
        "na",
        "null",
        "none",
        "nil",
        "nan",
        "*",
        "***",
        "-/-",
        "\\n",
        "n.a.",
        "k.a.",
    ]
)
_PADDING = " \t\r\n\u00a0\u2007\u202f\u3000\ufeff\u200e\u200f"


@lru_cache(maxsize=65536)
def bare(cell: str) -> str:
    """The cell without padding; empty where it says nothing in so many signs."""
    stripped = cell.strip(_PADDING)
    if len(stripped) > 1 and stripped[0] == stripped[-1] == "'":
        stripped = stripped[1:-1].strip()
    if stripped.startswith('="') and stripped.endswith('"'):
        stripped = stripped[2:-1]
    return "" if stripped.casefold() in NOTHING or (len(stripped) > 3 and not stripped.strip("*")) else stripped


@lru_cache(maxsize=65536)
def figure(cell: str) -> Figure | None:
    """The figure of a cell that can be read with one decimal mark or the other, and is no date."""
    found = figure_of(bare(cell))
    if found is None or (found.value(".") is None and found.value(",") is None):
        return None
    return found


def is_figure(cell: str) -> bool:
    return figure(cell) is not None and not is_dotted_date(cell)


def is_dotted_date(cell: str) -> bool:
    return any(char in cell for char in "./-:") and is_date(bare(cell))


def is_day(cell: str) -> bool:
    return bool(meanings(bare(cell)))


def is_money(cell: str) -> bool:
    """A figure that looks like money: with cents, a sign, or a currency beside it."""
    found = figure(cell)
    if found is None or is_dotted_date(cell):
        return False
    return (
        found.is_signed
        or found.currency is not None
        or found.flag is not None
        or "." in found.number
        or "," in found.number
    )


def has_day_and_figure(row: Row) -> bool:
    """Whether a row could be a transaction: one cell is a day, and another a figure."""
    days = [at for at, cell in enumerate(row.cells) if is_day(cell)]
    if not days:
        return False
    if len(days) == 1:
        return any(at != days[0] and is_figure(cell) for at, cell in enumerate(row.cells))
    return any(is_figure(cell) and (at not in days or is_compact_only(row, days)) for at, cell in enumerate(row.cells))


def has_short_day_and_figure(row: Row) -> bool:
    """The same where days have no year, or six digits and no marks."""
    days = [at for at, cell in enumerate(row.cells) if yearless(bare(cell)) or short_meanings(bare(cell))]
    return bool(days) and any(at != days[0] and is_figure(cell) for at, cell in enumerate(row.cells))


def core_of(rows: Sequence[Row]) -> list[int]:
    """The places of the rows that could be transactions."""
    found = [at for at, row in enumerate(rows) if has_day_and_figure(row)]
    return found or [at for at, row in enumerate(rows) if has_short_day_and_figure(row)]


def is_compact_only(row: Row, days: list[int]) -> bool:
    """Eight digits may be a day or a figure; two such cells are one of each."""
    return all(row.cells[at].strip().isdigit() for at in days)
