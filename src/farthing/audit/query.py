from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class AuditQuery:
    actor_id: UUID | None = None
    target_id: UUID | None = None
    workspace_id: UUID | None = None
    action: str | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None
    meta_contains: str | None = None
