"""Sources that bring transactions by themselves: registered by a person, believed for their signature."""

from dataclasses import dataclass
from uuid import UUID

from farthing.audit.service import Audit
from farthing.auth.principal import Credentials, actor_of, standing_of
from farthing.auth.standing import Standing
from farthing.infra.crypto import KeyRing, Sealed, random_token, sha256
from farthing.infra.db import SYSTEM, Database, Work
from farthing.ingest.errors import WebhookSourceNotFound, WebhookUnknown
from farthing.ingest.models import WebhookSource
from farthing.ingest.signatures import is_signed
from farthing.ingest.webhook_repository import WebhookSources
from farthing.ingest.webhook_schemas import WebhookSourceIn
from farthing.kernel.actor import Actor, Role
from farthing.kernel.clock import Clock
from farthing.kernel.errors import Forbidden, NotFound, Unauthenticated
from farthing.kernel.ids import new_id
from farthing.kernel.paging import Page, PageRequest
from farthing.ledger.accounts import AccountService

_NOBODYS_SECRET = "a signature is compared even where nobody listens"  # noqa: S105  it opens nothing


class WebhookService:
    def __init__(self, work: Work, actor: Actor, ring: KeyRing, clock: Clock) -> None:
        self._rows = WebhookSources(work)
        self._accounts = AccountService(work, actor, clock)
        self._actor = actor
        self._ring = ring
        self._clock = clock
        self._audit = Audit(work, actor, clock)

    async def page(self, request: PageRequest) -> Page[WebhookSource]:
        return await self._rows.page(request)

    async def create(self, wanted: WebhookSourceIn, owner: UUID) -> tuple[WebhookSource, str, str]:
        """The source, the token of its address, and its secret; neither is known to us afterwards."""
        if wanted.account_id is not None:
            await self._accounts.get(wanted.account_id)
        token, secret, source_id = random_token(), random_token(), new_id()
        sealed = self._ring.seal(secret, context_of(source_id, self._actor.workspace_id))
        source = WebhookSource(
            id=source_id,
            workspace_id=self._actor.workspace_id,
            kind=str(wanted.kind),
            name=wanted.name,
            account_id=wanted.account_id,
            token_hash=sha256(token),
            key_id=sealed.key_id,
            wrapped_key=sealed.wrapped_key,
            ciphertext=sealed.ciphertext,
            created_by=owner,
            created_at=self._clock(),
        )
        await self._rows.add(source)
        await self._audit.record("webhook_source.create", target_id=source.id, name=source.name, kind=source.kind)
        return source, token, secret

    async def remove(self, source_id: UUID) -> None:
        source = await self._rows.get(source_id)
        if source is None:
            raise WebhookSourceNotFound
        await self._rows.remove(source_id)
        await self._audit.record("webhook_source.delete", target_id=source.id, name=source.name)


@dataclass(frozen=True, slots=True)
class Messenger:
    """A source that was believed, and the person as whom it acts."""

    source: WebhookSource
    credentials: Credentials
    standing: Standing
    actor: Actor


@dataclass(frozen=True, slots=True)
class WebhookDoor:
    database: Database
    ring: KeyRing
    clock: Clock

    async def admit(self, token: str, header: str, body: bytes) -> Messenger:
        """Whose message this is; an unknown address and a wrong signature are answered alike."""
        async with self.database.read(SYSTEM) as work:
            source = await WebhookSources(work).at(sha256(token))
            secret = self._secret(source) if source else _NOBODYS_SECRET
            if not is_signed(header, body, secret, self.clock()) or source is None:
                raise WebhookUnknown
            messenger = await self._messenger(work, source)
        async with self.database.write(messenger.credentials.scope) as work:
            await WebhookSources(work).used(source.id, self.clock())
        return messenger

    async def _messenger(self, work: Work, source: WebhookSource) -> Messenger:
        """As the person who registered it, who may have left meanwhile."""
        credentials = Credentials(source.created_by, None, source.workspace_id)
        try:
            standing = await standing_of(work, credentials, self.clock())
            actor = actor_of(standing, needs=Role.MEMBER)
        except (Forbidden, NotFound, Unauthenticated) as refusal:
            raise WebhookUnknown from refusal
        return Messenger(source, credentials, standing, actor)

    def _secret(self, source: WebhookSource) -> str:
        return self.ring.open(_sealed(source), context_of(source.id, source.workspace_id))


async def rewrap(work: Work, ring: KeyRing, limit: int = 500) -> int:
    """Put up to `limit` signing secrets under the ring's primary key; how many there were."""
    rows = WebhookSources(work)
    behind = await rows.sealed_with_others(ring.primary_id, limit)
    for source in behind:
        sealed = ring.rewrap(_sealed(source), context_of(source.id, source.workspace_id))
        source.key_id, source.wrapped_key = sealed.key_id, sealed.wrapped_key
    await rows.flush()
    return len(behind)


def context_of(source_id: UUID, workspace_id: UUID) -> str:
    """What a sealed secret is bound to, so that it opens in no other row."""
    return f"webhook_sources/{source_id}/{workspace_id}"


def _sealed(source: WebhookSource) -> Sealed:
    return Sealed(source.key_id, source.wrapped_key, source.ciphertext)
