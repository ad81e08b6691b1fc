"""Single values as somebody wrote them, each refused with the place where it stands."""

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from farthing.classify.rules.conditions import Scalar
from farthing.classify.rules.errors import RuleInvalid
from farthing.classify.rules.fields import CHOICES, NUMBERS, Field, Kind, Operator
from farthing.classify.rules.patterns import expression
from farthing.kernel.folding import fold

TEXT_MAX = 500
_AMOUNT = re.compile(r"[+\-\u2212]?([0-9]{1,15}(?:\.[0-9]{1,8})?)")


def below(place: str, key: str) -> str:
    return f"{place}.{key}" if place else key


def mapping(data: Any, place: str, known: Iterable[str], what: str) -> dict[str, Any]:
    """A mapping with keys that we know; a key misspelt would quietly mean nothing."""
    if not isinstance(data, dict):
        raise RuleInvalid(f"{what} is a mapping of names to values.", place)
    for key in data:
        refuse_unknown(key, known, place)
    return data


def refuse_unknown(word: Any, known: Iterable[str], place: str) -> None:
    possible = list(known)
    if word not in possible:
        near = next(iter(get_close_matches(str(word).lower(), possible, n=1)), None)
        hint = f"Did you mean {near}?" if near else f"Possible are {', '.join(possible)}."
        raise RuleInvalid(f"{str(word)[:60]!r} is not known here. {hint}", place)


def listed(data: Any, place: str, most: int) -> list[Any]:
    if not isinstance(data, list):
        raise RuleInvalid("This takes a list.", place)
    if len(data) > most:
        raise RuleInvalid(f"At most {most} of them.", place)
    return data


def text(data: Any, place: str, longest: int = TEXT_MAX) -> str:
    """Something that can be seen; a number counts as its digits."""
    if isinstance(data, bool) or not isinstance(data, str | int):
        raise RuleInvalid("This takes a text.", place)
    written = str(data).strip()
    if not "".join(fold(written).split()) or "\0" in written:
        raise RuleInvalid("This text needs a character that can be seen.", place)
    if len(written) > longest:
        raise RuleInvalid(f"This text has more than {longest} characters.", place)
    return written


def flag(data: Any, place: str) -> bool:
    if not isinstance(data, bool):
        raise RuleInvalid("This takes true or false.", place)
    return data


def number(data: Any, place: str, low: int, high: int) -> int:
    digits = data.strip() if isinstance(data, str) else data
    if isinstance(digits, str) and re.fullmatch(r"[+-]?[0-9]{1,9}", digits):
        digits = int(digits)
    if isinstance(digits, bool) or not isinstance(digits, int) or not low <= digits <= high:
        raise RuleInvalid(f"This takes a whole number from {low} to {high}.", place)
    return digits


def amount(data: Any, place: str) -> Decimal:
    """A decimal; a number from JSON counts as what its spelling says."""
    match = None if isinstance(data, bool) else _AMOUNT.fullmatch(str(data).strip())
    if match is None:
        raise RuleInvalid(f"{str(data)[:40]!r} is not an amount. Write it like 12.34.", place)
    size = Decimal(match[1])
    return -size if str(data).strip()[0] in "-\u2212" else size


def day(data: Any, place: str) -> date:
    try:
        return data if type(data) is date else date.fromisoformat(str(data).strip())
    except ValueError as error:
        raise RuleInvalid(f"{str(data)[:40]!r} is not a date. Write it like 2026-03-05.", place) from error


def scalar(  # noqa: PLR0911  a table of cases
    data: Any, place: str, field: Field, kind: Kind, operator: Operator
) -> Scalar:
    """A value as the field compares it."""
    match kind:
        case _ if operator is Operator.MATCHES:
            return _pattern(data, place)
        case Kind.MONEY:
            return amount(data, place)
        case Kind.DATE:
            return day(data, place)
        case Kind.NUMBER:
            return _counted(data, place, field, operator)
        case Kind.CHOICE:
            chosen = text(data, place).lower()
            refuse_unknown(chosen, CHOICES[field], place)
            return chosen
        case Kind.FLAG:
            return flag(data, place)
        case _:
            return text(data, place)


def _counted(data: Any, place: str, field: Field, operator: Operator) -> int:
    """A day may be counted from the month's end: -1 is its last."""
    span = NUMBERS[field]
    counts_back = field is Field.DAY and operator in (Operator.IS, Operator.IN)
    found = number(data, place, -span[-1] if counts_back else span[0], span[-1])
    if found == 0:
        raise RuleInvalid("Days count from 1, or from -1 at the end of the month.", place)
    return found


def _pattern(data: Any, place: str) -> str:
    if not isinstance(data, str):
        raise RuleInvalid("A regular expression is a text.", place)
    try:
        expression(data)
    except RuleInvalid as error:
        raise RuleInvalid(error.detail, place) from error
    return data
