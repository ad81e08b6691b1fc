"""What the HTTP door costs: an authenticated `GET /api/me` beside a bare endpoint with the same SELECT.

Both run in one process on one engine; the load alternates between them, and the ratio of each pair counts.
"""

import asyncio
import multiprocessing
import statistics
import tempfile
from collections.abc import Mapping
from contextlib import asynccontextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI

from bench.load import Load, ask, get
from bench.postgres import a_database
from bench.table import Figure, show
from farthing.api.app import create_app
from farthing.auth.repository import standing_query
from farthing.auth.schemas import BootstrapIn
from farthing.auth.sessions import Device
from farthing.auth.signin import SignIn, SignUp
from farthing.bootstrap import House, build, migrate
from farthing.infra.db import Scope
from farthing.infra.telemetry import configure_logging
from farthing.settings import ensure_secrets, load

_PAIRS = 5
_SECONDS = 3.0
_CLIENTS = 16
_PASSWORD = "correct-horse-battery"  # noqa: S105  of nobody


def measure() -> bool:
    held = _measure_on("SQLite", {})
    with a_database() as url:
        return _measure_on("PostgreSQL", {"database_url": url}) and held


def _measure_on(database: str, given: Mapping[str, Any]) -> bool:
    """The load comes from this process, the servers are a child: a core for each."""
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = multiprocessing.get_context("spawn").Pipe()
        server = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs, folder, dict(given)))
        server.start()
        door_port, bare_port, token = ours.recv()
        pairs = [_pair(door_port, bare_port, token) for _ in range(_PAIRS)]
        ours.send("stop")
        server.join(20)
    ratio = statistics.median(door.per_second / bare.per_second for door, bare in pairs)
    return show(
        f"door on {database}, {_CLIENTS} clients, median of {_PAIRS} pairs of {_SECONDS:g} s",
        [
            Figure("`GET /api/me`", statistics.median(d.per_second for d, _ in pairs), "req/s"),
            Figure("`GET /api/me` p95", statistics.median(d.p95_ms for d, _ in pairs), "ms"),
            Figure("bare endpoint, same SELECT", statistics.median(b.per_second for _, b in pairs), "req/s"),
            Figure("ratio", ratio, "", 0.6, is_floor=True),
        ],
    )


def _pair(door_port: int, bare_port: int, token: str) -> tuple[Load, Load]:
    door = ask(door_port, get("/api/me", token), clients=_CLIENTS, seconds=_SECONDS)
    bare = ask(bare_port, get("/bare"), clients=_CLIENTS, seconds=_SECONDS)
    return door, bare


def _serve(parent: Connection, folder: str, given: dict[str, Any]) -> None:
    asyncio.run(_serve_both(parent, folder, given))


async def _serve_both(parent: Connection, folder: str, given: dict[str, Any]) -> None:
    settings = ensure_secrets(load({}, env_file=Path(folder) / "none", data_dir=folder, log_level="WARNING", **given))
    configure_logging("WARNING")
    migrate(settings)
    house = build(settings)
    user = await SignUp(house.door).bootstrap(BootstrapIn(username="root", password=_PASSWORD))
    holder = await SignIn(house.door).with_password(user.username, _PASSWORD, Device("127.0.0.1"))
    scope = Scope(user_id=user.id, workspace_id=holder.workspace_id)
    servers = [_server(create_app(house, _alive)), _server(_bare(house, holder.session_id, scope))]
    tasks = [asyncio.create_task(server.serve()) for server in servers]
    while not all(server.started for server in servers):
        await asyncio.sleep(0.01)
    ports = [server.servers[0].sockets[0].getsockname()[1] for server in servers]
    parent.send((*ports, holder.access_token))
    await asyncio.to_thread(parent.recv)
    for server in servers:
        server.should_exit = True
    await asyncio.gather(*tasks)
    await house.database.close()


@asynccontextmanager
async def _alive(house: House) -> Any:
    yield house


def _bare(house: House, session_id: Any, scope: Scope) -> FastAPI:
    """Nothing but the transaction, the SELECT and the answer."""
    app = FastAPI()

    @app.get("/bare")
    async def bare() -> dict[str, Any]:
        async with house.database.read(scope) as work:
            query = standing_query(scope.user_id, session_id, scope.workspace_id)  # type: ignore[arg-type]
            row = (await work.session.execute(query)).one()
            return {str(index): value for index, value in enumerate(row)}

    return app


def _server(app: FastAPI) -> uvicorn.Server:
    return uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, access_log=False, lifespan="off"))
