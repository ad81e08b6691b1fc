"""`farthing up` as people start it: a process of its own, a folder of its own, and the end that they ask for."""

import json
import os
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from farthing.infra.crypto import new_key
from farthing.settings import VARIABLES

pytestmark = pytest.mark.xdist_group("servers")  # how long a start takes is not measured beside another start
ROOT = Path(__file__).parents[2]
SURFACE = ROOT.parent / "shared" / "accept" / "surface.py"
PASSWORD = "correct-horse-battery"
HEALTHY_S_MAX = 10
END_S_MAX = 5
TRIES = 3
"""Times are of the quickest of a few tries, because the machine may be busy with other things."""

IDLE_MB_MAX = 200


@dataclass
class Server:
    process: subprocess.Popen[str]
    greeting: list[str]
    address: str
    log: Path

    def stop(self, how: signal.Signals = signal.SIGTERM) -> float:
        """Ask it to end; how long that took."""
        began = time.monotonic()
        self.process.send_signal(how)
        self.process.wait(60)
        return time.monotonic() - began

    def person(self) -> httpx2.Client:
        return httpx2.Client(base_url=self.address, timeout=30)


def clean_environment(**given: str) -> dict[str, str]:
    """The environment without any setting of whoever runs the tests."""
    kept = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    return kept | given


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "farthing", *words]


@contextmanager
def serving(folder: Path, *options: str, **environment: str) -> Iterator[Server]:
    """A server that has said where it listens; it is ended, whatever happens."""
    log = folder.with_suffix(".log")
    words = command("up", "--port", "0", "--data", str(folder), *options)
    with (
        log.open("w") as errors,
        subprocess.Popen(  # noqa: S603  our own program
            words,
            cwd=folder.parent,
            env=clean_environment(**environment),
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as process,
    ):
        try:
            yield Server(process, *greeted(process, log), log)
        finally:
            process.kill()


def greeted(process: subprocess.Popen[str], log: Path) -> tuple[list[str], str]:
    """What it says once it answers, up to the line on how to stop it."""
    said: list[str] = []
    assert process.stdout
    for line in process.stdout:
        said.append(line.rstrip())
        if line.strip().startswith("stop"):
            break
    address = next((line.split()[-1] for line in said if "listening" in line), "")
    assert address, log.read_text()
    return said, address


def refused(*words: str, cwd: Path, **environment: str) -> str:
    """What a start says that does not come about: one line."""
    done = subprocess.run(  # noqa: S603  our own program
        command(*words), cwd=cwd, env=clean_environment(**environment), capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("farthing: ")
    return line


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


def test_it_says_where_it_listens_where_its_data_is_and_what_to_do_first(folder: Path) -> None:
    with serving(folder) as server, server.person() as person:
        healthy = person.get("/api/system/health")
        assert healthy.json() | {"timestamp": ""} == {
            "status": "ok",
            "database": "ok",
            "jobs": healthy.json()["jobs"],
            "bootstrapped": False,
            "reason": None,
            "external_services": None,
            "timestamp": "",
        }
        told = "\n".join(server.greeting)
        assert f"data       {folder}" in told
        assert "farthing users bootstrap NAME" in told
        assert f"{server.address}/docs" in told
        assert person.get("/docs").status_code == 200
        assert stat.S_IMODE((folder / "secrets.env").stat().st_mode) == 0o600
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert {path.name for path in folder.parent.iterdir()} == {"data", "data.log"}


def test_it_is_healthy_soon(folder: Path) -> None:
    def seconds(number: int) -> float:
        began = time.monotonic()
        with serving(folder / str(number)) as server, server.person() as person:
            assert person.get("/api/system/health").status_code == 200
            return time.monotonic() - began

    folder.mkdir()
    assert any(seconds(number) < HEALTHY_S_MAX for number in range(TRIES))


def test_a_second_start_finds_everything_as_it_was(folder: Path) -> None:
    with serving(folder) as server, server.person() as person:
        person.post("/api/system/bootstrap", json={"username": "root", "password": PASSWORD})
        token = person.post("/api/auth/login", json={"username": "root", "password": PASSWORD}).json()["access_token"]
        server.stop()
        secrets = (folder / "secrets.env").read_text()
    with serving(folder) as server, server.person() as person:
        me = person.get("/api/me", headers={"Authorization": f"Bearer {token}"})
        assert me.json()["username"] == "root"
        assert "sign in" in "\n".join(server.greeting)
        assert (folder / "secrets.env").read_text() == secrets


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_soon_when_asked(folder: Path, how: signal.Signals) -> None:
    def seconds() -> float:
        with serving(folder) as server:
            took = server.stop(how)
            assert server.process.returncode in (0, -how, 130)
            assert "Traceback" not in server.log.read_text()
            return took

    assert any(seconds() < END_S_MAX for _ in range(TRIES))


def test_it_ends_although_somebody_watches(folder: Path) -> None:
    with serving(folder, "--sandbox") as server, server.person() as person:
        token = person.post("/api/auth/demo").json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        with person.stream("GET", "/api/jobs/events", headers=headers) as watching:
            assert watching.status_code == 200
            server.stop()


def test_a_port_that_is_taken_is_one_line(folder: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        said = refused("up", "--port", str(port), "--data", str(folder), cwd=folder.parent)
    assert f"Cannot listen on 127.0.0.1:{port}" in said
    assert "--port" in said
    assert not folder.exists()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])
def test_the_sandbox_is_refused_where_others_could_reach_it(folder: Path, host: str) -> None:
    said = refused("up", "--sandbox", "--host", host, "--data", str(folder), cwd=folder.parent)
    assert "SANDBOX" in said
    assert host in said
    assert not folder.exists()


def test_a_wrong_setting_is_one_line_and_starts_nothing(folder: Path) -> None:
    said = refused("up", "--data", str(folder), cwd=folder.parent, ACCESS_TOKEN_EXPIRE_MINUTES="soon")
    assert "ACCESS_TOKEN_EXPIRE_MINUTES 'soon'" in said
    assert not folder.exists()


def test_a_database_from_the_future_is_one_line(folder: Path) -> None:
    with serving(folder) as server:
        server.stop()
    with closing(sqlite3.connect(folder / "farthing.db", isolation_level=None)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    done = subprocess.run(  # noqa: S603  our own program
        command("up", "--port", "0", "--data", str(folder)),
        cwd=folder.parent,
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "9999" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


def test_an_unknown_key_in_the_file_is_a_warning(folder: Path) -> None:
    (folder.parent / ".env").write_text("USERS=admin:admin\nLOG_FORMAT=json\n")
    with serving(folder) as server:
        said = server.log.read_text()
    assert "USERS" in said
    assert "farthing users create" in said
    assert "admin:admin" not in said


def test_its_log_is_json_lines(folder: Path) -> None:
    with serving(folder) as server, server.person() as person:
        person.get("/api/me", headers={"X-Request-Id": "my-request"})
        server.stop()
        lines = [json.loads(line) for line in server.log.read_text().splitlines()]
    assert [line["status"] for line in lines if line.get("request_id") == "my-request"] == [401]
    assert {"event", "level", "logger", "timestamp"} <= set.intersection(*(set(line) for line in lines))


def test_idle_it_is_modest(folder: Path) -> None:
    with serving(folder) as server, server.person() as person:
        while person.get("/api/system/health").json()["jobs"] != "ok":
            assert server.process.poll() is None
        status = Path(f"/proc/{server.process.pid}/status")
        if not status.exists():
            pytest.skip("only Linux tells a process's memory in /proc")
        (resident,) = [line for line in status.read_text().splitlines() if line.startswith("VmRSS")]
        assert int(resident.split()[1]) / 1024 < IDLE_MB_MAX


@pytest.mark.parametrize(("trusted", "seen"), [("", "127.0.0.1"), ("127.0.0.1", "203.0.113.9")])
def test_only_a_trusted_proxy_says_who_comes(folder: Path, trusted: str, seen: str) -> None:
    with serving(folder, "--sandbox", TRUSTED_PROXIES=trusted) as server, server.person() as person:
        body = {"username": "jan", "password": PASSWORD}
        made = person.post("/api/auth/register", json=body, headers={"X-Forwarded-For": "203.0.113.9"})
        headers = {"Authorization": f"Bearer {made.json()['access_token']}"}
        (session,) = person.get("/api/auth/sessions", headers=headers).json()["sessions"]
    assert session["address"] == seen


def test_the_sandbox_is_open_for_trying_out(folder: Path) -> None:
    with serving(folder, "--sandbox") as server, server.person() as person:
        assert "sandbox" in server.greeting[0]
        for number in range(25):
            body = {"username": f"person-{number}", "password": PASSWORD}
            assert person.post("/api/auth/register", json=body).status_code == 201
        assert person.post("/api/auth/demo").status_code == 201


def test_without_the_sandbox_registration_needs_an_invite(folder: Path) -> None:
    with serving(folder) as server, server.person() as person:
        answer = person.post("/api/auth/register", json={"username": "jan", "password": PASSWORD})
        assert (answer.status_code, "invite" in answer.json()["detail"]) == (403, True)


def test_the_surface_of_the_replaced_systems_is_served(folder: Path) -> None:
    if not SURFACE.exists():
        pytest.skip("the acceptance walk lies in ../shared, which is not beside this checkout")
    with serving(folder, "--sandbox") as server:
        walk = [sys.executable, str(SURFACE), server.address, "--only", "system,auth"]
        done = subprocess.run(walk, capture_output=True, text=True, check=False)  # noqa: S603  a script we were given
    assert done.returncode == 0, done.stdout


def test_who_is_signed_out_on_one_server_is_out_on_the_other(
    tmp_path: Path, empty_postgres: Callable[[str], str]
) -> None:
    shared = {
        "DATABASE_URL": empty_postgres("servers"),
        "SECRET_KEY": "a secret key for two servers, of sufficient length",
        "SECRETS_KEY": new_key(),
        "REGISTRATION": "open",
    }
    with (
        serving(tmp_path / "one", WORKER_ID="one", **shared) as one,
        serving(tmp_path / "two", WORKER_ID="two", **shared) as two,
        one.person() as here,
        two.person() as there,
    ):
        made = here.post("/api/auth/register", json={"username": "jan", "password": PASSWORD}).json()
        there.headers["Authorization"] = here.headers["Authorization"] = f"Bearer {made['access_token']}"
        assert there.get("/api/me").json()["username"] == "jan"
        assert here.post("/api/auth/logout-all").json() == {"ok": True, "revoked": 1}
        assert there.get("/api/me").status_code == 401
