"""A person's keys to other systems: sealed on the way in, opened only for use, every use on record."""

from uuid import UUID

from farthing.audit.service import Audit
from farthing.infra.crypto import KeyRing, Sealed
from farthing.infra.db import Work
from farthing.kernel.actor import Actor
from farthing.kernel.clock import Clock
from farthing.kernel.ids import new_id
from farthing.kernel.paging import Page, PageRequest
from farthing.secrets.errors import SecretEmpty, SecretNotFound, SecretOutdated
from farthing.secrets.models import UserSecret
from farthing.secrets.repository import SecretRepository
from farthing.secrets.schemas import SecretIn, SecretPatch


class Secrets:
    def __init__(self, work: Work, actor: Actor, ring: KeyRing, clock: Clock) -> None:
        self._rows = SecretRepository(work)
        self._actor = actor
        self._ring = ring
        self._clock = clock
        self._audit = Audit(work, actor, clock)

    async def page(self, request: PageRequest) -> Page[UserSecret]:
        return await self._rows.page(request)

    async def get(self, secret_id: UUID, *, lock: bool = False) -> UserSecret:
        """One secret; locked, it waits for whoever changes or uses it at this moment."""
        if found := await self._rows.get(secret_id, lock=lock):
            return found
        raise SecretNotFound

    async def create(self, wanted: SecretIn) -> UserSecret:
        if self._actor.user_id is None:
            raise SecretNotFound("A secret belongs to a person; the house has none.")
        now = self._clock()
        secret = UserSecret(
            id=new_id(),
            user_id=self._actor.user_id,
            type=wanted.type,
            alias=wanted.alias,
            external_username=wanted.external_username,
            usage_count=0,
            version=1,
            created_at=now,
            updated_at=now,
        )
        self._seal(secret, wanted.secret.get_secret_value())
        await self._rows.add(secret)
        await self._audit.record("user_secret.create", target_id=secret.id, **_told(secret))
        return secret

    async def change(self, secret_id: UUID, patch: SecretPatch, if_version: int | None = None) -> UserSecret:
        secret = await self.get(secret_id, lock=True)
        if if_version is not None and secret.version != if_version:
            raise SecretOutdated
        given = patch.model_fields_set
        if "alias" in given:
            secret.alias = patch.alias
        if "external_username" in given:
            secret.external_username = patch.external_username
        if patch.secret is not None:
            self._seal(secret, patch.secret.get_secret_value())
        secret.version += 1
        secret.updated_at = self._clock()
        await self._rows.flush()
        told = _told(secret) | {"secret_rotated": patch.secret is not None}
        await self._audit.record("user_secret.update", target_id=secret.id, **told)
        return secret

    async def remove(self, secret_id: UUID) -> None:
        secret = await self.get(secret_id, lock=True)
        await self._audit.record("user_secret.delete", target_id=secret.id, **_told(secret))
        await self._rows.remove(secret)

    async def use(self, secret_id: UUID, purpose: str) -> str:
        """The value, for one use that is counted and put on record under its purpose."""
        secret = await self.get(secret_id, lock=True)
        value = self._ring.open(_sealed(secret), context_of(secret))
        secret.usage_count += 1
        secret.last_used_at = self._clock()
        await self._rows.flush()
        await self._audit.record("user_secret.used", target_id=secret.id, purpose=purpose, **_told(secret))
        return value

    async def rewrap(self, limit: int = 500) -> int:
        """Put up to `limit` secrets under the ring's primary key; how many there were."""
        behind = await self._rows.sealed_with_others(self._ring.primary_id, limit)
        for secret in behind:
            sealed = self._ring.rewrap(_sealed(secret), context_of(secret))
            secret.key_id, secret.wrapped_key = sealed.key_id, sealed.wrapped_key
        await self._rows.flush()
        return len(behind)

    def _seal(self, secret: UserSecret, value: str) -> None:
        if not value.strip():
            raise SecretEmpty
        sealed = self._ring.seal(value, context_of(secret))
        secret.key_id, secret.wrapped_key, secret.ciphertext = sealed.key_id, sealed.wrapped_key, sealed.ciphertext


def context_of(secret: UserSecret) -> str:
    """What a sealed value is bound to, so that it opens in no other row and for no other owner."""
    return f"user_secrets/{secret.id}/{secret.user_id}"


def _sealed(secret: UserSecret) -> Sealed:
    return Sealed(secret.key_id, secret.wrapped_key, secret.ciphertext)


def _told(secret: UserSecret) -> dict[str, str | None]:
    return {"type": secret.type, "alias": secret.alias, "external_username": secret.external_username}
