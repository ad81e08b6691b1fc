"""The house itself: is it well, which version is it, who was first."""

from datetime import datetime
from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from farthing import __version__
from farthing.api.access import Access, Level, Public, bearer
from farthing.api.problems import documented
from farthing.api.transaction import TransactionRoute
from farthing.auth.schemas import BootstrapIn, BootstrapStatus, UserOut
from farthing.auth.signin import SignUp
from farthing.infra.crypto import same
from farthing.infra.telemetry import METRICS_MEDIA_TYPE, metrics_text
from farthing.kernel.errors import Unavailable

router = APIRouter(tags=["System"], route_class=TransactionRoute)
_superuser = Access(Level.SUPERUSER, detached=True)


class Pulse(BaseModel):
    status: Literal["healthy"] = "healthy"
    version: str


class Health(BaseModel):
    status: Literal["ok", "error"]
    database: Literal["ok", "error"]
    jobs: Literal["ok", "starting"]
    bootstrapped: bool | None
    reason: str | None = None
    external_services: dict[str, str] | None = None
    timestamp: datetime


class Version(BaseModel):
    version: str
    timestamp: datetime


class Welcome(BaseModel):
    message: str
    version: str
    docs: str


@router.get("/health")
async def pulse(house: Public) -> Pulse:
    """Whether the process answers at all; asks nothing of the database."""
    return Pulse(version=house.version)


@router.get("/api", include_in_schema=False)
async def welcome(house: Public) -> Welcome:
    return Welcome(message="Farthing: every farthing accounted for", version=house.version, docs="/docs")


@router.get("/api/system/health", responses={503: {"model": Health, "description": "The database does not answer."}})
async def health(response: Response, house: Public) -> Health:
    """Whether everything that is needed works."""
    jobs: Literal["ok", "starting"] = "ok" if house.runner.is_running else "starting"
    try:
        bootstrapped = await SignUp(house.door).is_bootstrapped()
    except Unavailable as error:
        response.status_code = 503
        return Health(
            status="error",
            database="error",
            jobs=jobs,
            bootstrapped=None,
            reason=error.detail,
            timestamp=house.clock(),
        )
    return Health(status="ok", database="ok", jobs=jobs, bootstrapped=bootstrapped, timestamp=house.clock())


@router.get("/api/system/version")
async def version(house: Public) -> Version:
    """Which Farthing this is."""
    return Version(version=__version__, timestamp=house.clock())


@router.get(
    "/api/system/metrics",
    response_class=Response,
    responses=documented(401, 403) | {200: {"content": {"text/plain": {}}, "description": "Prometheus text."}},
)
async def metrics(request: Request, house: Public) -> Response:
    """Counters and timings for Prometheus, for its token or a superuser."""
    token, wanted = bearer(request), house.settings.metrics_token
    if not (token and wanted and same(token, wanted.get_secret_value())):
        await _superuser(request)
    return Response(metrics_text(), media_type=METRICS_MEDIA_TYPE)


@router.get("/api/system/bootstrap/status")
async def bootstrap_status(house: Public) -> BootstrapStatus:
    """Whether there is a superuser already."""
    return BootstrapStatus(bootstrapped=await SignUp(house.door).is_bootstrapped())


@router.post("/api/system/bootstrap", status_code=201, responses=documented(409, 422))
async def bootstrap(wanted: BootstrapIn, house: Public) -> UserOut:
    """Make the first superuser; works once."""
    return UserOut.model_validate(await SignUp(house.door).bootstrap(wanted))
