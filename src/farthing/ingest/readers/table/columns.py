"""A column: its name, and what its cells are."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import pairwise

from farthing.ingest.readers.table.cells import bare, figure, is_day, is_dotted_date
from farthing.ingest.readers.table.days import short_meanings, yearless
from farthing.ingest.readers.table.figures import Figure
from farthing.ingest.readers.table.row import Row
from farthing.ingest.readers.table.vocabulary import amounts, dates, flags
from farthing.ingest.readers.table.vocabulary.currencies import code_of
from farthing.ingest.readers.table.words import fit, folded, has_any

_DAYS_MIN = 0.6
_FIGURES_MIN = 0.75
_CODES_MIN = 0.9
_ID_DIGITS_MIN = 11
_SAMPLE_ROWS = 2000
_PLAIN_LETTERS = frozenset("dcksh+-/收支借贷貸出入")
"""Single letters that say debit or credit by themselves; others need a name that says so."""


class Kind(StrEnum):
    EMPTY = "empty"
    DAY = "day"
    FIGURE = "figure"
    CURRENCY = "currency"
    FLAG = "flag"
    TEXT = "text"


@dataclass(frozen=True)
class Column:
    index: int
    name: str
    cells: tuple[str, ...]
    """Of the rows that could be transactions, bare."""
    raw: tuple[str, ...]
    """The same as they are written: a sign may be all that a cell says."""

    @cached_property
    def filled(self) -> tuple[str, ...]:
        return tuple(cell for cell in self.cells if cell)

    @cached_property
    def fill(self) -> float:
        return len(self.filled) / len(self.cells) if self.cells else 0.0

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        return tuple(found for cell in self.filled if (found := figure(cell)) is not None)

    @cached_property
    def kind(self) -> Kind:
        if not self.filled or self._is_signs():
            return Kind.FLAG if self._is_signs() else Kind.EMPTY
        share = len(self.filled)
        days = sum(1 for cell in self.filled if is_day(cell))
        if days >= _DAYS_MIN * share and not self._is_rather_amount():
            return Kind.DAY
        if self._named_date() and self._is_short_day():
            return Kind.DAY
        if len(self.figures) >= _FIGURES_MIN * share and not self._is_numbering():
            return Kind.FIGURE
        return self._kind_of_words()

    def _kind_of_words(self) -> Kind:
        if self._is_short_day():
            return Kind.DAY
        if sum(1 for cell in self.filled if code_of(cell)) >= _CODES_MIN * len(self.filled):
            return Kind.CURRENCY
        return Kind.FLAG if self._is_flag() else Kind.TEXT

    def _is_rather_amount(self) -> bool:
        """Eight digits that could be a day, under a name that says amount."""
        if any(is_dotted_date(cell) for cell in self.filled) or not self.name:
            return False
        return not self._named_date() and max(fit(self.name, amounts.AMOUNT), fit(self.name, amounts.BALANCE)) > 1

    def _named_date(self) -> bool:
        groups = (dates.BOOKING, dates.PLAIN, dates.TRANSACTION, dates.VALUE, dates.PURCHASE)
        return any(fit(self.name, group) >= 0.6 for group in groups)

    def _is_numbering(self) -> bool:
        """Identifiers written in digits: too long for money, led by zeros, or counting up."""
        plain = [cell for cell in self.filled if cell.isdigit()]
        if len(plain) < len(self.filled):
            return False
        long = sum(1 for cell in plain if len(cell) >= _ID_DIGITS_MIN or (len(cell) > 1 and cell[0] == "0"))
        is_counting = len(plain) > 1 and all(int(b) - int(a) == 1 for a, b in pairwise(plain))
        return long > len(plain) / 2 or (is_counting and int(plain[0]) <= 1)

    def _is_short_day(self) -> bool:
        """Dates without a year or without marks, which only a name can tell from other digits."""
        known = sum(1 for cell in self.filled if yearless(cell) or (self._named_date() and short_meanings(cell)))
        return known >= _DAYS_MIN * len(self.filled) and (self._named_date() or not self.name)

    def _is_signs(self) -> bool:
        return set(self.raw) <= {"+", "-", "\u2212", ""} and "+" in self.raw

    def _is_flag(self) -> bool:
        words = {folded(cell) or cell for cell in self.filled}
        if len(words) > 6 or any(len(word) > 24 for word in words):
            return False
        if any(len(word) == 1 and word not in _PLAIN_LETTERS for word in words) and fit(self.name, amounts.FLAG) < 0.6:
            return False
        known = [word for word in words if side_of(word) is not None]
        return bool(known) and len(known) >= len(words) - len(
            [w for w in words if w in flags.NEUTRAL_WORDS or w == "n"]
        )


def side_of(cell: str) -> int | None:
    """Minus one for words of money going out, one for money coming in."""
    key = folded(cell) or cell.strip()
    if key in flags.OUT_WORDS and key not in flags.IN_WORDS:
        return -1
    return 1 if key in flags.IN_WORDS and key not in flags.OUT_WORDS else None


def columns_of(names: Sequence[str], core: Sequence[Row]) -> tuple[Column, ...]:
    """The columns of a table under their names, as its transactions fill them."""
    sample = core[:_SAMPLE_ROWS]
    width = max([len(names), *(len(row.cells) for row in sample)], default=0)
    padded = (*names, *("",) * (width - len(names)))
    return tuple(_column(at, padded[at], sample) for at in range(width))


def _column(at: int, name: str, core: Sequence[Row]) -> Column:
    raw = tuple(row.cells[at].strip() if at < len(row.cells) else "" for row in core)
    return Column(at, name, tuple(bare(cell) for cell in raw), raw)


def is_failed(text: str) -> bool:
    return has_any(text, flags.FAILED)


def is_pending(text: str) -> bool:
    return has_any(text, flags.PENDING)
