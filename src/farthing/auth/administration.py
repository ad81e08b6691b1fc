"""What a superuser does with people, and what even he cannot do."""

from datetime import datetime
from uuid import UUID

from farthing.audit.service import Audit
from farthing.auth.errors import LastOwner, LastSuperuser, UserNotFound
from farthing.auth.models import User
from farthing.auth.policy import AuthPolicy
from farthing.auth.repository import People, Sessions, Workspaces
from farthing.auth.schemas import UserIn
from farthing.auth.service import NewPerson, PeopleService
from farthing.auth.tokens import Tokens
from farthing.auth.workspaces import purge
from farthing.infra.db import Work
from farthing.kernel.actor import Actor
from farthing.kernel.clock import Clock
from farthing.kernel.paging import Page, PageRequest


class Administration:
    """Runs with sight of all people; the door lets only superusers in."""

    def __init__(self, work: Work, actor: Actor, policy: AuthPolicy, tokens: Tokens, clock: Clock) -> None:
        self._work = work
        self._actor = actor
        self._policy = policy
        self._tokens = tokens
        self._clock = clock
        self._rows = People(work)
        self._people = PeopleService(work, clock)
        self._audit = Audit(work, actor, clock)

    async def page(self, request: PageRequest) -> Page[User]:
        return await self._rows.page(request)

    async def create(self, wanted: UserIn) -> tuple[User, str, datetime]:
        """A person without a password, and the one-time token that sets it."""
        user = await self._people.make(NewPerson(wanted.username, wanted.email, is_superuser=wanted.is_superuser))
        await self._people.make_workspace(user, f"{user.username}'s finances", "personal")
        await self._audit.record(
            "user.create", target_id=user.id, username=user.username, is_superuser=user.is_superuser
        )
        token, expires_at = await self._people.password_link(user, self._tokens, self._policy.password_token_ttl)
        return user, token, expires_at

    async def invite(self, user_id: UUID) -> tuple[str, datetime]:
        """A new one-time token; the password that somebody has goes on working until it is used."""
        user = await self._existing(user_id)
        await self._audit.record("user.invite", target_id=user.id)
        return await self._people.password_link(user, self._tokens, self._policy.password_token_ttl)

    async def enable(self, user_id: UUID) -> None:
        user = await self._existing(user_id)
        await self._set(user, "user.enable", is_active=True)

    async def disable(self, user_id: UUID) -> None:
        user = await self._existing(user_id)
        await self._keep_somebody_in_charge(user)
        await self._set(user, "user.disable", is_active=False)
        await Sessions(self._work).revoke(user.id, self._clock(), "user_disabled")

    async def promote(self, user_id: UUID) -> None:
        user = await self._existing(user_id)
        await self._set(user, "user.promote", is_superuser=True)

    async def demote(self, user_id: UUID) -> None:
        user = await self._existing(user_id)
        await self._keep_a_superuser(user)
        await self._set(user, "user.demote", is_superuser=False)

    async def delete(self, user_id: UUID) -> None:
        """Remove a person and the workspaces that nobody else uses."""
        user = await self._existing(user_id)
        await self._keep_somebody_in_charge(user)
        alone = await Workspaces(self._work).alone_in(user.id)
        for workspace_id in alone:
            await purge(self._work, self._actor, self._clock, workspace_id)
        await self._audit.record(
            "user.delete", target_id=user.id, username=user.username, workspaces_purged=[str(w) for w in alone]
        )
        await self._rows.remove(await self._existing(user_id))

    async def _set(self, user: User, action: str, **facts: bool) -> None:
        for name, value in facts.items():
            setattr(user, name, value)
        user.updated_at = self._clock()
        await self._rows.flush()
        await self._audit.record(action, target_id=user.id, username=user.username)

    async def _keep_somebody_in_charge(self, user: User) -> None:
        await self._keep_a_superuser(user)
        if await Workspaces(self._work).left_ownerless_without(user.id):
            raise LastOwner

    async def _keep_a_superuser(self, user: User) -> None:
        if list(await self._rows.lock_superusers()) == [user.id]:
            raise LastSuperuser

    async def _existing(self, user_id: UUID) -> User:
        user = await self._rows.get(user_id)
        if user is None:
            raise UserNotFound
        return user
