"""When a workspace's model is trained anew: on request, or when enough new decisions came together."""

from uuid import UUID

from farthing.infra.db import Work
from farthing.jobs.service import JobService
from farthing.jobs.states import JobState
from farthing.kernel.actor import Actor
from farthing.kernel.clock import Clock
from farthing.kernel.paging import PageRequest
from farthing.ledger.learning_repository import Learned

LEARN = "ledger.learn"
NEW_MIN = 20
"""So many new decisions, and the model is trained anew."""


class Training:
    def __init__(self, work: Work, actor: Actor, clock: Clock) -> None:
        self._rows = Learned(work)
        self._jobs = JobService(work, actor, clock)

    async def request(self) -> UUID:
        """Ask for a training; the one that waits already if there is one."""
        waiting = await self._jobs.page(PageRequest(limit=1), JobState.QUEUED, LEARN)
        if waiting.items:
            return waiting.items[0].id
        return (await self._jobs.request(LEARN, {})).id

    async def notice(self) -> None:
        """After people chose: ask for a training if enough came together since the last."""
        header = await self._rows.header()
        if await self._rows.number(header[2] if header else None, NEW_MIN) >= NEW_MIN:
            await self.request()
