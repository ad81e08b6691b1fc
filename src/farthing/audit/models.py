from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from farthing.infra.db import Base, Id, Instant, Json


class AuditEntry(Base):
    """Who did what, to what, when. Rows are added, never changed; they keep names because people may be deleted."""

    __tablename__ = "audit_log"
    __table_args__ = (
        Index(None, "workspace_id", "id"),
        Index(None, "actor_id", "id"),
        Index(None, "target_id", "id"),
        Index(None, "action", "id"),
        Index(None, "created_at"),
    )

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(Id)
    actor_id: Mapped[UUID | None] = mapped_column(Id)
    actor_name: Mapped[str] = mapped_column(String(254))
    action: Mapped[str] = mapped_column(String(80))
    target_id: Mapped[UUID | None] = mapped_column(Id)
    meta: Mapped[dict[str, Any]] = mapped_column(Json)
    request_id: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(Instant)
