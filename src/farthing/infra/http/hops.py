"""One request on its way, and where a redirect sends it next."""

from collections.abc import Mapping
from dataclasses import dataclass

import httpx2

from farthing.infra.http.errors import UrlInvalid
from farthing.infra.http.gate import Endpoint

REDIRECTS = frozenset({301, 302, 303, 307, 308})

_DEFAULT_PORTS = {"http": 80, "https": 443}
_PORT_MAX = 65535
_HOST_LENGTH_MAX = 253
_MAY_TRAVEL = frozenset({"accept", "accept-encoding", "accept-language", "content-type", "user-agent"})
"""Headers that another host may see; everything else, like Authorization, Cookie or X-Api-Key, may be a secret."""


@dataclass(frozen=True, slots=True)
class Hop:
    method: str
    url: httpx2.URL
    headers: Mapping[str, str]
    content: bytes | None = None

    @property
    def host(self) -> str:
        return self.url.raw_host.decode()

    @property
    def endpoint(self) -> Endpoint:
        return _endpoint(self.url)


def parse_url(url: str) -> httpx2.URL:
    """A URL that we would call; what it says stays out of the error, for it may hold a password."""
    try:
        return _checked(httpx2.URL(url))
    except (httpx2.InvalidURL, ValueError):
        raise UrlInvalid from None


def endpoint_of(url: str) -> Endpoint:
    """Host and port of an address that the operator configured, as `Outbound.allowed_private` spells them."""
    return _endpoint(parse_url(url))


def redirected(hop: Hop, status: int, location: str) -> Hop:
    """The next hop: checked like the first, and with nothing secret in its headers when it leaves the host."""
    url = _joined(hop, location)
    if hop.url.scheme == "https" and url.scheme == "http":
        raise UrlInvalid(f"{hop.host} redirects to an unencrypted address. Enter the address that it leads to.")
    headers = hop.headers if _is_same_site(hop.url, url) else _only(hop.headers, _MAY_TRAVEL)
    if _becomes_get(hop.method, status):
        return Hop("GET", url, {name: headers[name] for name in headers if not name.startswith("content-")})
    return Hop(hop.method, url, headers, hop.content)


def _joined(hop: Hop, location: str) -> httpx2.URL:
    try:
        return _checked(hop.url.join(location))
    except (httpx2.InvalidURL, ValueError):
        raise UrlInvalid(f"{hop.host} redirects to something that is not a web address.") from None


def _checked(url: httpx2.URL) -> httpx2.URL:
    if url.scheme not in _DEFAULT_PORTS or not 0 < len(url.raw_host) <= _HOST_LENGTH_MAX:
        raise UrlInvalid
    if url.userinfo:
        raise UrlInvalid("The address holds a user name or password. Leave them out and enter them in their own field.")
    if url.port is not None and not 0 < url.port <= _PORT_MAX:
        raise UrlInvalid("The port in the address does not exist. Use 443 for https, or leave it out.")
    return url


def _endpoint(url: httpx2.URL) -> Endpoint:
    return url.raw_host.decode(), url.port or _DEFAULT_PORTS[url.scheme]


def _is_same_site(old: httpx2.URL, new: httpx2.URL) -> bool:
    """The same host and port, or the plain site's encrypted twin."""
    is_upgrade = (old.scheme, new.scheme) == ("http", "https") and old.port is None and new.port is None
    return old.raw_host == new.raw_host and (is_upgrade or _endpoint(old) == _endpoint(new))


def _becomes_get(method: str, status: int) -> bool:
    return (status == 303 and method != "HEAD") or (status in {301, 302} and method == "POST")  # noqa: PLR2004


def _only(headers: Mapping[str, str], names: frozenset[str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name in names}
