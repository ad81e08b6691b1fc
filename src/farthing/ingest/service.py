"""Imports as a person makes them: looked at, adjusted, posted, taken back."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from farthing.audit.service import Audit
from farthing.infra.db import Work
from farthing.ingest.accounts import Accounts
from farthing.ingest.errors import (
    AccountUnclear,
    ImportBusy,
    ImportChanged,
    ImportNotFound,
    ImportStale,
    ImportStateWrong,
)
from farthing.ingest.fingerprints import VERSION
from farthing.ingest.models import Import, ImportStatement
from farthing.ingest.planning import Plan, Planning
from farthing.ingest.poster import Poster
from farthing.ingest.preparing import LARGE_BYTES, PARSER_VERSION
from farthing.ingest.receiving import Read, Received
from farthing.ingest.renewal import Renewal
from farthing.ingest.replaying import is_stale
from farthing.ingest.repository import Imports, Rows
from farthing.ingest.schemas import CommitIn, ImportState
from farthing.ingest.unread import UnreadLines
from farthing.jobs.service import JobService
from farthing.jobs.states import OPEN
from farthing.kernel.actor import Actor
from farthing.kernel.clock import Clock
from farthing.kernel.paging import Page, PageRequest
from farthing.lake.store import LakeStore
from farthing.ledger.posting import PostingService

READ, POST, UNDO = "ingest.read", "ingest.post", "ingest.undo"
SMALL = 2_000
"""So many rows are posted at once, in the request that asks for it."""
_COMMITTABLE = (ImportState.READY, ImportState.UNDONE, ImportState.FAILED, ImportState.POSTING)
_ADJUSTABLE = (ImportState.READY, ImportState.FAILED, ImportState.UNDONE)


class ImportService:
    def __init__(self, work: Work, actor: Actor, clock: Clock, lake: LakeStore) -> None:
        self._work = work
        self._actor = actor
        self._clock = clock
        self._imports = Imports(work)
        self._rows = Rows(work)
        self._unread = UnreadLines(work)
        self._accounts = Accounts(work, actor, clock)
        self._planning = Planning(work, actor, clock, lake)
        self._poster = Poster(work, actor, clock, self._planning)
        self._renewal = Renewal(work, actor, clock, self._planning)
        self._posting = PostingService(work, actor, clock)
        self._jobs = JobService(work, actor, clock)
        self._audit = Audit(work, actor, clock)

    async def page(
        self,
        request: PageRequest,
        state: str | None = None,
        account_id: UUID | None = None,
        *,
        only_assumed: bool = False,
    ) -> Page[Import]:
        return await self._imports.page(request, state, account_id, only_assumed=only_assumed)

    async def get(self, import_id: UUID, *, lock: bool = False) -> Import:
        if found := await self._imports.get(import_id, lock=lock):
            return found
        raise ImportNotFound(f"Import {import_id} not found")

    async def statements(self, import_id: UUID) -> Sequence[ImportStatement]:
        return await self._imports.statements(import_id)

    async def add(self, one: Received, account_id: UUID | None = None, *, is_automatic: bool = False) -> Import:
        """A file that came; what was not read yet is read by a job, which goes on to post if nobody looks."""
        now = self._clock()
        row = Import(
            id=one.id,
            workspace_id=self._actor.workspace_id,
            name=one.name,
            origin=str(one.origin),
            source="",
            format="",
            parser="",
            fingerprint_version=VERSION,
            reader_version=PARSER_VERSION,
            blob=one.blob.digest,
            size=one.blob.size,
            state=str(ImportState.READING),
            wishes=one.wishes,
            reading={},
            summary={},
            is_assumed=is_automatic,
            is_reviewed=False,
            row_count=0,
            version=1,
            created_by=self._actor.user_id,
            created_at=one.at,
            updated_at=now,
        )
        await self._imports.add(row)
        facts = {"name": one.name, "origin": str(one.origin), "sha256": one.blob.digest}
        await self._audit.record("import.add", target_id=row.id, **facts)
        if one.read is None and one.error is None:
            params = {
                "import_id": str(row.id),
                "account_id": account_id and str(account_id),
                "is_automatic": is_automatic,
                "by": self._actor.name,
            }
            row.job_id = (await self._jobs.request(READ, params, message=f"Reading {one.name}")).id
            await self._imports.flush()
        else:
            await self.take_reading(row, one.read, one.error, account_id, is_automatic=is_automatic)
        return row

    async def take_reading(
        self,
        row: Import,
        read: Read | None,
        error: str | None,
        account_id: UUID | None = None,
        *,
        is_automatic: bool = False,
        state: ImportState = ImportState.READY,
    ) -> None:
        """What reading the file found; then the rows are compared with the ledger, here if they are few.

        Whoever compares them afterwards leaves it in the `state` of being read.
        """
        row.error = error
        row.updated_at = self._clock()
        row.version += 1
        if read is None:
            row.state = str(ImportState.FAILED)
            await self._imports.flush()
            return
        row.format, row.source, row.parser, row.reading = read.format, read.source, read.parser, read.reading
        row.row_count, row.fingerprint_version = read.row_count, VERSION
        row.reader_version, row.edition = PARSER_VERSION, None
        row.is_assumed = is_automatic and bool(read.reading["ambiguities"])
        row.state = str(state)
        await self._imports.flush()
        statements = await self._accounts.assigned(row, read.parts, account_id, is_automatic=is_automatic)
        if is_automatic:
            # Rows that name an account hold it a little: of two that lock it afterwards, each would wait for the other.
            await self._accounts.lock({one["account_id"] for one in statements if one["account_id"] is not None})
        await self._imports.replace_statements(row.id, statements)
        await self._rows.forget(row.id)
        await self._rows.keep(self._poster.unread(row, read, statements))
        # Whoever sent a file that is read at once looks at the preview next; larger ones are compared by their job.
        if row.row_count <= SMALL or (row.size <= LARGE_BYTES and not is_automatic):
            await self.plan(row)

    async def plan(self, row: Import, reason: str | None = None) -> None:
        """Compare with the ledger as it is now."""
        await self.renew(row)
        plan = await self._planning.plan(row, await self._imports.statements(row.id), reason)
        await self.planned(row, plan)

    async def renew(self, row: Import) -> int:
        """What this is going to be compared with is in the words of today; so must it be itself."""
        if is_stale(row):
            raise ImportStale
        accounts = {one.account_id for one in await self._imports.statements(row.id) if one.account_id is not None}
        return await self._renewal.renew(accounts)

    async def planned(self, row: Import, plan: Plan) -> None:
        await self._unread.decided(row, plan.unread)
        if row.state == ImportState.READING:
            row.state = str(ImportState.READY)
        row.summary = plan.summary()
        row.updated_at = self._clock()
        await self._imports.flush()

    async def adjust_accounts(self, import_id: UUID, account_id: UUID | None, places: dict[int, UUID]) -> Import:
        row = await self._adjustable(import_id)
        statements = await self._imports.statements(row.id)
        await self._accounts.place(statements, account_id, places)
        await self._imports.flush()
        await self._unread.placed(row, statements)
        await self.plan(row)
        row.version += 1
        await self._audit.record("import.adjust", target_id=row.id)
        return row

    async def adjustable(self, import_id: UUID) -> Import:
        return await self._adjustable(import_id)

    async def _adjustable(self, import_id: UUID) -> Import:
        row = await self.get(import_id, lock=True)
        if row.state not in _ADJUSTABLE:
            raise ImportStateWrong(f"This import is {row.state}. Undo it before you change how it is read.")
        return row

    async def discard(self, import_id: UUID) -> str | None:
        """Forget an import that posted nothing; the blob that nobody needs any more, if there is one."""
        row = await self._adjustable(import_id)
        if row.posted_at is not None:
            raise ImportStateWrong("This import was posted once; its rows are kept so that it can be posted again.")
        is_last = not await self._imports.is_kept_elsewhere(row)
        await self._imports.remove(row)
        await self._audit.record("import.discard", target_id=row.id, name=row.name)
        return row.blob if is_last else None

    async def compared(self, import_id: UUID, wanted: CommitIn) -> Plan | None:
        """What a large import that somebody looked at would post, found out before a transaction holds anybody up."""
        row = await self.get(import_id)
        is_to_compare = wanted.digest is not None and row.row_count > SMALL and row.state in _ADJUSTABLE
        statements = await self._imports.statements(row.id)
        if not is_to_compare or await self._renewal.old(self._accounts.all_of(statements) or ()):
            return None
        return await self._planning.compare(row, statements, wanted.reason)

    async def commit(self, import_id: UUID, wanted: CommitIn, compared: Plan | None = None) -> Import:
        """Post what is new: at once if that is little, else by a job; never two at a time on one account.

        What was compared before holds if nothing happened since.
        """
        row = await self.get(import_id, lock=True)
        if row.state == ImportState.POSTED:
            return row
        if row.state not in _COMMITTABLE or (row.state == ImportState.POSTING and await self._is_at_work(row)):
            raise ImportStateWrong(f"This import is {row.state}.")
        if row.error or not row.format:
            raise ImportStateWrong(row.error or "This file was not read yet.")
        statements = await self._imports.statements(row.id)
        if is_stale(row):
            raise ImportStale
        accounts = self._accounts.all_of(statements)
        if accounts is None:
            raise AccountUnclear
        await self._accounts.lock(accounts)
        row.reason = wanted.reason
        # One that was interrupted is not behind those that wait for it.
        is_begun = row.state == ImportState.POSTING
        if not is_begun and await self._imports.open_on(accounts, row.id):
            row.state = str(ImportState.WAITING)
            row.updated_at = self._clock()
            await self._imports.flush()
            return row
        if compared is not None and compared.mark == await self._planning.mark(row, statements, wanted.reason):
            await self.planned(row, compared)
        elif wanted.digest is not None or row.row_count <= SMALL:
            await self.plan(row, wanted.reason)
        if wanted.digest is not None and wanted.digest != row.summary["digest"]:
            raise ImportChanged
        await self.begin(row)
        return row

    async def begin(self, row: Import) -> None:
        """The account is free: go."""
        if row.row_count <= SMALL:
            await self._poster.post_all(row)
            await self.next_on(row)
            return
        row.state = str(ImportState.POSTING)
        row.updated_at = self._clock()
        job = await self._jobs.request(POST, self._params(row), message=f"Posting {row.name}")
        row.job_id = job.id
        await self._imports.flush()

    async def next_on(self, done: Import) -> None:
        """Whoever waited longest for these accounts goes next."""
        accounts = self._accounts.all_of(await self._imports.statements(done.id)) or set()
        for waiting in await self._imports.open_on(accounts, done.id):
            if waiting.state != ImportState.WAITING:
                continue
            theirs = self._accounts.all_of(await self._imports.statements(waiting.id)) or set()
            await self._accounts.lock(theirs)
            ahead = await self._imports.open_on(theirs, waiting.id)
            if not any(one.state != ImportState.WAITING for one in ahead):
                await self.plan(waiting, waiting.reason)
                await self.begin(waiting)
                if waiting.state == ImportState.POSTING:
                    return

    async def undo(self, import_id: UUID, reason: str | None = None) -> Import:
        """Take back what was posted; the rows come back as they were when the import is posted again."""
        row = await self.get(import_id, lock=True)
        if row.state == ImportState.UNDONE:
            return row
        if row.state == ImportState.WAITING:
            row.state = str(ImportState.UNDONE if row.undone_at else ImportState.READY)
            await self._imports.flush()
            return row
        is_stuck = row.state in (ImportState.POSTING, ImportState.UNDOING) and not await self._is_at_work(row)
        if row.state != ImportState.POSTED and not is_stuck:
            raise ImportStateWrong(f"This import is {row.state}; there is nothing to undo.")
        accounts = self._accounts.all_of(await self._imports.statements(row.id)) or set()
        await self._accounts.lock(accounts)
        if any(one.state != ImportState.WAITING for one in await self._imports.open_on(accounts, row.id)):
            raise ImportBusy("Another import is at work on this account. Undo this one when that is done.")
        await self._posting.refuse_withdrawal(row.id, reason)
        # What was put away before it was interrupted comes back with the rest.
        row.undone_at, row.reason = row.undone_at or self._clock(), reason
        await self._audit.record("import.undo", target_id=row.id, name=row.name)
        if row.row_count <= SMALL:
            await self._poster.withdraw_all(row)
            await self.next_on(row)
            return row
        row.state = str(ImportState.UNDOING)
        row.updated_at = self._clock()
        row.job_id = (await self._jobs.request(UNDO, self._params(row), message=f"Undoing {row.name}")).id
        await self._imports.flush()
        return row

    def _params(self, row: Import) -> dict[str, Any]:
        return {"import_id": str(row.id), "by": self._actor.name}

    async def _is_at_work(self, row: Import) -> bool:
        return row.job_id is not None and await self._jobs.state(row.job_id) in OPEN

    async def reviewed(self, import_id: UUID) -> Import:
        """What was assumed of the file is right."""
        row = await self.get(import_id, lock=True)
        row.is_reviewed = True
        row.version += 1
        await self._imports.flush()
        await self._audit.record("import.review", target_id=row.id)
        return row
