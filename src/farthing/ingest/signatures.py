"""Signed messages: `t=<seconds>,v1=<HMAC-SHA256 of "<seconds>.<body>" in hexadecimal digits>`."""

from collections.abc import Iterator
from datetime import datetime

from farthing.infra.crypto import keyed_digest, same

HEADER = "X-Farthing-Signature"
TOLERANCE_S = 300
"""A message may be this old, or this far ahead of our clock."""
_DIGITS_MAX = 12


def is_signed(header: str, body: bytes, secret: str, now: datetime) -> bool:
    """Whether one of the signatures is right and fresh."""
    moments = list(_told(header, "t"))
    if len(moments) != 1 or not moments[0].isascii() or not moments[0].isdigit() or len(moments[0]) > _DIGITS_MAX:
        return False
    right = signature(secret, moments[0], body)
    # Each is compared, so that the time taken tells nothing.
    is_right = sum(same(told, right) for told in _told(header, "v1"))
    return is_right > 0 and abs(int(now.timestamp()) - int(moments[0])) <= TOLERANCE_S


def signature(secret: str, moment: str, body: bytes) -> str:
    return keyed_digest(secret, moment.encode() + b"." + body)


def _told(header: str, name: str) -> Iterator[str]:
    for part in header.split(","):
        key, _, value = part.strip().partition("=")
        if key == name:
            yield value
