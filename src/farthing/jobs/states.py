"""The states of a job, and how each reference surface spells them."""

from collections.abc import Mapping
from enum import StrEnum


class JobState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_open(self) -> bool:
        return self in OPEN


OPEN = frozenset({JobState.QUEUED, JobState.RUNNING})
RETRYABLE = frozenset({JobState.FAILED, JobState.CANCELLED})


class Surface(StrEnum):
    """Whose words a client expects."""

    HOUSE = "house"
    FIREFLY = "firefly"
    PIPELINE = "pipeline"


SPELLINGS: Mapping[Surface, Mapping[JobState, str]] = {
    Surface.HOUSE: {state: state.value for state in JobState},
    Surface.FIREFLY: {
        JobState.QUEUED: "pending",
        JobState.RUNNING: "running",
        JobState.DONE: "done",
        JobState.FAILED: "failed",
        JobState.CANCELLED: "failed",
    },
    Surface.PIPELINE: {
        JobState.QUEUED: "pending",
        JobState.RUNNING: "running",
        JobState.DONE: "completed",
        JobState.FAILED: "failed",
        JobState.CANCELLED: "cancelled",
    },
}


def spelled(state: str, surface: Surface = Surface.HOUSE) -> str:
    """The state in the words of a surface."""
    return SPELLINGS[surface][JobState(state)]
