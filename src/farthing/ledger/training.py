"""When a workspace's model is trained anew: on request, or when enough new decisions came together."""

from datetime import timedelta
from uuid import UUID

from farthing.infra.db import Question, Work
from farthing.jobs.service import JobService
from farthing.kernel.actor import Actor
from farthing.kernel.clock import Clock
from farthing.ledger.learning_repository import NEW_MIN, Learned, Since

LEARN = "ledger.learn"
_QUICK = 1_000
"""So few examples are learned in no time."""
_REST = timedelta(milliseconds=20)
"""For each example: whoever posts without end is not answered by a house that only learns."""


class Training:
    def __init__(self, work: Work, actor: Actor, clock: Clock) -> None:
        self._rows = Learned(work)
        self._jobs = JobService(work, actor, clock)
        self._clock = clock

    def asking(self) -> Question:
        """What `is_due` will ask."""
        return self._rows.asking_since()

    async def request(self) -> UUID:
        """Ask for a training; the one that waits already if there is one."""
        return await self._jobs.waiting(LEARN) or (await self._jobs.request(LEARN, {})).id

    async def is_due(self, more: int = 0) -> bool:
        """Whether enough decisions came together since the last training, with those about to be kept."""
        since = await self._rows.since()
        return since.new + more >= NEW_MIN and self._has_rested(since)

    def _has_rested(self, since: Since) -> bool:
        if since.trained_at is None or since.examples is None or since.examples <= _QUICK:
            return True
        return self._clock() - since.trained_at >= _REST * since.examples

    async def notice(self) -> None:
        """After people chose: ask for a training if it is due."""
        if await self.is_due():
            await self.request()
