"""Days of a QIF file: `1/ 2'05` means nothing alone, its order comes from the whole file."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from farthing.ingest.reading import Ambiguity, Doubt
from farthing.ingest.wishes import DateOrder

_PARTS = re.compile(r"(\d{1,4})\s*[/.\-]\s*(\d{1,2})\s*([/.\-']|\s)\s*(\d{1,4})")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_NAMED = re.compile(r"(\d{1,2})[\s\-./]+([A-Za-z]{3})[a-z]*\.?[\s\-./',]+(\d{2,4})")
_MONTH_NAMES = "jan feb mar apr may jun jul aug sep oct nov dec"
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES.split(), 1)}
_CENTURY_TURN = 70
MONTHS_MAX, DAYS_MAX = 12, 31
Parts = tuple[int, int, int, str, int]
"""Three numbers, the mark before the last, and the digits of the first."""


@dataclass(frozen=True, slots=True)
class Order:
    order: DateOrder
    because: str
    ambiguity: Ambiguity | None = None


def day_of(text: str, order: DateOrder) -> date | None:
    """The day, if the file writes days in this order."""
    named = _NAMED.fullmatch(text.strip())
    compact = _COMPACT.fullmatch(text.strip())
    if compact:
        return _date(int(compact[1]), int(compact[2]), int(compact[3]))
    if named:
        month = _MONTHS.get(named[2].lower())
        return _date(_year(int(named[3]), len(named[3]), "/"), month, int(named[1])) if month else None
    parts = _parts(text)
    if parts is None:
        return None
    first, second, third, mark, digits = parts
    if digits == 4 or order == "ymd":  # noqa: PLR2004
        return _date(_year(first, digits, mark), second, third)
    year = _year(third, 4 if third > 99 else 2, mark)  # noqa: PLR2004
    return _date(year, first, second) if order == "mdy" else _date(year, second, first)


def order_of(texts: Iterable[str], wished: DateOrder | None, options: Collection[str] = ()) -> Order:
    """The order that all days of the file allow; where both do, the likelier one and a doubt."""
    if wished is not None:
        return Order(wished, "you said so")
    parts = [part for text in texts if (part := _parts(text)) is not None and part[4] != 4]  # noqa: PLR2004
    declared: tuple[DateOrder, ...] = ("mdy", "dmy")
    for order in declared:
        if f"option:{order}" in options:
            return Order(order, "the file declares it")
    if any(first > DAYS_MAX for first, *_ in parts):
        return Order("ymd", f"{next(p[0] for p in parts if p[0] > DAYS_MAX)} stands first and can only be a year")
    is_day_first, is_month_first = any(p[0] > MONTHS_MAX for p in parts), any(p[1] > MONTHS_MAX for p in parts)
    if is_day_first or is_month_first:
        order = "dmy" if sum(p[0] > MONTHS_MAX for p in parts) >= sum(p[1] > MONTHS_MAX for p in parts) else "mdy"
        return Order(order, f"a day above 12 stands {'first' if order == 'dmy' else 'second'}")
    return _likelier(parts)


def _likelier(parts: Sequence[Parts]) -> Order:
    """No day is above twelve: sorted days speak for an order, then the marks that a region writes."""
    if all(first == second for first, second, *_ in parts):
        return Order("mdy", "day and month are the same everywhere" if parts else "the year stands first")
    dmy, mdy = _disorder(parts, "dmy"), _disorder(parts, "mdy")
    if any(mark == "'" for *_, mark, _ in parts):
        order: DateOrder = "mdy"
        because = "an apostrophe before the year is how Quicken writes, month first"
    elif dmy != mdy:
        order = "dmy" if dmy < mdy else "mdy"
        because = "the lines are in order of days only that way"
    else:
        order = "dmy" if any(mark == "." for *_, mark, _ in parts) else "mdy"
        because = "no day is above 12; " + (
            "dots divide" if order == "dmy" else "QIF comes from where the month is first"
        )
    other = "mdy" if order == "dmy" else "dmy"
    return Order(order, because, Ambiguity(Doubt.DAY_MONTH_ORDER, order, (other,), because))


def _disorder(parts: Sequence[Parts], order: DateOrder) -> int:
    """How many steps go against the direction that most go."""
    days = [day for part in parts if (day := _ordered(part, order)) is not None]
    steps = [(b > a) - (b < a) for a, b in pairwise(days)]
    return min(steps.count(1), steps.count(-1))


def _ordered(part: Parts, order: DateOrder) -> date | None:
    first, second, third, mark, _ = part
    year = _year(third, 4 if third > 99 else 2, mark)  # noqa: PLR2004
    return _date(year, second, first) if order == "dmy" else _date(year, first, second)


def _parts(text: str) -> Parts | None:
    match = _PARTS.fullmatch(text.strip())
    return (int(match[1]), int(match[2]), int(match[4]), match[3], len(match[1])) if match else None


def _year(number: int, digits: int, mark: str) -> int:
    """Two digits are of this century behind an apostrophe, else of the nearer one."""
    if digits > 2:  # noqa: PLR2004
        return number
    return number + (2000 if mark == "'" or number < _CENTURY_TURN else 1900)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
