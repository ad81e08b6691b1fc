"""The gate: who may be called, decided on every address that a name has."""

import socket
from collections.abc import Sequence
from ipaddress import ip_address

import pytest

from farthing.infra.http import Address, AddressRefused, NameUnknown, Resolver, Unreachable, system_resolver
from farthing.infra.http.gate import Gate

PUBLIC = "93.184.215.14"


def answering(*addresses: str) -> Resolver:
    async def resolve(_host: str) -> Sequence[Address]:
        return [ip_address(each) for each in addresses]

    return resolve


def failing(error: Exception) -> Resolver:
    async def resolve(_host: str) -> Sequence[Address]:
        raise error

    return resolve


def gate(*addresses: str, allowed: tuple[str, int] | None = None) -> Gate:
    return Gate(frozenset({allowed} if allowed else ()), answering(*addresses))


async def test_a_public_name_is_admitted_with_the_addresses_that_were_checked() -> None:
    assert await gate(PUBLIC, "2606:4700::1111").admit("shop.test", 443) == [
        ip_address(PUBLIC),
        ip_address("2606:4700::1111"),
    ]


@pytest.mark.parametrize("addresses", [("10.0.0.7",), (PUBLIC, "10.0.0.7"), ("::1", PUBLIC), ("::ffff:127.0.0.1",)])
async def test_one_private_address_refuses_the_name(addresses: tuple[str, ...]) -> None:
    with pytest.raises(AddressRefused, match=r"shop\.test leads to a private address"):
        await gate(*addresses).admit("shop.test", 443)


@pytest.mark.parametrize(("host", "port"), [("firefly.lan", 8081), ("firefly.lan.", 8080), ("lan", 8080)])
async def test_the_operator_allows_exactly_one_host_and_port(host: str, port: int) -> None:
    allowing = gate("192.168.1.5", allowed=("firefly.lan", 8080))
    assert await allowing.admit("firefly.lan", 8080) == [ip_address("192.168.1.5")]
    with pytest.raises(AddressRefused):
        await allowing.admit(host, port)


@pytest.mark.parametrize("port", [22, 25, 81, 442, 444, 1023])
async def test_ports_of_other_services_are_refused(port: int) -> None:
    with pytest.raises(AddressRefused, match=f"Port {port}"):
        await gate(PUBLIC).admit("shop.test", port)


@pytest.mark.parametrize("port", [80, 443, 1024, 8443, 65535])
async def test_ports_of_the_web_are_admitted(port: int) -> None:
    assert await gate(PUBLIC).admit("shop.test", port)


async def test_the_operator_may_allow_any_port() -> None:
    assert await gate("10.0.0.7", allowed=("nas.lan", 81)).admit("nas.lan", 81)


async def test_a_literal_address_is_checked_without_asking_anybody() -> None:
    nobody = Gate(frozenset(), failing(AssertionError("asked")))
    assert await nobody.admit(PUBLIC, 443) == [ip_address(PUBLIC)]
    for literal in ("127.0.0.1", "169.254.169.254", "::1", "::ffff:10.0.0.1", "fe80::1%eth0"):
        with pytest.raises(AddressRefused):
            await nobody.admit(literal, 443)


@pytest.mark.parametrize("host", ["localhost", "127.1", "0x7f.0.0.1", "0177.0.0.1", "2130706433"])
async def test_loopback_in_disguise_is_seen_through(host: str) -> None:
    with pytest.raises(AddressRefused):
        await Gate(frozenset(), system_resolver).admit(host, 8080)


@pytest.mark.parametrize("host", ["a" * 64 + ".test", "a..test"])
async def test_a_name_that_cannot_be_one_is_unknown(host: str) -> None:
    with pytest.raises(NameUnknown):
        await Gate(frozenset(), system_resolver).admit(host, 443)


async def test_a_name_without_addresses_is_unknown() -> None:
    with pytest.raises(NameUnknown, match=r"No host has the name nowhere\.test"):
        await gate().admit("nowhere.test", 443)


@pytest.mark.parametrize(
    ("code", "expected"), [(socket.EAI_NONAME, NameUnknown), (socket.EAI_AGAIN, Unreachable)], ids=str
)
async def test_an_unknown_name_is_told_from_a_resolver_that_is_down(code: int, expected: type[Unreachable]) -> None:
    with pytest.raises(Unreachable) as caught:
        await Gate(frozenset(), failing(socket.gaierror(code, "whatever"))).admit("shop.test", 443)
    assert type(caught.value) is expected
