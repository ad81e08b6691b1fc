"""Kept bytes read by today's code, beside the reading that stands."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from farthing.infra.db import Work
from farthing.ingest import uzum
from farthing.ingest.errors import AccountUnclear
from farthing.ingest.matching import Before, Matched, matched
from farthing.ingest.models import Import, ImportRow, ImportStatement
from farthing.ingest.planning import Planning
from farthing.ingest.preparing import PARSER_VERSION, ROWS, Part, Prepared, kept, prepared
from farthing.ingest.profiles import wishes_checked
from farthing.ingest.receiving import Read, read_of
from farthing.ingest.repository import Imports, Rows
from farthing.kernel.actor import Actor
from farthing.kernel.clock import Clock
from farthing.lake.store import LakeStore
from farthing.ledger.restating import RestatingService


@dataclass(frozen=True, slots=True)
class Told:
    """What today's reading says of a statement of before."""

    first_day: date | None
    last_day: date | None
    opening: str | None
    closing: str | None
    closing_day: date | None


@dataclass(frozen=True, slots=True)
class Today:
    """A file as today's code reads it."""

    read: Read
    rows: Matched
    statements: dict[int, Told]


@dataclass(frozen=True, slots=True)
class Replay:
    """An import with everything that must be known of it to read it again; no transaction is needed any more."""

    row: Import
    statements: Sequence[ImportStatement]
    unread: Sequence[ImportRow]
    highest: int
    home: Path

    @classmethod
    async def of(cls, work: Work, actor: Actor, clock: Clock, planning: Planning, row: Import) -> "Replay":
        unread = [one for one in await Rows(work).of(row.id) if one.said is not None]
        posted = await RestatingService(work, actor, clock).highest_line(row.id)
        highest = max([row.row_count, posted, *(one.row for one in unread)])
        return cls(row, await Imports(work).statements(row.id), unread, highest, planning.home(row))

    async def read(self, lake: LakeStore, folder: Path) -> Today:
        """Into `folder`. Raises whatever makes a file unreadable."""
        path = folder / "file"
        with await asyncio.to_thread(path.open, "wb") as out:
            async for chunk in await lake.originals.stream(self.row.workspace_id, self.row.blob):
                await asyncio.to_thread(out.write, chunk)
        return await asyncio.to_thread(self._read, path, folder)

    def _read(self, path: Path, folder: Path) -> Today:
        fresh = folder / "fresh"
        fresh.mkdir()
        done = _prepared(path, self.row, fresh)
        places = places_of(done.parts, self.statements)
        settled = {one.row for one in self.unread if one.decided_at is not None}
        before = Before(self.home / ROWS, {one.row: one.line for one in self.unread}, settled, self.highest)
        rows = matched(before, done.rows, places, folder)
        return Today(read_of(done), rows, _told(done.parts, places))


def is_stale(row: Import) -> bool:
    """Whether an older reader read what stands of it."""
    return row.parser.rpartition("/")[2] != str(PARSER_VERSION)


def _prepared(path: Path, row: Import, folder: Path) -> Prepared:
    if row.format == uzum.FORMAT:
        return kept(uzum.reading_of(path.read_bytes()), folder)
    return prepared(path, row.name, wishes_checked(row.wishes), folder)


def places_of(parts: Sequence[Part], statements: Sequence[ImportStatement]) -> dict[int, int]:
    """Which statement of before each part of today's reading is: by its name and currency, else where it stands."""
    named = {(one.label, one.currency): one.position for one in reversed(statements)}
    accounts = {one.account_id for one in statements}
    found: dict[int, int] = {}
    for at, part in enumerate(parts):
        by_name = named.get((part.account and part.account[:255], part.currency))
        if by_name is not None:
            found[at] = by_name
        elif at < len(statements) and (len(parts) == len(statements) or len(accounts) == 1):
            found[at] = statements[at].position
        elif statements and len(accounts) == 1:
            found[at] = statements[0].position
        else:
            raise AccountUnclear("Today's reading has a statement more, and it is not clear which account that is of.")
    return found


def _told(parts: Sequence[Part], places: dict[int, int]) -> dict[int, Told]:
    found: dict[int, Told] = {}
    for at, part in enumerate(parts):
        one, was = _told_by(part), found.get(places[at])
        found[places[at]] = one if was is None else _joined(was, one)
    return found


def _told_by(part: Part) -> Told:
    closing = part.closing
    return Told(
        part.first_day,
        part.last_day,
        f"{part.opening.amount:f}" if part.opening else None,
        f"{closing.amount:f}" if closing else None,
        (closing.day or part.last_day) if closing else None,
    )


def _joined(one: Told, next_one: Told) -> Told:
    """Two parts that are one statement of before."""
    first, last = _least(one.first_day, next_one.first_day), _most(one.last_day, next_one.last_day)
    end: Any = next_one if next_one.closing is not None else one
    return Told(first, last, one.opening or next_one.opening, end.closing, end.closing_day)


def _least(*days: date | None) -> date | None:
    return min((day for day in days if day is not None), default=None)


def _most(*days: date | None) -> date | None:
    return max((day for day in days if day is not None), default=None)
