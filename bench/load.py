"""A small HTTP load: connections that are kept open, each asking again as soon as it was answered."""

import asyncio
import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Load:
    per_second: float
    p50_ms: float
    p95_ms: float


def ask(port: int, request: bytes, *, clients: int, seconds: float) -> Load:
    return asyncio.run(_ask(port, request, clients, seconds))


def get(path: str, token: str | None = None) -> bytes:
    lines = [f"GET {path} HTTP/1.1", "Host: localhost", "Accept: application/json"]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


async def _ask(port: int, request: bytes, clients: int, seconds: float) -> Load:
    ends_at = time.perf_counter() + seconds
    started = time.perf_counter()
    took_each = await asyncio.gather(*(_client(port, request, ends_at) for _ in range(clients)))
    elapsed = time.perf_counter() - started
    took = sorted(ms for one in took_each for ms in one)
    return Load(len(took) / elapsed, took[len(took) // 2], took[int(len(took) * 0.95)])


async def _client(port: int, request: bytes, ends_at: float) -> list[float]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    took = []
    while (started := time.perf_counter()) < ends_at:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if b" 200 " not in head.split(b"\r\n", 1)[0]:
            raise RuntimeError(head.decode())
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await reader.readexactly(int(length.split(b":")[1]))
        took.append((time.perf_counter() - started) * 1000)
    writer.close()
    return took
