"""All SQL about people and workspaces."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, bindparam, case, delete, exists, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from farthing.auth.models import (
    Invite,
    Membership,
    OutsideIdentity,
    OutsideTenant,
    PasswordToken,
    RefreshToken,
    Replay,
    Session,
    SystemFlag,
    Throttle,
    User,
    Workspace,
)
from farthing.auth.standing import Standing
from farthing.infra.db import Base, Prepared, Repository
from farthing.kernel.actor import SYSTEM_WORKSPACE_ID, Role
from farthing.kernel.paging import Page, PageRequest, id_after, page_of

_WHO = (
    User.id,
    User.username,
    User.email,
    User.first_name,
    User.last_name,
    User.is_active,
    User.is_superuser,
    User.is_demo,
    User.must_change_password,
    Session.id,
    Session.revoked_at,
    Session.expires_at,
    Membership.role,
    Workspace.id,
    Workspace.name,
    Workspace.kind,
    Workspace.expires_at,
)
_STANDING = (
    select(*_WHO)
    .select_from(User)
    .outerjoin(Session, (Session.id == bindparam("session")) & (Session.user_id == User.id))
    .outerjoin(Membership, (Membership.workspace_id == bindparam("workspace")) & (Membership.user_id == User.id))
    .outerjoin(Workspace, Workspace.id == Membership.workspace_id)
    .where(User.id == bindparam("user"))
)
_ASKED = Prepared(_STANDING, _WHO)
"""Asked with every request, so put together once."""


def standing_query(user_id: UUID, session_id: UUID | None, workspace_id: UUID | None) -> "Select[*tuple[Any, ...]]":
    """Explicit about its keys, because it runs before anything is known about its reader."""
    return _STANDING.params(user=user_id, session=session_id, workspace=workspace_id)


class People(Repository):
    async def standing(self, user_id: UUID, session_id: UUID | None, workspace_id: UUID | None) -> Standing | None:
        rows = await _ASKED.of(self.work, user=user_id, session=session_id, workspace=workspace_id)
        return Standing(*rows[0]) if rows else None

    async def get(self, user_id: UUID, *, lock: bool = False) -> User | None:
        statement = select(User).where(User.id == user_id)
        found: User | None = await self.session.scalar(statement.with_for_update() if lock else statement)
        return found

    async def by_name(self, name: str) -> User | None:
        """By username or e-mail address, of people with either; a username has no @ unless it is the address."""
        found: User | None = await self.session.scalar(
            select(User).where((User.username == name) | (User.email == name))
        )
        return found

    async def page(self, request: PageRequest) -> Page[User]:
        statement = select(User).where(User.is_demo.is_(False)).order_by(User.id)
        if after := id_after(request):
            statement = statement.where(User.id > after)
        rows = (await self.session.scalars(statement.limit(request.limit + 1).offset(request.offset))).all()
        total = await self.session.scalar(select(func.count()).select_from(User).where(User.is_demo.is_(False)))
        return page_of(rows, request, total or 0, lambda user: (user.id,))

    async def lock_superusers(self) -> Sequence[UUID]:
        """The active superusers, held until this transaction ends, so that two cannot unmake each other."""
        statement = (
            select(User.id)
            .where(User.is_superuser.is_(True), User.is_active.is_(True))
            .order_by(User.id)
            .with_for_update()
        )
        return (await self.session.scalars(statement)).all()

    async def has_superuser(self) -> bool:
        return bool(await self.session.scalar(select(exists().where(User.is_superuser.is_(True)))))

    async def remove(self, user: User) -> None:
        await self.session.delete(user)
        await self.session.flush()

    async def raise_flag(self, name: str, now: datetime) -> None:
        await self.add(SystemFlag(name=name, created_at=now))

    async def outside(self, issuer: str, subject: str) -> UUID | None:
        statement = select(OutsideIdentity.user_id).where(
            OutsideIdentity.issuer == issuer, OutsideIdentity.subject == subject
        )
        found: UUID | None = await self.session.scalar(statement)
        return found

    async def by_subject(self, subject: str) -> UUID | None:
        """Whom exactly one outside issuer calls so."""
        found = (await self.session.scalars(_holders(subject))).all()
        return found[0] if len(found) == 1 else None

    async def subject_of(self, user_ids: Sequence[UUID]) -> dict[UUID, str]:
        statement = select(OutsideIdentity.user_id, OutsideIdentity.subject).where(
            OutsideIdentity.user_id.in_(user_ids)
        )
        return {row.user_id: row.subject for row in await self.session.execute(statement)}


def _holders(subject: str) -> Select[UUID]:
    return select(OutsideIdentity.user_id).where(OutsideIdentity.subject == subject).limit(2)


class Sessions(Repository):
    async def get(self, session_id: UUID, *, lock: bool = False) -> Session | None:
        statement = self.select(Session).where(Session.id == session_id)
        found: Session | None = await self.session.scalar(statement.with_for_update() if lock else statement)
        return found

    async def live(self, user_id: UUID, now: datetime, request: PageRequest) -> Page[Session]:
        mine = (Session.user_id == user_id, Session.revoked_at.is_(None), Session.expires_at > now)
        statement = self.select(Session).where(*mine).order_by(Session.id.desc())
        if after := id_after(request):
            statement = statement.where(Session.id < after)
        rows = (await self.session.scalars(statement.limit(request.limit + 1).offset(request.offset))).all()
        return page_of(rows, request, await self.count(Session, *mine), lambda session: (session.id,))

    async def revoke(self, user_id: UUID, now: datetime, because: str, *, keep: UUID | None = None) -> int:
        """End all of a person's sessions but one; how many that were."""
        statement = self.update(Session).where(Session.user_id == user_id, Session.revoked_at.is_(None))
        if keep:
            statement = statement.where(Session.id != keep)
        ended = await self.session.execute(
            statement.values(revoked_at=now, revoked_because=because).returning(Session.id)
        )
        return len(ended.all())

    async def token(self, token_hash: bytes) -> RefreshToken | None:
        found: RefreshToken | None = await self.session.scalar(
            select(RefreshToken).where(RefreshToken.token_hash == token_hash).execution_options(populate_existing=True)
        )
        return found

    async def forget_ended(self, before: datetime) -> int:
        ended = await self.session.execute(
            delete(Session).where((Session.expires_at < before) | (Session.revoked_at < before)).returning(Session.id)
        )
        return len(ended.all())


class Workspaces(Repository):
    async def get(self, workspace_id: UUID, *, lock: bool = False) -> Workspace | None:
        statement = select(Workspace).where(Workspace.id == workspace_id)
        found: Workspace | None = await self.session.scalar(statement.with_for_update() if lock else statement)
        return found

    async def of_person(self, user_id: UUID, request: PageRequest) -> "Page[Row[Workspace, str]]":
        mine = (Membership.user_id == user_id,)
        statement = (
            select(Workspace, Membership.role)
            .join(Membership, Membership.workspace_id == Workspace.id)
            .where(*mine)
            .order_by(Workspace.id)
        )
        if after := id_after(request):
            statement = statement.where(Workspace.id > after)
        rows = (await self.session.execute(statement.limit(request.limit + 1).offset(request.offset))).all()
        total = await self.session.scalar(select(func.count()).select_from(Membership).where(*mine))
        return page_of(rows, request, total or 0, lambda row: (row[0].id,))

    async def first_of(self, user_id: UUID) -> UUID | None:
        """Somebody's oldest workspace: where he lands when he names none."""
        statement = (
            select(Membership.workspace_id).where(Membership.user_id == user_id).order_by(Membership.workspace_id)
        )
        found: UUID | None = await self.session.scalar(statement.limit(1))
        return found

    async def personal_of(self, user_id: UUID) -> UUID | None:
        statement = (
            select(Workspace.id)
            .join(Membership, Membership.workspace_id == Workspace.id)
            .where(Membership.user_id == user_id, Membership.role == Role.OWNER, Workspace.kind == "personal")
            .order_by(Workspace.id)
        )
        found: UUID | None = await self.session.scalar(statement.limit(1))
        return found

    async def outside(self, issuer: str, tenant: str) -> UUID | None:
        statement = select(OutsideTenant.workspace_id).where(
            OutsideTenant.issuer == issuer, OutsideTenant.tenant == tenant
        )
        found: UUID | None = await self.session.scalar(statement)
        return found

    async def membership(self, workspace_id: UUID, user_id: UUID) -> Membership | None:
        found: Membership | None = await self.session.scalar(
            select(Membership).where(Membership.workspace_id == workspace_id, Membership.user_id == user_id)
        )
        return found

    async def members(self, workspace_id: UUID, request: PageRequest) -> "Page[Row[Membership, User]]":
        of_it = (Membership.workspace_id == workspace_id,)
        statement = (
            select(Membership, User).join(User, User.id == Membership.user_id).where(*of_it).order_by(Membership.id)
        )
        if after := id_after(request):
            statement = statement.where(Membership.id > after)
        rows = (await self.session.execute(statement.limit(request.limit + 1).offset(request.offset))).all()
        total = await self.session.scalar(select(func.count()).select_from(Membership).where(*of_it))
        return page_of(rows, request, total or 0, lambda row: (row[0].id,))

    async def remove_membership(self, membership: Membership) -> None:
        await self.session.delete(membership)
        await self.session.flush()

    async def owners(self, workspace_id: UUID) -> Sequence[UUID]:
        """Its active owners, with the workspace held until this transaction ends."""
        await self.get(workspace_id, lock=True)
        statement = (
            select(Membership.user_id)
            .join(User, User.id == Membership.user_id)
            .where(Membership.workspace_id == workspace_id, Membership.role == Role.OWNER, User.is_active.is_(True))
        )
        return (await self.session.scalars(statement)).all()

    async def left_ownerless_without(self, user_id: UUID) -> Sequence[UUID]:
        """Workspaces that others use and whose only active owner this person is; held until this transaction ends."""
        mine = select(Membership.workspace_id).where(Membership.user_id == user_id)
        owned = mine.where(Membership.role == Role.OWNER)
        others = exists().where(Membership.workspace_id == Workspace.id, Membership.user_id != user_id)
        other_owner = exists().where(
            Membership.workspace_id == Workspace.id,
            Membership.user_id != user_id,
            Membership.user_id == User.id,
            Membership.role == Role.OWNER,
            User.is_active.is_(True),
        )
        # All of his are held, not only those he owns: he may be made the owner of one at this very moment.
        await self.session.execute(select(Workspace.id).where(Workspace.id.in_(mine)).with_for_update())
        statement = select(Workspace.id).where(Workspace.id.in_(owned), others, ~other_owner)
        return (await self.session.scalars(statement)).all()

    async def alone_in(self, user_id: UUID) -> Sequence[UUID]:
        """Workspaces that nobody but this person belongs to."""
        mine = select(Membership.workspace_id).where(Membership.user_id == user_id)
        others = exists().where(Membership.workspace_id == Workspace.id, Membership.user_id != user_id)
        return (await self.session.scalars(select(Workspace.id).where(Workspace.id.in_(mine), ~others))).all()

    async def expired(self, now: datetime, limit: int) -> Sequence[UUID]:
        """Those whose time is over and that nobody else is purging at this moment."""
        statement = select(Workspace.id).where(Workspace.expires_at <= now).order_by(Workspace.expires_at).limit(limit)
        return (await self.session.scalars(statement.with_for_update(skip_locked=True))).all()

    async def missing(self, workspace_ids: Iterable[UUID]) -> set[UUID]:
        """Those that are no more."""
        asked = set(workspace_ids)
        return asked - set((await self.session.scalars(select(Workspace.id).where(Workspace.id.in_(asked)))).all())

    async def demo_people(self, workspace_id: UUID) -> Sequence[UUID]:
        statement = (
            select(User.id)
            .join(Membership, Membership.user_id == User.id)
            .where(Membership.workspace_id == workspace_id, User.is_demo.is_(True))
        )
        return (await self.session.scalars(statement)).all()

    async def live_demos(self, now: datetime) -> int:
        statement = select(func.count()).select_from(Workspace).where(Workspace.expires_at > now)
        return await self.session.scalar(statement) or 0

    async def mark_purged(self, workspace_id: UUID, now: datetime) -> None:
        """From here on even its audit entries may go."""
        await self.session.execute(update(Workspace).where(Workspace.id == workspace_id).values(purge_started_at=now))

    async def purge(self, workspace_id: UUID, people: Sequence[UUID]) -> None:
        """Delete a workspace with all that hangs on it, and the people who were only there."""
        if workspace_id == SYSTEM_WORKSPACE_ID:
            raise ValueError("the house cannot purge itself")
        if people:
            await self.session.execute(delete(User).where(User.id.in_(people)))
        # What points at others goes before them: cascades alone keep no order between what hangs on a workspace.
        for table in reversed(Base.metadata.sorted_tables):
            if "workspace_id" in table.c and table.c.workspace_id.foreign_keys:
                await self.session.execute(delete(table).where(table.c.workspace_id == workspace_id))
        await self.session.execute(delete(Workspace).where(Workspace.id == workspace_id))


class Invites(Repository):
    async def open(self, now: datetime, request: PageRequest) -> Page[Invite]:
        waiting = (Invite.accepted_at.is_(None), Invite.expires_at > now)
        statement = self.select(Invite).where(*waiting).order_by(Invite.id)
        if after := id_after(request):
            statement = statement.where(Invite.id > after)
        rows = (await self.session.scalars(statement.limit(request.limit + 1).offset(request.offset))).all()
        return page_of(rows, request, await self.count(Invite, *waiting), lambda invite: (invite.id,))

    async def get(self, invite_id: UUID) -> Invite | None:
        found: Invite | None = await self.session.scalar(self.select(Invite).where(Invite.id == invite_id))
        return found

    async def by_token(self, token_hash: bytes) -> Invite | None:
        found: Invite | None = await self.session.scalar(
            self.select(Invite).where(Invite.token_hash == token_hash).with_for_update()
        )
        return found

    async def remove(self, invite: Invite) -> None:
        await self.session.delete(invite)
        await self.session.flush()


class PasswordTokens(Repository):
    async def by_token(self, token_hash: bytes) -> PasswordToken | None:
        found: PasswordToken | None = await self.session.scalar(
            self.select(PasswordToken).where(PasswordToken.token_hash == token_hash).with_for_update()
        )
        return found

    async def void(self, user_id: UUID, now: datetime) -> None:
        statement = self.update(PasswordToken).where(PasswordToken.user_id == user_id, PasswordToken.used_at.is_(None))
        await self.session.execute(statement.values(used_at=now))


class ThrottleRows(Repository):
    async def take(self, key: bytes, now: datetime, window_ends_at: datetime) -> tuple[int, datetime]:
        """Count one more attempt; how many there were in the window, and when it ends."""
        insert = sqlite.insert if self.work.is_sqlite else postgresql.insert
        fresh = insert(Throttle).values(key=key, count=1, window_ends_at=window_ends_at)
        is_over = Throttle.window_ends_at <= now
        statement = fresh.on_conflict_do_update(
            index_elements=["key"],
            set_={
                "count": case((is_over, 1), else_=Throttle.count + 1),
                "window_ends_at": case((is_over, window_ends_at), else_=Throttle.window_ends_at),
            },
        ).returning(Throttle.count, Throttle.window_ends_at)
        row = (await self.session.execute(statement)).one()
        return row.count, row.window_ends_at  # type: ignore[return-value]  # Row.count is a column here, not tuple.count

    async def give_back(self, key: bytes) -> None:
        await self.session.execute(
            update(Throttle).where(Throttle.key == key, Throttle.count > 0).values(count=Throttle.count - 1)
        )

    async def clear(self, key: bytes) -> None:
        await self.session.execute(delete(Throttle).where(Throttle.key == key))


class Replays(Repository):
    async def get(self, key: bytes) -> Replay | None:
        found: Replay | None = await self.session.scalar(self.select(Replay).where(Replay.key == key))
        return found


class Leftovers(Repository):
    """Rows whose time is over."""

    async def forget(self, now: datetime, replays_before: datetime) -> int:
        gone = 0
        for statement in (
            delete(Throttle).where(Throttle.window_ends_at < now).returning(Throttle.count),
            delete(Replay).where(Replay.created_at < replays_before).returning(Replay.status),
            delete(PasswordToken)
            .where(or_(PasswordToken.expires_at < replays_before, PasswordToken.used_at < replays_before))
            .returning(PasswordToken.id),
            delete(Invite).where(Invite.expires_at < replays_before).returning(Invite.id),
        ):
            gone += len((await self.session.execute(statement)).all())
        return gone
