"""What the rows beside the transactions declare: balances, totals, counts."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from farthing.ingest.readers.table.cells import bare, figure, is_day
from farthing.ingest.readers.table.row import Row
from farthing.ingest.readers.table.vocabulary import amounts, flags
from farthing.ingest.readers.table.words import fit, folded

Label = Literal["opening", "closing", "total_in", "total_out", "total", "count"]
_LABEL_MIN = 0.85
_LABEL_CHARS_MAX = 60
_FIGURE_INSIDE = re.compile(
    r"[-+\u2212]{0,2}\s?(?:[^\W\d]{1,3}\s?|[$€£¥])?\d[\d.,' \u00a0\u202f’]*(?:\s?[^\W\d]{1,3}\b)?$"
)
_COUNTED = re.compile(r"\(?\b\d+\b\s?(?:笔|件)?\)?")


@dataclass(frozen=True, slots=True)
class Declared:
    """A figure that the file gives about itself."""

    label: Label
    amount: Decimal
    currency: str | None
    source_line: int


@lru_cache(maxsize=65536)
def label_of(cell: str) -> Label | None:
    """What a cell announces, if it announces a balance or a sum."""
    text = _COUNTED.sub(" ", _joined(bare(cell))).strip(" :：*")
    if not text or len(text) > _LABEL_CHARS_MAX or is_day(text):
        return None
    opening, closing = fit(text, flags.OPENING), fit(text, flags.CLOSING)
    if max(opening, closing) >= _LABEL_MIN:
        return "opening" if opening >= closing else "closing"
    if fit(text, flags.COUNT) >= _LABEL_MIN:
        return "count"
    return _total(text)


def is_pure_label(cell: str) -> bool:
    """Whether a cell is the name of a balance or a total, and nothing more."""
    text = _joined(bare(cell)).strip(" :：*")
    words = (flags.OPENING, flags.CLOSING, flags.TOTAL)
    return any(fit(text, group) >= 2 for group in words) or folded(text) in flags.BALANCE_WORDS


def is_strong_label(cell: str) -> bool:
    """Whether a cell names an opening or closing balance in so many words, with little beside them."""
    text = _COUNTED.sub(" ", _joined(bare(cell))).strip(" :：*")
    return max(fit(text, flags.OPENING), fit(text, flags.CLOSING)) >= 0.95


def _joined(text: str) -> str:
    """S P A C E D words as they are meant."""
    letters = text.split(" ")
    return "".join(letters) if len(letters) > 3 and all(len(letter) == 1 for letter in letters) else text


def _total(text: str) -> Label | None:
    out, into = fit(text, amounts.DEBIT), fit(text, amounts.CREDIT)
    if max(out, into) >= _LABEL_MIN:
        return "total_in" if into > out else "total_out"
    if fit(text, flags.TOTAL) >= (_LABEL_MIN if text.isascii() else _LABEL_MIN - 0.15):
        return "total"
    key = folded(text).split(" ")[0] if folded(text) else ""
    return "closing" if key in flags.BALANCE_WORDS and len(folded(text).split(" ")) <= 4 else None


def declared_in(rows: Sequence[Row], mark: str) -> Iterator[Declared]:
    """All that a run of rows declares, figures beside their labels or below them."""
    for row, below in zip(rows, [*rows[1:], None], strict=False):
        labels = [(at, label) for at, cell in enumerate(row.cells) if (label := label_of(cell))]
        for at, label in labels:
            found = (
                _beside(row, at, label, mark)
                or _inside(row, at, label, mark)
                or (_below(below, at, label, mark) if below else None)
            )
            if found:
                yield found


def _beside(row: Row, at: int, label: Label, mark: str) -> Declared | None:
    for cell in row.cells[at + 1 :]:
        if label_of(cell):
            return None
        found = _figure(cell, label, row.source_line, mark)
        if found:
            return found
    return None


def _inside(row: Row, at: int, label: Label, mark: str) -> Declared | None:
    found = _FIGURE_INSIDE.search(bare(row.cells[at]))
    return _figure(found[0], label, row.source_line, mark) if found else None


def _below(below: Row, at: int, label: Label, mark: str) -> Declared | None:
    return _figure(below.cells[at], label, below.source_line, mark) if at < len(below.cells) else None


def _figure(cell: str, label: Label, line: int, mark: str) -> Declared | None:
    found = None if is_day(bare(cell)) and not bare(cell).isdigit() else figure(cell)
    if found is None:
        return None
    value = found.value(mark)
    if value is None:
        value = found.value("," if mark == "." else ".")
    if value is None:
        return None
    signed = value if found.flag is None or found.is_signed else abs(value) * found.flag
    return Declared(label, signed, found.currency, line)
