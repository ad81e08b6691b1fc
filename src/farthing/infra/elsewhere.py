"""Work in a process of its own: what thinks for long in Python would make everybody else here wait.

The child knows nothing of the house: no settings, no database. It does what it is handed, with what it is handed, and
says what came of it, piece by piece. It ends with whoever started it, however that ends.
"""

import asyncio
import os
import pickle
import select
import signal
import socket
import subprocess
import sys
import threading
import traceback
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from multiprocessing.connection import Connection
from typing import Any, Final, NamedTuple, TypeVar, cast

from farthing.kernel.errors import FarthingError

T = TypeVar("T")
_NICE = 5
"""Who waits for an answer goes before who waits for a job."""
_GONE: Final = "the process that did the work is gone"


class WorkLost(RuntimeError):
    """The process of its own ended before it said what came of its work: it was killed, or memory ran out."""


class _Piece(NamedTuple):
    """What the child says: one more piece, or the end of an answer."""

    value: Any = None
    failure: Exception | None = None
    is_last: bool = False


class Elsewhere:
    """A child process that does one thing after another."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._coming: asyncio.Task[_Piece] | None = None

    async def call(self, act: Callable[..., T], *given: Any) -> T:
        """What `act` returns; both it and what it is given are sent over, so they are plain."""
        await asyncio.to_thread(self._ask, act, given)
        return cast("T", (await self._fetch()).value)

    async def stream(self, act: Callable[..., Iterator[T]], *given: Any) -> AsyncIterator[T]:
        """What `act` yields. While one piece is used, the next is on its way and the one after that is made."""
        await asyncio.to_thread(self._ask, act, given)
        coming = self._fetch()
        while not (piece := await coming).is_last:
            coming = self._fetch()
            yield piece.value

    async def end(self) -> None:
        """After the child is gone: nobody reads from the pipe when it is closed."""
        if self._coming is not None:
            await asyncio.gather(self._coming, return_exceptions=True)
        self._pipe.close()

    def _ask(self, act: Callable[..., Any], given: tuple[Any, ...]) -> None:
        try:
            self._pipe.send((act, given))
        except OSError as error:
            raise WorkLost(_GONE) from error

    def _fetch(self) -> "asyncio.Task[_Piece]":
        self._coming = asyncio.create_task(self._next())
        return self._coming

    async def _next(self) -> _Piece:
        try:
            piece: _Piece = await asyncio.to_thread(self._pipe.recv)
        except (EOFError, OSError) as error:
            raise WorkLost(_GONE) from error
        if piece.failure is not None:
            raise piece.failure
        return piece


@asynccontextmanager
async def elsewhere() -> AsyncIterator[Elsewhere]:
    """A child for as long as it is needed; leaving early ends it, whatever it is doing."""
    ours, theirs = socket.socketpair()
    with theirs:
        child = await asyncio.to_thread(_started, theirs)
    there = Elsewhere(Connection(ours.detach()))
    try:
        yield there
    finally:
        child.kill()
        await asyncio.to_thread(child.wait)
        await there.end()


def _started(theirs: socket.socket) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-c", f"from {__name__} import serve; serve({theirs.fileno()})"]
    return subprocess.Popen(command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)  # noqa: S603


def serve(handle: int) -> None:
    """The child: do what it is handed until nobody hands it anything."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(_NICE)
    threading.Thread(target=_end_with_parent, args=[handle], daemon=True).start()
    with Connection(handle) as pipe, suppress(EOFError, OSError):
        while True:
            act, given = pipe.recv()
            for piece in _pieces(act, given):
                _say(pipe, piece)


def _pieces(act: Callable[..., Any], given: tuple[Any, ...]) -> Iterator[_Piece]:
    try:
        found = act(*given)
        if isinstance(found, Iterator):
            for value in found:
                yield _Piece(value)
            found = None
        yield _Piece(found, is_last=True)
    except Exception as error:  # noqa: BLE001  whoever asked hears of it
        yield _Piece(failure=_sendable(error))


def _say(pipe: Connection, piece: _Piece) -> None:
    """What cannot be sent is a failure that can."""
    try:
        pipe.send(piece)
    except OSError:
        raise
    except Exception as error:  # noqa: BLE001  as above
        pipe.send(_Piece(failure=_sendable(error)))


def _sendable(error: Exception) -> Exception:
    """Our own failures as they are; of any other, what is known of it."""
    if isinstance(error, FarthingError):
        with suppress(Exception):
            pickle.loads(pickle.dumps(error))  # noqa: S301  our own
            return error
    return RuntimeError("".join(traceback.format_exception(error)))


def _end_with_parent(handle: int) -> None:
    watch = select.poll()
    watch.register(handle, select.POLLHUP)
    while not any(event & select.POLLHUP for _, event in watch.poll()):
        pass
    os._exit(1)
