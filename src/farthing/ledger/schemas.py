"""Wire shapes of accounts, categories and tags: what the clients of all replaced systems send and read."""

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from farthing.kernel.currency import currency
from farthing.ledger.folding import name_key
from farthing.ledger.kinds import SPELLINGS, AccountKind, CategoryKind


def _exact(value: Any) -> Any:
    """A JSON number counts as its spelling; true, lists and the like are no amounts."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _kind(value: Any) -> Any:
    folded = value.strip().lower() if isinstance(value, str) else value
    return SPELLINGS.get(folded, folded)


def _stripped(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _seen(name: str) -> str:
    if not name_key(name):
        raise ValueError("a name needs a character that can be seen")
    return name


def _one_tag(name: str) -> str:
    """A list of tags in an address is cut at commas, so a tag with one could not be found."""
    if "," in name:
        raise ValueError("a tag has no comma")
    return name


Amount = Annotated[str, BeforeValidator(_exact), Field(max_length=40, examples=["-12.34"])]
CurrencyCode = Annotated[str, AfterValidator(currency), Field(min_length=3, max_length=5, examples=["EUR"])]
Kind = Annotated[AccountKind, BeforeValidator(_kind)]
Name = Annotated[str, BeforeValidator(_stripped), Field(min_length=1, max_length=255), AfterValidator(_seen)]
CategoryName = Annotated[
    str, BeforeValidator(_stripped), Field(min_length=1, max_length=100, examples=["Groceries"]), AfterValidator(_seen)
]
TagName = Annotated[
    str,
    BeforeValidator(_stripped),
    Field(min_length=1, max_length=50, examples=["holiday"]),
    AfterValidator(_seen),
    AfterValidator(_one_tag),
]
Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$", examples=["#22c55e"])]
Iban = Annotated[
    Annotated[str, Field(max_length=34)] | None,
    BeforeValidator(lambda v: v.replace(" ", "").upper() or None if isinstance(v, str) else v),
]


class AccountIn(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "Everyday", "account_type": "checking", "initial_balance": "100.00"}]}
    )

    name: Name
    account_type: Kind = AccountKind.CHECKING
    provider: Annotated[str, Field(min_length=1, max_length=40)] = "manual"
    currency: CurrencyCode = "EUR"
    initial_balance: Amount = Field("0", validation_alias=AliasChoices("initial_balance", "opening_balance", "balance"))
    opened_on: date | None = None
    iban: Iban = None
    credit_limit: Amount | None = None
    min_balance: Amount | None = None
    note: Annotated[str | None, Field(max_length=4000)] = None


class AccountPatch(BaseModel):
    """Only what is given changes; null clears what may be empty.

    A new opening balance or day changes every balance, and takes a `reason` where months are closed.
    """

    name: Name | None = None
    display_name: Name | None = None
    account_type: Kind | None = Field(None, validation_alias=AliasChoices("account_type", "category"))
    provider: Annotated[str, Field(min_length=1, max_length=40)] | None = None
    currency: CurrencyCode | None = None
    initial_balance: Amount | None = Field(None, validation_alias=AliasChoices("initial_balance", "opening_balance"))
    opened_on: date | None = None
    iban: Iban = None
    credit_limit: Amount | None = None
    min_balance: Amount | None = None
    note: Annotated[str | None, Field(max_length=4000)] = None
    position: Annotated[int, Field(ge=0, le=100_000)] | None = None
    is_archived: bool | None = None
    is_default: Literal[True] | None = None
    reason: Annotated[str | None, Field(max_length=1000)] = None


class AccountOut(BaseModel):
    """`balance` counts what is yours positive and what you owe negative; `owed` says the same of a card, positively."""

    id: UUID
    name: str
    display_name: str
    account_type: AccountKind
    provider: str
    currency: str
    balance: str
    owed: str | None
    available: str | None
    initial_balance: str
    opened_on: date | None
    iban: str | None
    credit_limit: str | None
    min_balance: str | None
    note: str | None
    position: int
    is_default: bool
    is_archived: bool
    status: str
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None


class AccountPage(BaseModel):
    accounts: list[AccountOut]
    total: int
    next: str | None


class BalanceOut(BaseModel):
    account_id: UUID
    date: date
    balance: str
    currency: str


class CategoryIn(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Pottery", "type": "expense"}]})

    name: CategoryName
    type: Annotated[CategoryKind, BeforeValidator(lambda v: v.lower() if isinstance(v, str) else v)] = (
        CategoryKind.EXPENSE
    )
    color: Annotated[Colour | None, Field(validation_alias=AliasChoices("color", "colour"))] = None
    icon: Annotated[str | None, Field(max_length=40)] = None
    parent_id: UUID | None = None

    @model_validator(mode="after")
    def has_a_side(self) -> Self:
        if self.type is CategoryKind.NONE:
            raise ValueError("a category is for income or for expense")
        return self


class CategoryPatch(BaseModel):
    name: CategoryName | None = None
    color: Annotated[Colour | None, Field(validation_alias=AliasChoices("color", "colour"))] = None
    icon: Annotated[str | None, Field(max_length=40)] = None
    parent_id: UUID | None = None
    position: Annotated[int, Field(ge=0, le=100_000)] | None = None


class CategoryOut(BaseModel):
    id: UUID
    name: str
    type: CategoryKind
    color: str | None
    icon: str | None
    parent_id: UUID | None
    is_system: bool
    position: int
    created_at: datetime
    updated_at: datetime


class CategoryPage(BaseModel):
    categories: list[CategoryOut]
    items: list[CategoryOut] = Field(description="The same list, under the name that FinanceFlow's clients read.")
    total: int
    next: str | None


class TagIn(BaseModel):
    name: TagName
    colour: Annotated[Colour | None, Field(validation_alias=AliasChoices("colour", "color"))] = None


class TagPatch(BaseModel):
    name: TagName | None = None
    colour: Annotated[Colour | None, Field(validation_alias=AliasChoices("colour", "color"))] = None


class TagOut(BaseModel):
    id: UUID
    name: str
    colour: str | None
    usage_count: int
    created_at: datetime


class TagPage(BaseModel):
    tags: list[TagOut]
    total: int
    next: str | None
