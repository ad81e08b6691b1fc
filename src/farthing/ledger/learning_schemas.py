"""Wire shapes of what was learned, of why a category is what it is, and of the rule that is offered."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from farthing.ledger.kinds import CategorySource
from farthing.ledger.transaction_schemas import TransactionOut


class LearningState(StrEnum):
    UNTRAINED = "untrained"
    TOO_FEW = "too_few"
    LEARNED = "learned"


class CategoryPrecision(BaseModel):
    """How the model did in one category on decisions that it had not seen yet."""

    category_id: UUID
    category: str | None
    examples: int = Field(description="Decisions that it learned from.")
    tried: int = Field(description="Decisions for this category that it was asked about before it learned them.")
    decided: int = Field(description="How often it said this category.")
    right: int = Field(description="How often it was right when it said so.")
    precision: float | None = Field(description="Right of decided; null while it never said it.")
    threshold: float | None = Field(description="The confidence that it needs here; null: it leaves this to people.")


class LearningOut(BaseModel):
    state: LearningState
    trained_at: datetime | None
    version: int
    examples: int
    new_decisions: int = Field(description="Decisions since then; they count at once for their merchants.")
    wanted_precision: float
    threshold: float | None
    tried: int
    coverage: float | None = Field(description="Of the decisions that it was asked about, the share that it answered.")
    precision: float | None
    categories: list[CategoryPrecision]


class TrainingOut(BaseModel):
    job_id: UUID


class StepOut(BaseModel):
    """Something that was taken off a text, or put in its place, and why."""

    said: str
    reason: str


class MerchantWhy(BaseModel):
    name: str | None
    source: str = Field(description="said: somebody named it; alias: a spelling known here; cleaned: out of the text.")
    text: str | None
    steps: list[StepOut]


class Link(BaseModel):
    """One who was asked for the category: what he says, why, and how surely."""

    source: str = Field(description="user, rule, memory, model or builtin.")
    category: str | None
    category_id: UUID | None
    reason: str | None
    confidence: int | None = Field(description="In per cent.")
    is_chosen: bool = Field(description="Whether this is where the category comes from.")


class CategoryWhy(BaseModel):
    category: str | None
    category_id: UUID | None
    source: CategorySource
    reason: str | None
    confidence: int | None


class WhyOut(BaseModel):
    """The category and the merchant as they are, and what each who could be asked says today, first the strongest."""

    transaction_id: UUID
    category: CategoryWhy
    chain: list[Link]
    merchant: MerchantWhy


class OfferedRule(BaseModel):
    name: str
    condition: dict[str, Any]
    actions: list[dict[str, Any]]


class AlwaysOut(BaseModel):
    """“Always do this?”: a rule, and what it would change of the past."""

    rule: OfferedRule
    would_change: int = Field(description="Past transactions that it would change; what people chose is not touched.")
    examples: list[TransactionOut]
