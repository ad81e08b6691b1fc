import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from farthing.infra.telemetry import logger
from farthing.jobs.failures import caught, reason

_HAMPERED_S = 2
_log = logger("farthing.jobs")


class Round:
    """Something done again and again, sooner if told so; after a failure, such as a database that is away, later."""

    def __init__(self, verb: Callable[[], Awaitable[None]], every_s: float) -> None:
        self._verb = verb
        self._every_s = every_s
        self._told = asyncio.Event()
        self._is_over = False
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._go())

    def hurry(self) -> None:
        self._told.set()

    async def stop(self) -> None:
        """End after the turn that is under way: a transaction is better finished than cut."""
        self._is_over = True
        self._told.set()
        if self._task is not None:
            await self._task

    async def _go(self) -> None:
        while not self._is_over:
            self._told.clear()
            failure = await caught(self._verb())
            if isinstance(failure, Exception):
                _log.warning("job runner hampered", **reason(failure))
            if not self._is_over:
                await self._pause(self._every_s if failure is None else max(self._every_s, _HAMPERED_S))

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._told.wait()
