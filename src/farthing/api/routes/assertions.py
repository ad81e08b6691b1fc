"""Reported balances: what a bank, a statement or a person says, and how far we are from it."""

from uuid import UUID

from fastapi import APIRouter

from farthing.api.access import Caller, Member, Viewer
from farthing.api.pages import Paging
from farthing.api.problems import documented
from farthing.api.transaction import TransactionRoute
from farthing.ledger.assertion_schemas import AssertionIn, AssertionOut, AssertionPage, DriftOut
from farthing.ledger.assertions import AssertionService

router = APIRouter(prefix="/api/accounts/{account_id}", tags=["Balances"], route_class=TransactionRoute)


@router.get("/balances", responses=documented(401, 403, 404, 422))
async def list_balances(account_id: UUID, caller: Viewer, paging: Paging) -> AssertionPage:
    """Reported balances, latest day first, each beside what we count."""
    page = await _assertions(caller).page(account_id, paging)
    return AssertionPage(balances=list(page.items), total=page.total, next=page.next)


@router.post("/balances", status_code=201, responses=documented(401, 403, 404, 409, 422))
async def report_balance(account_id: UUID, wanted: AssertionIn, caller: Member) -> AssertionOut:
    """Say what the balance was at the end of a day; the same source's earlier word for that day is replaced."""
    return await _assertions(caller).put(account_id, wanted)


@router.delete("/balances/{balance_id}", status_code=204, responses=documented(401, 403, 404, 422))
async def delete_balance(account_id: UUID, balance_id: UUID, caller: Member) -> None:
    """Forget a reported balance."""
    await _assertions(caller).remove(account_id, balance_id)


@router.get("/drift", responses=documented(401, 403, 404, 422))
async def read_drift(account_id: UUID, caller: Viewer) -> DriftOut:
    """Where the account first left what was reported, by how much, and what may explain it."""
    return await _assertions(caller).drift(account_id)


def _assertions(caller: Caller) -> AssertionService:
    return AssertionService(caller.work, caller.actor, caller.house.clock)
