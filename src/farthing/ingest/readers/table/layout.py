"""Where the table stands in its file: what is above it, its header, its body."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from farthing.ingest.readers.table.cells import bare, core_of, is_day, is_figure
from farthing.ingest.readers.table.heading import heading_of
from farthing.ingest.readers.table.repair import Repair
from farthing.ingest.readers.table.row import Row
from farthing.ingest.readers.table.vocabulary import amounts, dates, texts
from farthing.ingest.readers.table.words import fit

_SEARCHED_ROWS = 200
_KNOWN_NAME_MIN = 0.6
_HEADER_MIN = 1.4
_NAME_CHARS_MAX = 80
_VOCABULARY = (
    *(dates.BOOKING, dates.PLAIN, dates.TRANSACTION, dates.VALUE, dates.PURCHASE),
    *(amounts.AMOUNT, amounts.DEBIT, amounts.CREDIT, amounts.BALANCE, amounts.FEE, amounts.ELSEWHERE_CURRENCY),
    *(texts.PAYEE, texts.PAYER, texts.MEMO, texts.TYPE, texts.CATEGORY, texts.REFERENCE, texts.ACCOUNT),
    *(texts.ACCOUNT_OF_OTHER, texts.STATUS, texts.CURRENCY, amounts.FLAG),
)


@dataclass(frozen=True, slots=True)
class Layout:
    names: tuple[str, ...]
    """The names of the columns; empty where the file has none."""
    header: Row | None
    above: tuple[Row, ...]
    body: tuple[Row, ...]
    core: tuple[Row, ...]
    """The rows of the body that could be transactions."""
    because: str

    @property
    def first_line(self) -> int:
        """Of the file, where the body begins."""
        last = self.header or (self.above[-1] if self.above else None)
        return last.source_line + last.lines if last else 1


def layout_of(
    rows: Sequence[Row], header_line: int | None = None, *, has_header: bool = True, delimiter: str = ""
) -> Layout:
    """The table with the header that fits best, or without one."""
    core = core_of(rows)
    found = _header_at(rows, core) if has_header else None
    at = found if header_line is None else _wished(rows, header_line)
    if at is None:
        first = core[0] if core else 0
        kept = tuple(rows[at] for at in core)
        return Layout(
            (), None, tuple(rows[:first]), tuple(rows[first:]), kept, "no row reads like the names of columns"
        )
    header = rows[at] if header_line is not None else heading_of(rows, at, core)
    above = tuple(row for row in rows[:at] if row.source_line < header.source_line)
    at += rows[at].source_line + rows[at].lines < header.source_line + header.lines
    known = sum(1 for cell in header.cells if known_name(cell) >= _KNOWN_NAME_MIN)
    because = f"line {header.source_line} holds {known} names of columns"
    names = _names(header)
    repair = Repair.of(rows, [place for place in core if place > at], delimiter)
    body = [repair(row) for row in rows[at + 1 :]]
    kept = tuple(body[place] for place in core_of(body))
    return Layout(names, header, above, tuple(body), kept, because)


def _names(header: Row) -> tuple[str, ...]:
    return tuple(" ".join(cell.strip().strip("#").strip().rstrip(":").split()) for cell in header.cells)


def _wished(rows: Sequence[Row], line: int) -> int | None:
    return next((at for at, row in enumerate(rows) if row.source_line == line), None)


def _header_at(rows: Sequence[Row], core: Sequence[int]) -> int | None:
    if not core:
        return _best(rows, range(min(len(rows), _SEARCHED_ROWS)), 0)
    width = Counter(len(rows[at].cells) for at in core).most_common(1)[0][0]
    found = _best(rows, range(min(core[0], _SEARCHED_ROWS)), width)
    if found is None:
        found = _best(rows, range(min(core[len(core) // 2], _SEARCHED_ROWS)), width)
        lost = [at for at in core if found is not None and at < found and len(rows[at].cells) == width]
        found = None if len(lost) > 1 else found
    return found if found is not None else _unknown_header(rows, core[0])


def _best(rows: Sequence[Row], places: range, width: int) -> int | None:
    scores = {at: header_score(rows[at], width) for at in places}
    best = max(scores, key=lambda at: (round(scores[at], 6), -at), default=None)
    return best if best is not None and scores[best] >= _HEADER_MIN else None


def header_score(row: Row, width: int) -> float:
    """How much a row reads like names of columns: known words, no figures, as wide as the table."""
    filled = [bare(cell) for cell in row.cells if bare(cell)]
    if len(filled) < 2 or any(is_day(cell) or is_figure(cell) for cell in filled):
        return 0.0
    known = sum(min(known_name(cell), 1.5) for cell in filled if len(cell) <= _NAME_CHARS_MAX)
    share = known / len(filled)
    narrow = max(0, width - len(row.cells)) / max(width, 1)
    return known * (0.5 + share) - 3 * narrow if share > 0.3 else 0.0


@lru_cache(maxsize=8192)
def known_name(cell: str) -> float:
    best = max(fit(cell, terms) for terms in _VOCABULARY)
    return best if best >= _KNOWN_NAME_MIN else 0.0


def _unknown_header(rows: Sequence[Row], first: int) -> int | None:
    """Names in a language that we do not know: short words above the first transaction, as many as it has cells."""
    above = [at for at in range(first) if not rows[at].is_blank]
    if not above:
        return None
    filled = [cell for cell in rows[above[-1]].cells if bare(cell)]
    data = [cell for cell in rows[first].cells if bare(cell)]
    is_wordy = all(not is_day(cell) and not is_figure(cell) and len(cell) <= _NAME_CHARS_MAX for cell in filled)
    is_wide = len(filled) >= max(3, 0.6 * len(data)) and len(rows[above[-1]].cells) >= len(data)
    return above[-1] if is_wordy and is_wide and len(set(filled)) > len(filled) / 2 else None
