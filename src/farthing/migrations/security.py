"""The second wall on PostgreSQL: what each table shows to the program's own role."""

from alembic import op
from sqlalchemy import text

from farthing.infra.db.roles import Roles, setting

WORKSPACE = f"workspace_id = {setting('workspace_id')}"
PERSON = f"user_id = {setting('user_id')}"


def protect(
    table: str, visible: str, *, writable: str | None = None, grants: str = "SELECT, INSERT, UPDATE, DELETE"
) -> None:
    """Show to the program's role only rows where `visible` holds, and let it write only where `writable` does."""
    bind = op.get_bind()
    if bind.dialect.name != "postgresql":
        return
    roles = Roles.of(bind)
    for statement in (
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY own_rows ON {table} TO {roles.app} USING ({visible}) WITH CHECK ({writable or visible})",
        f"CREATE POLICY whole_house ON {table} TO {roles.system} USING (true) WITH CHECK (true)",
        f"CREATE POLICY owner ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)",
        f"GRANT {grants} ON {table} TO {roles.app}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {roles.system}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {roles.app}, {roles.system}",
    ):
        bind.execute(text(statement))


def hide(table: str) -> None:
    """Keep a table from the program's role altogether; only the house's own role works with it."""
    bind = op.get_bind()
    if bind.dialect.name != "postgresql":
        return
    bind.execute(text(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {Roles.of(bind).system}"))
