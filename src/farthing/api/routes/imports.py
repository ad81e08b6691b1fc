"""Imports: files looked at, adjusted, posted and taken back; and the rows that wait for a decision."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, cast
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse
from starlette.datastructures import UploadFile

from farthing.api.access import Caller, Member, MemberDetached, Viewer
from farthing.api.pages import Paging
from farthing.api.problems import documented
from farthing.api.transaction import IDEMPOTENCY_KEY, TransactionRoute
from farthing.ingest.decisions import RowState
from farthing.ingest.errors import StatementUnreadable
from farthing.ingest.planning import Plan
from farthing.ingest.profiles import wishes_checked, wishes_of_profile
from farthing.ingest.receiving import Received
from farthing.ingest.review import ReviewService
from farthing.ingest.schemas import (
    CommitIn,
    ImportOut,
    ImportPage,
    ImportPatch,
    ImportRowOut,
    ImportRowPage,
    ImportState,
    ProfilePage,
    RowPatch,
    UndoIn,
)
from farthing.ingest.service import ImportService
from farthing.ingest.showing import ShowService
from farthing.ingest.wishes import Wishes
from farthing.kernel.errors import Unprocessable
from farthing.kernel.ids import parse_id

router = APIRouter(prefix="/api/imports", tags=["Imports"], route_class=TransactionRoute)
_FILES_MAX = 20
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
                            "type": "array",
                            "items": {"type": "string", "format": "binary"},
                            "description": "One file or several: CSV, OFX, QIF, CAMT, MT940, XLSX, JSON, PDF and more.",
                        },
                        "account_id": {"type": "string", "format": "uuid"},
                        "wishes": {"type": "string", "description": 'JSON, such as {"date_order": "mdy"}.'},
                        "profile": {
                            "type": "string",
                            "description": "YAML, as `farthing read` saves it.",
                        },
                    },
                }
            }
        },
    }
}
_FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        "description": "The file as it came.",
    }
}


@dataclass(frozen=True, slots=True)
class Form:
    """Files as somebody sent them, kept and read."""

    files: Sequence[Received]
    account_id: UUID | None


async def received(request: Request, who: MemberDetached) -> Form:
    """One file or several."""
    return await _received(request, who, _FILES_MAX)


async def received_one(request: Request, who: MemberDetached) -> Form:
    return await _received(request, who, 1)


async def _received(request: Request, who: Caller, files_max: int) -> Form:
    """The form, read whole and understood before the transaction begins: a slow file keeps nobody waiting."""
    if IDEMPOTENCY_KEY in request.headers:
        await request.body()  # to be compared; else it goes to disk as it comes
    async with request.form(max_files=files_max, max_fields=10) as form:
        files = [file for file in form.getlist("file") if isinstance(file, UploadFile)]
        if not files:
            raise Unprocessable("Send the file as the field `file` of a form (multipart/form-data).")
        wishes, account = _wishes(form.get("wishes"), form.get("profile")), form.get("account_id")
        reception = who.house.reception
        taken = [await reception.take(who.actor.workspace_id, file.file, file.filename or "", wishes) for file in files]
        if len(taken) == 1 and taken[0].error is not None:
            raise StatementUnreadable(taken[0].error)
        return Form(taken, parse_id(account) if isinstance(account, str) and account else None)


def _wishes(wishes: object, profile: object) -> Wishes:
    if isinstance(profile, str) and profile.strip():
        return wishes_of_profile(profile)
    if not isinstance(wishes, str) or not wishes.strip():
        return Wishes()
    try:
        told = json.loads(wishes)
    except ValueError as error:
        raise Unprocessable("wishes: this is no JSON.") from error
    if not isinstance(told, dict):
        raise Unprocessable('wishes: an object is expected, such as {"date_order": "mdy"}.')
    return wishes_checked(cast("dict[str, Any]", told))


Upload = Annotated[Form, Depends(received)]
OneUpload = Annotated[Form, Depends(received_one)]


@router.post("", status_code=201, responses=documented(400, 401, 403, 404, 409, 413, 422), openapi_extra=_FORM)
async def upload_import(form: Upload, caller: Member) -> ImportPage:
    """Send one file or several; nothing is posted before you commit. Large ones are read in the background."""
    made = [await _imports(caller).add(one, form.account_id) for one in form.files]
    caller.house.runner.wake()
    return ImportPage(imports=await _show(caller).many(made), total=len(made), next=None)


@router.get("", responses=documented(401, 403, 422))
async def list_imports(
    caller: Viewer,
    paging: Paging,
    state: ImportState | None = None,
    account_id: UUID | None = None,
    assumed: Annotated[bool, Query(description="Only those posted by a guess that nobody confirmed yet.")] = False,
) -> ImportPage:
    """Newest first."""
    page = await _imports(caller).page(paging, state and str(state), account_id, only_assumed=assumed)
    return ImportPage(imports=await _show(caller).many(page.items), total=page.total, next=page.next)


@router.get("/review", responses=documented(401, 403, 422))
async def list_rows_to_review(caller: Viewer, paging: Paging) -> ImportRowPage:
    """Rows of posted imports that wait for a person: likely doubles and lines that could not be read."""
    page = await _review(caller).waiting(paging)
    return ImportRowPage(rows=list(page.items), total=page.total, next=page.next)


@router.get("/profiles", responses=documented(401, 403))
async def list_import_profiles(caller: Viewer) -> ProfilePage:
    """How files of a kind are read and which account they go to, remembered from the last one."""
    found = await _show(caller).profiles()
    return ProfilePage(profiles=found, total=len(found), next=None)


@router.delete("/profiles/{profile_id}", status_code=204, responses=documented(401, 403, 404, 422))
async def forget_import_profile(profile_id: UUID, caller: Member) -> None:
    """Forget it; the next file of this kind is asked about again."""
    await _show(caller).forget_profile(profile_id)


@router.get("/{import_id}", responses=documented(401, 403, 404, 422))
async def get_import(import_id: UUID, caller: Viewer) -> ImportOut:
    """How a file was understood, and what becomes of its rows."""
    return await _show(caller).one(await _imports(caller).get(import_id))


async def adjusted(import_id: UUID, patch: Annotated[ImportPatch, Body()], who: MemberDetached) -> Received | None:
    """The file read again as somebody wishes, before the transaction begins."""
    if patch.wishes is None:
        return None
    wishes = wishes_checked(patch.wishes)
    async with who.house.database.read(who.scope) as work:
        service = ImportService(work, who.actor, who.house.clock, who.house.lake)
        taken = await ShowService(work, who.actor, who.house.clock).received(await service.adjustable(import_id))
    again = await who.house.reception.read_again(who.actor.workspace_id, taken, wishes)
    if again.error is not None:
        raise StatementUnreadable(again.error)
    return again


@router.patch("/{import_id}", responses=documented(401, 403, 404, 409, 422))
async def adjust_import(
    import_id: UUID,
    patch: Annotated[ImportPatch, Body()],
    again: Annotated[Received | None, Depends(adjusted)],
    caller: Member,
) -> ImportOut:
    """Say how the file is to be read, or which accounts it is of; the preview is made anew."""
    service = _imports(caller)
    row = await service.adjustable(import_id)
    if again is not None:
        row.wishes = again.wishes
        await service.take_reading(row, again.read, again.error, patch.account_id)
    if patch.account_id is not None or patch.accounts:
        places = {one.position: one.account_id for one in patch.accounts}
        row = await service.adjust_accounts(import_id, patch.account_id, places)
    return await _show(caller).one(row)


@router.delete("/{import_id}", status_code=204, responses=documented(401, 403, 404, 409, 422))
async def discard_import(import_id: UUID, caller: Member) -> None:
    """Forget an import that posted nothing."""
    await _imports(caller).discard(import_id)


@router.get("/{import_id}/rows", responses=documented(401, 403, 404, 422))
async def list_import_rows(
    import_id: UUID,
    caller: Viewer,
    paging: Paging,
    state: Annotated[RowState | None, Query(description="Only rows of which this becomes.")] = None,
) -> ImportRowPage:
    """The rows as they were understood, each with what becomes of it and why."""
    page = await _review(caller).page(import_id, paging, state)
    return ImportRowPage(rows=list(page.items), total=page.total, next=page.next)


@router.patch("/{import_id}/rows/{row}", responses=documented(401, 403, 404, 409, 422))
async def decide_import_row(import_id: UUID, row: int, patch: RowPatch, caller: Member) -> ImportRowOut:
    """Decide about a row or correct it; of a posted import, the row comes into the ledger or leaves it."""
    return await _review(caller).decide(import_id, row, patch)


async def looked_at(
    import_id: UUID, who: MemberDetached, wanted: Annotated[CommitIn | None, Body()] = None
) -> Plan | None:
    """Many rows that are to be posted as they were looked at are compared before the transaction begins."""
    if wanted is None or wanted.digest is None:
        return None
    async with who.house.database.read(who.scope) as work:
        service = ImportService(work, who.actor, who.house.clock, who.house.lake)
        return await service.compared(import_id, wanted)


@router.post("/{import_id}/commit", responses=documented(401, 403, 404, 409, 422))
async def commit_import(
    import_id: UUID,
    compared: Annotated[Plan | None, Depends(looked_at)],
    caller: Member,
    response: Response,
    wanted: Annotated[CommitIn | None, Body()] = None,
) -> ImportOut:
    """Post what is new. Many rows are posted by a job; one import at a time goes to an account, the next waits."""
    row = await _imports(caller).commit(import_id, wanted or CommitIn(digest=None, reason=None), compared)
    return _answer(caller, response, await _show(caller).one(row))


@router.post("/{import_id}/undo", responses=documented(401, 403, 404, 409, 422))
async def undo_import(
    import_id: UUID, caller: Member, response: Response, wanted: Annotated[UndoIn | None, Body()] = None
) -> ImportOut:
    """Take back what was posted, whenever; to the next import these rows do not look deleted."""
    row = await _imports(caller).undo(import_id, wanted.reason if wanted else None)
    return _answer(caller, response, await _show(caller).one(row))


@router.post("/{import_id}/confirm", responses=documented(401, 403, 404, 422))
async def confirm_import(import_id: UUID, caller: Member) -> ImportOut:
    """What was assumed about the file was right."""
    return await _show(caller).one(await _imports(caller).reviewed(import_id))


@router.get("/{import_id}/file", responses=documented(401, 403, 404, 422) | _FILE, response_class=StreamingResponse)
async def download_import(import_id: UUID, caller: Viewer) -> StreamingResponse:
    """The file as it came, byte for byte."""
    row = await _imports(caller).get(import_id)
    chunks = await caller.house.blobs.stream(caller.actor.workspace_id, row.blob)
    headers = {"Content-Disposition": "attachment", "Content-Length": str(row.size)}
    return StreamingResponse(chunks, media_type="application/octet-stream", headers=headers)


def _answer(caller: Caller, response: Response, shown: ImportOut) -> ImportOut:
    """Accepted, where a job does the work."""
    if shown.state in (ImportState.POSTING, ImportState.UNDOING, ImportState.WAITING):
        response.status_code = 202
        caller.house.runner.wake()
    return shown


def _imports(caller: Caller) -> ImportService:
    return ImportService(caller.work, caller.actor, caller.house.clock, caller.house.lake)


def _review(caller: Caller) -> ReviewService:
    return ReviewService(caller.work, caller.actor, caller.house.clock, caller.house.lake)


def _show(caller: Caller) -> ShowService:
    return ShowService(caller.work, caller.actor, caller.house.clock)
