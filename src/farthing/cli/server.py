"""`farthing up`: one process that serves everything."""

import os
import socket
import sys
from pathlib import Path

import uvicorn

from farthing import __version__
from farthing.api.app import create_app
from farthing.auth.signin import SignUp
from farthing.bootstrap import House, build, living, migrate
from farthing.cli.local import settings_of
from farthing.infra.memory import settle
from farthing.infra.telemetry import configure_logging, logger
from farthing.kernel.errors import FarthingError
from farthing.settings import Settings, ensure_secrets

_GRACE_S = 5


class PortTaken(FarthingError):
    """The port is taken."""


def serve(*, host: str | None, port: int | None, data: Path | None, sandbox: bool, reload: bool) -> None:
    settings = settings_of(data, host=host, port=port, sandbox=sandbox or None)
    if reload:
        _serve_reloading(settings)
        return
    listener = _listen(settings)
    settings = ensure_secrets(settings)
    as_json = settings.log_format == "json" or (settings.log_format == "auto" and not sys.stderr.isatty())
    configure_logging("DEBUG" if settings.debug else settings.log_level, as_json=as_json)
    logger("farthing").info("database_ready", outcome=migrate(settings))
    house = build(settings)
    config = uvicorn.Config(
        create_app(house, living),
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_graceful_shutdown=_GRACE_S,
    )
    settle()
    Announced(config, house, listener).run(sockets=[listener])


class Announced(uvicorn.Server):
    """A server that says where it is and what to do first, once it answers."""

    def __init__(self, config: uvicorn.Config, house: House, listener: socket.socket) -> None:
        super().__init__(config)
        self._house = house
        self._listener = listener

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            is_bootstrapped = await SignUp(self._house.door).is_bootstrapped()
            print(greeting(self._house.settings, self._listener, is_bootstrapped=is_bootstrapped), flush=True)


def greeting(settings: Settings, listener: socket.socket, *, is_bootstrapped: bool) -> str:
    host, port = listener.getsockname()[:2]
    shown = "localhost" if host in ("127.0.0.1", "::1", "0.0.0.0", "::") else host  # noqa: S104  shown, not bound
    address = f"http://{shown}:{port}"
    database = "SQLite in the data folder" if settings.is_sqlite else "PostgreSQL"
    first = (
        f"sign in; the API is described at {address}/docs"
        if is_bootstrapped
        else f"`farthing users bootstrap NAME` makes the owner; the API is described at {address}/docs"
    )
    lines = [
        f"Farthing {__version__}{'  (sandbox: for trying out, not for your money)' if settings.sandbox else ''}",
        f"  listening  {address}",
        f"  data       {settings.data_dir}",
        f"  database   {database}",
        f"  first      {first}",
        "  stop       Ctrl-C",
    ]
    return "\n".join(lines)


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        raise PortTaken(
            f"Cannot listen on {settings.host}:{settings.port} ({error.strerror}). "
            "Stop what listens there, or choose another with --port."
        ) from error
    listener.listen(2048)
    listener.set_inheritable(True)
    return listener


def _serve_reloading(settings: Settings) -> None:
    """For developing: the server's children read their settings themselves, so what was said here goes along."""
    os.environ["DATA_DIR"] = str(settings.data_dir)
    os.environ["SANDBOX"] = str(settings.sandbox)
    uvicorn.run(
        "farthing.asgi:app",
        factory=True,
        reload=True,
        reload_dirs=[str(Path(__file__).parents[1])],
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
    )
