"""The gate: a name is resolved once, its addresses are checked, and the connection goes to one of those."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from ipaddress import ip_address

import httpcore2

from farthing.infra.http.addresses import Address, is_public
from farthing.infra.http.errors import AddressRefused, NameUnknown, Unreachable

Endpoint = tuple[str, int]
"""A host as URLs spell it (lower case, ASCII) and a port."""

Resolver = Callable[[str], Awaitable[Sequence[Address]]]

_WEB_PORTS = frozenset({80, 443})
_FIRST_UNPRIVILEGED_PORT = 1024
_ADDRESSES_TRIED_MAX = 4


async def system_resolver(host: str) -> list[Address]:
    """Ask the operating system, and keep its order of preference."""
    found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(ip_address(entry[4][0]) for entry in found))


class Gate:
    """Who may be called: everybody in public, and in private only the endpoints that the operator named."""

    def __init__(self, allowed_private: frozenset[Endpoint], resolver: Resolver) -> None:
        self._allowed_private = allowed_private
        self._resolver = resolver

    async def admit(self, host: str, port: int) -> Sequence[Address]:
        """The addresses of `host`, all of them checked: one private address among public ones refuses the name."""
        if (host, port) in self._allowed_private:
            return await self._resolve(host)
        _check_port(host, port)
        addresses = await self._resolve(host)
        if not all(map(is_public, addresses)):
            raise AddressRefused(
                f"{host} leads to a private address. Use a public one, or ask the operator to allow {host}:{port}."
            )
        return addresses

    async def _resolve(self, host: str) -> Sequence[Address]:
        try:
            return [ip_address(host)]
        except ValueError:
            return await self._look_up(host)

    async def _look_up(self, host: str) -> Sequence[Address]:
        unknown = NameUnknown(f"No host has the name {host}. Check its spelling.")
        try:
            addresses = await self._resolver(host)
        except socket.gaierror as error:
            if error.errno == socket.EAI_AGAIN:
                raise Unreachable(f"The name {host} cannot be looked up right now. Try again later.") from error
            raise unknown from error
        except UnicodeError as error:
            raise unknown from error
        if not addresses:
            raise unknown
        return addresses


def _check_port(host: str, port: int) -> None:
    if port not in _WEB_PORTS and port < _FIRST_UNPRIVILEGED_PORT:
        raise AddressRefused(
            f"Port {port} is not one for the web. Use 80, 443 or one from {_FIRST_UNPRIVILEGED_PORT} on, "
            f"or ask the operator to allow {host}:{port}."
        )


class PinnedBackend(httpcore2.AsyncNetworkBackend):
    """Opens connections to checked addresses only; TLS and the Host header still see the name."""

    def __init__(self, gate: Gate, network: httpcore2.AsyncNetworkBackend) -> None:
        self._gate = gate
        self._network = network

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  the signature is httpcore2's
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        try:
            async with asyncio.timeout(timeout):
                addresses = (await self._gate.admit(host, port))[:_ADDRESSES_TRIED_MAX]
                share_s = None if timeout is None else timeout / len(addresses)
                return await self._first_open(addresses, port, share_s, local_address, socket_options)
        except TimeoutError as error:
            raise httpcore2.ConnectTimeout from error

    async def _first_open(
        self,
        addresses: Sequence[Address],
        port: int,
        share_s: float | None,
        local_address: str | None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None,
    ) -> httpcore2.AsyncNetworkStream:
        *spare, last = addresses
        for address in spare:
            try:
                return await self._network.connect_tcp(str(address), port, share_s, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                continue
        return await self._network.connect_tcp(str(last), port, share_s, local_address, socket_options)
