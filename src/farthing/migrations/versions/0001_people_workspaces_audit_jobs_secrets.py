"""People, workspaces, audit, jobs, secrets."""

from datetime import UTC, datetime
from uuid import UUID

import sqlalchemy as sa
from alembic import op

from farthing.infra.db import Id, Instant, Json, Sha256
from farthing.infra.db.roles import setting
from farthing.migrations.security import PERSON, WORKSPACE, hide, protect

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_log",
        sa.Column("id", Id(), nullable=False),
        sa.Column("workspace_id", Id(), nullable=False),
        sa.Column("actor_id", Id(), nullable=True),
        sa.Column("actor_name", sa.String(length=254), nullable=False),
        sa.Column("action", sa.String(length=80), nullable=False),
        sa.Column("target_id", Id(), nullable=True),
        sa.Column("meta", Json, nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_log")),
    )
    op.create_index(op.f("ix_audit_log_action_id"), "audit_log", ["action", "id"])
    op.create_index(op.f("ix_audit_log_actor_id_id"), "audit_log", ["actor_id", "id"])
    op.create_index(op.f("ix_audit_log_created_at"), "audit_log", ["created_at"])
    op.create_index(op.f("ix_audit_log_target_id_id"), "audit_log", ["target_id", "id"])
    op.create_index(op.f("ix_audit_log_workspace_id_id"), "audit_log", ["workspace_id", "id"])

    op.create_table(
        "system_flags",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_system_flags")),
    )
    op.create_table(
        "throttles",
        sa.Column("key", Sha256, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("window_ends_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_throttles")),
    )
    op.create_index(op.f("ix_throttles_window_ends_at"), "throttles", ["window_ends_at"])

    op.create_table(
        "users",
        sa.Column("id", Id(), nullable=False),
        sa.Column("username", sa.String(length=254), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("first_name", sa.String(length=255), nullable=True),
        sa.Column("last_name", sa.String(length=255), nullable=True),
        sa.Column("password_hash", sa.String(length=255), nullable=True),
        sa.Column("password_changed_at", Instant(), nullable=True),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("is_superuser", sa.Boolean(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
        sa.UniqueConstraint("username", name=op.f("uq_users_username")),
    )
    op.create_index(op.f("ix_users_is_superuser"), "users", ["is_superuser"])

    op.create_table(
        "workspaces",
        sa.Column("id", Id(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("expires_at", Instant(), nullable=True),
        sa.Column("purge_started_at", Instant(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.CheckConstraint("kind IN ('personal', 'shared', 'demo', 'system')", name=op.f("ck_workspaces_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workspaces")),
    )
    op.create_index(op.f("ix_workspaces_expires_at"), "workspaces", ["expires_at"])

    op.create_table(
        "invites",
        sa.Column("id", Id(), nullable=False),
        sa.Column("workspace_id", Id(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("role", sa.String(length=8), nullable=False),
        sa.Column("token_hash", Sha256, nullable=False),
        sa.Column("created_by", Id(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("accepted_at", Instant(), nullable=True),
        sa.Column("accepted_by", Id(), nullable=True),
        sa.CheckConstraint("role IN ('owner', 'admin', 'member', 'viewer')", name=op.f("ck_invites_role")),
        sa.ForeignKeyConstraint(
            ["accepted_by"], ["users.id"], name=op.f("fk_invites_accepted_by_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name=op.f("fk_invites_created_by_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_invites_workspace_id_workspaces"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invites")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invites_token_hash")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_invites_workspace_id_id")),
    )
    op.create_table(
        "job_schedules",
        sa.Column("id", Id(), nullable=False),
        sa.Column("workspace_id", Id(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("params", Json, nullable=False),
        sa.Column("cron", sa.String(length=60), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("is_enabled", sa.Boolean(), nullable=False),
        sa.Column("next_run_at", Instant(), nullable=False),
        sa.Column("last_job_id", Id(), nullable=True),
        sa.Column("last_run_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name=op.f("fk_job_schedules_workspace_id_workspaces"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_schedules")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_job_schedules_workspace_id_id")),
        sa.UniqueConstraint("workspace_id", "name", name=op.f("uq_job_schedules_workspace_id_name")),
    )
    op.create_index(op.f("ix_job_schedules_next_run_at"), "job_schedules", ["next_run_at"])

    op.create_table(
        "jobs",
        sa.Column("id", Id(), nullable=False),
        sa.Column("workspace_id", Id(), nullable=False),
        sa.Column("user_id", Id(), nullable=True),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("params", Json, nullable=False),
        sa.Column("progress_done", sa.Integer(), nullable=False),
        sa.Column("progress_total", sa.Integer(), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("result", Json, nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("worker", sa.String(length=64), nullable=True),
        sa.Column("is_cancel_requested", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("dispatched_at", Instant(), nullable=True),
        sa.Column("heartbeat_at", Instant(), nullable=True),
        sa.Column("started_at", Instant(), nullable=True),
        sa.Column("finished_at", Instant(), nullable=True),
        sa.CheckConstraint("state IN ('queued', 'running', 'done', 'failed', 'cancelled')", name=op.f("ck_jobs_state")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_jobs_user_id_users"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_jobs_workspace_id_workspaces"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_jobs_workspace_id_id")),
    )
    op.create_index(
        "ix_jobs_open",
        "jobs",
        ["state", "heartbeat_at"],
        sqlite_where=sa.text("state IN ('queued', 'running')"),
        postgresql_where=sa.text("state IN ('queued', 'running')"),
    )
    op.create_index(op.f("ix_jobs_workspace_id_user_id_id"), "jobs", ["workspace_id", "user_id", "id"])

    op.create_table(
        "memberships",
        sa.Column("id", Id(), nullable=False),
        sa.Column("workspace_id", Id(), nullable=False),
        sa.Column("user_id", Id(), nullable=False),
        sa.Column("role", sa.String(length=8), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.CheckConstraint("role IN ('owner', 'admin', 'member', 'viewer')", name=op.f("ck_memberships_role")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_memberships_user_id_users"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_memberships_workspace_id_workspaces"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memberships")),
        sa.UniqueConstraint("workspace_id", "user_id", name=op.f("uq_memberships_workspace_id_user_id")),
    )
    op.create_index(op.f("ix_memberships_user_id_workspace_id"), "memberships", ["user_id", "workspace_id"])

    op.create_table(
        "outside_identities",
        sa.Column("issuer", sa.String(length=255), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("user_id", Id(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_outside_identities_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_outside_identities")),
    )
    op.create_index(op.f("ix_outside_identities_user_id"), "outside_identities", ["user_id"])

    op.create_table(
        "outside_tenants",
        sa.Column("issuer", sa.String(length=255), nullable=False),
        sa.Column("tenant", sa.String(length=255), nullable=False),
        sa.Column("workspace_id", Id(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name=op.f("fk_outside_tenants_workspace_id_workspaces"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("issuer", "tenant", name=op.f("pk_outside_tenants")),
    )
    op.create_index(op.f("ix_outside_tenants_workspace_id"), "outside_tenants", ["workspace_id"])

    op.create_table(
        "password_tokens",
        sa.Column("id", Id(), nullable=False),
        sa.Column("user_id", Id(), nullable=False),
        sa.Column("token_hash", Sha256, nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("used_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_password_tokens_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_password_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_password_tokens_token_hash")),
    )
    op.create_index(op.f("ix_password_tokens_user_id"), "password_tokens", ["user_id"])

    op.create_table(
        "replays",
        sa.Column("key", Sha256, nullable=False),
        sa.Column("user_id", Id(), nullable=False),
        sa.Column("request_hash", Sha256, nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", Json, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_replays_user_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_replays")),
    )
    op.create_index(op.f("ix_replays_created_at"), "replays", ["created_at"])
    op.create_index(op.f("ix_replays_user_id"), "replays", ["user_id"])

    op.create_table(
        "sessions",
        sa.Column("id", Id(), nullable=False),
        sa.Column("user_id", Id(), nullable=False),
        sa.Column("workspace_id", Id(), nullable=True),
        sa.Column("address", sa.String(length=64), nullable=True),
        sa.Column("user_agent", sa.Text(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("refreshed_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.Column("revoked_because", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sessions_user_id_users"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_sessions_workspace_id_workspaces"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
    )
    op.create_index(op.f("ix_sessions_expires_at"), "sessions", ["expires_at"])
    op.create_index(op.f("ix_sessions_user_id_id"), "sessions", ["user_id", "id"])

    op.create_table(
        "user_secrets",
        sa.Column("id", Id(), nullable=False),
        sa.Column("user_id", Id(), nullable=False),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("alias", sa.String(length=16), nullable=True),
        sa.Column("external_username", sa.String(length=255), nullable=True),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.Column("usage_count", sa.Integer(), nullable=False),
        sa.Column("last_used_at", Instant(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_user_secrets_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_secrets")),
    )
    op.create_index(op.f("ix_user_secrets_key_id"), "user_secrets", ["key_id"])
    op.create_index(op.f("ix_user_secrets_user_id_id"), "user_secrets", ["user_id", "id"])

    op.create_table(
        "job_steps",
        sa.Column("workspace_id", Id(), nullable=False),
        sa.Column("job_id", Id(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("result", Json, nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "job_id"],
            ["jobs.workspace_id", "jobs.id"],
            name=op.f("fk_job_steps_workspace_id_job_id_jobs"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "job_id", "name", name=op.f("pk_job_steps")),
    )
    op.create_table(
        "refresh_tokens",
        sa.Column("token_hash", Sha256, nullable=False),
        sa.Column("session_id", Id(), nullable=False),
        sa.Column("user_id", Id(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("used_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name=op.f("fk_refresh_tokens_session_id_sessions"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_refresh_tokens_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_refresh_tokens")),
    )
    op.create_index(op.f("ix_refresh_tokens_session_id"), "refresh_tokens", ["session_id"])

    seed_house()
    keep_audit()
    protect_rows()


def seed_house() -> None:
    """The workspace that owns what the house does for itself."""
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    workspaces = sa.table(
        "workspaces",
        sa.column("id", Id()),
        sa.column("name", sa.String()),
        sa.column("kind", sa.String()),
        sa.column("version", sa.Integer()),
        sa.column("created_at", Instant()),
        sa.column("updated_at", Instant()),
    )
    row = {"id": UUID(int=0), "name": "farthing", "kind": "system", "version": 1}
    op.bulk_insert(workspaces, [row | {"created_at": moment, "updated_at": moment}])


def keep_audit() -> None:
    """Audit entries are never changed, and leave only with the workspace that is being purged."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER audit_log_unchanged BEFORE UPDATE ON audit_log "
            "BEGIN SELECT RAISE(ABORT, 'audit entries are never changed'); END"
        )
        op.execute(
            "CREATE TRIGGER audit_log_kept BEFORE DELETE ON audit_log "
            "WHEN NOT EXISTS (SELECT 1 FROM workspaces w WHERE w.id = OLD.workspace_id AND w.purge_started_at NOTNULL) "
            "BEGIN SELECT RAISE(ABORT, 'audit entries are kept'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION keep_audit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF TG_OP = 'DELETE' AND EXISTS (SELECT 1 FROM workspaces w "
        "WHERE w.id = OLD.workspace_id AND w.purge_started_at IS NOT NULL) THEN RETURN OLD; END IF; "
        "RAISE EXCEPTION 'audit entries are kept unchanged'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_log_kept BEFORE UPDATE OR DELETE ON audit_log FOR EACH ROW EXECUTE FUNCTION keep_audit()"
    )


def protect_rows() -> None:
    """Row-level security: each table says what the program's own role may see."""
    in_workspace = "SELECT user_id FROM memberships WHERE " + WORKSPACE
    of_person = "SELECT workspace_id FROM memberships WHERE " + PERSON
    protect("users", f"id = {setting('user_id')} OR id IN ({in_workspace})", grants="SELECT, UPDATE")
    protect("workspaces", f"id = {setting('workspace_id')} OR id IN ({of_person})", grants="SELECT, UPDATE")
    protect("memberships", f"{WORKSPACE} OR {PERSON}", writable=WORKSPACE)
    protect("invites", WORKSPACE)
    protect("jobs", WORKSPACE)
    protect("job_steps", WORKSPACE)
    protect("job_schedules", WORKSPACE)
    protect("audit_log", WORKSPACE, grants="SELECT, INSERT")
    protect("outside_tenants", WORKSPACE, grants="SELECT")
    for table in ("sessions", "refresh_tokens", "password_tokens", "user_secrets", "outside_identities", "replays"):
        protect(table, PERSON)
    hide("throttles")
    hide("system_flags")


def downgrade() -> None:
    is_postgres = op.get_bind().dialect.name == "postgresql"
    if is_postgres:
        for table in ("users", "workspaces"):
            op.execute(f"DROP POLICY own_rows ON {table}")
    for table in (
        "refresh_tokens",
        "job_steps",
        "user_secrets",
        "sessions",
        "replays",
        "password_tokens",
        "outside_tenants",
        "outside_identities",
        "memberships",
        "jobs",
        "job_schedules",
        "invites",
        "workspaces",
        "users",
        "throttles",
        "system_flags",
        "audit_log",
    ):
        op.drop_table(table)
    if is_postgres:
        op.execute("DROP FUNCTION keep_audit()")
