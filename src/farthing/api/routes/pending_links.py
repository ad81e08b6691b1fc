"""What was announced and what was booked for it: joined, or to be decided."""

from uuid import UUID

from fastapi import APIRouter

from farthing.api.access import Caller, Member, Viewer
from farthing.api.pages import Paging
from farthing.api.problems import documented
from farthing.api.transaction import TransactionRoute
from farthing.ledger.kinds import TransferState
from farthing.ledger.pending_schemas import PendingLinkOut, PendingLinkPage
from farthing.ledger.pendings import PendingService

router = APIRouter(prefix="/api/pending-links", tags=["Transactions"], route_class=TransactionRoute)


@router.get("", responses=documented(401, 403, 422))
async def list_pending_links(caller: Viewer, paging: Paging, state: TransferState | None = None) -> PendingLinkPage:
    """Links between pending and booked transactions, the newest first; those that are proposed wait for you."""
    page = await _pendings(caller).page(paging, state)
    return PendingLinkPage(links=list(page.items), total=page.total, next=page.next)


@router.post("/{link_id}/accept", responses=documented(401, 403, 404, 409, 422))
async def accept_pending_link(link_id: UUID, caller: Member) -> PendingLinkOut:
    """These are one: the announcement counts no more, and its tags and notes are on the booked one too."""
    return await _pendings(caller).decide(link_id, accept=True)


@router.post("/{link_id}/reject", responses=documented(401, 403, 404, 409, 422))
async def reject_pending_link(link_id: UUID, caller: Member) -> PendingLinkOut:
    """These are two: what was joined is parted, and not proposed again."""
    return await _pendings(caller).decide(link_id, accept=False)


def _pendings(caller: Caller) -> PendingService:
    return PendingService(caller.work, caller.actor, caller.house.clock)
