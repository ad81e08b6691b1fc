"""Wire shapes of imports."""

from datetime import date as Day  # noqa: N812  a field is called date
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from farthing.ingest.decisions import RowState
from farthing.ledger.schemas import Amount


class ImportState(StrEnum):
    """How far an import is."""

    READING = "reading"
    READY = "ready"
    WAITING = "waiting"
    POSTING = "posting"
    POSTED = "posted"
    UNDOING = "undoing"
    UNDONE = "undone"
    FAILED = "failed"


class Origin(StrEnum):
    """How a file came."""

    UPLOAD = "upload"
    BODY = "body"
    URL = "url"
    WEBHOOK = "webhook"


class RowDecision(StrEnum):
    """What a person decides about a row."""

    NEW = "new"
    SAME = "same"
    SKIP = "skip"


class StatementOut(BaseModel):
    """The part of a file that is about one account in one currency."""

    position: int
    account_id: UUID | None
    account_name: str | None
    label: str | None = Field(description="What the file calls the account.")
    currency: str | None
    first_day: Day | None
    last_day: Day | None
    rows: int
    opening: str | None
    closing: str | None
    closing_day: Day | None


class CurrencySum(BaseModel):
    currency: str
    income: str
    expense: str


class Summary(BaseModel):
    """What becomes of the rows."""

    new: int = 0
    same: int = 0
    suspect: int = 0
    error: int = 0
    skipped: int = 0
    by_currency: list[CurrencySum] = []
    first_day: Day | None = None
    last_day: Day | None = None
    digest: str = Field("", description="Send it with the commit to post exactly this.")


class ImportOut(BaseModel):
    id: UUID
    name: str
    state: ImportState
    origin: Origin
    format: str
    source: str
    size: int
    rows: int
    is_assumed: bool
    is_reviewed: bool
    error: str | None
    job_id: UUID | None
    summary: Summary
    statements: list[StatementOut]
    reading: dict[str, Any] = Field(description="How it was understood: dialect, roles, evidence, proofs, doubts.")
    wishes: dict[str, Any]
    created_at: datetime
    posted_at: datetime | None
    undone_at: datetime | None


class ImportPage(BaseModel):
    imports: list[ImportOut]
    total: int
    next: str | None


class ImportRowOut(BaseModel):
    """A row with its interpreted values and what becomes of it."""

    row: int
    line: int
    statement: int
    state: RowState
    reason: str | None
    date: Day | None
    value_date: Day | None = None
    amount: str | None
    currency: str | None
    payee: str | None = None
    description: str | None = None
    reference: str | None = None
    balance: str | None = None
    status: str | None = None
    merchant: str | None = None
    category: str | None = None
    category_reason: str | None = None
    category_confidence: int | None = None
    text: str | None = Field(None, description="The line itself, where it could not be read.")
    decision: RowDecision | None = None
    corrected: dict[str, Any] | None = None
    transaction_id: UUID | None = Field(None, description="What it is the same as, or may be.")
    import_id: UUID | None = None


class ImportRowPage(BaseModel):
    rows: list[ImportRowOut]
    total: int
    next: str | None


class RowValues(BaseModel):
    """Values in the place of those that were read."""

    model_config = ConfigDict(extra="forbid")

    date: Day | None = None
    amount: Amount | None = None
    payee: Annotated[str | None, Field(max_length=255)] = None
    description: Annotated[str | None, Field(max_length=4000)] = None
    note: Annotated[str | None, Field(max_length=4000)] = None
    category_id: UUID | None = None


class RowPatch(BaseModel):
    """A decision about a row, corrections of it, or both; null takes a decision back."""

    decision: RowDecision | None = None
    transaction_id: UUID | None = Field(None, description="What it is the same as.")
    values: RowValues | None = None


class StatementAccount(BaseModel):
    position: Annotated[int, Field(ge=0)]
    account_id: UUID


class ImportPatch(BaseModel):
    """Other wishes read the file again; other accounts only compare it again."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"wishes": {"date_order": "mdy"}}]})

    account_id: UUID | None = Field(None, description="For all its statements.")
    accounts: Annotated[list[StatementAccount], Field(max_length=100)] = []
    wishes: dict[str, Any] | None = None


class CommitIn(BaseModel):
    digest: Annotated[str | None, Field(max_length=64)] = Field(
        None, description="That of the preview you looked at; refused if the rows would be decided otherwise now."
    )
    reason: Annotated[str | None, Field(max_length=1000)] = Field(None, description="Why, where a month is closed.")


class UndoIn(BaseModel):
    reason: Annotated[str | None, Field(max_length=1000)] = Field(None, description="Why, where a month is closed.")


class ProfileOut(BaseModel):
    """How files of a source are read, and whose they are."""

    id: UUID
    name: str
    source: str
    label: str
    account_id: UUID
    wishes: dict[str, Any]
    uses: int
    created_at: datetime
    used_at: datetime


class ProfilePage(BaseModel):
    profiles: list[ProfileOut]
    total: int
    next: str | None
