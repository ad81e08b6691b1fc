"""People as one transaction sees them: made, named, given passwords and invited."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from farthing.audit.service import Audit
from farthing.auth.errors import EmailTaken, PasswordTokenInvalid, UsernameTaken, UserNotFound
from farthing.auth.events import WorkspaceCreated
from farthing.auth.models import Membership, PasswordToken, User, Workspace
from farthing.auth.repository import PasswordTokens, People, Sessions, Workspaces
from farthing.auth.schemas import ProfilePatch
from farthing.auth.tokens import Tokens
from farthing.infra.crypto import sha256
from farthing.infra.db import Work, unique_or
from farthing.kernel.actor import Actor, Role
from farthing.kernel.clock import Clock
from farthing.kernel.ids import new_id

PASSWORD_LINK = "set-password"  # noqa: S105  the purpose of a link


@dataclass(frozen=True, slots=True)
class NewPerson:
    username: str
    email: str | None = None
    password_hash: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    is_superuser: bool = False
    is_demo: bool = False


class PeopleService:
    def __init__(self, work: Work, clock: Clock) -> None:
        self._work = work
        self._rows = People(work)
        self._workspaces = Workspaces(work)
        self._clock = clock

    async def make(self, new: NewPerson) -> User:
        now = self._clock()
        await self._refuse_taken(new.username, new.email, except_for=None)
        user = User(
            id=new_id(),
            username=new.username,
            email=new.email,
            first_name=new.first_name,
            last_name=new.last_name,
            password_hash=new.password_hash,
            password_changed_at=now if new.password_hash else None,
            must_change_password=new.password_hash is None and not new.is_demo,
            is_active=True,
            is_superuser=new.is_superuser,
            is_demo=new.is_demo,
            created_at=now,
            updated_at=now,
        )
        with unique_or(UsernameTaken()):
            await self._rows.add(user)
        return user

    async def make_workspace(self, owner: User, name: str, kind: str, expires_at: datetime | None = None) -> Workspace:
        now = self._clock()
        workspace = Workspace(
            id=new_id(), name=name, kind=kind, expires_at=expires_at, version=1, created_at=now, updated_at=now
        )
        await self._workspaces.add(workspace)
        await self.join(workspace.id, owner.id, Role.OWNER)
        await self._work.publish(WorkspaceCreated(workspace.id, owner.id, owner.username))
        return workspace

    async def join(self, workspace_id: UUID, user_id: UUID, role: Role) -> Membership:
        now = self._clock()
        membership = Membership(
            id=new_id(), workspace_id=workspace_id, user_id=user_id, role=role, created_at=now, updated_at=now
        )
        await self._workspaces.add(membership)
        return membership

    async def rename(self, user: User, new: NewPerson) -> None:
        """Give a person the name, address and password of somebody else: a demo that becomes an account."""
        await self._refuse_taken(new.username, new.email, except_for=user.id)
        now = self._clock()
        user.username, user.email = new.username, new.email
        user.first_name, user.last_name = new.first_name, new.last_name
        user.password_hash, user.password_changed_at = new.password_hash, now
        user.is_demo, user.updated_at = False, now
        with unique_or(UsernameTaken()):
            await self._rows.flush()

    async def edit_profile(self, actor: Actor, patch: ProfilePatch) -> User:
        user = await self._existing(actor.user_id)
        given = patch.model_fields_set
        if "email" in given and patch.email != user.email:
            await self._refuse_taken(None, patch.email, except_for=user.id)
            user.email = patch.email
        if "first_name" in given:
            user.first_name = patch.first_name
        if "last_name" in given:
            user.last_name = patch.last_name
        user.updated_at = self._clock()
        with unique_or(EmailTaken()):
            await self._rows.flush()
        await Audit(self._work, actor, self._clock).record(
            "user.profile", target_id=user.id, fields=sorted(given & {"email", "first_name", "last_name"})
        )
        return user

    async def password_link(self, user: User, tokens: Tokens, ttl: timedelta) -> tuple[str, datetime]:
        """A one-time token that sets this person's password; older ones stop working, the password itself stays."""
        now = self._clock()
        rows = PasswordTokens(self._work)
        await rows.void(user.id, now)
        row_id = new_id()
        token = tokens.link(PASSWORD_LINK, row_id)
        row = PasswordToken(id=row_id, user_id=user.id, token_hash=sha256(token), created_at=now, expires_at=now + ttl)
        await rows.add(row)
        return token, row.expires_at

    async def password_link_holder(self, token: str) -> User:
        """Whose password the token may set."""
        row = await PasswordTokens(self._work).by_token(sha256(token))
        user = await self._rows.get(row.user_id) if row else None
        if row is None or user is None or row.used_at or row.expires_at <= self._clock() or not user.is_active:
            raise PasswordTokenInvalid
        return user

    async def set_password_by_link(self, token: str, password_hash: str, actor: Actor) -> None:
        user = await self.password_link_holder(token)
        await PasswordTokens(self._work).void(user.id, self._clock())
        await self.keep_password(user, password_hash)
        await Sessions(self._work).revoke(user.id, self._clock(), "password_set")
        await Audit(self._work, actor, self._clock).record("user.password.set", target_id=user.id, by_token=True)

    async def keep_password(self, user: User, password_hash: str) -> None:
        now = self._clock()
        user.password_hash, user.password_changed_at, user.updated_at = password_hash, now, now
        user.must_change_password = False
        await self._rows.flush()

    async def _existing(self, user_id: UUID | None) -> User:
        user = await self._rows.get(user_id) if user_id else None
        if user is None:
            raise UserNotFound
        return user

    async def _refuse_taken(self, username: str | None, email: str | None, *, except_for: UUID | None) -> None:
        """Names and addresses share one space, so that each signs in exactly one person."""
        for name, error in ((email, EmailTaken), (username, UsernameTaken)):
            holder = await self._rows.by_name(name) if name else None
            if holder is not None and holder.id != except_for:
                raise error
