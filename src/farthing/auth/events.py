from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class WorkspaceCreated:
    """A workspace is there, with its owner; in the same transaction others furnish it."""

    workspace_id: UUID
    owner_id: UUID
    owner_name: str


@dataclass(frozen=True, slots=True)
class DemoStarted:
    """A demo begins in a workspace of its own; `samples` asks for something to look at."""

    workspace_id: UUID
    user_id: UUID
    user_name: str
    samples: bool
