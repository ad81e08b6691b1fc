from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import or_

from farthing.infra.db import WorkspaceRepository
from farthing.kernel.paging import Page, PageRequest, id_after, page_of
from farthing.ledger.kinds import TransferState
from farthing.ledger.pending_models import PendingLink

_CHUNK = 400


class PendingLinks(WorkspaceRepository):
    async def get(self, link_id: UUID) -> PendingLink | None:
        statement = self.select(PendingLink).where(PendingLink.id == link_id)
        found: PendingLink | None = await self.session.scalar(statement.with_for_update())
        return found

    async def between(self, pending_key: int, booked_key: int) -> PendingLink | None:
        statement = self.select(PendingLink).where(
            PendingLink.pending_key == pending_key, PendingLink.booked_key == booked_key
        )
        found: PendingLink | None = await self.session.scalar(statement)
        return found

    async def of(self, keys: Sequence[int]) -> list[PendingLink]:
        """Every link of any of these transactions."""
        found: dict[UUID, PendingLink] = {}
        for start in range(0, len(keys), _CHUNK):
            some = keys[start : start + _CHUNK]
            statement = self.select(PendingLink).where(
                or_(PendingLink.pending_key.in_(some), PendingLink.booked_key.in_(some))
            )
            found |= {link.id: link for link in await self.session.scalars(statement)}
        return list(found.values())

    async def remove(self, link: PendingLink) -> None:
        await self.session.delete(link)
        await self.session.flush()

    async def page(self, request: PageRequest, state: TransferState | None) -> Page[PendingLink]:
        wanted = [PendingLink.state == state] if state else []
        statement = self.select(PendingLink).where(*wanted).order_by(PendingLink.id.desc())
        if after := id_after(request):
            statement = statement.where(PendingLink.id < after)
        rows = (await self.session.scalars(statement.limit(request.limit + 1).offset(request.offset))).all()
        return page_of(rows, request, await self.count(PendingLink, *wanted), lambda link: (link.id,))
