"""Imports that are no uploads: fetched from an address, or sent as the body of a request."""

from io import BytesIO
from typing import Annotated

from fastapi import APIRouter, Body, Depends

from farthing.api.access import Caller, Member, MemberDetached
from farthing.api.fetching import fetched
from farthing.api.problems import documented
from farthing.api.transaction import TransactionRoute
from farthing.ingest.bodies import BodyIn, FetchIn, file_of
from farthing.ingest.errors import StatementUnreadable
from farthing.ingest.profiles import wishes_checked
from farthing.ingest.receiving import Received
from farthing.ingest.schemas import ImportOut, Origin
from farthing.ingest.service import ImportService
from farthing.ingest.showing import ShowService

router = APIRouter(prefix="/api/imports", tags=["Imports"], route_class=TransactionRoute)


async def from_afar(wanted: Annotated[FetchIn, Body()], who: MemberDetached) -> Received:
    """Before the transaction begins, because another system may take its time."""
    wishes = wishes_checked(wanted.wishes)
    one = await fetched(who, wanted.url, wanted.headers, wanted.params, name=wanted.name, wishes=wishes)
    return _readable(one)


async def from_body(wanted: Annotated[BodyIn, Body()], who: MemberDetached) -> Received:
    wishes, file = wishes_checked(wanted.wishes), BytesIO(file_of(wanted))
    one = await who.house.reception.take(who.actor.workspace_id, file, wanted.name, wishes, Origin.BODY)
    return _readable(one)


@router.post("/fetch", status_code=201, responses=documented(401, 403, 404, 409, 413, 422, 502))
async def fetch_import(
    wanted: Annotated[FetchIn, Body()], one: Annotated[Received, Depends(from_afar)], caller: Member
) -> ImportOut:
    """Look at a file that stands at an address; private addresses are refused unless the operator allows them."""
    return await _added(caller, one, wanted)


@router.post("/body", status_code=201, responses=documented(401, 403, 404, 409, 413, 422))
async def import_body(
    wanted: Annotated[BodyIn, Body()], one: Annotated[Received, Depends(from_body)], caller: Member
) -> ImportOut:
    """Look at transactions, or at the text of a file, sent by a program; nothing is posted before you commit."""
    return await _added(caller, one, wanted)


def _readable(one: Received) -> Received:
    if one.error is not None:
        raise StatementUnreadable(one.error)
    return one


async def _added(caller: Caller, one: Received, wanted: FetchIn | BodyIn) -> ImportOut:
    work, actor, clock = caller.work, caller.actor, caller.house.clock
    row = await ImportService(work, actor, clock, caller.house.lake).add(one, wanted.account_id)
    caller.house.runner.wake()
    return await ShowService(work, actor, clock).one(row)
