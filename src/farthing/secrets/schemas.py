import hashlib
from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, computed_field


class SecretType(StrEnum):
    ALLEGRO = "allegro"
    AMAZON = "amazon"
    SESSION = "session"
    API_TOKEN = "api_token"  # noqa: S105  the name of a kind
    GOCARDLESS = "gocardless"
    ENABLEBANKING = "enablebanking"
    SIMPLEFIN = "simplefin"


def _blank_is_none(text: str | None) -> str | None:
    return (text.strip() or None) if text is not None else None


Alias = Annotated[Annotated[str, Field(max_length=16, examples=["shop"])] | None, AfterValidator(_blank_is_none)]
OutsideName = Annotated[
    Annotated[str, Field(max_length=255, examples=["jan@example.com"])] | None, AfterValidator(_blank_is_none)
]
Value = Annotated[SecretStr, Field(min_length=1, max_length=65_536, examples=["a cookie, key or token"])]


class SecretIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    type: SecretType
    alias: Alias = None
    external_username: OutsideName = None
    secret: Value


class SecretPatch(BaseModel):
    """Only what is given changes; null clears the alias or the outside name and leaves the value alone."""

    model_config = ConfigDict(extra="forbid")

    alias: Alias = None
    external_username: OutsideName = None
    secret: Value | None = None


class SecretOut(BaseModel):
    """Everything about a secret except its value, which never leaves."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    type: SecretType
    alias: str | None
    external_username: str | None
    usage_count: int
    last_used_at: datetime | None
    created_at: datetime
    updated_at: datetime

    @computed_field
    def short_id(self) -> str:
        return hashlib.sha1(str(self.id).encode(), usedforsecurity=False).hexdigest()[:8]


class SecretPage(BaseModel):
    user_secrets: list[SecretOut]
    total: int
    next: str | None
