"""Days as people write them: today, yesterday, 2026-05-04, a whole month 2026-05, a whole year 2026."""

import re
from calendar import monthrange
from datetime import date, datetime, timedelta

from farthing.kernel.errors import FarthingError

WAYS = "today, yesterday, YYYY-MM-DD, YYYY-MM or YYYY"
_MONTH = re.compile(r"^(\d{4})-(\d{2})$", re.ASCII)
_YEAR = re.compile(r"^\d{4}$", re.ASCII)


class DayWrong(FarthingError):
    """This is not a day."""


def today() -> date:
    """Where the person sits, not in UTC."""
    return datetime.now().astimezone().date()


def days_of(text: str, now: date) -> tuple[date, date]:
    """The first and the last day that a text means."""
    word = text.strip().lower()
    if word in ("today", "yesterday"):
        day = now if word == "today" else now - timedelta(days=1)
        return day, day
    try:
        if month := _MONTH.match(word):
            first = date(int(month[1]), int(month[2]), 1)
            return first, first.replace(day=monthrange(first.year, first.month)[1])
        if _YEAR.match(word):
            return date(int(word), 1, 1), date(int(word), 12, 31)
        day = date.fromisoformat(word)
    except ValueError as error:
        raise DayWrong(f"{text!r} is not a day. Write {WAYS}.") from error
    return day, day


def day_of(text: str, now: date) -> date:
    """The one day that a text means."""
    first, last = days_of(text, now)
    if first != last:
        raise DayWrong(f"{text!r} is more than one day. Name one of its days.")
    return first
