"""Names that change their answer between check and connect, asked over real UDP."""

import pytest

from fakes.nameserver import LOOPBACK, NameServer, Routes, Site, reply
from farthing.infra.http import AddressRefused, GuardedClient, NameUnknown, Outbound, Unreachable

PUBLIC, ALSO_PUBLIC, THIRD = "93.184.215.14", "151.101.1.140", "8.8.4.4"
CLOSING = reply(body=b"public", connection="close")


def client_for(names: NameServer, network: Routes, rules: Outbound | None = None) -> GuardedClient:
    async def at_once(_seconds: float) -> None: ...

    return GuardedClient(rules or Outbound(), resolver=names.resolve, network=network, sleep=at_once)


async def test_the_connection_goes_to_the_address_that_was_checked() -> None:
    async with (
        NameServer.running({"rebind.test": [[PUBLIC], [LOOPBACK]]}) as names,
        Site(CLOSING) as public,
        Site(reply(body=b"secret")) as private,
    ):
        network = Routes({PUBLIC: public.port, LOOPBACK: private.port})
        async with client_for(names, network) as client:
            answer = await client.request("GET", "http://rebind.test:8080/")
            assert (answer.content, names.questions, network.tried) == (b"public", ["rebind.test"], [(PUBLIC, 8080)])
            assert public.asked[0].headers["host"] == "rebind.test:8080"

            with pytest.raises(AddressRefused, match=r"rebind\.test leads to a private address"):
                await client.request("GET", "http://rebind.test:8080/")
        assert (names.questions, network.tried) == (["rebind.test"] * 2, [(PUBLIC, 8080)])
        assert (len(public.asked), private.connections) == (1, 0)


async def test_an_open_connection_stays_where_it_was_checked() -> None:
    zone = {"rebind.test": [[PUBLIC], [LOOPBACK]]}
    async with NameServer.running(zone) as names, Site(reply(body=b"public")) as public:
        async with client_for(names, Routes({PUBLIC: public.port})) as client:
            for _ in range(2):
                assert (await client.request("GET", "http://rebind.test/")).content == b"public"
        assert (names.questions, public.connections, len(public.asked)) == (["rebind.test"], 1, 2)


@pytest.mark.parametrize(
    "answer",
    [
        [PUBLIC, LOOPBACK],
        [LOOPBACK, PUBLIC],
        [PUBLIC, ALSO_PUBLIC, "10.0.0.7"],
        ["169.254.169.254"],
        ["0.0.0.0"],
        ["100.64.0.1"],
    ],
    ids=" ".join,
)
async def test_a_name_with_one_private_address_is_refused_without_a_connection(answer: list[str]) -> None:
    async with NameServer.running({"mixed.test": [answer]}) as names:
        network = Routes({})
        async with client_for(names, network) as client:
            with pytest.raises(AddressRefused):
                await client.request("GET", "http://mixed.test/")
        assert (names.questions, network.tried) == (["mixed.test"], [])


async def test_the_next_checked_address_is_tried_when_one_does_not_connect() -> None:
    async with NameServer.running({"two.test": [[PUBLIC, ALSO_PUBLIC]]}) as names, Site(CLOSING) as site:
        network = Routes({ALSO_PUBLIC: site.port})
        async with client_for(names, network) as client:
            assert (await client.request("GET", "http://two.test/")).content == b"public"
        assert (names.questions, network.tried) == (["two.test"], [(PUBLIC, 80), (ALSO_PUBLIC, 80)])


async def test_another_attempt_is_checked_anew() -> None:
    async with NameServer.running({"rebind.test": [[PUBLIC], [LOOPBACK]]}) as names:
        network = Routes({})
        async with client_for(names, network) as client:
            with pytest.raises(AddressRefused):
                await client.request("GET", "http://rebind.test/")
        assert (names.questions, network.tried) == (["rebind.test"] * 2, [(PUBLIC, 80)])


async def test_every_hop_asks_once_and_is_checked() -> None:
    zone = {"a.test": [[PUBLIC]], "b.test": [[ALSO_PUBLIC]], "c.test": [[THIRD], [LOOPBACK]]}
    async with (
        NameServer.running(zone) as names,
        Site(reply(302, location="http://b.test/")) as first,
        Site(reply(302, location="http://c.test/")) as second,
        Site(CLOSING) as third,
    ):
        network = Routes({PUBLIC: first.port, ALSO_PUBLIC: second.port, THIRD: third.port})
        async with client_for(names, network) as client:
            assert (await client.request("GET", "http://a.test/")).content == b"public"
            assert names.questions == ["a.test", "b.test", "c.test"]
            with pytest.raises(AddressRefused, match=r"c\.test leads to a private address"):
                await client.request("GET", "http://a.test/")
        assert names.questions[3:] == ["c.test"]
        assert len(third.asked) == 1


async def test_what_the_operator_allows_is_pinned_too() -> None:
    zone = {"firefly.lan": [["192.168.1.5"], ["192.168.1.6"]]}
    async with NameServer.running(zone) as names, Site(reply(body=b"firefly")) as site:
        network = Routes({"192.168.1.5": site.port})
        rules = Outbound(allowed_private=frozenset({("firefly.lan", 8080)}))
        async with client_for(names, network, rules) as client:
            assert (await client.request("GET", "http://firefly.lan:8080/")).content == b"firefly"
        assert (names.questions, network.tried) == (["firefly.lan"], [("192.168.1.5", 8080)])


async def test_a_name_that_nobody_has_is_not_asked_for_again() -> None:
    async with NameServer.running({}) as names, client_for(names, Routes({})) as client:
        with pytest.raises(NameUnknown, match=r"nowhere\.test"):
            await client.request("GET", "http://nowhere.test/?token=s3cret")
        assert names.questions == ["nowhere.test"]


async def test_a_host_that_never_connects_is_unreachable() -> None:
    async with NameServer.running({"down.test": [[PUBLIC]]}) as names:
        network = Routes({})
        async with client_for(names, network) as client:
            with pytest.raises(Unreachable, match=r"There is no connection to down\.test"):
                await client.request("GET", "http://down.test/?token=s3cret")
        assert network.tried == [(PUBLIC, 80)] * 3
