"""A transaction as it stands: loaded with its parts and tags, and as the image that history keeps."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from farthing.kernel.actor import Actor
from farthing.kernel.ids import new_id
from farthing.ledger.drafting import Part
from farthing.ledger.kinds import Origin
from farthing.ledger.models import Transaction
from farthing.ledger.totals import Posted

TEXTS = ("description", "payee", "merchant", "location", "reference", "note")


@dataclass(frozen=True, slots=True)
class Because:
    """Who or what makes a change, and why: what the person said, else what the program knows."""

    origin: Origin = Origin.USER
    action: str = "edit"
    reason: str | None = None
    origin_id: UUID | None = None
    why: str | None = None
    whys: Mapping[int, str] = field(default_factory=dict)
    """What the program knows of single transactions, by their keys."""


@dataclass(slots=True)
class Loaded:
    """A transaction with its parts and tags, as it is now."""

    row: Transaction
    parts: tuple[Part, ...]
    tag_ids: tuple[UUID, ...]
    tag_names: tuple[str, ...]

    def posted(self) -> Posted:
        row = self.row
        return Posted(
            account_id=row.account_id,
            day=row.date,
            amount=row.amount,
            currency=row.currency,
            status=row.status,
            category_id=row.category_id,
            is_transfer=row.transfer_id is not None,
            is_deleted=row.deleted_at is not None,
            splits=tuple((part.category_id, part.amount) for part in self.parts),
        )


IMAGE_COLUMNS = (
    "account_id",
    "category_id",
    "date",
    "value_date",
    "occurred_at",
    "amount",
    "currency",
    "status",
    *TEXTS,
    "der_category",
    "der_merchant",
    "category_source",
    "category_reason",
    "category_confidence",
    "is_split",
    "transfer_id",
    "deleted_at",
    "version",
)

Edit = Callable[[Loaded], None]
Image = dict[str, Any]
"""What a transaction was, as JSON."""


def image_of(one: Loaded) -> Image:
    """Everything that a change may alter, as JSON."""
    plain = {name: _json(getattr(one.row, name)) for name in IMAGE_COLUMNS}
    parts = [{"category_id": str(p.category_id), "amount": p.amount, "note": p.note} for p in one.parts]
    return plain | {"splits": parts, "tags": list(one.tag_names), "tag_ids": [str(i) for i in one.tag_ids]}


def change_row(
    key: int, image: dict[str, Any], actor: Actor, now: datetime, because: Because, *, is_closed: bool
) -> dict[str, Any]:
    """The row of history for a change."""
    return {
        "id": new_id(),
        "workspace_id": actor.workspace_id,
        "transaction_key": key,
        "action": because.action,
        "origin": str(because.origin),
        "origin_id": because.origin_id,
        "actor_id": actor.user_id,
        "actor_name": actor.name,
        "reason": because.reason or because.whys.get(key) or because.why,
        "is_in_closed_month": is_closed,
        "before": image,
        "created_at": now,
    }


def _json(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    return value.isoformat() if isinstance(value, date | datetime) else value
