"""Writing and reading the audit log. An entry is written in the transaction of the deed, or not at all."""

from typing import Any
from uuid import UUID

import structlog

from farthing.audit.models import AuditEntry
from farthing.audit.query import AuditQuery
from farthing.audit.repository import AuditRepository
from farthing.infra.db import Work
from farthing.kernel.actor import Actor
from farthing.kernel.clock import Clock
from farthing.kernel.ids import new_id
from farthing.kernel.paging import Page, PageRequest


class Audit:
    """The log as one transaction and one actor see it."""

    def __init__(self, work: Work, actor: Actor, clock: Clock) -> None:
        self._rows = AuditRepository(work)
        self._actor = actor
        self._clock = clock

    async def record(self, action: str, *, target_id: UUID | None = None, **meta: Any) -> None:
        await self._rows.add(
            AuditEntry(
                id=new_id(),
                workspace_id=self._actor.workspace_id,
                actor_id=self._actor.user_id,
                actor_name=self._actor.name,
                action=action,
                target_id=target_id,
                meta=meta,
                request_id=structlog.contextvars.get_contextvars().get("request_id"),
                created_at=self._clock(),
            )
        )

    async def page(self, query: AuditQuery, request: PageRequest) -> Page[AuditEntry]:
        return await self._rows.page(query, request)

    async def purge(self, workspace_id: UUID) -> None:
        await self._rows.purge(workspace_id)
