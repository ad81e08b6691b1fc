"""Workspaces and who belongs to them, with the rules of who may change whom."""

from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from farthing.audit.service import Audit
from farthing.auth.errors import (
    AlreadyMember,
    DemoForbidden,
    InviteForSomebodyElse,
    InviteInvalid,
    InviteNotFound,
    LastOwner,
    LastWorkspace,
    MemberNotFound,
    RoleTooLow,
    UserNotFound,
    WorkspaceNotFound,
    WorkspaceOutdated,
)
from farthing.auth.models import Invite, Membership, User, Workspace
from farthing.auth.outside import OutsideClaims, meet
from farthing.auth.policy import AuthPolicy
from farthing.auth.repository import Invites, People, Workspaces
from farthing.auth.schemas import InviteIn, InvitePreview, MemberIn, MemberOut, WorkspaceOut
from farthing.auth.service import PeopleService
from farthing.auth.tokens import Tokens
from farthing.infra.crypto import sha256
from farthing.infra.db import Work, unique_or
from farthing.kernel.actor import HOUSE, Actor, Role
from farthing.kernel.clock import Clock
from farthing.kernel.ids import new_id
from farthing.kernel.paging import Page, PageRequest

INVITE_LINK = "invite"


@dataclass(frozen=True, slots=True)
class InviteLink:
    invite: Invite
    token: str


class WorkspaceService:
    """The actor's own workspace, and the list of his others."""

    def __init__(self, work: Work, actor: Actor, clock: Clock, sole_issuer: str | None = None) -> None:
        self._work = work
        self._actor = actor
        self._sole_issuer = sole_issuer
        self._rows = Workspaces(work)
        self._people = People(work)
        self._clock = clock
        self._audit = Audit(work, actor, clock)

    async def mine(self, request: PageRequest) -> Page[WorkspaceOut]:
        found = await self._rows.of_person(self._me, request)
        return found.map(lambda row: shown(row[0], row[1]))

    async def current(self) -> WorkspaceOut:
        return shown(await self._workspace(), self._role)

    async def version(self) -> int:
        return (await self._workspace()).version

    async def rename(self, name: str, if_version: int | None = None) -> WorkspaceOut:
        if self._role is not Role.OWNER:
            raise RoleTooLow("Only owner can update tenant details")
        workspace = await self._workspace(lock=True)
        if if_version is not None and workspace.version != if_version:
            raise WorkspaceOutdated
        before, workspace.name = workspace.name, name
        workspace.version, workspace.updated_at = workspace.version + 1, self._clock()
        await self._rows.flush()
        await self._audit.record("workspace.rename", target_id=workspace.id, before=before, after=name)
        return shown(workspace, self._role)

    async def create(self, name: str) -> WorkspaceOut:
        """A further workspace of one's own; needs a transaction that may see beyond the current one."""
        if self._actor.is_demo:
            raise DemoForbidden
        user = await self._people.get(self._me)
        if user is None:
            raise UserNotFound
        workspace = await PeopleService(self._work, self._clock).make_workspace(user, name, "shared")
        await self._audit.record("workspace.create", target_id=workspace.id)
        return shown(workspace, Role.OWNER)

    async def of_mine(self, workspace_id: UUID) -> Membership:
        """The actor's membership elsewhere; a workspace that is not his does not exist for him."""
        membership = await self._rows.membership(workspace_id, self._me)
        if membership is None:
            raise WorkspaceNotFound
        return membership

    async def members(self, request: PageRequest) -> Page[MemberOut]:
        found = await self._rows.members(self._actor.workspace_id, request)
        subjects = await self._people.subject_of([row[1].id for row in found.items])
        return found.map(lambda row: shown_member(row[0], row[1], subjects.get(row[1].id)))

    async def add(self, wanted: MemberIn) -> MemberOut:
        """Take in somebody who has an account; runs with sight of all people, because he is not a member yet."""
        refuse_inviting(self._actor, wanted.role)
        user = await self._named(wanted)
        if await self._rows.membership(self._actor.workspace_id, user.id):
            raise AlreadyMember(f"User {wanted.auth_user_id or user.username} is already a member")
        with unique_or(AlreadyMember()):
            people = PeopleService(self._work, self._clock)
            membership = await people.join(self._actor.workspace_id, user.id, wanted.role)
        await self._audit.record("member.add", target_id=user.id, role=wanted.role)
        subjects = await self._people.subject_of([user.id])
        return shown_member(membership, user, subjects.get(user.id))

    async def change_role(self, user_id: UUID, role: Role) -> MemberOut:
        if self._role is not Role.OWNER:
            raise RoleTooLow("Only owner can change member roles")
        if user_id == self._me:
            raise RoleTooLow("Cannot change your own role")
        await self._workspace(lock=True)
        membership, user = await self._member(user_id)
        if membership.role == Role.OWNER:
            raise RoleTooLow("Cannot change owner's role")
        before, membership.role = membership.role, role
        membership.updated_at = self._clock()
        await self._rows.flush()
        await self._audit.record("member.role", target_id=user_id, before=before, after=role)
        subjects = await self._people.subject_of([user.id])
        return shown_member(membership, user, subjects.get(user.id))

    async def remove(self, user_id: UUID) -> None:
        if not self._role.covers(Role.ADMIN):
            raise RoleTooLow("Only admins and owners can remove members")
        if user_id == self._me:
            raise RoleTooLow("Cannot remove yourself from tenant")
        await self._workspace(lock=True)
        membership, _ = await self._member(user_id)
        if membership.role == Role.OWNER:
            raise RoleTooLow("Cannot remove owner from tenant")
        await self._rows.remove_membership(membership)
        await self._audit.record("member.remove", target_id=user_id, role=membership.role)

    async def leave(self) -> None:
        """Go, unless that leaves the others without an owner or oneself without a workspace."""
        owners = await self._rows.owners(self._actor.workspace_id)
        membership, _ = await self._member(self._me)
        if membership.role == Role.OWNER and list(owners) == [self._me]:
            raise LastOwner("You are the last owner. Hand the ownership over first.")
        if (await self._rows.of_person(self._me, PageRequest(limit=2))).total < 2:  # noqa: PLR2004  one besides this
            raise LastWorkspace
        await self._audit.record("member.leave", target_id=self._me, role=membership.role)
        await self._rows.remove_membership(membership)

    async def transfer(self, user_id: UUID) -> None:
        """Make somebody else the owner and step down to admin, in one move."""
        if self._role is not Role.OWNER:
            raise RoleTooLow("Only an owner can hand the ownership over")
        if user_id == self._me:
            raise RoleTooLow("You are the owner already")
        await self._rows.owners(self._actor.workspace_id)
        theirs, user = await self._member(user_id)
        if not user.is_active:
            raise MemberNotFound("This member's account is disabled")
        mine, _ = await self._member(self._me)
        theirs.role, mine.role = Role.OWNER, Role.ADMIN
        theirs.updated_at = mine.updated_at = self._clock()
        await self._rows.flush()
        await self._audit.record("workspace.transfer", target_id=user_id)

    @property
    def _me(self) -> UUID:
        if self._actor.user_id is None:
            raise UserNotFound
        return self._actor.user_id

    @property
    def _role(self) -> Role:
        if self._actor.role is None:
            raise RoleTooLow
        return self._actor.role

    async def _workspace(self, *, lock: bool = False) -> Workspace:
        workspace = await self._rows.get(self._actor.workspace_id, lock=lock)
        if workspace is None:
            raise WorkspaceNotFound
        return workspace

    async def _member(self, user_id: UUID) -> tuple[Membership, User]:
        membership = await self._rows.membership(self._actor.workspace_id, user_id)
        user = await self._people.get(user_id) if membership else None
        if membership is None or user is None:
            raise MemberNotFound
        return membership, user

    async def _named(self, wanted: MemberIn) -> User:
        user = None
        if wanted.auth_user_id:
            user = await self._by_outside_id(wanted.auth_user_id)
        elif name := wanted.username or wanted.email:
            user = await self._people.by_name(name)
        if user is None or user.is_demo:
            raise UserNotFound("Nobody here has that name. Send an invite link instead.")
        return user

    async def _by_outside_id(self, auth_user_id: str) -> User | None:
        """A person's own id, or what an outside issuer calls him, who may not have been here yet."""
        with suppress(ValueError):
            if user := await self._people.get(UUID(auth_user_id)):
                return user
        known = await self._people.by_subject(auth_user_id)
        if known is None and self._sole_issuer:
            return await meet(self._work, self._clock, OutsideClaims(self._sole_issuer, auth_user_id))
        return await self._people.get(known) if known else None


class InviteService:
    """Links that let somebody join a workspace."""

    def __init__(self, work: Work, policy: AuthPolicy, tokens: Tokens, clock: Clock) -> None:
        self._work = work
        self._rows = Invites(work)
        self._policy = policy
        self._tokens = tokens
        self._clock = clock

    async def open(self, actor: Actor, request: PageRequest) -> Page[Invite]:
        refuse_low(actor.role)
        return await self._rows.open(self._clock(), request)

    async def create(self, actor: Actor, wanted: InviteIn) -> InviteLink:
        refuse_inviting(actor, wanted.role)
        now, invite_id = self._clock(), new_id()
        token = self._tokens.link(INVITE_LINK, invite_id)
        invite = Invite(
            id=invite_id,
            workspace_id=actor.workspace_id,
            email=wanted.email,
            role=wanted.role,
            token_hash=sha256(token),
            created_by=actor.user_id,
            created_at=now,
            expires_at=now + self._policy.invite_ttl,
        )
        await self._rows.add(invite)
        await Audit(self._work, actor, self._clock).record("invite.create", target_id=invite.id, role=wanted.role)
        return InviteLink(invite, token)

    async def withdraw(self, actor: Actor, invite_id: UUID) -> None:
        refuse_low(actor.role)
        invite = await self._rows.get(invite_id)
        if invite is None or invite.accepted_at is not None:
            raise InviteNotFound
        await Audit(self._work, actor, self._clock).record("invite.withdraw", target_id=invite.id)
        await self._rows.remove(invite)

    async def look(self, token: str) -> InvitePreview:
        """What a link leads to, before anything is accepted."""
        invite = await self._waiting(token)
        workspace = await Workspaces(self._work).get(invite.workspace_id)
        inviter = await People(self._work).get(invite.created_by) if invite.created_by else None
        if workspace is None:
            raise InviteInvalid
        return InvitePreview(
            workspace_name=workspace.name,
            role=Role(invite.role),
            email=invite.email,
            invited_by=inviter.username if inviter else None,
            expires_at=invite.expires_at,
        )

    async def accept(self, actor: Actor, token: str) -> WorkspaceOut:
        """Join by a link; needs a transaction that sees all workspaces, because this one is not the actor's yet."""
        invite = await self._waiting(token)
        user = await People(self._work).get(actor.user_id) if actor.user_id else None
        workspace = await Workspaces(self._work).get(invite.workspace_id)
        if user is None or workspace is None:
            raise InviteInvalid
        if user.is_demo:
            raise DemoForbidden
        if invite.email and invite.email != user.email:
            raise InviteForSomebodyElse
        if await Workspaces(self._work).membership(workspace.id, user.id):
            raise AlreadyMember
        invite.accepted_at, invite.accepted_by = self._clock(), user.id
        with unique_or(AlreadyMember()):
            await PeopleService(self._work, self._clock).join(workspace.id, user.id, Role(invite.role))
        await self._record(actor, invite, "invite.accept")
        return shown(workspace, invite.role)

    async def _record(self, actor: Actor, invite: Invite, action: str) -> None:
        there = Actor(actor.user_id, actor.name, invite.workspace_id, Role(invite.role))
        await Audit(self._work, there, self._clock).record(action, target_id=invite.id, role=invite.role)

    async def _waiting(self, token: str) -> Invite:
        invite = await self._rows.by_token(sha256(token))
        if invite is None or invite.accepted_at is not None or invite.expires_at <= self._clock():
            raise InviteInvalid
        return invite


def refuse_low(role: Role | None) -> None:
    """Who may not invite may not see or withdraw what others sent either."""
    if role is None or not role.covers(Role.ADMIN):
        raise RoleTooLow("Only admins and owners can invite members")


def refuse_inviting(actor: Actor, wanted: Role) -> None:
    refuse_low(actor.role)
    if wanted is Role.OWNER and actor.role is not Role.OWNER:
        raise RoleTooLow("Only owner can invite other owners")
    if actor.is_demo:
        raise DemoForbidden


def shown(workspace: Workspace, role: str) -> WorkspaceOut:
    return WorkspaceOut(
        id=workspace.id,
        name=workspace.name,
        kind=workspace.kind,
        role=Role(role),
        expires_at=workspace.expires_at,
        created_at=workspace.created_at,
        updated_at=workspace.updated_at,
    )


def shown_member(membership: Membership, user: User, subject: str | None) -> MemberOut:
    return MemberOut(
        id=membership.id,
        user_id=user.id,
        auth_user_id=subject or str(user.id),
        username=user.username,
        email=user.email,
        first_name=user.first_name,
        last_name=user.last_name,
        role=Role(membership.role),
        is_active=user.is_active,
        created_at=membership.created_at,
    )


async def purge(work: Work, actor: Actor, clock: Clock, workspace_id: UUID) -> None:
    """Delete a workspace so that nothing of it is left: its rows, its audit entries, the people made only for it."""
    rows = Workspaces(work)
    people = await rows.demo_people(workspace_id)
    await rows.mark_purged(workspace_id, clock())
    await Audit(work, actor, clock).purge(workspace_id)
    await rows.purge(workspace_id, people)


async def purge_expired(work: Work, clock: Clock, limit: int) -> int:
    """Purge up to `limit` workspaces whose time is over; how many there were."""
    expired = await Workspaces(work).expired(clock(), limit)
    for workspace_id in expired:
        await purge(work, HOUSE, clock, workspace_id)
    return len(expired)
