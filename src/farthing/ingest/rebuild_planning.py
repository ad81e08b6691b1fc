"""What a rebuild would change of one import, row by row; nothing is written but the file that says so."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from farthing.infra.db import Database, Scope, Work
from farthing.ingest.changes import Change, ChangeKind, ChangesFile, decision_values
from farthing.ingest.comparing import Compared, compared
from farthing.ingest.decisions import RowState
from farthing.ingest.deriving import Meaning
from farthing.ingest.editions import Edition, Editions
from farthing.ingest.models import Import, ImportRow
from farthing.ingest.newcomers import Newcomers
from farthing.ingest.planning import Planning
from farthing.ingest.rawrows import Fact, Place, Planned, RawRows, opened, plan_between
from farthing.ingest.repository import Imports, Rows
from farthing.kernel.actor import Actor
from farthing.kernel.clock import Clock
from farthing.ledger.images import Loaded
from farthing.ledger.kinds import Status
from farthing.ledger.months import MonthService
from farthing.ledger.posting import Arrival
from farthing.ledger.restating import RestatingService

CHUNK = 2_000
"""So many rows are looked at in one transaction."""
MOVED = ("amount", "date", "status")


@dataclass(slots=True)
class Tally:
    """What an import's changes come to."""

    rows: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    fields: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    moves: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(int)))
    """By account and day, by how much the balance moves."""
    transactions: Counter[str] = field(default_factory=Counter)
    touched: set[int] = field(default_factory=set)

    def counts(self) -> dict[str, Any]:
        return {
            "rows": self.rows,
            "unchanged": self.rows - len(self.touched) - self.kinds[ChangeKind.APPEARS],
            "changed": self.kinds[ChangeKind.CHANGED],
            "appears": self.states[RowState.NEW],
            "doubtful": self.kinds[ChangeKind.APPEARS] - self.states[RowState.NEW],
            "gone": self.kinds[ChangeKind.GONE],
            "kept": self.kinds[ChangeKind.KEPT],
            "unreadable": self.kinds[ChangeKind.UNREADABLE],
            "kinds": dict(self.kinds),
            "fields": dict(sorted(self.fields.items())),
        }

    def moved(self) -> dict[str, Any]:
        return {
            "moves": {
                account: {day: sum_ for day, sum_ in days.items() if sum_} for account, days in self.moves.items()
            },
            "transactions": dict(self.transactions),
        }

    def count(self, change: Change) -> Change:
        self.kinds[change.kind] += 1
        if change.after and change.kind in {ChangeKind.CHANGED, ChangeKind.KEPT}:
            self.touched.add(change.row)
        if change.kind is ChangeKind.CHANGED:
            self.fields.update(change.after.keys() - {"category_source", "category_reason", "category_confidence"})
        if change.kind is ChangeKind.APPEARS:
            self.states[change.state or ""] += 1
        return change

    def move(self, account_id: UUID, day: date, minor: int, *, is_booked: bool) -> None:
        if is_booked:
            self.moves[str(account_id)][day.isoformat()] += minor


@dataclass(frozen=True, slots=True)
class Both:
    """Some rows as readings of before have them, and as today's has them."""

    old: Sequence[Mapping[int, Arrival]]
    new: Mapping[int, Arrival]
    lines: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Ground:
    """What is known of an import before its rows are looked at."""

    row: Import
    first: Path
    """The first reading; rows that no rebuild could change stand as that one said."""
    home: Path
    edition_home: Path
    edition: Edition
    places: dict[int, Place]
    meaning: Meaning
    decided: dict[int, ImportRow]
    closed: Collection[date]

    @property
    def unread(self) -> set[int]:
        """Lines that could not be read, which are transactions only where a person said what they mean."""
        return {number for number, one in self.decided.items() if one.said is not None}


@dataclass(frozen=True, slots=True)
class RebuildPlanning:
    """Works in short reading transactions, because a file may have a million rows."""

    database: Database
    scope: Scope
    actor: Actor
    clock: Clock
    editions: Editions

    async def plan(
        self, rebuild_id: UUID, import_id: UUID, earlier: Sequence[UUID], reason: str | None
    ) -> dict[str, Any]:
        """The changes as a file beside today's reading; what they come to."""
        ground = await self._ground(import_id, rebuild_id, reason)
        tally = Tally(ground.edition.rows)
        with self.editions.lake.workshop() as workshop:
            found, doubtful = ChangesFile(Path(workshop)), []
            async for some in self._changes(ground, tally, rebuild_id, earlier, reason):
                for one in some:
                    tally.count(one)
                doubtful += [one for one in some if one.kind is ChangeKind.APPEARS and one.state != RowState.NEW]
                await asyncio.to_thread(found.add, some)
            await asyncio.to_thread(self._keep, found, doubtful, ground, Path(workshop))
        return {"size": found.size, "counts": tally.counts(), "parser": ground.edition.parser} | tally.moved()

    def _keep(self, found: ChangesFile, doubtful: Sequence[Change], ground: Ground, workshop: Path) -> None:
        """And the plan of before, with what was decided about the rows that appear."""
        lake, gone = self.editions.lake, set(ground.edition.gone)
        lake.keep(found.finish(), ground.edition_home)
        if ground.edition.is_same:
            return
        old = plan_between(ground.home, 1, ground.edition.highest).values()
        fresh = [Planned(one.row, one.state or "", one.reason or "", _real(one.key), True) for one in doubtful]
        with opened(lake, ground.row, ground.edition_home, ground.places) as raw:
            plan = sorted([*(one for one in old if one.row not in gone), *fresh])
            lake.keep(raw.keep_plan(plan, workshop), ground.edition_home)

    async def _ground(self, import_id: UUID, rebuild_id: UUID, reason: str | None) -> Ground:
        async with self.database.read(self.scope) as work:
            row = await Imports(work).get(import_id)
            if row is None:
                raise RuntimeError("an import that is in the ledger is not discarded")
            planning = Planning(work, self.actor, self.clock, self.editions.lake)
            home = self.editions.home(row, rebuild_id)
            has_reason = bool((reason or "").strip())
            months = [] if has_reason else await MonthService(work, self.actor, self.clock).all()
            return Ground(
                row,
                self.editions.lake.raw(row.workspace_id, row.created_at.date(), row.id),
                planning.home(row),
                home,
                Edition.kept_in(home),
                await planning.places(row),
                await Meaning.load(work, self.actor, self.clock),
                {one.row: one for one in await Rows(work).of(row.id)},
                {one.month for one in months},
            )

    async def _changes(
        self, ground: Ground, tally: Tally, rebuild_id: UUID, earlier: Sequence[UUID], reason: str | None
    ) -> AsyncIterator[list[Change]]:
        async with AsyncExitStack() as stack:
            homes = dict.fromkeys((ground.first, ground.home))
            old = [await stack.enter_async_context(self._raw(ground, home)) for home in homes]
            new = await stack.enter_async_context(self._raw(ground, ground.edition_home))
            for first, last in spans(ground.edition.highest, CHUNK):
                both = await asyncio.to_thread(_both, ground, old, new, first, last)
                async with self.database.read(self.scope) as work:
                    yield await self._standing(work, ground, both, tally, first, last)
        yield list(_dropped(ground))
        async with self.database.read(self.scope) as work:
            newcomers = Newcomers(work, self.actor, self.clock, self.editions)
            found = await newcomers.of(ground.row, ground.edition, rebuild_id, earlier, reason)
        for one in found:
            if one.state == RowState.NEW:
                account_id, day, minor, is_booked = newcomers.movements[one.row]
                tally.move(account_id, day, minor, is_booked=is_booked)
                tally.transactions[str(account_id)] += 1
        yield found
        yield list(_unreadable(ground))

    @asynccontextmanager
    async def _raw(self, ground: Ground, home: Path) -> AsyncIterator[RawRows]:
        held = opened(self.editions.lake, ground.row, home, ground.places)
        raw = await asyncio.to_thread(held.__enter__)
        try:
            yield raw
        finally:
            await asyncio.to_thread(held.__exit__, None, None, None)

    async def _standing(
        self, work: Work, ground: Ground, both: Both, tally: Tally, first: int, last: int
    ) -> list[Change]:
        """What becomes of transactions that are in use."""
        restating = RestatingService(work, self.actor, self.clock)
        loaded = await restating.standing(ground.row.id, first, last)
        found = [one for one in (_compared(each, both, ground.meaning) for each in loaded) if one is not None]
        decided = await restating.decided([one.one for one in found if one.derived or one.facts])
        changes = [change for one in found for change in one.changes(decided.get(one.one.row.key, ()), ground.closed)]
        for change in changes:
            _count_changed(tally, change, loaded)
        gone = [one for one in loaded if one.row.import_line not in both.new.keys() | ground.unread]
        return changes + await self._gone(restating, gone, ground, tally)

    async def _gone(
        self, restating: RestatingService, loaded: Sequence[Loaded], ground: Ground, tally: Tally
    ) -> list[Change]:
        """Read no more; but what somebody has worked on stays."""
        touched = await restating.touched(loaded)
        changes = []
        for one in loaded:
            row = one.row
            number, image = row.import_line or 0, _image(one)
            if row.key in touched or row.date.replace(day=1) in ground.closed:
                why = "today's reader does not read it, and somebody has worked on it"
                why = why if row.key in touched else "its month is closed"
                changes.append(Change(ChangeKind.KEPT, number, None, None, why, row.key, row.id, row.currency, image))
                continue
            tally.move(row.account_id, row.date, -row.amount, is_booked=row.status == Status.BOOKED)
            tally.transactions[str(row.account_id)] -= 1
            changes.append(Change(ChangeKind.GONE, number, None, None, None, row.key, row.id, row.currency, image))
        return changes


def _both(ground: Ground, old: Sequence[RawRows], new: RawRows, first: int, last: int) -> Both:
    before = [raw.facts(first, last) for raw in old]
    arrivals = [_arrivals(ground, facts) for facts in before]
    fresh = before[-1] if ground.edition.is_same else new.facts(first, last)
    lines = {one.row: one.line for one in fresh}
    return Both(arrivals, arrivals[-1] if ground.edition.is_same else _arrivals(ground, fresh), lines)


def _compared(one: Loaded, both: Both, meaning: Meaning) -> Compared | None:
    number = one.row.import_line or 0
    old = [readings[number] for readings in both.old if number in readings]
    new = both.new.get(number)
    return compared(one, both.lines[number], old, new, meaning) if old and new is not None else None


def _count_changed(tally: Tally, change: Change, loaded: Sequence[Loaded]) -> None:
    if change.kind is not ChangeKind.CHANGED or not change.after.keys() & set(MOVED):
        return
    row = next(one.row for one in loaded if one.row.key == change.key)
    after = {name: change.after.get(name, getattr(row, name)) for name in MOVED}
    tally.move(row.account_id, row.date, -row.amount, is_booked=row.status == Status.BOOKED)
    tally.move(row.account_id, after["date"], after["amount"], is_booked=after["status"] == Status.BOOKED)


def _arrivals(ground: Ground, facts: Sequence[Fact]) -> dict[int, Arrival]:
    return {one.import_line: one for one in ground.meaning.arrivals(facts, ground.places, ground.row.id)}


def _dropped(ground: Ground) -> Iterator[Change]:
    """Decisions about rows that are read no more; what a person decided stays."""
    gone = set(ground.edition.gone)
    for number, one in ground.decided.items():
        if number in gone and one.decided_at is None and one.said is None:
            yield Change(ChangeKind.GONE, number, one.line, one.state, one.reason, before=decision_values(one))


def _unreadable(ground: Ground) -> Iterator[Change]:
    """Lines that could be read before, or were not looked at, and should be transactions."""
    known = {one.line for one in ground.decided.values() if one.said is not None}
    number = ground.edition.highest
    for line, text, reason in ground.edition.rejected:
        if line not in known:
            number += 1
            yield Change(ChangeKind.UNREADABLE, number, line, str(RowState.ERROR), reason, after={"text": text})


def _image(one: Loaded) -> dict[str, Any]:
    names = ("date", "amount", "status", "description", "payee", "reference", "category_id")
    return {name: getattr(one.row, name) for name in names}


def _real(key: int | None) -> int | None:
    """A transaction that is not posted yet has no key."""
    return key if key is None or key > 0 else None


def spans(count: int, size: int) -> Iterator[tuple[int, int]]:
    """The first and last number of each piece."""
    return ((start, min(start + size - 1, count)) for start in range(1, count + 1, size))
