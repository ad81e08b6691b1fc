"""Administration of people, for superusers."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from farthing.api.access import Caller, Superuser
from farthing.api.links import password_link
from farthing.api.pages import Paging
from farthing.api.problems import documented
from farthing.api.transaction import TransactionRoute
from farthing.audit.query import AuditQuery
from farthing.audit.schemas import AuditEntryOut, AuditPage
from farthing.audit.service import Audit
from farthing.auth.administration import Administration
from farthing.auth.schemas import InvitedUserOut, LinkOut, ManagedUserOut, UserIn, UserPage
from farthing.kernel.clock import in_utc

router = APIRouter(prefix="/api/users", tags=["Administration"], route_class=TransactionRoute)


@router.get("", responses=documented(401, 403, 422))
async def list_users(caller: Superuser, paging: Paging) -> UserPage:
    """All people with an account, oldest first; demos are left out."""
    page = await _administration(caller).page(paging)
    return UserPage(
        users=[ManagedUserOut.model_validate(user) for user in page.items], total=page.total, next=page.next
    )


@router.post("", status_code=201, responses=documented(401, 403, 409, 422))
async def create_user(wanted: UserIn, response: Response, caller: Superuser) -> InvitedUserOut:
    """Create a person and a one-time link to set the password with; the link is shown only now."""
    user, token, expires_at = await _administration(caller).create(wanted)
    response.headers["Cache-Control"] = "no-store"
    link = password_link(caller.house.settings, token, expires_at)
    return InvitedUserOut(**ManagedUserOut.model_validate(user).model_dump(), **link.model_dump())


@router.get("/audit-log", responses=documented(401, 403, 422))
async def read_audit_log(
    caller: Superuser,
    paging: Paging,
    actor_id: UUID | None = None,
    target_id: UUID | None = None,
    workspace_id: UUID | None = None,
    action: Annotated[str | None, Query(max_length=80)] = None,
    created_from: datetime | None = None,
    created_to: datetime | None = None,
    meta_contains: Annotated[str | None, Query(max_length=200)] = None,
) -> AuditPage:
    """Who did what, newest first."""
    query = AuditQuery(
        actor_id,
        target_id,
        workspace_id,
        action,
        in_utc(created_from) if created_from else None,
        in_utc(created_to) if created_to else None,
        meta_contains,
    )
    page = await Audit(caller.work, caller.actor, caller.house.clock).page(query, paging)
    items = [AuditEntryOut.model_validate(entry) for entry in page.items]
    return AuditPage(items=items, total=page.total, limit=paging.limit, offset=paging.offset, next=page.next)


@router.post("/{user_id}/invite", responses=documented(401, 403, 404, 422))
async def invite_user(user_id: UUID, response: Response, caller: Superuser) -> LinkOut:
    """A new one-time link to set the password with; earlier links stop working."""
    token, expires_at = await _administration(caller).invite(user_id)
    response.headers["Cache-Control"] = "no-store"
    return password_link(caller.house.settings, token, expires_at)


@router.post("/{user_id}/disable", status_code=204, responses=documented(401, 403, 404, 409, 422))
async def disable_user(user_id: UUID, caller: Superuser) -> None:
    """Lock somebody out at once, on all devices."""
    await _administration(caller).disable(user_id)


@router.post("/{user_id}/enable", status_code=204, responses=documented(401, 403, 404, 422))
async def enable_user(user_id: UUID, caller: Superuser) -> None:
    """Let somebody in again."""
    await _administration(caller).enable(user_id)


@router.post("/{user_id}/promote", status_code=204, responses=documented(401, 403, 404, 422))
async def promote_user(user_id: UUID, caller: Superuser) -> None:
    """Make somebody a superuser."""
    await _administration(caller).promote(user_id)


@router.post("/{user_id}/demote", status_code=204, responses=documented(401, 403, 404, 409, 422))
async def demote_user(user_id: UUID, caller: Superuser) -> None:
    """Make a superuser a person like others; the last one stays."""
    await _administration(caller).demote(user_id)


@router.delete("/{user_id}", status_code=204, responses=documented(401, 403, 404, 409, 422))
async def delete_user(user_id: UUID, caller: Superuser) -> None:
    """Delete somebody for good, with the workspaces that nobody else uses."""
    await _administration(caller).delete(user_id)


def _administration(caller: Caller) -> Administration:
    door = caller.house.door
    return Administration(caller.work, caller.actor, door.policy, door.tokens, door.clock)
