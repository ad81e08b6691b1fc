"""The database: one engine per role, one transaction per request or job step."""

from farthing.infra.db.asking import Prepared, ask, foresee
from farthing.infra.db.base import Base, Id, Instant, Json, Key, Sha256, countable, of_workspace
from farthing.infra.db.bulk import Made, Same, insert_made, insert_rows, insertions, made_of
from farthing.infra.db.errors import DatabaseBusy, DatabaseDown
from farthing.infra.db.repository import Repository, WorkspaceRepository, in_scope, unique_or, within_or
from farthing.infra.db.unit_of_work import SYSTEM, Database, Question, Scope, Work

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
    "Made",
    "Prepared",
    "Question",
    "Repository",
    "Same",
    "Scope",
    "Sha256",
    "Work",
    "WorkspaceRepository",
    "ask",
    "countable",
    "foresee",
    "in_scope",
    "insert_made",
    "insert_rows",
    "insertions",
    "made_of",
    "of_workspace",
    "unique_or",
    "within_or",
]
