"""The steps that the replaced pipeline had, done by this ledger: derive, check, sum up, each told in a log."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from farthing.infra.db import Database, Scope, Work
from farthing.ingest.pipeline_schemas import LogLine, PipelineOut, PipelineSummary, Step, StepOut, Verdict
from farthing.ingest.repository import Imports
from farthing.kernel.actor import Actor
from farthing.kernel.clock import Clock
from farthing.kernel.errors import FarthingError, NotFound, TooLarge, Unprocessable
from farthing.ledger.accounts import AccountService
from farthing.ledger.check import CheckService
from farthing.ledger.figures import FiguresService
from farthing.ledger.finding import FindService
from farthing.ledger.query import Filter
from farthing.ledger.rederiving import RederivingService
from farthing.ledger.sorting import Sort

Result = dict[str, Any]
Deed = Callable[[], Awaitable[Result]]
_CHUNK = 500
_ABOUT_THE_REQUEST = (NotFound, TooLarge, Unprocessable)
_REPAIRABLE = frozenset({"daily total", "month total", "balance"})


class Pipeline:
    """Opens transactions of its own, so that no step keeps others from writing for long."""

    def __init__(self, database: Database, scope: Scope, actor: Actor, clock: Clock) -> None:
        self._database = database
        self._scope = scope
        self._actor = actor
        self._clock = clock
        self._began = clock()
        self._logs: list[LogLine] = []

    def deeds(self, ingest: Deed | None = None) -> Mapping[Step, Deed]:
        own: dict[Step, Deed] = {
            Step.TRANSFORM: self.transform,
            Step.LOAD: self.load,
            Step.AGGREGATE: self.aggregate,
        }
        return ({Step.INGEST: ingest} if ingest else {}) | own

    async def run(self, ingest: Deed) -> PipelineOut:
        """All steps; the first that fails is the last."""
        results: dict[Step, StepOut] = {}
        for step, deed in self.deeds(ingest).items():
            results[step] = await self.step(step, deed)
            if results[step].status is Verdict.FAILED:
                break
        is_well = all(one.status is Verdict.COMPLETED for one in results.values())
        return PipelineOut(
            status=Verdict.COMPLETED if is_well else Verdict.FAILED,
            user_id=self._actor.user_id,
            steps_run=list(results),
            step_results=results,
            pipeline_summary=self._summary(),
            total_duration=self._seconds(self._clock()),
        )

    async def step(self, step: Step, deed: Deed) -> StepOut:
        """One step and what it said; what went wrong is told in the words of its error, and never more."""
        before = len(self._logs)
        self._say(step, f"{step} begins")
        try:
            result = await deed()
        except FarthingError as error:
            if step is Step.INGEST and isinstance(error, _ABOUT_THE_REQUEST):
                raise
            self._say(step, error.detail, "ERROR")
            return StepOut(status=Verdict.FAILED, error=error.detail, logs=self._logs[before:])
        self._say(step, f"{step} is done")
        return StepOut(status=Verdict.COMPLETED, result=result, logs=self._logs[before:])

    def _say(self, step: Step, message: str, level: str = "INFO") -> None:
        now = self._clock()
        self._logs.append(
            LogLine(timestamp=now, step=step, message=message, level=level, elapsed_seconds=self._seconds(now))
        )

    def _seconds(self, now: datetime) -> float:
        return round((now - self._began).total_seconds(), 3)

    def _summary(self) -> PipelineSummary:
        now = self._clock()
        return PipelineSummary(
            user_id=self._actor.user_id,
            start_time=self._began,
            end_time=now,
            duration_seconds=self._seconds(now),
            total_logs=len(self._logs),
            logs=self._logs,
        )

    async def transform(self) -> Result:
        """Look again at transactions of which something is unknown, the last first, a few at a time."""
        total = processed = 0
        before: int | None = None
        while True:
            async with self._database.read(self._scope) as work:
                rederiving = RederivingService(work, self._actor, self._clock)
                keys = await rederiving.next(before, _CHUNK)
                worth = await rederiving.improvable(keys) if keys else []
            if not keys:
                return {"total": total, "processed": processed, "failed": 0, "skipped": total - processed}
            if worth:
                async with self._database.write(self._scope) as work:
                    processed += await RederivingService(work, self._actor, self._clock).derive(worth)
            total, before = total + len(keys), keys[-1]

    async def load(self) -> Result:
        """Recount everything; totals that were wrong are made anew."""
        async with self._database.snapshot(self._scope) as work:
            faults = await CheckService(work, self._actor).faults()
        issues: dict[str, int] = {}
        for fault in faults:
            issues[fault.what] = issues.get(fault.what, 0) + 1
        wrong = {fault.account_id for fault in faults if fault.what in _REPAIRABLE}
        for account_id in sorted(wrong):
            async with self._database.write(self._scope) as work:
                await self._recount(work, account_id)
        return {
            "accounts_updated": len(wrong),
            "accounts_failed": 0,
            "data_valid": not faults,
            "issues_found": issues,
        }

    async def _recount(self, work: Work, account_id: UUID) -> None:
        await AccountService(work, self._actor, self._clock).locked(account_id)
        await CheckService(work, self._actor).recount(account_id)

    async def aggregate(self) -> Result:
        """The figures of the month so far."""
        today = self._clock().date()
        first = today.replace(day=1)
        async with self._database.read(self._scope) as work:
            figures = await FiguresService(work, self._actor, self._clock).of(first, today)
        period = {"start": first.isoformat(), "end": today.isoformat(), "type": "current_month"}
        return {"period": period} | figures


async def standing(work: Work, actor: Actor, clock: Clock) -> tuple[int, int]:
    """How many transactions there are, and how many rows of imports are still on their way."""
    total = (await FindService(work, actor, clock).page(Filter(), Sort.NEWEST, 1)).total.count
    return total, await Imports(work).rows_under_way()
