"""Rules over the history as background work: steps of some transactions each, to be stopped between any two."""

from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from farthing.classify.rules.engine import RuleBook
from farthing.infra.db import Database, Work
from farthing.jobs.context import JobContext
from farthing.jobs.registry import JobKind
from farthing.kernel.actor import Actor
from farthing.kernel.clock import Clock
from farthing.ledger.errors import RuleRunNotFound
from farthing.ledger.language import tree_of
from farthing.ledger.query import Filter, Tree
from farthing.ledger.rule_applying import RuleApplying, Terms
from farthing.ledger.rule_counts import Counts
from farthing.ledger.rule_models import RuleRun
from farthing.ledger.rule_repository import RuleHistory, RuleRuns
from farthing.ledger.rule_runs import RUN_RULES, UNDO_RULES, rules_in
from farthing.ledger.rule_undoing import RuleUndoing

CHUNK = 500
"""Transactions of a step: its transaction keeps others from writing on SQLite, so it is short."""


@dataclass(frozen=True, slots=True)
class RuleJobs:
    database: Database
    clock: Clock
    chunk: int = CHUNK

    def kinds(self) -> list[JobKind]:
        return [
            JobKind(RUN_RULES, self.run, "Apply rules to the history"),
            JobKind(UNDO_RULES, self.undo, "Take a run of rules back"),
        ]

    async def run(self, job: JobContext) -> dict[str, Any]:
        """A cancelled run leaves what it did, to be taken back or not."""
        run_id = UUID(job.params["run_id"])
        async with self.database.read(job.scope) as work:
            size = await RuleHistory(work, job.workspace_id).size(self._tree(await _run(work, run_id)))
        await job.plan(size)
        done: dict[str, Any] = {"last": 0, "seen": 1}
        while done["seen"]:
            step = partial(self._apply, job, run_id, done["last"])
            done = await job.step(f"after-{done['last']}", step, advance=self.chunk) or {"seen": 0}
        return await job.step("finish", partial(self._finish, run_id), advance=0) or {}

    async def undo(self, job: JobContext) -> dict[str, Any]:
        run_id = UUID(job.params["run_id"])
        done: dict[str, Any] = {"last": 0, "seen": 1}
        while done["seen"]:
            step = partial(self._take_back, job, run_id, done["last"])
            done = await job.step(f"after-{done['last']}", step, advance=self.chunk) or {"seen": 0}
        return await job.step("finish", partial(self._undone, run_id), advance=0) or {}

    async def _apply(self, job: JobContext, run_id: UUID, after: int, work: Work) -> dict[str, Any]:
        run = await _run(work, run_id, lock=True)
        rules = rules_in(run)
        terms = Terms(run_id, rules, self._tree(run), run.overrides_choices, run.reason)
        counts = Counts.of(RuleBook(rules).rules, run.counts.get("rules", {}))
        chunk = await RuleApplying(work, _actor(job, run), self.clock).step(terms, after, self.chunk, list(counts.off))
        chunk.count(counts)
        run.seen += chunk.seen
        run.changed += chunk.changed
        run.counts = {"rules": counts.data(), "closed": run.counts.get("closed", 0) + chunk.closed}
        await work.session.flush()
        return {"last": chunk.last, "seen": chunk.seen}

    async def _take_back(self, job: JobContext, run_id: UUID, after: int, work: Work) -> dict[str, Any]:
        run = await _run(work, run_id, lock=True)
        undoing = RuleUndoing(work, _actor(job, run), self.clock)
        done = await undoing.step(run_id, after, self.chunk, job.params.get("reason"))
        run.undone += done.changed
        run.counts = run.counts | {"kept_closed": run.counts.get("kept_closed", 0) + done.closed}
        await work.session.flush()
        return {"last": done.last, "seen": done.seen}

    async def _finish(self, run_id: UUID, work: Work) -> dict[str, Any]:
        run = await _run(work, run_id, lock=True)
        run.finished_at = self.clock()
        await work.session.flush()
        closed = run.counts.get("closed", 0)
        return {"run_id": str(run_id), "seen": run.seen, "changed": run.changed, "skipped_closed": closed}

    async def _undone(self, run_id: UUID, work: Work) -> dict[str, Any]:
        """What stayed in closed months keeps the run from being done with: with a reason it can be taken back too."""
        run = await _run(work, run_id, lock=True)
        closed = run.counts.get("kept_closed", 0)
        run.undone_at = None if closed else self.clock()
        run.counts = run.counts | {"kept_closed": 0}
        await work.session.flush()
        return {"run_id": str(run_id), "undone": run.undone, "skipped_closed": closed}

    def _tree(self, run: RuleRun) -> Tree:
        """Words like today are those of the day on which it was asked for."""
        return tree_of(Filter(search=run.search), today=run.created_at.date())


async def _run(work: Work, run_id: UUID, *, lock: bool = False) -> RuleRun:
    run = await RuleRuns(work).get(run_id, lock=lock)
    if run is None:
        raise RuleRunNotFound
    return run


def _actor(job: JobContext, run: RuleRun) -> Actor:
    return Actor(job.user_id, run.actor_name, job.workspace_id, None)
