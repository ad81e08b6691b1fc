"""A transaction as clients read it."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast

from farthing.kernel.money import to_text
from farthing.ledger.categories import Catalogue
from farthing.ledger.drafting import Part
from farthing.ledger.kinds import CategorySource, Status
from farthing.ledger.models import Split, Transaction
from farthing.ledger.transaction_schemas import SplitOut, TransactionOut, TransactionType

_STATUSES = {str(status): status for status in Status}
_SOURCES = {str(source): source for source in CategorySource}


def made(row: dict[str, Any]) -> Transaction:
    """A row as it was just inserted, without asking for it again and without what the ORM would do to watch it."""
    return cast("Transaction", SimpleNamespace(**row, transfer_id=None, import_id=None, deleted_at=None))


def shown(
    row: Transaction, catalogue: Catalogue, splits: Sequence[Split | Part], tags: Sequence[str]
) -> TransactionOut:
    category = catalogue.name(row.category_id)
    merchant, day = row.merchant or row.der_merchant, row.date
    return TransactionOut.plain(
        {
            "id": row.id,
            "account_id": row.account_id,
            "amount": to_text(row.amount, row.currency),
            "currency": row.currency,
            "type": _kind(row),
            "date": day,
            "booking_date": day,
            "value_date": row.value_date,
            "occurred_at": row.occurred_at,
            "status": _STATUSES[row.status],
            "description": row.description,
            "payee": row.payee,
            "merchant": merchant,
            "merchant_name": merchant,
            "location": row.location,
            "reference": row.reference,
            "note": row.note,
            "category": category,
            "category_id": row.category_id if category is not None else None,
            "category_source": _SOURCES[row.category_source],
            "category_reason": row.category_reason,
            "category_confidence": row.category_confidence,
            "der_category": row.der_category,
            "der_merchant": row.der_merchant,
            "tags": list(tags),
            "splits": [_part(part, catalogue, row.currency) for part in splits],
            "transfer_id": row.transfer_id,
            "import_id": row.import_id,
            "processed": True,
            "version": row.version,
            "created_at": row.created_at,
            "updated_at": row.updated_at,
            "deleted_at": row.deleted_at,
        }
    )


def _kind(row: Transaction) -> TransactionType:
    if row.transfer_id is not None:
        return TransactionType.TRANSFER
    return TransactionType.INCOME if row.amount > 0 else TransactionType.EXPENSE


def _part(part: Split | Part, catalogue: Catalogue, currency: str) -> SplitOut:
    category = catalogue.name(part.category_id)
    return SplitOut(
        category=category,
        category_id=part.category_id if category is not None else None,
        amount=to_text(part.amount, currency),
        note=part.note,
    )
