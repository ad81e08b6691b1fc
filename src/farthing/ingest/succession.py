"""When an import goes, what others told too stays: it becomes theirs, with all that a person wrote on it."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from farthing.infra.db import Work
from farthing.ingest.decisions import RowState
from farthing.ingest.models import Import
from farthing.ingest.planning import Planning
from farthing.ingest.rawrows import planned_same
from farthing.ingest.repository import Imports, Rows
from farthing.ingest.rereading import Rereading
from farthing.ingest.schemas import ImportState
from farthing.ledger.images import Because
from farthing.ledger.kinds import Origin
from farthing.ledger.posting import Arrival


class Heir(NamedTuple):
    """A row of another import that is the same as a transaction."""

    import_id: UUID
    row: int


class Succession:
    def __init__(self, work: Work, planning: Planning, rereading: Rereading) -> None:
        self._planning = planning
        self._imports = Imports(work)
        self._rows = Rows(work)
        self._rereading = rereading

    async def hand_over(self, gone: Import, keys: Sequence[int], reason: str | None) -> set[int]:
        """Of these transactions, those that another import has too: from now on they are that one's."""
        heirs = await self._heirs(gone, keys)
        by_import: dict[UUID, dict[int, int]] = defaultdict(dict)
        for key, heir in heirs.items():
            by_import[heir.import_id][key] = heir.row
        others = await self._imports.several(by_import)
        for import_id, rows in by_import.items():
            await self._become(gone, others[import_id], rows, reason)
        return set(heirs)

    async def _become(self, gone: Import, heir: Import, rows: Mapping[int, int], reason: str | None) -> None:
        numbers = sorted(set(rows.values()))
        new = {one.import_line: one for one in await self._rereading.arrivals(heir, numbers)}
        unread = {key: number for key, number in rows.items() if number not in new}
        lines = await self._rereading.lines(list(rows))
        old = {one.import_line: one for one in await self._rereading.arrivals(gone, sorted(lines.values()))}
        readings: dict[int, tuple[Arrival | None, Arrival]] = {
            key: (old.get(lines[key]), new[number]) for key, number in rows.items() if number in new
        }
        because = Because(
            Origin.IMPORT, "import", reason, heir.id, f"{gone.name} was undone, and {heir.name} has it too"
        )
        await self._rereading.take(readings, because)
        await self._rows.drop(heir.id, sorted(new))
        for key, number in unread.items():
            await self._inherit_line(Heir(gone.id, lines[key]), Heir(heir.id, number), key)
        await self._rereading.move(unread, heir.id, because)

    async def _inherit_line(self, was: Heir, heir: Heir, key: int) -> None:
        """A line that could not be read, with what a person wrote in its place."""
        mine, theirs = await self._rows.get(*was), await self._rows.get(*heir)
        if mine is not None and theirs is not None:
            theirs.corrected, theirs.transaction_key = theirs.corrected or mine.corrected, key
            theirs.state, theirs.reason = str(RowState.NEW), mine.reason

    async def _heirs(self, gone: Import, keys: Sequence[int]) -> dict[int, Heir]:
        """For each transaction the oldest other import that has it."""
        found: dict[int, Heir] = {}
        for one in await self._rows.leaning_on(keys, gone.id):
            if one.transaction_key is not None:
                heir = Heir(one.import_id, one.row)
                found[one.transaction_key] = min(found.get(one.transaction_key, heir), heir)
        for other in await self._beside(gone):
            same = await asyncio.to_thread(planned_same, self._planning.home(other), keys)
            kept = {one.row for one in await self._rows.of(other.id)} if same else set()
            for row, key in same:
                if row not in kept:
                    heir = Heir(other.id, row)
                    found[key] = min(found.get(key, heir), heir)
        return found

    async def _beside(self, gone: Import) -> list[Import]:
        """Posted imports of the same accounts."""
        accounts = {one.account_id for one in await self._imports.statements(gone.id) if one.account_id is not None}
        found: dict[UUID, Import] = {}
        for account_id in accounts:
            found |= {other.id: other for _, other in await self._imports.statements_of_account(account_id)}
        return [one for one in found.values() if one.id != gone.id and one.state == ImportState.POSTED]
