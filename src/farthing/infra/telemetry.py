"""Structured logs and counters: what happened and how long it took, never whose money or which secret."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

REDACTED = "[redacted]"
_PRIVATE = ("password", "secret", "token", "authorization", "cookie", "amount", "balance", "passphrase", "api_key")

REGISTRY = CollectorRegistry()
REQUESTS = Counter("farthing_http_requests", "Requests answered.", ["method", "route", "status"], registry=REGISTRY)
LATENCY_S = Histogram(
    "farthing_http_request_seconds",
    "Time to answer a request.",
    ["method", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
    registry=REGISTRY,
)
JOBS = Counter("farthing_jobs", "Jobs that ended.", ["kind", "state"], registry=REGISTRY)
JOBS_OPEN = Gauge("farthing_jobs_open", "Jobs not ended yet, as last seen.", registry=REGISTRY)

METRICS_MEDIA_TYPE = CONTENT_TYPE_LATEST


def metrics_text() -> bytes:
    return generate_latest(REGISTRY)


def redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blank every field whose name says that its value is private, at any depth."""
    return {key: _redacted(key, value) for key, value in event.items()}


def _redacted(key: str, value: Any) -> Any:
    if any(word in key.lower() for word in _PRIVATE):
        return REDACTED
    if isinstance(value, dict):
        return {inner: _redacted(str(inner), deeper) for inner, deeper in value.items()}
    if isinstance(value, list | tuple):
        return [_redacted("", item) for item in value]
    return value


def configure_logging(level: str, *, as_json: bool = True) -> None:
    """One line per event on standard error, for our own loggers and everybody else's."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        redact,
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.dev.ConsoleRenderer(
            exception_formatter=structlog.dev.plain_traceback  # values of variables are nobody's business
        )
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            renderer,
        ],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # Whatever the level: some of these would print the values that go into the database.
    for chatty in ("uvicorn.access", "alembic", "httpx2", "httpcore2", "dbos", "aiosqlite", "python_multipart"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, logging.getLevelName(level)))
    for owner in ("uvicorn", "uvicorn.error", "uvicorn.access", "dbos"):
        logging.getLogger(owner).handlers.clear()
        logging.getLogger(owner).propagate = True


def logger(name: str) -> structlog.stdlib.BoundLogger:
    bound: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return bound
