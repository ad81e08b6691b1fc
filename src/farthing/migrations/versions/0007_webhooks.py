"""Other systems that bring transactions by themselves."""

import sqlalchemy as sa
from alembic import op

from farthing.infra.db import Id, Instant
from farthing.migrations.security import WORKSPACE, protect

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "webhook_sources",
        sa.Column("id", Id(), nullable=False),
        sa.Column("workspace_id", Id(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("account_id", Id(), nullable=True),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.Column("created_by", Id(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("last_used_at", Instant(), nullable=True),
        sa.CheckConstraint("kind IN ('uzum', 'generic')", name=op.f("ck_webhook_sources_kind")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "account_id"],
            ["accounts.workspace_id", "accounts.id"],
            name=op.f("fk_webhook_sources_workspace_id_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name=op.f("fk_webhook_sources_workspace_id_workspaces"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_sources")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_webhook_sources_token_hash")),
    )
    op.create_index(op.f("ix_webhook_sources_workspace_id_id"), "webhook_sources", ["workspace_id", "id"])
    op.create_index(op.f("ix_webhook_sources_key_id"), "webhook_sources", ["key_id"])
    protect("webhook_sources", WORKSPACE)


def downgrade() -> None:
    op.drop_table("webhook_sources")
