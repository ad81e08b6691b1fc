"""Who acts: a person in a workspace, or the house itself."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

SYSTEM_WORKSPACE_ID = UUID(int=0)
"""The workspace that owns what the house does for itself: its schedules, its jobs, its audit entries."""


class Role(StrEnum):
    VIEWER = "viewer"
    MEMBER = "member"
    ADMIN = "admin"
    OWNER = "owner"

    @property
    def rank(self) -> int:
        return _RANKS[self]

    def covers(self, needed: "Role") -> bool:
        return self.rank >= needed.rank


_RANKS = {Role.VIEWER: 1, Role.MEMBER: 2, Role.ADMIN: 3, Role.OWNER: 4}


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody whose identity was proven, in the workspace that they chose."""

    user_id: UUID | None
    name: str
    workspace_id: UUID
    role: Role | None
    is_superuser: bool = False
    is_demo: bool = False
    session_id: UUID | None = None


HOUSE = Actor(user_id=None, name="farthing", workspace_id=SYSTEM_WORKSPACE_ID, role=None, is_superuser=True)
"""The house acting for itself: schedules, housekeeping, the operator's terminal."""
