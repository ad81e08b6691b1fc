"""From the database to the queue: new jobs, due schedules, and jobs that the queue or a worker has lost."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

from farthing.infra.db import SYSTEM, Database, Work
from farthing.infra.telemetry import JOBS, JOBS_OPEN, logger
from farthing.jobs import lifecycle
from farthing.jobs.attempt import Attempt
from farthing.jobs.errors import JobWornOut
from farthing.jobs.models import Job
from farthing.jobs.repository import JobRepository, ScheduleRepository
from farthing.jobs.service import ScheduleService
from farthing.jobs.states import JobState
from farthing.jobs.worker import Worker
from farthing.kernel.clock import Clock

_BATCH = 200
_log = logger("farthing.jobs")


class Fate(StrEnum):
    """What the queue knows about an attempt."""

    UNKNOWN = "unknown"
    LIVE = "live"
    ENDED = "ended"
    WORN_OUT = "worn_out"


class Queue(Protocol):
    """What carries attempts to workers and brings them back after a crash."""

    async def put(self, attempts: Sequence[Attempt]) -> None:
        """Hand over; saying it twice changes nothing."""

    async def fates(self, attempts: Sequence[Attempt]) -> Mapping[Attempt, Fate]: ...

    async def forget(self, attempts: Sequence[Attempt]) -> None:
        """Nobody needs to do these any more."""


class Dispatcher:
    def __init__(
        self, database: Database, clock: Clock, queue: Queue, worker: Worker, *, stale_after_s: float = 60
    ) -> None:
        self._database = database
        self._clock = clock
        self._queue = queue
        self._worker = worker
        self._stale_after = timedelta(seconds=stale_after_s)

    async def dispatch(self) -> None:
        """Request what is due and put everything that waits into the queue; a look costs one short read."""
        async with self._database.read(SYSTEM) as work:
            is_due = await ScheduleRepository(work).is_any_due(self._clock())
            waiting = await JobRepository(work).waiting(_BATCH)
        if is_due:
            async with self._database.write(SYSTEM) as work:
                waiting = [*waiting, *await ScheduleService(work, self._clock).fire_due()]
        if waiting:
            await self._send([Attempt.of(job) for job in waiting])

    async def _send(self, attempts: Sequence[Attempt]) -> None:
        """Queue first, note afterwards: a crash in between sends the same keys again, which changes nothing."""
        await self._queue.put(attempts)
        async with self._database.write(SYSTEM) as work:
            await JobRepository(work).dispatched(attempts, self._clock())

    async def reconcile(self, *, at_start: bool = False) -> None:
        """Queue again what was lost: nobody does it, whether the queue forgot it or its worker died."""
        async with self._database.read(SYSTEM) as work:
            rows = JobRepository(work)
            under_way = await rows.under_way(_BATCH)
            JOBS_OPEN.set(await rows.count_open())
        fates = await self._queue.fates([Attempt.of(job) for job in under_way])
        worn_out = [job for job in under_way if fates[Attempt.of(job)] is Fate.WORN_OUT]
        lost = [job for job in under_way if self._is_lost(job, fates[Attempt.of(job)], at_start=at_start)]
        if worn_out or lost:
            await self._take_over(worn_out, lost)
            await self._queue.forget([Attempt.of(job) for job in lost if fates[Attempt.of(job)] is Fate.LIVE])

    def _is_lost(self, job: Job, fate: Fate, *, at_start: bool) -> bool:
        if fate is Fate.WORN_OUT or self._worker.has(Attempt.of(job)):
            return False
        if fate is Fate.ENDED:
            return True
        if job.state == JobState.QUEUED:
            return fate is Fate.UNKNOWN
        # What ran under the name of the worker that starts now is dead; of others the pulse tells.
        is_of_former_life = at_start and job.worker == self._worker.name and fate is Fate.UNKNOWN
        return is_of_former_life or self._is_stale(job)

    def _is_stale(self, job: Job) -> bool:
        return job.heartbeat_at is None or self._clock() - job.heartbeat_at > self._stale_after

    async def _take_over(self, worn_out: Sequence[Job], lost: Sequence[Job]) -> None:
        async with self._database.write(SYSTEM) as work:
            for seen in lost:
                if job := await _unchanged(work, seen):
                    lifecycle.requeue(job, self._clock())
                    _log.warning("job queued again", job_id=str(job.id), kind=job.kind, attempt=job.attempt)
            for seen in worn_out:
                if job := await _unchanged(work, seen):
                    lifecycle.fail(job, JobWornOut().detail, self._clock())
                    JOBS.labels(job.kind, job.state).inc()
            await work.session.flush()


async def _unchanged(work: Work, seen: Job) -> Job | None:
    """The row, if nobody moved it and no heart beat since it was seen."""
    job = await JobRepository(work).lock(seen.id)
    if job is None or (job.attempt, job.state, job.heartbeat_at) != (seen.attempt, seen.state, seen.heartbeat_at):
        return None
    return job
