"""The objects of a JSON document, in whichever lists an API puts them, each flattened to names and texts."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NoReturn

from farthing.ingest.errors import StatementTooLarge, StatementUnreadable

DEPTH_MAX = 12
OBJECTS_MAX = 2_000_000
FIELDS_MAX = 500
_OF_ACCOUNT = ("iban", "accountid", "account_id", "accountnumber", "account_number", "account", "resourceid")
_OF_CURRENCY = ("currency", "currencycode", "currency_code", "iso_currency_code")


@dataclass(frozen=True, slots=True)
class Found:
    """An object, and what stands around it: the names on the way, the account and currency it belongs to."""

    at: int
    fields: Mapping[str, str]
    path: tuple[str, ...]
    around: Mapping[str, str] = field(default_factory=dict)


def parsed(text: str) -> Any:
    """The document with its numbers as they are written; lines that are a document each make a list."""
    try:
        return _loads(text)
    except json.JSONDecodeError as error:
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) > 1 and all(line.lstrip().startswith("{") for line in lines[:2]):
            return _each_line(lines)
        raise StatementUnreadable(f"This is not whole JSON: {error.msg} at line {error.lineno}.") from error


def _each_line(lines: list[str]) -> list[Any]:
    objects: list[Any] = []
    for number, line in enumerate(lines, 1):
        try:
            objects.append(_loads(line))
        except json.JSONDecodeError as error:
            raise StatementUnreadable(f"Line {number} is not whole JSON: {error.msg}.") from error
    return objects


def _loads(text: str) -> Any:
    try:
        return json.loads(text, parse_float=_plain, parse_int=str, parse_constant=_refuse)
    except RecursionError as error:
        raise StatementUnreadable("This JSON nests deeper than a statement does.") from error


def _refuse(word: str) -> NoReturn:
    raise StatementUnreadable(f"This JSON holds {word}, which is no amount.")


def _plain(text: str) -> str:
    """A number without an exponent, unless it is out of all bounds."""
    if "e" not in text and "E" not in text:
        return text
    value = Decimal(text) if len(text) < 40 else Decimal(0)  # noqa: PLR2004
    return f"{value:f}" if value and -20 < value.adjusted() < 20 else text  # noqa: PLR2004


def objects_in(document: Any) -> list[list[Found]]:
    """Every list of objects, in order; a lone object is a list of one where nothing else is found."""
    lists = list(_lists(document, (), {}, [0]))
    if not lists and isinstance(document, dict):
        lists = [[Found(1, _flat(document), ())]]
    return lists


def _lists(value: Any, path: tuple[str, ...], around: Mapping[str, str], count: list[int]) -> Iterator[list[Found]]:
    if len(path) > DEPTH_MAX:
        return
    if isinstance(value, dict):
        known = {**around, **_of_account(value)}
        for name, child in value.items():
            if isinstance(child, dict | list):
                yield from _lists(child, (*path, str(name)), known, count)
    elif isinstance(value, list):
        objects = [child for child in value if isinstance(child, dict)]
        if objects:
            yield _numbered(objects, path, around, count)
        for child in value:
            if isinstance(child, dict | list):
                yield from _lists(child, (*path, ""), around, count)


def _numbered(objects: list[Any], path: tuple[str, ...], around: Mapping[str, str], count: list[int]) -> list[Found]:
    if count[0] + len(objects) > OBJECTS_MAX:
        raise StatementTooLarge(f"This document holds more than {OBJECTS_MAX:,} objects.")
    first = count[0] + 1
    count[0] += len(objects)
    return [Found(at, _flat(one), path, around) for at, one in enumerate(objects, first)]


def _of_account(value: Mapping[str, Any]) -> dict[str, str]:
    """What an object says of the account that its children are on."""
    plain = {str(name).lower(): text for name, text in value.items() if isinstance(text, str)}
    nested = {f"{name}".lower(): child for name, child in value.items() if isinstance(child, dict)}
    account = next((plain[name] for name in _OF_ACCOUNT if plain.get(name)), None)
    if account is None and "account" in nested:
        account = next((str(nested["account"][n]) for n in ("iban", "id", "number") if nested["account"].get(n)), None)
    currency = next((plain[name] for name in _OF_CURRENCY if plain.get(name)), None)
    return {key: text for key, text in (("account", account), ("currency", currency)) if text}


def _flat(value: Mapping[str, Any]) -> dict[str, str]:
    """`{"amount": {"value": 1}}` as `amount.value: 1`; lists of texts run together."""
    fields: dict[str, str] = {}
    waiting: list[tuple[str, Any]] = list(value.items())[::-1]
    while waiting and len(fields) < FIELDS_MAX:
        name, child = waiting.pop()
        if isinstance(child, dict) and name.count(".") < DEPTH_MAX:
            waiting.extend((f"{name}.{key}", one) for key, one in list(child.items())[::-1])
        elif isinstance(child, list):
            fields[name] = " ".join(one for one in child if isinstance(one, str))
        elif isinstance(child, str):
            fields[name] = child
        elif isinstance(child, bool):
            fields[name] = "true" if child else "false"
    return fields
