"""URLs that we call, and what a redirect may take along."""

import pytest

from farthing.infra.http import UrlInvalid, endpoint_of
from farthing.infra.http.hops import Hop, parse_url, redirected

SECRETS = {"authorization": "Bearer s3cret", "cookie": "session=s3cret", "x-api-key": "s3cret", "accept": "*/*"}


def hop(url: str, method: str = "GET", content: bytes | None = None) -> Hop:
    return Hop(method, parse_url(url), {**SECRETS, "content-type": "text/csv"}, content)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "shop.test",
        "/path",
        "//shop.test/",
        "http:///path",
        "file:///etc/passwd",
        "ftp://shop.test/",
        "gopher://shop.test/",
        "javascript:alert(1)",
        "http://[::1/",
        "http://[banana]/",
        "http://1.2.3.456/",
        "http://shop.test:0/",
        "http://shop.test:65536/",
        "http://shop.test:-1/",
        "http://shop.test:http/",
        "http://shop.test/\r\nHost: evil",
        f"http://{'a.' * 127}test/",
    ],
)
def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(UrlInvalid):
        parse_url(url)


@pytest.mark.parametrize(
    "url", ["https://ann:s3cret@shop.test/", "https://s3cret@shop.test/", "https://ann:s3/cret@x/"]
)
def test_credentials_in_the_address_are_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(UrlInvalid) as caught:
        parse_url(url)
    assert "s3" not in caught.value.detail
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("url", "endpoint"),
    [
        ("http://Shop.Test/", ("shop.test", 80)),
        ("https://shop.test/", ("shop.test", 443)),
        ("https://shop.test:443/", ("shop.test", 443)),
        ("http://[::1]:8080/", ("::1", 8080)),
        ("https://żabka.test/", ("xn--abka-99a.test", 443)),
    ],
)
def test_an_endpoint_has_one_spelling(url: str, endpoint: tuple[str, int]) -> None:
    assert endpoint_of(url) == endpoint


@pytest.mark.parametrize("location", ["/b", "https://shop.test/b", "https://shop.test:443/b", "b?c=d#e"])
def test_secrets_stay_with_their_host(location: str) -> None:
    assert SECRETS.items() <= redirected(hop("https://shop.test/a"), 302, location).headers.items()


@pytest.mark.parametrize("location", ["https://shop.test.evil.test/", "https://shop.test:8443/", "//evil.test/"])
def test_secrets_do_not_travel_to_another_host_or_port(location: str) -> None:
    there = redirected(hop("https://shop.test/a"), 307, location)
    assert there.headers == {"accept": "*/*", "content-type": "text/csv"}


def test_secrets_follow_from_http_to_https_on_the_same_host_only() -> None:
    assert "authorization" in redirected(hop("http://shop.test/"), 301, "https://shop.test/").headers
    assert "authorization" not in redirected(hop("http://shop.test/"), 301, "https://pay.shop.test/").headers
    assert "authorization" not in redirected(hop("http://shop.test:8080/"), 301, "https://shop.test/").headers


def test_encryption_is_not_given_up() -> None:
    with pytest.raises(UrlInvalid, match=r"shop\.test redirects to an unencrypted address"):
        redirected(hop("https://shop.test/"), 302, "http://shop.test/")


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "https://a:b@shop.test/", "http://[::1/", "https://:99999/"]
)
def test_a_redirect_is_checked_like_the_first_address(location: str) -> None:
    with pytest.raises(UrlInvalid):
        redirected(hop("https://shop.test/"), 302, location)


@pytest.mark.parametrize(
    ("method", "status", "expected"),
    [
        ("POST", 301, "GET"),
        ("POST", 302, "GET"),
        ("POST", 303, "GET"),
        ("PUT", 303, "GET"),
        ("HEAD", 303, "HEAD"),
        ("PUT", 302, "PUT"),
        ("POST", 307, "POST"),
        ("POST", 308, "POST"),
    ],
)
def test_a_redirect_keeps_or_changes_the_method_as_http_says(method: str, status: int, expected: str) -> None:
    there = redirected(hop("https://shop.test/", method, b"a;b"), status, "/b")
    assert there.method == expected
    kept = expected == method and method != "HEAD"
    assert (there.content == b"a;b") == (kept or method == "HEAD")
    assert ("content-type" in there.headers) == (there.content is not None)
