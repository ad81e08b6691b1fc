"""The database: one engine per role, one transaction per request or job step."""

from farthing.infra.db.base import Base, Id, Instant, Json, Key, Sha256, countable, of_workspace
from farthing.infra.db.bulk import insert_rows
from farthing.infra.db.errors import DatabaseBusy, DatabaseDown
from farthing.infra.db.repository import Repository, WorkspaceRepository, unique_or, within_or
from farthing.infra.db.unit_of_work import SYSTEM, Database, Scope, Work

__all__ = [
    "SYSTEM",
    "Base",
    "Database",
    "DatabaseBusy",
    "DatabaseDown",
    "Id",
    "Instant",
    "Json",
    "Key",
    "Repository",
    "Scope",
    "Sha256",
    "Work",
    "WorkspaceRepository",
    "countable",
    "insert_rows",
    "of_workspace",
    "unique_or",
    "within_or",
]
