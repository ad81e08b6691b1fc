"""How long to wait before another attempt."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.infra.http.retries import asked_pause_s, pause_s

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@given(st.integers(1, 1000), st.floats(0, 1))
def test_jitter_is_full_and_bounded(failures: int, chance: float) -> None:
    assert 0 <= pause_s(failures, 0, chance) <= 8


def test_the_ceiling_doubles() -> None:
    assert [pause_s(failures, 0, 1) for failures in range(1, 7)] == [0.5, 1, 2, 4, 8, 8]


@given(st.floats(0, 1e6), st.floats(0, 1))
def test_the_server_never_waits_in_vain(asked_s: float, chance: float) -> None:
    assert pause_s(1, asked_s, chance) >= asked_s


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, 0),
        ("0", 0),
        ("120", 120),
        ("Sun, 01 Mar 2026 12:00:30 GMT", 30),
        ("Sun, 01 Mar 2026 12:00:30 -0000", 30),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0),
        ("soon", 0),
        ("-5", 0),
        ("١٢", 0),
        ("1.5", 0),
        ("", 0),
        ("9" * 400, float("inf")),
    ],
)
def test_retry_after_is_a_number_or_a_date(header: str | None, seconds: float) -> None:
    assert asked_pause_s(header, NOW) == seconds


@given(st.text())
def test_no_header_breaks_us(header: str) -> None:
    assert asked_pause_s(header, NOW) >= 0


@given(st.timedeltas(timedelta(0), timedelta(days=365)))
def test_a_date_ahead_is_that_far_ahead(ahead: timedelta) -> None:
    header = (NOW + ahead).strftime("%a, %d %b %Y %H:%M:%S GMT")
    assert asked_pause_s(header, NOW) == int(ahead.total_seconds())
