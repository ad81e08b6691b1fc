"""The description of the API and the pages that show it, all from local files."""

from pathlib import Path
from typing import Any

import fastapi_offline
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import APIRoute
from fastapi.staticfiles import StaticFiles

from farthing.api import problems
from farthing.api.access import Access, Level
from farthing.api.routes import api_routes
from farthing.api.transaction import IDEMPOTENCY_KEY, KEY_MAX

_FILES = Path(fastapi_offline.__file__).parent / "static"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; worker-src 'self' blob:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
_SWAGGER = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Farthing · API</title>
<link rel="icon" href="/docs/files/favicon.png">
<link rel="stylesheet" href="/docs/files/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/files/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""
_SWAGGER_START = """SwaggerUIBundle({
  url: "/openapi.json", dom_id: "#swagger-ui", deepLinking: true, persistAuthorization: false, filter: true,
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIBundle.SwaggerUIStandalonePreset], layout: "BaseLayout"
});
"""
_REDOC = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Farthing · API reference</title>
<link rel="icon" href="/docs/files/favicon.png">
</head>
<body style="margin: 0">
<redoc spec-url="/openapi.json" disable-google-font="true"></redoc>
<script src="/docs/files/redoc.standalone.js"></script>
</body>
</html>
"""
_PAGE = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-cache"}


router = APIRouter(include_in_schema=False)


def install(app: FastAPI) -> None:
    app.mount("/docs/files", StaticFiles(directory=_FILES), name="docs-files")


@router.get("/openapi.json")
@router.get("/api/openapi.json")
async def openapi(request: Request) -> dict[str, Any]:
    return describe(request.app)


@router.get("/docs")
@router.get("/api/docs")
async def swagger() -> HTMLResponse:
    return HTMLResponse(_SWAGGER, headers=_PAGE)


@router.get("/docs/start.js")
async def swagger_start() -> Response:
    return Response(_SWAGGER_START, media_type="text/javascript", headers=_PAGE)


@router.get("/redoc")
@router.get("/api/redoc")
async def redoc() -> HTMLResponse:
    return HTMLResponse(_REDOC, headers=_PAGE)


@router.get("/")
async def front_door() -> RedirectResponse:
    return RedirectResponse("/docs", 307)


def describe(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, made once: with who may call what, and the headers that many routes share."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes, tags=app.openapi_tags
        )
        document["components"]["securitySchemes"] = {
            "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
            "refreshCookie": {"type": "apiKey", "in": "cookie", "name": "refresh_token"},
        }
        for route in api_routes():
            if route.include_in_schema:
                _annotate(document["paths"][route.path_format], route)
        app.openapi_schema = document
    return app.openapi_schema


def level_of(route: APIRoute) -> Level:
    """The route's decision about who may call it."""
    access = access_of(route)
    return access.level if access else Level.PUBLIC


def access_of(route: APIRoute) -> Access | None:
    return next((d.call for d in route.dependant.dependencies if isinstance(d.call, Access)), None)


def _annotate(path: dict[str, Any], route: APIRoute) -> None:
    access = access_of(route)
    for method in route.methods or ():
        operation = path[method.lower()]
        _say_that_problems_are_problems(operation)
        operation["x-access"] = level_of(route).value
        if access is None:
            continue
        operation["security"] = [{"bearer": []}]
        if method == "POST" and not access.detached:
            operation.setdefault("parameters", []).append(
                {
                    "name": IDEMPOTENCY_KEY,
                    "in": "header",
                    "required": False,
                    "description": "Repeat a request with the same key and it is done once, with the same answer.",
                    "schema": {"type": "string", "maxLength": KEY_MAX},
                }
            )


def _say_that_problems_are_problems(operation: dict[str, Any]) -> None:
    """FastAPI files every model under the route's own media type; a problem comes under its own."""
    for answer in operation["responses"].values():
        content = answer.get("content", {})
        if problems.MEDIA_TYPE in content and "application/json" in content:
            content[problems.MEDIA_TYPE] = content.pop("application/json")
