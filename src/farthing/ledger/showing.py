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


def made(row: dict[str, Any]) -> Transaction:
    """A row as it was just inserted, without asking for it again and without what the ORM would do to watch it."""
    return cast("Transaction", SimpleNamespace(**row, transfer_id=None, import_id=None, deleted_at=None))


def shown(row: Transaction, catalogue: Catalogue, splits: Sequence[Split | Part], tags: list[str]) -> TransactionOut:
    category = catalogue.name(row.category_id)
    if row.transfer_id is not None:
        kind = TransactionType.TRANSFER
    else:
        kind = TransactionType.INCOME if row.amount > 0 else TransactionType.EXPENSE
    return TransactionOut.model_construct(
        id=row.id,
        account_id=row.account_id,
        amount=to_text(row.amount, row.currency),
        currency=row.currency,
        type=kind,
        date=row.date,
        booking_date=row.date,
        value_date=row.value_date,
        occurred_at=row.occurred_at,
        status=Status(row.status),
        description=row.description,
        payee=row.payee,
        merchant=row.merchant or row.der_merchant,
        merchant_name=row.merchant or row.der_merchant,
        location=row.location,
        reference=row.reference,
        note=row.note,
        category=category,
        category_id=row.category_id if category is not None else None,
        category_source=CategorySource(row.category_source),
        category_reason=row.category_reason,
        category_confidence=row.category_confidence,
        der_category=row.der_category,
        der_merchant=row.der_merchant,
        tags=tags,
        splits=[
            SplitOut(
                category=catalogue.name(s.category_id),
                category_id=s.category_id if catalogue.name(s.category_id) is not None else None,
                amount=to_text(s.amount, row.currency),
                note=s.note,
            )
            for s in splits
        ],
        transfer_id=row.transfer_id,
        import_id=row.import_id,
        processed=True,
        version=row.version,
        created_at=row.created_at,
        updated_at=row.updated_at,
        deleted_at=row.deleted_at,
    )
