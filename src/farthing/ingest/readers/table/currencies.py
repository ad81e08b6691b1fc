"""In which money an amount is: by a column, by its cell, by the name of its column, by what stands around the table."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from farthing.ingest.readers.table.cells import bare, figure
from farthing.ingest.readers.table.columns import Column, Kind
from farthing.ingest.readers.table.row import Row
from farthing.ingest.readers.table.vocabulary import amounts, texts
from farthing.ingest.readers.table.vocabulary.currencies import CODES, OLD_CODES, SHARED_SYMBOLS, SYMBOLS, code_of
from farthing.ingest.readers.table.words import fit, folded

_CODE = re.compile(r"(?<![A-Za-z])([A-Z]{3})(?![A-Za-z])")
_BRACKETED = re.compile(r"[(\[（]([^()\[\]（）]{1,40})[)\]）]")
_SIGNED = re.compile(r"\d\s?(€|£|zł|Kč|₽|₴|₹)(?!\w)")
_NOT_CODES_ALONE = frozenset(
    [
        "ALL",
        "TOP",
        "TRY",
        "BOB",
        "CUP",
        "COP",
        "LAK",
        "GEL",
        "MOP",
        "PEN",
        "RON",
        "SOS",
        "STN",
        "BAM",
        "AMD",
        "ANG",
        "XAG",
        "XAU",
        "NIO",
        "KID",
    ]
)
"""Codes that are also words: in running text they say nothing."""


@dataclass(frozen=True, slots=True)
class Denomination:
    """Where the currency of the amounts is told."""

    column: int | None
    original: int | None
    """The column of the currency that was paid abroad."""
    fixed: str | None
    because: str


def denomination_of(
    columns: Sequence[Column], amount_columns: Sequence[int], above: Sequence[Row], below: Sequence[Row]
) -> Denomination:
    """How the amounts of these columns are denominated."""
    original = _original(columns, amount_columns)
    column = _own_column(columns, amount_columns, original)
    fixed, because = _fixed(columns, amount_columns, above, below)
    if column is not None:
        because = f"column {columns[column].name or column + 1}"
    return Denomination(column, original, fixed, because)


def _is_foreign(name: str) -> bool:
    elsewhere = fit(name, texts.CURRENCY_ELSEWHERE)
    return elsewhere > fit(name, texts.CURRENCY) or fit(name, amounts.ELSEWHERE_CURRENCY) > fit(name, texts.CURRENCY)


def _original(columns: Sequence[Column], amount_columns: Sequence[int]) -> int | None:
    named = [c.index for c in columns if c.kind is Kind.CURRENCY and _is_foreign(c.name)]
    return next((at for at in named if at not in amount_columns), None)


def _own_column(columns: Sequence[Column], amount_columns: Sequence[int], original: int | None) -> int | None:
    """The column of codes that belongs to the amounts: beside them, and not named as that of another figure."""
    codes = [c for c in columns if c.kind is Kind.CURRENCY and c.index != original and not _is_foreign(c.name)]
    if not codes or not amount_columns:
        return None
    is_left = _stands_left(columns, codes)
    ranked = sorted(codes, key=lambda c: (-_affinity(c, columns, amount_columns, is_left=is_left), c.index))
    return ranked[0].index


def _stands_left(columns: Sequence[Column], codes: Sequence[Column]) -> bool:
    """Whether every code stands left of a figure and the first thing after the last figure is no code."""
    left = sum(1 for c in codes if c.index + 1 < len(columns) and columns[c.index + 1].kind is Kind.FIGURE)
    right = sum(1 for c in codes if c.index and columns[c.index - 1].kind is Kind.FIGURE)
    return left > right


def _affinity(code: Column, columns: Sequence[Column], amount_columns: Sequence[int], *, is_left: bool) -> float:
    distance = min(_distance(code.index, at, is_left=is_left) for at in amount_columns)
    named = max(fit(code.name, texts.CURRENCY) - 0.5, 0.0) * 0.3 + 0.5 * min(fit(code.name, amounts.OF_ACCOUNT), 1.0)
    belongs = any(_shares_word(code.name, columns[at].name) for at in amount_columns)
    return code.fill + named + 0.6 * belongs - 0.25 * distance


def _distance(code: int, amount: int, *, is_left: bool) -> float:
    steps = amount - code if is_left else code - amount
    return abs(steps) - 1 if steps > 0 else abs(steps) + 0.5


def _shares_word(one: str, other: str) -> bool:
    stems = {word[:6].casefold() for word in one.split() if len(word) > 3}
    return bool(stems & {word[:6].casefold() for word in other.split() if len(word) > 3})


def _fixed(
    columns: Sequence[Column], amount_columns: Sequence[int], above: Sequence[Row], below: Sequence[Row]
) -> tuple[str | None, str]:
    for at in amount_columns:
        if found := in_name(columns[at].name):
            return found, f"the name of column {columns[at].name!r}"
    for at in amount_columns:
        cells = Counter(f.currency for f in columns[at].figures if f.currency)
        if cells:
            return None, "beside each amount"
    others = Counter(
        code for c in columns if c.kind is Kind.FIGURE and not _is_foreign_figure(c) and (code := in_name(c.name))
    )
    if len(others) == 1:
        return next(iter(others)), "the names of other columns of money"
    told = Counter(_told(above)) or Counter(_told(below))
    if told and (len(told) == 1 or told.most_common(1)[0][1] > sum(told.values()) / 2):
        return told.most_common(1)[0][0], "the lines around the table"
    return None, "the file does not say"


def _is_foreign_figure(column: Column) -> bool:
    return fit(column.name, amounts.ELSEWHERE_CURRENCY) > fit(column.name, amounts.AMOUNT)


def in_name(name: str) -> str | None:
    """The currency that the name of a column bears, in brackets or as a word of its own."""
    for inner in _BRACKETED.findall(name):
        if found := code_of(inner):
            return found
    for word in name.replace("(", " ").replace(")", " ").split():
        bare_word = word.rstrip("$€£")
        if bare_word in CODES and bare_word != word:
            return bare_word
        if len(name) > len(word) and folded(word) in {"euro", "euros", "eur", "euroa", "euron"}:
            return "EUR"
        if (word in CODES and word.isupper() and len(name) > len(word)) or word in SYMBOLS:
            return OLD_CODES.get(word) or code_of(word)
    return None


def _told(rows: Sequence[Row]) -> Iterator[str]:
    """Codes in cells of their own, beside figures, in brackets or after a colon."""
    for row in rows:
        for cell in row.cells:
            text = bare(cell).lstrip(": ").strip()
            found = figure(cell)
            code = (code_of(text) if len(text) <= 12 and not _is_shared(text) else None) or (
                found.currency if found else None
            )
            if code:
                yield code
                continue
            label, _, value = text.partition(":")
            if fit(label, texts.CURRENCY) and (named := code_of(value)):
                yield named
                continue
            if len(text) < 80 and (sign := _SIGNED.search(text)):
                yield SYMBOLS[sign[1]]
            yield from (c for inner in _BRACKETED.findall(text) if (c := code_of(inner)))
            yield from (
                c for c in _CODE.findall(text[:200]) if c in CODES and c not in _NOT_CODES_ALONE and len(text) < 60
            )


def _is_shared(text: str) -> bool:
    return text in SHARED_SYMBOLS


def currency_at(row: Row, denomination: Denomination, amount_columns: Sequence[int]) -> str | None:
    """The currency of a row's amount."""
    if denomination.column is not None and denomination.column < len(row.cells):
        found = code_of(bare(row.cells[denomination.column]))
        if found:
            return found
    for at in amount_columns:
        told = figure(row.cells[at]) if at < len(row.cells) else None
        if told and told.currency:
            return told.currency
    return denomination.fixed
