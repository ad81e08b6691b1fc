"""Configurations of Firefly III's data importer, read as wishes: people bring what they have already told another."""

from collections.abc import Mapping, Sequence
from typing import Any

from farthing.ingest.errors import WishInvalid
from farthing.ingest.wishes import DateOrder, Wishes

_DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "tab"}
_ROLES: Mapping[str, str] = {
    "date_transaction": "date",
    "date_book": "date",
    "date_process": "value_date",
    "amount": "amount",
    "amount_debit": "debit",
    "amount_credit": "credit",
    "amount_negated": "amount",
    "amount_foreign": "original",
    "amount-foreign": "original",
    "currency-code": "currency",
    "foreign-currency-code": "original_currency",
    "generic-debit-credit": "flag",
    "ing-debit-credit": "flag",
    "rabo-debit-credit": "flag",
    "description": "memo",
    "note": "memo",
    "opposing-name": "payee",
    "opposing-iban": "account_of_other",
    "opposing-number": "account_of_other",
    "account-iban": "account",
    "account-number": "account",
    "account-name": "account",
    "category-name": "category",
    "external-id": "reference",
    "internal_reference": "reference",
}
_SINGLE = {"date", "amount", "debit", "credit", "flag", "currency", "account", "reference", "value_date"}


def is_firefly(told: Mapping[str, Any]) -> bool:
    return {"version", "flow", "roles", "do_mapping"} <= set(told)


def wishes_of_firefly(told: Mapping[str, Any]) -> Wishes:
    """Delimiter, date order, and which column is what; its accounts and mappings belong to Firefly."""
    if told.get("flow") != "file":
        raise WishInvalid("This Firefly III configuration is for a bank connection, not for files.")
    roles = [str(role) for role in _in_order(told.get("roles") or [])]
    return Wishes(
        format="csv",
        delimiter=_DELIMITERS.get(str(told.get("delimiter"))),
        has_header=bool(told.get("headers", True)),
        date_order=_order(str(told.get("date") or "")),
        sign="inverted" if "amount_negated" in roles else None,
        roles=_columns(roles),
    )


def _in_order(roles: object) -> Sequence[object]:
    """The importer writes a list, or an object whose keys are the numbers of the columns."""
    if isinstance(roles, dict):
        places = {int(at): role for at, role in roles.items() if str(at).isdigit() and int(at) < 2000}  # noqa: PLR2004
        return [places.get(at, "_ignore") for at in range(max(places, default=-1) + 1)]
    return roles if isinstance(roles, list) else []


def _columns(roles: Sequence[str]) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for number, told in enumerate(roles, start=1):
        role = _ROLES.get(told)
        if role and not (role in _SINGLE and role in found):
            found.setdefault(role, []).append(f"#{number}")
    return {role: ", ".join(columns) for role, columns in found.items()}


def _order(pattern: str) -> DateOrder | None:
    """PHP's letters of days, months and years, in the order in which they stand."""
    kinds = {"d": "d", "j": "d", "m": "m", "n": "m", "M": "m", "F": "m", "Y": "y", "y": "y"}
    letters = "".join(kinds.get(letter, "") for letter in pattern.split(" ", maxsplit=1)[0])
    orders: dict[str, DateOrder] = {"dmy": "dmy", "mdy": "mdy", "ymd": "ymd"}
    return orders.get(letters)
