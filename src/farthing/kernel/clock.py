from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The only place that reads the wall clock."""
    return datetime.now(UTC)
