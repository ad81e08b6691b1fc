"""The replaced pipeline's addresses: its steps over this ledger, in the shapes that its clients read."""

import asyncio
from typing import Any
from uuid import UUID

from fastapi import APIRouter

from farthing.api.access import Caller, MemberDetached, Superuser, Viewer, ViewerDetached
from farthing.api.arrivals import Brought, Patience, bring
from farthing.api.fetching import fetched
from farthing.api.problems import documented
from farthing.api.routes.imports import OneUpload
from farthing.api.routes.raw import ONE_FILE
from farthing.api.transaction import TransactionRoute
from farthing.ingest.errors import StatementUnreadable
from farthing.ingest.pipeline import Pipeline, standing
from farthing.ingest.pipeline_schemas import (
    HealthCheck,
    PipelineHealth,
    PipelineOut,
    PipelineStatus,
    RunApiIn,
    Step,
    StepOut,
)
from farthing.ingest.receiving import Received
from farthing.ingest.service import POST, READ, UNDO
from farthing.jobs.service import JobService
from farthing.jobs.states import JobState
from farthing.kernel.paging import PageRequest
from farthing.migrations import HEAD
from farthing.migrations.upgrade import found_revision

router = APIRouter(prefix="/api/etl", tags=["Pipeline"], route_class=TransactionRoute)


@router.post("/run-csv", responses=documented(400, 401, 403, 404, 409, 413, 422), openapi_extra=ONE_FILE)
async def run_csv(
    form: OneUpload, caller: MemberDetached, wait_s: Patience, account_id: UUID | None = None
) -> PipelineOut:
    """Post a file unseen, then derive, check and sum up; a step that fails is told, and the answer is 200 still."""
    return await _run(caller, form.files[0], form.account_id or account_id, wait_s)


@router.post("/run-api", responses=documented(401, 403, 404, 409, 413, 422, 502))
async def run_api(wanted: RunApiIn, caller: MemberDetached, wait_s: Patience) -> PipelineOut:
    """Fetch transactions from another system and post them unseen; private addresses are refused."""
    config = wanted.api_config
    one = await fetched(caller, config.url, config.headers, config.params, name=config.source)
    if one.error is not None:
        raise StatementUnreadable(one.error)
    return await _run(caller, one, wanted.account_id, wait_s)


@router.post("/transform-only", responses=documented(401, 403))
async def transform_only(caller: MemberDetached) -> StepOut:
    """Look again at transactions without a merchant or category; what a person chose is left alone."""
    pipeline = _pipeline(caller)
    return await pipeline.step(Step.TRANSFORM, pipeline.transform)


@router.post("/load-only", responses=documented(401, 403))
async def load_only(caller: MemberDetached) -> StepOut:
    """Recount balances and totals, and make those anew that were wrong."""
    pipeline = _pipeline(caller)
    return await pipeline.step(Step.LOAD, pipeline.load)


@router.post("/aggregate-only", responses=documented(401, 403))
async def aggregate_only(caller: ViewerDetached) -> StepOut:
    """The figures of the month so far, of each currency."""
    pipeline = _pipeline(caller)
    return await pipeline.step(Step.AGGREGATE, pipeline.aggregate)


@router.get("/status", responses=documented(401, 403))
async def pipeline_status(caller: Viewer) -> PipelineStatus:
    """How much is stored and how much is still on its way."""
    stored, waiting = await standing(caller.work, caller.actor, caller.house.clock)
    return PipelineStatus.of(caller.actor.user_id, stored, waiting)


@router.get("/health", responses=documented(401, 403))
async def pipeline_health(caller: Superuser) -> PipelineHealth:
    """Whether importing works in this house; for superusers."""
    revision = await asyncio.to_thread(found_revision, caller.house.database.addresses.owner)
    stopped = await _stopped(caller)
    is_current = revision == HEAD
    checks = [
        HealthCheck(name="database_connectivity", status="pass", message="The database answers."),
        HealthCheck(
            name="table_structure",
            status="pass" if is_current else "fail",
            message=f"The database is at revision {revision}, this program at {HEAD}.",
        ),
        HealthCheck(
            name="data_quality",
            status="warning" if stopped else "pass",
            message=f"{stopped} jobs of imports stopped before their end.",
        ),
    ]
    advice = ["Look at GET /api/system/jobs?status=failed, and retry what failed."] if stopped else []
    advice += [] if is_current else ["Run `farthing db upgrade`."]
    return PipelineHealth(
        overall_status="healthy" if is_current else "unhealthy",
        checks=checks,
        recommendations=advice,
        timestamp=caller.house.clock(),
    )


async def _stopped(caller: Caller) -> int:
    jobs = JobService(caller.work, caller.actor, caller.house.clock)
    return sum([(await jobs.page(PageRequest(limit=1), JobState.FAILED, kind)).total for kind in (READ, POST, UNDO)])


async def _run(caller: Caller, one: Received, account_id: UUID | None, wait_s: int) -> PipelineOut:
    async def ingest() -> dict[str, Any]:
        return _told(await bring(caller, one, account_id, wait_s))

    return await _pipeline(caller).run(ingest)


def _told(brought: Brought) -> dict[str, Any]:
    summary = brought.shown.summary
    return {
        "total": summary.new + summary.same + summary.suspect + summary.error or brought.shown.rows,
        "saved": brought.inserted,
        "duplicates": summary.same,
        "suspects": summary.suspect,
        "errors": list(brought.complaints),
        "import_id": str(brought.shown.id),
        "state": str(brought.shown.state),
        "is_assumed": brought.shown.is_assumed,
    }


def _pipeline(caller: Caller) -> Pipeline:
    return Pipeline(caller.house.database, caller.scope, caller.actor, caller.house.clock)
