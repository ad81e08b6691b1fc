"""The real server, killed while it purges demos: started again it ends the job, each demo purged exactly once."""

import asyncio
import os
import random
import signal
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import insert, select

from factories.installations import ROUNDS, Installation, until
from farthing.auth.models import Membership, User, Workspace
from farthing.auth.tasks import PURGE_DEMOS
from farthing.bootstrap import build
from farthing.infra.db import SYSTEM
from farthing.jobs.models import Job, JobStep
from farthing.jobs.service import JobService
from farthing.kernel.actor import HOUSE
from farthing.kernel.clock import utc_now
from farthing.kernel.ids import new_id
from farthing.settings import Settings

pytestmark = pytest.mark.timeout(600)  # each wait has a limit of its own; a busy machine makes many of them long

DEMOS = 600


def fill_with_demos(installation: Installation) -> None:
    now = utc_now()
    stamps = {"created_at": now, "updated_at": now}
    users = [{"id": new_id(), "username": f"demo-{i}", "is_demo": True, **stamps} for i in range(DEMOS)]
    spaces = [
        {"id": new_id(), "name": "Demo", "kind": "demo", "expires_at": now - timedelta(hours=1), "version": 1, **stamps}
        for _ in range(DEMOS)
    ]
    members = [
        {"id": new_id(), "workspace_id": space["id"], "user_id": user["id"], "role": "owner", **stamps}
        for user, space in zip(users, spaces, strict=True)
    ]
    flags = {"must_change_password": False, "is_active": True, "is_superuser": False}
    with installation.engine.begin() as connection:
        connection.execute(insert(User), [user | flags for user in users])
        connection.execute(insert(Workspace), spaces)
        connection.execute(insert(Membership), members)


async def request_purge(settings: Settings) -> UUID:
    """Ask as the terminal would: a row that the server finds by looking."""
    house = build(settings)
    async with house.database.write(SYSTEM) as work:
        job = await JobService(work, HOUSE, utc_now).request(PURGE_DEMOS, {})
    await house.http.aclose()
    await house.database.close()
    return job.id


@pytest.mark.parametrize("queue", ["kept", "deleted"])
@pytest.mark.parametrize("round_number", range(ROUNDS))
def test_a_killed_server_ends_its_job_with_each_step_once(
    installation: Installation, round_number: int, queue: str
) -> None:
    fill_with_demos(installation)
    job_id = asyncio.run(request_purge(installation.settings))
    chosen = random.Random(f"{round_number}/{queue}").randrange(1, 25)  # noqa: S311  not a secret
    with installation.serving() as process:
        until(lambda: installation.steps() >= chosen, f"step {chosen}", process)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert installation.state(job_id) == "running"
    assert 0 < installation.demos() < DEMOS
    if queue == "deleted":
        installation.forget_queue()
    with installation.serving() as process:
        until(installation.is_idle, "end of the job", process)
    batches = select(JobStep.result).where(JobStep.name.like("batch-%"))
    results = [row[0]["purged"] for row in installation.ask(batches)]
    assert sum(results) == DEMOS
    assert installation.demos() == 0
    # The house's own schedule may have asked for the same meanwhile; together they purged each demo once.
    ended = installation.ask(select(Job.result).where(Job.kind == PURGE_DEMOS))
    assert sum(result["purged"] for (result,) in ended) == DEMOS
    assert installation.state(job_id) == "done"
