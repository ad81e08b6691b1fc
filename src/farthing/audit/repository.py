from uuid import UUID

from sqlalchemy import String, cast, delete
from sqlalchemy.sql.elements import ColumnElement

from farthing.audit.models import AuditEntry
from farthing.audit.query import AuditQuery
from farthing.infra.db import Repository
from farthing.kernel.paging import Page, PageRequest, id_after, page_of


class AuditRepository(Repository):
    async def page(self, query: AuditQuery, request: PageRequest) -> Page[AuditEntry]:
        """Newest first; the id is a UUIDv7, so its order is the order of time."""
        wanted = _conditions(query)
        statement = self.select(AuditEntry).where(*wanted).order_by(AuditEntry.id.desc())
        if after := id_after(request):
            statement = statement.where(AuditEntry.id < after)
        rows = (await self.session.scalars(statement.limit(request.limit + 1).offset(request.offset))).all()
        return page_of(rows, request, await self.count(AuditEntry, *wanted), lambda entry: (entry.id,))

    async def purge(self, workspace_id: UUID) -> None:
        """Only a workspace marked for purging lets its entries go; the database itself sees to that."""
        await self.session.execute(delete(AuditEntry).where(AuditEntry.workspace_id == workspace_id))


def _conditions(query: AuditQuery) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if query.actor_id:
        wanted.append(AuditEntry.actor_id == query.actor_id)
    if query.target_id:
        wanted.append(AuditEntry.target_id == query.target_id)
    if query.workspace_id:
        wanted.append(AuditEntry.workspace_id == query.workspace_id)
    if query.action:
        wanted.append(AuditEntry.action == query.action)
    if query.created_from:
        wanted.append(AuditEntry.created_at >= query.created_from)
    if query.created_to:
        wanted.append(AuditEntry.created_at <= query.created_to)
    if query.meta_contains:
        wanted.append(cast(AuditEntry.meta, String).icontains(query.meta_contains, autoescape=True))
    return wanted
