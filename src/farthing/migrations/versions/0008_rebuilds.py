"""Imports read again by today's code: rebuilds, and whose words the fingerprints of an import are in."""

import sqlalchemy as sa
from alembic import op

from farthing.infra.db import Id, Instant, Json
from farthing.migrations.security import WORKSPACE, protect

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("imports", sa.Column("reader_version", sa.Integer(), server_default="1", nullable=False))
    op.add_column("imports", sa.Column("edition", Id(), nullable=True))
    op.create_table(
        "rebuilds",
        sa.Column("id", Id(), nullable=False),
        sa.Column("workspace_id", Id(), nullable=False),
        sa.Column("job_id", Id(), nullable=True),
        sa.Column("undo_job_id", Id(), nullable=True),
        sa.Column("is_dry_run", sa.Boolean(), nullable=False),
        sa.Column("wanted", Json, nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("accounts", Json, nullable=False),
        sa.Column("actor_id", Id(), nullable=True),
        sa.Column("actor_name", sa.String(length=254), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("finished_at", Instant(), nullable=True),
        sa.Column("undone_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_rebuilds_workspace_id_workspaces"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rebuilds")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_rebuilds_workspace_id_id")),
    )
    op.create_table(
        "rebuilt_imports",
        sa.Column("workspace_id", Id(), nullable=False),
        sa.Column("rebuild_id", Id(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("import_id", Id(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("parser_before", sa.String(length=40), nullable=False),
        sa.Column("parser_after", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("counts", Json, nullable=False),
        sa.Column("before", Json, nullable=False),
        sa.Column("after", Json, nullable=False),
        sa.CheckConstraint(
            "state IN ('planned', 'applying', 'applied', 'undone')", name=op.f("ck_rebuilt_imports_state")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "import_id"],
            ["imports.workspace_id", "imports.id"],
            name=op.f("fk_rebuilt_imports_workspace_id_import_id_imports"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "rebuild_id"],
            ["rebuilds.workspace_id", "rebuilds.id"],
            name=op.f("fk_rebuilt_imports_workspace_id_rebuild_id_rebuilds"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "rebuild_id", "position", name=op.f("pk_rebuilt_imports")),
    )
    op.create_index(op.f("ix_rebuilt_imports_workspace_id_import_id"), "rebuilt_imports", ["workspace_id", "import_id"])
    for table in ("rebuilds", "rebuilt_imports"):
        protect(table, WORKSPACE)


def downgrade() -> None:
    op.drop_table("rebuilt_imports")
    op.drop_table("rebuilds")
    op.drop_column("imports", "edition")
    op.drop_column("imports", "reader_version")
