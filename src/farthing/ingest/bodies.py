"""Transactions that a program sends in a request, as the file that stands for them."""

import json
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator


def _spelt(value: Any) -> Any:
    """A number with a point is its spelling, so that no amount is ever a float."""
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, dict):
        return {name: _spelt(one) for name, one in value.items()}
    return [_spelt(one) for one in value] if isinstance(value, list) else value


Transaction = Annotated[dict[str, Any], BeforeValidator(_spelt), Field(max_length=50)]


class BodyIn(BaseModel):
    """Transactions, or the text of a file. What cannot be read of a transaction is kept aside, as of a file's line."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "name": "my program",
                    "transactions": [
                        {"id": "71", "date": "2026-05-04", "amount": "-12.34", "currency": "EUR", "payee": "Bakery"}
                    ],
                }
            ]
        },
    )

    name: Annotated[str, Field(min_length=1, max_length=255)] = "body"
    account_id: UUID | None = None
    transactions: Annotated[list[Transaction], Field(min_length=1, max_length=10_000)] | None = None
    content: Annotated[str, Field(min_length=1)] | None = None
    wishes: dict[str, Any] = Field({}, description='How it is to be read, such as {"date_order": "mdy"}.')

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.transactions is None) == (self.content is None):
            raise ValueError("send either transactions or content")
        return self


class FetchIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    url: Annotated[str, Field(max_length=2000, examples=["https://example.com/statement.csv"])]
    headers: Annotated[dict[str, str], Field(max_length=50)] = {}
    params: Annotated[dict[str, str | int], Field(max_length=50)] = {}
    account_id: UUID | None = None
    name: Annotated[str, Field(min_length=1, max_length=255)] | None = None
    wishes: dict[str, Any] = Field({}, description='How it is to be read, such as {"date_order": "mdy"}.')


def file_of(body: BodyIn) -> bytes:
    """The bytes that are kept and read; the same transactions are the same bytes."""
    if body.content is not None:
        return body.content.encode()
    return json.dumps({"transactions": body.transactions}, ensure_ascii=False, sort_keys=True).encode()
