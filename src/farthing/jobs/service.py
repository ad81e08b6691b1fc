"""Asking for background work and for its repetition, inside the transaction of whatever needs it."""

from typing import Any
from uuid import UUID

from farthing.infra.db import Work
from farthing.jobs import lifecycle
from farthing.jobs.errors import JobEnded, JobNotFound, JobNotRetryable
from farthing.jobs.models import Job, JobSchedule
from farthing.jobs.repository import JobRepository, ScheduleRepository
from farthing.jobs.schedules import next_run
from farthing.jobs.states import OPEN, RETRYABLE, JobState
from farthing.kernel.actor import SYSTEM_WORKSPACE_ID, Actor
from farthing.kernel.clock import Clock
from farthing.kernel.ids import new_id
from farthing.kernel.paging import Page, PageRequest


class JobService:
    """One person's jobs in one workspace. `Runner.wake` after the commit spares a new job the wait for a look."""

    def __init__(self, work: Work, actor: Actor, clock: Clock) -> None:
        self._rows = JobRepository(work)
        self._actor = actor
        self._clock = clock

    async def request(
        self, kind: str, params: dict[str, Any], *, total: int | None = None, message: str | None = None
    ) -> Job:
        job = lifecycle.queued(
            kind,
            params,
            workspace_id=self._actor.workspace_id,
            user_id=self._actor.user_id,
            now=self._clock(),
            total=total,
            message=message,
        )
        await self._rows.add(job)
        return job

    async def get(self, job_id: UUID) -> Job:
        if found := await self._rows.get(job_id):
            return found
        raise JobNotFound

    async def state(self, job_id: UUID) -> JobState | None:
        """How a job stands, whosever it is in this workspace: for what belongs to all and is done by a job."""
        return await self._rows.state(job_id)

    async def waiting(self, kind: str) -> UUID | None:
        """The last one of a kind that nobody took up yet."""
        return await self._rows.queued(kind)

    async def page(self, request: PageRequest, state: JobState | None = None, kind: str | None = None) -> Page[Job]:
        return await self._rows.page(request, state, kind)

    async def cancel(self, job_id: UUID) -> Job:
        """At once while it waits; at its next step boundary while it runs."""
        job = await self._lock(job_id)
        if job.state not in OPEN:
            raise JobEnded
        lifecycle.request_cancel(job, self._clock())
        await self._rows.flush()
        return job

    async def retry(self, job_id: UUID) -> Job:
        job = await self._lock(job_id)
        if job.state not in RETRYABLE:
            raise JobNotRetryable
        lifecycle.retry(job, self._clock())
        await self._rows.flush()
        return job

    async def _lock(self, job_id: UUID) -> Job:
        if found := await self._rows.lock(job_id):
            return found
        raise JobNotFound


class ScheduleService:
    """Jobs that the house requests by itself, by the clock."""

    def __init__(self, work: Work, clock: Clock) -> None:
        self._rows = ScheduleRepository(work)
        self._clock = clock

    async def ensure(
        self,
        name: str,
        kind: str,
        cron: str,
        time_zone: str = "UTC",
        params: dict[str, Any] | None = None,
        workspace_id: UUID = SYSTEM_WORKSPACE_ID,
    ) -> JobSchedule:
        """Make it so, however often it is said; an unchanged rhythm keeps its next moment."""
        due_at = next_run(cron, time_zone, self._clock())
        wanted = {"kind": kind, "params": params or {}, "cron": cron, "time_zone": time_zone}
        await self._rows.add_if_absent(
            id=new_id(), workspace_id=workspace_id, name=name, is_enabled=True, next_run_at=due_at, **wanted
        )
        schedule = await self._rows.lock(workspace_id, name)
        if (schedule.cron, schedule.time_zone) != (cron, time_zone):
            schedule.next_run_at = due_at
        for field, value in wanted.items():
            setattr(schedule, field, value)
        await self._rows.flush()
        return schedule

    async def fire_due(self) -> list[Job]:
        """Request what is due, each once however long it was missed and however many workers look."""
        now, fired = self._clock(), []
        for schedule in await self._rows.due(now):
            job = lifecycle.queued(
                schedule.kind, schedule.params, workspace_id=schedule.workspace_id, user_id=None, now=now
            )
            if await self._rows.move_on(schedule, next_run(schedule.cron, schedule.time_zone, now), job):
                await self._rows.add(job)
                fired.append(job)
        return fired
