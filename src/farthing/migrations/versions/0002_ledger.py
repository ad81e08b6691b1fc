"""The ledger."""

import sqlalchemy as sa
from alembic import op

from farthing.infra.db import Id, Instant, Json
from farthing.migrations.security import WORKSPACE, protect

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES = (
    "accounts",
    "categories",
    "closed_months",
    "merchants",
    "tags",
    "balance_assertions",
    "daily_totals",
    "merchant_aliases",
    "month_totals",
    "transactions",
    "attachments",
    "splits",
    "transaction_changes",
    "transaction_tags",
    "transfers",
)


EXACT = "BETWEEN -900000000000000000 AND 900000000000000000"


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", Id(), nullable=False),
        sa.Column("workspace_id", Id(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("currency", sa.String(length=5), nullable=False),
        sa.Column("opening_balance", sa.BigInteger(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=True),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.Column("iban", sa.String(length=34), nullable=True),
        sa.Column("credit_limit", sa.BigInteger(), nullable=True),
        sa.Column("min_balance", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("is_archived", sa.Boolean(), nullable=False),
        sa.Column("absences", Json, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", Id(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("deleted_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_accounts_workspace_id_workspaces"), ondelete="CASCADE"
        ),
        sa.CheckConstraint(f"balance {EXACT}", name=op.f("ck_accounts_countable")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_accounts_workspace_id_id")),
    )
    op.create_index(
        "ix_accounts_default",
        "accounts",
        ["workspace_id"],
        unique=True,
        sqlite_where=sa.text("is_default AND deleted_at IS NULL"),
        postgresql_where=sa.text("is_default AND deleted_at IS NULL"),
    )

    op.create_table(
        "categories",
        sa.Column("id", Id(), nullable=False),
        sa.Column("workspace_id", Id(), nullable=False),
        sa.Column("parent_id", Id(), nullable=True),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("name_key", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("colour", sa.String(length=7), nullable=True),
        sa.Column("icon", sa.String(length=40), nullable=True),
        sa.Column("is_system", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("deleted_at", Instant(), nullable=True),
        sa.CheckConstraint("kind IN ('income', 'expense', 'none')", name=op.f("ck_categories_kind")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "parent_id"],
            ["categories.workspace_id", "categories.id"],
            name=op.f("fk_categories_workspace_id_parent_id_categories"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_categories_workspace_id_workspaces"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_categories")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_categories_workspace_id_id")),
    )
    op.create_index(
        "ix_categories_name",
        "categories",
        ["workspace_id", "kind", "name_key"],
        unique=True,
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )

    op.create_table(
        "closed_months",
        sa.Column("workspace_id", Id(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("closed_by", Id(), nullable=True),
        sa.Column("closed_by_name", sa.String(length=254), nullable=False),
        sa.Column("closed_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name=op.f("fk_closed_months_workspace_id_workspaces"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "month", name=op.f("pk_closed_months")),
    )
    op.create_table(
        "merchants",
        sa.Column("id", Id(), nullable=False),
        sa.Column("workspace_id", Id(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("name_key", sa.String(length=255), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_merchants_workspace_id_workspaces"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merchants")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_merchants_workspace_id_id")),
        sa.UniqueConstraint("workspace_id", "name_key", name=op.f("uq_merchants_workspace_id_name_key")),
    )
    op.create_table(
        "tags",
        sa.Column("id", Id(), nullable=False),
        sa.Column("workspace_id", Id(), nullable=False),
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.Column("name_key", sa.String(length=50), nullable=False),
        sa.Column("colour", sa.String(length=7), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("deleted_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_tags_workspace_id_workspaces"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tags")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_tags_workspace_id_id")),
    )
    op.create_index(
        "ix_tags_name",
        "tags",
        ["workspace_id", "name_key"],
        unique=True,
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_table(
        "balance_assertions",
        sa.Column("id", Id(), nullable=False),
        sa.Column("workspace_id", Id(), nullable=False),
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(length=12), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "account_id"],
            ["accounts.workspace_id", "accounts.id"],
            name=op.f("fk_balance_assertions_workspace_id_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name=op.f("fk_balance_assertions_workspace_id_workspaces"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_balance_assertions")),
        sa.UniqueConstraint(
            "workspace_id",
            "account_id",
            "day",
            "source",
            name=op.f("uq_balance_assertions_workspace_id_account_id_day_source"),
        ),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_balance_assertions_workspace_id_id")),
    )
    op.create_table(
        "daily_totals",
        sa.Column("workspace_id", Id(), nullable=False),
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("category_id", Id(), nullable=False),
        sa.Column("currency", sa.String(length=5), nullable=False),
        sa.Column("income", sa.BigInteger(), nullable=False),
        sa.Column("spent", sa.BigInteger(), nullable=False),
        sa.Column("transfer_in", sa.BigInteger(), nullable=False),
        sa.Column("transfer_out", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "account_id"],
            ["accounts.workspace_id", "accounts.id"],
            name=op.f("fk_daily_totals_workspace_id_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "category_id"],
            ["categories.workspace_id", "categories.id"],
            name=op.f("fk_daily_totals_workspace_id_category_id_categories"),
        ),
        sa.CheckConstraint(
            f"income {EXACT} AND spent {EXACT} AND transfer_in {EXACT} AND transfer_out {EXACT}",
            name=op.f("ck_daily_totals_countable"),
        ),
        sa.PrimaryKeyConstraint(
            "workspace_id", "account_id", "day", "category_id", "currency", name=op.f("pk_daily_totals")
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_daily_totals_workspace_id_day"), "daily_totals", ["workspace_id", "day"])

    op.create_table(
        "merchant_aliases",
        sa.Column("workspace_id", Id(), nullable=False),
        sa.Column("alias_key", sa.String(length=255), nullable=False),
        sa.Column("alias", sa.String(length=255), nullable=False),
        sa.Column("merchant_id", Id(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "merchant_id"],
            ["merchants.workspace_id", "merchants.id"],
            name=op.f("fk_merchant_aliases_workspace_id_merchant_id_merchants"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "alias_key", name=op.f("pk_merchant_aliases")),
    )
    op.create_index(op.f("ix_merchant_aliases_merchant_id"), "merchant_aliases", ["merchant_id"])

    op.create_table(
        "month_totals",
        sa.Column("workspace_id", Id(), nullable=False),
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "account_id"],
            ["accounts.workspace_id", "accounts.id"],
            name=op.f("fk_month_totals_workspace_id_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.CheckConstraint(f"net {EXACT}", name=op.f("ck_month_totals_countable")),
        sa.PrimaryKeyConstraint("workspace_id", "account_id", "month", name=op.f("pk_month_totals")),
    )
    op.create_table(
        "transactions",
        sa.Column("key", Key, autoincrement=True, nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("workspace_id", Id(), nullable=False),
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("category_id", Id(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("value_date", sa.Date(), nullable=True),
        sa.Column("occurred_at", Instant(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=5), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("payee", sa.String(length=255), nullable=True),
        sa.Column("merchant", sa.String(length=255), nullable=True),
        sa.Column("location", sa.String(length=255), nullable=True),
        sa.Column("reference", sa.String(length=255), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("der_category", sa.String(length=100), nullable=True),
        sa.Column("der_merchant", sa.String(length=255), nullable=True),
        sa.Column("category_source", sa.String(length=8), nullable=False),
        sa.Column("category_reason", sa.Text(), nullable=True),
        sa.Column("category_confidence", sa.Integer(), nullable=True),
        sa.Column("is_split", sa.Boolean(), nullable=False),
        sa.Column("transfer_id", Id(), nullable=True),
        sa.Column("import_id", Id(), nullable=True),
        sa.Column("import_line", sa.Integer(), nullable=True),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", Id(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("deleted_at", Instant(), nullable=True),
        sa.CheckConstraint("status IN ('booked', 'pending', 'void')", name=op.f("ck_transactions_status")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "account_id"],
            ["accounts.workspace_id", "accounts.id"],
            name=op.f("fk_transactions_workspace_id_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "category_id"],
            ["categories.workspace_id", "categories.id"],
            name=op.f("fk_transactions_workspace_id_category_id_categories"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name=op.f("fk_transactions_workspace_id_workspaces"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_transactions")),
        sa.UniqueConstraint("id", name=op.f("uq_transactions_id")),
        sa.UniqueConstraint("workspace_id", "key", name=op.f("uq_transactions_workspace_id_key")),
    )
    op.create_index(
        "ix_transactions_import",
        "transactions",
        ["workspace_id", "import_id"],
        sqlite_where=sa.text("import_id IS NOT NULL"),
        postgresql_where=sa.text("import_id IS NOT NULL"),
    )
    op.create_index(
        "ix_transactions_transfer",
        "transactions",
        ["workspace_id", "transfer_id"],
        sqlite_where=sa.text("transfer_id IS NOT NULL"),
        postgresql_where=sa.text("transfer_id IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_transactions_workspace_id_account_id_date_key"),
        "transactions",
        ["workspace_id", "account_id", "date", "key"],
    )
    op.create_index(op.f("ix_transactions_workspace_id_amount_key"), "transactions", ["workspace_id", "amount", "key"])
    op.create_index(
        op.f("ix_transactions_workspace_id_category_id_date_key"),
        "transactions",
        ["workspace_id", "category_id", "date", "key"],
    )
    op.create_index(op.f("ix_transactions_workspace_id_date_key"), "transactions", ["workspace_id", "date", "key"])

    op.create_table(
        "attachments",
        sa.Column("id", Id(), nullable=False),
        sa.Column("workspace_id", Id(), nullable=False),
        sa.Column("transaction_key", Key, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("blob", sa.String(length=64), nullable=False),
        sa.Column("created_by", Id(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("deleted_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "transaction_key"],
            ["transactions.workspace_id", "transactions.key"],
            name=op.f("fk_attachments_workspace_id_transaction_key_transactions"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_attachments_workspace_id_workspaces"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_attachments_workspace_id_id")),
    )
    op.create_index(
        op.f("ix_attachments_workspace_id_transaction_key"), "attachments", ["workspace_id", "transaction_key"]
    )

    op.create_table(
        "splits",
        sa.Column("workspace_id", Id(), nullable=False),
        sa.Column("transaction_key", Key, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("category_id", Id(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "category_id"],
            ["categories.workspace_id", "categories.id"],
            name=op.f("fk_splits_workspace_id_category_id_categories"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "transaction_key"],
            ["transactions.workspace_id", "transactions.key"],
            name=op.f("fk_splits_workspace_id_transaction_key_transactions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "transaction_key", "position", name=op.f("pk_splits")),
    )
    op.create_index(op.f("ix_splits_workspace_id_category_id"), "splits", ["workspace_id", "category_id"])

    op.create_table(
        "transaction_changes",
        sa.Column("id", Id(), nullable=False),
        sa.Column("workspace_id", Id(), nullable=False),
        sa.Column("transaction_key", Key, nullable=False),
        sa.Column("action", sa.String(length=12), nullable=False),
        sa.Column("origin", sa.String(length=12), nullable=False),
        sa.Column("origin_id", Id(), nullable=True),
        sa.Column("actor_id", Id(), nullable=True),
        sa.Column("actor_name", sa.String(length=254), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("is_in_closed_month", sa.Boolean(), nullable=False),
        sa.Column("before", Json, nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "transaction_key"],
            ["transactions.workspace_id", "transactions.key"],
            name=op.f("fk_transaction_changes_workspace_id_transaction_key_transactions"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name=op.f("fk_transaction_changes_workspace_id_workspaces"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transaction_changes")),
    )
    op.create_index(
        "ix_transaction_changes_closed",
        "transaction_changes",
        ["workspace_id", "id"],
        sqlite_where=sa.text("is_in_closed_month"),
        postgresql_where=sa.text("is_in_closed_month"),
    )
    op.create_index(
        op.f("ix_transaction_changes_workspace_id_transaction_key_id"),
        "transaction_changes",
        ["workspace_id", "transaction_key", "id"],
    )

    op.create_table(
        "transaction_tags",
        sa.Column("workspace_id", Id(), nullable=False),
        sa.Column("transaction_key", Key, nullable=False),
        sa.Column("tag_id", Id(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "tag_id"],
            ["tags.workspace_id", "tags.id"],
            name=op.f("fk_transaction_tags_workspace_id_tag_id_tags"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "transaction_key"],
            ["transactions.workspace_id", "transactions.key"],
            name=op.f("fk_transaction_tags_workspace_id_transaction_key_transactions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "transaction_key", "tag_id", name=op.f("pk_transaction_tags")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_transaction_tags_workspace_id_tag_id_transaction_key"),
        "transaction_tags",
        ["workspace_id", "tag_id", "transaction_key"],
    )

    op.create_table(
        "transfers",
        sa.Column("id", Id(), nullable=False),
        sa.Column("workspace_id", Id(), nullable=False),
        sa.Column("out_key", Key, nullable=False),
        sa.Column("in_key", Key, nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", Id(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.CheckConstraint("state IN ('proposed', 'linked', 'rejected')", name=op.f("ck_transfers_state")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "in_key"],
            ["transactions.workspace_id", "transactions.key"],
            name=op.f("fk_transfers_workspace_id_in_key_transactions"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "out_key"],
            ["transactions.workspace_id", "transactions.key"],
            name=op.f("fk_transfers_workspace_id_out_key_transactions"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_transfers_workspace_id_workspaces"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfers")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_transfers_workspace_id_id")),
        sa.UniqueConstraint("workspace_id", "out_key", "in_key", name=op.f("uq_transfers_workspace_id_out_key_in_key")),
    )
    op.create_index(op.f("ix_transfers_workspace_id_in_key"), "transfers", ["workspace_id", "in_key"])
    op.create_index(op.f("ix_transfers_workspace_id_state"), "transfers", ["workspace_id", "state"])

    make_search()
    for table in TABLES:
        protect(table, WORKSPACE)


def make_search() -> None:
    """Full text over one folded column, indexed by what each database has."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE transaction_search USING fts5("
            "search_text, content='transactions', content_rowid='key', tokenize='unicode61 remove_diacritics 0')"
        )
        # Rows leave only with their workspace; its words go with them.
        op.execute(
            "CREATE TRIGGER transaction_search_forgets AFTER DELETE ON transactions BEGIN "
            "INSERT INTO transaction_search (transaction_search, rowid, search_text) "
            "VALUES ('delete', OLD.key, OLD.search_text); END"
        )
        return
    op.execute(
        "CREATE INDEX ix_transactions_search ON transactions "
        "USING gin (array_to_tsvector(string_to_array(search_text, ' ')))"
    )
    # Under row-level security no index serves an operator that is not leakproof, and text search is not. So the search
    # runs as the owner, who keeps to the workspace of the transaction himself.
    op.execute(
        "CREATE FUNCTION search_transactions(wanted tsquery) RETURNS SETOF bigint LANGUAGE sql STABLE "
        "SECURITY DEFINER SET search_path = public, pg_temp AS $$ SELECT key FROM transactions "
        f"WHERE {WORKSPACE} AND array_to_tsvector(string_to_array(search_text, ' ')) @@ wanted $$"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE transaction_search")
    else:
        op.execute("DROP FUNCTION search_transactions(tsquery)")
    for table in reversed(TABLES):
        op.drop_table(table)
