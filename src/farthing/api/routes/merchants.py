"""Merchants and the spellings that mean them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from farthing.api.access import Caller, Member, Viewer
from farthing.api.pages import Paging
from farthing.api.problems import documented
from farthing.api.transaction import TransactionRoute
from farthing.ledger.merchant_schemas import AliasIn, MerchantIn, MerchantOut, MerchantPage, MergeIn
from farthing.ledger.merchant_service import MerchantService
from farthing.ledger.relabelling import RelabellingService

router = APIRouter(prefix="/api/merchants", tags=["Merchants"], route_class=TransactionRoute)
Apply = Annotated[bool, Query(description="Give the name to old transactions too, with a trace in their history.")]
Reason = Annotated[str | None, Query(max_length=1000, description="Needed where it touches a closed month.")]


@router.get("", responses=documented(401, 403, 422))
async def list_merchants(caller: Viewer, paging: Paging) -> MerchantPage:
    """All merchants with their aliases, by name."""
    page = await _merchants(caller).page(paging)
    return MerchantPage(merchants=list(page.items), total=page.total, next=page.next)


@router.post("", status_code=201, responses=documented(401, 403, 409, 422))
async def create_merchant(wanted: MerchantIn, caller: Member) -> MerchantOut:
    """A new merchant."""
    return await _merchants(caller).create(wanted.name)


@router.get("/{merchant_id}", responses=documented(401, 403, 404, 422))
async def read_merchant(merchant_id: UUID, caller: Viewer) -> MerchantOut:
    """One merchant with its aliases."""
    return await _merchants(caller).get(merchant_id)


@router.patch("/{merchant_id}", responses=documented(401, 403, 404, 409, 422))
async def edit_merchant(
    merchant_id: UUID, wanted: MerchantIn, caller: Member, apply: Apply = False, reason: Reason = None
) -> MerchantOut:
    """Give a merchant another name."""
    return await _relabelling(caller).rename(merchant_id, wanted.name, apply=apply, reason=reason)


@router.delete("/{merchant_id}", status_code=204, responses=documented(401, 403, 404, 422))
async def delete_merchant(merchant_id: UUID, caller: Member) -> None:
    """Forget a merchant and its aliases; transactions keep what they say."""
    await _merchants(caller).delete(merchant_id)


@router.post("/{merchant_id}/aliases", status_code=201, responses=documented(401, 403, 404, 409, 422))
async def add_alias(
    merchant_id: UUID, wanted: AliasIn, caller: Member, apply: Apply = False, reason: Reason = None
) -> MerchantOut:
    """Let another spelling mean this merchant."""
    return await _relabelling(caller).add_alias(merchant_id, wanted.alias, apply=apply, reason=reason)


@router.delete("/{merchant_id}/aliases", status_code=204, responses=documented(401, 403, 404, 422))
async def delete_alias(
    merchant_id: UUID, caller: Member, alias: Annotated[str, Query(max_length=255, description="The spelling.")]
) -> None:
    """Let a spelling mean nobody."""
    await _merchants(caller).remove_alias(merchant_id, alias)


@router.post("/{merchant_id}/merge", responses=documented(401, 403, 404, 409, 422))
async def merge_merchants(
    merchant_id: UUID, wanted: MergeIn, caller: Member, apply: Apply = False, reason: Reason = None
) -> MerchantOut:
    """Make another merchant part of this one, with its name and its aliases."""
    return await _relabelling(caller).merge(merchant_id, wanted.merchant_id, apply=apply, reason=reason)


def _relabelling(caller: Caller) -> RelabellingService:
    return RelabellingService(caller.work, caller.actor, caller.house.clock)


def _merchants(caller: Caller) -> MerchantService:
    return MerchantService(caller.work, caller.actor, caller.house.clock)
