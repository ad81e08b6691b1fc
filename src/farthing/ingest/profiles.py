"""What was found out about a bank's files, kept as YAML, edited by a person, used again."""

from collections.abc import Callable, Mapping
from typing import Any, get_args

import yaml

from farthing.ingest.errors import WishInvalid
from farthing.ingest.firefly import is_firefly, wishes_of_firefly
from farthing.ingest.reading import Reading
from farthing.ingest.wishes import DateOrder, SignRule, Wishes

_HEAD = """\
# How to read this bank's files. Every entry may be left out: then it is found out from each file.
# Columns are named as in the file's header, or by number as #1, #2 and so on.
"""
_KEPT = ("encoding", "delimiter", "decimal_mark", "date_order", "sign")
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "date_order": get_args(DateOrder),
    "sign": get_args(SignRule),
    "decimal_mark": (".", ","),
}
_CHARS_MAX = 200_000


def profile_of(reading: Reading) -> str:
    """The reading's decisions as a profile."""
    kept: dict[str, Any] = {"format": reading.format}
    kept |= {name: reading.dialect[name] for name in _KEPT if name in reading.dialect}
    currencies = {line.currency for statement in reading.statements for line in statement.lines}
    if len(currencies) == 1 and None not in currencies and "currency" not in reading.roles:
        kept["currency"] = currencies.pop()
    if reading.roles:
        kept["roles"] = dict(reading.roles)
    return _HEAD + yaml.safe_dump(kept, allow_unicode=True, sort_keys=False)


def wishes_of_profile(text: str) -> Wishes:
    """What a profile asks for: ours as YAML, or the configuration of Firefly III's data importer as JSON."""
    told = _loaded(text)
    if is_firefly(told):
        return wishes_of_firefly(told)
    return wishes_checked(told)


def wishes_checked(told: Mapping[str, Any]) -> Wishes:
    """Wishes of which every one makes sense."""
    unknown = set(told) - set(Wishes.__dataclass_fields__)
    if unknown:
        raise WishInvalid(f"A profile has no entry {min(unknown)!r}; it has {', '.join(Wishes.__dataclass_fields__)}.")
    checked = {name: _CHECKS.get(name, _text)(name, value) for name, value in told.items() if value is not None}
    return Wishes(**checked)


def _loaded(text: str) -> dict[str, Any]:
    if len(text) > _CHARS_MAX:
        raise WishInvalid("This profile is too long to be one.")
    try:
        told = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise WishInvalid(f"This profile is no YAML: {' '.join(str(error).split())[:200]}") from error
    if not isinstance(told, dict):
        raise WishInvalid("This profile holds no entries such as `date_order: dmy`.")
    return {str(name): value for name, value in told.items()}


def _text(name: str, value: object) -> str:
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise WishInvalid(f"{name} of a profile is a word, not {value!r}.")
    word = str(value)
    if name in _CHOICES and word not in _CHOICES[name]:
        raise WishInvalid(f"{name} is one of {', '.join(_CHOICES[name])}, not {word!r}.")
    return word


def _line(name: str, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise WishInvalid(f"{name} is the number of a line, from 1, not {value!r}.")
    return value


def _roles(name: str, value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        raise WishInvalid(f"{name} names columns by what they hold, such as `amount: Betrag`.")
    return {str(role): str(column) for role, column in value.items()}


def _flag(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise WishInvalid(f"{name} is yes or no, not {value!r}.")
    return value


_CHECKS: Mapping[str, Callable[[str, object], Any]] = {"header_line": _line, "has_header": _flag, "roles": _roles}
