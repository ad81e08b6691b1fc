"""When another attempt is worth it, and how long to wait before."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

PASSING = frozenset({429, 502, 503, 504})
"""Answers that mean: not now."""

IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
"""Methods that do the same when they are done twice; a POST is never repeated."""

_FIRST_CEILING_S = 0.5
_LAST_CEILING_S = 8.0


def pause_s(failures: int, asked_s: float, chance: float) -> float:
    """What the server asked for, and full jitter on top so that its callers do not all come back at once."""
    return asked_s + chance * min(_LAST_CEILING_S, _FIRST_CEILING_S * 2.0 ** (failures - 1))


def asked_pause_s(retry_after: str | None, now: datetime) -> float:
    """The seconds that a Retry-After header asks for, as a number or until a date; 0 when it makes no sense."""
    if retry_after is None:
        return 0
    if retry_after.isascii() and retry_after.isdigit():
        return float(retry_after)
    try:
        moment = parsedate_to_datetime(retry_after)
    except ValueError:
        return 0
    return max(0, ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now).total_seconds())
