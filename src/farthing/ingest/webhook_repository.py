from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from farthing.infra.db import Repository
from farthing.ingest.models import WebhookSource
from farthing.kernel.paging import Page, PageRequest, id_after, page_of


class WebhookSources(Repository):
    async def get(self, source_id: UUID) -> WebhookSource | None:
        found: WebhookSource | None = await self.session.scalar(
            self.select(WebhookSource).where(WebhookSource.id == source_id)
        )
        return found

    async def at(self, token_hash: bytes) -> WebhookSource | None:
        """Whose address this is, in any workspace if the whole house is in sight."""
        statement = self.select(WebhookSource).where(WebhookSource.token_hash == token_hash)
        found: WebhookSource | None = await self.session.scalar(statement)
        return found

    async def page(self, request: PageRequest) -> Page[WebhookSource]:
        statement = self.select(WebhookSource).order_by(WebhookSource.id)
        if after := id_after(request):
            statement = statement.where(WebhookSource.id > after)
        rows = (await self.session.scalars(statement.limit(request.limit + 1).offset(request.offset))).all()
        return page_of(rows, request, await self.count(WebhookSource), lambda one: (one.id,))

    async def used(self, source_id: UUID, now: datetime) -> None:
        used = self.update(WebhookSource).where(WebhookSource.id == source_id).values(last_used_at=now)
        await self.session.execute(used)

    async def remove(self, source_id: UUID) -> None:
        await self.session.execute(self.delete(WebhookSource).where(WebhookSource.id == source_id))

    async def sealed_with_others(self, key_id: str, limit: int) -> Sequence[WebhookSource]:
        """Those that a rotation has still to rewrap."""
        statement = self.select(WebhookSource).where(WebhookSource.key_id != key_id).order_by(WebhookSource.id)
        return (await self.session.scalars(statement.limit(limit))).all()
