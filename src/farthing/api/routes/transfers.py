"""Transfers between own accounts: found, accepted, rejected, linked by hand."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from farthing.api.access import Caller, Member, Viewer
from farthing.api.pages import Paging
from farthing.api.problems import documented
from farthing.api.transaction import TransactionRoute
from farthing.ledger.kinds import TransferState
from farthing.ledger.transfer_schemas import FoundOut, TransferIn, TransferOut, TransferPage
from farthing.ledger.transfers import TransferService

Reason = Annotated[str | None, Query(max_length=1000, description="Why, where a leg lies in a closed month.")]
router = APIRouter(prefix="/api/transfers", tags=["Transfers"], route_class=TransactionRoute)


@router.get("", responses=documented(401, 403, 422))
async def list_transfers(caller: Viewer, paging: Paging, state: TransferState | None = None) -> TransferPage:
    """Transfers that are linked, proposed or rejected."""
    page = await _transfers(caller).page(paging, state)
    return TransferPage(transfers=list(page.items), total=page.total, next=page.next)


@router.post("", status_code=201, responses=documented(401, 403, 404, 409, 422))
async def link_transfer(wanted: TransferIn, caller: Member, reason: Reason = None) -> TransferOut:
    """Link two transactions by hand; they count as neither income nor spending from then on."""
    return await _transfers(caller).link(wanted.transaction_id, wanted.other_transaction_id, reason)


@router.post("/find", responses=documented(401, 403, 409, 422))
async def find_transfers(caller: Member) -> FoundOut:
    """Look for pairs that are one movement, and propose those that are certain by amount and date."""
    return FoundOut(proposed=await _transfers(caller).find())


@router.post("/{transfer_id}/accept", responses=documented(401, 403, 404, 409, 422))
async def accept_transfer(transfer_id: UUID, caller: Member, reason: Reason = None) -> TransferOut:
    """Link what was proposed."""
    return await _transfers(caller).decide(transfer_id, accept=True, reason=reason)


@router.post("/{transfer_id}/reject", responses=documented(401, 403, 404, 409, 422))
async def reject_transfer(transfer_id: UUID, caller: Member, reason: Reason = None) -> TransferOut:
    """Say that these are two movements; a linked transfer is unlinked. It is not proposed again."""
    return await _transfers(caller).decide(transfer_id, accept=False, reason=reason)


def _transfers(caller: Caller) -> TransferService:
    return TransferService(caller.work, caller.actor, caller.house.clock)
