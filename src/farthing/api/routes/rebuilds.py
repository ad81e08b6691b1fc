"""Rebuilds: raw files replayed through today's code, looked at, applied, taken back."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Query

from farthing.api.access import Caller, Member, Viewer
from farthing.api.pages import Paging
from farthing.api.problems import documented
from farthing.api.transaction import TransactionRoute
from farthing.ingest.changes import ChangeKind
from farthing.ingest.rebuild_schemas import (
    RebuildChangePage,
    RebuildIn,
    RebuildOut,
    RebuildPage,
    RebuildStartedOut,
    RebuildUndoIn,
    RebuiltImportPage,
)
from farthing.ingest.rebuild_service import RebuildService
from farthing.jobs.models import Job
from farthing.jobs.schemas import JobOut

router = APIRouter(prefix="/api/imports", tags=["Imports"], route_class=TransactionRoute)


@router.post("/rebuild", status_code=202, responses=documented(401, 403, 404, 409, 422))
async def rebuild_imports(caller: Member, wanted: Annotated[RebuildIn, Body()]) -> RebuildStartedOut:
    """Read what was imported again with today's code; a dry run only shows what would change."""
    rebuild, job = await _rebuilds(caller).request(wanted)
    return RebuildStartedOut(rebuild=rebuild, job=_job(caller, job))


@router.get("/rebuilds", responses=documented(401, 403, 422))
async def list_rebuilds(caller: Viewer, paging: Paging) -> RebuildPage:
    """Newest first, each with what it came to."""
    page = await _rebuilds(caller).page(paging)
    return RebuildPage(rebuilds=list(page.items), total=page.total, next=page.next)


@router.get("/rebuilds/{rebuild_id}", responses=documented(401, 403, 404, 422))
async def get_rebuild(rebuild_id: UUID, caller: Viewer) -> RebuildOut:
    """What it comes to, and what accounts hold before and after."""
    return await _rebuilds(caller).get(rebuild_id)


@router.get("/rebuilds/{rebuild_id}/imports", responses=documented(401, 403, 404, 422))
async def list_rebuilt_imports(rebuild_id: UUID, caller: Viewer, paging: Paging) -> RebuiltImportPage:
    """What it comes to for each import, in the order in which they were posted."""
    page = await _rebuilds(caller).imports(rebuild_id, paging)
    return RebuiltImportPage(imports=list(page.items), total=page.total, next=page.next)


@router.get("/rebuilds/{rebuild_id}/imports/{import_id}/changes", responses=documented(401, 403, 404, 422))
async def list_rebuild_changes(
    rebuild_id: UUID,
    import_id: UUID,
    caller: Viewer,
    paging: Paging,
    kind: Annotated[ChangeKind | None, Query(description="Only changes of this kind.")] = None,
) -> RebuildChangePage:
    """Row by row: what it is, and what it becomes or would become."""
    page = await _rebuilds(caller).changes(rebuild_id, import_id, paging, kind)
    return RebuildChangePage(changes=list(page.items), total=page.total, next=page.next)


@router.post("/rebuilds/{rebuild_id}/undo", status_code=202, responses=documented(401, 403, 404, 409, 422))
async def undo_rebuild(
    rebuild_id: UUID, caller: Member, wanted: Annotated[RebuildUndoIn | None, Body()] = None
) -> RebuildStartedOut:
    """Take it back as a whole; what somebody changed since stays."""
    rebuild, job = await _rebuilds(caller).undo(rebuild_id, wanted.reason if wanted else None)
    return RebuildStartedOut(rebuild=rebuild, job=_job(caller, job))


def _rebuilds(caller: Caller) -> RebuildService:
    return RebuildService(caller.work, caller.actor, caller.house.clock, caller.house.lake)


def _job(caller: Caller, job: Job | None) -> JobOut | None:
    if job is None:
        return None
    caller.house.runner.wake()
    return JobOut.of(job, title=caller.house.registry.title(job.kind))
