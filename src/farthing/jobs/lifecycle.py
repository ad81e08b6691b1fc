"""Every change of a job's row, in one place. Each counts the version up, which is what watchers look at."""

from datetime import datetime
from typing import Any
from uuid import UUID

from farthing.jobs.models import Job
from farthing.jobs.states import JobState
from farthing.kernel.ids import new_id


def queued(
    kind: str,
    params: dict[str, Any],
    *,
    workspace_id: UUID,
    user_id: UUID | None,
    now: datetime,
    total: int | None = None,
    message: str | None = None,
) -> Job:
    """A job that waits for its first attempt."""
    return Job(
        id=new_id(),
        workspace_id=workspace_id,
        user_id=user_id,
        kind=kind,
        state=JobState.QUEUED,
        params=params,
        progress_done=0,
        progress_total=total,
        message=message,
        attempt=1,
        is_cancel_requested=False,
        version=1,
        created_at=now,
        updated_at=now,
    )


def start(job: Job, now: datetime, worker: str = "local") -> None:
    """Begin, or go on after a crash of the same attempt."""
    if job.state == JobState.QUEUED:
        job.state = JobState.RUNNING
        job.started_at = now
    job.worker = worker
    job.heartbeat_at = now
    _touch(job, now)


def advance(job: Job, by: int, now: datetime) -> None:
    job.progress_done += by
    job.heartbeat_at = now
    _touch(job, now)


def plan(job: Job, total: int | None, message: str | None, now: datetime) -> None:
    job.progress_total = total
    if message is not None:
        job.message = message
    _touch(job, now)


def request_cancel(job: Job, now: datetime) -> None:
    """Stop at once what only waits; tell what runs to stop at its next step."""
    if job.state == JobState.QUEUED:
        cancel(job, now)
    else:
        job.is_cancel_requested = True
        _touch(job, now)


def cancel(job: Job, now: datetime) -> None:
    _end(job, JobState.CANCELLED, now)


def succeed(job: Job, result: dict[str, Any] | None, now: datetime) -> None:
    if result is not None:
        job.result = result
    _end(job, JobState.DONE, now)


def fail(job: Job, error: str, now: datetime) -> None:
    job.error = error
    _end(job, JobState.FAILED, now)


def retry(job: Job, now: datetime) -> None:
    """Somebody wants another go; the marks of finished steps stay, so only the rest is done."""
    job.error = None
    job.is_cancel_requested = False
    job.finished_at = None
    requeue(job, now)


def requeue(job: Job, now: datetime) -> None:
    """Back to the queue under a new number, which fences off whoever still works on the old one."""
    job.state = JobState.QUEUED
    job.attempt += 1
    job.dispatched_at = None
    job.heartbeat_at = None
    _touch(job, now)


def _end(job: Job, state: JobState, now: datetime) -> None:
    job.state = state
    job.finished_at = now
    job.heartbeat_at = None
    _touch(job, now)


def _touch(job: Job, now: datetime) -> None:
    job.version += 1
    job.updated_at = now
