"""The tables of rules: what is kept, what ran, what each rule did to each transaction."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from farthing.infra.db import Base, Id, Instant, Json, Key, of_workspace


class StoredRule(Base):
    """A rule as somebody made it; `position` is its place in the whole book, `definition` what it asks and does."""

    __tablename__ = "rules"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        UniqueConstraint("workspace_id", "name_key"),
        Index(None, "workspace_id", "position", "id"),
    )

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    workspace_id: Mapped[UUID] = of_workspace()
    name: Mapped[str] = mapped_column(String(120))
    name_key: Mapped[str] = mapped_column(String(120))
    group_name: Mapped[str] = mapped_column(String(60))
    position: Mapped[int]
    priority: Mapped[int]
    is_enabled: Mapped[bool]
    definition: Mapped[dict[str, Any]] = mapped_column(Json)
    version: Mapped[int] = mapped_column(default=1)
    created_by: Mapped[UUID | None] = mapped_column(Id)
    created_at: Mapped[datetime] = mapped_column(Instant)
    updated_at: Mapped[datetime] = mapped_column(Instant)


class RuleRun(Base):
    """One application of rules to the history: with which rules, to what, and how much came of it."""

    __tablename__ = "rule_runs"
    __table_args__ = (UniqueConstraint("workspace_id", "id"),)

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    workspace_id: Mapped[UUID] = of_workspace()
    job_id: Mapped[UUID | None] = mapped_column(Id)
    undo_job_id: Mapped[UUID | None] = mapped_column(Id)
    search: Mapped[str | None] = mapped_column(Text)
    overrides_choices: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str | None] = mapped_column(Text)
    rules: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    """Each as it was when it ran, with its id and version."""
    counts: Mapped[dict[str, Any]] = mapped_column(Json)
    seen: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    undone: Mapped[int] = mapped_column(default=0)
    actor_id: Mapped[UUID | None] = mapped_column(Id)
    actor_name: Mapped[str] = mapped_column(String(254))
    created_at: Mapped[datetime] = mapped_column(Instant)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)
    undone_at: Mapped[datetime | None] = mapped_column(Instant)


class RuleEffect(Base):
    """What one rule changed of one transaction, and why it held. It outlives the rule."""

    __tablename__ = "rule_effects"
    __table_args__ = (
        ForeignKeyConstraint(
            ["workspace_id", "transaction_key"], ["transactions.workspace_id", "transactions.key"], ondelete="CASCADE"
        ),
        Index(None, "workspace_id", "rule_id"),
        Index(None, "workspace_id", "origin_id"),
    )

    workspace_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    transaction_key: Mapped[int] = mapped_column(Key, primary_key=True)
    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    origin: Mapped[str] = mapped_column(String(8))
    origin_id: Mapped[UUID | None] = mapped_column(Id)
    rule_id: Mapped[UUID | None] = mapped_column(Id)
    rule_version: Mapped[int]
    rule_name: Mapped[str] = mapped_column(String(120))
    changes: Mapped[dict[str, Any]] = mapped_column(Json)
    reason: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant)
