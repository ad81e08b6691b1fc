"""Files that hold tables of different columns, one below the other: each is understood by itself."""

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from farthing.ingest.errors import StatementUnreadable
from farthing.ingest.readers.table.cells import bare, core_of, is_day, is_figure
from farthing.ingest.readers.table.columns import is_pending
from farthing.ingest.readers.table.row import Row
from farthing.ingest.readers.table.vocabulary import amounts, dates
from farthing.ingest.readers.table.words import fit
from farthing.ingest.reading import Evidence, Fate, Reading
from farthing.ingest.statement import LineStatus, Statement

_NAME_MIN = 0.6
_NAMES_MIN = 3
_NAME_CHARS_MAX = _TITLE_CHARS_MAX = 60
_SAMPLE_ROWS = 50
_FIRST_ROWS_MIN = 2
"""A single row that looks like a transaction above the first header is a part of what introduces the file."""
_DAYS = (dates.BOOKING, dates.PLAIN, dates.TRANSACTION, dates.VALUE, dates.PURCHASE)
_MONEY = (amounts.AMOUNT, amounts.DEBIT, amounts.CREDIT)


def names_columns(row: Row) -> bool:
    """Whether a row is clearly a header of transactions: short words, a date and an amount among them."""
    if not _is_wordy(row):
        return False
    filled = [bare(cell) for cell in row.cells if bare(cell)]
    return _any_says(filled, _DAYS) and _any_says(filled, _MONEY)


def _any_says(cells: Sequence[str], groups: Sequence[tuple[str, ...]]) -> bool:
    return any(fit(cell, terms) >= _NAME_MIN for cell in cells for terms in groups)


def sections_of(rows: Sequence[Row]) -> list[Sequence[Row]]:
    """The parts of a file of which each has a header of its own and transactions; one where all share a header."""
    core = core_of(rows)
    taken = set(core)
    words = [at for at, row in enumerate(rows) if at not in taken and _is_wordy(row)]
    known = [at for at in words if names_columns(rows[at])]
    kept: list[int] = []
    for at in sorted({*known, *_turns(rows, core, words)}):
        if not kept or _names(rows[at]) != _names(rows[kept[-1]]):
            kept.append(at)
    ends = [*kept[1:], len(rows)] if kept else []
    kept = [at for at, end in zip(kept, ends, strict=True) if any(at < place < end for place in core)]
    is_headed = bool(kept) and kept[0] < core[:_FIRST_ROWS_MIN][-1]
    first = 1 if is_headed else 0
    starts = [0, *(_start(rows, at, core) for at in kept[first:])]
    return [rows[start:end] for start, end in zip(starts, [*starts[1:], len(rows)], strict=True)]


def _is_wordy(row: Row) -> bool:
    """Whether a row could be a header in any language: short words, no values."""
    filled = [bare(cell) for cell in row.cells if bare(cell)]
    return len(filled) >= _NAMES_MIN and not any(is_day(c) or is_figure(c) or len(c) > _NAME_CHARS_MAX for c in filled)


def _turns(rows: Sequence[Row], core: Sequence[int], words: Sequence[int]) -> list[int]:
    """Rows of words below which days stand in other columns than above them."""
    bounds = [-1, *words, len(rows)]
    groups = [[rows[at] for at in core if low < at < high] for low, high in pairwise(bounds)]
    found, before = [], frozenset[int]()
    for at, group in zip(words, groups[1:], strict=True):
        before = before or _days(groups[0])
        days = _days(group)
        if before and days and days != before:
            found.append(at)
        before = days or before
    return found


def _days(group: Sequence[Row]) -> frozenset[int]:
    """The columns in which most rows have a day."""
    counts = Counter(at for row in group[:_SAMPLE_ROWS] for at, cell in enumerate(row.cells) if is_day(cell))
    return frozenset(at for at, count in counts.items() if count > len(group[:_SAMPLE_ROWS]) / 2)


def _names(row: Row) -> list[str]:
    return [bare(cell).casefold() for cell in row.cells if bare(cell)]


def _start(rows: Sequence[Row], head: int, core: Sequence[int]) -> int:
    """Where the part begins: the lines right above its header belong to it."""
    taken, at = set(core), head
    while at and not rows[at - 1].is_blank and at - 1 not in taken:
        at -= 1
    return at


def together(readings: Sequence[Reading]) -> Reading:
    """The readings of all parts as one of their file."""
    first = readings[0]
    fates = {fate: sum(reading.fates.get(fate, 0) for reading in readings) for fate in Fate}
    told = Evidence("sections", str(len(readings)), "further down a header names other columns")
    return replace(
        first,
        statements=tuple(statement for reading in readings for statement in reading.statements),
        confidence=min(reading.confidence for reading in readings),
        evidence=(told, *first.evidence, *(one for reading in readings[1:] for one in reading.evidence)),
        proofs=tuple(proof for reading in readings for proof in reading.proofs),
        ambiguities=tuple(dict.fromkeys(doubt for reading in readings for doubt in reading.ambiguities)),
        rejected=tuple(one for reading in readings for one in reading.rejected),
        fates={fate: count for fate, count in fates.items() if count},
    )


def titled(reading: Reading, rows: Sequence[Row]) -> Reading:
    """A part of the file, on the account that the line above its header names if no other does."""
    above = itertools.takewhile(lambda row: not names_columns(row), rows)
    titles = [names[0] for row in above if len(names := [bare(cell) for cell in row.cells if bare(cell)]) == 1]
    title = titles[-1][:_TITLE_CHARS_MAX] if titles else None
    return replace(reading, statements=tuple(_on(statement, title) for statement in reading.statements))


def _on(statement: Statement, title: str | None) -> Statement:
    """Titles with numbers name an account; others may say that nothing below them is booked yet."""
    if title is None:
        return statement
    if is_pending(title):
        return replace(statement, lines=tuple(replace(line, status=LineStatus.PENDING) for line in statement.lines))
    if statement.account is not None or not any(map(str.isdigit, title)):
        return statement
    return replace(statement, account=title, lines=tuple(replace(line, account=title) for line in statement.lines))


def refused(rows: Sequence[Row], why: StatementUnreadable) -> StatementUnreadable:
    line = next((row.source_line for row in rows if not row.is_blank), rows[0].source_line)
    return StatementUnreadable(f"From line {line} the file is a table of other columns, and that part: {why.detail}")
