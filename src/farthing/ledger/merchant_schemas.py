"""Wire shapes of merchants and their other spellings."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from farthing.ledger.schemas import Name


class MerchantIn(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Żabka"}]})

    name: Name


class AliasIn(BaseModel):
    """A payee or description as statements spell it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"alias": "ZABKA Z5432 K.1 WARSZAWA"}]})

    alias: Name


class MergeIn(BaseModel):
    """The merchant that becomes part of the other and is no more."""

    merchant_id: UUID


class MerchantOut(BaseModel):
    id: UUID
    name: str
    aliases: list[str]
    created_at: datetime


class MerchantPage(BaseModel):
    merchants: list[MerchantOut]
    total: int
    next: str | None
