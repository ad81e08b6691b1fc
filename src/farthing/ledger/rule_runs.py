"""Runs of rules over the history: asked for, looked at, taken back."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from farthing.audit.service import Audit
from farthing.classify.rules.engine import RuleBook
from farthing.classify.rules.reading import rule_of
from farthing.classify.rules.rule import Rule
from farthing.classify.rules.writing import data_of
from farthing.infra.db import Work
from farthing.jobs.models import Job
from farthing.jobs.service import JobService
from farthing.jobs.states import OPEN, JobState
from farthing.kernel.actor import Actor
from farthing.kernel.clock import Clock
from farthing.kernel.ids import new_id
from farthing.kernel.paging import Page, PageRequest
from farthing.ledger.errors import RuleRunNotFound, RuleRunOpen, RuleRunUndone
from farthing.ledger.language import tree_of
from farthing.ledger.query import Filter
from farthing.ledger.rule_book import known_as
from farthing.ledger.rule_counts import Counts
from farthing.ledger.rule_models import RuleRun
from farthing.ledger.rule_repository import RuleRuns
from farthing.ledger.rule_schemas import RunIn, RunOut
from farthing.ledger.rule_service import RuleService

RUN_RULES = "rules.run"
UNDO_RULES = "rules.undo"


class RuleRunService:
    def __init__(self, work: Work, actor: Actor, clock: Clock) -> None:
        self._rows = RuleRuns(work)
        self._rules = RuleService(work, actor, clock)
        self._jobs = JobService(work, actor, clock)
        self._audit = Audit(work, actor, clock)
        self._actor, self._clock = actor, clock

    async def request(self, wanted: RunIn) -> tuple[RunOut, Job]:
        """The rules run as they are now, whatever becomes of them until it is over."""
        tree_of(Filter(search=wanted.search), today=self._clock().date())
        rules = await self._rules.chosen(wanted.rule_ids)
        run = RuleRun(
            id=new_id(),
            workspace_id=self._actor.workspace_id,
            search=wanted.search,
            overrides_choices=wanted.overrides_choices,
            reason=wanted.reason,
            rules=[_kept(rule) for rule in rules],
            counts={},
            seen=0,
            changed=0,
            undone=0,
            actor_id=self._actor.user_id,
            actor_name=self._actor.name,
            created_at=self._clock(),
        )
        job = await self._jobs.request(RUN_RULES, {"run_id": str(run.id)}, message="Rules over the history")
        run.job_id = job.id
        await self._rows.add(run)
        await self._audit.record("rule.run", target_id=run.id, rules=len(rules), search=wanted.search)
        return await self._show(run), job

    async def undo(self, run_id: UUID, reason: str | None) -> tuple[RunOut, Job]:
        run = await self._get(run_id, lock=True)
        if run.undone_at is not None:
            raise RuleRunUndone
        states = [await self._state(job_id) for job_id in (run.job_id, run.undo_job_id)]
        if not OPEN.isdisjoint(states):
            raise RuleRunOpen
        job = await self._jobs.request(
            UNDO_RULES, {"run_id": str(run.id), "reason": reason}, message="Taking a run of rules back"
        )
        run.undo_job_id = job.id
        await self._rows.flush()
        await self._audit.record("rule.undo", target_id=run.id)
        return await self._show(run), job

    async def get(self, run_id: UUID) -> RunOut:
        return await self._show(await self._get(run_id))

    async def page(self, request: PageRequest) -> Page[RunOut]:
        """Newest first."""
        page = await self._rows.page(request)
        return Page([await self._show(run) for run in page.items], page.total, page.next)

    async def _get(self, run_id: UUID, *, lock: bool = False) -> RuleRun:
        if found := await self._rows.get(run_id, lock=lock):
            return found
        raise RuleRunNotFound

    async def _state(self, job_id: UUID | None) -> JobState | None:
        """Jobs of others are theirs, but a run is the workspace's."""
        return None if job_id is None else await self._jobs.state(job_id)

    async def _show(self, run: RuleRun) -> RunOut:
        return shown_run(run, await self._state(run.job_id) or JobState.DONE)


def rules_in(run: RuleRun) -> Sequence[Rule]:
    """The rules as they were when the run was asked for."""
    found = []
    for kept in run.rules:
        data = {key: value for key, value in kept.items() if key not in ("id", "version")}
        found.append(known_as(rule_of(data), UUID(kept["id"]), kept["version"]))
    return found


def shown_run(run: RuleRun, status: JobState) -> RunOut:
    counts = Counts.of(RuleBook(rules_in(run)).rules, run.counts.get("rules", {}))
    return RunOut(
        id=run.id,
        job_id=run.job_id,
        status=status,
        search=run.search,
        overrides_choices=run.overrides_choices,
        reason=run.reason,
        rules=counts.shown(),
        seen=run.seen,
        changed=run.changed,
        skipped_closed=run.counts.get("closed", 0),
        undone=run.undone,
        actor_name=run.actor_name,
        created_at=run.created_at,
        finished_at=run.finished_at,
        undone_at=run.undone_at,
        undo_job_id=run.undo_job_id,
    )


def _kept(rule: Rule) -> dict[str, Any]:
    return data_of(rule) | {"id": str(rule.id), "version": rule.version}
