from datetime import UTC, datetime, timedelta


class TestClock:
    """Time that passes when a test says so."""

    __test__ = False

    def __init__(self, now: datetime = datetime(2026, 3, 1, 12, tzinfo=UTC)) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)
