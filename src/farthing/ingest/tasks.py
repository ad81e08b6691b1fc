"""What imports do in the background: reading large files, posting and taking back many rows."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from farthing.infra.blobs import Blob
from farthing.infra.db import Database, Work
from farthing.infra.elsewhere import Elsewhere, elsewhere
from farthing.ingest.models import Import
from farthing.ingest.planning import Planning, planned
from farthing.ingest.poster import CHUNK, Chunk, Poster, chunks
from farthing.ingest.profiles import wishes_checked
from farthing.ingest.rawrows import Place
from farthing.ingest.receiving import Received, Reception
from farthing.ingest.repository import Imports
from farthing.ingest.schemas import CommitIn, ImportState, Origin
from farthing.ingest.service import POST, READ, UNDO, ImportService
from farthing.jobs.context import JobContext, Outcome
from farthing.jobs.registry import JobKind
from farthing.kernel.actor import Actor, Role
from farthing.kernel.clock import Clock
from farthing.lake.store import LakeStore


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
        async with elsewhere() as there, self._shop() as shop:
            done = await self.reception.read_again(job.workspace_id, taken, wishes, there)
            taken_in = await job.step("take", partial(self._take, job, done))
            if done.error is None:
                await job.plan(3, "Comparing with the ledger")
                await self._plan(job, there, shop)
        if done.error is None and job.params.get("is_automatic"):
            await job.step("commit", partial(self._commit, job))
        return taken_in

    async def _take(self, job: JobContext, done: Received, work: Work) -> Outcome:
        service = self._service(work, job)
        row = await service.get(done.id, lock=True)
        account_id = job.params.get("account_id")
        account = UUID(account_id) if account_id else None
        is_automatic = bool(job.params.get("is_automatic"))
        state = ImportState.READING  # until it is compared as well
        await service.take_reading(row, done.read, done.error, account, is_automatic=is_automatic, state=state)
        return {"rows": row.row_count, "error": done.error}

    async def _commit(self, job: JobContext, work: Work) -> Outcome:
        row = await self._service(work, job).commit(UUID(job.params["import_id"]), CommitIn.model_validate({}))
        return {"state": row.state}

    async def _plan(self, job: JobContext, there: Elsewhere, shop: Path) -> None:
        """Outside of any writing, because comparing a million rows takes its time; not again, if nothing changed."""
        await job.step("renew", partial(self._renew, job), advance=0)
        async with self.database.read(job.scope) as work:
            row = await self._import(work, job)
            planning = Planning(work, self._actor(job), self.clock, self.lake)
            statements = await Imports(work).statements(row.id)
            mark = await planning.mark(row, statements, row.reason)
            if mark == row.summary.get("mark"):
                return
            basis = await planning.basis(row, statements, row.reason)
        plan = await there.call(planned, planning.home(row), basis, shop)
        plan.mark = mark

        async def keep(work: Work) -> Outcome:
            service = self._service(work, job)
            await service.planned(await service.get(row.id, lock=True), plan)
            return {"new": plan.states["new"]}

        await job.step("plan", keep)

    async def _renew(self, job: JobContext, work: Work) -> Outcome:
        return {"renewed": await self._service(work, job).renew(await self._import(work, job))}

    async def post(self, job: JobContext) -> Outcome:
        """Chunk by chunk; each is one transaction with its mark. While one is written, the next is made ready."""
        async with self.database.read(job.scope) as work:
            row = await self._import(work, job)
        await job.plan(row.row_count // CHUNK + 3, f"Posting {row.row_count:,} rows of {row.name}")
        async with elsewhere() as there, self._shop() as shop:
            await self._plan(job, there, shop)
            async with self.database.read(job.scope) as work:
                row = await self._import(work, job)
                order = await self._poster(work, job).order(row)
            await job.plan((row.summary["new"] + row.summary.get("remembered", 0)) // CHUNK + 3)
            off: set[str] = set()
            async for chunk in there.stream(chunks, order, shop):
                mark = f"rows-{chunk.first}-{chunk.last}"
                await job.step(mark, partial(self._post, job, chunk, order.places, off))
        return await job.step("finish", partial(self._finish, job))

    async def _post(
        self, job: JobContext, chunk: Chunk, places: Mapping[int, Place], off: set[str], work: Work
    ) -> Outcome:
        return await self._poster(work, job, off).post_chunk(await self._import(work, job), chunk, places)

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
    async def _shop(self) -> AsyncIterator[Path]:
        """Where rows are printed once for everything that a job does with them."""
        shop = await asyncio.to_thread(self.lake.workshop)
        try:
            yield Path(shop.name)
        finally:
            await asyncio.to_thread(shop.cleanup)

    async def _import(self, work: Work, job: JobContext) -> Import:
        return await self._service(work, job).get(UUID(job.params["import_id"]))

    def _service(self, work: Work, job: JobContext) -> ImportService:
        return ImportService(work, self._actor(job), self.clock, self.lake)

    def _poster(self, work: Work, job: JobContext, off: set[str] | None = None) -> Poster:
        actor = self._actor(job)
        return Poster(work, actor, self.clock, Planning(work, actor, self.clock, self.lake), off)

    @staticmethod
    def _actor(job: JobContext) -> Actor:
        said: Any = job.params.get("by")
        return Actor(job.user_id, str(said or "farthing"), job.workspace_id, Role.MEMBER)
