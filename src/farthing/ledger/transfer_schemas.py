from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from farthing.ledger.kinds import TransferState


class TransferIn(BaseModel):
    """Two transactions that are one movement, in any order."""

    transaction_id: UUID
    other_transaction_id: UUID


class TransferOut(BaseModel):
    """`rate` is what one unit of the outgoing currency became, where the currencies differ."""

    id: UUID
    state: TransferState
    reason: str
    out_transaction_id: UUID
    in_transaction_id: UUID
    rate: str | None
    created_at: datetime
    decided_at: datetime | None


class TransferPage(BaseModel):
    transfers: list[TransferOut]
    total: int
    next: str | None


class FoundOut(BaseModel):
    proposed: int
