"""Doing jobs here: from the moment that the queue hands over an attempt until its row says how it ended."""

import asyncio
from collections.abc import Callable, Container
from typing import Any

import structlog

from farthing.infra.db import SYSTEM, Database, DatabaseDown
from farthing.infra.telemetry import JOBS, logger
from farthing.jobs import lifecycle
from farthing.jobs.attempt import Attempt
from farthing.jobs.context import JobContext
from farthing.jobs.errors import JobCancelled, JobInterrupted
from farthing.jobs.failures import caught
from farthing.jobs.models import Job
from farthing.jobs.registry import Registry
from farthing.jobs.repository import JobRepository
from farthing.jobs.states import OPEN, JobState
from farthing.kernel.clock import Clock
from farthing.kernel.errors import FarthingError
from farthing.kernel.ids import new_id

_log = logger("farthing.jobs")


class Worker:
    def __init__(self, database: Database, registry: Registry, clock: Clock, name: str = "local") -> None:
        """`name` is this process's own among those alive, and the same after a restart."""
        self.name = name
        self._database = database
        self._registry = registry
        self._clock = clock
        self._running: dict[Attempt, asyncio.Task[Any]] = {}
        self._is_stopping = False

    def has(self, attempt: Attempt) -> bool:
        return attempt in self._running

    async def run(self, attempt: Attempt) -> None:
        """Do one attempt. An outdated hand-over does nothing, a repeated one waits with the first."""
        if self._is_stopping:
            return
        if first := self._running.get(attempt):
            await asyncio.wait([first])
            return
        self._running[attempt] = _this_task()
        try:
            if job := await self._claim(attempt):
                with structlog.contextvars.bound_contextvars(job_id=str(job.id), kind=job.kind):
                    await self._work(attempt, job)
        finally:
            del self._running[attempt]

    async def beat(self) -> None:
        """Say of everything under way here that it is alive."""
        if self._running:
            async with self._database.write(SYSTEM) as work:
                await JobRepository(work).beat(self._running, self._clock())

    async def stop(self, grace_s: float) -> None:
        """Stop at the next step boundaries, or after the grace anyway; what is unfinished goes back to the queue."""
        self._is_stopping = True
        interrupted = list(self._running)
        if self._running:
            _, late = await asyncio.wait(self._running.values(), timeout=grace_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        for attempt in interrupted:
            await self._change(attempt, lambda job: lifecycle.requeue(job, self._clock()))

    async def _claim(self, attempt: Attempt) -> Job | None:
        """The row of the attempt, running from now on; None when there is nothing to do."""

        def claim(job: Job) -> None:
            if job.is_cancel_requested:
                lifecycle.cancel(job, self._clock())
            else:
                lifecycle.start(job, self._clock(), self.name)

        job = await self._change(attempt, claim, of=OPEN)
        return job if job is not None and job.state == JobState.RUNNING else None

    async def _work(self, attempt: Attempt, job: Job) -> None:
        match await caught(self._finish(attempt, job)):
            case JobCancelled():
                await self._change(attempt, lambda row: lifecycle.cancel(row, self._clock()))
            case None | JobInterrupted():
                pass
            case DatabaseDown() as absence:
                _log.warning("job left for later", reason=absence.detail)
            case failure:
                told = _told(failure)
                await self._change(attempt, lambda row: lifecycle.fail(row, told, self._clock()))

    async def _finish(self, attempt: Attempt, job: Job) -> None:
        kind = self._registry.find(job.kind)
        context = JobContext(self._database, self._clock, job, lambda: self._is_stopping)
        result = await kind.handler(context)
        await self._change(attempt, lambda row: lifecycle.succeed(row, result, self._clock()))

    async def _change(
        self, attempt: Attempt, change: Callable[[Job], None], of: Container[str] = (JobState.RUNNING,)
    ) -> Job | None:
        """Change the row, unless it is no longer this attempt's."""
        async with self._database.write(SYSTEM) as work:
            rows = JobRepository(work)
            job = await rows.lock(attempt.job_id)
            if job is None or job.attempt != attempt.number or job.state not in of:
                return None
            change(job)
            await rows.flush()
        if job.state not in OPEN:
            JOBS.labels(job.kind, job.state).inc()
        return job


def _this_task() -> asyncio.Task[Any]:
    task = asyncio.current_task()
    if task is None:
        raise RuntimeError("a job runs in a task")
    return task


def _told(failure: Exception) -> str:
    """The words for the row: ours where the failure is ours, else an id under which the log has the rest."""
    if isinstance(failure, FarthingError):
        return failure.detail
    error_id = new_id()
    _log.error("job failed", error_id=str(error_id), exc_info=failure)
    return f"Unexpected error {error_id}"
