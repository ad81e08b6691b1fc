"""The one place where errors of httpx2, httpcore2 and the operating system become ours."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import httpcore2

from farthing.infra.http.errors import CertificateInvalid, RequestInvalid, TimedOut, Unreachable
from farthing.kernel.errors import FarthingError

_MEANINGS: tuple[tuple[type[Exception], type[FarthingError], str], ...] = (
    (UnicodeError, RequestInvalid, ""),
    (httpcore2.LocalProtocolError, RequestInvalid, ""),
    (httpcore2.ConnectTimeout, Unreachable, "{host} accepts no connection. Check the address and that it runs."),
    (httpcore2.ConnectError, Unreachable, "There is no connection to {host}. Check the address and that it runs."),
    (httpcore2.TimeoutException, TimedOut, "{host} did not answer in time. Try again later."),
    (TimeoutError, TimedOut, "{host} did not answer in time. Try again later."),
    (httpcore2.ProxyError, Unreachable, "The proxy does not connect to {host}. Ask the operator to check the proxy."),
    (httpcore2.NetworkError, Unreachable, "{host} broke off the connection. Try again later."),
    (
        httpcore2.ProtocolError,
        Unreachable,
        "{host} broke off the connection or does not speak HTTP. Check the address.",
    ),
    (OSError, Unreachable, "There is no connection to {host}. Check the address and that it runs."),
)
"""The first line that fits an error says what it means."""


@contextmanager
def guard(host: str) -> Iterator[None]:
    """Let nothing pass but our own errors, worded for whoever waits for `host`."""
    try:
        yield
    except tuple(foreign for foreign, _, _ in _MEANINGS) as error:
        raise _ours(error, host) from error


def _ours(error: Exception, host: str) -> FarthingError:
    match error:
        case httpcore2.ConnectError(args=[ssl.SSLCertVerificationError() as cause, *_]):
            return CertificateInvalid(f"{host} shows a certificate that is not trusted: {cause.verify_message}.")
        case _:
            ours, words = next((ours, words) for foreign, ours, words in _MEANINGS if isinstance(error, foreign))
            return ours(words.format(host=host))
