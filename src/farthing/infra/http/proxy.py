import ssl

import httpcore2
import httpx2

from farthing.infra.http.gate import Endpoint


def parse_proxy(url: str, tls: ssl.SSLContext) -> httpcore2.Proxy:
    """The operator's proxy; the error says nothing of its address, which may hold a password."""
    try:
        parsed = httpx2.URL(url)
    except httpx2.InvalidURL:
        parsed = httpx2.URL()
    if parsed.scheme not in {"http", "https"} or not parsed.host:
        raise ValueError("a proxy is written http://host:port or https://host:port")
    return httpcore2.Proxy(
        httpcore2.URL(scheme=parsed.raw_scheme, host=parsed.raw_host, port=parsed.port, target=b"/"),
        auth=(parsed.username.encode(), parsed.password.encode()) if parsed.userinfo else None,
        ssl_context=tls if parsed.scheme == "https" else None,
    )


def proxy_endpoint(proxy: httpcore2.Proxy) -> Endpoint:
    return proxy.url.host.decode(), proxy.url.origin.port
