"""Rows that today's reader reads for the first time: compared with the ledger as those of any new file are."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from uuid import UUID

from farthing.infra.db import Work
from farthing.ingest.changes import Change, ChangeKind, changes_after, decision_values, promised
from farthing.ingest.decisions import Evidence, RowState, Statement, Told
from farthing.ingest.editions import Edition, Editions
from farthing.ingest.models import Import, ImportRow, ImportStatement
from farthing.ingest.planning import Basis, Planning, decided
from farthing.ingest.rawrows import Fact, Place, Planned, opened
from farthing.ingest.repository import Imports, Rows
from farthing.ingest.testimony import words_of
from farthing.kernel.actor import Actor
from farthing.kernel.clock import Clock
from farthing.ledger.folding import search_text
from farthing.ledger.kinds import Status
from farthing.ledger.posting import PostingService

_ALL = 10_000_000
Movement = tuple[UUID, date, int, bool]
"""Account, day, amount, whether it is booked."""


class Newcomers:
    """Those of earlier imports of the same rebuild are as good as in the ledger."""

    def __init__(self, work: Work, actor: Actor, clock: Clock, editions: Editions) -> None:
        self._imports = Imports(work)
        self._rows = Rows(work)
        self._planning = Planning(work, actor, clock, editions.lake)
        self._posting = PostingService(work, actor, clock)
        self._editions = editions
        self.movements: dict[int, Movement] = {}

    async def of(
        self, row: Import, edition: Edition, rebuild_id: UUID, earlier: Sequence[UUID], reason: str | None
    ) -> list[Change]:
        """With what was decided about each."""
        if not edition.appeared:
            return []
        home, places = self._editions.home(row, rebuild_id), await self._planning.places(row)
        known = {one.row: one for one in await self._rows.of(row.id)}
        basis = await self._planning.basis(row, _as_told(await self._imports.statements(row.id), edition), reason)
        basis.decided = {}
        await self._leave_out_claimed(basis, known)
        for position, other in enumerate(earlier):
            await self._believe(basis, row, other, position, rebuild_id)
        plan, facts = await asyncio.to_thread(self._decided, row, home, places, edition, basis)
        ids = await self._posting.ids([one.key for one in plan.values() if one.key is not None and one.key > 0])
        return [
            self._change(fact, places[fact.statement], plan.get(fact.row), known.get(fact.row), ids) for fact in facts
        ]

    def _decided(
        self, row: Import, home: Path, places: Mapping[int, Place], edition: Edition, basis: Basis
    ) -> tuple[dict[int, Planned], list[Fact]]:
        with opened(self._editions.lake, row, home, places) as raw:
            raw.narrow(edition.appeared)
            return decided(raw, basis), raw.facts(1, edition.highest)

    async def _leave_out_claimed(self, basis: Basis, known: Mapping[int, ImportRow]) -> None:
        """What another row of this import is the same as is no other's twin."""
        claimed = {one.transaction_key for one in known.values() if one.state == RowState.SAME}
        for evidence in basis.evidence.values():
            evidence.told = [one for one in evidence.told if one.key not in claimed]

    async def _believe(self, basis: Basis, row: Import, other_id: UUID, position: int, rebuild_id: UUID) -> None:
        """Take rows that appear in an earlier import for transactions."""
        other = await self._imports.get(other_id)
        if other is None or other.id == row.id:
            return
        home = self._editions.home(other, rebuild_id)
        found = await asyncio.to_thread(changes_after, home, 0, _ALL, str(ChangeKind.APPEARS))
        numbers = [change.row for _, change in found if change.state == RowState.NEW]
        if not numbers:
            return
        places = await self._planning.places(other)
        for fact in await asyncio.to_thread(_facts, self._editions, other, home, places, numbers):
            evidence = basis.evidence.get(places[fact.statement].account_id)
            if evidence is not None:
                _add(evidence, fact, promised(position, fact.row), other, is_own=other.source == row.source)

    def _change(
        self, fact: Fact, place: Place, planned: Planned | None, known: ImportRow | None, ids: Mapping[int, UUID]
    ) -> Change:
        self.movements[fact.row] = (place.account_id, fact.date, fact.minor, fact.status == Status.BOOKED)
        after = {
            "date": fact.date,
            "amount": fact.minor,
            "status": fact.status,
            "description": fact.memo or fact.description,
            "payee": fact.payee,
            "reference": fact.reference,
        }
        before = decision_values(known) if known is not None else {}
        kind = ChangeKind.APPEARS
        key = planned.key if planned else None
        return Change(
            kind,
            fact.row,
            fact.line,
            planned.state if planned else str(RowState.NEW),
            planned.reason if planned else None,
            key,
            ids.get(key) if key is not None else None,
            place.currency,
            before,
            after,
        )


def _facts(
    editions: Editions, row: Import, home: Path, places: Mapping[int, Place], numbers: Sequence[int]
) -> list[Fact]:
    with opened(editions.lake, row, home, places) as raw:
        return raw.some(numbers)


def _add(evidence: Evidence, fact: Fact, key: int, other: Import, *, is_own: bool) -> None:
    if is_own:
        evidence.statements = [*evidence.statements, Statement(other.name, None)]
        evidence.seen = {fact.fingerprint: (key, len(evidence.statements) - 1), **evidence.seen}
        return
    words = words_of(search_text(fact.payee, fact.memo, fact.description, fact.reference))
    told = Told(key, fact.date, fact.minor, fact.status == Status.PENDING, words, other.name, None)
    evidence.told = [*evidence.told, told]


def _as_told(statements: Sequence[ImportStatement], edition: Edition) -> list[ImportStatement]:
    """With the days that today's reading says."""
    found = []
    for one in statements:
        told = edition.statements.get(str(one.position), {})
        days = {name: date.fromisoformat(told[name]) for name in ("first_day", "last_day") if told.get(name)}
        first = days.get("first_day", one.first_day)
        last = days.get("last_day", one.last_day)
        found.append(ImportStatement(position=one.position, account_id=one.account_id, first_day=first, last_day=last))
    return found
