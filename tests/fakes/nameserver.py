"""A small internet on loopback: names whose answers change, routes, sites and certificates."""

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, ip_address
from pathlib import Path
from typing import Self, cast

import dns.asyncquery
import dns.message
import dns.rdtypes.IN.A
import httpcore2
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from farthing.infra.http import Address

LOOPBACK = "127.0.0.1"

_HEADER = struct.Struct("!6H")
_RECORD = struct.Struct("!HHHLH4s")
_POINTER_TO_QUESTION = 0xC00C
_ANSWERED, _NO_SUCH_NAME = 0x8180, 0x8183
_A, _IN = 1, 1


class NameServer(asyncio.DatagramProtocol):
    """Answers A questions over UDP from a script: a list of addresses per name and question, the last one stays."""

    def __init__(self, zone: dict[str, list[list[str]]]) -> None:
        self._zone = zone
        self._transport: asyncio.DatagramTransport
        self.questions: list[str] = []

    @classmethod
    @asynccontextmanager
    async def running(cls, zone: dict[str, list[list[str]]]) -> "AsyncIterator[NameServer]":
        server = cls(zone)
        loop = asyncio.get_running_loop()
        server._transport, _ = await loop.create_datagram_endpoint(lambda: server, local_addr=(LOOPBACK, 0))
        try:
            yield server
        finally:
            server._transport.close()

    async def resolve(self, host: str) -> Sequence[Address]:
        """A `Resolver` that really asks over UDP, every time."""
        port = self._transport.get_extra_info("sockname")[1]
        answer = await dns.asyncquery.udp(dns.message.make_query(host, "A"), LOOPBACK, timeout=5, port=port)
        records = (record for records in answer.answer for record in records)
        return [ip_address(cast("dns.rdtypes.IN.A.A", record).address) for record in records]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        name, question = _question(data)
        self.questions.append(name)
        self._transport.sendto(_answer(data[:2], question, self._next_addresses(name)), addr)

    def _next_addresses(self, name: str) -> list[str]:
        script = self._zone.get(name, [[]])
        return script.pop(0) if len(script) > 1 else script[0]


def _question(data: bytes) -> tuple[str, bytes]:
    labels, at = [], _HEADER.size
    while length := data[at]:
        labels.append(data[at + 1 : at + 1 + length].decode())
        at += 1 + length
    return ".".join(labels), data[_HEADER.size : at + 5]


def _answer(query_id: bytes, question: bytes, addresses: list[str]) -> bytes:
    flags = _ANSWERED if addresses else _NO_SUCH_NAME
    header = query_id + _HEADER.pack(0, flags, 1, len(addresses), 0, 0)[2:]
    records = (_RECORD.pack(_POINTER_TO_QUESTION, _A, _IN, 0, 4, IPv4Address(each).packed) for each in addresses)
    return header + question + b"".join(records)


class Routes(httpcore2.AnyIOBackend):
    """A network that knows a few addresses, each served by a port on loopback, and reaches nothing else."""

    def __init__(self, routes: dict[str, int]) -> None:
        self._routes = routes
        self.tried: list[tuple[str, int]] = []

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  the signature is httpcore2's
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        self.tried.append((host, port))
        if host not in self._routes:
            raise httpcore2.ConnectError(f"no route to {host}")
        return await super().connect_tcp(LOOPBACK, self._routes[host], timeout, local_address, socket_options)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as a site saw it."""

    line: str
    headers: dict[str, str]
    body: bytes


def reply(status: int = 200, body: bytes = b"", **headers: str) -> bytes:
    """An answer on the wire; underscores in header names stand for hyphens."""
    named = {"content_length": str(len(body)), **headers}
    lines = (f"{name.replace('_', '-')}: {value}\r\n" for name, value in named.items())
    return f"HTTP/1.1 {status} Whatever\r\n{''.join(lines)}\r\n".encode() + body


class LoopbackServer:
    """Serves while its context is open; when that closes, its callers must have hung up."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self._server: asyncio.Server
        self._conversations: list[asyncio.Future[None]] = []
        self.port = 0

    @property
    def connections(self) -> int:
        return len(self._conversations)

    @property
    def endpoint(self) -> tuple[str, int]:
        return LOOPBACK, self.port

    def url(self, path: str = "/") -> str:
        return f"http://{LOOPBACK}:{self.port}{path}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._converse, LOOPBACK, 0, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await asyncio.gather(*self._conversations)
        await self._server.wait_closed()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ended = asyncio.get_running_loop().create_future()
        self._conversations.append(ended)
        try:
            with suppress(asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
                await self._serve(reader, writer)
            writer.close()
            with suppress(ConnectionError, ssl.SSLError):
                await writer.wait_closed()
        finally:
            ended.set_result(None)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        raise NotImplementedError


class Site(LoopbackServer):
    """A web server that gives the next answer of its script to each request, the last one for ever.

    A site without a script, or at an empty answer, keeps its callers waiting until they hang up.
    """

    def __init__(self, *answers: bytes, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(tls)
        self._answers = list(answers) or [b""]
        self.asked: list[Asked] = []

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while answer := await self._next(reader):
            writer.write(answer)
            await writer.drain()
            if b"connection: close" in answer:
                return
        await reader.read()

    async def _next(self, reader: asyncio.StreamReader) -> bytes:
        self.asked.append(await _read_request(reader))
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


async def _read_request(reader: asyncio.StreamReader) -> Asked:
    line, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (each.partition(":") for each in lines)}
    return Asked(line, headers, await reader.readexactly(int(headers.get("content-length", 0))))


class Tunnel(LoopbackServer):
    """A proxy that leads every CONNECT to one port."""

    def __init__(self, to_port: int) -> None:
        super().__init__()
        self._to_port = to_port
        self.asked: list[str] = []

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked.append((await _read_request(reader)).line)
        there_reader, there_writer = await asyncio.open_connection(LOOPBACK, self._to_port)
        writer.write(b"HTTP/1.1 200 Connected\r\n\r\n")
        await asyncio.gather(_pipe(reader, there_writer), _pipe(there_reader, writer))


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while piece := await reader.read(65536):
            writer.write(piece)
            await writer.drain()
    writer.close()


def free_port() -> int:
    """A port where nobody listens."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def certificate(folder: Path, name: str) -> Path:
    """A certificate for `name` that vouches for itself, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / f"{name}.pem"
    path.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return path


def server_tls(path: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(path)
    return context


def client_tls(path: Path) -> ssl.SSLContext:
    """Trusts this one certificate and no other."""
    return ssl.create_default_context(cafile=str(path))
