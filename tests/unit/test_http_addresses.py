"""Which addresses are public: every private one is refused, however it is wrapped."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.infra.http import is_public

PRIVATE_V4 = [
    IPv4Network(text)
    for text in [
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    ]
]
PRIVATE_V6 = [
    IPv6Network(text)
    for text in [
        "::/128",
        "::1/128",
        "::/96",
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/32",
        "2001:db8::/32",
        "2002::/16",
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
    ]
]

private_v4 = st.sampled_from(PRIVATE_V4).flatmap(lambda network: st.ip_addresses(network=network))
private_v6 = st.sampled_from(PRIVATE_V6).flatmap(lambda network: st.ip_addresses(network=network))
any_v4 = st.ip_addresses(v=4)
low_bits = st.integers(0, 2**80 - 1)


def v6(value: int) -> IPv6Address:
    return IPv6Address(value)


@given(private_v4 | private_v6)
def test_no_private_address_is_public(address: IPv4Address | IPv6Address) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("network", [*PRIVATE_V4, *PRIVATE_V6], ids=str)
def test_a_private_network_is_refused_from_its_first_to_its_last_address(network: IPv4Network | IPv6Network) -> None:
    assert not is_public(network[0])
    assert not is_public(network[-1])


@given(private_v4)
def test_a_private_address_stays_private_in_ipv6_clothes(address: IPv4Address) -> None:
    assert not is_public(v6(int(IPv6Address("::ffff:0:0")) | int(address)))
    assert not is_public(v6(int(IPv6Address("64:ff9b::")) | int(address)))
    assert not is_public(v6(int(address)))


@given(private_v4, low_bits)
def test_a_private_address_stays_private_in_6to4(address: IPv4Address, rest: int) -> None:
    wrapped = v6(0x2002 << 112 | int(address) << 80 | rest)
    assert wrapped.sixtofour == address
    assert not is_public(wrapped)


@given(private_v4, any_v4, st.integers(0, 2**32 - 1))
def test_a_private_address_stays_private_in_teredo(client: IPv4Address, server: IPv4Address, flags: int) -> None:
    wrapped = v6(0x2001_0000 << 96 | int(server) << 64 | flags << 32 | (int(client) ^ 0xFFFF_FFFF))
    assert wrapped.teredo == (server, client)
    assert not is_public(wrapped)


@given(any_v4)
def test_the_address_inside_decides_where_ipv6_only_carries_it(address: IPv4Address) -> None:
    assert is_public(v6(int(IPv6Address("::ffff:0:0")) | int(address))) == is_public(address)
    assert is_public(v6(int(IPv6Address("64:ff9b::")) | int(address))) == is_public(address)


@given(any_v4 | st.ip_addresses(v=6, network="2000::/3"))
def test_nothing_is_public_that_the_standard_library_calls_private(address: IPv4Address | IPv6Address) -> None:
    if is_public(address):
        assert address.is_global
        assert not any((address.is_multicast, address.is_reserved, address.is_unspecified, address.is_link_local))


@pytest.mark.parametrize(
    "text", ["169.254.169.254", "100.100.100.200", "192.0.0.192", "168.63.129.16", "fd00:ec2::254"]
)
def test_the_metadata_services_of_clouds_are_refused(text: str) -> None:
    assert not is_public(ip_address(text))


@pytest.mark.parametrize(
    "text",
    [
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "169.253.255.255",
        "169.255.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "223.255.255.255",
        "2000::",
        "2001:200::",
        "2606:4700::1111",
        "2a00:1450:4001::1",
        "3ffe:ffff::1",
        "::ffff:9.9.9.9",
        "64:ff9b::8.8.8.8",
    ],
)
def test_the_neighbours_of_private_networks_are_public(text: str) -> None:
    assert is_public(ip_address(text))
