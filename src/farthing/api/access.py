"""Who may come in: every route names what it needs, and gets the caller with his transaction."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from farthing.api.transaction import promise
from farthing.auth.errors import NotMember, NotSignedIn, WorkspaceNotFound
from farthing.auth.principal import Credentials, actor_of, standing_of
from farthing.auth.sessions import Device
from farthing.auth.standing import Standing
from farthing.bootstrap import House
from farthing.infra.db import SYSTEM, Scope, Work
from farthing.kernel.actor import HOUSE, SYSTEM_WORKSPACE_ID, Actor, Role
from farthing.kernel.ids import parse_id

WORKSPACE_HEADER = "X-Workspace-Id"
DEVICE_COOKIE = "farthing_device"


class Level(StrEnum):
    """What a caller must be, from anybody to superuser; the authorisation matrix is made from it."""

    PUBLIC = "public"
    PERSON = "person"
    VIEWER = "viewer"
    MEMBER = "member"
    ADMIN = "admin"
    OWNER = "owner"
    SUPERUSER = "superuser"

    @property
    def role(self) -> Role | None:
        return Role(self.value) if self.value in set(Role) else None


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody proven, what he may do here, and the transaction that his request is."""

    house: House
    actor: Actor
    standing: Standing | None
    credentials: Credentials
    _work: Work | None

    @property
    def work(self) -> Work:
        if self._work is None:
            raise RuntimeError("this route opens its own transactions")
        return self._work

    @property
    def scope(self) -> Scope:
        """What a transaction of his own may see."""
        return Scope(user_id=self.actor.user_id, workspace_id=self.actor.workspace_id)

    @property
    def me(self) -> UUID:
        if self.actor.user_id is None:
            raise NotSignedIn("The operator's terminal is nobody in particular.")
        return self.actor.user_id


class Access:
    """A route's decision about who may call it.

    Args:
        level: what the caller must be.
        everywhere: whether the transaction sees beyond the caller's workspace; the service then looks after limits.
        detached: whether the route opens transactions of its own, because it does slow things between them.
        refusal: what to tell a member whose role is too low.
    """

    def __init__(
        self, level: Level, *, everywhere: bool = False, detached: bool = False, refusal: str | None = None
    ) -> None:
        self.level = level
        self.everywhere = everywhere
        self.detached = detached
        self.refusal = refusal

    async def __call__(self, request: Request) -> Caller:
        house: House = request.app.state.house
        if house.operator_key and bearer(request) == house.operator_key:
            return await self._operator(request, house)
        credentials = await credentials_of(request, house)
        if self.detached:
            async with house.database.read(credentials.scope) as work:
                standing = await self._standing(request, work, credentials)
            return Caller(house, self._actor(standing), standing, credentials, None)
        scope = SYSTEM if self.everywhere else credentials.scope
        work = await self._begin(request, house, scope)
        standing = await self._standing(request, work, credentials)
        actor = self._actor(standing)
        if standing.workspace_id is None and not scope.is_system:
            # Nobody's workspace: what this person does to himself is put on record in the house's own.
            await work.narrow(Scope(user_id=standing.user_id, workspace_id=SYSTEM_WORKSPACE_ID))
        if request.method == "POST":
            await promise(request, house.replays, work, standing.user_id)
        return Caller(house, actor, standing, credentials, work)

    def _actor(self, standing: Standing) -> Actor:
        needs_superuser = self.level is Level.SUPERUSER
        return actor_of(standing, needs=self.level.role, needs_superuser=needs_superuser, refusal=self.refusal)

    @staticmethod
    async def _standing(request: Request, work: Work, credentials: Credentials) -> Standing:
        """A workspace that a token names can be lost, and that is said; one that a header names is his or is none."""
        standing = await standing_of(work, credentials, request.app.state.house.clock())
        if standing.workspace_id is None and WORKSPACE_HEADER in request.headers:
            raise WorkspaceNotFound
        return standing

    async def _operator(self, request: Request, house: House) -> Caller:
        """The terminal beside the data folder acts for the house: people and system, but nobody's workspace."""
        if self.level.role is not None:
            raise NotMember("The operator has no workspace of his own. Sign in as somebody with `farthing login`.")
        work = None if self.detached else await self._begin(request, house, SYSTEM)
        return Caller(house, HOUSE, None, Credentials(SYSTEM_WORKSPACE_ID, None, None), work)

    @staticmethod
    async def _begin(request: Request, house: House, scope: Scope) -> Work:
        database, is_reading = house.database, request.method in ("GET", "HEAD")
        transaction = database.read(scope) if is_reading else database.write(scope)
        work: Work = await request.state.transactions.enter_async_context(transaction)
        return work


async def credentials_of(request: Request, house: House) -> Credentials:
    """What the request's token claims, once its signature is checked."""
    token = bearer(request)
    if token is None:
        raise NotSignedIn
    if house.door.tokens.is_ours(token):
        claims = house.door.tokens.read_access(token, house.clock())
        credentials = Credentials(claims.user_id, claims.session_id, claims.workspace_id)
    else:
        credentials = await house.arrivals.credentials(await house.outside.read(token))
    chosen = request.headers.get(WORKSPACE_HEADER)
    if not chosen:
        return credentials
    return Credentials(credentials.user_id, credentials.session_id, parse_id(chosen))


def bearer(request: Request) -> str | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


async def device(request: Request) -> Device:
    """Where the request comes from; behind a trusted proxy the server has put the client's address here already."""
    address = request.client.host if request.client else "unknown"
    return Device(address, request.headers.get("User-Agent"), request.cookies.get(DEVICE_COOKIE))


async def the_house(request: Request) -> House:
    """The dependency of a route that anybody may call."""
    house: House = request.app.state.house
    return house


Public = Annotated[House, Depends(the_house)]
From = Annotated[Device, Depends(device)]
Person = Annotated[Caller, Depends(Access(Level.PERSON))]
PersonEverywhere = Annotated[Caller, Depends(Access(Level.PERSON, everywhere=True))]
PersonDetached = Annotated[Caller, Depends(Access(Level.PERSON, detached=True))]
Viewer = Annotated[Caller, Depends(Access(Level.VIEWER))]
ViewerEverywhere = Annotated[Caller, Depends(Access(Level.VIEWER, everywhere=True))]
ViewerDetached = Annotated[Caller, Depends(Access(Level.VIEWER, detached=True))]
Member = Annotated[Caller, Depends(Access(Level.MEMBER))]
MemberDetached = Annotated[Caller, Depends(Access(Level.MEMBER, detached=True))]
Admin = Annotated[Caller, Depends(Access(Level.ADMIN))]
Superuser = Annotated[Caller, Depends(Access(Level.SUPERUSER, everywhere=True))]
