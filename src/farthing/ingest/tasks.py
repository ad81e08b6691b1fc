"""What imports do in the background: reading large files, posting and taking back many rows."""

import asyncio
from bisect import bisect_left, bisect_right
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from farthing.infra.blobs import Blob
from farthing.infra.db import Database, Work
from farthing.ingest.deriving import Meaning
from farthing.ingest.models import Import
from farthing.ingest.planning import Plan, Planning, chunks
from farthing.ingest.poster import CHUNK, Chunk, Poster, Writer, chunk_of
from farthing.ingest.profiles import wishes_checked
from farthing.ingest.rawrows import Fact, Place, Planned, RawRows, opened, plan_between
from farthing.ingest.receiving import Received, Reception
from farthing.ingest.repository import Imports
from farthing.ingest.schemas import CommitIn, ImportState, Origin
from farthing.ingest.service import POST, READ, UNDO, ImportService
from farthing.jobs.context import JobContext, Outcome
from farthing.jobs.registry import JobKind
from farthing.kernel.actor import Actor, Role
from farthing.kernel.clock import Clock
from farthing.lake.store import LakeStore

WINDOW = 10 * CHUNK
"""So many rows are taken out of Parquet at once."""


@dataclass(frozen=True, slots=True)
class IngestJobs:
    database: Database
    clock: Clock
    reception: Reception
    lake: LakeStore

    def kinds(self) -> list[JobKind]:
        return [
            JobKind(READ, self.read, "Read a file"),
            JobKind(POST, self.post, "Post an import"),
            JobKind(UNDO, self.undo, "Undo an import"),
        ]

    async def read(self, job: JobContext) -> Outcome:
        """Read a large file; who did not want to look at it first wants it posted."""
        await job.plan(3, "Reading the file")
        async with self.database.read(job.scope) as work:
            row = await self._import(work, job)
            taken = Received(row.id, row.created_at, row.name, Origin(row.origin), Blob(row.blob, row.size), {})
            wishes = wishes_checked(row.wishes)
        done = await self.reception.read_again(job.workspace_id, taken, wishes)
        is_automatic = bool(job.params.get("is_automatic"))
        account_id = job.params.get("account_id")

        async def take(work: Work) -> Outcome:
            service = self._service(work, job)
            row = await service.get(taken.id, lock=True)
            account = UUID(account_id) if account_id else None
            await service.take_reading(row, done.read, done.error, account, is_automatic=is_automatic)
            return {"rows": row.row_count, "error": done.error}

        taken_in = await job.step("take", take)
        if done.error is None:
            await job.plan(3, "Comparing with the ledger")
            await self._plan(job)
            if is_automatic:
                await job.step("commit", partial(self._commit, job))
        return taken_in

    async def _commit(self, job: JobContext, work: Work) -> Outcome:
        row = await self._service(work, job).commit(UUID(job.params["import_id"]), CommitIn.model_validate({}))
        return {"state": row.state}

    async def _plan(self, job: JobContext) -> Plan:
        """Outside of any writing, because comparing a million rows takes its time."""
        await job.step("renew", partial(self._renew, job), advance=0)
        async with self.database.read(job.scope) as work:
            row = await self._import(work, job)
            planning = Planning(work, self._actor(job), self.clock, self.lake)
            plan = await planning.plan(row, await Imports(work).statements(row.id), row.reason)

        async def keep(work: Work) -> Outcome:
            service = self._service(work, job)
            await service.planned(await service.get(row.id, lock=True), plan)
            return {"new": plan.states["new"]}

        await job.step("plan", keep)
        return plan

    async def _renew(self, job: JobContext, work: Work) -> Outcome:
        return {"renewed": await self._service(work, job).renew(await self._import(work, job))}

    async def post(self, job: JobContext) -> Outcome:
        """Chunk by chunk; each is one transaction with its mark. While one is written, the next is made ready."""
        async with self.database.read(job.scope) as work:
            row = await self._import(work, job)
            places = await self._poster(work, job).places(row)
            home = Planning(work, self._actor(job), self.clock, self.lake).home(row)
        parts = list(chunks(row.row_count, CHUNK).values())
        await job.plan(len(parts) + 2, f"Posting {row.row_count:,} rows of {row.name}")
        await self._plan(job)
        async with self.database.read(job.scope) as work:
            meaning = await Meaning.load(work, self._actor(job), self.clock)
        by = Writer(self._actor(job), self.clock, self.database.is_sqlite)
        async with self._raw(row, home, places) as raw:
            async for chunk in _ahead(
                _made_ready(raw, home, parts, partial(chunk_of, meaning=meaning, places=places, row=row, by=by))
            ):
                await job.step(f"rows-{chunk.facts[0].row}", partial(self._post, job, chunk, places))
        return await job.step("finish", partial(self._finish, job))

    async def _post(self, job: JobContext, chunk: Chunk, places: dict[int, Place], work: Work) -> Outcome:
        return await self._poster(work, job).post_chunk(await self._import(work, job), chunk, places)

    async def _finish(self, job: JobContext, work: Work) -> Outcome:
        row = await Imports(work).get(UUID(job.params["import_id"]), lock=True)
        if row is None or row.state != ImportState.POSTING:
            return None
        await self._poster(work, job).finish(row)
        await self._service(work, job).next_on(row)
        return dict(row.summary)

    async def undo(self, job: JobContext) -> Outcome:
        taken = 0
        while True:
            some = await job.step(f"rows-{taken}", partial(self._withdraw, job))
            gone = int((some or {}).get("withdrawn", 0))
            if not gone:
                break
            taken += gone
        await job.step("finish", partial(self._finish_undo, job))
        return {"withdrawn": taken}

    async def _withdraw(self, job: JobContext, work: Work) -> Outcome:
        return {"withdrawn": await self._poster(work, job).withdraw_chunk(await self._import(work, job))}

    async def _finish_undo(self, job: JobContext, work: Work) -> Outcome:
        row = await self._import(work, job)
        await self._poster(work, job).finish_undo(row)
        await self._service(work, job).next_on(row)
        return None

    @asynccontextmanager
    async def _raw(self, row: Import, home: Path, places: dict[int, Place]) -> AsyncIterator[RawRows]:
        held = opened(self.lake, row, home, places)
        raw = await asyncio.to_thread(held.__enter__)
        try:
            yield raw
        finally:
            await asyncio.to_thread(held.__exit__, None, None, None)

    async def _import(self, work: Work, job: JobContext) -> Import:
        return await self._service(work, job).get(UUID(job.params["import_id"]))

    def _service(self, work: Work, job: JobContext) -> ImportService:
        return ImportService(work, self._actor(job), self.clock, self.lake)

    def _poster(self, work: Work, job: JobContext) -> Poster:
        actor = self._actor(job)
        return Poster(work, actor, self.clock, Planning(work, actor, self.clock, self.lake))

    @staticmethod
    def _actor(job: JobContext) -> Actor:
        said: Any = job.params.get("by")
        return Actor(job.user_id, str(said or "farthing"), job.workspace_id, Role.MEMBER)


def _made_ready(
    raw: RawRows,
    home: Path,
    parts: Sequence[tuple[int, int]],
    made: Callable[[Sequence[Fact], dict[int, Planned]], Chunk],
) -> Iterator[Chunk]:
    """The chunks one after another; Parquet is read many chunks at a time."""
    for start in range(0, len(parts), WINDOW // CHUNK):
        some = parts[start : start + WINDOW // CHUNK]
        facts = raw.facts(some[0][0], some[-1][1])
        numbers = [fact.row for fact in facts]
        plan = plan_between(home, some[0][0], some[-1][1])
        for first, last in some:
            # By number: a rebuild leaves gaps where rows are read no more.
            these = facts[bisect_left(numbers, first) : bisect_right(numbers, last)]
            if not these:
                continue
            about = {row: plan[row] for row in range(first, last + 1) if row in plan} if plan else {}
            yield made(these, about)


async def _ahead(chunks_to_come: Iterator[Chunk]) -> AsyncIterator[Chunk]:
    """Each chunk as soon as it is wanted, made beside whatever is done with the one before."""
    coming = asyncio.create_task(asyncio.to_thread(next, chunks_to_come, None))
    try:
        while (chunk := await coming) is not None:
            coming = asyncio.create_task(asyncio.to_thread(next, chunks_to_come, None))
            yield chunk
    finally:
        await asyncio.gather(coming, return_exceptions=True)
