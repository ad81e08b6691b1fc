"""The fields of the search language: what each one takes, and the condition that it means."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from difflib import get_close_matches
from enum import StrEnum
from typing import NamedTuple, TypeVar
from uuid import UUID

from farthing.ledger.folding import name_key, tokens
from farthing.ledger.kinds import Status
from farthing.ledger.query import (
    NONE,
    AccountIs,
    AmountIs,
    CategoryIs,
    Comparison,
    DateIs,
    Field,
    Has,
    IdIs,
    ImportIs,
    InField,
    Not,
    Part,
    QueryInvalid,
    StatusIs,
    TagIs,
    Tree,
    Type,
    TypeIs,
    any_of,
)

_Choice = TypeVar("_Choice", bound=StrEnum)
_AMOUNT = re.compile(r"([+\-\u2212]?)([0-9]{1,15}(?:\.[0-9]{1,8})?)")
_DAY = re.compile(r"([12][0-9]{3})(?:-([0-9]{1,2})(?:-([0-9]{1,2}))?)?")
_LAST_DAYS = re.compile(r"last([1-9][0-9]{0,3})d")
_TO = ".."
_ONE_DAY = timedelta(days=1)
_DECEMBER = 12


@dataclass(frozen=True, slots=True)
class Value:
    """One value as it was written, and where."""

    text: str
    start: int
    is_quoted: bool = False

    def wrong(self, why: str, possible: Iterable[str] = ()) -> QueryInvalid:
        choice = tuple(possible)
        return QueryInvalid(
            why, position=self.start + 1, found=self.text, possible=choice, suggestion=nearest(self.text, choice)
        )


@dataclass(frozen=True, slots=True)
class Asked:
    """A field with what is asked of it."""

    field: str
    comparison: Comparison
    values: tuple[Value, ...]
    today: date

    @property
    def names(self) -> tuple[str, ...]:
        for value in self.values:
            if not name_key(value.text):
                raise value.wrong(f"{self.field} needs a name.")
        return tuple(value.text for value in self.values)

    @property
    def only(self) -> Value:
        if len(self.values) > 1:
            hint = "Write decimals with a point" if self.field == "amount" else "Choose one"
            raise self.values[1].wrong(f"{self.field} takes one value here. {hint}, or put OR between conditions.")
        return self.values[0]


class FieldKind(NamedTuple):
    """How a field is read, what it may look like, and whether its values have an order."""

    read: Callable[[Asked], Tree]
    example: str
    is_ordered: bool = False


def nearest(word: str, possible: Iterable[str]) -> str | None:
    return next(iter(get_close_matches(word.lower(), possible, n=1)), None)


def _amount(asked: Asked) -> Tree:
    value = asked.only
    if asked.comparison is Comparison.EQUAL and _TO in value.text:
        return _amounts_between(value)
    size, is_signed = _size(value, value.text)
    return AmountIs(((asked.comparison, size),), is_signed)


def _amounts_between(value: Value) -> Tree:
    low, high = (_size(value, text) if text else None for text in _ends(value))
    if low and high and low[0] > high[0]:
        raise value.wrong("This range ends below its beginning.")
    ends = ((Comparison.AT_LEAST, low), (Comparison.AT_MOST, high))
    bounds = tuple((comparison, end[0]) for comparison, end in ends if end)
    return AmountIs(bounds, is_signed=any(end[1] for _, end in ends if end))


def _size(value: Value, text: str) -> tuple[Decimal, bool]:
    """The number, and whether its sign counts."""
    match = _AMOUNT.fullmatch(text)
    if not match:
        raise value.wrong(f"{text!r} is not an amount. Write it like 12.34 or 10..20.")
    size = Decimal(match[2])
    return (size if match[1] in {"", "+"} else -size), bool(match[1])


def _ends(value: Value) -> tuple[str, str]:
    first, _, last = value.text.partition(_TO)
    if not first and not last:
        raise value.wrong("This range has neither beginning nor end.")
    return first, last


def _date(asked: Asked) -> Tree:
    if asked.comparison is Comparison.EQUAL:
        return any_of(_days(value, asked.today) for value in asked.values)
    first, last = _period(asked.only, asked.only.text, asked.today)
    match asked.comparison:
        case Comparison.ABOVE:
            return DateIs(first=last + _ONE_DAY)
        case Comparison.AT_LEAST:
            return DateIs(first=first)
        case Comparison.BELOW:
            return DateIs(last=first - _ONE_DAY)
        case _:
            return DateIs(last=last)


def _days(value: Value, today: date) -> DateIs:
    if _TO not in value.text:
        return DateIs(*_period(value, value.text, today))
    begin, end = (_period(value, text, today) if text else None for text in _ends(value))
    if begin and end and begin[0] > end[1]:
        raise value.wrong("This range ends before its beginning.")
    return DateIs(begin and begin[0], end and end[1])


def _period(value: Value, text: str, today: date) -> tuple[date, date]:
    """The first and last day of what a word or a date names."""
    if period := _named(text.lower(), today):
        return period
    match = _DAY.fullmatch(text)
    if not match:
        raise value.wrong(f"{text!r} is not a date.", (*DATE_FORMS, *_days_by_name(today)))
    year, month, day = (int(number) if number else None for number in match.groups())
    try:
        return _whole(year or 0, month, day)
    except ValueError as error:
        raise value.wrong(f"There is no day {text}.") from error


def _whole(year: int, month: int | None, day: int | None) -> tuple[date, date]:
    first = date(year, month or 1, day or 1)
    if day:
        return first, first
    return first, _next_month(first.replace(month=month or _DECEMBER)) - _ONE_DAY


def _next_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def _named(word: str, today: date) -> tuple[date, date] | None:
    if last := _LAST_DAYS.fullmatch(word):
        return today - timedelta(days=int(last[1]) - 1), today
    return {name.lower(): period for name, period in _days_by_name(today).items()}.get(word)


def _days_by_name(today: date) -> dict[str, tuple[date, date]]:
    month = today.replace(day=1)
    yesterday, month_before = today - _ONE_DAY, month - _ONE_DAY
    return {
        "today": (today, today),
        "yesterday": (yesterday, yesterday),
        "thisMonth": (month, _next_month(month) - _ONE_DAY),
        "lastMonth": (month_before.replace(day=1), month_before),
        "thisYear": _whole(today.year, None, None),
        "lastYear": _whole(today.year - 1, None, None),
    }


DATE_FORMS = ("2026", "2026-03", "2026-03-05", "2026-01..2026-03", "last30d")


def _tag(asked: Asked) -> Tree:
    """`none` finds what has no tag at all."""
    named = tuple(name for name in asked.names if name_key(name) != NONE)
    tagged: tuple[Tree, ...] = (TagIs(named),) if named else ()
    return any_of(tagged if len(named) == len(asked.names) else (*tagged, Not(Has(Part.TAG))))


def _text(asked: Asked) -> Tree:
    return any_of(_in_field(Field(asked.field), value) for value in asked.values)


def _in_field(field: Field, value: Value) -> InField:
    if words := tokens(value.text):
        return InField(field, tuple(words), is_prefix=not value.is_quoted)
    raise value.wrong(f"{field} needs a letter or a digit.")


def _choices(kind: type[_Choice], asked: Asked) -> tuple[_Choice, ...]:
    for value in asked.values:
        if value.text.lower() not in set(kind):
            raise value.wrong(f"{asked.field} knows no {value.text!r}.", kind)
    return tuple(kind(value.text.lower()) for value in asked.values)


def _ids(asked: Asked) -> tuple[UUID, ...]:
    return tuple(_id(value, asked.field) for value in asked.values)


def _id(value: Value, field: str) -> UUID:
    try:
        return UUID(value.text)
    except ValueError as error:
        raise value.wrong(f"{value.text!r} is not the id of one {field}.") from error


FIELDS: dict[str, FieldKind] = {
    "account": FieldKind(lambda asked: AccountIs(asked.names), 'account:"Main account"'),
    "amount": FieldKind(_amount, "amount:10..20", is_ordered=True),
    "category": FieldKind(lambda asked: CategoryIs(asked.names), 'category:"Eating out"'),
    "date": FieldKind(_date, "date:2026-03", is_ordered=True),
    "description": FieldKind(_text, "description:ticket"),
    "has": FieldKind(lambda asked: any_of(Has(part) for part in _choices(Part, asked)), "has:note"),
    "id": FieldKind(lambda asked: IdIs(_ids(asked)), "id:0199e1c0-a8d1-7000-8000-000000000001"),
    "import": FieldKind(lambda asked: ImportIs(_ids(asked)), "import:0199e1c0-a8d1-7000-8000-000000000001"),
    "location": FieldKind(_text, "location:gdynia"),
    "merchant": FieldKind(_text, "merchant:bakery"),
    "note": FieldKind(_text, "note:birthday"),
    "payee": FieldKind(_text, "payee:bakery"),
    "reference": FieldKind(_text, "reference:4711"),
    "status": FieldKind(lambda asked: StatusIs(_choices(Status, asked)), "status:pending"),
    "tag": FieldKind(_tag, "tag:holiday"),
    "type": FieldKind(lambda asked: TypeIs(_choices(Type, asked)), "type:expense"),
}
"""Every field, by name."""
