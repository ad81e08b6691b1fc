"""Work in a process of its own: what comes back, what fails, and that nothing of it stays behind."""

import asyncio
import os
import threading
from contextlib import suppress
from operator import truediv

import pytest

from farthing.infra.elsewhere import WorkLost, elsewhere
from farthing.kernel.errors import NotFound
from farthing.kernel.ids import parse_id


async def test_it_is_another_process() -> None:
    async with elsewhere() as there:
        child = await there.call(os.getpid)
        assert child != os.getpid()
        assert await there.call(os.getpid) == child
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


async def test_pieces_come_in_their_order() -> None:
    async with elsewhere() as there:
        assert [piece async for piece in there.stream(enumerate, "abc")] == [(0, "a"), (1, "b"), (2, "c")]
        assert await there.call(len, "abc") == 3


async def test_our_failures_come_back_as_they_are() -> None:
    async with elsewhere() as there:
        with pytest.raises(NotFound, match="'nobody' is not an id"):
            await there.call(parse_id, "nobody")
        with pytest.raises(RuntimeError, match="ZeroDivisionError"):
            await there.call(truediv, 1, 0)
        assert await there.call(truediv, 1, 2) == 0.5


async def test_what_cannot_be_sent_is_a_failure_that_can() -> None:
    async with elsewhere() as there:
        with pytest.raises(RuntimeError, match="pickle"):
            await there.call(threading.Lock)
        assert await there.call(len, "abc") == 3


async def test_a_process_that_is_killed_is_missed() -> None:
    async with elsewhere() as there:
        child = await there.call(os.getpid)
        with pytest.raises(WorkLost):
            await there.call(os.kill, child, 9)


async def test_leaving_early_ends_it() -> None:
    async with elsewhere() as there:
        child = await there.call(os.getpid)
        async for piece in there.stream(iter, range(10**9)):
            assert piece == 0
            break
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


async def test_it_ends_with_whoever_started_it() -> None:
    """Its end of the pipe is all that it knows of its parent."""
    async with elsewhere() as there:
        child = await there.call(os.getpid)
        there._pipe.close()
        with suppress(ChildProcessError):
            assert (await asyncio.to_thread(os.waitpid, child, 0))[0] == child
