"""What workspaces learned from their own decisions."""

import sqlalchemy as sa
from alembic import op

from farthing.infra.db import Id, Instant, Json
from farthing.migrations.security import WORKSPACE, protect

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "category_models",
        sa.Column("workspace_id", Id(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("trained_at", Instant(), nullable=False),
        sa.Column("learned_until", Instant(), nullable=False),
        sa.Column("examples", sa.Integer(), nullable=False),
        sa.Column("learned", Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name=op.f("fk_category_models_workspace_id_workspaces"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", name=op.f("pk_category_models")),
    )
    op.create_index(
        "ix_transactions_chosen",
        "transactions",
        ["workspace_id", "updated_at"],
        sqlite_where=sa.text("category_source = 'user'"),
        postgresql_where=sa.text("category_source = 'user'"),
    )
    protect("category_models", WORKSPACE)


def downgrade() -> None:
    op.drop_index("ix_transactions_chosen", "transactions")
    op.drop_table("category_models")
