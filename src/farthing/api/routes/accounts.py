"""Accounts: where money is or is owed."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from farthing.api.access import Caller, Member, Viewer
from farthing.api.pages import IfVersion, Paging, tag
from farthing.api.problems import documented
from farthing.api.transaction import TransactionRoute
from farthing.ledger.accounts import AccountService, shown
from farthing.ledger.removal import RemovalService
from farthing.ledger.schemas import AccountIn, AccountOut, AccountPage, AccountPatch, BalanceOut

Reason = Annotated[str | None, Query(max_length=1000, description="Needed where it touches a closed month.")]
router = APIRouter(prefix="/api/accounts", tags=["Accounts"], route_class=TransactionRoute)


@router.get("", responses=documented(401, 403, 422))
async def list_accounts(
    caller: Viewer,
    paging: Paging,
    with_archived: Annotated[bool, Query(description="Archived ones too.")] = False,
    deleted: Annotated[bool, Query(description="Only those put away, which can be brought back.")] = False,
) -> AccountPage:
    """The accounts of the workspace, oldest first."""
    page = (await _accounts(caller).page(paging, with_archived=with_archived, only_deleted=deleted)).map(shown)
    return AccountPage(accounts=list(page.items), total=page.total, next=page.next)


@router.post("", status_code=201, responses=documented(401, 403, 409, 422))
async def create_account(wanted: AccountIn, response: Response, caller: Member) -> AccountOut:
    """Open an account; its opening balance may be negative."""
    account = await _accounts(caller).create(wanted)
    tag(response, account.version)
    return shown(account)


@router.get("/{account_id}", responses=documented(401, 403, 404, 422))
async def read_account(account_id: UUID, response: Response, caller: Viewer) -> AccountOut:
    """One account with its balance."""
    account = await _accounts(caller).get(account_id)
    tag(response, account.version)
    return shown(account)


@router.get("/{account_id}/balance", responses=documented(401, 403, 404, 422))
async def read_balance(account_id: UUID, caller: Viewer, day: Annotated[date, Query(alias="date")]) -> BalanceOut:
    """The balance at the end of a day."""
    return await _accounts(caller).balance(account_id, day)


@router.patch("/{account_id}", responses=documented(400, 401, 403, 404, 409, 412, 422))
async def edit_account(
    account_id: UUID, patch: AccountPatch, response: Response, caller: Member, if_version: IfVersion
) -> AccountOut:
    """Change what is given; a new opening balance moves the balance by the difference."""
    account = await _accounts(caller).change(account_id, patch, if_version)
    tag(response, account.version)
    return shown(account)


@router.delete("/{account_id}", status_code=204, responses=documented(400, 401, 403, 404, 409, 412, 422))
async def delete_account(account_id: UUID, caller: Member, if_version: IfVersion, reason: Reason = None) -> None:
    """Put an account away with its transactions; restoring brings all of it back."""
    await _removal(caller).delete(account_id, reason, if_version)


@router.post("/{account_id}/restore", responses=documented(401, 403, 404, 409, 422))
async def restore_account(account_id: UUID, caller: Member, reason: Reason = None) -> AccountOut:
    """Bring a deleted account back with its transactions."""
    return shown(await _removal(caller).restore(account_id, reason))


def _accounts(caller: Caller) -> AccountService:
    return AccountService(caller.work, caller.actor, caller.house.clock)


def _removal(caller: Caller) -> RemovalService:
    return RemovalService(caller.work, caller.actor, caller.house.clock)
