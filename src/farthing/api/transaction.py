"""One request, one transaction: opened when it is known who asks, committed before the answer leaves."""

from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from fastapi.routing import APIRoute

from farthing.api.legible import LegibleRequest, refuse_unkeepable
from farthing.auth.replays import KeptAnswer, ReplayKeeper
from farthing.infra.db import Work

IDEMPOTENCY_KEY = "Idempotency-Key"
KEY_MAX = 200
_KEPT_HEADERS = ("content-type", "location", "etag", "cache-control")


class AlreadyAnswered(Exception):
    """This request was answered before."""

    def __init__(self, kept: KeptAnswer) -> None:
        super().__init__()
        self.kept = kept


@dataclass(slots=True)
class Promise:
    """An answer that will be kept under its key, in the transaction of the deed."""

    work: Work
    user_id: UUID
    key: str
    request: str


class TransactionRoute(APIRoute):
    """Ends the request's transaction after the route function and before the first byte of the answer."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_in_transaction(incoming: Request) -> Response:
            request = LegibleRequest(incoming.scope, incoming.receive)
            refuse_unkeepable(request)
            try:
                async with AsyncExitStack() as transactions:
                    request.state.transactions = transactions
                    request.state.promise = None
                    response = await handle(request)
                    await _keep(request, response)
                    return response
            except AlreadyAnswered as before:
                return _again(before.kept)

        return handle_in_transaction


async def promise(request: Request, keeper: ReplayKeeper, work: Work, user_id: UUID) -> None:
    """Answer from memory what was asked before under the same Idempotency-Key; remember what is asked first."""
    key = request.headers.get(IDEMPOTENCY_KEY, "")
    if not key:
        return
    address = f"{request.method} {request.url.path}"
    body = (await request.body()).hex()
    told = f"{address}?{request.url.query}\n{body}"
    if kept := await keeper.find(work, user_id, f"{address} {key}", told):
        raise AlreadyAnswered(kept)
    request.state.promise = Promise(work, user_id, f"{address} {key}", told)


async def _keep(request: Request, response: Response) -> None:
    promised: Promise | None = request.state.promise
    if promised is None or response.status_code >= 300:  # noqa: PLR2004  only deeds that were done
        return
    headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    answer = KeptAnswer(response.status_code, headers, bytes(response.body))
    keeper: ReplayKeeper = request.app.state.house.replays
    await keeper.keep(promised.work, promised.user_id, promised.key, promised.request, answer)


def _again(kept: KeptAnswer) -> Response:
    return Response(kept.body, kept.status, {**kept.headers, "Idempotency-Replayed": "true"})
