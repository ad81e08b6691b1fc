"""Transactions read again: what a person changed stays, all else becomes what the new reading says."""

import asyncio
from collections.abc import Mapping, Sequence
from uuid import UUID

from farthing.infra.db import Work
from farthing.ingest.deriving import Meaning
from farthing.ingest.models import Import
from farthing.ingest.planning import Planning
from farthing.ingest.rawrows import some_facts
from farthing.kernel.actor import Actor
from farthing.kernel.clock import Clock
from farthing.ledger.images import Because, Loaded
from farthing.ledger.kinds import CategorySource
from farthing.ledger.posting import Arrival, PostingService
from farthing.ledger.service import LedgerService

_SAID = ("date", "value_date", "amount", "status", "description", "payee", "reference")
_DERIVED = ("der_merchant", "der_category")
_CHOICE = ("category_id", "category_source", "category_reason", "category_confidence")


class Rereading:
    def __init__(self, work: Work, actor: Actor, clock: Clock, planning: Planning) -> None:
        self._planning = planning
        self._meaning = (work, actor, clock)
        self._posting = PostingService(work, actor, clock)
        self._ledger = LedgerService(work, actor, clock)

    async def lines(self, keys: Sequence[int]) -> dict[int, int]:
        """Which row of its import each transaction is."""
        return await self._posting.lines_of(keys)

    async def arrivals(self, row: Import, numbers: Sequence[int]) -> list[Arrival]:
        """Some rows as they would be posted today; lines that could not be read are none of them."""
        places = await self._planning.places(row)
        facts = await asyncio.to_thread(some_facts, self._planning.lake, row, self._planning.home(row), places, numbers)
        return (await Meaning.load(*self._meaning)).arrivals(facts, places, row.id)

    async def take(self, readings: Mapping[int, tuple[Arrival | None, Arrival]], because: Because) -> None:
        """Of each transaction the old reading, if it is known, and the new one."""
        await self._ledger.change_keys(list(readings), lambda one: reread(one, *readings[one.row.key]), because)

    async def move(self, lines: Mapping[int, int], import_id: UUID, because: Because) -> None:
        """Of each transaction the row of another import that says the same as the one that it was."""

        def move(one: Loaded) -> None:
            one.row.import_id, one.row.import_line = import_id, lines[one.row.key]

        if lines:
            await self._ledger.change_keys(list(lines), move, because)


def reread(one: Loaded, old: Arrival | None, new: Arrival) -> None:
    """Only what still stands as the old reading said it is said anew."""
    row = one.row
    was = (row.date, row.amount)
    for name in (*_SAID, *_DERIVED) if old is not None else ():
        if getattr(row, name) == getattr(old, name):
            setattr(row, name, getattr(new, name))
    if old is not None and row.category_source != CategorySource.USER and row.category_id == old.category_id:
        for name in _CHOICE:
            setattr(row, name, getattr(new, name))
    row.import_id, row.import_line, row.fingerprint = new.import_id, new.import_line, new.fingerprint
    if row.stated_on is not None or (row.date, row.amount) != was:
        row.stated_on, row.stated_account_id = new.date, new.account_id
