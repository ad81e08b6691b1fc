"""Dates as people and banks write them: what a cell could mean, in every order of day, month and year."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Literal

from farthing.ingest.readers.table.figures import latin_digits
from farthing.ingest.readers.table.vocabulary.months import MONTHS, WEEKDAYS
from farthing.ingest.readers.table.words import folded

Order = Literal["ymd", "dmy", "mdy"]
ORDERS: tuple[Order, ...] = ("ymd", "dmy", "mdy")

_LENGTH_MAX = 48
_YEAR_MIN, _YEAR_MAX = 1950, 2120
_CENTURY_TURN = 70
"""Two digits from here on mean the last century."""
_TIME = (
    r"(?:(?:[T,;\-]|\s|\s-\s)\s*(?:at\s|um\s|o\s)?\d{1,2}[:.h]\d{2}(?:[:.]\d{2})?(?:[.,:]\d{1,9})?\s*(?:[AaPp]\.?[Mm]\.?)?"
    r"\s*(?:Z|[A-Z]{2,5}|(?:UTC|GMT)?\s?[+-]\d{2}:?(?:\d{2})?)?(?:\s*\([^)]*\))?)?"
)
_THREE = re.compile(
    rf"'?(?P<a>\d{{1,4}})\s?(?:(?P<sep>[./\-])|年)\s?(?P<b>\d{{1,2}})\s?(?:(?P=sep)|月)\s?'?(?P<c>\d{{1,4}})\s?(?:日|\.|г\.?|г)?{_TIME}"
)
_ERA = re.compile(
    r"(?P<era>[RHS]|令和|平成|昭和)\s?(?P<a>\d{1,2}|元)\s?[./年\-]\s?(?P<b>\d{1,2})\s?[./月\-]\s?(?P<c>\d{1,2})日?"
)
_ERAS = {"R": 2018, "令和": 2018, "H": 1988, "平成": 1988, "S": 1925, "昭和": 1925}
_MINGUO = 1911
_BUDDHIST = 543
_BUDDHIST_MIN = _YEAR_MIN + _BUDDHIST
"""Years of Thailand."""
_COMPACT = re.compile(r"'?(\d{8})(?:\d{4}(?:\d{2})?|[T ]\d{2}:?\d{2}(?::?\d{2})?Z?)?'?")
_SHORT_COMPACT = re.compile(r"\d{6}")
_MONTH = r"(?P<month>[^\W\d_]{3,12})\.?"
_WEEKDAY = r"(?:[^\W\d_]{2,12}\.?,?\s+)?"
_DAY_FIRST = re.compile(
    rf"{_WEEKDAY}(?P<day>\d{{1,2}})(?:st|nd|rd|th|er|º|\.)?[\s.\-/]*(?:de\s|of\s)?{_MONTH}[\s.\-/,]*(?:de\s|del\s|'|’)?(?P<year>\d{{4}}|\d{{2}})\.?(?:\sг\.?)?{_TIME}"
)
_MONTH_FIRST = re.compile(
    rf"{_WEEKDAY}{_MONTH}[\s\-]*(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[\s,\-]+(?P<year>\d{{4}}|'?\d{{2}}){_TIME}"
)
_YEAR_FIRST = re.compile(rf"(?P<year>\d{{4}})[\s.\-]*{_MONTH}[\s.\-]*(?P<day>\d{{1,2}})\.?{_TIME}")
_NO_YEAR = re.compile(r"(?P<a>\d{1,2})[./\-](?P<b>\d{1,2})\.?")
_NO_YEAR_NAMED = re.compile(
    rf"(?:(?P<day>\d{{1,2}})\.?[\s\-]?{_MONTH}|(?P<month2>[^\W\d_]{{3,12}})\.?[\s\-](?P<day2>\d{{1,2}}))"
)

_WEEKDAY_BESIDE = re.compile(
    r"(?:(?P<before>[^\W\d_]{1,10})[.,]{0,2}\s)?(?P<day>\d[\d./\-]{5,9}\d\.?)(?:\s?\(?(?P<behind>[^\W\d_]{1,10})\.?\)?)?"
)

Meanings = Mapping[Order, date]


@lru_cache(maxsize=65536)
def meanings(text: str) -> Meanings:
    """The day that a cell would be in each order; nothing where it is no date."""
    if not 5 < len(text) + 1 <= _LENGTH_MAX:
        return {}
    plain = latin_digits(unicodedata.normalize("NFKC", text)).strip()
    found = _THREE.fullmatch(plain) or _THREE.fullmatch(_without_weekday(plain))
    if found:
        return _numeric(found["a"], found["b"], found["c"])
    found = _COMPACT.fullmatch(plain)
    if found:
        return _compact(found[1])
    return _named(plain) or _of_era(plain)


def _without_weekday(plain: str) -> str:
    """A day written in figures without the day of the week that some put before or behind it."""
    found = _WEEKDAY_BESIDE.fullmatch(plain)
    word = (found["before"] or found["behind"] or "") if found else ""
    return found["day"] if found and folded(word) in WEEKDAYS else plain


def _of_era(plain: str) -> Meanings:
    """Years of Japan's emperors."""
    found = _ERA.fullmatch(plain)
    if not found:
        return {}
    year = _ERAS[found["era"]] + (1 if found["a"] == "元" else int(found["a"]))
    day = _valid({"ymd": (year, int(found["b"]), int(found["c"]))})
    return dict.fromkeys(ORDERS, day["ymd"]) if day else {}


def _numeric(first: str, middle: str, last: str) -> Meanings:
    a, b, c = int(first), int(middle), int(last)
    if len(first) == 3 and len(last) <= 2:
        return _valid({"ymd": (a + _MINGUO, b, c)}) if 80 <= a <= 199 else {}
    if len(first) > 2:
        return _valid({"ymd": (a, b, c)}) if len(first) == 4 and len(last) <= 2 else {}
    if len(last) == 4:
        return _valid({"dmy": (c, b, a), "mdy": (c, a, b)})
    if len(last) != 2:
        return {}
    return _valid({"dmy": (_year(c), b, a), "mdy": (_year(c), a, b), "ymd": (_year(a), b, c)})


def _compact(digits: str) -> Meanings:
    start, end = int(digits[:4]), int(digits[4:])
    if _YEAR_MIN <= start <= _YEAR_MAX:
        found = _valid({"ymd": (start, int(digits[4:6]), int(digits[6:]))})
        if found:
            return found
    if _YEAR_MIN <= end <= _YEAR_MAX:
        a, b = int(digits[:2]), int(digits[2:4])
        return _valid({"dmy": (end, b, a), "mdy": (end, a, b)})
    return {}


def _named(plain: str) -> Meanings:
    for pattern in (_DAY_FIRST, _MONTH_FIRST, _YEAR_FIRST):
        found = pattern.fullmatch(plain)
        month = MONTHS.get(folded(found["month"])) if found else None
        if found and month:
            year = int(found["year"].lstrip("'"))
            day = _valid({"ymd": (_year(year) if year < 100 else year, month, int(found["day"]))})
            return dict.fromkeys(ORDERS, day["ymd"]) if day else {}
    return {}


def _year(two_digits: int) -> int:
    return two_digits + (1900 if two_digits >= _CENTURY_TURN else 2000)


def _valid(parts: Mapping[Order, tuple[int, int, int]]) -> Meanings:
    found: dict[Order, date] = {}
    for order, (told, month, day) in parts.items():
        year = told - _BUDDHIST if told >= _BUDDHIST_MIN else told
        if _YEAR_MIN <= year <= _YEAR_MAX and 1 <= month <= 12 and 1 <= day <= _days_in(year, month):
            found[order] = date(year, month, day)
    return found


def _days_in(year: int, month: int) -> int:
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in {4, 6, 9, 11} else 31


@lru_cache(maxsize=16384)
def short_meanings(text: str) -> Meanings:
    """The same for six digits without marks, which are a date only where a column says so."""
    plain = text.strip().strip("'")
    if not _SHORT_COMPACT.fullmatch(plain):
        return {}
    return _numeric(plain[:2], plain[2:4], plain[4:])


@lru_cache(maxsize=16384)
def yearless(text: str) -> Mapping[Order, tuple[int, int]]:
    """Month and day where a cell leaves the year out."""
    plain = text.strip()
    found = _NO_YEAR.fullmatch(plain)
    if found:
        a, b = int(found["a"]), int(found["b"])
        return {order: (month, day) for order, month, day in (("dmy", b, a), ("mdy", a, b)) if _is_day(month, day)}  # type: ignore[misc]
    named = _NO_YEAR_NAMED.fullmatch(plain)
    month = MONTHS.get(folded(named["month"] or named["month2"])) if named else None
    if named is None or month is None:
        return {}
    day = int(named["day"] or named["day2"])
    return dict.fromkeys(ORDERS, (month, day)) if _is_day(month, day) else {}


def _is_day(month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= _days_in(2000, month)


def is_date(text: str) -> bool:
    return bool(meanings(text))
