"""Wire shapes of rules. What a rule asks and does is checked by its own language, which names places."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from farthing.classify.rules.document import DOCUMENT_MAX
from farthing.jobs.schemas import JobOut
from farthing.jobs.states import JobState

_EXAMPLE: dict[str, Any] = {
    "name": "Groceries at Lidl",
    "group": "Shops",
    "if": {"all": [{"field": "payee", "contains": "lidl"}, {"field": "amount", "below": "0"}]},
    "then": {"category": "Groceries", "add_tags": ["food"]},
    "tests": [{"given": {"payee": "LIDL 1234", "amount": "-12.30"}, "gives": {"category": "Groceries"}}],
}
Plain = dict[str, Any]
Search = Annotated[
    str | None, Field(max_length=2000, description="The search language; without it, the whole history.")
]


class RuleIn(BaseModel):
    """A rule of the language of rules; see the guide."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    name: str
    group: str = ""
    priority: int = 100
    enabled: bool = True
    stop: Literal["group", "all"] | bool | None = None
    condition: Plain = Field(alias="if")
    actions: Plain = Field(alias="then")
    tests: list[Plain] = []
    expect: Plain | None = None

    def data(self) -> Plain:
        """As the language reads it."""
        return self.model_dump(by_alias=True)


class RulePatch(BaseModel):
    """Only what is given changes."""

    name: str | None = None
    group: str | None = None
    priority: int | None = None
    enabled: bool | None = None
    stop: Literal["group", "all"] | bool | None = None
    condition: Plain | None = Field(None, alias="if")
    actions: Plain | None = Field(None, alias="then")
    tests: list[Plain] | None = None
    expect: Plain | None = None

    def data(self) -> Plain:
        return self.model_dump(by_alias=True, exclude_unset=True)


class RuleOut(BaseModel):
    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    id: UUID
    name: str
    group: str
    position: int
    priority: int
    enabled: bool
    stop: str | None
    condition: Plain = Field(alias="if")
    actions: Plain = Field(alias="then")
    tests: list[Plain]
    expect: Plain | None
    version: int
    created_at: datetime
    updated_at: datetime


class RulePage(BaseModel):
    rules: list[RuleOut]
    total: int
    next: str | None


class OrderIn(BaseModel):
    """Every rule once, in the order wanted; groups run as they first appear."""

    rule_ids: Annotated[list[UUID], Field(max_length=1000)]


class ChosenIn(BaseModel):
    """Which rules: one that is not kept yet, some by id, or every enabled one; over what."""

    rule: RuleIn | None = None
    rule_ids: Annotated[list[UUID], Field(max_length=1000)] | None = None
    search: Search = None
    overrides_choices: bool = Field(default=False, description="Also where somebody chose the category.")

    @model_validator(mode="after")
    def says_one(self) -> Self:
        if self.rule is not None and self.rule_ids is not None:
            raise ValueError("give a rule, or ids of rules")
        return self


class PreviewIn(ChosenIn):
    limit: Annotated[int, Field(ge=1, le=200)] = 20
    next: Annotated[str | None, Field(max_length=200, description="The `next` of the page before.")] = None


class RunIn(BaseModel):
    rule_ids: Annotated[list[UUID], Field(max_length=1000)] | None = None
    search: Search = None
    overrides_choices: bool = Field(default=False, description="Also where somebody chose the category.")
    reason: Annotated[str | None, Field(max_length=1000, description="Needed where it touches closed months.")] = None


class UndoIn(BaseModel):
    reason: Annotated[str | None, Field(max_length=1000, description="Needed where it touches closed months.")] = None


class RuleCount(BaseModel):
    """What one rule comes to: how many it matches, on how many it leaves something, and why it left some alone."""

    rule_id: UUID | None
    name: str
    matched: int
    changed: int
    left_alone: dict[str, int]
    switched_off: str | None = Field(description="Why it did nothing, if it took too long.")


class ExampleOut(BaseModel):
    """One transaction before and after."""

    transaction_id: UUID
    date: str
    amount: str
    currency: str
    payee: str | None
    description: str | None
    changes: dict[str, Plain]
    transfer: str | None
    rules: list[Plain] = Field(description="Which rules did it, each with why it held.")


class PreviewOut(BaseModel):
    seen: int
    changed: int
    in_closed_months: int = Field(description="Of the changed ones; a run needs a reason for them.")
    rules: list[RuleCount]
    examples: list[ExampleOut]
    next: str | None


class RuleName(BaseModel):
    rule_id: UUID | None
    name: str


class ShadowOut(RuleName):
    """A rule that matches and never decides, with those that decide instead."""

    matched: int
    by: list[Plain]


class ConflictOut(BaseModel):
    """Two rules that want different categories for the same transactions."""

    first: RuleName
    second: RuleName
    transactions: int
    won_by_first: int
    won_by_second: int


class AnalysisOut(BaseModel):
    transactions: int
    dead: list[RuleName] = Field(description="Rules that match nothing.")
    shadowed: list[ShadowOut]
    conflicts: list[ConflictOut]
    duplicates: list[list[RuleName]]
    switched_off: list[RuleName] = Field(description="Rules that took too long to be judged.")


class FailureOut(BaseModel):
    place: str
    rule: str
    detail: str


class TrialIn(BaseModel):
    """Rules to try that are not kept yet, as data or as a document; without them, all that are kept."""

    rules: Annotated[list[RuleIn], Field(max_length=1000)] | None = None
    yaml: Annotated[str | None, Field(max_length=DOCUMENT_MAX)] = None


class TrialOut(BaseModel):
    passed: bool
    rules: int
    tests: int
    failures: list[FailureOut]


class ReplacedOut(BaseModel):
    """What a document changes, or has changed, by name."""

    replaced: bool
    added: list[str]
    changed: list[str]
    removed: list[str]
    unchanged: int
    failures: list[FailureOut]


class RunOut(BaseModel):
    id: UUID
    job_id: UUID | None
    status: JobState = Field(description="As of its job.")
    search: str | None
    overrides_choices: bool
    reason: str | None
    rules: list[RuleCount]
    seen: int
    changed: int
    skipped_closed: int
    undone: int
    actor_name: str
    created_at: datetime
    finished_at: datetime | None
    undone_at: datetime | None
    undo_job_id: UUID | None


class StartedOut(BaseModel):
    """A run, and the job that does it."""

    run: RunOut
    job: JobOut


class RunPage(BaseModel):
    runs: list[RunOut]
    total: int
    next: str | None


class EffectOut(BaseModel):
    """What one rule did to a transaction; `origin` is run, import or entry."""

    id: UUID
    origin: str
    origin_id: UUID | None
    rule_id: UUID | None
    rule_version: int
    rule_name: str
    changes: dict[str, Plain]
    reason: str
    created_at: datetime


class EffectPage(BaseModel):
    effects: list[EffectOut]
    total: int
    next: str | None
