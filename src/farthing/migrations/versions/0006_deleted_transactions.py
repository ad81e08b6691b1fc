"""Deleted transactions are few: an index knows them, so that counting the others need not look at each row."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

DELETED = sa.text("deleted_at IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "ix_transactions_deleted",
        "transactions",
        ["workspace_id", "key"],
        sqlite_where=DELETED,
        postgresql_where=DELETED,
    )


def downgrade() -> None:
    op.drop_index("ix_transactions_deleted", "transactions")
