"""Today's reading of an import in its own folder of the lake, with what must be known of it later."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from farthing.infra.db import Database, Scope
from farthing.ingest.fingerprints import VERSION
from farthing.ingest.models import Import
from farthing.ingest.planning import Planning
from farthing.ingest.preparing import PARSER_VERSION, ROWS
from farthing.ingest.rawrows import PLAN, Place, days_otherwise, prints
from farthing.ingest.renewal import Renewal
from farthing.ingest.replaying import Replay, Today
from farthing.ingest.repository import Imports
from farthing.kernel.actor import Actor
from farthing.kernel.clock import Clock
from farthing.kernel.errors import FarthingError
from farthing.lake.store import LakeStore

NOTES = "edition.json"
_PRINTS = 5_000
"""So many fingerprints are written in one transaction."""


@dataclass(frozen=True, slots=True)
class Edition:
    """What was found out by reading again, as JSON keeps it."""

    parser: str
    source: str
    reading: dict[str, Any]
    highest: int
    rows: int
    appeared: list[int]
    gone: list[int]
    changed: int
    rejected: list[tuple[int, str, str]]
    statements: dict[str, dict[str, Any]]

    @property
    def is_same(self) -> bool:
        return not (self.appeared or self.gone or self.changed)

    @classmethod
    def of(cls, today: Today) -> "Edition":
        read, rows = today.read, today.rows
        return cls(
            read.parser,
            read.source,
            read.reading,
            rows.highest,
            read.row_count,
            list(rows.appeared),
            list(rows.gone),
            len(rows.changed),
            [(one.source_line, one.text, one.reason) for one in read.rejected],
            {str(at): asdict(told) for at, told in today.statements.items()},
        )

    @classmethod
    def kept_in(cls, folder: Path) -> "Edition":
        return cls(**json.loads((folder / NOTES).read_text(encoding="utf-8")))


@dataclass(frozen=True, slots=True)
class Editions:
    """Reads imports again outside of any transaction; what is compared is then in the words of today."""

    database: Database
    scope: Scope
    actor: Actor
    clock: Clock
    lake: LakeStore

    def home(self, row: Import, rebuild_id: UUID) -> Path:
        return self.lake.raw(row.workspace_id, row.created_at.date(), row.id, rebuild_id)

    async def make(self, import_id: UUID, rebuild_id: UUID) -> str | None:
        """Done again, it makes the same; why not, if the file cannot be read any more."""
        async with self.database.read(self.scope) as work:
            row = await Imports(work).get(import_id)
            if row is None:
                return "it was discarded"
            planning = Planning(work, self.actor, self.clock, self.lake)
            replay = await Replay.of(work, self.actor, self.clock, planning, row)
            places = await planning.places(row)
        with self.lake.workshop() as workshop:
            folder = Path(workshop)
            try:
                today = await replay.read(self.lake, folder)
            except FarthingError as refusal:
                return refusal.detail
            await self._renew(replay, today, folder, places)
            await asyncio.to_thread(self._keep, today, folder, self.home(row, rebuild_id))
        return None

    async def clear(self, import_id: UUID, rebuild_id: UUID) -> None:
        """Of a dry run only the changes are looked at later."""
        async with self.database.read(self.scope) as work:
            row = await Imports(work).get(import_id)
        if row is not None:
            await asyncio.to_thread(_clear, self.home(row, rebuild_id))

    def _keep(self, today: Today, folder: Path, home: Path) -> None:
        (folder / NOTES).write_text(json.dumps(asdict(Edition.of(today)), default=str), encoding="utf-8")
        self.lake.keep(today.rows.rows, home)
        self.lake.keep(folder / NOTES, home)

    async def _renew(self, replay: Replay, today: Today, folder: Path, places: Mapping[int, Place]) -> None:
        """Only fingerprints that are others than before, in short transactions."""
        row = replay.row
        is_current = row.fingerprint_version == VERSION and row.reader_version == PARSER_VERSION
        if today.rows.is_same and is_current:
            return
        marks = await asyncio.to_thread(_marks, self.lake, row, folder, places)
        days = await asyncio.to_thread(days_otherwise, replay.home, folder)
        numbers = sorted(marks)
        for start in range(0, len(numbers), _PRINTS):
            some = numbers[start : start + _PRINTS]
            async with self.database.write(self.scope) as work:
                renewal = Renewal(work, self.actor, self.clock, Planning(work, self.actor, self.clock, self.lake))
                await renewal.reprint(row.id, {n: marks[n] for n in some}, {n: days[n] for n in some if n in days})
        async with self.database.write(self.scope) as work:
            now = await Imports(work).get(row.id, lock=True)
            if now is not None:
                now.source, now.fingerprint_version, now.reader_version = today.read.source, VERSION, PARSER_VERSION
                await Imports(work).flush()


def _marks(lake: LakeStore, row: Import, folder: Path, places: Mapping[int, Place]) -> dict[int, bytes]:
    return {number: mark for some in prints(lake, row, folder, places) for number, mark in some.items()}


def _clear(home: Path) -> None:
    for name in (ROWS, PLAN, NOTES):
        (home / name).unlink(missing_ok=True)
