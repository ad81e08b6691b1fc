"""Wire shapes of files that belong to transactions."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel


class AttachmentKind(StrEnum):
    RECEIPT = "receipt"
    DOCUMENT = "document"


class AttachmentOut(BaseModel):
    """`media_type` is what the bytes are, whatever the file was called; `sha256` proves them."""

    id: UUID
    transaction_id: UUID
    kind: AttachmentKind
    name: str
    media_type: str
    size: int
    sha256: str
    created_at: datetime


class AttachmentPage(BaseModel):
    attachments: list[AttachmentOut]
    total: int
    next: str | None
