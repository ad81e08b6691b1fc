"""What a patch does to a transaction. Pure."""

from collections.abc import Sequence
from uuid import UUID

from farthing.kernel.clock import in_utc
from farthing.kernel.money import to_minor
from farthing.ledger.drafting import directed
from farthing.ledger.errors import CurrencyMismatch, TransactionSplit
from farthing.ledger.images import TEXTS, Loaded
from farthing.ledger.kinds import CategorySource
from farthing.ledger.models import Transaction
from farthing.ledger.transaction_schemas import TransactionPatch

_NAMED = 20
_PLAIN = (*TEXTS, "value_date", "der_category", "der_merchant")


def refuse_other_currency(one: Loaded, patch: TransactionPatch, currency: str) -> None:
    """An amount never changes its currency by being moved; who moves it says the new amount."""
    if patch.currency is not None and patch.currency != currency:
        raise CurrencyMismatch(f"The account is kept in {currency}, and this amount is in {patch.currency}.")
    if currency == one.row.currency:
        return
    if patch.amount is None:
        raise CurrencyMismatch(f"The other account is kept in {currency}. Say the amount in {currency}.")
    if one.parts and patch.splits is None:
        raise CurrencyMismatch(f"It is split. Say its parts in {currency} too.")


def refuse_split(loaded: Sequence[Loaded], chosen: object) -> None:
    """The category of a whole would say nothing of its parts."""
    split = [str(one.row.id) for one in loaded if one.parts]
    if chosen and split:
        which = ", ".join(split[:_NAMED]) + (f" and {len(split) - _NAMED} more" if len(split) > _NAMED else "")
        raise TransactionSplit(f"It is split: {which}. Categorise its parts, or remove the split first.")


def amount_of(patch: TransactionPatch, row: Transaction, currency: str) -> int:
    """As it is signed, or as a type says; a type alone turns it round."""
    if patch.amount is None and patch.type is None:
        return row.amount
    said = to_minor(patch.amount, currency) if patch.amount is not None else abs(row.amount)
    return said if patch.type is None else directed(said, patch.type)


def write(row: Transaction, patch: TransactionPatch) -> None:
    """The plain fields that the patch names."""
    if patch.date is not None:
        row.date = patch.date
    if patch.status is not None:
        row.status = patch.status
    if "occurred_at" in patch.model_fields_set:
        row.occurred_at = in_utc(patch.occurred_at) if patch.occurred_at else None
        if row.occurred_at is not None and patch.date is None:
            row.date = row.occurred_at.date()
    for name in _PLAIN:
        if name in patch.model_fields_set:
            setattr(row, name, getattr(patch, name))


def categorise(one: Loaded, category_id: UUID) -> None:
    """A person's choice, which wins over everything automatic."""
    one.row.category_id = category_id
    one.row.category_source = CategorySource.USER
    one.row.category_reason = None
    one.row.category_confidence = None
