"""A process that does one long job and is meant to be killed while it does: `python crash_server.py DIRECTORY`."""

import asyncio
import sys
from pathlib import Path

from sqlalchemy import text

import farthing.migrations.metadata  # noqa: F401  every table that others refer to
from farthing.infra.db import SYSTEM, Database, Work
from farthing.infra.db.engine import Addresses, sqlite_address
from farthing.infra.telemetry import configure_logging
from farthing.jobs.context import JobContext, Outcome
from farthing.jobs.registry import JobKind, Registry
from farthing.jobs.runner import Runner, RunnerSettings
from farthing.jobs.service import JobService
from farthing.kernel.actor import HOUSE
from farthing.kernel.clock import utc_now
from farthing.kernel.paging import PageRequest
from farthing.migrations.upgrade import upgrade

STEPS = 40
_PACE_S = 0.01


async def long_job(job: JobContext) -> Outcome:
    """Each step leaves one row. The pace gives whoever kills this process something to interrupt."""
    await job.plan(STEPS)
    for number in range(STEPS):

        async def effect(work: Work, number: int = number) -> Outcome:
            await work.session.execute(text("INSERT INTO demo_effects (step) VALUES (:step)"), {"step": number})
            return {"step": number}

        await job.step(f"step-{number}", effect)
        await asyncio.sleep(_PACE_S)
    return {"steps": STEPS}


async def serve(directory: Path) -> None:
    address = sqlite_address(f"sqlite:///{directory / 'farthing.db'}")
    await asyncio.to_thread(upgrade, address)
    database = Database(Addresses(address, address, address))
    async with database.write(SYSTEM) as work:
        await work.session.execute(text("CREATE TABLE IF NOT EXISTS demo_effects (step INTEGER NOT NULL)"))
        jobs = JobService(work, HOUSE, utc_now)
        if (await jobs.page(PageRequest())).total == 0:
            await jobs.request("long", {})
    registry = Registry([JobKind("long", long_job, "A long job")])
    runner = Runner(database, registry, utc_now, RunnerSettings(dbos_url=f"sqlite:///{directory / 'dbos.db'}"))
    await runner.start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    configure_logging("WARNING")
    asyncio.run(serve(Path(sys.argv[1])))
