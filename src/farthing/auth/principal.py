"""From a token to the person who holds it, as he stands at this moment."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from farthing.auth.errors import (
    AccountDisabled,
    DemoEnded,
    NotMember,
    RoleTooLow,
    SessionEnded,
    SuperuserOnly,
    TokenInvalid,
)
from farthing.auth.repository import People
from farthing.auth.standing import Standing
from farthing.infra.db import Scope, Work
from farthing.kernel.actor import SYSTEM_WORKSPACE_ID, Actor, Role


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a verified token claims: ours names a session, an outside issuer's does not."""

    user_id: UUID
    session_id: UUID | None
    workspace_id: UUID | None

    @property
    def scope(self) -> Scope:
        return Scope(user_id=self.user_id, workspace_id=self.workspace_id)


async def standing_of(work: Work, credentials: Credentials, now: datetime) -> Standing:
    """One SELECT: who is disabled, signed out or thrown out is so at once, on every worker."""
    standing = await People(work).standing(credentials.user_id, credentials.session_id, credentials.workspace_id)
    if standing is None:
        raise TokenInvalid
    if credentials.session_id is not None and not _is_live(standing, now):
        raise SessionEnded
    if not standing.is_active:
        raise AccountDisabled
    if standing.workspace_expires_at and standing.workspace_expires_at <= now:
        raise DemoEnded
    return standing


def actor_of(
    standing: Standing, *, needs: Role | None = None, needs_superuser: bool = False, refusal: str | None = None
) -> Actor:
    """The person as an actor, if his role suffices; without a workspace he acts on nothing but himself."""
    if needs_superuser and not standing.is_superuser:
        raise SuperuserOnly
    role = Role(standing.role) if standing.role else None
    if needs is not None and role is None:
        raise NotMember
    if needs is not None and role is not None and not role.covers(needs):
        raise RoleTooLow(refusal)
    return Actor(
        user_id=standing.user_id,
        name=standing.username,
        workspace_id=standing.workspace_id or SYSTEM_WORKSPACE_ID,
        role=role,
        is_superuser=standing.is_superuser,
        is_demo=standing.is_demo,
        session_id=standing.session_id,
    )


def _is_live(standing: Standing, now: datetime) -> bool:
    expires_at = standing.session_expires_at
    return standing.session_revoked_at is None and expires_at is not None and expires_at > now
