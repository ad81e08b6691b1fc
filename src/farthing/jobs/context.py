"""What a handler holds: the job's parameters and the ways to do its work in steps that are never repeated."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from farthing.infra.db import SYSTEM, Database, DatabaseBusy, Scope, Work
from farthing.jobs import lifecycle
from farthing.jobs.attempt import Attempt
from farthing.jobs.errors import JobCancelled, JobSuperseded, RunnerStopping
from farthing.jobs.models import Job, JobStep
from farthing.jobs.repository import JobRepository
from farthing.jobs.states import JobState
from farthing.kernel.actor import SYSTEM_WORKSPACE_ID
from farthing.kernel.clock import Clock

Outcome = dict[str, Any] | None
"""What a step or a job leaves behind: JSON."""

_TRIES_WHEN_BUSY = 3


class JobContext:
    def __init__(self, database: Database, clock: Clock, job: Job, is_stopping: Callable[[], bool]) -> None:
        self.job_id = job.id
        self.kind = job.kind
        self.params = job.params
        self.user_id = job.user_id
        self.workspace_id = job.workspace_id
        self.attempt = Attempt.of(job)
        self.scope = scope_of(job)
        self._database = database
        self._clock = clock
        self._is_stopping = is_stopping

    async def step(self, name: str, effect: Callable[[Work], Awaitable[Outcome]], *, advance: int = 1) -> Outcome:
        """Do `effect` in one transaction together with the mark that it was done; a marked step is not done again.

        The transaction is short, sees what the job's owner sees and may be tried again when the database is busy.
        """
        for _ in range(_TRIES_WHEN_BUSY - 1):
            with suppress(DatabaseBusy):
                return await self._do(name, effect, advance)
        return await self._do(name, effect, advance)

    async def outside(self, name: str, effect: Callable[[], Awaitable[Outcome]], *, advance: int = 1) -> Outcome:
        """Do slow or outbound work outside any transaction, then leave its mark.

        At least once: a crash between the work and its mark repeats the work, so it must bear that. What was done is
        marked even if somebody asked for cancellation meanwhile.
        """
        async with self._database.read(self.scope) as work:
            rows = JobRepository(work)
            self._hold(await rows.get(self.job_id))
            if mark := await rows.mark(self.job_id, name):
                return mark.result
        result = await effect()

        async def keep(_work: Work) -> Outcome:
            return result

        return await self._do(name, keep, advance, heeds_cancel=False)

    async def plan(self, total: int | None, message: str | None = None) -> None:
        """Say how many steps there will be, and what is going on."""
        async with self._database.write(self.scope) as work:
            job = self._hold(await JobRepository(work).lock(self.job_id))
            lifecycle.plan(job, total, message, self._clock())
            await work.session.flush()

    async def _do(
        self, name: str, effect: Callable[[Work], Awaitable[Outcome]], advance: int, *, heeds_cancel: bool = True
    ) -> Outcome:
        async with self._database.write(self.scope) as work:
            rows = JobRepository(work)
            await rows.enter_alone(self.job_id)
            self._hold(await rows.get(self.job_id), heeds_cancel=heeds_cancel)
            if mark := await rows.mark(self.job_id, name):
                return mark.result
            result = await effect(work)
            await self._leave_mark(rows, name, result, advance)
            return result

    async def _leave_mark(self, rows: JobRepository, name: str, result: Outcome, advance: int) -> None:
        """Checked again with the row in hand: whoever was superseded meanwhile loses the whole step."""
        job = self._hold(await rows.lock(self.job_id), heeds_cancel=False)
        now = self._clock()
        lifecycle.advance(job, advance, now)
        await rows.add(
            JobStep(workspace_id=self.workspace_id, job_id=self.job_id, name=name, result=result, created_at=now)
        )

    def _hold(self, job: Job | None, *, heeds_cancel: bool = True) -> Job:
        """The row, if it is still this attempt's to work on."""
        if job is None or job.attempt != self.attempt.number or job.state != JobState.RUNNING:
            raise JobSuperseded
        if heeds_cancel and job.is_cancel_requested:
            raise JobCancelled
        if heeds_cancel and self._is_stopping():
            raise RunnerStopping
        return job


def scope_of(job: Job) -> Scope:
    """A person's job sees what the person sees; the house's own sees the house."""
    if job.workspace_id == SYSTEM_WORKSPACE_ID:
        return SYSTEM
    return Scope(user_id=job.user_id, workspace_id=job.workspace_id)
