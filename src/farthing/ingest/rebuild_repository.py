"""SQL about rebuilds."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from farthing.infra.db import WorkspaceRepository
from farthing.ingest.models import Import, ImportStatement
from farthing.ingest.rebuild_models import Rebuild, RebuiltImport
from farthing.kernel.paging import CursorInvalid, Page, PageRequest, id_after, page_of


class Rebuilds(WorkspaceRepository):
    async def get(self, rebuild_id: UUID, *, lock: bool = False) -> Rebuild | None:
        statement = self.select(Rebuild).where(Rebuild.id == rebuild_id)
        if lock:
            statement = statement.with_for_update().execution_options(populate_existing=True)
        found: Rebuild | None = await self.session.scalar(statement)
        return found

    async def page(self, request: PageRequest) -> Page[Rebuild]:
        """Newest first."""
        statement = self.select(Rebuild).order_by(Rebuild.id.desc())
        if after := id_after(request):
            statement = statement.where(Rebuild.id < after)
        rows = (await self.session.scalars(statement.limit(request.limit + 1).offset(request.offset))).all()
        return page_of(rows, request, await self.count(Rebuild), lambda one: (one.id,))

    async def since(self, rebuild_id: UUID) -> Sequence[Rebuild]:
        """Later ones that were no dry runs and were not undone, and this one."""
        statement = self.select(Rebuild).where(
            Rebuild.id >= rebuild_id, Rebuild.is_dry_run.is_(False), Rebuild.undone_at.is_(None)
        )
        return (await self.session.scalars(statement.order_by(Rebuild.id))).all()

    async def posted(self, ids: Sequence[UUID] | None, account_id: UUID | None, since: datetime | None) -> list[UUID]:
        """The imports that are in the ledger, in the order in which they came there."""
        statement = self.own(select(Import.id), Import).where(Import.state == "posted", Import.posted_at.is_not(None))
        if ids is not None:
            statement = statement.where(Import.id.in_(ids))
        if account_id is not None:
            of_it = self.own(select(ImportStatement.import_id), ImportStatement)
            statement = statement.where(Import.id.in_(of_it.where(ImportStatement.account_id == account_id)))
        if since is not None:
            statement = statement.where(Import.posted_at >= since)
        return list((await self.session.scalars(statement.order_by(Import.posted_at, Import.id))).all())

    async def imports(self, rebuild_id: UUID) -> Sequence[RebuiltImport]:
        """In order."""
        statement = self.select(RebuiltImport).where(RebuiltImport.rebuild_id == rebuild_id)
        return (await self.session.scalars(statement.order_by(RebuiltImport.position))).all()

    async def one_import(self, rebuild_id: UUID, position: int) -> RebuiltImport | None:
        statement = self.select(RebuiltImport).where(
            RebuiltImport.rebuild_id == rebuild_id, RebuiltImport.position == position
        )
        found: RebuiltImport | None = await self.session.scalar(statement)
        return found

    async def of_import(self, rebuild_id: UUID, import_id: UUID) -> RebuiltImport | None:
        statement = self.select(RebuiltImport).where(
            RebuiltImport.rebuild_id == rebuild_id, RebuiltImport.import_id == import_id
        )
        found: RebuiltImport | None = await self.session.scalar(statement)
        return found

    async def page_of_imports(self, rebuild_id: UUID, request: PageRequest) -> Page[RebuiltImport]:
        wanted = RebuiltImport.rebuild_id == rebuild_id
        statement = self.select(RebuiltImport).where(wanted).order_by(RebuiltImport.position)
        if request.after is not None:
            statement = statement.where(RebuiltImport.position > number_after(request))
        rows: Sequence[Any] = (
            await self.session.scalars(statement.limit(request.limit + 1).offset(request.offset))
        ).all()
        return page_of(rows, request, await self.count(RebuiltImport, wanted), lambda one: (str(one.position),))


def number_after(request: PageRequest) -> int:
    """The number that a cursor names; else how many are to be passed over."""
    if request.after is None:
        return request.offset
    try:
        return int(request.after[0])
    except ValueError as error:
        raise CursorInvalid from error
