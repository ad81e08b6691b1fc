"""Wire shapes of transactions: every body that the replaced systems' clients send, one shape that all of them read."""

from datetime import date as Day  # noqa: N812  a field is called date
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AfterValidator, AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from farthing.kernel.clock import in_utc
from farthing.ledger.kinds import CategorySource, Status
from farthing.ledger.schemas import Amount, CategoryName, CurrencyCode, TagName

BATCH_MAX = 10_000


def folded(value: Any) -> Any:
    """Capitals and blanks around it make no difference."""
    return value.strip().lower() if isinstance(value, str) else value


def _blank_is_none(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else value


def _in_utc(moment: datetime) -> datetime:
    """At the ends of the calendar another zone has no such day."""
    try:
        return in_utc(moment)
    except OverflowError as error:
        raise ValueError("this moment lies outside the calendar") from error


class Direction(StrEnum):
    INCOME = "income"
    EXPENSE = "expense"


class TransactionType(StrEnum):
    INCOME = "income"
    EXPENSE = "expense"
    TRANSFER = "transfer"


Text255 = Annotated[Annotated[str, Field(max_length=255)] | None, BeforeValidator(_blank_is_none)]
LongText = Annotated[Annotated[str, Field(max_length=4000)] | None, BeforeValidator(_blank_is_none)]
Moment = Annotated[datetime, AfterValidator(_in_utc)]
SomeTags = Annotated[list[TagName], Field(max_length=50)]
OptionalCategory = Annotated[CategoryName | None, BeforeValidator(_blank_is_none)]


_NONE_USUALLY: dict[str, Any] = {"default": []}
"""A list made anew for each is sooner made than one that pydantic copies deeply."""


class SplitIn(BaseModel):
    amount: Amount
    category: OptionalCategory = None
    category_id: UUID | None = None
    note: Annotated[str | None, Field(max_length=1000)] = None


class TransactionBody(BaseModel):
    """A signed amount, or a positive one with a type; a day, a moment, or today; a category by name or id."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "account_id": "0199e1c0-a8d1-7000-8000-000000000001",
                    "amount": "-12.34",
                    "date": "2026-05-04",
                    "category": "Food",
                    "merchant": "Bakery",
                    "tags": ["bread"],
                }
            ]
        }
    )

    amount: Amount
    type: Annotated[Direction | None, BeforeValidator(folded)] = None
    currency: CurrencyCode | None = None
    date: Day | None = Field(None, validation_alias=AliasChoices("date", "booking_date"))
    occurred_at: Moment | None = None
    value_date: Day | None = None
    status: Annotated[Status, BeforeValidator(folded)] = Status.BOOKED
    category: OptionalCategory = None
    category_id: UUID | None = None
    description: LongText = None
    payee: Text255 = None
    merchant: Text255 = Field(None, validation_alias=AliasChoices("merchant", "merchant_name"))
    location: Text255 = None
    reference: Text255 = None
    note: LongText = Field(None, validation_alias=AliasChoices("note", "notes", "user_note"))
    tags: SomeTags = Field(default_factory=list, json_schema_extra=_NONE_USUALLY)
    der_category: Annotated[str | None, Field(max_length=100)] = None
    der_merchant: Text255 = None
    splits: Annotated[list[SplitIn], Field(max_length=200)] = Field(
        default_factory=list, json_schema_extra=_NONE_USUALLY
    )


class TransactionIn(TransactionBody):
    account_id: UUID | None = None


class BatchIn(BaseModel):
    account_id: UUID | None = None
    transactions: Annotated[list[TransactionBody], Field(min_length=1, max_length=BATCH_MAX)]


class TransactionPatch(BaseModel):
    """Only what is given changes; null clears what may be empty. `reason` is needed inside a closed month."""

    account_id: UUID | None = None
    amount: Amount | None = None
    type: Annotated[Direction | None, BeforeValidator(folded)] = None
    currency: CurrencyCode | None = None
    date: Day | None = Field(None, validation_alias=AliasChoices("date", "booking_date"))
    occurred_at: Moment | None = None
    value_date: Day | None = None
    status: Annotated[Status | None, BeforeValidator(folded)] = None
    category: OptionalCategory = None
    category_id: UUID | None = None
    description: LongText = None
    payee: Text255 = None
    merchant: Text255 = Field(None, validation_alias=AliasChoices("merchant", "merchant_name"))
    location: Text255 = None
    reference: Text255 = None
    note: LongText = Field(None, validation_alias=AliasChoices("note", "notes", "user_note"))
    tags: SomeTags | None = None
    der_category: Annotated[str | None, Field(max_length=100)] = None
    der_merchant: Text255 = None
    splits: Annotated[list[SplitIn] | None, Field(max_length=200)] = None
    reason: Annotated[str | None, Field(max_length=1000)] = None


class BulkIn(BaseModel):
    """One change for many transactions, all or none of them."""

    transaction_ids: Annotated[list[UUID], Field(min_length=1, max_length=BATCH_MAX)]
    category: OptionalCategory = None
    category_id: UUID | None = None
    merchant: Text255 = None
    note: LongText = None
    status: Annotated[Status | None, BeforeValidator(folded)] = None
    add_tags: SomeTags = []
    remove_tags: SomeTags = []
    delete: bool = False
    reason: Annotated[str | None, Field(max_length=1000)] = None

    @model_validator(mode="after")
    def changes_something(self) -> Self:
        named = {"category", "category_id", "merchant", "note", "status"} & self.model_fields_set
        if not (named or self.add_tags or self.remove_tags or self.delete):
            raise ValueError("say what is to change")
        return self


class SplitOut(BaseModel):
    category: str | None
    category_id: UUID | None
    amount: str
    note: str | None


class TransactionOut(BaseModel):
    id: UUID
    account_id: UUID
    amount: str
    currency: str
    type: TransactionType
    date: Day
    booking_date: Day
    value_date: Day | None
    occurred_at: datetime | None
    status: Status
    description: str | None
    payee: str | None
    merchant: str | None
    merchant_name: str | None
    location: str | None
    reference: str | None
    note: str | None
    category: str | None
    category_id: UUID | None
    category_source: CategorySource
    category_reason: str | None
    category_confidence: int | None
    der_category: str | None
    der_merchant: str | None
    tags: list[str]
    splits: list[SplitOut]
    transfer_id: UUID | None
    import_id: UUID | None
    processed: bool = True
    version: int
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None

    @classmethod
    def plain(cls, values: dict[str, Any]) -> Self:
        """Of values for every field that are valid already: `model_construct` would still look at each of them."""
        out = cls.__new__(cls)
        object.__setattr__(out, "__dict__", values)
        object.__setattr__(out, "__pydantic_fields_set__", _EVERY_FIELD)
        object.__setattr__(out, "__pydantic_extra__", None)
        object.__setattr__(out, "__pydantic_private__", None)
        return out


_EVERY_FIELD = set(TransactionOut.model_fields)


class TransactionPage(BaseModel):
    transactions: list[TransactionOut]
    total: int
    total_is_exact: bool
    next: str | None
    page: int | None = None
    page_size: int | None = None


class BatchOut(BaseModel):
    account_id: UUID
    transactions: list[TransactionOut]
    account_balance: str
    total_amount: str
    count: int


class BulkOut(BaseModel):
    updated_count: int


class ChangeOut(BaseModel):
    id: UUID
    action: str
    origin: str
    actor_name: str
    reason: str | None
    is_in_closed_month: bool
    before: dict[str, Any]
    created_at: datetime


class ChangePage(BaseModel):
    changes: list[ChangeOut]
    total: int
    next: str | None
