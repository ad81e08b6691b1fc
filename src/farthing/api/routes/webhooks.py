"""Transactions that other systems bring by themselves, and who may."""

from io import BytesIO
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Request, Response

from farthing.api.access import Caller, From, Member, Public, Viewer
from farthing.api.arrivals import bring
from farthing.api.pages import Paging
from farthing.api.problems import documented
from farthing.api.routes.raw import UploadOut
from farthing.api.transaction import TransactionRoute
from farthing.auth.throttle import Throttling, address_key
from farthing.bootstrap import House
from farthing.infra.db import SYSTEM
from farthing.ingest.errors import WebhookUnknown
from farthing.ingest.receiving import Received
from farthing.ingest.schemas import Origin
from farthing.ingest.signatures import HEADER
from farthing.ingest.uzum import reading_of
from farthing.ingest.webhook_schemas import WebhookKind, WebhookSourceIn, WebhookSourceMade, WebhookSourceOut
from farthing.ingest.webhook_schemas import WebhookSourcePage as SourcePage
from farthing.ingest.webhooks import Messenger, WebhookDoor, WebhookService

router = APIRouter(prefix="/api", tags=["Webhooks"], route_class=TransactionRoute)
Signature = Annotated[
    str, Header(alias=HEADER, max_length=500, description="`t=<seconds>,v1=<HMAC-SHA256 of <seconds>.<body>>`")
]


@router.post(
    "/webhooks/{token}",
    responses=documented(404, 409, 413, 422, 429) | {202: {"model": UploadOut, "description": "A job is at it."}},
    openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": {}}}}},
)
async def receive_webhook(
    token: str, request: Request, response: Response, house: Public, device: From, signature: Signature = ""
) -> UploadOut:
    """A signed message of a registered source; sending one again does nothing."""
    body = await request.body()
    try:
        messenger = await WebhookDoor(house.database, house.ring, house.clock).admit(token, signature, body)
    except WebhookUnknown:
        await _count_refusal(house, device.address)
        raise
    caller = Caller(house, messenger.actor, messenger.standing, messenger.credentials, None)
    brought = await bring(caller, await _received(house, messenger, body), messenger.source.account_id, 0)
    if brought.is_under_way:
        response.status_code = 202
    return UploadOut.of(brought)


@router.get("/webhook-sources", responses=documented(401, 403, 422))
async def list_webhook_sources(caller: Viewer, paging: Paging) -> SourcePage:
    """Which systems may bring transactions to this workspace."""
    page = (await _webhooks(caller).page(paging)).map(WebhookSourceOut.model_validate)
    return SourcePage(sources=list(page.items), total=page.total, next=page.next)


@router.post("/webhook-sources", status_code=201, responses=documented(401, 403, 404, 409, 422))
async def create_webhook_source(wanted: WebhookSourceIn, caller: Member) -> WebhookSourceMade:
    """Let a system bring transactions in your name; its address and secret are shown this once."""
    source, token, secret = await _webhooks(caller).create(wanted, caller.me)
    told = WebhookSourceOut.model_validate(source).model_dump()
    return WebhookSourceMade(**told, path=f"/api/webhooks/{token}", secret=secret)


@router.delete("/webhook-sources/{source_id}", status_code=204, responses=documented(401, 403, 404, 422))
async def delete_webhook_source(source_id: UUID, caller: Member) -> None:
    """Believe it no more."""
    await _webhooks(caller).remove(source_id)


async def _received(house: House, messenger: Messenger, body: bytes) -> Received:
    source, workspace_id = messenger.source, messenger.actor.workspace_id
    if source.kind == WebhookKind.UZUM:
        reading = reading_of(body)
        return await house.reception.take_reading(workspace_id, reading, body, source.name, Origin.WEBHOOK)
    return await house.reception.take(workspace_id, BytesIO(body), source.name, origin=Origin.WEBHOOK)


async def _count_refusal(house: House, address: str) -> None:
    """Who sends too much that is not believed is told to wait; a right message passes all the same."""
    async with house.database.write(SYSTEM) as work:
        limit = house.door.policy.throttles.webhook_per_address
        await Throttling(work, house.clock).take(address_key("webhook", address), limit)


def _webhooks(caller: Caller) -> WebhookService:
    return WebhookService(caller.work, caller.actor, caller.house.ring, caller.house.clock)
