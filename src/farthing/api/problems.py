"""Every failure as an RFC 9457 problem: what went wrong, in a sentence with the next step, never SQL or a stack."""

from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from farthing.infra.telemetry import logger
from farthing.kernel import errors

MEDIA_TYPE = "application/problem+json"
_STATUS: dict[type[errors.FarthingError], int] = {
    errors.Invalid: 400,
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.Outdated: 412,
    errors.TooLarge: 413,
    errors.Unprocessable: 422,
    errors.Throttled: 429,
    errors.Upstream: 502,
    errors.Unavailable: 503,
}
_TITLES = {
    400: "Bad request",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    412: "Changed meanwhile",
    413: "Too large",
    415: "Unsupported media type",
    422: "Not acceptable values",
    429: "Too many attempts",
    500: "Unexpected error",
    502: "Another system failed",
    503: "Not available right now",
}
_log = logger(__name__)


class FieldProblem(BaseModel):
    """One value that was not acceptable, and where it stood."""

    field: str
    message: str


class Problem(BaseModel):
    """RFC 9457, with `detail` always present because every client shows it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:farthing:problem:not_found",
                    "title": "Not found",
                    "status": 404,
                    "detail": "Secret not found.",
                    "request_id": "0199e1c0a8d1",
                }
            ]
        }
    )

    type: str
    title: str
    status: int
    detail: str
    request_id: str | None = None
    errors: list[FieldProblem] | None = Field(None, description="The values at fault, where there are several.")


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    errors: list[FieldProblem] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    body = Problem(
        type=f"urn:farthing:problem:{code}",
        title=_TITLES.get(status, "Error"),
        status=status,
        detail=detail,
        request_id=structlog.contextvars.get_contextvars().get("request_id"),
        errors=errors,
    )
    return JSONResponse(body.model_dump(exclude_none=True), status, headers, MEDIA_TYPE)


def status_of(error: errors.FarthingError) -> int:
    return next((status for family, status in _STATUS.items() if isinstance(error, family)), 500)


def answer(error: errors.FarthingError) -> Response:
    headers: dict[str, str] = {}
    if isinstance(error, errors.Unauthenticated):
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, errors.Throttled | errors.Unavailable):
        headers["Retry-After"] = str(error.retry_after_s)
    return problem(status_of(error), error.code, error.detail, headers=headers)


def install(app: FastAPI) -> None:
    """Teach the application to answer every kind of failure in this one shape."""
    app.add_exception_handler(errors.FarthingError, _known)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unknown)


async def _known(_request: Request, error: Exception) -> Response:
    if not isinstance(error, errors.FarthingError):
        raise TypeError(type(error))
    if status_of(error) >= 500:  # noqa: PLR2004  the servers' own half of the statuses
        _log.error("request_failed", code=error.code, exc_info=error)
    return answer(error)


async def _invalid(_request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise TypeError(type(error))
    faults = [_field_problem(fault) for fault in error.errors()]
    detail = "; ".join(f"{fault.field}: {fault.message}" if fault.field else fault.message for fault in faults[:5])
    return problem(422, "values_invalid", detail or "The request is not acceptable.", errors=faults)


def _field_problem(fault: dict[str, Any]) -> FieldProblem:
    place = [str(part) for part in fault["loc"] if part not in ("body", "query", "path", "header")]
    message = str(fault["msg"]).removeprefix("Value error, ")
    if fault["type"] == "json_invalid":
        return FieldProblem(field="", message=f"The body is not valid JSON ({fault['ctx'].get('error', '')}).")
    return FieldProblem(field=".".join(place), message=message)


async def _http(_request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise TypeError(type(error))
    code = _TITLES.get(error.status_code, "error").lower().replace(" ", "_")
    detail = "There is nothing at this address." if error.status_code == 404 else str(error.detail)  # noqa: PLR2004
    return problem(error.status_code, code, detail, headers=dict(error.headers or {}))


async def _unknown(_request: Request, error: Exception) -> Response:
    request_id = structlog.contextvars.get_contextvars().get("request_id")
    _log.error("unexpected_error", exc_info=error)
    return problem(
        500, "unexpected_error", f"Something went wrong on our side. Mention the id {request_id} when you report it."
    )


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problems that a route can answer with, for its description."""
    return {
        status: {"model": Problem, "description": _TITLES[status], "content": {MEDIA_TYPE: {}}} for status in statuses
    }
