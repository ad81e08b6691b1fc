"""Signing in and signing up.

Hashing a password takes longer than a transaction may last, so these use cases do it between two of them.
"""

from dataclasses import dataclass
from uuid import UUID

from farthing.audit.service import Audit
from farthing.auth.errors import (
    AlreadyBootstrapped,
    DemoForbidden,
    DemoFull,
    DemoOff,
    InviteNeeded,
    PasswordWrong,
    RefreshMissing,
    RefreshReused,
    RegistrationClosed,
    UserNotFound,
    WorkspaceNotFound,
    WrongCredentials,
)
from farthing.auth.events import DemoStarted
from farthing.auth.models import User
from farthing.auth.passwords import Passwords, check_strength
from farthing.auth.policy import AuthPolicy, DemoMode, Registration
from farthing.auth.repository import People, Sessions, Workspaces
from farthing.auth.schemas import BootstrapIn, RegisterIn
from farthing.auth.service import NewPerson, PeopleService
from farthing.auth.sessions import Device, SessionService, SignedIn
from farthing.auth.throttle import Throttling, address_key, device_key, person_key
from farthing.auth.tokens import Tokens
from farthing.auth.workspaces import InviteService
from farthing.infra.db import SYSTEM, Database, Work, unique_or
from farthing.kernel.actor import HOUSE, SYSTEM_WORKSPACE_ID, Actor, Role
from farthing.kernel.clock import Clock
from farthing.kernel.ids import new_id

_BOOTSTRAPPED = "bootstrapped"


@dataclass(frozen=True, slots=True)
class Door:
    """Everything that signing in leans on."""

    database: Database
    policy: AuthPolicy
    passwords: Passwords
    tokens: Tokens
    clock: Clock


class SignIn:
    def __init__(self, door: Door) -> None:
        self._door = door

    async def with_password(self, identifier: str, password: str, device: Device) -> SignedIn:
        """The same answer after the same time, whether the name is unknown or the password wrong."""
        async with self._door.database.write(SYSTEM) as work:
            found = await People(work).by_name(identifier)
            user = found if found and not found.is_demo else None
            await self._count_attempt(work, identifier, user, device)
        right, better_hash = await self._door.passwords.verify(password, user.password_hash if user else None)
        async with self._door.database.write(SYSTEM) as work:
            current = await People(work).get(user.id) if user else None
            if right and current and user and current.is_active and current.password_hash == user.password_hash:
                return await self._welcome(work, current, identifier, device, better_hash)
            await Audit(work, _as(user), self._door.clock).record("auth.sign_in_failed", address=device.address)
        raise WrongCredentials

    async def _welcome(
        self, work: Work, user: User, identifier: str, device: Device, better_hash: str | None
    ) -> SignedIn:
        if better_hash:
            user.password_hash = better_hash
        await self._forget_attempts(work, identifier, user, device)
        workspace_id = await Workspaces(work).first_of(user.id)
        signed_in = await self._sessions(work).begin(user, workspace_id, device)
        await Audit(work, _as(user, workspace_id), self._door.clock).record("auth.sign_in", address=device.address)
        return signed_in

    async def _count_attempt(self, work: Work, identifier: str, user: User | None, device: Device) -> None:
        throttling, limits = Throttling(work, self._door.clock), self._door.policy.throttles
        known = self._door.tokens.device_of(device.mark, user.id) if user else None
        if user and known:
            await throttling.take(device_key(user.id, known), limits.sign_in_per_person)
            return
        await throttling.take(address_key("sign-in", device.address), limits.sign_in_per_address)
        await throttling.take(person_key(identifier, device.address), limits.sign_in_per_person)

    async def _forget_attempts(self, work: Work, identifier: str, user: User, device: Device) -> None:
        throttling = Throttling(work, self._door.clock)
        if known := self._door.tokens.device_of(device.mark, user.id):
            await throttling.clear(device_key(user.id, known))
            return
        await throttling.give_back(address_key("sign-in", device.address))
        await throttling.clear(person_key(identifier, device.address))

    async def refresh(self, presented: str | None) -> SignedIn:
        if not presented:
            raise RefreshMissing
        async with self._door.database.write(SYSTEM) as work:
            signed_in = await self._sessions(work).refresh(presented)
        if signed_in is None:
            raise RefreshReused
        return signed_in

    async def sign_out(self, presented: str | None, actor: Actor | None) -> None:
        """End the session of the refresh cookie, or else of the access token; whoever has neither is out already."""
        async with self._door.database.write(SYSTEM) as work:
            service = self._sessions(work)
            session = await service.holder(presented) if presented else None
            if session is None and actor and actor.session_id:
                session = await Sessions(work).get(actor.session_id)
            if session is not None and session.revoked_at is None:
                user = await People(work).get(session.user_id)
                await service.revoke(_as(user, session.workspace_id), session.id, "signed_out")

    async def change_password(self, actor: Actor, current: str, new: str) -> int:
        """Replace the password and end the other sessions; how many that were."""
        if actor.is_demo:
            raise DemoForbidden
        async with self._door.database.read(SYSTEM) as work:
            user = await People(work).get(actor.user_id) if actor.user_id else None
        if user is None:
            raise UserNotFound
        right, _ = await self._door.passwords.verify(current, user.password_hash)
        if not right:
            raise PasswordWrong
        check_strength(new, user.username, user.email)
        new_hash = await self._door.passwords.hash(new)
        async with self._door.database.write(SYSTEM) as work:
            fresh = await People(work).get(user.id, lock=True)
            if fresh is None or fresh.password_hash != user.password_hash:
                raise PasswordWrong
            await PeopleService(work, self._door.clock).keep_password(fresh, new_hash)
            await Audit(work, actor, self._door.clock).record("user.password.change", target_id=user.id)
            return await self._sessions(work).revoke_all(actor, user.id, "password_changed", keep=actor.session_id)

    def _sessions(self, work: Work) -> SessionService:
        return SessionService(work, self._door.policy, self._door.tokens, self._door.clock)


class SignUp:
    def __init__(self, door: Door) -> None:
        self._door = door

    async def register(self, wanted: RegisterIn, device: Device) -> SignedIn:
        await self._refuse_strangers(wanted, device, "register")
        new = await self._person(wanted)
        async with self._door.database.write(SYSTEM) as work:
            people = PeopleService(work, self._door.clock)
            user = await people.make(new)
            workspace = await people.make_workspace(user, _workspace_name(new), "personal")
            actor = Actor(user.id, user.username, workspace.id, Role.OWNER)
            await Audit(work, actor, self._door.clock).record("user.register", target_id=user.id)
            if wanted.invite:
                await self._invites(work).accept(actor, wanted.invite.get_secret_value())
            return await self._sessions(work).begin(user, workspace.id, device)

    async def upgrade(self, actor: Actor, wanted: RegisterIn, device: Device) -> SignedIn:
        """Turn a demo into an account of one's own, with everything in it."""
        if not actor.is_demo or actor.user_id is None:
            raise WorkspaceNotFound("This is not a demo; the account is yours already.")
        await self._refuse_strangers(wanted, device, "register")
        new = await self._person(wanted)
        async with self._door.database.write(SYSTEM) as work:
            user = await People(work).get(actor.user_id, lock=True)
            workspace = await Workspaces(work).get(actor.workspace_id, lock=True)
            if user is None or workspace is None or not user.is_demo:
                raise WorkspaceNotFound
            await PeopleService(work, self._door.clock).rename(user, new)
            workspace.kind, workspace.expires_at, workspace.name = "personal", None, _workspace_name(new)
            workspace.version, workspace.updated_at = workspace.version + 1, self._door.clock()
            await Audit(work, actor, self._door.clock).record("demo.upgrade", target_id=user.id)
            if wanted.invite:
                await self._invites(work).accept(actor, wanted.invite.get_secret_value())
            await Sessions(work).revoke(user.id, self._door.clock(), "demo_upgraded")
            return await self._sessions(work).begin(user, workspace.id, device)

    async def demo(self, device: Device, *, samples: bool = True) -> SignedIn:
        """A workspace of its own, for a while, without giving any name."""
        policy = self._door.policy
        async with self._door.database.write(SYSTEM) as work:
            await self._refuse_demo(work)
            limit = policy.throttles.demo_per_address
            await Throttling(work, self._door.clock).take(address_key("demo", device.address), limit)
            if await Workspaces(work).live_demos(self._door.clock()) >= policy.demos_max:
                raise DemoFull
            people = PeopleService(work, self._door.clock)
            user = await people.make(NewPerson(username=f"demo-{new_id().hex[-12:]}", is_demo=True))
            expires_at = self._door.clock() + policy.demo_ttl
            workspace = await people.make_workspace(user, "Demo", "demo", expires_at)
            actor = Actor(user.id, user.username, workspace.id, Role.OWNER, is_demo=True)
            await Audit(work, actor, self._door.clock).record("demo.start", target_id=workspace.id, samples=samples)
            await work.publish(DemoStarted(workspace.id, user.id, user.username, samples))
            return await self._sessions(work).begin(user, workspace.id, device)

    async def bootstrap(self, wanted: BootstrapIn) -> User:
        """Make the first superuser; a flag that can be raised once decides every race."""
        if await self.is_bootstrapped():
            raise AlreadyBootstrapped
        password = wanted.password.get_secret_value()
        check_strength(password, wanted.username, wanted.email)
        new = NewPerson(wanted.username, wanted.email, await self._door.passwords.hash(password), is_superuser=True)
        async with self._door.database.write(SYSTEM) as work:
            with unique_or(AlreadyBootstrapped()):
                await People(work).raise_flag(_BOOTSTRAPPED, self._door.clock())
            people = PeopleService(work, self._door.clock)
            user = await people.make(new)
            workspace = await people.make_workspace(user, _workspace_name(new), "personal")
            actor = Actor(user.id, user.username, workspace.id, Role.OWNER, is_superuser=True)
            await Audit(work, actor, self._door.clock).record("system.bootstrap", target_id=user.id)
            return user

    async def is_bootstrapped(self) -> bool:
        async with self._door.database.read(SYSTEM) as work:
            return await People(work).has_superuser()

    async def set_password(self, token: str, new: str) -> None:
        """Use a one-time link; every session of that person ends."""
        async with self._door.database.write(SYSTEM) as work:
            holder = await PeopleService(work, self._door.clock).password_link_holder(token)
        check_strength(new, holder.username, holder.email)
        new_hash = await self._door.passwords.hash(new)
        async with self._door.database.write(SYSTEM) as work:
            await PeopleService(work, self._door.clock).set_password_by_link(token, new_hash, _as(holder))

    async def _person(self, wanted: RegisterIn) -> NewPerson:
        password = wanted.password.get_secret_value()
        check_strength(password, wanted.username, wanted.email)
        return NewPerson(
            username=wanted.username or wanted.email or "",
            email=wanted.email,
            password_hash=await self._door.passwords.hash(password),
            first_name=wanted.first_name,
            last_name=wanted.last_name,
        )

    async def _refuse_strangers(self, wanted: RegisterIn, device: Device, purpose: str) -> None:
        """Who may register at all, before anything expensive happens."""
        policy = self._door.policy
        if policy.registration is Registration.CLOSED:
            raise RegistrationClosed
        async with self._door.database.write(SYSTEM) as work:
            limit = policy.throttles.register_per_address
            await Throttling(work, self._door.clock).take(address_key(purpose, device.address), limit)
            if wanted.invite:
                await self._invites(work).look(wanted.invite.get_secret_value())
            elif policy.registration is Registration.INVITE:
                raise InviteNeeded

    async def _refuse_demo(self, work: Work) -> None:
        mode = self._door.policy.demo
        if mode is DemoMode.OFF or (mode is DemoMode.AUTO and await People(work).has_superuser()):
            raise DemoOff

    def _sessions(self, work: Work) -> SessionService:
        return SessionService(work, self._door.policy, self._door.tokens, self._door.clock)

    def _invites(self, work: Work) -> InviteService:
        return InviteService(work, self._door.policy, self._door.tokens, self._door.clock)


def _workspace_name(new: NewPerson) -> str:
    return f"{new.first_name or new.username.split('@')[0]}'s finances"


def _as(user: User | None, workspace_id: UUID | None = None) -> Actor:
    """The person as an actor of his own sign-in; a name that nobody has acts for the house."""
    if user is None:
        return HOUSE
    return Actor(user.id, user.username, workspace_id or SYSTEM_WORKSPACE_ID, None, is_superuser=user.is_superuser)
