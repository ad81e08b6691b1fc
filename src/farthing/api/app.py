"""The HTTP door: the application with all its routes, and what surrounds them."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import cache

from fastapi import APIRouter, FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.routing import APIRoute
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from farthing.api import docs, problems
from farthing.api.access import WORKSPACE_HEADER
from farthing.api.context import REQUEST_ID, RequestContext
from farthing.api.prefixless import Prefixless
from farthing.api.routes import ROUTERS, api_routes
from farthing.api.transaction import IDEMPOTENCY_KEY
from farthing.bootstrap import House
from farthing.settings import Settings

_MEGABYTE = 1_000_000
_DESCRIPTION = """Every farthing accounted for.

Amounts are decimal strings. Lists answer `{<plural>, total, next}`; ask for the following page with `next`.
Every failure is an RFC 9457 problem whose `detail` says what went wrong and what to do."""
_TAGS = [
    "Signing in",
    "Me",
    "Workspaces",
    "Accounts",
    "Balances",
    "Transactions",
    "Transfers",
    "Imports",
    "Webhooks",
    "Pipeline",
    "History",
    "Attachments",
    "Categories and tags",
    "Learning",
    "Merchants",
    "Rules",
    "Secrets",
    "Jobs",
    "Administration",
    "System",
]
Lifespan = Callable[[House], AbstractAsyncContextManager[House]]


class Application(FastAPI):
    """FastAPI answers its own mistakes outside of all middleware; the request's context stands around even that."""

    def build_middleware_stack(self) -> ASGIApp:
        settings: Settings = self.state.house.settings
        return RequestContext(
            super().build_middleware_stack(),
            is_https=settings.refresh_token_secure,
            max_body_bytes=settings.max_body_mb * _MEGABYTE,
            max_upload_bytes=settings.max_upload_mb * _MEGABYTE,
        )


def create_app(house: House, lifespan: Lifespan) -> FastAPI:
    @asynccontextmanager
    async def alive(_app: FastAPI) -> AsyncIterator[None]:
        async with lifespan(house):
            yield

    app = Application(
        title="Farthing",
        version=house.version,
        description=_DESCRIPTION,
        openapi_tags=[{"name": tag} for tag in _TAGS],
        lifespan=alive,
        routes=list(_routes()),
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        generate_unique_id_function=_operation_id,
    )
    app.state.house = house
    docs.install(app)
    problems.install(app)
    _surround(app, house)
    return app


@cache
def _routes() -> tuple[BaseRoute, ...]:
    """Prepared for the first application that is asked, and the same for every one in this process."""
    everything = APIRouter(generate_unique_id_function=_operation_id)
    for router in (*ROUTERS, docs.router):
        everything.include_router(router)
    return tuple(everything.routes)


def _operation_id(route: APIRoute) -> str:
    return route.name


def _surround(app: FastAPI, house: House) -> None:
    """From the inside out: addresses, compression, foreign origins."""
    app.add_middleware(Prefixless, paths=[route.path for route in api_routes()])
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=5)
    origins = house.settings.allowed_origins
    if origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(origins),
            allow_credentials="*" not in origins,
            allow_methods=["*"],
            allow_headers=["Authorization", "Content-Type", "If-Match", IDEMPOTENCY_KEY, WORKSPACE_HEADER],
            expose_headers=["ETag", REQUEST_ID, "Retry-After"],
        )
