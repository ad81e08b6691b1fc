"""Encryption and proxies: the connection goes to a checked address, yet both ends still speak of the name."""

from base64 import b64encode
from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path

import pytest

from fakes.nameserver import (
    LOOPBACK,
    NameServer,
    Routes,
    Site,
    Tunnel,
    certificate,
    client_tls,
    free_port,
    reply,
    server_tls,
)
from farthing.infra.http import Address, AddressRefused, CertificateInvalid, GuardedClient, Outbound, Unreachable

PUBLIC = "93.184.215.14"


async def always_public(_host: str) -> Sequence[Address]:
    return [ip_address(PUBLIC)]


async def at_once(_seconds: float) -> None: ...


async def test_tls_and_host_see_the_name_behind_the_pinned_address(tmp_path: Path) -> None:
    path, names = certificate(tmp_path, "bank.test"), []
    context = server_tls(path)
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    async with Site(reply(body=b"safe"), tls=context) as site:
        network = Routes({PUBLIC: site.port})
        async with GuardedClient(Outbound(), resolver=always_public, network=network, tls=client_tls(path)) as client:
            assert (await client.request("GET", "https://bank.test/")).content == b"safe"
    assert (names, site.asked[0].headers["host"], network.tried) == (["bank.test"], "bank.test", [(PUBLIC, 443)])


@pytest.mark.parametrize("is_trusted", [True, False], ids=["another name", "not trusted"])
async def test_a_bad_certificate_is_named_and_not_tried_again(tmp_path: Path, is_trusted: bool) -> None:  # noqa: FBT001
    path = certificate(tmp_path, "other.test" if is_trusted else "bank.test")
    async with Site(reply(), tls=server_tls(path)) as site:
        network = Routes({PUBLIC: site.port})
        tls = client_tls(path) if is_trusted else None
        async with GuardedClient(Outbound(), resolver=always_public, network=network, sleep=at_once, tls=tls) as client:
            with pytest.raises(CertificateInvalid, match=r"bank\.test shows a certificate that is not trusted"):
                await client.request("GET", "https://bank.test/?token=s3cret")
    assert (len(network.tried), site.asked) == (1, [])


async def test_a_proxy_gets_names_that_were_checked_and_its_own_password() -> None:
    zone = {"shop.test": [[PUBLIC]], "inside.test": [["10.0.0.7"]]}
    async with NameServer.running(zone) as names, Site(reply(body=b"by proxy")) as proxy:
        rules = Outbound(proxy=f"http://ann:s3cret@{LOOPBACK}:{proxy.port}")
        network = Routes({LOOPBACK: proxy.port})
        async with GuardedClient(rules, resolver=names.resolve, network=network) as client:
            assert (await client.request("GET", "http://shop.test/a?b=c")).content == b"by proxy"
            with pytest.raises(AddressRefused):
                await client.request("GET", "http://inside.test/")
            with pytest.raises(AddressRefused):
                await client.request("GET", f"http://{LOOPBACK}:{proxy.port}/")
        assert names.questions == ["shop.test", "inside.test"]
    assert [asked.line for asked in proxy.asked] == ["GET http://shop.test/a?b=c HTTP/1.1"]
    assert proxy.asked[0].headers["proxy-authorization"] == "Basic " + b64encode(b"ann:s3cret").decode()
    assert network.tried == [(LOOPBACK, proxy.port)]


async def test_a_redirect_behind_a_proxy_is_checked() -> None:
    async with Site(reply(302, location="http://169.254.169.254/")) as proxy:
        rules = Outbound(proxy=f"http://{LOOPBACK}:{proxy.port}")
        async with GuardedClient(rules, resolver=always_public) as client:
            with pytest.raises(AddressRefused):
                await client.request("GET", "http://shop.test/")
    assert len(proxy.asked) == 1


async def test_an_encrypted_call_tunnels_through_the_proxy(tmp_path: Path) -> None:
    path = certificate(tmp_path, "bank.test")
    async with Site(reply(body=b"safe"), tls=server_tls(path)) as site, Tunnel(site.port) as tunnel:
        rules = Outbound(proxy=f"http://{LOOPBACK}:{tunnel.port}")
        async with GuardedClient(rules, resolver=always_public, tls=client_tls(path)) as client:
            assert (await client.request("GET", "https://bank.test/")).content == b"safe"
    assert tunnel.asked == ["CONNECT bank.test:443 HTTP/1.1"]


async def test_the_way_to_the_proxy_may_be_encrypted(tmp_path: Path) -> None:
    path = certificate(tmp_path, "proxy.test")
    async with Site(reply(body=b"by proxy"), tls=server_tls(path)) as proxy:
        network = Routes({PUBLIC: proxy.port})
        rules = Outbound(proxy="https://proxy.test:8443")
        async with GuardedClient(rules, resolver=always_public, network=network, tls=client_tls(path)) as client:
            assert (await client.request("GET", "http://shop.test/")).content == b"by proxy"
    assert network.tried == [(PUBLIC, 8443)]


async def test_a_proxy_that_refuses_is_told_from_a_host_that_is_down() -> None:
    async with Site(reply(403, connection="close")) as proxy:
        rules = Outbound(proxy=f"http://{LOOPBACK}:{proxy.port}")
        async with GuardedClient(rules, resolver=always_public, sleep=at_once) as client:
            with pytest.raises(Unreachable, match=r"The proxy does not connect to bank\.test"):
                await client.request("GET", "https://bank.test/?token=s3cret")


async def test_a_proxy_that_is_down_names_no_password() -> None:
    rules = Outbound(proxy=f"http://ann:s3cret@{LOOPBACK}:{free_port()}")
    async with GuardedClient(rules, resolver=always_public, sleep=at_once) as client:
        with pytest.raises(Unreachable) as caught:
            await client.request("GET", "http://shop.test/")
    assert "s3cret" not in caught.value.detail + repr(rules)


@pytest.mark.parametrize(
    "proxy", ["", "socks5://ann:s3cret@proxy.test", "ann:s3cret@proxy.test:8080", "http://:s3cret"]
)
async def test_a_proxy_is_http_or_https(proxy: str) -> None:
    with pytest.raises(ValueError, match="a proxy is written") as caught:
        GuardedClient(Outbound(proxy=proxy))
    assert "s3cret" not in str(caught.value)
