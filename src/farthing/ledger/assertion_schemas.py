"""Wire shapes of balances that somebody reported, and of the drift between them and ours."""

from datetime import date as Day  # noqa: N812  a field is called date
from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from farthing.ledger.schemas import Amount


class BalanceSource(StrEnum):
    """Who says what the balance was."""

    BANK = "bank"
    STATEMENT = "statement"
    USER = "user"


class SuspectKind(StrEnum):
    """Why something may explain a drift."""

    OPENING = "opening"
    CONTRADICTION = "contradiction"
    TWINS = "twins"
    SURPLUS = "surplus"
    REPEATED = "repeated"
    PENDING = "pending"
    DELETED = "deleted"


class AssertionIn(BaseModel):
    """The balance at the end of a day; what is owed is negative. Said again by the same source, it replaces.

    What a bank says of a credit card is taken as the debt with either sign, or as what its limit leaves to spend.
    """

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"date": "2026-05-31", "balance": "1234.56", "source": "statement"}]}
    )

    date: Day
    balance: Amount
    source: BalanceSource = BalanceSource.USER
    note: Annotated[str | None, Field(max_length=1000)] = None


class AssertionOut(BaseModel):
    """`difference` is what was reported minus what we count."""

    id: UUID
    account_id: UUID
    date: Day
    source: BalanceSource
    currency: str
    asserted: str
    computed: str
    difference: str
    agrees: bool
    note: str | None
    created_at: datetime


class AssertionPage(BaseModel):
    balances: list[AssertionOut]
    total: int
    next: str | None


class SuspectOut(BaseModel):
    kind: SuspectKind
    reason: str
    explains: bool = Field(description="Whether this alone is the whole difference.")
    transaction_ids: list[UUID]
    date: Day | None
    amount: str | None
    description: str | None


class DriftOut(BaseModel):
    """The earliest drift: it arose after `agreed_on`, or since the opening, and no later than `disagrees_on`."""

    account_id: UUID
    currency: str
    is_clear: bool
    agreed_on: Day | None = None
    disagrees_on: Day | None = None
    source: BalanceSource | None = None
    asserted: str | None = None
    computed: str | None = None
    difference: str | None = None
    suspects: list[SuspectOut] = []
