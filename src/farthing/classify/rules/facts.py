"""A transaction as a test writes it down: fields as plain values, checked and made comparable."""

from collections.abc import Mapping, Sequence
from typing import Any

from farthing.classify.rules.columns import Columns, Named
from farthing.classify.rules.errors import RuleInvalid
from farthing.classify.rules.fields import CHOICES, Field
from farthing.classify.rules.values import amount, below, day, flag, listed, mapping, refuse_unknown, text
from farthing.kernel.currency import DECIMALS
from farthing.kernel.errors import FarthingError
from farthing.kernel.folding import name_key
from farthing.kernel.money import to_minor

_TEXTS = ("payee", "merchant", "description", "note", "reference", "location", "account", "category", "source")
GIVEN = (*_TEXTS, "amount", "currency", "date", "value_date", "tags", "is_transfer", "is_split", "status")
_USUAL = {"amount": "-1", "currency": "EUR", "date": "2026-01-01"}


def given_of(data: Any, place: str) -> dict[str, Any]:
    """The fields of one transaction; what is not named is as usual or empty."""
    given = mapping(data if data is not None else {}, place, GIVEN, "A transaction")
    found = {key: _checked(key, value, below(place, key)) for key, value in given.items() if value is not None}
    _countable(found, place)
    return found


def columns_of(given: Sequence[Mapping[str, Any]], known: Mapping[str, Named] | None = None) -> Columns:
    """Transactions that somebody thought of, as the engine takes them; `known` categories have ids and parents."""
    known = known or {}
    rows = [_USUAL | dict(one) for one in given]
    return Columns(
        amounts=[to_minor(row["amount"], row["currency"]) for row in rows],
        currencies=[row["currency"] for row in rows],
        dates=[day(row["date"], "date") for row in rows],
        value_dates=[day(row["value_date"], "value_date") if "value_date" in row else None for row in rows],
        texts={
            Field(name): [row.get(name) for row in rows]
            for name in _TEXTS
            if name not in ("account", "category") and any(name in row for row in rows)
        },
        accounts=[Named(row["account"]) if "account" in row else None for row in rows],
        categories=[_category(row.get("category"), known) for row in rows],
        tags=[tuple(row.get("tags", ())) for row in rows],
        statuses=[row.get("status", "booked") for row in rows],
        are_transfers=[row.get("is_transfer", False) for row in rows],
        are_split=[row.get("is_split", False) for row in rows],
        known=known,
    )


def _category(name: str | None, known: Mapping[str, Named]) -> Named | None:
    return None if name is None else known.get(name_key(name)) or Named(name)


def _checked(key: str, value: Any, place: str) -> Any:  # noqa: PLR0911  a table of cases
    match key:
        case "amount":
            return f"{amount(value, place):f}"
        case "currency":
            code = text(value, place).upper()
            if code not in DECIMALS:
                raise RuleInvalid(f"{code!r} is not a currency. Give an ISO 4217 code such as EUR.", place)
            return code
        case "date" | "value_date":
            return day(value, place).isoformat()
        case "tags":
            return [text(one, f"{place}[{n}]", 50) for n, one in enumerate(listed(value, place, 50))]
        case "is_transfer" | "is_split":
            return flag(value, place)
        case "status":
            status = text(value, place).lower()
            refuse_unknown(status, CHOICES[Field.STATUS], place)
            return status
        case _:
            return text(value, place, 4000)


def _countable(given: Mapping[str, Any], place: str) -> None:
    whole = _USUAL | dict(given)
    try:
        to_minor(whole["amount"], whole["currency"])
    except FarthingError as error:
        raise RuleInvalid(error.detail, below(place, "amount")) from error
