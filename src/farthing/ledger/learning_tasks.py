"""Training in the background: read, learn outside any transaction and off the event loop, keep."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from farthing.classify.model import Model, trained
from farthing.infra.db import Database, Work
from farthing.jobs.context import JobContext
from farthing.jobs.registry import JobKind
from farthing.kernel.actor import Actor, Role
from farthing.kernel.clock import Clock
from farthing.ledger.learning import LearningService
from farthing.ledger.training import LEARN


@dataclass(slots=True)
class _Lesson:
    """What is carried from the learning to the keeping of one run; a run that begins anew learns anew."""

    model: Model = field(default_factory=Model)
    learned_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class LearningJobs:
    database: Database
    clock: Clock

    def kinds(self) -> list[JobKind]:
        return [JobKind(LEARN, self.learn, "Learn categories from your decisions")]

    async def learn(self, job: JobContext) -> dict[str, int]:
        lesson = await self._lesson(job)

        async def keep(work: Work) -> dict[str, int]:
            if lesson.learned_until is not None:
                await self._learning(work, job).keep(lesson.model, lesson.learned_until)
            return {"examples": lesson.model.examples}

        return await job.step("keep", keep) or {}

    async def _lesson(self, job: JobContext) -> _Lesson:
        async with self.database.read(job.scope) as work:
            examples, learned_until = await self._learning(work, job).examples()
        return _Lesson(await asyncio.to_thread(trained, examples), learned_until)

    def _learning(self, work: Work, job: JobContext) -> LearningService:
        return LearningService(work, _actor(job.user_id, job.workspace_id), self.clock)


def _actor(user_id: UUID | None, workspace_id: UUID) -> Actor:
    return Actor(user_id, "learning", workspace_id, Role.MEMBER)
