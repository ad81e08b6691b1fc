"""A small HTTP load: connections that are kept open, each asking again as soon as it was answered."""

import asyncio
import itertools
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

_HEAD_MAX = 1 << 16


@dataclass(frozen=True, slots=True)
class Load:
    count: int
    per_second: float
    p50_ms: float
    p95_ms: float


def ask(port: int, request: bytes | Sequence[bytes], *, clients: int, seconds: float) -> Load:
    """Several requests are asked in turn, whichever client is free."""
    requests = [request] if isinstance(request, bytes) else request
    return asyncio.run(_ask(port, itertools.cycle(requests), clients, seconds))


def get(path: str, token: str | None = None) -> bytes:
    return _request("GET", path, token, b"")


def send(method: str, path: str, token: str, body: Any) -> bytes:
    return _request(method, path, token, json.dumps(body).encode())


def _request(method: str, path: str, token: str | None, body: bytes) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", "Accept: application/json"]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


async def _ask(port: int, requests: Iterator[bytes], clients: int, seconds: float) -> Load:
    ends_at = time.perf_counter() + seconds
    started = time.perf_counter()
    took_each = await asyncio.gather(*(_client(port, requests, ends_at) for _ in range(clients)))
    elapsed = time.perf_counter() - started
    took = sorted(ms for one in took_each for ms in one)
    return Load(len(took), len(took) / elapsed, took[len(took) // 2], took[int(len(took) * 0.95)])


async def _client(port: int, requests: Iterator[bytes], ends_at: float) -> list[float]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=_HEAD_MAX)
    took = []
    while (started := time.perf_counter()) < ends_at:
        writer.write(next(requests))
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        body = await reader.readexactly(int(length.split(b":")[1]))
        if not head.startswith(b"HTTP/1.1 2"):
            raise RuntimeError(f"{head.decode()}{body[:1000].decode()}")
        took.append((time.perf_counter() - started) * 1000)
    writer.close()
    return took
