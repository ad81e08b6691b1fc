"""Workspaces, called tenants by the clients that knew them first: members, roles, invites, switching."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from farthing.api.access import (
    Access,
    Caller,
    Level,
    Person,
    PersonEverywhere,
    Public,
    Viewer,
    ViewerEverywhere,
)
from farthing.api.links import invite_link
from farthing.api.pages import IfVersion, Paging, tag
from farthing.api.problems import documented
from farthing.api.transaction import TransactionRoute
from farthing.auth.schemas import (
    InviteIn,
    InviteOut,
    InvitePage,
    InvitePreview,
    InviteTokenIn,
    MemberIn,
    MemberOut,
    MemberPage,
    NewInviteOut,
    OkOut,
    RemovedMemberOut,
    RoleIn,
    SignedInOut,
    TransferIn,
    WorkspaceIn,
    WorkspaceOut,
    WorkspacePage,
)
from farthing.auth.sessions import SessionService
from farthing.auth.tasks import request_invite_mail
from farthing.auth.workspaces import InviteService, WorkspaceService
from farthing.infra.db import SYSTEM

router = APIRouter(prefix="/api", tags=["Workspaces"], route_class=TransactionRoute)
_INVITES = "Only admins and owners can invite members"
Renaming = Annotated[Caller, Depends(Access(Level.OWNER, refusal="Only owner can update tenant details"))]
ChangingRoles = Annotated[
    Caller, Depends(Access(Level.OWNER, everywhere=True, refusal="Only owner can change member roles"))
]
HandingOver = Annotated[Caller, Depends(Access(Level.OWNER, refusal="Only an owner can hand the ownership over"))]
TakingIn = Annotated[Caller, Depends(Access(Level.ADMIN, everywhere=True, refusal=_INVITES))]
Inviting = Annotated[Caller, Depends(Access(Level.ADMIN, refusal=_INVITES))]
Removing = Annotated[Caller, Depends(Access(Level.ADMIN, refusal="Only admins and owners can remove members"))]


@router.get("/tenants", responses=documented(401, 403, 422))
async def list_workspaces(caller: Person, paging: Paging) -> WorkspacePage:
    """The workspaces that one belongs to, with one's role in each."""
    page = await _workspaces(caller).mine(paging)
    return WorkspacePage(tenants=list(page.items), total=page.total, next=page.next)


@router.post("/tenants", status_code=201, responses=documented(401, 403, 409, 422))
async def create_workspace(wanted: WorkspaceIn, caller: PersonEverywhere) -> WorkspaceOut:
    """A further workspace, of which one is the owner."""
    return await _workspaces(caller).create(wanted.name)


@router.get("/tenants/me", responses=documented(401, 403))
async def read_workspace(response: Response, caller: Viewer) -> WorkspaceOut:
    """The current workspace."""
    tag(response, await _workspaces(caller).version())
    return await _workspaces(caller).current()


@router.patch("/tenants/me", responses=documented(400, 401, 403, 412, 422))
async def rename_workspace(
    wanted: WorkspaceIn, response: Response, caller: Renaming, if_version: IfVersion
) -> WorkspaceOut:
    """Give the current workspace another name."""
    renamed = await _workspaces(caller).rename(wanted.name, if_version)
    tag(response, await _workspaces(caller).version())
    return renamed


@router.get("/tenants/me/members", responses=documented(401, 403, 422))
async def list_members(caller: ViewerEverywhere, paging: Paging) -> MemberPage:
    """Who belongs to the current workspace."""
    page = await _workspaces(caller).members(paging)
    return MemberPage(members=list(page.items), total=page.total, next=page.next)


@router.post("/tenants/me/members", status_code=201, responses=documented(400, 401, 403, 404, 409, 422))
async def add_member(wanted: MemberIn, caller: TakingIn) -> MemberOut:
    """Take in somebody who has an account here or at the outside issuer."""
    return await _workspaces(caller).add(wanted)


@router.patch("/tenants/me/members/{user_id}/role", responses=documented(401, 403, 404, 422))
async def change_member_role(user_id: UUID, wanted: RoleIn, caller: ChangingRoles) -> MemberOut:
    """Give a member another role."""
    return await _workspaces(caller).change_role(user_id, wanted.role)


@router.delete("/tenants/me/members/{user_id}", responses=documented(401, 403, 404, 422))
async def remove_member(user_id: UUID, caller: Removing) -> RemovedMemberOut:
    """Take somebody out of the current workspace; he is out at once."""
    await _workspaces(caller).remove(user_id)
    return RemovedMemberOut(removed_user_id=user_id)


@router.post("/tenants/me/leave", responses=documented(401, 403, 409))
async def leave_workspace(caller: Viewer) -> OkOut:
    """Leave the current workspace."""
    await _workspaces(caller).leave()
    return OkOut()


@router.post("/tenants/me/transfer-ownership", responses=documented(401, 403, 404, 422))
async def transfer_ownership(wanted: TransferIn, caller: HandingOver) -> OkOut:
    """Make a member the owner and become an admin oneself."""
    await _workspaces(caller).transfer(wanted.user_id)
    return OkOut()


@router.post("/tenants/{workspace_id}/switch", responses=documented(401, 403, 404, 422))
async def switch_workspace(workspace_id: UUID, response: Response, caller: PersonEverywhere) -> SignedInOut:
    """An access token for another of one's workspaces; the session stays there."""
    await _workspaces(caller).of_mine(workspace_id)
    door = caller.house.door
    sessions = SessionService(caller.work, door.policy, door.tokens, door.clock)
    token, expires_at = await sessions.move(caller.actor, workspace_id)
    response.headers["Cache-Control"] = "no-store"
    return SignedInOut(
        access_token=token,
        token=token,
        expires_in=int(door.policy.access_ttl.total_seconds()),
        expires_at=expires_at,
        user_id=caller.me,
        is_demo=caller.actor.is_demo,
    )


@router.get("/tenants/me/invites", responses=documented(401, 403, 422))
async def list_invites(caller: Inviting, paging: Paging) -> InvitePage:
    """Invites that wait for an answer."""
    page = (await _invites(caller).open(caller.actor, paging)).map(InviteOut.model_validate)
    return InvitePage(invites=list(page.items), total=page.total, next=page.next)


@router.post("/tenants/me/invites", status_code=201, responses=documented(401, 403, 409, 422))
async def create_invite(wanted: InviteIn, response: Response, caller: Inviting) -> NewInviteOut:
    """A one-time link into the current workspace, shown only now; sent by mail where an address is given."""
    made = await _invites(caller).create(caller.actor, wanted)
    is_mailed = await request_invite_mail(
        caller.work, caller.actor, caller.house.clock, made.invite, mails=caller.house.mailer is not None
    )
    response.headers["Cache-Control"] = "no-store"
    link = invite_link(caller.house.settings, made.token, made.invite.expires_at)
    shown = InviteOut.model_validate(made.invite).model_dump() | link.model_dump()
    return NewInviteOut(**shown, is_mailed=is_mailed)


@router.delete("/tenants/me/invites/{invite_id}", status_code=204, responses=documented(401, 403, 404, 422))
async def withdraw_invite(invite_id: UUID, caller: Inviting) -> None:
    """Make an invite worthless."""
    await _invites(caller).withdraw(caller.actor, invite_id)


@router.post("/invites/preview", responses=documented(400, 422))
async def preview_invite(wanted: InviteTokenIn, house: Public) -> InvitePreview:
    """What an invite leads to, before one signs in or registers."""
    async with house.database.write(SYSTEM) as work:
        invites = InviteService(work, house.door.policy, house.door.tokens, house.clock)
        return await invites.look(wanted.token.get_secret_value())


@router.post("/invites/accept", status_code=201, responses=documented(400, 401, 403, 409, 422))
async def accept_invite(wanted: InviteTokenIn, caller: PersonEverywhere) -> WorkspaceOut:
    """Join the workspace that an invite leads to."""
    return await _invites(caller).accept(caller.actor, wanted.token.get_secret_value())


def _workspaces(caller: Caller) -> WorkspaceService:
    return WorkspaceService(caller.work, caller.actor, caller.house.clock, caller.house.outside.sole_issuer)


def _invites(caller: Caller) -> InviteService:
    door = caller.house.door
    return InviteService(caller.work, door.policy, door.tokens, door.clock)
