from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The only place that reads the wall clock."""
    return datetime.now(UTC)


def in_utc(moment: datetime) -> datetime:
    """A moment that names no zone is taken as UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
