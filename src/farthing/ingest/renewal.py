"""What is compared speaks the words of today: fingerprints of former versions, and of former readers, made anew.

That is no change of what anybody sees; transactions become what today's reading says by a rebuild alone.
"""

import asyncio
from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path
from uuid import UUID

from farthing.infra.db import Work
from farthing.ingest.fingerprints import VERSION
from farthing.ingest.models import Import
from farthing.ingest.planning import Planning
from farthing.ingest.preparing import PARSER_VERSION
from farthing.ingest.rawrows import days_otherwise, prints
from farthing.ingest.replaying import Replay, Today, is_stale
from farthing.ingest.repository import Imports, Rows
from farthing.kernel.actor import Actor
from farthing.kernel.clock import Clock
from farthing.kernel.errors import FarthingError
from farthing.ledger.posting import PostingService
from farthing.ledger.restating import RestatingService


class Renewal:
    def __init__(self, work: Work, actor: Actor, clock: Clock, planning: Planning) -> None:
        self._own = (work, actor, clock)
        self._planning = planning
        self._restating = RestatingService(work, actor, clock)
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
        """What was posted to these accounts and was read, or has fingerprints, of a former version."""
        found: dict[UUID, Import] = {}
        for account_id in sorted(accounts):
            former = await self._imports.statements_of_account(account_id)
            found |= {one.id: one for _, one in former if _is_old(one)}
        return list(found.values())

    async def _renew(self, one: Import) -> None:
        """Raw rows that an older reader made are read again, beside them: they stand for what is in the ledger."""
        if not is_stale(one):
            await self._reprint(one, self._planning.home(one))
            return
        with self._planning.lake.workshop() as workshop:
            try:
                replay = await Replay.of(*self._own, self._planning, one)
                today = await replay.read(self._planning.lake, Path(workshop))
            except FarthingError:
                # What cannot be read any more is known by what was read once.
                await self._reprint(one, self._planning.home(one))
            else:
                await self.take(one, Path(workshop), today)

    async def take(self, one: Import, folder: Path, today: Today) -> None:
        """The words of a reading that is at hand in `folder`."""
        changed = set(today.rows.changed)
        days = await asyncio.to_thread(days_otherwise, self._planning.home(one), folder) if changed else {}
        one.source = today.read.source
        await self._reprint(one, folder, days)

    async def _reprint(self, one: Import, folder: Path, days: dict[int, date] | None = None) -> None:
        places = await self._planning.places(one)
        for some in await asyncio.to_thread(prints, self._planning.lake, one, folder, places):
            await self.reprint(one.id, some, {})
        await self._restate(one.id, days or {})
        one.fingerprint_version, one.reader_version = VERSION, PARSER_VERSION
        await self._imports.flush()

    async def reprint(self, import_id: UUID, marks: Mapping[int, bytes], days: Mapping[int, date]) -> None:
        """By number of the row: other fingerprints, and the days on which the statement has them, if these differ."""
        await self._posting.reprint(import_id, marks)
        await self._rows.reprint(import_id, marks)
        await self._restate(import_id, days)

    async def _restate(self, import_id: UUID, days: Mapping[int, date]) -> None:
        if days:
            await self._restating.restate(import_id, days)
            await self._rows.restate(import_id, days)


def _is_old(one: Import) -> bool:
    return one.fingerprint_version < VERSION or one.reader_version < PARSER_VERSION
