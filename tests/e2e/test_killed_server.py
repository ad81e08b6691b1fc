"""The real server, killed while it purges demos: started again it ends the job, each demo purged exactly once."""

import asyncio
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import create_engine, insert, select, text
from sqlalchemy.engine import make_url

from conftest import make_settings
from farthing.auth.models import Membership, User, Workspace
from farthing.auth.tasks import PURGE_DEMOS
from farthing.bootstrap import build, migrate
from farthing.infra.db import SYSTEM
from farthing.jobs.models import Job, JobStep
from farthing.jobs.service import JobService
from farthing.kernel.actor import HOUSE
from farthing.kernel.clock import utc_now
from farthing.kernel.ids import new_id
from farthing.settings import Settings

DEMOS = 600
ROUNDS = int(os.environ.get("FARTHING_KILL_ROUNDS", "3"))
DEADLINE_S = 90


class Installation:
    """A data folder, the server that works on it, and what its database says."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        owner = make_url(settings.database_url)
        driver = "sqlite" if settings.is_sqlite else "postgresql+psycopg"
        self.engine = create_engine(owner.set(drivername=driver))

    @contextmanager
    def serving(self) -> Iterator[subprocess.Popen[bytes]]:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        environment = os.environ | {
            "DATABASE_URL": self.settings.database_url,
            "SECRET_KEY": self.settings.secret_key.get_secret_value(),
            "SECRETS_KEY": self.settings.secrets_key.get_secret_value(),
        }
        command = [sys.executable, "-m", "farthing", "up", "--port", str(port), "--data", str(self.settings.data_dir)]
        with (self.settings.data_dir / "server.log").open("ab") as log:
            process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)  # noqa: S603  our own program
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def ask(self, statement: Any) -> list[Any]:
        with self.engine.connect() as connection:
            return list(connection.execute(statement))

    def steps(self) -> int:
        return len(self.ask(select(JobStep.name)))

    def demos(self) -> int:
        return int(self.ask(text("SELECT count(*) FROM workspaces WHERE kind = 'demo'"))[0][0])

    def state(self, job_id: UUID) -> str:
        return str(self.ask(select(Job.state).where(Job.id == job_id))[0][0])

    def is_idle(self) -> bool:
        return not self.ask(select(Job.id).where(Job.state.in_(["queued", "running"])))

    def forget_queue(self) -> None:
        """Delete DBOS's own book."""
        for leftover in self.settings.data_dir.glob("jobs.db*"):
            leftover.unlink()
        if not self.settings.is_sqlite:
            with self.engine.begin() as connection:
                connection.execute(text("DROP SCHEMA dbos CASCADE"))


@pytest.fixture
def installation(settings: Settings) -> Iterator[Installation]:
    made = Installation(make_settings(settings.data_dir, database_url=settings.database_url))
    yield made
    if not made.settings.is_sqlite:
        with made.engine.begin() as connection:
            connection.execute(text("DROP SCHEMA IF EXISTS dbos CASCADE"))
        migrate(made.settings)  # the schema again, empty, for whoever comes next
    made.engine.dispose()


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


def until(happened: Callable[[], bool], what: str, process: subprocess.Popen[bytes]) -> None:
    began = time.monotonic()
    while not happened():
        assert process.poll() is None, f"the server ended by itself before {what}"
        assert time.monotonic() - began < DEADLINE_S, f"no {what} within {DEADLINE_S} s"
        time.sleep(0.005)


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
