from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Standing:
    """What one SELECT tells about the bearer of a token: person, session, and role in the chosen workspace."""

    user_id: UUID
    username: str
    email: str | None
    first_name: str | None
    last_name: str | None
    is_active: bool
    is_superuser: bool
    is_demo: bool
    must_change_password: bool
    session_id: UUID | None
    session_revoked_at: datetime | None
    session_expires_at: datetime | None
    role: str | None
    workspace_id: UUID | None
    workspace_name: str | None
    workspace_kind: str | None
    workspace_expires_at: datetime | None
