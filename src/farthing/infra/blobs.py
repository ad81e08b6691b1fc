"""Files under the hash of their bytes, each workspace's under a prefix of its own, so that nothing is ever shared.

    <root>/<workspace>/<first two digits of the hash>/<hash>

A file stands under its name only when all of it is on disk; what a crash leaves over is a `.incoming-*` file beside.
"""

import asyncio
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from farthing.kernel.errors import FarthingError, TooLarge

_CHUNK = 256 * 1024
_DIGEST = re.compile(r"[0-9a-f]{64}")
_INCOMING = ".incoming-"


class BlobTooLarge(TooLarge):
    """This file is larger than what is kept here."""


class BlobMissing(FarthingError):
    """A file that should be kept is not there. Restore the blobs folder from a backup."""


class BlobDamaged(FarthingError):
    """A kept file is not what it was. Restore the blobs folder from a backup."""


@dataclass(frozen=True, slots=True)
class Blob:
    """What is known of kept bytes: their SHA-256 in hexadecimal digits, and how many they are."""

    digest: str
    size: int


class BlobStore:
    def __init__(self, root: Path) -> None:
        self._root = root

    async def put(self, workspace_id: UUID, source: BinaryIO, *, size_max: int) -> Blob:
        """Keep bytes; keeping the same ones again changes nothing, and mends them where the disk had lost some."""
        return await asyncio.to_thread(self._put, workspace_id, source, size_max)

    async def stream(self, workspace_id: UUID, digest: str) -> AsyncIterator[bytes]:
        """The bytes, if they are there; their last part comes only when all of them are what they were."""
        path = self._path(workspace_id, digest)
        if not await asyncio.to_thread(path.is_file):
            raise BlobMissing
        return _chunks(path, digest)

    async def delete(self, workspace_id: UUID, digest: str) -> None:
        """Forget bytes; whoever deletes knows that no row names them any more."""
        await asyncio.to_thread(self._path(workspace_id, digest).unlink, missing_ok=True)

    async def purge(self, workspace_id: UUID) -> None:
        """Leave nothing of a workspace."""
        await asyncio.to_thread(self._purge, workspace_id)

    async def homes(self) -> set[UUID]:
        """The workspaces that have kept something."""
        return await asyncio.to_thread(self._homes)

    def _put(self, workspace_id: UUID, source: BinaryIO, size_max: int) -> Blob:
        home = self._home(workspace_id)
        _make_folder(home)
        handle, name = tempfile.mkstemp(prefix=_INCOMING, dir=home)
        try:
            with os.fdopen(handle, "wb") as target:
                blob = _copied(source, target, size_max)
            path = self._path(workspace_id, blob.digest)
            _make_folder(path.parent)
            Path(name).replace(path)
            _sync_folder(path.parent)
        finally:
            Path(name).unlink(missing_ok=True)
        return blob

    def _purge(self, workspace_id: UUID) -> None:
        with suppress(FileNotFoundError):
            shutil.rmtree(self._home(workspace_id))
            _sync_folder(self._root)

    def _homes(self) -> set[UUID]:
        return {UUID(home.name) for home in self._root.iterdir()} if self._root.is_dir() else set()

    def _home(self, workspace_id: UUID) -> Path:
        return self._root / workspace_id.hex

    def _path(self, workspace_id: UUID, digest: str) -> Path:
        if not _DIGEST.fullmatch(digest):
            raise ValueError(f"{digest!r} is not a SHA-256 in hexadecimal digits")
        return self._home(workspace_id) / digest[:2] / digest


def _copied(source: BinaryIO, target: BinaryIO, size_max: int) -> Blob:
    """Copy to disk, all the way, and say what it was."""
    hashed, size = hashlib.sha256(), 0
    while chunk := source.read(_CHUNK):
        size += len(chunk)
        if size > size_max:
            raise BlobTooLarge(f"This file is larger than {size_max:,} bytes. Send a smaller one.")
        hashed.update(chunk)
        target.write(chunk)
    target.flush()
    os.fsync(target.fileno())
    return Blob(hashed.hexdigest(), size)


async def _chunks(path: Path, digest: str) -> AsyncIterator[bytes]:
    """One chunk behind the disk, so that damaged bytes are never passed on as a whole file."""
    hashed, behind = hashlib.sha256(), b""
    with await asyncio.to_thread(path.open, "rb") as file:
        while chunk := await asyncio.to_thread(file.read, _CHUNK):
            hashed.update(chunk)
            if behind:
                yield behind
            behind = chunk
    if hashed.hexdigest() != digest:
        raise BlobDamaged
    if behind:
        yield behind


def _make_folder(folder: Path) -> None:
    """A folder, readable by its owner only, that is still there after a crash."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
