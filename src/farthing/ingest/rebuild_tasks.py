"""Rebuilds as background work: all is read again, all is looked at; then, if wanted, changed a little at a time."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from farthing.infra.db import Database, Work
from farthing.ingest.changes import Change, ChangeKind, changes_between
from farthing.ingest.editions import Edition, Editions
from farthing.ingest.errors import RebuildNotFound
from farthing.ingest.models import Import
from farthing.ingest.planning import Planning
from farthing.ingest.rawrows import Fact, Place, some_facts
from farthing.ingest.rebuild_accounts import RebuildAccounts
from farthing.ingest.rebuild_carrying import Piece, RebuildCarrying
from farthing.ingest.rebuild_models import Rebuild, RebuiltImport
from farthing.ingest.rebuild_planning import RebuildPlanning, spans
from farthing.ingest.rebuild_repository import Rebuilds
from farthing.ingest.rebuild_service import REBUILD, UNDO_REBUILD, chosen_since
from farthing.ingest.repository import Imports
from farthing.jobs.context import JobContext, Outcome
from farthing.jobs.registry import JobKind
from farthing.kernel.actor import Actor, Role
from farthing.kernel.clock import Clock
from farthing.lake.store import LakeStore

CHUNK = 250
"""So many rows are changed in one transaction, which keeps the writer for a moment only."""


@dataclass(frozen=True, slots=True)
class RebuildJobs:
    database: Database
    clock: Clock
    lake: LakeStore
    chunk: int = CHUNK

    def kinds(self) -> list[JobKind]:
        return [
            JobKind(REBUILD, self.rebuild, "Rebuild from raw files"),
            JobKind(UNDO_REBUILD, self.undo, "Undo a rebuild"),
        ]

    async def rebuild(self, job: JobContext) -> Outcome:
        """A cancelled one leaves what it did, to be taken back or not."""
        rebuild = await self._rebuild(job)
        editions = Editions(self.database, job.scope, _actor(job, rebuild), self.clock, self.lake)
        chosen = await job.step("imports", partial(self._chosen, job), advance=0) or {}
        ids = [UUID(one) for one in chosen["imports"]]
        await job.plan(2 * len(ids) + (0 if rebuild.is_dry_run else len(ids)), "Reading raw files again")
        errors = []
        for at, import_id in enumerate(ids):
            made = await job.outside(f"read-{at}", partial(_made, editions, import_id, rebuild.id))
            errors.append((made or {}).get("error"))
        planning = RebuildPlanning(self.database, job.scope, editions.actor, self.clock, editions)
        for at, import_id in enumerate(ids):
            plan = partial(planning.plan, rebuild.id, import_id, ids[:at], rebuild.reason)
            planned = {} if errors[at] else await job.outside(f"compare-{at}", plan, advance=0) or {}
            await job.step(f"planned-{at}", partial(self._keep, job, at, import_id, planned, errors[at]))
        await job.step("accounts", partial(self._foresee, job), advance=0)
        if not rebuild.is_dry_run:
            for at in range(len(ids)):
                await self._carry(job, at, is_back=False)
        finished = await job.step("finish", partial(self._finish, job), advance=0)
        if rebuild.is_dry_run:
            for import_id in ids:
                await editions.clear(import_id, rebuild.id)
        return finished

    async def undo(self, job: JobContext) -> Outcome:
        """The last import first."""
        async with self.database.read(job.scope) as work:
            imports = await Rebuilds(work).imports(UUID(job.params["rebuild_id"]))
        going = [one.position for one in reversed(imports) if one.state in {"applied", "applying"}]
        await job.plan(len(going))
        for at in going:
            await self._carry(job, at, is_back=True)
        return await job.step("finish", partial(self._undone, job), advance=0)

    async def _carry(self, job: JobContext, at: int, *, is_back: bool) -> None:
        async with self.database.read(job.scope) as work:
            rebuild = await _found(work, job)
            one = await Rebuilds(work).one_import(rebuild.id, at)
            row = await Imports(work).get(one.import_id) if one is not None else None
            if one is None or row is None or one.error is not None:
                return
            planning = Planning(work, _actor(job, rebuild), self.clock, self.lake)
            places = await planning.places(row)
        home = self.lake.raw(row.workspace_id, row.created_at.date(), row.id, rebuild.id)
        edition = await asyncio.to_thread(Edition.kept_in, home)
        parts = list(spans(max(one.size, 1), self.chunk))
        parts = parts[::-1] if is_back else parts
        for number, (first, last) in enumerate(parts):
            changes = [change for _, change in await asyncio.to_thread(changes_between, home, first, last)]
            facts = await asyncio.to_thread(self._facts, row, home, places, [] if is_back else changes)
            ends = (number == 0, number == len(parts) - 1)
            piece = Piece(at, changes[::-1] if is_back else changes, facts, edition, *ends)
            effect = partial(self._back if is_back else self._forward, job, piece)
            await job.step(f"import-{at}-{first}", effect, advance=int(ends[1]))

    def _facts(self, row: Import, home: Path, places: Mapping[int, Place], changes: list[Change]) -> dict[int, Fact]:
        numbers = [one.row for one in changes if one.kind is ChangeKind.APPEARS]
        return {one.row: one for one in some_facts(self.lake, row, home, places, numbers)} if numbers else {}

    async def _forward(self, job: JobContext, piece: Piece, work: Work) -> Outcome:
        rebuild = await _found(work, job)
        carrying = RebuildCarrying(work, _actor(job, rebuild), self.clock, self.lake)
        return await carrying.forward(rebuild, piece, job.job_id)

    async def _back(self, job: JobContext, piece: Piece, work: Work) -> Outcome:
        rebuild = await _found(work, job)
        carrying = RebuildCarrying(work, _actor(job, rebuild), self.clock, self.lake)
        return await carrying.back(rebuild, piece, job.params.get("reason"), job.job_id)

    async def _chosen(self, job: JobContext, work: Work) -> Outcome:
        wanted = (await _found(work, job)).wanted
        ids = [UUID(one) for one in wanted["import_ids"]] if wanted.get("import_ids") else None
        account_id = UUID(wanted["account_id"]) if wanted.get("account_id") else None
        found = await Rebuilds(work).posted(ids, account_id, chosen_since(wanted.get("since")))
        return {"imports": [str(one) for one in found]}

    async def _keep(
        self, job: JobContext, at: int, import_id: UUID, planned: dict[str, Any], error: str | None, work: Work
    ) -> Outcome:
        row = await Imports(work).get(import_id)
        if row is None:
            return None
        kept = RebuiltImport(
            workspace_id=row.workspace_id,
            rebuild_id=UUID(job.params["rebuild_id"]),
            position=at,
            import_id=row.id,
            name=row.name,
            parser_before=row.parser,
            parser_after=planned.get("parser", row.parser),
            state="planned",
            error=error,
            size=planned.get("size", 0),
            counts=planned.get("counts", {}),
            before={},
            after={name: planned.get(name, {}) for name in ("moves", "transactions")},
        )
        await Rebuilds(work).add(kept)
        return {"size": kept.size}

    async def _foresee(self, job: JobContext, work: Work) -> Outcome:
        rebuild = await _found(work, job)
        accounts = RebuildAccounts(work, _actor(job, rebuild), self.clock)
        rebuild.accounts = await accounts.foreseen(await Rebuilds(work).imports(rebuild.id))
        await work.session.flush()
        return None

    async def _finish(self, job: JobContext, work: Work) -> Outcome:
        rebuild = await _found(work, job)
        if not rebuild.is_dry_run:
            accounts = RebuildAccounts(work, _actor(job, rebuild), self.clock)
            rebuild.accounts = await accounts.found(rebuild.accounts)
        rebuild.finished_at = self.clock()
        await work.session.flush()
        return {"rebuild_id": str(rebuild.id)}

    async def _undone(self, job: JobContext, work: Work) -> Outcome:
        rebuild = await _found(work, job)
        rebuild.undone_at = self.clock()
        await work.session.flush()
        return {"rebuild_id": str(rebuild.id)}

    async def _rebuild(self, job: JobContext) -> Rebuild:
        async with self.database.read(job.scope) as work:
            return await _found(work, job)


async def _made(editions: Editions, import_id: UUID, rebuild_id: UUID) -> Outcome:
    return {"error": await editions.make(import_id, rebuild_id)}


async def _found(work: Work, job: JobContext) -> Rebuild:
    rebuild = await Rebuilds(work).get(UUID(job.params["rebuild_id"]))
    if rebuild is None:
        raise RebuildNotFound
    return rebuild


def _actor(job: JobContext, rebuild: Rebuild) -> Actor:
    return Actor(job.user_id, rebuild.actor_name, job.workspace_id, Role.MEMBER)
