from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from farthing.infra.db import Base, Id, Instant, Json


class Job(Base):
    """The truth about a piece of background work. The queue carries only its id."""

    __tablename__ = "jobs"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        CheckConstraint("state IN ('queued', 'running', 'done', 'failed', 'cancelled')", name="state"),
        Index(None, "workspace_id", "user_id", "id"),
        Index(
            "ix_jobs_open",
            "state",
            "heartbeat_at",
            sqlite_where=text("state IN ('queued', 'running')"),
            postgresql_where=text("state IN ('queued', 'running')"),
        ),
    )

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(Id, ForeignKey("workspaces.id", ondelete="CASCADE"))
    user_id: Mapped[UUID | None] = mapped_column(Id, ForeignKey("users.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(60))
    state: Mapped[str] = mapped_column(String(12))
    params: Mapped[dict[str, Any]] = mapped_column(Json)
    progress_done: Mapped[int] = mapped_column(default=0)
    progress_total: Mapped[int | None]
    message: Mapped[str | None] = mapped_column(Text)
    result: Mapped[dict[str, Any] | None] = mapped_column(Json)
    error: Mapped[str | None] = mapped_column(Text)
    attempt: Mapped[int] = mapped_column(default=1)
    worker: Mapped[str | None] = mapped_column(String(64))
    is_cancel_requested: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(Instant)
    updated_at: Mapped[datetime] = mapped_column(Instant)
    dispatched_at: Mapped[datetime | None] = mapped_column(Instant)
    heartbeat_at: Mapped[datetime | None] = mapped_column(Instant)
    started_at: Mapped[datetime | None] = mapped_column(Instant)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)


class JobStep(Base):
    """The mark that a step's effect is in the database: both were committed together."""

    __tablename__ = "job_steps"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id", "job_id"], ["jobs.workspace_id", "jobs.id"], ondelete="CASCADE"),
    )

    workspace_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    job_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    result: Mapped[dict[str, Any] | None] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(Instant)


class JobSchedule(Base):
    """A job that is requested again and again, by a cron expression in a time zone."""

    __tablename__ = "job_schedules"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        UniqueConstraint("workspace_id", "name"),
        Index(None, "next_run_at"),
    )

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(Id, ForeignKey("workspaces.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(60))
    params: Mapped[dict[str, Any]] = mapped_column(Json)
    cron: Mapped[str] = mapped_column(String(60))
    time_zone: Mapped[str] = mapped_column(String(64), default="UTC")
    is_enabled: Mapped[bool] = mapped_column(default=True)
    next_run_at: Mapped[datetime] = mapped_column(Instant)
    last_job_id: Mapped[UUID | None] = mapped_column(Id)
    last_run_at: Mapped[datetime | None] = mapped_column(Instant)
