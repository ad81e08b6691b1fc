"""What a posting needs to know of accounts, categories and tags: plain rows, which the ORM does not watch."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID


class KnownAccount(NamedTuple):
    id: UUID
    name: str
    currency: str
    is_archived: bool


class KnownCategory(NamedTuple):
    id: UUID
    parent_id: UUID | None
    name: str
    name_key: str
    kind: str
    deleted_at: datetime | None


class KnownTag(NamedTuple):
    id: UUID
    name: str
    name_key: str
