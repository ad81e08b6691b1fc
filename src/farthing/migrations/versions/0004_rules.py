"""Rules, their runs, and what each did."""

import sqlalchemy as sa
from alembic import op

from farthing.infra.db import Id, Instant, Json
from farthing.migrations.security import WORKSPACE, protect

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES = ("rules", "rule_runs", "rule_effects")


def upgrade() -> None:
    op.create_table(
        "rules",
        sa.Column("id", Id(), nullable=False),
        sa.Column("workspace_id", Id(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_key", sa.String(length=120), nullable=False),
        sa.Column("group_name", sa.String(length=60), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("is_enabled", sa.Boolean(), nullable=False),
        sa.Column("definition", Json, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", Id(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_rules_workspace_id_workspaces"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rules")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_rules_workspace_id_id")),
        sa.UniqueConstraint("workspace_id", "name_key", name=op.f("uq_rules_workspace_id_name_key")),
    )
    op.create_index(op.f("ix_rules_workspace_id_position_id"), "rules", ["workspace_id", "position", "id"])

    op.create_table(
        "rule_runs",
        sa.Column("id", Id(), nullable=False),
        sa.Column("workspace_id", Id(), nullable=False),
        sa.Column("job_id", Id(), nullable=True),
        sa.Column("undo_job_id", Id(), nullable=True),
        sa.Column("search", sa.Text(), nullable=True),
        sa.Column("overrides_choices", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("rules", Json, nullable=False),
        sa.Column("counts", Json, nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("undone", sa.Integer(), nullable=False),
        sa.Column("actor_id", Id(), nullable=True),
        sa.Column("actor_name", sa.String(length=254), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("finished_at", Instant(), nullable=True),
        sa.Column("undone_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_rule_runs_workspace_id_workspaces"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_runs")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_rule_runs_workspace_id_id")),
    )

    op.create_table(
        "rule_effects",
        sa.Column("workspace_id", Id(), nullable=False),
        sa.Column("transaction_key", Key, nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("origin", sa.String(length=8), nullable=False),
        sa.Column("origin_id", Id(), nullable=True),
        sa.Column("rule_id", Id(), nullable=True),
        sa.Column("rule_version", sa.Integer(), nullable=False),
        sa.Column("rule_name", sa.String(length=120), nullable=False),
        sa.Column("changes", Json, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "transaction_key"],
            ["transactions.workspace_id", "transactions.key"],
            name=op.f("fk_rule_effects_workspace_id_transaction_key_transactions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "transaction_key", "id", name=op.f("pk_rule_effects")),
    )
    for column in ("rule_id", "origin_id"):
        name = op.f(f"ix_rule_effects_workspace_id_{column}")
        op.create_index(name, "rule_effects", ["workspace_id", column])

    for table in TABLES:
        protect(table, WORKSPACE)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
