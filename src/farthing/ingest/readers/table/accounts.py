"""Whose account a table is, where lines above it or between its parts say so."""

import re

from farthing.ingest.readers.table.cells import bare, is_day, is_figure
from farthing.ingest.readers.table.row import Row
from farthing.ingest.readers.table.vocabulary import texts
from farthing.ingest.readers.table.words import fit

_IBAN = re.compile(r"(?<![A-Z0-9])([A-Z]{2}\d{2}(?:\s?[A-Z0-9]{2,4}){3,8})(?![A-Z0-9])")
_NUMBER = re.compile(r"[A-Z0-9*•Xx][A-Z0-9*•Xx \-./]{4,33}")
_DIGITS_MIN = 4
_LABEL_CHARS_MAX = 40


def account_in(row: Row) -> str | None:
    """The account that a row names: an IBAN, or a number behind a label."""
    for cell in row.cells:
        found = _IBAN.search(bare(cell))
        if found:
            return found[1]
    for label, value in _labelled(row):
        if fit(label, texts.ACCOUNT) >= 1 and _is_number(value):
            return value
    return None


def _labelled(row: Row) -> list[tuple[str, str]]:
    cells = [bare(cell) for cell in row.cells if bare(cell)]
    within = [
        (label.strip(), value.strip()) for cell in cells[:4] for label, colon, value in [cell.partition(":")] if colon
    ]
    beside = list(zip((cell.rstrip(" :") for cell in cells), cells[1:], strict=False))
    return [(label, value) for label, value in [*within, *beside] if label and len(label) <= _LABEL_CHARS_MAX]


def _is_number(text: str) -> bool:
    digits = sum(char.isdigit() for char in text)
    return _NUMBER.fullmatch(text) is not None and digits >= _DIGITS_MIN and not is_day(text) and not _is_money(text)


def _is_money(text: str) -> bool:
    return is_figure(text) and not text.replace(" ", "").isdigit()
