"""One exchange over a pool of connections, each checked when it was opened."""

import asyncio
import ssl
from contextlib import aclosing
from typing import BinaryIO

import httpcore2
import httpx2

from farthing.infra.http.answer import Answer
from farthing.infra.http.body import Body
from farthing.infra.http.gate import Gate, PinnedBackend, Resolver
from farthing.infra.http.hops import Hop
from farthing.infra.http.proxy import parse_proxy, proxy_endpoint
from farthing.infra.http.rules import Outbound

_CONNECTIONS_MAX = 100
_IDLE_CONNECTIONS_MAX = 20
_IDLE_S_MAX = 5
_WRITTEN_AT_ONCE = 256 * 1024


class Wire:
    """Sends one hop and reads its answer.

    It uses the pool beneath httpx2's client, because that client keeps a jar that would carry one person's cookies into
    another's request, and logs whole URLs.
    """

    def __init__(
        self, rules: Outbound, resolver: Resolver, network: httpcore2.AsyncNetworkBackend, tls: ssl.SSLContext
    ) -> None:
        self._timeouts = httpx2.Timeout(rules.read_timeout_s, connect=rules.connect_timeout_s).as_dict()
        self._gate = Gate(rules.allowed_private, resolver)
        self._proxy = parse_proxy(rules.proxy, tls) if rules.proxy is not None else None
        # Through a proxy we connect to nothing else, and it may be anywhere: the operator named it.
        gate = Gate(frozenset({proxy_endpoint(self._proxy)}), resolver) if self._proxy else self._gate
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=tls,
            proxy=self._proxy,
            max_connections=_CONNECTIONS_MAX,
            max_keepalive_connections=_IDLE_CONNECTIONS_MAX,
            keepalive_expiry=_IDLE_S_MAX,
            network_backend=PinnedBackend(gate, network),
        )

    async def exchange(self, hop: Hop, max_bytes: int, into: BinaryIO | None = None) -> Answer:
        """The content is in the answer, or in a file that holds nothing else then."""
        if self._proxy:
            await self._gate.admit(*hop.endpoint)
        response = await self._pool.handle_async_request(self._request(hop))
        try:
            headers = httpx2.Headers(response.headers)
            body = Body(hop.host, headers.get("content-encoding", "").lower(), max_bytes)
            content = await (_read(response, body) if into is None else _write(response, body, into))
        finally:
            await response.aclose()
        return Answer(response.status, dict(headers), content, str(hop.url))

    async def aclose(self) -> None:
        await self._pool.aclose()

    def _request(self, hop: Hop) -> httpcore2.Request:
        """Let httpx2 add what HTTP asks for: Host and Content-Length."""
        complete = httpx2.Request(hop.method, hop.url, headers=hop.headers, content=hop.content)
        return httpcore2.Request(
            method=complete.method,
            url=httpcore2.URL(
                scheme=hop.url.raw_scheme, host=hop.url.raw_host, port=hop.url.port, target=hop.url.raw_path
            ),
            headers=complete.headers.raw,
            content=complete.content,
            extensions={"timeout": self._timeouts},
        )


async def _read(response: httpcore2.Response, body: Body) -> bytes:
    content = bytearray()
    async with aclosing(response.aiter_stream()) as pieces:
        async for piece in pieces:
            for plain in body.plain(piece):
                content += plain
    body.end()
    return bytes(content)


async def _write(response: httpcore2.Response, body: Body, into: BinaryIO) -> bytes:
    """From the beginning of the file; nothing of it stays in memory."""
    await asyncio.to_thread(_emptied, into)
    waiting = bytearray()
    async with aclosing(response.aiter_stream()) as pieces:
        async for piece in pieces:
            for plain in body.plain(piece):
                waiting += plain
                if len(waiting) >= _WRITTEN_AT_ONCE:
                    await asyncio.to_thread(into.write, bytes(waiting))
                    waiting.clear()
    body.end()
    await asyncio.to_thread(into.write, bytes(waiting))
    return b""


def _emptied(file: BinaryIO) -> None:
    file.seek(0)
    file.truncate()
