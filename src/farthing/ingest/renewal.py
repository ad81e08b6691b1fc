"""Fingerprints of a former version, made anew from the raw rows before anything is compared with them."""

import asyncio
from collections.abc import Collection
from uuid import UUID

from farthing.infra.db import Work
from farthing.ingest.fingerprints import VERSION
from farthing.ingest.models import Import
from farthing.ingest.planning import Planning
from farthing.ingest.rawrows import prints
from farthing.ingest.repository import Imports, Rows
from farthing.kernel.actor import Actor
from farthing.kernel.clock import Clock
from farthing.ledger.posting import PostingService


class Renewal:
    def __init__(self, work: Work, actor: Actor, clock: Clock, planning: Planning) -> None:
        self._planning = planning
        self._imports = Imports(work)
        self._rows = Rows(work)
        self._posting = PostingService(work, actor, clock)

    async def renew(self, accounts: Collection[UUID]) -> int:
        """Of whatever was posted to these accounts; how many imports that were."""
        old = await self.old(accounts)
        for one in old:
            await self._renew(one)
        return len(old)

    async def old(self, accounts: Collection[UUID]) -> list[Import]:
        """What was posted to these accounts and has fingerprints of a former version."""
        found: dict[UUID, Import] = {}
        for account_id in sorted(accounts):
            former = await self._imports.statements_of_account(account_id)
            found |= {one.id: one for _, one in former if one.fingerprint_version < VERSION}
        return list(found.values())

    async def _renew(self, one: Import) -> None:
        places, home = await self._planning.places(one), self._planning.home(one)
        for some in await asyncio.to_thread(prints, self._planning.lake, one, home, places):
            await self._posting.reprint(one.id, some)
            await self._rows.reprint(one.id, some)
        one.fingerprint_version = VERSION
        await self._imports.flush()
