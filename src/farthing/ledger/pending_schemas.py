"""Wire shapes of links between what was announced and what was booked."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from farthing.ledger.kinds import TransferState


class PendingLinkOut(BaseModel):
    id: UUID
    state: TransferState
    reason: str
    pending_id: UUID
    booked_id: UUID
    created_at: datetime
    decided_at: datetime | None


class PendingLinkPage(BaseModel):
    links: list[PendingLinkOut]
    total: int
    next: str | None
