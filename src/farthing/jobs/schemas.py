from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel

from farthing.jobs.models import Job
from farthing.jobs.states import OPEN, RETRYABLE, Surface, spelled


class Progress(BaseModel):
    """How far; without a total nobody knows, and `fraction` says so with null."""

    done: int
    total: int | None
    fraction: float | None

    @classmethod
    def of(cls, job: Job) -> Self:
        done, total = job.progress_done, job.progress_total
        fraction = None if total is None else 1.0 if total == 0 else round(min(done / total, 1.0), 4)
        return cls(done=done, total=total, fraction=fraction)


class JobOut(BaseModel):
    id: UUID
    kind: str
    title: str | None
    status: str
    progress: Progress
    message: str | None
    result: dict[str, Any] | None
    error: str | None
    attempt: int
    can_cancel: bool
    can_retry: bool
    created_at: datetime
    updated_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @classmethod
    def of(cls, job: Job, *, title: str | None = None, surface: Surface = Surface.HOUSE) -> Self:
        """A row as a surface shows it; `Registry.title` knows the title."""
        return cls(
            id=job.id,
            kind=job.kind,
            title=title,
            status=spelled(job.state, surface),
            progress=Progress.of(job),
            message=job.message,
            result=job.result,
            error=job.error,
            attempt=job.attempt,
            can_cancel=job.state in OPEN and not job.is_cancel_requested,
            can_retry=job.state in RETRYABLE,
            created_at=job.created_at,
            updated_at=job.updated_at,
            started_at=job.started_at,
            finished_at=job.finished_at,
        )


class JobPage(BaseModel):
    jobs: list[JobOut]
    total: int
    next: str | None
