"""The two login roles on PostgreSQL: one sees a workspace at a time, the other works across them.

Neither owns a table, is a superuser or bypasses row-level security. They are made by the owner that DATABASE_URL names,
Neither owns a table, is a superuser or bypasses row-level security. The owner that DATABASE_URL names makes them,
"""

from dataclasses import dataclass

from sqlalchemy import Connection, text

_QUEUE_SCHEMA = "dbos"


def setting(name: str) -> str:
    """SQL that reads the person or workspace of the current transaction; NULL when unset."""
    return f"(SELECT NULLIF(current_setting('farthing.{name}', true), '')::uuid)"


@dataclass(frozen=True, slots=True)
class Roles:
    """Role names, quoted; roles belong to the whole cluster, so they carry the database's name."""

    app: str
    system: str

    @classmethod
    def named(cls, app: str | None, system: str | None) -> "Roles":
        """Roles that the operator made."""
        return cls(app=f'"{app}"', system=f'"{system}"')

    @classmethod
    def of(cls, connection: Connection) -> "Roles":
        named = connection.info.get("farthing_roles")
        if isinstance(named, Roles):
            return named
        database = connection.scalar(text("SELECT current_database()"))
        return cls(app=f'"{database}_app"', system=f'"{database}_system"')


def ensure_roles(connection: Connection, passwords: dict[str, str]) -> None:
    """Create the roles where they are absent and give them today's passwords."""
    roles = Roles.of(connection)
    for role, password in ((roles.app, passwords["app"]), (roles.system, passwords["system"])):
        name = role.strip('"')
        exists = connection.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :name"), {"name": name})
        verb = "ALTER" if exists else "CREATE"
        if not password.replace("-", "").replace("_", "").isalnum():
            raise ValueError("a derived password is URL-safe")
        connection.execute(
            text(f"{verb} ROLE {role} LOGIN PASSWORD '{password}' NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE")
        )


def grant_house(connection: Connection) -> None:
    """What both roles need besides tables: the schema, and for the house's role one of its own for the queue."""
    roles = Roles.of(connection)
    connection.execute(text(f"GRANT USAGE ON SCHEMA public TO {roles.app}, {roles.system}"))
    connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {_QUEUE_SCHEMA}"))
    connection.execute(text(f"GRANT ALL ON SCHEMA {_QUEUE_SCHEMA} TO {roles.system}"))
