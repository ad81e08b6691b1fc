"""Rows of the ledger as rules see them. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from farthing.classify.rules.columns import Columns, Named
from farthing.classify.rules.fields import Field
from farthing.ledger.categories import Catalogue
from farthing.ledger.folding import name_key
from farthing.ledger.kinds import CategoryKind, CategorySource
from farthing.ledger.known import KnownCategory

MANUAL, IMPORT = "manual", "import"
_TEXTS = {
    Field.PAYEE: "payee",
    Field.DESCRIPTION: "description",
    Field.NOTE: "note",
    Field.REFERENCE: "reference",
    Field.LOCATION: "location",
}


class Row(Protocol):
    """What of a transaction rules look at: a row of the table, or a draft that will be one."""

    account_id: Any
    category_id: Any
    date: Any
    value_date: Any
    amount: Any
    currency: Any
    status: Any
    description: Any
    payee: Any
    merchant: Any
    der_merchant: Any
    location: Any
    reference: Any
    note: Any
    category_source: Any
    is_split: Any
    transfer_id: Any
    import_id: Any


@dataclass(frozen=True, slots=True)
class Names:
    """Accounts and categories by id, and categories by whatever a rule may call them."""

    accounts: Mapping[UUID, Named]
    categories: Mapping[UUID, Named]
    known: Mapping[str, Named]

    @classmethod
    def of(cls, accounts: Mapping[UUID, str], catalogue: Catalogue) -> "Names":
        living = [one for one in catalogue.by_id.values() if one.kind != CategoryKind.NONE]
        categories = {one.id: _named(one, catalogue) for one in living}
        in_use = [one for one in living if one.deleted_at is None]
        by_name = {name_key(one.name): categories[one.id] for one in in_use}
        by_id = {str(one.id): categories[one.id] for one in in_use}
        return cls({key: Named(name, str(key)) for key, name in accounts.items()}, categories, by_name | by_id)


def columns_of(rows: Sequence[Row], tags: Iterable[tuple[str, ...]], names: Names) -> Columns:
    """Each field of some transactions as a list; what people see as the merchant is the one given, else the derived."""
    texts: dict[Field, list[str | None]] = {
        field: [getattr(row, name) for row in rows] for field, name in _TEXTS.items()
    }
    texts[Field.MERCHANT] = [row.merchant or row.der_merchant for row in rows]
    texts[Field.SOURCE] = [MANUAL if row.import_id is None else IMPORT for row in rows]
    days: list[date] = [row.date for row in rows]
    return Columns(
        amounts=[row.amount for row in rows],
        currencies=[row.currency for row in rows],
        dates=days,
        value_dates=[row.value_date for row in rows],
        texts=texts,
        accounts=[names.accounts.get(row.account_id) for row in rows],
        categories=[names.categories.get(row.category_id) for row in rows],
        tags=list(tags),
        statuses=[row.status for row in rows],
        are_transfers=[row.transfer_id is not None for row in rows],
        are_split=[bool(row.is_split) for row in rows],
        are_chosen=[row.category_source == CategorySource.USER for row in rows],
        known=names.known,
    )


def _named(category: KnownCategory, catalogue: Catalogue) -> Named:
    above: list[str] = []
    parent = catalogue.by_id.get(category.parent_id) if category.parent_id else None
    while parent is not None:
        above += [parent.name, str(parent.id)]
        parent = catalogue.by_id.get(parent.parent_id) if parent.parent_id else None
    return Named(category.name, str(category.id), tuple(above))
