"""Rebuilds as a person asks for them: what would change, made so, taken back."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any
from uuid import UUID

from farthing.audit.service import Audit
from farthing.infra.db import Work
from farthing.ingest.changes import Change, ChangeKind, changes_after
from farthing.ingest.errors import ImportNotFound, RebuildFinal, RebuildNotFound, RebuildNotLast, RebuildOpen
from farthing.ingest.rebuild_models import Rebuild, RebuiltImport
from farthing.ingest.rebuild_repository import Rebuilds, number_after
from farthing.ingest.rebuild_schemas import (
    RebuildChangeOut,
    RebuildCounts,
    RebuildIn,
    RebuildOut,
    RebuiltAccount,
    RebuiltImportOut,
)
from farthing.ingest.repository import Imports
from farthing.jobs.models import Job
from farthing.jobs.service import JobService
from farthing.jobs.states import OPEN, JobState
from farthing.kernel.actor import Actor
from farthing.kernel.clock import Clock
from farthing.kernel.ids import new_id
from farthing.kernel.money import to_text
from farthing.kernel.paging import Page, PageRequest, encode_cursor
from farthing.lake.store import LakeStore
from farthing.ledger.accounts import AccountService
from farthing.ledger.categories import Catalogue, CategoryService

REBUILD, UNDO_REBUILD = "ingest.rebuild", "ingest.undo_rebuild"
_BEHIND = frozenset({"category_source", "category_confidence", "der_category"})
"""What of a change only programs want to know."""
_NAMES = {"der_merchant": "merchant", "category_id": "category"}


class RebuildService:
    def __init__(self, work: Work, actor: Actor, clock: Clock, lake: LakeStore) -> None:
        self._actor, self._clock, self._lake = actor, clock, lake
        self._rows = Rebuilds(work)
        self._imports = Imports(work)
        self._jobs = JobService(work, actor, clock)
        self._accounts = AccountService(work, actor, clock)
        self._categories = CategoryService(work, actor, clock)
        self._audit = Audit(work, actor, clock)

    async def request(self, wanted: RebuildIn) -> tuple[RebuildOut, Job]:
        await self._refuse_unknown(wanted)
        if not wanted.dry_run:
            await self._refuse_open()
        rebuild = Rebuild(
            id=new_id(),
            workspace_id=self._actor.workspace_id,
            is_dry_run=wanted.dry_run,
            wanted=wanted.model_dump(mode="json", include={"import_ids", "account_id", "since"}),
            reason=wanted.reason,
            accounts=[],
            actor_id=self._actor.user_id,
            actor_name=self._actor.name,
            created_at=self._clock(),
        )
        message = "Looking what a rebuild would change" if wanted.dry_run else "Rebuilding from raw files"
        job = await self._jobs.request(REBUILD, {"rebuild_id": str(rebuild.id)}, message=message)
        rebuild.job_id = job.id
        await self._rows.add(rebuild)
        await self._audit.record("import.rebuild", target_id=rebuild.id, is_dry_run=wanted.dry_run)
        return await self._show(rebuild), job

    async def _refuse_unknown(self, wanted: RebuildIn) -> None:
        if wanted.account_id is not None:
            await self._accounts.get(wanted.account_id)
        ids = set(wanted.import_ids or ())
        if unknown := ids - set(await self._imports.several(ids)):
            raise ImportNotFound(f"Import {min(unknown)} not found")

    async def _refuse_open(self) -> None:
        """Two that change the ledger would tread on each other."""
        for one in (await self._rows.page(PageRequest(limit=20))).items:
            states = {await self._state(job_id) for job_id in (one.job_id, one.undo_job_id)}
            if not one.is_dry_run and not OPEN.isdisjoint(states):
                raise RebuildOpen

    async def undo(self, rebuild_id: UUID, reason: str | None) -> tuple[RebuildOut, Job | None]:
        """Without a job, where nothing was changed."""
        rebuild = await self._get(rebuild_id, lock=True)
        if rebuild.is_dry_run or rebuild.undone_at is not None:
            raise RebuildFinal
        await self._refuse_open()
        if [one.id for one in await self._rows.since(rebuild.id)] != [rebuild.id]:
            raise RebuildNotLast
        await self._audit.record("import.undo_rebuild", target_id=rebuild.id)
        if not any(one.state in {"applied", "applying"} for one in await self._rows.imports(rebuild.id)):
            rebuild.undone_at = self._clock()
            await self._rows.flush()
            return await self._show(rebuild), None
        params = {"rebuild_id": str(rebuild.id), "reason": reason}
        job = await self._jobs.request(UNDO_REBUILD, params, message="Taking a rebuild back")
        rebuild.undo_job_id = job.id
        await self._rows.flush()
        return await self._show(rebuild), job

    async def get(self, rebuild_id: UUID) -> RebuildOut:
        return await self._show(await self._get(rebuild_id))

    async def page(self, request: PageRequest) -> Page[RebuildOut]:
        """Newest first."""
        page = await self._rows.page(request)
        return Page([await self._show(one) for one in page.items], page.total, page.next)

    async def imports(self, rebuild_id: UUID, request: PageRequest) -> Page[RebuiltImportOut]:
        """In the order in which they were posted."""
        await self._get(rebuild_id)
        return (await self._rows.page_of_imports(rebuild_id, request)).map(shown_import)

    async def changes(
        self, rebuild_id: UUID, import_id: UUID, request: PageRequest, kind: ChangeKind | None
    ) -> Page[RebuildChangeOut]:
        """Row by row, as far as it is known."""
        await self._get(rebuild_id)
        one, row = await self._rows.of_import(rebuild_id, import_id), await self._imports.get(import_id)
        if row is None:
            raise ImportNotFound(f"Import {import_id} not found")
        if one is None:
            return Page([], 0)
        home = self._lake.raw(row.workspace_id, row.created_at.date(), row.id, rebuild_id)
        found = await asyncio.to_thread(_changes, home, number_after(request), request.limit + 1, kind)
        catalogue = await self._categories.catalogue()
        items = [shown_change(change, catalogue) for _, change in found[: request.limit]]
        total = one.size if kind is None else _of_kind(one, kind)
        more = encode_cursor(str(found[request.limit - 1][0])) if len(found) > request.limit else None
        return Page(items, total, more)

    async def _get(self, rebuild_id: UUID, *, lock: bool = False) -> Rebuild:
        if found := await self._rows.get(rebuild_id, lock=lock):
            return found
        raise RebuildNotFound

    async def _state(self, job_id: UUID | None) -> JobState | None:
        return None if job_id is None else await self._jobs.state(job_id)

    async def _show(self, rebuild: Rebuild) -> RebuildOut:
        imports = await self._rows.imports(rebuild.id)
        return shown_rebuild(rebuild, imports, await self._state(rebuild.job_id) or JobState.DONE)


def chosen_since(told: str | None) -> datetime | None:
    return datetime.combine(date.fromisoformat(told), time.min, UTC) if told else None


def shown_rebuild(rebuild: Rebuild, imports: Sequence[RebuiltImport], status: JobState) -> RebuildOut:
    return RebuildOut(
        id=rebuild.id,
        job_id=rebuild.job_id,
        status=status,
        is_dry_run=rebuild.is_dry_run,
        import_ids=rebuild.wanted.get("import_ids"),
        account_id=rebuild.wanted.get("account_id"),
        since=rebuild.wanted.get("since"),
        reason=rebuild.reason,
        imports=len(imports),
        counts=_summed(imports),
        accounts=[RebuiltAccount.model_validate(one) for one in rebuild.accounts],
        actor_name=rebuild.actor_name,
        created_at=rebuild.created_at,
        finished_at=rebuild.finished_at,
        undone_at=rebuild.undone_at,
        undo_job_id=rebuild.undo_job_id,
    )


def _summed(imports: Sequence[RebuiltImport]) -> RebuildCounts:
    total: Counter[str] = Counter()
    fields: Counter[str] = Counter()
    for one in imports:
        total.update({name: value for name, value in one.counts.items() if isinstance(value, int)})
        fields.update(one.counts.get("fields", {}))
    return RebuildCounts.model_validate({**total, "fields": dict(sorted(fields.items()))})


def shown_import(one: RebuiltImport) -> RebuiltImportOut:
    return RebuiltImportOut(
        import_id=one.import_id,
        name=one.name,
        parser_before=one.parser_before,
        parser_after=one.parser_after,
        state=one.state,
        error=one.error,
        counts=RebuildCounts.model_validate(one.counts),
    )


def shown_change(change: Change, catalogue: Catalogue) -> RebuildChangeOut:
    return RebuildChangeOut(
        kind=change.kind,
        row=change.row,
        line=change.line,
        state=change.state,
        reason=change.reason,
        transaction_id=change.transaction_id,
        currency=change.currency,
        before=_shown(change.before, change, catalogue),
        after=_shown(change.after, change, catalogue),
    )


def _shown(values: Any, change: Change, catalogue: Catalogue) -> dict[str, Any]:
    """In the words of people."""
    if "row" in values:  # a row of decisions
        text = {"text": values["said"]} if values["said"] else {}
        return {"state": values["state"], "reason": values["reason"]} | text
    found = {_NAMES.get(name, name): value for name, value in values.items() if name not in _BEHIND}
    if "amount" in found and change.currency is not None:
        found["amount"] = to_text(found["amount"], change.currency)
    if "category" in found:
        found["category"] = catalogue.name(found["category"])
    return found


def _changes(home: Path, after: int, limit: int, kind: ChangeKind | None) -> list[tuple[int, Change]]:
    return changes_after(home, after, limit, kind and str(kind))


def _of_kind(one: RebuiltImport, kind: ChangeKind) -> int:
    return int(one.counts.get("kinds", {}).get(str(kind), 0))
