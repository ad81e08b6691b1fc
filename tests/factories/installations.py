"""A real server on a data folder of its own, which tests start, watch from outside and kill."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from sqlalchemy import create_engine, select, text
from sqlalchemy.engine import make_url

from farthing.jobs.models import Job, JobStep
from farthing.settings import Settings

ROUNDS = int(os.environ.get("FARTHING_KILL_ROUNDS", "3"))
DEADLINE_S = 90


class Installation:
    """A data folder, the server that works on it, and what its database says."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        owner = make_url(settings.database_url)
        driver = "sqlite" if settings.is_sqlite else "postgresql+psycopg"
        self.engine = create_engine(owner.set(drivername=driver))
        self.address = ""

    @contextmanager
    def serving(self) -> Iterator[subprocess.Popen[bytes]]:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        environment = os.environ | {
            "DATABASE_URL": self.settings.database_url,
            "SECRET_KEY": self.settings.secret_key.get_secret_value(),
            "REGISTRATION": "open",
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


def until(happened: Callable[[], bool], what: str, process: subprocess.Popen[bytes]) -> None:
    began = time.monotonic()
    while not happened():
        assert process.poll() is None, f"the server ended by itself before {what}"
        assert time.monotonic() - began < DEADLINE_S, f"no {what} within {DEADLINE_S} s"
        time.sleep(0.005)
