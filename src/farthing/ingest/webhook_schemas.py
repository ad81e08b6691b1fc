"""Wire shapes of sources that bring transactions by themselves."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from farthing.ledger.schemas import Name


class WebhookKind(StrEnum):
    """What its messages look like: those of Uzum Bank, or transactions as `/api/imports/body` takes them."""

    UZUM = "uzum"
    GENERIC = "generic"


class WebhookSourceIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Name
    kind: WebhookKind = WebhookKind.GENERIC
    account_id: Annotated[UUID | None, Field(description="Else the default account.")] = None


class WebhookSourceOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    kind: WebhookKind
    account_id: UUID | None
    created_by: UUID
    created_at: datetime
    last_used_at: datetime | None


class WebhookSourceMade(WebhookSourceOut):
    """With what is shown once and never again."""

    path: str = Field(description="Where it sends its messages.")
    secret: str = Field(description="With which it signs them.")


class WebhookSourcePage(BaseModel):
    sources: list[WebhookSourceOut]
    total: int
    next: str | None
