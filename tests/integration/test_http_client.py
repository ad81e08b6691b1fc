"""The guarded client against real servers on loopback, which the test allows as an operator would."""

import asyncio
import gzip
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from fakes.nameserver import Site, free_port, reply
from farthing.infra.http import (
    Address,
    AddressRefused,
    AnswerInvalid,
    AnswerTooLarge,
    GuardedClient,
    Outbound,
    RequestInvalid,
    TimedOut,
    TooManyRedirects,
    Unreachable,
    UrlInvalid,
)

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
RULES = Outbound(max_bytes=100_000)


class Pauses(list[float]):
    """A sleep that only notes how long it should have been."""

    async def __call__(self, seconds: float) -> None:
        self.append(seconds)


def client_for(
    *sites: Site,
    rules: Outbound = RULES,
    sleep: Pauses | None = None,
    chance: Callable[[], float] = lambda: 0.0,
) -> GuardedClient:
    allowed = frozenset(site.endpoint for site in sites)
    return GuardedClient(
        replace(rules, allowed_private=allowed),
        clock=lambda: NOW,
        sleep=Pauses() if sleep is None else sleep,
        chance=chance,
    )


async def test_a_request_carries_what_was_given() -> None:
    async with Site(reply(201, b"done", x_request="7")) as site, client_for(site) as client:
        url = site.url("/a?x=1")
        answer = await client.request("post", url, headers={"X-Key": "k"}, params={"q": "ż & b"}, json={"n": "1.10"})
    asked = site.asked[0]
    assert asked.line == "POST /a?x=1&q=%C5%BC+%26+b HTTP/1.1"
    assert asked.headers["x-key"] == "k"
    assert asked.headers["content-type"] == "application/json"
    assert asked.headers["host"] == f"127.0.0.1:{site.port}"
    assert asked.body == b'{"n": "1.10"}'
    assert (answer.status, answer.content, answer.headers["x-request"]) == (201, b"done", "7")
    assert answer.url == url + "&q=%C5%BC+%26+b"


async def test_raw_content_is_sent_as_it_is() -> None:
    async with Site(reply()) as site, client_for(site) as client:
        await client.request("PUT", site.url(), headers={"content-type": "text/csv"}, content=b"a;b")
    assert (site.asked[0].headers["content-type"], site.asked[0].body) == ("text/csv", b"a;b")


async def test_cookies_of_one_answer_are_not_in_the_next_request() -> None:
    async with Site(reply(set_cookie="session=anns")) as site, client_for(site) as client:
        await client.request("GET", site.url())
        await client.request("GET", site.url())
    assert ["cookie" in asked.headers for asked in site.asked] == [False, False]


async def test_a_connection_is_used_again() -> None:
    async with Site(reply(body=b"ok")) as site, client_for(site) as client:
        for _ in range(3):
            await client.request("GET", site.url())
    assert (len(site.asked), site.connections) == (3, 1)


async def test_proxies_of_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    async with Site(reply(body=b"direct")) as site, client_for(site) as client:
        assert (await client.request("GET", site.url())).content == b"direct"


async def test_json_numbers_are_exact() -> None:
    async with Site(reply(body=b'{"amount": 0.1, "count": 2}')) as site, client_for(site) as client:
        assert await client.get_json(site.url()) == {"amount": Decimal("0.1"), "count": 2}
    assert site.asked[0].headers["accept"] == "application/json"


@pytest.mark.parametrize("body", [b"<html>", b"", b"\xff", b"[NaN]", b"[" * 50_000], ids=repr)
async def test_what_is_not_json_is_an_error(body: bytes) -> None:
    async with Site(reply(body=body)) as site, client_for(site) as client:
        with pytest.raises(AnswerInvalid, match="is not JSON"):
            await client.get_json(site.url())


async def test_json_of_a_failure_is_not_taken_for_data() -> None:
    async with Site(reply(404, b"{}")) as site, client_for(site) as client:
        with pytest.raises(AnswerInvalid, match="status 404"):
            await client.get_json(site.url("/?token=s3cret"))


async def test_a_private_address_that_nobody_allowed_is_refused() -> None:
    async with Site(reply()) as site, client_for() as client:
        with pytest.raises(AddressRefused, match="leads to a private address"):
            await client.request("GET", site.url("/?token=s3cret"))
    assert site.connections == 0


async def test_a_redirect_to_a_private_address_is_refused() -> None:
    async with (
        Site(reply()) as secret,
        Site(reply(302, location=secret.url("/admin"))) as site,
        client_for(site) as client,
    ):
        with pytest.raises(AddressRefused):
            await client.request("GET", site.url())
    assert (len(site.asked), secret.connections) == (1, 0)


async def test_a_redirect_leaves_secrets_behind_and_answers_for_the_last_hop() -> None:
    headers = {"Authorization": "Bearer s3cret", "Cookie": "a=b", "X-Api-Key": "s3cret"}
    async with (
        Site(reply(body=b"here")) as there,
        Site(reply(307, location=there.url("/b"))) as site,
        client_for(site, there) as client,
    ):
        answer = await client.request("POST", site.url("/a"), headers=headers, content=b"a;b")
    assert site.asked[0].headers["authorization"] == "Bearer s3cret"
    assert {"authorization", "cookie", "x-api-key"}.isdisjoint(there.asked[0].headers)
    assert (there.asked[0].line, there.asked[0].body) == ("POST /b HTTP/1.1", b"a;b")
    assert (answer.content, answer.url) == (b"here", there.url("/b"))


async def test_a_post_becomes_a_get_without_a_body_where_http_says_so() -> None:
    async with Site(reply(303, location="/b"), reply()) as site, client_for(site) as client:
        await client.request("POST", site.url("/a"), json={"a": 1})
    assert [(asked.line, asked.body) for asked in site.asked] == [
        ("POST /a HTTP/1.1", b'{"a": 1}'),
        ("GET /b HTTP/1.1", b""),
    ]
    assert "content-type" not in site.asked[1].headers


async def test_circles_end() -> None:
    async with (
        Site(reply(302, location="/")) as site,
        client_for(site, rules=replace(RULES, max_redirects=3)) as client,
    ):
        with pytest.raises(TooManyRedirects, match="more than 3 times"):
            await client.request("GET", site.url())
    assert len(site.asked) == 4


async def test_a_redirect_to_nowhere_is_an_answer() -> None:
    async with Site(reply(302)) as site, client_for(site) as client:
        assert (await client.request("GET", site.url())).status == 302


@pytest.mark.parametrize("location", ["ftp://files.test/", "http://ann:s3cret@shop.test/"])
async def test_a_redirect_is_checked_before_it_is_followed(location: str) -> None:
    async with Site(reply(302, location=location)) as site, client_for(site) as client:
        with pytest.raises(UrlInvalid) as caught:
            await client.request("GET", site.url())
    assert "s3cret" not in caught.value.detail


async def test_a_large_answer_is_cut_off() -> None:
    endless = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + b"10000\r\n" + bytes(0x10000) + b"\r\n"
    async with Site(endless + (b"10000\r\n" + bytes(0x10000) + b"\r\n") * 20) as site, client_for(site) as client:
        with pytest.raises(AnswerTooLarge, match="100,000 bytes"):
            await client.request("GET", site.url())


async def test_one_call_may_take_less_or_more_than_the_rule() -> None:
    async with Site(reply(body=bytes(200_000))) as site, client_for(site) as client:
        assert len((await client.request("GET", site.url(), max_bytes=200_000)).content) == 200_000
        with pytest.raises(AnswerTooLarge):
            await client.request("GET", site.url(), max_bytes=199_999)


async def test_a_packed_answer_is_unpacked_and_a_bomb_is_cut_off() -> None:
    plain, bomb = gzip.compress(b"a;b" * 100), gzip.compress(bytes(50_000_000), 9)
    assert len(bomb) < RULES.max_bytes
    script = [reply(body=each, content_encoding="gzip") for each in (plain, bomb)]
    async with Site(*script) as site, client_for(site) as client:
        assert (await client.request("GET", site.url())).content == b"a;b" * 100
        with pytest.raises(AnswerTooLarge):
            await client.request("GET", site.url())
    assert site.asked[0].headers["accept-encoding"] == "gzip"


async def test_an_answer_goes_into_a_file_as_it_comes_and_nothing_else_is_in_it(tmp_path: Path) -> None:
    """Of redirects, failed attempts and what was there before, nothing is left; the cap and the guard stay."""
    content = bytes(range(256)) * 2000
    longer = reply(503, b"x" * 510_000)
    script = [
        reply(302, b"elsewhere", location="/b"),
        longer,
        reply(body=gzip.compress(content), content_encoding="gzip"),
    ]
    with (tmp_path / "file").open("w+b") as file:
        file.write(b"y" * 900_000)
        async with Site(*script) as site, client_for(site) as client:
            answer = await client.request("GET", site.url(), max_bytes=len(content), into=file)
            assert (answer.status, answer.content) == (200, b"")
            file.seek(0)
            assert file.read() == content
            with pytest.raises(AnswerTooLarge):
                await client.request("GET", site.url(), max_bytes=len(content) - 1, into=file)
        async with Site(reply(302, location="http://127.0.0.1:9/")) as site, client_for(site) as client:
            with pytest.raises(AddressRefused):
                await client.request("GET", site.url(), into=file)


@pytest.mark.parametrize("status", [429, 502, 503, 504])
async def test_what_may_pass_is_tried_again(status: int) -> None:
    pauses, script = Pauses(), [reply(status), reply(status), reply(body=b"at last")]
    async with Site(*script) as site, client_for(site, sleep=pauses, chance=lambda: 1.0) as client:
        assert (await client.request("GET", site.url())).content == b"at last"
    assert (len(site.asked), pauses) == (3, [0.5, 1.0])


async def test_the_last_attempt_is_the_answer() -> None:
    pauses = Pauses()
    async with Site(reply(503)) as site, client_for(site, sleep=pauses) as client:
        assert (await client.request("GET", site.url())).status == 503
    assert (len(site.asked), len(pauses)) == (3, 2)


async def test_retry_after_is_honoured_in_both_spellings() -> None:
    pauses = Pauses()
    script = [reply(429, retry_after="7"), reply(503, retry_after="Sun, 01 Mar 2026 12:00:30 GMT"), reply()]
    async with Site(*script) as site, client_for(site, sleep=pauses) as client:
        assert (await client.request("GET", site.url())).status == 200
    assert pauses == [7, 30]


async def test_a_pause_that_outlasts_the_deadline_is_not_begun() -> None:
    pauses = Pauses()
    async with Site(reply(429, retry_after="3600")) as site, client_for(site, sleep=pauses) as client:
        answer = await client.request("GET", site.url())
    assert (answer.status, answer.headers["retry-after"], len(site.asked), pauses) == (429, "3600", 1, [])


@pytest.mark.parametrize(("method", "retry"), [("POST", True), ("PATCH", True), ("GET", False)])
async def test_what_must_not_happen_twice_is_sent_once(method: str, retry: bool) -> None:  # noqa: FBT001
    pauses = Pauses()
    async with Site(reply(503)) as site, client_for(site, sleep=pauses) as client:
        assert (await client.request(method, site.url(), retry=retry)).status == 503
    assert (len(site.asked), pauses) == (1, [])


async def test_a_server_that_is_not_there_is_tried_three_times() -> None:
    pauses, port = Pauses(), free_port()
    rules = replace(RULES, allowed_private=frozenset({("127.0.0.1", port)}))
    async with GuardedClient(rules, sleep=pauses, chance=lambda: 0.5) as client:
        with pytest.raises(Unreachable, match=r"There is no connection to 127\.0\.0\.1\."):
            await client.request("GET", f"http://127.0.0.1:{port}/?token=s3cret")
    assert pauses == [0.25, 0.5]


@pytest.mark.parametrize(
    "broken", [b"connection: close", b"SSH-2.0-OpenSSH\r\nconnection: close", reply(body=b"x", content_length="9")]
)
async def test_a_connection_that_breaks_is_tried_again(broken: bytes) -> None:
    pauses = Pauses()
    broken = broken.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n")
    async with Site(broken, reply(body=b"ok")) as site, client_for(site, sleep=pauses) as client:
        assert (await client.request("GET", site.url())).content == b"ok"
    assert (len(site.asked), len(pauses)) == (2, 1)


@pytest.mark.parametrize("started", [b"", reply(content_length="9"), b"HTTP/1.1 200 OK\r\n"], ids=repr)
async def test_a_slow_server_hits_the_total_deadline(started: bytes) -> None:
    async with Site(started) as site, client_for(site, rules=replace(RULES, total_timeout_s=0.05)) as client:
        with pytest.raises(TimedOut, match=r"127\.0\.0\.1 did not answer in time"):
            await client.request("GET", site.url("/?token=s3cret"))


async def test_a_silent_server_hits_the_read_timeout() -> None:
    async with Site() as site, client_for(site, rules=replace(RULES, read_timeout_s=0.05)) as client:
        with pytest.raises(TimedOut):
            await client.request("GET", site.url())


async def test_a_name_server_that_is_silent_hits_the_connect_timeout() -> None:
    async def never(_host: str) -> Sequence[Address]:
        await asyncio.Event().wait()
        raise AssertionError

    pauses = Pauses()
    async with GuardedClient(replace(RULES, connect_timeout_s=0.01), resolver=never, sleep=pauses) as client:
        with pytest.raises(Unreachable, match=r"shop\.test accepts no connection"):
            await client.request("GET", "https://shop.test/?token=s3cret")
    assert len(pauses) == 2


async def test_an_error_of_the_operating_system_becomes_ours() -> None:
    async def broken(_host: str) -> Sequence[Address]:
        raise OSError("too many open files")

    async with GuardedClient(RULES, resolver=broken, sleep=Pauses()) as client:
        with pytest.raises(Unreachable, match=r"There is no connection to shop\.test"):
            await client.request("GET", "https://shop.test/")


async def test_the_deadline_covers_pauses_too() -> None:
    async with Site(reply(503)) as site:
        rules = replace(RULES, allowed_private=frozenset({site.endpoint}), total_timeout_s=0.05)
        async with GuardedClient(rules, sleep=lambda _: asyncio.Event().wait(), chance=lambda: 0.0) as client:
            with pytest.raises(TimedOut):
                await client.request("GET", site.url())


@pytest.mark.parametrize("token", ["two\nlines", "two\r\nX-Evil: lines", "klucz-żółty"])
async def test_a_header_that_http_cannot_carry_is_refused_and_not_repeated(token: str) -> None:
    async with Site(reply()) as site, client_for(site) as client:
        with pytest.raises(RequestInvalid) as caught:
            await client.request("GET", site.url(), headers={"Authorization": token})
    assert token not in caught.value.detail
    assert site.asked == []
