"""The days that a demo year covers, and which of them banks and shops keep."""

from dataclasses import dataclass
from datetime import date, timedelta

FULL_MONTHS = 12
SUNDAY = 6
_SATURDAY = 5
_FIXED_HOLIDAYS = {(1, 1), (5, 1), (10, 3), (12, 25), (12, 26)}


@dataclass(frozen=True, slots=True)
class Period:
    """Twelve full months and the one that has begun, up to today."""

    today: date

    @property
    def first(self) -> date:
        return self.month(0)

    @property
    def months(self) -> list[date]:
        """The first day of each month, the current one last."""
        return [self.month(index) for index in range(FULL_MONTHS + 1)]

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=offset) for offset in range((self.today - self.first).days + 1)]

    def month(self, index: int) -> date:
        """The first day of a month counted from the period's first; index twelve is the current month."""
        year, month = divmod(self.today.year * 12 + self.today.month - 1 - FULL_MONTHS + index, 12)
        return date(year, month + 1, 1)

    def day(self, index: int, number: int) -> date:
        return self.month(index).replace(day=number)

    def full_month_named(self, month: int) -> date:
        """The first day of the only full month of that name: 7 is July."""
        return next(first for first in self.months[:FULL_MONTHS] if first.month == month)

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.today


def month_end(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def is_holiday(day: date) -> bool:
    sunday = easter(day.year)
    moving = {sunday - timedelta(days=2), sunday, sunday + timedelta(days=1)}
    return (day.month, day.day) in _FIXED_HOLIDAYS or day in moving


def weekday(day: date) -> int:
    """Monday is 0; a holiday lives like a Sunday."""
    return SUNDAY if is_holiday(day) else day.weekday()


def banking_day_from(day: date) -> date:
    """That day or the next on which banks book."""
    while weekday(day) >= _SATURDAY:
        day += timedelta(days=1)
    return day


def banking_day_until(day: date) -> date:
    """That day or the last before it on which banks book."""
    while weekday(day) >= _SATURDAY:
        day -= timedelta(days=1)
    return day


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar, after Meeus, Jones and Butcher."""
    golden = year % 19
    century, rest = divmod(year, 100)
    epact = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    offset = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    late = (golden + 11 * epact + 22 * offset) // 451
    month, day = divmod(epact + offset - 7 * late + 114, 31)
    return date(year, month, day + 1)
