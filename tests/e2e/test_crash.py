"""`kill -9` at any step: after a restart the job goes on by itself, and no step is lost or done twice."""

import os
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

SERVER = Path(__file__).with_name("crash_server.py")
STEPS = 40
ROUNDS = int(os.environ.get("FARTHING_KILL_ROUNDS", "3"))
DEADLINE_S = 60
RESUME_S_MAX = 30
"""Two or three seconds where the machine is idle; in any case without waiting until a heartbeat is stale."""


@contextmanager
def server(directory: Path) -> Iterator[subprocess.Popen[bytes]]:
    with (directory / "server.log").open("ab") as log:
        process = subprocess.Popen([sys.executable, str(SERVER), str(directory)], stdout=log, stderr=log)  # noqa: S603  our own script
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def ask(directory: Path, question: str) -> list[tuple[object, ...]]:
    """Read what the database says; nothing while there is none."""
    try:
        with closing(sqlite3.connect(f"file:{directory / 'farthing.db'}?mode=ro", uri=True, timeout=10)) as connection:
            return connection.execute(question).fetchall()
    except sqlite3.OperationalError:
        return []


def effects(directory: Path) -> list[object]:
    return [step for (step,) in ask(directory, "SELECT step FROM demo_effects ORDER BY rowid")]


def state(directory: Path) -> object:
    rows = ask(directory, "SELECT state FROM jobs")
    return rows[0][0] if rows else None


def until(happened: Callable[[], bool], what: str, process: subprocess.Popen[bytes]) -> float:
    """Look until it happens; how long it took."""
    began = time.monotonic()
    while not happened():
        assert process.poll() is None, f"the server ended by itself before {what}"
        assert time.monotonic() - began < DEADLINE_S, f"no {what} within {DEADLINE_S} s"
        time.sleep(0.005)
    return time.monotonic() - began


def kill_at(directory: Path, step: int) -> int:
    """Let a server work until `step`, kill it in the act; how many steps it had done."""
    with server(directory) as process:
        until(lambda: len(effects(directory)) >= step, f"step {step}", process)
        process.kill()
        process.wait()
    assert state(directory) == "running"
    return len(effects(directory))


@pytest.mark.parametrize("queue_file", ["kept", "deleted"])
@pytest.mark.parametrize("round_number", range(ROUNDS))
def test_a_killed_job_goes_on_and_does_each_step_once(tmp_path: Path, round_number: int, queue_file: str) -> None:
    chosen = random.Random(f"{round_number}/{os.environ.get('FARTHING_KILL_SEED', '')}")  # noqa: S311  not a secret
    done = kill_at(tmp_path, chosen.randrange(1, STEPS - 10))
    assert done < STEPS
    if queue_file == "deleted":
        for leftover in tmp_path.glob("dbos.db*"):
            leftover.unlink()
    with server(tmp_path) as process:
        resumed_in_s = until(lambda: len(effects(tmp_path)) > done, "resumption", process)
        until(lambda: state(tmp_path) == "done", "end of the job", process)
    assert effects(tmp_path) == list(range(STEPS))
    assert ask(tmp_path, "SELECT count(*) FROM job_steps") == [(STEPS,)]
    assert ask(tmp_path, "SELECT progress_done, error FROM jobs") == [(STEPS, None)]
    assert resumed_in_s < RESUME_S_MAX


def test_killed_again_and_again_it_still_ends(tmp_path: Path) -> None:
    for step in (5, 12, 20, 28):
        kill_at(tmp_path, step)
    with server(tmp_path) as process:
        until(lambda: state(tmp_path) == "done", "end of the job", process)
    assert effects(tmp_path) == list(range(STEPS))
