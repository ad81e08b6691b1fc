"""What the ledger does when others tell it something."""

from farthing.auth.events import WorkspaceCreated
from farthing.infra.db import Work
from farthing.kernel.actor import Actor, Role
from farthing.kernel.clock import Clock
from farthing.ledger.categories import CategoryService


class LedgerSubscribers:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def furnish(self, work: Work, event: WorkspaceCreated) -> None:
        """A new workspace starts with categories."""
        owner = Actor(event.owner_id, event.owner_name, event.workspace_id, Role.OWNER)
        async with work.within(event.workspace_id, event.owner_id):
            await CategoryService(work, owner, self._clock).make_defaults()
