"""What was: changes of transactions, moments of them, and closed months."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from farthing.api.access import Admin, Caller, Member, Viewer
from farthing.api.pages import Paging
from farthing.api.problems import documented
from farthing.api.transaction import TransactionRoute
from farthing.ledger.check import CheckService
from farthing.ledger.history import HistoryService, shown
from farthing.ledger.months import MonthService
from farthing.ledger.transaction_schemas import ChangeOut, ChangePage, Moment, TransactionOut

router = APIRouter(prefix="/api", tags=["History"], route_class=TransactionRoute)
Month = Annotated[str, Field(pattern=r"^[1-9][0-9]{3}-(0[1-9]|1[0-2])$", examples=["2026-03"])]


class ClosedMonthOut(BaseModel):
    month: Month
    closed_by: str
    closed_at: datetime


class ClosedMonths(BaseModel):
    closed_months: list[ClosedMonthOut]
    total: int
    next: str | None
    changes_since: list[ChangeOut] = Field(description="What was changed inside closed months afterwards.")
    changes_total: int
    changes_next: str | None = Field(description="As `next` of the request, the page of changes behind this one.")


class MonthIn(BaseModel):
    month: Month


class FaultOut(BaseModel):
    what: str
    account_id: UUID
    day: date | None
    kept: str
    counted: str


class CheckOut(BaseModel):
    """Whether balances and totals are what the transactions say; the earliest fault comes first."""

    is_well: bool
    faults: list[FaultOut]


@router.get("/transactions/{transaction_id}/history", responses=documented(401, 403, 404, 422))
async def list_changes(transaction_id: UUID, caller: Viewer, paging: Paging) -> ChangePage:
    """Who or what changed a transaction, newest first, each with what was before."""
    page = await _history(caller).changes(transaction_id, paging)
    return ChangePage(changes=list(page.items), total=page.total, next=page.next)


@router.get("/transactions/{transaction_id}/as-of", responses=documented(401, 403, 404, 422))
async def read_as_of(
    transaction_id: UUID, caller: Viewer, moment: Annotated[Moment, Query(description="In UTC unless it says else.")]
) -> dict[str, Any]:
    """What a transaction was at a moment."""
    return await _history(caller).as_of(transaction_id, moment)


@router.post(
    "/transactions/{transaction_id}/history/{change_id}/restore", responses=documented(401, 403, 404, 409, 422)
)
async def restore_change(
    transaction_id: UUID,
    change_id: UUID,
    caller: Member,
    reason: Annotated[str | None, Query(max_length=1000)] = None,
) -> TransactionOut:
    """Make a transaction again what it was before a change."""
    return await _history(caller).restore(transaction_id, change_id, reason)


@router.get("/closed-months", responses=documented(401, 403, 422))
async def list_closed_months(caller: Viewer, paging: Paging) -> ClosedMonths:
    """Months that are closed, all of them, and a page of what was changed in them since."""
    months = await _months(caller).all()
    closed = [
        ClosedMonthOut(month=f"{one.month:%Y-%m}", closed_by=one.closed_by_name, closed_at=one.closed_at)
        for one in months
    ]
    changes = (await _months(caller).changed_after(paging)).map(shown)
    return ClosedMonths(
        closed_months=closed,
        total=len(closed),
        next=None,
        changes_since=list(changes.items),
        changes_total=changes.total,
        changes_next=changes.next,
    )


@router.post("/closed-months", status_code=204, responses=documented(401, 403, 409, 422))
async def close_month(wanted: MonthIn, caller: Admin) -> None:
    """Close a month: changing it afterwards takes a reason and is listed."""
    await _months(caller).close(date.fromisoformat(f"{wanted.month}-01"))


@router.delete("/closed-months/{month}", status_code=204, responses=documented(401, 403, 404, 422))
async def open_month(month: Month, caller: Admin) -> None:
    """Open a month again."""
    await _months(caller).open(date.fromisoformat(f"{month}-01"))


@router.get("/ledger/check", responses=documented(401, 403))
async def check_ledger(caller: Viewer) -> CheckOut:
    """Recount every balance and total from the transactions."""
    faults = await CheckService(caller.work, caller.actor).faults()
    shown_faults = [
        FaultOut(what=f.what, account_id=f.account_id, day=f.day, kept=f.kept, counted=f.counted) for f in faults
    ]
    return CheckOut(is_well=not faults, faults=shown_faults)


def _history(caller: Caller) -> HistoryService:
    return HistoryService(caller.work, caller.actor, caller.house.clock)


def _months(caller: Caller) -> MonthService:
    return MonthService(caller.work, caller.actor, caller.house.clock)
