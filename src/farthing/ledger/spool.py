"""A file on disk between whoever writes fast and whoever reads as slowly as he likes."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

_CHUNK = 256 * 1024


async def spooled(pieces: AsyncGenerator[str]) -> AsyncGenerator[bytes]:
    """The same text, written to the end however slowly it is read, so that nothing behind it waits for the reader."""
    with TemporaryDirectory(prefix="farthing-") as folder:
        path, progress = Path(folder) / "rows", _Progress()
        await asyncio.to_thread(path.touch)
        writing = asyncio.create_task(_write(pieces, path, progress))
        try:
            with await asyncio.to_thread(path.open, "rb") as file:
                while await progress.beyond(file.tell()):
                    yield await asyncio.to_thread(file.read, _CHUNK)
            await writing
        finally:
            writing.cancel()
            await asyncio.wait([writing])


class _Progress:
    """How far the writer came."""

    def __init__(self) -> None:
        self._written = 0
        self._is_done = False
        self._moved = asyncio.Condition()

    async def beyond(self, place: int) -> bool:
        """Wait for something behind this place; whether anything comes."""
        async with self._moved:
            await self._moved.wait_for(lambda: self._written > place or self._is_done)
            return self._written > place

    async def move(self, written: int) -> None:
        async with self._moved:
            self._written = written
            self._moved.notify_all()

    async def finish(self) -> None:
        async with self._moved:
            self._is_done = True
            self._moved.notify_all()


async def _write(pieces: AsyncGenerator[str], path: Path, progress: _Progress) -> None:
    try:
        async with aclosing(pieces):
            with await asyncio.to_thread(path.open, "wb") as file:
                async for piece in pieces:
                    await progress.move(await asyncio.to_thread(_append, file, piece))
    finally:
        await progress.finish()


def _append(file: IO[bytes], piece: str) -> int:
    """How much there is now."""
    file.write(piece.encode())
    file.flush()
    return file.tell()
