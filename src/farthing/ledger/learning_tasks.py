"""Training in the background: read, learn outside any transaction and off the event loop, keep."""

import asyncio
from dataclasses import dataclass
from uuid import UUID

from farthing.infra.db import Database, Work
from farthing.jobs.context import JobContext
from farthing.jobs.registry import JobKind
from farthing.kernel.actor import Actor, Role
from farthing.kernel.clock import Clock
from farthing.ledger.learning import LearningService, Lesson, lesson_of
from farthing.ledger.training import LEARN


@dataclass(frozen=True, slots=True)
class LearningJobs:
    database: Database
    clock: Clock

    def kinds(self) -> list[JobKind]:
        return [JobKind(LEARN, self.learn, "Learn categories from your decisions")]

    async def learn(self, job: JobContext) -> dict[str, int]:
        lesson = await self._lesson(job)

        async def keep(work: Work) -> dict[str, int]:
            if lesson is not None:
                await self._learning(work, job).keep(lesson)
            return {"examples": lesson.examples if lesson else 0}

        return await job.step("keep", keep) or {}

    async def _lesson(self, job: JobContext) -> Lesson | None:
        """A run that begins anew learns anew."""
        async with self.database.read(job.scope) as work:
            decisions = await self._learning(work, job).decisions()
        return await asyncio.to_thread(lesson_of, decisions)

    def _learning(self, work: Work, job: JobContext) -> LearningService:
        return LearningService(work, _actor(job.user_id, job.workspace_id), self.clock)


def _actor(user_id: UUID | None, workspace_id: UUID) -> Actor:
    return Actor(user_id, "learning", workspace_id, Role.MEMBER)
