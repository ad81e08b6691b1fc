"""The search once more, by looking at one row after the other: what the databases' answers are compared with."""

import string
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from operator import eq, ge, gt, le, lt
from typing import assert_never
from uuid import UUID

from farthing.kernel.currency import DECIMALS
from farthing.ledger.folding import FIELDS, name_key, tokens
from farthing.ledger.query import (
    AccountIs,
    AmountIs,
    And,
    CategoryIs,
    Comparison,
    DateIs,
    DerCategoryIs,
    Has,
    IdIs,
    ImportIs,
    InField,
    Leaf,
    Not,
    NotDeleted,
    Or,
    Part,
    StatusIs,
    TagIs,
    Tree,
    Type,
    TypeIs,
    Words,
)

COMPARE = {
    Comparison.EQUAL: eq,
    Comparison.ABOVE: gt,
    Comparison.AT_LEAST: ge,
    Comparison.BELOW: lt,
    Comparison.AT_MOST: le,
}
LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


@dataclass(frozen=True)
class NamedRow:
    id: UUID
    name: str


@dataclass(frozen=True)
class CategoryRow(NamedRow):
    parent: "CategoryRow | None" = None
    kind: str = "expense"
    is_deleted: bool = False


@dataclass(frozen=True)
class AccountRow(NamedRow):
    currency: str = "EUR"


@dataclass(frozen=True)
class Row:
    """A transaction with everything that hangs on it."""

    id: UUID
    account: AccountRow
    category: CategoryRow
    day: date
    amount: int
    texts: dict[str, str | None] = field(default_factory=dict)
    splits: tuple[CategoryRow, ...] = ()
    tags: tuple[NamedRow, ...] = ()
    status: str = "booked"
    der_category: str | None = None
    transfer_id: UUID | None = None
    import_id: UUID | None = None
    attachments: tuple[bool, ...] = ()
    """Of each, whether it was deleted."""
    is_deleted: bool = False


def evaluate(tree: Tree, row: Row) -> bool:
    match tree:
        case And(parts):
            return all(evaluate(part, row) for part in parts)
        case Or(parts):
            return any(evaluate(part, row) for part in parts)
        case Not(part):
            return not evaluate(part, row)
        case _:
            return _holds(tree, row)


def _holds(leaf: Leaf, row: Row) -> bool:  # noqa: PLR0912  a table of cases
    match leaf:
        case AmountIs(bounds, is_signed):
            amount = Decimal(row.amount).scaleb(-DECIMALS[row.account.currency])
            size = amount if is_signed else abs(amount)
            return all(COMPARE[comparison](size, value) for comparison, value in bounds)
        case DateIs(first, last):
            return (first is None or first <= row.day) and (last is None or row.day <= last)
        case AccountIs(names):
            account = row.account
            return any(is_id(name, account) or name.translate(LOWER) == account.name.translate(LOWER) for name in names)
        case CategoryIs(names):
            return any(_is_in(category, names) for category in row.splits or (row.category,))
        case TagIs(names):
            return any(is_id(name, tag) or name_key(name) == name_key(tag.name) for name in names for tag in row.tags)
        case DerCategoryIs(texts):
            return row.der_category in texts
        case StatusIs(statuses):
            return row.status in statuses
        case TypeIs(types):
            return _type(row) in types
        case ImportIs(ids):
            return row.import_id in ids
        case IdIs(ids):
            return row.id in ids
        case Has(part):
            return _has(part, row)
        case NotDeleted():
            return not row.is_deleted
        case Words() | InField():
            return any(_says(leaf, tokens(text)) for text in _searched(leaf, row))
        case _:
            assert_never(leaf)


def is_id(name: str, row: NamedRow) -> bool:
    return name == str(row.id)


def _is_in(category: CategoryRow, names: Sequence[str]) -> bool:
    if category.is_deleted:
        return False
    named = any(is_id(name, category) or name_key(name) == name_key(category.name) for name in names)
    is_none = category.kind == "none" and any(name_key(name) == "none" for name in names)
    return named or is_none or (category.parent is not None and _is_in(category.parent, names))


def _type(row: Row) -> Type | None:
    if row.transfer_id:
        return Type.TRANSFER
    return Type.INCOME if row.amount > 0 else Type.EXPENSE if row.amount < 0 else None


def _has(part: Part, row: Row) -> bool:
    return {
        Part.SPLIT: bool(row.splits),
        Part.TRANSFER: row.transfer_id is not None,
        Part.ATTACHMENT: not all(row.attachments),
        Part.NOTE: bool(row.texts.get("note")),
        Part.TAG: bool(row.tags),
    }[part]


def _searched(leaf: Words | InField, row: Row) -> Iterator[str]:
    wanted: Sequence[str] = FIELDS if isinstance(leaf, Words) else (leaf.field.value,)
    if wanted == ("merchant",):
        wanted = ("merchant", "der_merchant")
    return (row.texts.get(name) or "" for name in wanted)


def _says(leaf: Words | InField, said: list[str]) -> bool:
    wanted = list(leaf.tokens)
    if isinstance(leaf, InField) and leaf.is_anywhere:
        return " ".join(wanted) in " ".join(said)
    return any(
        some[:-1] == wanted[:-1] and (some[-1].startswith(wanted[-1]) if leaf.is_prefix else some[-1] == wanted[-1])
        for some in (said[start : start + len(wanted)] for start in range(len(said) - len(wanted) + 1))
    )
