"""Imports: files on their way into the ledger, what was decided about their rows, and what was announced."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from farthing.infra.db import Id, Instant, Json
from farthing.migrations.security import WORKSPACE, protect

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
IMPORTED: dict[str, Any] = {
    "sqlite_where": sa.text("import_id IS NOT NULL"),
    "postgresql_where": sa.text("import_id IS NOT NULL"),
}
TABLES = ("imports", "import_profiles", "import_statements", "import_rows", "pending_links")


def upgrade() -> None:
    op.create_table(
        "imports",
        sa.Column("id", Id(), nullable=False),
        sa.Column("workspace_id", Id(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("origin", sa.String(length=10), nullable=False),
        sa.Column("source", sa.String(length=255), nullable=False),
        sa.Column("format", sa.String(length=20), nullable=False),
        sa.Column("parser", sa.String(length=40), nullable=False),
        sa.Column("fingerprint_version", sa.Integer(), nullable=False),
        sa.Column("blob", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("wishes", Json, nullable=False),
        sa.Column("reading", Json, nullable=False),
        sa.Column("summary", Json, nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("is_assumed", sa.Boolean(), nullable=False),
        sa.Column("is_reviewed", sa.Boolean(), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("job_id", Id(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", Id(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("posted_at", Instant(), nullable=True),
        sa.Column("undone_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "state IN ('reading', 'ready', 'waiting', 'posting', 'posted', 'undoing', 'undone', 'failed')",
            name=op.f("ck_imports_state"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_imports_workspace_id_workspaces"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_imports_workspace_id_id")),
    )
    op.create_index(
        "ix_imports_open",
        "imports",
        ["workspace_id", "state"],
        sqlite_where=sa.text("state IN ('waiting', 'posting', 'undoing')"),
        postgresql_where=sa.text("state IN ('waiting', 'posting', 'undoing')"),
    )
    op.create_index(op.f("ix_imports_workspace_id_blob"), "imports", ["workspace_id", "blob"])

    op.create_table(
        "import_profiles",
        sa.Column("id", Id(), nullable=False),
        sa.Column("workspace_id", Id(), nullable=False),
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("source", sa.String(length=255), nullable=False),
        sa.Column("label", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("wishes", Json, nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("used_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "account_id"],
            ["accounts.workspace_id", "accounts.id"],
            name=op.f("fk_import_profiles_workspace_id_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name=op.f("fk_import_profiles_workspace_id_workspaces"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_profiles")),
        sa.UniqueConstraint(
            "workspace_id", "source", "label", name=op.f("uq_import_profiles_workspace_id_source_label")
        ),
    )
    op.create_table(
        "import_statements",
        sa.Column("workspace_id", Id(), nullable=False),
        sa.Column("import_id", Id(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("account_id", Id(), nullable=True),
        sa.Column("label", sa.String(length=255), nullable=True),
        sa.Column("currency", sa.String(length=5), nullable=True),
        sa.Column("first_day", sa.Date(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("opening", sa.String(length=40), nullable=True),
        sa.Column("closing", sa.String(length=40), nullable=True),
        sa.Column("closing_day", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "account_id"],
            ["accounts.workspace_id", "accounts.id"],
            name=op.f("fk_import_statements_workspace_id_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "import_id"],
            ["imports.workspace_id", "imports.id"],
            name=op.f("fk_import_statements_workspace_id_import_id_imports"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "import_id", "position", name=op.f("pk_import_statements")),
    )
    op.create_index(
        op.f("ix_import_statements_workspace_id_account_id"), "import_statements", ["workspace_id", "account_id"]
    )

    op.create_table(
        "import_rows",
        sa.Column("workspace_id", Id(), nullable=False),
        sa.Column("import_id", Id(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("account_id", Id(), nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("fingerprint", sa.LargeBinary(length=16), nullable=True),
        sa.Column("transaction_key", Key, nullable=True),
        sa.Column("said", sa.Text(), nullable=True),
        sa.Column("corrected", Json, nullable=True),
        sa.Column("decision", sa.String(length=8), nullable=True),
        sa.Column("decided_by", Id(), nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "state IN ('new', 'same', 'suspect', 'error', 'skipped', 'chosen')", name=op.f("ck_import_rows_state")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "account_id"],
            ["accounts.workspace_id", "accounts.id"],
            name=op.f("fk_import_rows_workspace_id_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "import_id"],
            ["imports.workspace_id", "imports.id"],
            name=op.f("fk_import_rows_workspace_id_import_id_imports"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "transaction_key"],
            ["transactions.workspace_id", "transactions.key"],
            name=op.f("fk_import_rows_workspace_id_transaction_key_transactions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "import_id", "row", name=op.f("pk_import_rows")),
    )
    op.create_index(
        "ix_import_rows_review",
        "import_rows",
        ["workspace_id", "state", "import_id"],
        sqlite_where=sa.text("state IN ('suspect', 'error')"),
        postgresql_where=sa.text("state IN ('suspect', 'error')"),
    )
    op.create_index(
        op.f("ix_import_rows_workspace_id_account_id_day"), "import_rows", ["workspace_id", "account_id", "day"]
    )
    op.create_index(
        op.f("ix_import_rows_workspace_id_transaction_key"), "import_rows", ["workspace_id", "transaction_key"]
    )

    op.create_table(
        "pending_links",
        sa.Column("id", Id(), nullable=False),
        sa.Column("workspace_id", Id(), nullable=False),
        sa.Column("pending_key", Key, nullable=False),
        sa.Column("booked_key", Key, nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", Id(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.CheckConstraint("state IN ('proposed', 'linked', 'rejected')", name=op.f("ck_pending_links_state")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "booked_key"],
            ["transactions.workspace_id", "transactions.key"],
            name=op.f("fk_pending_links_workspace_id_booked_key_transactions"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "pending_key"],
            ["transactions.workspace_id", "transactions.key"],
            name=op.f("fk_pending_links_workspace_id_pending_key_transactions"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name=op.f("fk_pending_links_workspace_id_workspaces"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pending_links")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_pending_links_workspace_id_id")),
        sa.UniqueConstraint(
            "workspace_id",
            "pending_key",
            "booked_key",
            name=op.f("uq_pending_links_workspace_id_pending_key_booked_key"),
        ),
    )
    op.create_index(op.f("ix_pending_links_workspace_id_booked_key"), "pending_links", ["workspace_id", "booked_key"])
    op.create_index(op.f("ix_pending_links_workspace_id_state"), "pending_links", ["workspace_id", "state"])

    op.add_column("transactions", sa.Column("fingerprint", sa.LargeBinary(length=16), nullable=True))
    op.add_column("transactions", sa.Column("stated_on", sa.Date(), nullable=True))
    op.add_column("transactions", sa.Column("stated_account_id", Id(), nullable=True))
    op.create_index(
        "ix_transactions_stated",
        "transactions",
        ["workspace_id", "stated_account_id", "stated_on"],
        sqlite_where=sa.text("stated_on IS NOT NULL"),
        postgresql_where=sa.text("stated_on IS NOT NULL"),
    )

    op.drop_index("ix_transactions_import", "transactions")
    op.create_index("ix_transactions_import", "transactions", ["workspace_id", "import_id", "import_line"], **IMPORTED)

    for table in TABLES:
        protect(table, WORKSPACE)


def downgrade() -> None:
    op.drop_index("ix_transactions_import", "transactions")
    op.create_index("ix_transactions_import", "transactions", ["workspace_id", "import_id"], **IMPORTED)
    for table in reversed(TABLES):
        op.drop_table(table)
    op.drop_index("ix_transactions_stated", "transactions")
    for column in ("stated_account_id", "stated_on", "fingerprint"):
        op.drop_column("transactions", column)
