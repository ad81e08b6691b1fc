"""The tables of rebuilds: what was read again, what came of it, and what must be known to take it back."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from farthing.infra.db import Base, Id, Instant, Json, of_workspace


class Rebuild(Base):
    """Imports replayed through today's code, to be looked at or applied."""

    __tablename__ = "rebuilds"
    __table_args__ = (UniqueConstraint("workspace_id", "id"),)

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    workspace_id: Mapped[UUID] = of_workspace()
    job_id: Mapped[UUID | None] = mapped_column(Id)
    undo_job_id: Mapped[UUID | None] = mapped_column(Id)
    is_dry_run: Mapped[bool]
    wanted: Mapped[dict[str, Any]] = mapped_column(Json)
    """Which imports: of some ids, of an account, posted since a day; all, if nothing is said."""
    reason: Mapped[str | None] = mapped_column(Text)
    accounts: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    """What each account held before, and what it holds afterwards."""
    actor_id: Mapped[UUID | None] = mapped_column(Id)
    actor_name: Mapped[str] = mapped_column(String(254))
    created_at: Mapped[datetime] = mapped_column(Instant)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)
    undone_at: Mapped[datetime | None] = mapped_column(Instant)


class RebuiltImport(Base):
    """What a rebuild found of one import; the changes themselves are a file in the lake."""

    __tablename__ = "rebuilt_imports"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id", "import_id"], ["imports.workspace_id", "imports.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(
            ["workspace_id", "rebuild_id"], ["rebuilds.workspace_id", "rebuilds.id"], ondelete="CASCADE"
        ),
        CheckConstraint("state IN ('planned', 'applying', 'applied', 'undone')", name="state"),
        Index(None, "workspace_id", "import_id"),
    )

    workspace_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    rebuild_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    """In the order in which the imports were posted."""
    import_id: Mapped[UUID] = mapped_column(Id)
    name: Mapped[str] = mapped_column(String(255))
    parser_before: Mapped[str] = mapped_column(String(40))
    parser_after: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(8))
    error: Mapped[str | None] = mapped_column(Text)
    """Why it is left as it is."""
    size: Mapped[int]
    """How many changes the file lists."""
    counts: Mapped[dict[str, Any]] = mapped_column(Json)
    before: Mapped[dict[str, Any]] = mapped_column(Json)
    """What the import said of itself, to be put back."""
    after: Mapped[dict[str, Any]] = mapped_column(Json)
