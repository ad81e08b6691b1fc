"""The tables of imports: which file came when, what it said, and what was decided about its rows."""

from datetime import date as Day  # noqa: N812  a column is called day
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from farthing.infra.db import Base, Id, Instant, Json, Key, Sha256, of_workspace

Minor = BigInteger()


class Import(Base):
    """One file, or what stands for one, on its way into the ledger."""

    __tablename__ = "imports"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        CheckConstraint(
            "state IN ('reading', 'ready', 'waiting', 'posting', 'posted', 'undoing', 'undone', 'failed')",
            name="state",
        ),
        Index(None, "workspace_id", "blob"),
        Index(
            "ix_imports_open",
            "workspace_id",
            "state",
            sqlite_where=text("state IN ('waiting', 'posting', 'undoing')"),
            postgresql_where=text("state IN ('waiting', 'posting', 'undoing')"),
        ),
    )

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    workspace_id: Mapped[UUID] = of_workspace()
    name: Mapped[str] = mapped_column(String(255))
    origin: Mapped[str] = mapped_column(String(10))
    source: Mapped[str] = mapped_column(String(255))
    """Files of one source tell the same transaction in the same words."""
    format: Mapped[str] = mapped_column(String(20))
    parser: Mapped[str] = mapped_column(String(40))
    """Which reader read it, with its version."""
    fingerprint_version: Mapped[int]
    reader_version: Mapped[int] = mapped_column(default=1, server_default="1")
    """In the words of which version of the readers its fingerprints are."""
    edition: Mapped[UUID | None] = mapped_column(Id)
    """The rebuild whose reading stands; none, if that is still the first."""
    blob: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(8))
    error: Mapped[str | None] = mapped_column(Text)
    wishes: Mapped[dict[str, Any]] = mapped_column(Json)
    reading: Mapped[dict[str, Any]] = mapped_column(Json)
    summary: Mapped[dict[str, Any]] = mapped_column(Json)
    reason: Mapped[str | None] = mapped_column(Text)
    """Why closed months may change."""
    is_assumed: Mapped[bool] = mapped_column(default=False)
    """Posted by a caller who took the likeliest reading of what the file leaves open."""
    is_reviewed: Mapped[bool] = mapped_column(default=False)
    row_count: Mapped[int] = mapped_column(default=0)
    job_id: Mapped[UUID | None] = mapped_column(Id)
    version: Mapped[int] = mapped_column(default=1)
    created_by: Mapped[UUID | None] = mapped_column(Id)
    created_at: Mapped[datetime] = mapped_column(Instant)
    updated_at: Mapped[datetime] = mapped_column(Instant)
    posted_at: Mapped[datetime | None] = mapped_column(Instant)
    undone_at: Mapped[datetime | None] = mapped_column(Instant)


class ImportStatement(Base):
    """The part of a file that is about one account."""

    __tablename__ = "import_statements"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id", "import_id"], ["imports.workspace_id", "imports.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(
            ["workspace_id", "account_id"], ["accounts.workspace_id", "accounts.id"], ondelete="CASCADE"
        ),
        Index(None, "workspace_id", "account_id"),
    )

    workspace_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    import_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[UUID | None] = mapped_column(Id)
    label: Mapped[str | None] = mapped_column(String(255))
    """What the file calls the account."""
    currency: Mapped[str | None] = mapped_column(String(5))
    first_day: Mapped[Day | None] = mapped_column(Date)
    last_day: Mapped[Day | None] = mapped_column(Date)
    row_count: Mapped[int]
    opening: Mapped[str | None] = mapped_column(String(40))
    closing: Mapped[str | None] = mapped_column(String(40))
    closing_day: Mapped[Day | None] = mapped_column(Date)


class ImportRow(Base):
    """A row of a file that did not simply become a transaction: what was decided about it, and why."""

    __tablename__ = "import_rows"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id", "import_id"], ["imports.workspace_id", "imports.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(
            ["workspace_id", "account_id"], ["accounts.workspace_id", "accounts.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["workspace_id", "transaction_key"], ["transactions.workspace_id", "transactions.key"], ondelete="CASCADE"
        ),
        CheckConstraint("state IN ('new', 'same', 'suspect', 'error', 'skipped', 'chosen')", name="state"),
        Index(None, "workspace_id", "account_id", "day"),
        Index(None, "workspace_id", "transaction_key"),
        Index(
            "ix_import_rows_review",
            "workspace_id",
            "state",
            "import_id",
            sqlite_where=text("state IN ('suspect', 'error')"),
            postgresql_where=text("state IN ('suspect', 'error')"),
        ),
    )

    workspace_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    import_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    row: Mapped[int] = mapped_column(primary_key=True)
    """Its number among the rows of the file, from one."""
    line: Mapped[int]
    """Where it stands in the file."""
    state: Mapped[str] = mapped_column(String(8))
    reason: Mapped[str] = mapped_column(Text)
    account_id: Mapped[UUID | None] = mapped_column(Id)
    day: Mapped[Day | None] = mapped_column(Date)
    fingerprint: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    transaction_key: Mapped[int | None] = mapped_column(Key)
    """What it is the same as, or seems to be."""
    said: Mapped[str | None] = mapped_column(Text)
    """The line as the file has it, where it could not be read."""
    corrected: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """What a person corrected."""
    decision: Mapped[str | None] = mapped_column(String(8))
    """What a person decided: new, same or skip."""
    decided_by: Mapped[UUID | None] = mapped_column(Id)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)


class ImportProfile(Base):
    """How files of a source are read, and which account they are of: remembered from the last one."""

    __tablename__ = "import_profiles"
    __table_args__ = (
        ForeignKeyConstraint(
            ["workspace_id", "account_id"], ["accounts.workspace_id", "accounts.id"], ondelete="CASCADE"
        ),
        UniqueConstraint("workspace_id", "source", "label"),
    )

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    workspace_id: Mapped[UUID] = of_workspace()
    account_id: Mapped[UUID] = mapped_column(Id)
    source: Mapped[str] = mapped_column(String(255))
    label: Mapped[str] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(String(255))
    wishes: Mapped[dict[str, Any]] = mapped_column(Json)
    uses: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime] = mapped_column(Instant)


class WebhookSource(Base):
    """Another system that may bring transactions by itself: known by its address, and believed for its signature."""

    __tablename__ = "webhook_sources"
    __table_args__ = (
        ForeignKeyConstraint(
            ["workspace_id", "account_id"], ["accounts.workspace_id", "accounts.id"], ondelete="CASCADE"
        ),
        CheckConstraint("kind IN ('uzum', 'generic')", name="kind"),
        UniqueConstraint("token_hash"),
        Index(None, "workspace_id", "id"),
        Index(None, "key_id"),
    )

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    workspace_id: Mapped[UUID] = of_workspace()
    kind: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(255))
    account_id: Mapped[UUID | None] = mapped_column(Id)
    token_hash: Mapped[bytes] = mapped_column(Sha256)
    key_id: Mapped[str] = mapped_column(String(16))
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    ciphertext: Mapped[bytes] = mapped_column(LargeBinary)
    created_by: Mapped[UUID] = mapped_column(Id)
    """As whom its transactions are posted, for as long as this person may."""
    created_at: Mapped[datetime] = mapped_column(Instant)
    last_used_at: Mapped[datetime | None] = mapped_column(Instant)
