"""The application as servers start it: settings read, database migrated, house built."""

from typing import TYPE_CHECKING

from farthing.api.app import create_app
from farthing.bootstrap import build, living, migrate
from farthing.infra.memory import settle
from farthing.infra.telemetry import configure_logging, logger
from farthing.settings import ensure_secrets, load

if TYPE_CHECKING:
    from fastapi import FastAPI


def app() -> "FastAPI":
    """For `uvicorn --factory farthing.asgi:app`."""
    warnings: list[str] = []
    settings = ensure_secrets(load(warn=warnings.append))
    configure_logging("DEBUG" if settings.debug else settings.log_level, as_json=settings.log_format != "text")
    log = logger("farthing")
    for warning in warnings:
        log.warning("setting_unknown", reason=warning)
    log.info("database_ready", outcome=migrate(settings))
    made = create_app(build(settings), living)
    settle()
    return made
