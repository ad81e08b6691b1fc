import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

from farthing.infra.db import Database, Scope
from farthing.jobs.errors import JobNotFound
from farthing.jobs.models import Job
from farthing.jobs.repository import JobRepository
from farthing.jobs.states import OPEN
from farthing.kernel.clock import Clock

_OVERLAP = timedelta(seconds=10)
"""How far back each look reaches, so that a change stamped before a look and committed after it is not missed."""


async def watch(
    database: Database, scope: Scope, clock: Clock, *, job_id: UUID | None = None, poll_s: float = 0.5
) -> AsyncIterator[Job | None]:
    """Jobs of the scope as they change, whichever worker changes them, and None after each look.

    One job's watch ends with the job.
    """
    seen: dict[UUID, int] = {}
    while True:
        async with database.read(scope) as work:
            rows = await JobRepository(work).changed(clock() - _OVERLAP, job_id)
        for job in rows:
            if seen.get(job.id) != job.version:
                yield job
        if job_id is not None:
            if not rows and not seen:
                raise JobNotFound
            if not rows or rows[0].state not in OPEN:
                return
        seen = {job.id: job.version for job in rows}
        yield None
        await asyncio.sleep(poll_s)
