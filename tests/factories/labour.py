"""Background work done by hand: what a worker of the house would do, at the moment when a test wants it done."""

from farthing.bootstrap import House
from farthing.infra.db import SYSTEM
from farthing.jobs.attempt import Attempt
from farthing.jobs.repository import JobRepository
from farthing.jobs.worker import Worker


async def work_off(house: House) -> int:
    """Do all jobs that wait, and those that they ask for; how many that were."""
    worker, done = Worker(house.database, house.registry, house.clock), 0
    while True:
        async with house.database.read(SYSTEM) as work:
            attempts = [Attempt.of(job) for job in await JobRepository(work).waiting(100)]
        if not attempts:
            return done
        for attempt in attempts:
            await worker.run(attempt)
            done += 1
