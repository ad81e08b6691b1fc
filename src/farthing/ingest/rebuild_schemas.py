"""Wire shapes of rebuilds."""

from datetime import date as Day  # noqa: N812  a field is called date
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from farthing.ingest.changes import ChangeKind
from farthing.jobs.schemas import JobOut
from farthing.jobs.states import JobState

Reason = Annotated[str | None, Field(max_length=500, description="Why, where it touches closed months.")]


class RebuildIn(BaseModel):
    """Which imports to replay; all that are in the ledger, if nothing is said."""

    model_config = ConfigDict(extra="forbid")

    dry_run: bool = Field(True, description="Only find out what would change.")
    import_ids: Annotated[list[UUID], Field(min_length=1, max_length=1000)] | None = None
    account_id: UUID | None = None
    since: Day | None = Field(None, description="Only what was posted on this day or later.")
    reason: Reason = None


class RebuildUndoIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reason: Reason = None


class RebuildCounts(BaseModel):
    """What today's reading of the rows comes to."""

    rows: int = 0
    unchanged: int = 0
    changed: int = 0
    appears: int = Field(0, description="Rows that come into the ledger.")
    doubtful: int = Field(0, description="Rows read for the first time that are the same as others, or wait for you.")
    gone: int = Field(0, description="Rows that today's reader does not read.")
    kept: int = Field(0, description="Rows that stay as they are: somebody changed them, or their month is closed.")
    unreadable: int = Field(0, description="Lines that should be transactions and cannot be read.")
    fields: dict[str, int] = Field({}, description="How many rows change in which field.")


class RebuiltAccount(BaseModel):
    """An account before and after, and the proof."""

    account_id: UUID
    name: str
    currency: str
    balance_before: str
    balance_after: str
    transactions_before: int
    transactions_after: int
    reports: int = Field(description="Balances that a bank, a statement or a person reported.")
    agree_before: int
    agree_after: int
    balance_found: str | None = Field(None, description="What the account held when the rebuild was done.")
    is_proven: bool | None = Field(None, description="Whether that is what was foreseen.")


class RebuildOut(BaseModel):
    id: UUID
    job_id: UUID | None
    status: JobState = Field(description="As of its job.")
    is_dry_run: bool
    import_ids: list[UUID] | None
    account_id: UUID | None
    since: Day | None
    reason: str | None
    imports: int
    counts: RebuildCounts
    accounts: list[RebuiltAccount]
    actor_name: str
    created_at: datetime
    finished_at: datetime | None
    undone_at: datetime | None
    undo_job_id: UUID | None


class RebuildStartedOut(BaseModel):
    """A rebuild, and the job that does it."""

    rebuild: RebuildOut
    job: JobOut | None = Field(description="None, where there was nothing to do.")


class RebuildPage(BaseModel):
    rebuilds: list[RebuildOut]
    total: int
    next: str | None


class RebuiltImportOut(BaseModel):
    """One import: who read it then and who reads it now, and what that comes to."""

    import_id: UUID
    name: str
    parser_before: str
    parser_after: str
    state: str
    error: str | None = Field(description="Why it is left as it is.")
    counts: RebuildCounts


class RebuiltImportPage(BaseModel):
    imports: list[RebuiltImportOut]
    total: int
    next: str | None


class RebuildChangeOut(BaseModel):
    """One row: what it is, what it becomes or would become."""

    kind: ChangeKind
    row: int
    line: int | None
    state: str | None = Field(description="Of a row that appears: what becomes of it.")
    reason: str | None
    transaction_id: UUID | None
    currency: str | None
    before: dict[str, Any]
    after: dict[str, Any]


class RebuildChangePage(BaseModel):
    changes: list[RebuildChangeOut]
    total: int
    next: str | None
