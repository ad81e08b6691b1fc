"""What lies between a fast writer and a slow reader."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from farthing.ledger.spool import spooled


class Pieces:
    """Text in pieces, and whether its end was reached or it was closed before."""

    def __init__(self, *pieces: str, fault: Exception | None = None) -> None:
        self._pieces, self._fault = pieces, fault
        self.ended = asyncio.Event()

    async def __call__(self) -> AsyncGenerator[str]:
        try:
            for piece in self._pieces:
                yield piece
            if self._fault:
                raise self._fault
        finally:
            self.ended.set()


async def test_a_reader_gets_the_same_text() -> None:
    pieces = Pieces("zażółć\n", "", "b" * 700_000, "c")
    read = b"".join([chunk async for chunk in spooled(pieces())])
    assert read.decode() == "zażółć\n" + "b" * 700_000 + "c"


async def test_no_text_is_no_chunk() -> None:
    assert [chunk async for chunk in spooled(Pieces()())] == []


async def test_the_writer_ends_while_the_reader_still_holds_the_first_chunk() -> None:
    pieces = Pieces(*(str(number) * 300_000 for number in range(5)))
    reading = spooled(pieces())
    first = await anext(reading)
    await asyncio.wait_for(pieces.ended.wait(), 60)
    rest = b"".join([chunk async for chunk in reading])
    assert len(first) + len(rest) == 5 * 300_000


async def test_a_reader_who_goes_ends_the_writer() -> None:
    going_on = asyncio.Event()
    ended = asyncio.Event()

    async def pieces() -> AsyncGenerator[str]:
        try:
            yield "a"
            await going_on.wait()
        finally:
            ended.set()

    reading = spooled(pieces())
    assert await anext(reading) == b"a"
    await reading.aclose()
    assert ended.is_set()


async def test_a_fault_of_the_writer_reaches_the_reader_after_what_was_written() -> None:
    reading = spooled(Pieces("a", fault=LookupError())())
    assert await anext(reading) == b"a"
    with pytest.raises(LookupError):
        await anext(reading)
