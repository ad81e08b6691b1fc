"""Background work: how far it is, stopping it, trying again, watching it live."""

from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from farthing.api.access import Caller, Superuser, Viewer, ViewerDetached
from farthing.api.pages import Paging
from farthing.api.problems import documented
from farthing.api.transaction import TransactionRoute
from farthing.auth.principal import standing_of
from farthing.jobs.models import Job
from farthing.jobs.schemas import JobOut, JobPage
from farthing.jobs.service import JobService
from farthing.jobs.states import JobState
from farthing.jobs.stream import watch
from farthing.kernel.errors import Forbidden, Unauthenticated
from farthing.kernel.paging import Page

router = APIRouter(prefix="/api", tags=["Jobs"], route_class=TransactionRoute)
_STREAM: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}, "description": "A job for each change."}
}
StateFilter = Annotated[JobState | None, Query(alias="status", description="Only jobs in this state.")]
KindFilter = Annotated[str | None, Query(max_length=60, description="Only jobs of this kind.")]


@router.get("/jobs", responses=documented(401, 403, 422))
async def list_jobs(caller: Viewer, paging: Paging, state: StateFilter = None, kind: KindFilter = None) -> JobPage:
    """One's own jobs in the current workspace, newest first."""
    return _page(caller, await _jobs(caller).page(paging, state, kind))


@router.get("/system/jobs", responses=documented(401, 403, 422))
async def list_house_jobs(
    caller: Superuser, paging: Paging, state: StateFilter = None, kind: KindFilter = None
) -> JobPage:
    """What the house does by itself, and everybody's jobs without their contents; for superusers."""
    page = await _jobs(caller).page(paging, state, kind)
    bare = page.map(lambda job: _shown(caller, job).model_copy(update={"result": None, "message": None}))
    return JobPage(jobs=list(bare.items), total=bare.total, next=bare.next)


@router.get("/jobs/events", responses=documented(401, 403) | _STREAM, response_class=StreamingResponse)
async def watch_jobs(caller: ViewerDetached) -> StreamingResponse:
    """Server-sent events: each of one's jobs whenever it changes."""
    return _stream(caller, None)


@router.get("/jobs/{job_id}", responses=documented(401, 403, 404, 422))
async def read_job(job_id: UUID, caller: Viewer) -> JobOut:
    """One job: its state, progress, result or error."""
    return _shown(caller, await _jobs(caller).get(job_id))


@router.get(
    "/jobs/{job_id}/events", responses=documented(401, 403, 404, 422) | _STREAM, response_class=StreamingResponse
)
async def watch_job(job_id: UUID, caller: ViewerDetached) -> StreamingResponse:
    """Server-sent events of one job until it has ended."""
    async with caller.house.database.read(caller.scope) as work:
        await JobService(work, caller.actor, caller.house.clock).get(job_id)
    return _stream(caller, job_id)


@router.post("/jobs/{job_id}/cancel", responses=documented(401, 403, 404, 409, 422))
async def cancel_job(job_id: UUID, caller: Viewer) -> JobOut:
    """Stop a job: at once while it waits, at its next step while it runs."""
    return _shown(caller, await _jobs(caller).cancel(job_id))


@router.post("/jobs/{job_id}/retry", responses=documented(401, 403, 404, 409, 422))
async def retry_job(job_id: UUID, caller: Viewer) -> JobOut:
    """Try a failed or cancelled job again; steps that were done stay done."""
    return _shown(caller, await _jobs(caller).retry(job_id))


def _stream(caller: Caller, job_id: UUID | None) -> StreamingResponse:
    return StreamingResponse(_events(caller, job_id), media_type="text/event-stream")


async def _events(caller: Caller, job_id: UUID | None) -> AsyncIterator[str]:
    """Ends when its reader may no longer read: a session can end while it is watched."""
    house = caller.house
    with suppress(Unauthenticated, Forbidden):
        async for job in watch(house.database, caller.scope, house.clock, job_id=job_id):
            async with house.database.read(caller.scope) as work:
                await standing_of(work, caller.credentials, house.clock())
            yield f"event: job\ndata: {_shown(caller, job).model_dump_json()}\n\n" if job else ": still here\n\n"


def _page(caller: Caller, page: Page[Job]) -> JobPage:
    return JobPage(jobs=[_shown(caller, job) for job in page.items], total=page.total, next=page.next)


def _shown(caller: Caller, job: Job) -> JobOut:
    return JobOut.of(job, title=caller.house.registry.title(job.kind))


def _jobs(caller: Caller) -> JobService:
    return JobService(caller.work, caller.actor, caller.house.clock)
