"""Where the lake's files are: each workspace's under a folder of its own, each file there only when it is whole.

<root>/raw/<workspace>/extract_date=<day>/<import>/rows.parquet
<root>/raw/<workspace>/extract_date=<day>/<import>/<rebuild>/rows.parquet    the same file, read again by later code
"""

import asyncio
import os
import shutil
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from farthing.infra.blobs import BlobStore

_RAW = "raw"
_MAKING = ".making-"
_DAY_S = 86_400


class LakeStore:
    """`originals` are the files as they came."""

    def __init__(self, root: Path, originals: BlobStore) -> None:
        self._root = root
        self.originals = originals

    def raw(self, workspace_id: UUID, day: date, import_id: UUID, edition: UUID | None = None) -> Path:
        """The folder of what one import read: at first, or in a later edition."""
        first = self._root / _RAW / workspace_id.hex / f"extract_date={day.isoformat()}" / import_id.hex
        return first if edition is None else first / edition.hex

    def tidy(self, now: datetime) -> None:
        """Remove what a killed process left unfinished; nobody works on a file for a day."""
        for left in self._root.glob(f"{_MAKING}*") if self._root.is_dir() else ():
            with suppress(FileNotFoundError):
                if now.timestamp() - left.stat().st_mtime > _DAY_S:
                    shutil.rmtree(left)

    def workshop(self) -> TemporaryDirectory[str]:
        """A folder on the lake's own disk for a file that is being made."""
        self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        return TemporaryDirectory(prefix=_MAKING, dir=self._root)

    @staticmethod
    def keep(made: Path, home: Path) -> Path:
        """Put a finished file into its place, so that a crash leaves the old one or the new one."""
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        _sync(made)
        kept = made.replace(home / made.name)
        _sync(home)
        return kept

    async def purge(self, workspace_id: UUID) -> None:
        """Leave nothing of a workspace."""
        await asyncio.to_thread(self._purge, workspace_id)

    async def homes(self) -> set[UUID]:
        """The workspaces that have files here."""
        return await asyncio.to_thread(self._homes)

    def _purge(self, workspace_id: UUID) -> None:
        with suppress(FileNotFoundError):
            shutil.rmtree(self._root / _RAW / workspace_id.hex)

    def _homes(self) -> set[UUID]:
        raw = self._root / _RAW
        return {UUID(home.name) for home in raw.iterdir()} if raw.is_dir() else set()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
