"""Receipts and documents of transactions: what they are by their bytes, kept under their hash."""

import re
import unicodedata
from collections.abc import AsyncIterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath
from uuid import UUID

from farthing.audit.service import Audit
from farthing.infra.blobs import BlobStore
from farthing.infra.db import Work
from farthing.kernel.actor import Actor
from farthing.kernel.clock import Clock
from farthing.kernel.errors import NotFound, Unprocessable
from farthing.kernel.ids import new_id
from farthing.ledger.attachment_repository import Attachments
from farthing.ledger.attachment_schemas import AttachmentKind, AttachmentOut
from farthing.ledger.errors import TransactionNotFound
from farthing.ledger.models import Attachment, Transaction
from farthing.ledger.transaction_repository import Transactions

SIZE_MAX = 10_000_000
NAME_MAX = 120
_SUFFIXES = {
    "application/pdf": (".pdf",),
    "image/png": (".png",),
    "image/jpeg": (".jpg", ".jpeg", ".jpe"),
    "image/webp": (".webp",),
    "image/gif": (".gif",),
    "image/heic": (".heic", ".heif"),
    "text/csv": (".csv",),
    "text/plain": (".txt", ".text", ".md", ".log"),
}
"""What is taken, and how such files are called; the first is given to one that is called otherwise."""
_BEGINNINGS = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_RESERVED = re.compile(r'[<>:"|?*]')
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)


class AttachmentNotFound(NotFound):
    """Attachment not found."""


class AttachmentRefused(Unprocessable):
    """Only PDF, PNG, JPEG, WebP, GIF, HEIC and plain text or CSV in UTF-8 can be attached."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as somebody sent it."""

    name: str
    kind: AttachmentKind
    content: bytes


@dataclass(frozen=True, slots=True)
class Download:
    """A kept file on its way out."""

    name: str
    media_type: str
    size: int
    chunks: AsyncIterator[bytes]


class AttachmentService:
    def __init__(self, work: Work, actor: Actor, clock: Clock, blobs: BlobStore) -> None:
        self._rows = Attachments(work)
        self._transactions = Transactions(work)
        self._actor = actor
        self._clock = clock
        self._blobs = blobs
        self._audit = Audit(work, actor, clock)

    async def add(self, transaction_id: UUID, upload: Upload) -> AttachmentOut:
        """Bytes first, then the row: bytes without a row harm nobody, a row without bytes does."""
        transaction = await self._transaction(transaction_id)
        media_type = media_type_of(upload.content, upload.name)
        blob = await self._blobs.put(self._actor.workspace_id, BytesIO(upload.content), size_max=SIZE_MAX)
        row = Attachment(
            id=new_id(),
            workspace_id=self._actor.workspace_id,
            transaction_key=transaction.key,
            kind=str(upload.kind),
            name=safe_name(upload.name, media_type),
            media_type=media_type,
            size=blob.size,
            blob=blob.digest,
            created_by=self._actor.user_id,
            created_at=self._clock(),
        )
        await self._rows.add(row)
        await self._audit.record("attachment.add", target_id=row.id, name=row.name)
        return shown(row, transaction_id)

    async def all(self, transaction_id: UUID) -> list[AttachmentOut]:
        transaction = await self._transaction(transaction_id)
        return [shown(row, transaction_id) for row in await self._rows.of(transaction.key)]

    async def open(self, attachment_id: UUID) -> Download:
        row, _ = await self._get(attachment_id)
        chunks = await self._blobs.stream(self._actor.workspace_id, row.blob)
        return Download(row.name, row.media_type, row.size, chunks)

    async def delete(self, attachment_id: UUID) -> None:
        """Put away; the bytes stay, so that `restore` brings them back."""
        row, _ = await self._get(attachment_id)
        row.deleted_at = self._clock()
        await self._rows.flush()
        await self._audit.record("attachment.delete", target_id=row.id, name=row.name)

    async def restore(self, attachment_id: UUID) -> AttachmentOut:
        row, transaction_id = await self._get(attachment_id, with_deleted=True)
        if row.deleted_at is not None:
            row.deleted_at = None
            await self._rows.flush()
            await self._audit.record("attachment.restore", target_id=row.id, name=row.name)
        return shown(row, transaction_id)

    async def _get(self, attachment_id: UUID, *, with_deleted: bool = False) -> tuple[Attachment, UUID]:
        if found := await self._rows.get(attachment_id, with_deleted=with_deleted):
            return found
        raise AttachmentNotFound

    async def _transaction(self, transaction_id: UUID) -> Transaction:
        row = await self._transactions.get(transaction_id)
        if row is None or row.deleted_at is not None:
            raise TransactionNotFound(f"Transaction {transaction_id} not found")
        return row


def media_type_of(content: bytes, name: str) -> str:
    """What the bytes are. Only between two kinds of plain text, which look alike, does the name decide."""
    for beginning, media_type in _BEGINNINGS:
        if content.startswith(beginning):
            return media_type
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    if _is_heic(content):
        return "image/heic"
    if not _is_text(content):
        raise AttachmentRefused
    return "text/csv" if name.lower().endswith(".csv") else "text/plain"


def _is_heic(content: bytes) -> bool:
    """Whether the file's first box names HEIC among its brands."""
    if content[4:8] != b"ftyp":
        return False
    box = content[8 : min(int.from_bytes(content[:4], "big"), 256)]
    brands = {box[start : start + 4] for start in range(0, len(box), 4) if start != 4}  # noqa: PLR2004  its version
    return bool(brands & _HEIC_BRANDS)


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return bool(text.strip()) and _CONTROL.search(text) is None


def safe_name(name: str, media_type: str) -> str:
    """A name that is only a name, on any system: no folder, nothing invisible, and an ending that tells the truth."""
    suffixes = _SUFFIXES[media_type]
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    seen = "".join(letter for letter in last if unicodedata.category(letter)[0] != "C")
    plain = _RESERVED.sub("_", " ".join(seen.split())).strip(" .")
    path = PurePosixPath(plain or "attachment")
    ending = path.suffix if path.suffix.lower() in suffixes else suffixes[0]
    stem = path.name.removesuffix(ending)[: NAME_MAX - len(ending)].strip(" .") or "attachment"
    return f"_{stem}{ending}" if _DEVICES.fullmatch(stem) else f"{stem}{ending}"


def shown(row: Attachment, transaction_id: UUID) -> AttachmentOut:
    return AttachmentOut(
        id=row.id,
        transaction_id=transaction_id,
        kind=AttachmentKind(row.kind),
        name=row.name,
        media_type=row.media_type,
        size=row.size,
        sha256=row.blob,
        created_at=row.created_at,
    )
