"""Categories and tags."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from farthing.api.access import Caller, Member, Viewer
from farthing.api.pages import IfVersion, tag
from farthing.api.problems import documented
from farthing.api.transaction import TransactionRoute
from farthing.ledger.categories import CategoryService, TagService, shown
from farthing.ledger.retirement import RetirementService
from farthing.ledger.schemas import (
    CategoryIn,
    CategoryOut,
    CategoryPage,
    CategoryPatch,
    TagIn,
    TagOut,
    TagPage,
    TagPatch,
)

router = APIRouter(prefix="/api", tags=["Categories and tags"], route_class=TransactionRoute)
Reason = Annotated[str | None, Query(max_length=1000, description="Needed where it touches a closed month.")]


@router.get("/categories", responses=documented(401, 403))
async def list_categories(caller: Viewer) -> CategoryPage:
    """All categories, income and expense, by their order and name."""
    found = [shown(category) for category in await _categories(caller).all()]
    return CategoryPage(categories=found, items=found, total=len(found), next=None)


@router.post("/categories", status_code=201, responses=documented(401, 403, 404, 409, 422))
async def create_category(wanted: CategoryIn, response: Response, caller: Member) -> CategoryOut:
    """A new category, for income or for expense."""
    category = await _categories(caller).create(wanted)
    tag(response, category.version)
    return shown(category)


@router.get("/categories/{category_id}", responses=documented(401, 403, 404, 422))
async def read_category(category_id: UUID, response: Response, caller: Viewer) -> CategoryOut:
    """One category."""
    category = await _categories(caller).get(category_id)
    tag(response, category.version)
    return shown(category)


@router.patch("/categories/{category_id}", responses=documented(400, 401, 403, 404, 409, 412, 422))
async def edit_category(
    category_id: UUID, patch: CategoryPatch, response: Response, caller: Member, if_version: IfVersion
) -> CategoryOut:
    """Change its name, colour, icon, order, or what it is part of."""
    category = await _categories(caller).change(category_id, patch, if_version)
    tag(response, category.version)
    return shown(category)


@router.delete("/categories/{category_id}", status_code=204, responses=documented(401, 403, 404, 409, 422))
async def delete_category(
    category_id: UUID,
    caller: Member,
    move_to: Annotated[
        UUID | None, Query(description="Where its transactions go; else they lose their category.")
    ] = None,
    reason: Reason = None,
) -> None:
    """Delete a category; its transactions stay."""
    await _retirement(caller).delete_category(category_id, move_to, reason)


@router.post("/categories/{category_id}/restore", responses=documented(401, 403, 404, 409, 422))
async def restore_category(category_id: UUID, response: Response, caller: Member, reason: Reason = None) -> CategoryOut:
    """Bring a deleted category back, and back into it what nobody has put elsewhere since."""
    category = await _retirement(caller).restore_category(category_id, reason)
    tag(response, category.version)
    return shown(category)


@router.get("/tags", responses=documented(401, 403))
async def list_tags(caller: Viewer) -> TagPage:
    """All tags, with how often each is used."""
    found = await _tags(caller).all()
    return TagPage(tags=found, total=len(found), next=None)


@router.post("/tags", status_code=201, responses=documented(401, 403, 409, 422))
async def create_tag(wanted: TagIn, caller: Member) -> TagOut:
    """A new tag."""
    return await _tags(caller).create(wanted)


@router.patch("/tags/{tag_id}", status_code=204, responses=documented(401, 403, 404, 409, 422))
async def edit_tag(tag_id: UUID, patch: TagPatch, caller: Member) -> None:
    """Change a tag's name or colour, wherever it is used."""
    await _tags(caller).change(tag_id, patch)


@router.delete("/tags/{tag_id}", status_code=204, responses=documented(401, 403, 404, 409, 422))
async def delete_tag(tag_id: UUID, caller: Member, reason: Reason = None) -> None:
    """Take a tag off everything and out of use."""
    await _retirement(caller).delete_tag(tag_id, reason)


@router.post("/tags/{tag_id}/restore", status_code=204, responses=documented(401, 403, 404, 409, 422))
async def restore_tag(tag_id: UUID, caller: Member, reason: Reason = None) -> None:
    """Bring a deleted tag back, and back onto what nobody has tagged anew since."""
    await _retirement(caller).restore_tag(tag_id, reason)


def _categories(caller: Caller) -> CategoryService:
    return CategoryService(caller.work, caller.actor, caller.house.clock)


def _tags(caller: Caller) -> TagService:
    return TagService(caller.work, caller.actor, caller.house.clock)


def _retirement(caller: Caller) -> RetirementService:
    return RetirementService(caller.work, caller.actor, caller.house.clock)
