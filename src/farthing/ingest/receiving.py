"""A file at the door: kept as it came, read if that is quick, before any transaction begins."""

import asyncio
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, cast
from uuid import UUID

from farthing.infra.blobs import Blob, BlobStore
from farthing.infra.elsewhere import Elsewhere
from farthing.ingest.errors import FileEmpty
from farthing.ingest.preparing import LARGE_BYTES, PARSER_VERSION, Part, Prepared, kept, prepared
from farthing.ingest.reading import Reading, Rejected
from farthing.ingest.schemas import Origin
from farthing.ingest.wishes import Wishes
from farthing.kernel.clock import Clock
from farthing.kernel.errors import FarthingError
from farthing.kernel.ids import new_id
from farthing.lake.store import LakeStore

_NAME_MAX = 255
_SPOOLED = 2_000_000
_TABLES = frozenset({"csv", "xlsx", "html", "json"})
"""Formats whose files differ by the columns they have."""
_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Read:
    """What is known of a file once it was read; its rows stand in the lake."""

    format: str
    source: str
    parser: str
    reading: dict[str, Any]
    parts: tuple[Part, ...]
    rejected: tuple[Rejected, ...]

    @property
    def row_count(self) -> int:
        return sum(part.rows for part in self.parts)


@dataclass(frozen=True, slots=True)
class Received:
    """A file that is kept, with its reading unless that takes long."""

    id: UUID
    at: datetime
    name: str
    origin: Origin
    blob: Blob
    wishes: dict[str, Any]
    read: Read | None = None
    error: str | None = None


class Reception:
    """Takes files in."""

    def __init__(self, blobs: BlobStore, lake: LakeStore, clock: Clock, size_max: int) -> None:
        self._blobs = blobs
        self._lake = lake
        self._clock = clock
        self._size_max = size_max

    async def take(
        self,
        workspace_id: UUID,
        file: BinaryIO,
        name: str,
        wishes: Wishes | None = None,
        origin: Origin = Origin.UPLOAD,
    ) -> Received:
        """Keep a file; one that nobody can read is kept too, with the reason."""
        import_id, at, wished = new_id(), self._clock(), wishes or Wishes()
        blob = await self._blobs.put(workspace_id, file, size_max=self._size_max)
        if not blob.size:
            raise FileEmpty
        taken = Received(import_id, at, name[:_NAME_MAX] or "statement", origin, blob, told(wished))
        if blob.size > LARGE_BYTES:
            return taken
        return await self.read_again(workspace_id, taken, wished)

    async def take_reading(
        self, workspace_id: UUID, reading: Reading, body: bytes, name: str, origin: Origin
    ) -> Received:
        """Keep what came without a file: its own bytes, and how they were understood."""
        import_id, at = new_id(), self._clock()
        with SpooledTemporaryFile(_SPOOLED) as file:
            file.write(body)
            file.seek(0)
            blob = await self._blobs.put(workspace_id, cast("BinaryIO", file), size_max=self._size_max)
        home = self._lake.raw(workspace_id, at.date(), import_id)
        read = await asyncio.to_thread(self._kept, reading, home)
        return Received(import_id, at, name[:_NAME_MAX], origin, blob, {}, read)

    async def read_again(
        self, workspace_id: UUID, one: Received, wishes: Wishes, there: Elsewhere | None = None
    ) -> Received:
        """Read a kept file, with other wishes than before perhaps; a large one in a process of its own."""
        home = self._lake.raw(workspace_id, one.at.date(), one.id)
        read: Read | None = None
        error: str | None = None
        with self._lake.workshop() as workshop:
            path = Path(workshop) / "file"
            await self._fetch(workspace_id, one.blob.digest, path)
            try:
                reading = there.call if there else asyncio.to_thread
                read = await reading(read_file, path, one.name, wishes, home)
            except FarthingError as refusal:
                error = refusal.detail
        return Received(one.id, one.at, one.name, one.origin, one.blob, told(wishes), read, error)

    async def _fetch(self, workspace_id: UUID, digest: str, path: Path) -> None:
        with await asyncio.to_thread(path.open, "wb") as out:
            async for chunk in await self._blobs.stream(workspace_id, digest):
                await asyncio.to_thread(out.write, chunk)

    def _kept(self, reading: Reading, home: Path) -> Read:
        with self._lake.workshop() as workshop:
            done = kept(reading, Path(workshop))
            self._lake.keep(done.rows, home)
        return read_of(done)


def read_file(path: Path, name: str, wishes: Wishes, home: Path) -> Read:
    """Read a file that lies in a workshop. Pure but for the files: it may be done anywhere."""
    done = prepared(path, name, wishes, path.parent)
    LakeStore.keep(done.rows, home)
    return read_of(done)


def read_of(done: Prepared) -> Read:
    reading = done.reading
    return Read(
        reading.format,
        source_of(reading),
        f"{reading.format}/{PARSER_VERSION}",
        shown_reading(reading),
        done.parts,
        reading.rejected,
    )


def source_of(reading: Reading) -> str:
    """By which files that tell the same in the same words are known: the format, and of tables the columns."""
    if reading.format not in _TABLES:
        return reading.format
    roles = "\n".join(f"{role}={column}" for role, column in sorted(reading.roles.items()))
    return f"{reading.format}:{sha256(roles.encode()).hexdigest()[:16]}"


def shown_reading(reading: Reading) -> dict[str, Any]:
    """How a file was understood, as JSON."""
    return {
        "format": reading.format,
        "confidence": reading.confidence,
        "dialect": dict(reading.dialect),
        "roles": dict(reading.roles),
        "evidence": [asdict(one) for one in reading.evidence],
        "proofs": [asdict(one) for one in reading.proofs],
        "ambiguities": [
            {**asdict(one), "doubt": str(one.doubt), "alternatives": list(one.alternatives)}
            for one in reading.ambiguities
        ],
        "rejected": len(reading.rejected),
        "fates": {str(fate): count for fate, count in reading.fates.items()},
    }


def told(wishes: Wishes) -> dict[str, Any]:
    """Only what was wished."""
    return {name: value for name, value in asdict(wishes).items() if value not in (None, {})}
