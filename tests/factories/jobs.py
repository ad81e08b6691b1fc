"""Background work done at once, by the house's own worker, without a queue."""

from uuid import UUID

from factories.people import Person
from farthing.bootstrap import House
from farthing.jobs.attempt import Attempt
from farthing.jobs.worker import Worker


async def done(house: House, person: Person, job_id: str) -> dict[str, object]:
    """A job after it was done, as its owner sees it."""
    await Worker(house.database, house.registry, house.clock).run(Attempt(UUID(job_id), 1))
    answer = await person.get(f"/api/jobs/{job_id}")
    found: dict[str, object] = answer.json()
    return found
