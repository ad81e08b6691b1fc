"""How soon an installed Farthing answers, and what it holds when nobody asks anything."""

import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.table import Figure, show

_ROUNDS = 5
_SETTLES_AFTER_S = 5


def measure() -> bool:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        first = _secondsuntil_healthy(data)
        later = [_secondsuntil_healthy(data) for _ in range(_ROUNDS)]
        with serving(data) as (process, port):
            until_healthy(port)
            until_jobs_run(port)
            time.sleep(_SETTLES_AFTER_S)  # not waiting for anything: idle is what is measured
            idle_mb = resident_mb(process.pid)
    help_s = statistics.median(_seconds([sys.executable, "-m", "farthing", "--help"]) for _ in range(_ROUNDS))
    return show(
        "startup",
        [
            Figure("`farthing up`, first start with migrations, until healthy", first, "s"),
            Figure("`farthing up`, installed, until healthy (median of 5)", statistics.median(later), "s", 3),
            Figure("resident memory when idle, jobs running", idle_mb, "MB", 200),
            Figure("`farthing --help` (median of 5)", help_s, "s", 0.3),
        ],
    )


@contextmanager
def serving(data: Path, **environment: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """The real server on a free port, stopped by its own process id."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    command = [sys.executable, "-m", "farthing", "up", "--port", str(port), "--data", str(data)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, env={**os.environ, **environment}, **quiet)  # type: ignore[call-overload]
    try:
        yield process, port
    finally:
        process.terminate()
        process.wait(20)


def _secondsuntil_healthy(data: Path) -> float:
    started = time.perf_counter()
    with serving(data) as (_, port):
        until_healthy(port)
        return time.perf_counter() - started


def until_healthy(port: int) -> None:
    _until(f"http://127.0.0.1:{port}/health", b"healthy")


def until_jobs_run(port: int) -> None:
    _until(f"http://127.0.0.1:{port}/api/system/health", b'"jobs":"ok"')


def _until(url: str, words: bytes, seconds: float = 60) -> None:
    ends_at = time.perf_counter() + seconds
    while time.perf_counter() < ends_at:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if words in answer.read():
                    return
        except OSError:
            pass
        time.sleep(0.01)
    raise TimeoutError(url)


def resident_mb(pid: int) -> float:
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    if found is None:
        raise RuntimeError("no VmRSS")
    return int(found.group(1)) / 1000


def cpu_s(pid: int) -> float:
    """What a process and its ended children have used of the processors; unlike time, other load hardly changes it."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def _seconds(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started
