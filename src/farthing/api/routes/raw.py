"""Transactions as clients of the replaced pipeline bring and read them. Stands before the routes of single ones."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from farthing.api.access import MemberDetached, Viewer
from farthing.api.arrivals import Brought, Patience, bring
from farthing.api.problems import documented
from farthing.api.routes.imports import OneUpload
from farthing.api.transaction import TransactionRoute
from farthing.ingest.schemas import ImportState
from farthing.ledger.arriving import ArrivalsService
from farthing.ledger.transaction_schemas import TransactionPage

router = APIRouter(prefix="/api/transactions", tags=["Transactions"], route_class=TransactionRoute)
ONE_FILE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary", "description": "A statement of any format."},
                        "account_id": {
                            "type": "string",
                            "format": "uuid",
                            "description": "Else the account that is known of such files, or the default one.",
                        },
                    },
                }
            }
        },
    }
}


class UploadOut(BaseModel):
    """What became of the rows of a file."""

    inserted: int = Field(description="How many are transactions now.")
    duplicates: int = Field(description="How many were there before.")
    suspects: int = Field(description="How many may be doubles and wait for a decision.")
    errors: int = Field(description="How many could not be read and wait for a correction.")
    import_id: UUID
    state: ImportState
    is_assumed: bool = Field(description="Whether the likeliest of several readings was taken.")
    job_id: UUID | None

    @classmethod
    def of(cls, brought: Brought) -> "UploadOut":
        shown = brought.shown
        return cls(
            inserted=brought.inserted,
            duplicates=shown.summary.same,
            suspects=shown.summary.suspect,
            errors=shown.summary.error,
            import_id=shown.id,
            state=shown.state,
            is_assumed=shown.is_assumed,
            job_id=shown.job_id if brought.is_under_way else None,
        )


@router.post(
    "/upload-csv",
    responses=documented(400, 401, 403, 404, 409, 413, 422)
    | {202: {"model": UploadOut, "description": "A job is still at it."}},
    openapi_extra=ONE_FILE,
)
async def upload_csv(
    form: OneUpload, request: Request, response: Response, caller: MemberDetached, wait_s: Patience
) -> UploadOut:
    """Post a file without looking at it first; what is doubtful waits under `/api/imports/review`."""
    brought = await bring(caller, form.files[0], form.account_id, wait_s, promised=request)
    if brought.is_under_way:
        response.status_code = 202
    return UploadOut.of(brought)


@router.get("/raw", responses=documented(401, 403, 422))
async def list_raw_transactions(
    caller: Viewer,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    cursor: Annotated[
        str | None, Query(alias="next", max_length=500, description="The `next` of the page before.")
    ] = None,
) -> TransactionPage:
    """Transactions in the order in which they were stored, the last first."""
    return await ArrivalsService(caller.work, caller.actor, caller.house.clock).page(limit, cursor)
