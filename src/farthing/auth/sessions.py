"""Sessions: begun by signing in, carried on by a chain of refresh tokens, ended for good."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from farthing.audit.service import Audit
from farthing.auth.errors import DemoEnded, RefreshInvalid, RefreshReused, SessionNotFound
from farthing.auth.models import RefreshToken, Session, User
from farthing.auth.policy import AuthPolicy
from farthing.auth.repository import People, Sessions, Workspaces
from farthing.auth.tokens import AccessClaims, Tokens
from farthing.infra.crypto import sha256
from farthing.infra.db import Work
from farthing.kernel.actor import HOUSE, Actor
from farthing.kernel.clock import Clock
from farthing.kernel.ids import new_id
from farthing.kernel.paging import Page, PageRequest

_USER_AGENT_MAX = 400


@dataclass(frozen=True, slots=True)
class Device:
    """Where a request comes from."""

    address: str
    user_agent: str | None = None
    mark: str | None = None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What somebody holds after signing in."""

    user: User
    workspace_id: UUID | None
    session_id: UUID
    access_token: str
    access_expires_at: datetime
    refresh_token: str
    refresh_expires_at: datetime


class SessionService:
    def __init__(self, work: Work, policy: AuthPolicy, tokens: Tokens, clock: Clock) -> None:
        self._work = work
        self._rows = Sessions(work)
        self._policy = policy
        self._tokens = tokens
        self._clock = clock

    async def begin(self, user: User, workspace_id: UUID | None, device: Device) -> SignedIn:
        now = self._clock()
        session = Session(
            id=new_id(),
            user_id=user.id,
            workspace_id=workspace_id,
            address=device.address,
            user_agent=(device.user_agent or "")[:_USER_AGENT_MAX] or None,
            created_at=now,
            refreshed_at=now,
            expires_at=now + self._policy.refresh_ttl,
        )
        await self._rows.add(session)
        refresh = self._tokens.first_refresh()
        await self._keep(session, refresh, now)
        return self._signed_in(user, session, refresh)

    async def refresh(self, presented: str) -> SignedIn | None:
        """Exchange a refresh token for the next. None means that it was re-used and its session is ended now."""
        now = self._clock()
        link = await self._rows.token(sha256(presented))
        if link is None:
            raise RefreshInvalid
        session = await self._rows.get(link.session_id, lock=True)
        user = await People(self._work).get(link.user_id)
        if session is None or user is None or not user.is_active or _is_over(session, now) or link.expires_at <= now:
            raise RefreshInvalid
        if user.is_demo and await self._is_over_in(session.workspace_id, now):
            raise DemoEnded
        latest = await self._latest(presented, now)
        if latest is None:
            session.revoked_at, session.revoked_because = now, RefreshReused.code
            await self._rows.flush()
            there = replace(HOUSE, workspace_id=session.workspace_id or HOUSE.workspace_id)
            await Audit(self._work, there, self._clock).record("auth.refresh_reused", target_id=user.id)
            return None
        session.refreshed_at = now
        if session.workspace_id is None:
            session.workspace_id = await Workspaces(self._work).first_of(user.id)
        await self._rows.flush()
        return self._signed_in(user, session, latest)

    async def _is_over_in(self, workspace_id: UUID | None, now: datetime) -> bool:
        workspace = await Workspaces(self._work).get(workspace_id) if workspace_id else None
        return workspace is None or (workspace.expires_at is not None and workspace.expires_at <= now)

    async def _latest(self, presented: str, now: datetime) -> str | None:
        """The end of the chain, one link further; links used a moment ago are walked, older ones are a theft."""
        link = await self._rows.token(sha256(presented))
        while link is not None:
            following = self._tokens.next_refresh(presented)
            if link.used_at is None:
                link.used_at = now
                session = await self._rows.get(link.session_id)
                if session is None:
                    return None
                await self._keep(session, following, now)
                return following
            if now - link.used_at > self._policy.refresh_grace:
                return None
            newer = await self._rows.token(sha256(following))
            if newer is not None and newer.used_at is None:
                return following
            presented, link = following, newer
        return None

    async def revoke(self, actor: Actor, session_id: UUID, because: str) -> None:
        session = await self._rows.get(session_id)
        if session is None or session.user_id != actor.user_id or session.revoked_at is not None:
            raise SessionNotFound
        session.revoked_at, session.revoked_because = self._clock(), because
        await self._rows.flush()
        await Audit(self._work, actor, self._clock).record("auth.session_end", target_id=session.id, because=because)

    async def revoke_all(self, actor: Actor, user_id: UUID, because: str, *, keep: UUID | None = None) -> int:
        ended = await self._rows.revoke(user_id, self._clock(), because, keep=keep)
        await Audit(self._work, actor, self._clock).record(
            "auth.sessions_end", target_id=user_id, because=because, ended=ended
        )
        return ended

    async def holder(self, presented: str) -> Session | None:
        """The live session that a refresh token belongs to, whatever its place in the chain."""
        link = await self._rows.token(sha256(presented))
        session = await self._rows.get(link.session_id) if link else None
        return session if session and not _is_over(session, self._clock()) else None

    async def page(self, actor: Actor, request: PageRequest) -> Page[Session]:
        if actor.user_id is None:
            raise SessionNotFound
        return await self._rows.live(actor.user_id, self._clock(), request)

    async def move(self, actor: Actor, workspace_id: UUID) -> tuple[str, datetime]:
        """An access token of the same session for another workspace, where the session stays from now on."""
        session = await self._rows.get(actor.session_id) if actor.session_id else None
        if session is None:
            raise SessionNotFound("A token of an outside issuer names its own tenant; switch there.")
        session.workspace_id = workspace_id
        await self._rows.flush()
        return self._access(session)

    async def _keep(self, session: Session, token: str, now: datetime) -> None:
        await self._rows.add(
            RefreshToken(
                token_hash=sha256(token),
                session_id=session.id,
                user_id=session.user_id,
                created_at=now,
                expires_at=session.expires_at,
            )
        )

    def _access(self, session: Session) -> tuple[str, datetime]:
        now = self._clock()
        claims = AccessClaims(session.user_id, session.id, session.workspace_id)
        return self._tokens.issue_access(claims, now, self._policy.access_ttl), now + self._policy.access_ttl

    def _signed_in(self, user: User, session: Session, refresh: str) -> SignedIn:
        access, access_expires_at = self._access(session)
        return SignedIn(user, session.workspace_id, session.id, access, access_expires_at, refresh, session.expires_at)


def _is_over(session: Session, now: datetime) -> bool:
    return session.revoked_at is not None or session.expires_at <= now
