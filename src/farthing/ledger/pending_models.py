"""The table of what was announced and booked."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from farthing.infra.db import Base, Id, Instant, Key, of_workspace


class PendingLink(Base):
    """What was announced and what was booked for it: two facts, joined until somebody parts them."""

    __tablename__ = "pending_links"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        UniqueConstraint("workspace_id", "pending_key", "booked_key"),
        ForeignKeyConstraint(
            ["workspace_id", "pending_key"], ["transactions.workspace_id", "transactions.key"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["workspace_id", "booked_key"], ["transactions.workspace_id", "transactions.key"], ondelete="CASCADE"
        ),
        CheckConstraint("state IN ('proposed', 'linked', 'rejected')", name="state"),
        Index(None, "workspace_id", "state"),
        Index(None, "workspace_id", "booked_key"),
    )

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    workspace_id: Mapped[UUID] = of_workspace()
    pending_key: Mapped[int] = mapped_column(Key)
    booked_key: Mapped[int] = mapped_column(Key)
    state: Mapped[str] = mapped_column(String(8))
    reason: Mapped[str] = mapped_column(Text)
    decided_by: Mapped[UUID | None] = mapped_column(Id)
    created_at: Mapped[datetime] = mapped_column(Instant)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
