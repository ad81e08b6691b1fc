"""What surrounds every request: an id, a log line, counters, a body limit, the headers that keep browsers safe."""

import re
import time
from collections.abc import MutableMapping
from typing import Any

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from farthing.api.problems import answer
from farthing.infra.telemetry import LATENCY_S, REQUESTS, logger
from farthing.kernel.errors import TooLarge
from farthing.kernel.ids import new_id

REQUEST_ID = "X-Request-Id"
_SAFE_ID = re.compile(r"^[A-Za-z0-9._\-]{1,64}$")
_QUIET = ("/health", "/api/system/health", "/api/system/metrics")
API_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_log = logger("farthing.access")


UPLOADS = frozenset({"/imports", "/transactions/upload-csv", "/etl/run-csv"})


class RequestContext:
    def __init__(self, app: ASGIApp, *, is_https: bool, max_body_bytes: int, max_upload_bytes: int) -> None:
        self._app = app
        self._max_body_bytes = max_body_bytes
        self._max_upload_bytes = max_upload_bytes
        self._headers = {
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Referrer-Policy": "no-referrer",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
        }
        if is_https:
            self._headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get(REQUEST_ID, "")
        request_id = given if _SAFE_ID.match(given) else new_id().hex
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        started, seen = time.perf_counter(), {"status": 500}

        async def send_dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen["status"] = message["status"]
                self._dress(message, request_id, scope)
            await send(message)

        try:
            most = self._max_upload_bytes if _is_upload(scope) else self._max_body_bytes
            if _declared(scope) > most:
                await answer(_too_large(most))(scope, receive, send_dressed)
            else:
                await self._app(scope, _counted(receive, most), send_dressed)
        finally:
            _tell(scope, seen["status"], time.perf_counter() - started)

    def _dress(self, message: Message, request_id: str, scope: Scope) -> None:
        headers = MutableHeaders(scope=message)
        headers[REQUEST_ID] = request_id
        for name, value in self._headers.items():
            headers.setdefault(name, value)
        headers.setdefault("Content-Security-Policy", API_POLICY)
        if scope["path"].startswith("/api/"):
            headers.setdefault("Cache-Control", "no-store")


def _counted(receive: Receive, most: int) -> Receive:
    """A body that never said how long it is may still not grow beyond the limit."""
    taken = 0

    async def receive_counted() -> MutableMapping[str, Any]:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > most:
            raise HTTPException(413, _too_large(most).detail)
        return message

    return receive_counted


def _too_large(most: int) -> TooLarge:
    return TooLarge(f"The body is larger than {most // 1_000_000} MB. Send less at once.")


def _is_upload(scope: Scope) -> bool:
    """Files to be imported go to disk as they come, so they may be large."""
    is_form = Headers(scope=scope).get("content-type", "").startswith("multipart/form-data")
    return is_form and scope["path"].removeprefix("/api") in UPLOADS


def _declared(scope: Scope) -> int:
    length = Headers(scope=scope).get("content-length", "0")
    return int(length) if length.isdigit() else 0


def _tell(scope: Scope, status: int, seconds: float) -> None:
    route = getattr(scope.get("route"), "path", "unknown")
    REQUESTS.labels(scope["method"], route, str(status)).inc()
    LATENCY_S.labels(scope["method"], route).observe(seconds)
    if scope["path"] not in _QUIET:
        _log.info("request", method=scope["method"], route=route, status=status, ms=round(seconds * 1000, 1))
