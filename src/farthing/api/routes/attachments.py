"""Receipts and documents of transactions."""

from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse
from starlette.datastructures import UploadFile

from farthing.api.access import Caller, Member, Viewer
from farthing.api.problems import documented
from farthing.api.transaction import TransactionRoute
from farthing.kernel.errors import Unprocessable
from farthing.ledger.attachment_schemas import AttachmentKind, AttachmentOut, AttachmentPage
from farthing.ledger.attachments import AttachmentService, Upload

router = APIRouter(prefix="/api", tags=["Attachments"], route_class=TransactionRoute)
_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {
                            "type": "string",
                            "format": "binary",
                            "description": "PDF, PNG, JPEG, WebP, GIF, HEIC, plain text or CSV; at most 10 MB.",
                        },
                        "kind": {"type": "string", "enum": list(AttachmentKind), "default": AttachmentKind.RECEIPT},
                    },
                }
            }
        },
    }
}
_FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        "description": "The file, as what its bytes are.",
    }
}


async def uploaded(request: Request) -> Upload:
    """The form, whole before the transaction begins: a slow sender keeps nobody waiting.

    FastAPI's own reading of forms would leave nothing of the body for the Idempotency-Key to compare.
    """
    await request.body()
    async with request.form(max_files=1, max_fields=10) as form:
        file, kind = form.get("file"), form.get("kind", AttachmentKind.RECEIPT)
        if not isinstance(file, UploadFile):
            raise Unprocessable("Send the file as the field `file` of a form (multipart/form-data).")
        if kind not in set(AttachmentKind):
            raise Unprocessable(f"kind: {kind!r} is neither receipt nor document.")
        return Upload(file.filename or "", AttachmentKind(str(kind)), await file.read())


@router.get("/transactions/{transaction_id}/attachments", responses=documented(401, 403, 404, 422))
async def list_attachments(transaction_id: UUID, caller: Viewer) -> AttachmentPage:
    """The files of a transaction, oldest first."""
    found = await _attachments(caller).all(transaction_id)
    return AttachmentPage(attachments=found, total=len(found), next=None)


@router.post(
    "/transactions/{transaction_id}/attachments",
    status_code=201,
    responses=documented(400, 401, 403, 404, 409, 413, 422),
    openapi_extra=_FORM,
)
async def add_attachment(
    transaction_id: UUID, upload: Annotated[Upload, Depends(uploaded)], caller: Member
) -> AttachmentOut:
    """Attach a receipt or document; what it is, its bytes say and not its name."""
    return await _attachments(caller).add(transaction_id, upload)


@router.get(
    "/attachments/{attachment_id}/content",
    responses=documented(401, 403, 404, 422) | _FILE,
    response_class=StreamingResponse,
)
async def download_attachment(attachment_id: UUID, caller: Viewer) -> StreamingResponse:
    """The file itself, to be saved and never to be run by a browser."""
    file = await _attachments(caller).open(attachment_id)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}",
        "Content-Length": str(file.size),
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingResponse(file.chunks, media_type=file.media_type, headers=headers)


@router.delete("/attachments/{attachment_id}", status_code=204, responses=documented(401, 403, 404, 422))
async def delete_attachment(attachment_id: UUID, caller: Member) -> None:
    """Put a file away; restoring brings it back."""
    await _attachments(caller).delete(attachment_id)


@router.post("/attachments/{attachment_id}/restore", responses=documented(401, 403, 404, 409, 422))
async def restore_attachment(attachment_id: UUID, caller: Member) -> AttachmentOut:
    """Bring a deleted file back."""
    return await _attachments(caller).restore(attachment_id)


def _attachments(caller: Caller) -> AttachmentService:
    return AttachmentService(caller.work, caller.actor, caller.house.clock, caller.house.blobs)
