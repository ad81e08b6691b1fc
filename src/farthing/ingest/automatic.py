"""The road that nobody watches: a file is posted as it is most likely meant, and what is doubtful waits for review."""

from collections.abc import Sequence
from uuid import UUID

from farthing.infra.db import Work
from farthing.ingest.decisions import RowState
from farthing.ingest.errors import StatementUnreadable
from farthing.ingest.models import Import
from farthing.ingest.receiving import Received
from farthing.ingest.repository import Rows
from farthing.ingest.schemas import CommitIn, ImportState
from farthing.ingest.service import SMALL, ImportService
from farthing.kernel.actor import Actor
from farthing.kernel.clock import Clock
from farthing.lake.store import LakeStore

COMPLAINTS_MAX = 100
"""So many lines that could not be read are told; all of them are listed for review."""


class AutomaticService:
    def __init__(self, work: Work, actor: Actor, clock: Clock, lake: LakeStore) -> None:
        self._imports = ImportService(work, actor, clock, lake)
        self._rows = Rows(work)

    async def bring(self, one: Received, account_id: UUID | None = None) -> Import:
        """Post what is new in a file: at once if it is small, else by jobs that were requested when this returns."""
        if one.error is not None:
            raise StatementUnreadable(one.error)
        row = await self._imports.add(one, account_id, is_automatic=True)
        if row.state != ImportState.READY:
            return row
        return await self._imports.commit(row.id, CommitIn(digest=None, reason=None))

    async def complaints(self, import_id: UUID) -> Sequence[str]:
        """Of the first lines that are no transactions, where they stand and why."""
        rows = await self._rows.of(import_id, {RowState.ERROR})
        return [f"Line {row.line}: {row.reason}" for row in rows[:COMPLAINTS_MAX]]


def is_quick(one: Received) -> bool:
    """Whether it is posted within the transaction that takes it in."""
    return one.read is not None and one.read.row_count <= SMALL
