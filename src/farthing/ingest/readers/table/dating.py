"""Which columns hold the dates, and in which order day, month and year stand in them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from farthing.ingest.readers.table.cells import bare
from farthing.ingest.readers.table.columns import Column, Kind
from farthing.ingest.readers.table.days import ORDERS, Meanings, Order, meanings, short_meanings, yearless
from farthing.ingest.readers.table.row import Row
from farthing.ingest.readers.table.vocabulary import dates
from farthing.ingest.readers.table.words import fit

_DATE_IN_TEXT = re.compile(r"(?<!\d)(\d{1,4}[./-]\d{1,2}[./-]\d{2,4}|\d{8})(?!\d)")
_NAMED_IN_TEXT = re.compile(r"(?<!\d)(?:\d{1,2}\.?\s[^\W\d_]{3,12}\.?|[^\W\d_]{3,12}\.?\s\d{1,2},?)\s\d{4}(?!\d)")
_YEAR_FIRST = re.compile(r"'?\d{4}-")
"""Such a cell is a day by itself, in whatever order its neighbours are written."""
_RANKS = (
    ("booking", dates.BOOKING, 5),
    ("plain", dates.PLAIN, 4),
    ("transaction", dates.TRANSACTION, 3),
    ("value", dates.VALUE, 2),
    ("purchase", dates.PURCHASE, 1),
)
_MONOTONE_ROWS_MIN = 6


@dataclass(frozen=True, slots=True)
class Dating:
    """How a table is dated."""

    booking: tuple[int, ...]
    """Columns to look into, the first that is filled counts."""
    value: int | None
    order: Order
    is_certain: bool
    because: str
    alternatives: tuple[Order, ...] = ()
    latest: date | None = None
    """Where the cells leave out the year: the last day that they can be."""
    is_short: bool = False


def role_of(column: Column) -> tuple[str, float]:
    """What kind of date a column's name says, and how well."""
    if fit(column.name, dates.ELSEWHERE) > max(fit(column.name, group) for _, group, _ in _RANKS):
        return "elsewhere", 0.0
    scored = [(name, fit(column.name, group), rank) for name, group, rank in _RANKS]
    name, score, _ = max(scored, key=lambda entry: (entry[1], entry[2]))
    return (name, score) if score else ("unnamed", 0.0)


def dating_of(columns: Sequence[Column], hints: Sequence[str], wished: Order | None, mark: str) -> Dating | None:
    """How the table is dated; nothing if it has no column of dates."""
    days = [column for column in columns if column.kind is Kind.DAY]
    roles = {column.index: role_of(column)[0] for column in days}
    usable = [column for column in days if roles[column.index] != "elsewhere"] or days
    if not usable:
        return None
    ranks = {name: rank for name, _, rank in _RANKS} | {"unnamed": 3, "elsewhere": 0}
    ranked = sorted(usable, key=lambda c: (-ranks[roles[c.index]] - (0 if c.fill > 0.3 else -4), c.index))
    value = next((c.index for c in usable if roles[c.index] == "value" and c is not ranked[0]), None)
    value = _second_unnamed(ranked, roles) if value is None else value
    alike = [column for column in days if _shape(column) == _shape(ranked[0])]
    order, is_certain, because, alternatives = order_of(ranked[0], alike, hints, wished, mark)
    latest = None if any(meanings(cell) or short_meanings(cell) for cell in ranked[0].filled) else _latest(hints, order)
    is_short = not any(meanings(cell) for cell in ranked[0].filled)
    return Dating(tuple(c.index for c in ranked), value, order, is_certain, because, alternatives, latest, is_short)


def course_of(rows: Sequence[Row], dating: Dating) -> int:
    """One where the rows run from old to new, minus one where they run back, 0 where that is not seen."""
    days = [parsed(bare(row.cells[dating.booking[0]]), dating) for row in rows if len(row.cells) > dating.booking[0]]
    known = [day for day in days if day is not None]
    steps = sum((after > before) - (after < before) for before, after in pairwise(known))
    return (steps > 0) - (steps < 0)


def _second_unnamed(ranked: Sequence[Column], roles: dict[int, str]) -> int | None:
    unnamed = [column.index for column in ranked if roles[column.index] == "unnamed"]
    return unnamed[1] if len(unnamed) > 1 and len(unnamed) == len(ranked) else None


def _shape(column: Column) -> str:
    return (
        "".join("9" if char.isdigit() else char for char in next(iter(column.filled), ""))[:10]
        .replace("99", "9")
        .replace("99", "9")
    )


def parsed(cell: str, dating: Dating) -> date | None:
    """The day that a cell names, in the order that was found."""
    found = meanings(cell) or (short_meanings(cell) if dating.is_short else {})
    if found:
        return found.get(dating.order) or (found.get("ymd") if _YEAR_FIRST.match(cell) else None)
    parts = yearless(cell).get(dating.order)
    return _before(dating.latest, *parts) if dating.latest and parts else None


def _before(latest: date, month: int, day: int) -> date | None:
    """The last such day that is not after the latest."""
    year = latest.year if (month, day) <= (latest.month, latest.day) else latest.year - 1
    is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return date(year, month, day) if (month, day) != (2, 29) or is_leap else None


def order_of(
    main: Column, alike: Sequence[Column], hints: Sequence[str], wished: Order | None, mark: str
) -> tuple[Order, bool, str, tuple[Order, ...]]:
    """The order of day and month: what the cells allow, then what makes them likely."""
    cells = [_any_meaning(cell) for column in alike for cell in column.filled]
    found = [meaning for meaning in cells if meaning]
    possible = [order for order in ORDERS if sum(order in meaning for meaning in found) >= max(1, 0.98 * len(found))]
    possible = _without_rare(possible, found)
    if wished in possible:
        return wished, True, "you said so", ()
    if not possible:
        best = max(ORDERS, key=lambda order: sum(order in meaning for meaning in found))
        return best, False, "the most cells are days in this order, not all", ()
    if len(possible) == 1 or all(len(set(meaning.values())) == 1 for meaning in found):
        return possible[0], True, "no other order makes days of all cells", ()
    return _likely(possible, [m for cell in main.filled if (m := _any_meaning(cell))], hints, mark)


def _without_rare(possible: list[Order], found: Sequence[Meanings]) -> list[Order]:
    """Two digits of a year come first only where the last two change more than they would as years."""
    if "ymd" not in possible or len(possible) == 1 or not all("ymd" in m and len(set(m.values())) > 1 for m in found):
        return possible
    others: list[Order] = [order for order in possible if order != "ymd"]
    years = {order: len({meaning[order].year for meaning in found if order in meaning}) for order in possible}
    return ["ymd"] if years["ymd"] < min(years[order] for order in others) else others


def _any_meaning(cell: str) -> Meanings:
    found = meanings(cell) or short_meanings(cell)
    return found or {order: date(2000, *parts) for order, parts in yearless(cell).items()}


def _likely(
    possible: Sequence[Order], found: Sequence[Meanings], hints: Sequence[str], mark: str
) -> tuple[Order, bool, str, tuple[Order, ...]]:
    for decide in (_by_hints, _by_course):
        order, because = decide(possible, found, hints)
        if order:
            return order, True, because, ()
    order, because = _by_spread(possible, found)
    if not order:
        order, because = _by_habit(possible, found, mark)
    rest = tuple(other for other in possible if other not in {order, "ymd"})
    return order, not rest, because, rest


def _by_hints(possible: Sequence[Order], found: Sequence[Meanings], hints: Sequence[str]) -> tuple[Order | None, str]:
    """Dates above the table or in the file's name: of the same writing, or a day that the file cannot be older than."""
    told = [meanings(match) for text in hints for match in _DATE_IN_TEXT.findall(text)]
    decided = {order for meaning in told if len(meaning) == 1 for order in meaning if order != "ymd"} & set(possible)
    if len(decided) == 1:
        return decided.pop(), "a date above the table can only be read in this order"
    latest = [meaning["ymd"] for meaning in told if set(meaning) == {"ymd"}]
    if not latest:
        return None, ""
    fitting = [order for order in possible if max(m[order] for m in found if order in m) <= max(latest)]
    return (
        (fitting[0], "in another order there would be days after the file was made")
        if len(fitting) == 1
        else (None, "")
    )


def _by_course(possible: Sequence[Order], found: Sequence[Meanings], _: Sequence[str]) -> tuple[Order | None, str]:
    """Rows stand in the order of their days; only one reading of the days runs one way."""
    if len({tuple(meaning.values()) for meaning in found}) < _MONOTONE_ROWS_MIN:
        return None, ""
    turns = {order: _turns([meaning[order] for meaning in found if order in meaning]) for order in possible}
    best = min(turns, key=lambda order: turns[order])
    others = [turns[order] for order in turns if order != best]
    is_clear = turns[best] == 0 and min(others, default=0) >= max(2, len(found) // 10)
    return (best, "only so do the days follow each other") if is_clear else (None, "")


def _turns(days: Sequence[date]) -> int:
    """How many steps go against the run of the days."""
    ups = sum(1 for before, after in pairwise(days) if after > before)
    downs = sum(1 for before, after in pairwise(days) if after < before)
    return min(ups, downs)


def _by_spread(possible: Sequence[Order], found: Sequence[Meanings]) -> tuple[Order | None, str]:
    """A few days of one month are likelier than the same day of many months."""
    if len({tuple(meaning.values()) for meaning in found}) < 2:
        return None, ""
    spans = {
        order: (max(m[order] for m in found) - min(m[order] for m in found)).days
        for order in possible
        if all(order in m for m in found)
    }
    if len(spans) < 2:
        return None, ""
    ranked = sorted(spans, key=lambda order: spans[order])
    if spans[ranked[0]] * 3 < spans[ranked[1]]:
        return ranked[0], f"so the file covers {spans[ranked[0]]} days, and {spans[ranked[1]]} otherwise"
    return None, ""


def _by_habit(possible: Sequence[Order], found: Sequence[Meanings], mark: str) -> tuple[Order, str]:
    """Most of the world writes the day first; slashes with decimal points and no leading zeros are American."""
    del found
    if mark == "." and "mdy" in possible and "dmy" not in possible:
        return "mdy", "it is the only habit left"
    return (
        ("dmy", "most banks write the day first") if "dmy" in possible else (possible[0], "it is the first that fits")
    )


def _latest(hints: Sequence[str], order: Order) -> date | None:
    """The last day that the file's name or the lines above the table tell of, or the end of the last year."""
    told = [
        meanings(match) for text in hints for match in (*_DATE_IN_TEXT.findall(text), *_NAMED_IN_TEXT.findall(text))
    ]
    days = [meaning.get(order) or next(iter(meaning.values())) for meaning in told if meaning]
    years = [int(year) for text in hints for year in re.findall(r"(?<!\d)((?:19|20)\d{2})(?!\d)", text)]
    return max(days) if days else date(max(years), 12, 31) if years else None
