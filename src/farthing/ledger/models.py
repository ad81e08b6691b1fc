"""The ledger's tables. Amounts are minor units of the currency beside them."""

from datetime import date as Day  # noqa: N812  a column is called date
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from farthing.infra.db import Base, Id, Instant, Json, Key, countable, of_workspace

Minor = BigInteger()


def _where(condition: str) -> dict[str, Any]:
    """An index of only those rows, on both databases."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


class Account(Base):
    """Where money is or is owed. `balance` is the opening balance and all booked transactions, kept by every write."""

    __tablename__ = "accounts"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        Index(
            "ix_accounts_default",
            "workspace_id",
            unique=True,
            sqlite_where=text("is_default AND deleted_at IS NULL"),
            postgresql_where=text("is_default AND deleted_at IS NULL"),
        ),
        countable("balance"),
    )

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    workspace_id: Mapped[UUID] = of_workspace()
    name: Mapped[str] = mapped_column(String(255))
    kind: Mapped[str] = mapped_column(String(16))
    provider: Mapped[str] = mapped_column(String(40))
    currency: Mapped[str] = mapped_column(String(5))
    opening_balance: Mapped[int] = mapped_column(Minor)
    opened_on: Mapped[Day | None] = mapped_column(Date)
    balance: Mapped[int] = mapped_column(Minor)
    iban: Mapped[str | None] = mapped_column(String(34))
    credit_limit: Mapped[int | None] = mapped_column(Minor)
    min_balance: Mapped[int | None] = mapped_column(Minor)
    note: Mapped[str | None] = mapped_column(Text)
    position: Mapped[int] = mapped_column(default=0)
    is_default: Mapped[bool] = mapped_column(default=False)
    is_archived: Mapped[bool] = mapped_column(default=False)
    absences: Mapped[list[list[str]]] = mapped_column(Json, default=list)
    """From when until when it was put away before it came back."""
    version: Mapped[int] = mapped_column(default=1)
    created_by: Mapped[UUID | None] = mapped_column(Id)
    created_at: Mapped[datetime] = mapped_column(Instant)
    updated_at: Mapped[datetime] = mapped_column(Instant)
    deleted_at: Mapped[datetime | None] = mapped_column(Instant)


class Category(Base):
    """What money was for. Each workspace has one that stands for none, so that no total ever has a gap."""

    __tablename__ = "categories"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        ForeignKeyConstraint(["workspace_id", "parent_id"], ["categories.workspace_id", "categories.id"]),
        CheckConstraint("kind IN ('income', 'expense', 'none')", name="kind"),
        Index(
            "ix_categories_name",
            "workspace_id",
            "kind",
            "name_key",
            unique=True,
            sqlite_where=text("deleted_at IS NULL"),
            postgresql_where=text("deleted_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    workspace_id: Mapped[UUID] = of_workspace()
    parent_id: Mapped[UUID | None] = mapped_column(Id)
    name: Mapped[str] = mapped_column(String(100))
    name_key: Mapped[str] = mapped_column(String(100))
    kind: Mapped[str] = mapped_column(String(8))
    colour: Mapped[str | None] = mapped_column(String(7))
    icon: Mapped[str | None] = mapped_column(String(40))
    is_system: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(Instant)
    updated_at: Mapped[datetime] = mapped_column(Instant)
    deleted_at: Mapped[datetime | None] = mapped_column(Instant)


class Tag(Base):
    __tablename__ = "tags"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        Index(
            "ix_tags_name",
            "workspace_id",
            "name_key",
            unique=True,
            sqlite_where=text("deleted_at IS NULL"),
            postgresql_where=text("deleted_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    workspace_id: Mapped[UUID] = of_workspace()
    name: Mapped[str] = mapped_column(String(50))
    name_key: Mapped[str] = mapped_column(String(50))
    colour: Mapped[str | None] = mapped_column(String(7))
    created_at: Mapped[datetime] = mapped_column(Instant)
    deleted_at: Mapped[datetime | None] = mapped_column(Instant)


class Transaction(Base):
    """One movement on one account. What the bank or person said stays as it was said; what we derive stands beside."""

    __tablename__ = "transactions"
    __table_args__ = (
        UniqueConstraint("id"),
        UniqueConstraint("workspace_id", "key"),
        ForeignKeyConstraint(
            ["workspace_id", "account_id"], ["accounts.workspace_id", "accounts.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(["workspace_id", "category_id"], ["categories.workspace_id", "categories.id"]),
        CheckConstraint("status IN ('booked', 'pending', 'void')", name="status"),
        Index(None, "workspace_id", "date", "key"),
        Index(None, "workspace_id", "account_id", "date", "key"),
        Index(None, "workspace_id", "category_id", "date", "key"),
        Index(None, "workspace_id", "amount", "key"),
        Index("ix_transactions_deleted", "workspace_id", "key", **_where("deleted_at IS NOT NULL")),
        Index("ix_transactions_transfer", "workspace_id", "transfer_id", **_where("transfer_id IS NOT NULL")),
        Index("ix_transactions_import", "workspace_id", "import_id", "import_line", **_where("import_id IS NOT NULL")),
        Index(
            "ix_transactions_stated",
            "workspace_id",
            "stated_account_id",
            "stated_on",
            **_where("stated_on IS NOT NULL"),
        ),
        Index("ix_transactions_chosen", "workspace_id", "updated_at", **_where("category_source = 'user'")),
    )

    key: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=True)
    id: Mapped[UUID] = mapped_column(Id)
    workspace_id: Mapped[UUID] = of_workspace()
    account_id: Mapped[UUID] = mapped_column(Id)
    category_id: Mapped[UUID] = mapped_column(Id)
    date: Mapped[Day] = mapped_column(Date)
    value_date: Mapped[Day | None] = mapped_column(Date)
    occurred_at: Mapped[datetime | None] = mapped_column(Instant)
    amount: Mapped[int] = mapped_column(Minor)
    currency: Mapped[str] = mapped_column(String(5))
    status: Mapped[str] = mapped_column(String(8))
    description: Mapped[str | None] = mapped_column(Text)
    payee: Mapped[str | None] = mapped_column(String(255))
    merchant: Mapped[str | None] = mapped_column(String(255))
    location: Mapped[str | None] = mapped_column(String(255))
    reference: Mapped[str | None] = mapped_column(String(255))
    note: Mapped[str | None] = mapped_column(Text)
    der_category: Mapped[str | None] = mapped_column(String(100))
    der_merchant: Mapped[str | None] = mapped_column(String(255))
    category_source: Mapped[str] = mapped_column(String(8))
    category_reason: Mapped[str | None] = mapped_column(Text)
    category_confidence: Mapped[int | None]
    is_split: Mapped[bool] = mapped_column(default=False)
    transfer_id: Mapped[UUID | None] = mapped_column(Id)
    import_id: Mapped[UUID | None] = mapped_column(Id)
    import_line: Mapped[int | None]
    """Which row of the import it was, from one."""
    fingerprint: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    """By which a row of a statement is known again; it is about what the bank said, whatever was edited since."""
    stated_on: Mapped[Day | None] = mapped_column(Date)
    stated_account_id: Mapped[UUID | None] = mapped_column(Id)
    """The day and account of the statement, where somebody changed them or the amount since.

    The stated amount stands in the raw rows of its import.
    """
    search_text: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(default=1)
    created_by: Mapped[UUID | None] = mapped_column(Id)
    created_at: Mapped[datetime] = mapped_column(Instant)
    updated_at: Mapped[datetime] = mapped_column(Instant)
    deleted_at: Mapped[datetime | None] = mapped_column(Instant)


class TransactionTag(Base):
    __tablename__ = "transaction_tags"
    __table_args__ = (
        ForeignKeyConstraint(
            ["workspace_id", "transaction_key"], ["transactions.workspace_id", "transactions.key"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(["workspace_id", "tag_id"], ["tags.workspace_id", "tags.id"], ondelete="CASCADE"),
        Index(None, "workspace_id", "tag_id", "transaction_key"),
        {"sqlite_with_rowid": False},
    )

    workspace_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    transaction_key: Mapped[int] = mapped_column(Key, primary_key=True)
    tag_id: Mapped[UUID] = mapped_column(Id, primary_key=True)


class Split(Base):
    """A part of a transaction with a category of its own; the parts sum to the whole."""

    __tablename__ = "splits"
    __table_args__ = (
        ForeignKeyConstraint(
            ["workspace_id", "transaction_key"], ["transactions.workspace_id", "transactions.key"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(["workspace_id", "category_id"], ["categories.workspace_id", "categories.id"]),
        Index(None, "workspace_id", "category_id"),
    )

    workspace_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    transaction_key: Mapped[int] = mapped_column(Key, primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    category_id: Mapped[UUID] = mapped_column(Id)
    amount: Mapped[int] = mapped_column(Minor)
    note: Mapped[str | None] = mapped_column(Text)


class Transfer(Base):
    """Two transactions that are one movement between two accounts: proposed, linked, or rejected and remembered."""

    __tablename__ = "transfers"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        UniqueConstraint("workspace_id", "out_key", "in_key"),
        ForeignKeyConstraint(
            ["workspace_id", "out_key"], ["transactions.workspace_id", "transactions.key"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["workspace_id", "in_key"], ["transactions.workspace_id", "transactions.key"], ondelete="CASCADE"
        ),
        CheckConstraint("state IN ('proposed', 'linked', 'rejected')", name="state"),
        Index(None, "workspace_id", "state"),
        Index(None, "workspace_id", "in_key"),
    )

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    workspace_id: Mapped[UUID] = of_workspace()
    out_key: Mapped[int] = mapped_column(Key)
    in_key: Mapped[int] = mapped_column(Key)
    state: Mapped[str] = mapped_column(String(8))
    reason: Mapped[str] = mapped_column(Text)
    decided_by: Mapped[UUID | None] = mapped_column(Id)
    created_at: Mapped[datetime] = mapped_column(Instant)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)


class DailyTotal(Base):
    """What moved on an account in a category on a day: booked lines only, kept by every write."""

    __tablename__ = "daily_totals"
    __table_args__ = (
        ForeignKeyConstraint(
            ["workspace_id", "account_id"], ["accounts.workspace_id", "accounts.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(["workspace_id", "category_id"], ["categories.workspace_id", "categories.id"]),
        Index(None, "workspace_id", "day"),
        countable("income", "spent", "transfer_in", "transfer_out"),
        {"sqlite_with_rowid": False},
    )

    workspace_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    account_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    day: Mapped[Day] = mapped_column(Date, primary_key=True)
    category_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    currency: Mapped[str] = mapped_column(String(5), primary_key=True)
    income: Mapped[int] = mapped_column(Minor)
    spent: Mapped[int] = mapped_column(Minor)
    transfer_in: Mapped[int] = mapped_column(Minor)
    transfer_out: Mapped[int] = mapped_column(Minor)
    count: Mapped[int]


class MonthTotal(Base):
    """What a month changed on an account: a balance of any day is the opening, the months before, and a few days."""

    __tablename__ = "month_totals"
    __table_args__ = (
        ForeignKeyConstraint(
            ["workspace_id", "account_id"], ["accounts.workspace_id", "accounts.id"], ondelete="CASCADE"
        ),
        countable("net"),
    )

    workspace_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    account_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    month: Mapped[Day] = mapped_column(Date, primary_key=True)
    net: Mapped[int] = mapped_column(Minor)
    count: Mapped[int]


class TransactionChange(Base):
    """What a transaction was before somebody or something changed it. Making one writes nothing here."""

    __tablename__ = "transaction_changes"
    __table_args__ = (
        ForeignKeyConstraint(
            ["workspace_id", "transaction_key"], ["transactions.workspace_id", "transactions.key"], ondelete="CASCADE"
        ),
        Index(None, "workspace_id", "transaction_key", "id"),
        Index(
            "ix_transaction_changes_closed",
            "workspace_id",
            "id",
            sqlite_where=text("is_in_closed_month"),
            postgresql_where=text("is_in_closed_month"),
        ),
    )

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    workspace_id: Mapped[UUID] = of_workspace()
    transaction_key: Mapped[int] = mapped_column(Key)
    action: Mapped[str] = mapped_column(String(12))
    origin: Mapped[str] = mapped_column(String(12))
    origin_id: Mapped[UUID | None] = mapped_column(Id)
    actor_id: Mapped[UUID | None] = mapped_column(Id)
    actor_name: Mapped[str] = mapped_column(String(254))
    reason: Mapped[str | None] = mapped_column(Text)
    is_in_closed_month: Mapped[bool] = mapped_column(default=False)
    before: Mapped[dict[str, Any]] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(Instant)


class ClosedMonth(Base):
    """A month that was looked through: changing it afterwards takes a reason."""

    __tablename__ = "closed_months"

    workspace_id: Mapped[UUID] = mapped_column(Id, ForeignKey("workspaces.id", ondelete="CASCADE"), primary_key=True)
    month: Mapped[Day] = mapped_column(Date, primary_key=True)
    closed_by: Mapped[UUID | None] = mapped_column(Id)
    closed_by_name: Mapped[str] = mapped_column(String(254))
    closed_at: Mapped[datetime] = mapped_column(Instant)


class BalanceAssertion(Base):
    """What a bank, a statement or a person says that the balance was at the end of a day."""

    __tablename__ = "balance_assertions"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        ForeignKeyConstraint(
            ["workspace_id", "account_id"], ["accounts.workspace_id", "accounts.id"], ondelete="CASCADE"
        ),
        UniqueConstraint("workspace_id", "account_id", "day", "source"),
    )

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    workspace_id: Mapped[UUID] = of_workspace()
    account_id: Mapped[UUID] = mapped_column(Id)
    day: Mapped[Day] = mapped_column(Date)
    balance: Mapped[int] = mapped_column(Minor)
    source: Mapped[str] = mapped_column(String(12))
    note: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant)


class Attachment(Base):
    """A file that belongs to a transaction; its bytes lie in the blob store under their hash."""

    __tablename__ = "attachments"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        ForeignKeyConstraint(
            ["workspace_id", "transaction_key"], ["transactions.workspace_id", "transactions.key"], ondelete="CASCADE"
        ),
        Index(None, "workspace_id", "transaction_key"),
    )

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    workspace_id: Mapped[UUID] = of_workspace()
    transaction_key: Mapped[int] = mapped_column(Key)
    kind: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(255))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    blob: Mapped[str] = mapped_column(String(64))
    created_by: Mapped[UUID | None] = mapped_column(Id)
    created_at: Mapped[datetime] = mapped_column(Instant)
    deleted_at: Mapped[datetime | None] = mapped_column(Instant)
