"""Files that are posted unseen: within the request if they are small, else by jobs that the request waits for."""

import asyncio
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Header, Request

from farthing.api.access import Caller
from farthing.api.transaction import promise
from farthing.infra.db import Work
from farthing.ingest.automatic import AutomaticService, is_quick
from farthing.ingest.errors import ImportStopped, StatementUnreadable
from farthing.ingest.receiving import Received
from farthing.ingest.schemas import ImportOut, ImportState
from farthing.ingest.service import ImportService
from farthing.ingest.showing import ShowService
from farthing.jobs.service import JobService
from farthing.jobs.states import OPEN
from farthing.jobs.stream import watch

WAIT_S = 300
"""So long a request waits for its jobs, unless its caller prefers less."""
_UNDER_WAY = frozenset({ImportState.READING, ImportState.WAITING, ImportState.POSTING})
_WAIT = re.compile(r"(?:^|[,;\s])wait=(\d{1,4})(?:$|[,;\s])")


@dataclass(frozen=True, slots=True)
class Brought:
    """What became of a file."""

    shown: ImportOut
    complaints: Sequence[str]

    @property
    def is_under_way(self) -> bool:
        return self.shown.state in _UNDER_WAY

    @property
    def has_job(self) -> bool:
        """Whether a job is at it; an import that waits for another one has none."""
        return self.shown.state in {ImportState.READING, ImportState.POSTING} and self.shown.job_id is not None

    @property
    def job_id(self) -> UUID:
        if self.shown.job_id is None:
            raise RuntimeError("no job works on this import")
        return self.shown.job_id

    @property
    def inserted(self) -> int:
        """How many rows of it are in the ledger now, of which it is known."""
        return self.shown.summary.new if self.shown.state == ImportState.POSTED else 0


async def patience(
    prefer: Annotated[
        str | None,
        Header(max_length=200, description="`respond-async` does not wait for large files; `wait=10` so many seconds."),
    ] = None,
) -> int:
    """How many seconds the caller waits (RFC 7240)."""
    said = (prefer or "").lower()
    if "respond-async" in said:
        return 0
    found = _WAIT.search(said)
    return min(int(found[1]), WAIT_S) if found else WAIT_S


Patience = Annotated[int, Depends(patience)]


async def bring(
    caller: Caller, one: Received, account_id: UUID | None, wait_s: int, *, promised: Request | None = None
) -> Brought:
    """Post a file; `promised` is the request whose Idempotency-Key is kept together with what is posted.

    Only what is posted at once can be kept so. Sending a large file again does nothing, because its rows are known.
    """
    house = caller.house
    if promised is not None and is_quick(one):
        work = await promised.state.transactions.enter_async_context(house.database.write(caller.scope))
        await promise(promised, house.replays, work, caller.me)
        return await _posted(caller, work, one, account_id)
    async with house.database.write(caller.scope) as work:
        brought = await _posted(caller, work, one, account_id)
    if not brought.is_under_way:
        return brought
    house.runner.wake()
    return await _awaited(caller, brought, wait_s)


async def _posted(caller: Caller, work: Work, one: Received, account_id: UUID | None) -> Brought:
    service = AutomaticService(work, caller.actor, caller.house.clock, caller.house.lake)
    row = await service.bring(one, account_id)
    return await _shown(caller, work, row.id)


async def _shown(caller: Caller, work: Work, import_id: UUID) -> Brought:
    actor, clock, lake = caller.actor, caller.house.clock, caller.house.lake
    row = await ImportService(work, actor, clock, lake).get(import_id)
    shown = await ShowService(work, actor, clock).one(row)
    return Brought(shown, await AutomaticService(work, actor, clock, lake).complaints(import_id))


async def _awaited(caller: Caller, brought: Brought, wait_s: int) -> Brought:
    """As it stands when its jobs have ended, or when the caller's patience has."""
    with suppress(TimeoutError):
        async with asyncio.timeout(wait_s):
            while brought.has_job:
                await _ended(caller, brought.job_id)
                async with caller.house.database.snapshot(caller.scope) as work:
                    brought = await _shown(caller, work, brought.shown.id)
                    await _refuse_stopped(caller, work, brought)
    if brought.shown.state == ImportState.FAILED:
        raise StatementUnreadable(brought.shown.error)
    return brought


async def _ended(caller: Caller, job_id: UUID) -> None:
    """Each look is quick; the waiting is done between them."""
    async for _ in watch(caller.house.database, caller.scope, caller.house.clock, job_id=job_id):
        pass


async def _refuse_stopped(caller: Caller, work: Work, brought: Brought) -> None:
    """An import whose job ended before it is no longer under way."""
    if not brought.has_job:
        return
    job = await JobService(work, caller.actor, caller.house.clock).get(brought.job_id)
    if job.state not in OPEN:
        raise ImportStopped(f"{job.error or 'Its job was cancelled.'} The import is {brought.shown.state}.")
