"""When cron expressions fire, on ordinary days and on the two that are not."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.jobs.errors import CronInvalid, TimeZoneUnknown
from farthing.jobs.schedules import next_run

WARSAW = "Europe/Warsaw"
ZONES = (WARSAW, "America/New_York", "Australia/Lord_Howe", "America/St_Johns", "Africa/Casablanca", "UTC")

numbers = st.integers
minutes = st.one_of(st.just("*"), numbers(0, 59).map(str), numbers(1, 30).map(lambda step: f"*/{step}"))
hours = st.one_of(st.just("*"), numbers(0, 23).map(str), st.just("1-3"), st.just("*/2"))
days = st.one_of(st.just("*"), numbers(1, 31).map(str))
weekdays = st.one_of(st.just("*"), numbers(0, 7).map(str))
crons = st.tuples(minutes, hours, days, st.just("*"), weekdays).map(" ".join)
moments = st.datetimes(datetime(2015, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  zone beside


def fires(cron: str, zone: str, after: str, times: int) -> list[str]:
    """The next moments as clocks on the wall show them."""
    moment, seen = datetime.fromisoformat(after), []
    for _ in range(times):
        moment = next_run(cron, zone, moment)
        seen.append(moment.astimezone(ZoneInfo(zone)).isoformat(timespec="minutes"))
    return seen


def test_daily_time_keeps_to_the_wall_clock_across_the_year() -> None:
    assert fires("0 6 * * *", WARSAW, "2026-03-28T00:00Z", 2) == ["2026-03-28T06:00+01:00", "2026-03-29T06:00+02:00"]


def test_time_that_spring_skips_fires_when_the_clock_has_jumped() -> None:
    assert fires("30 2 * * *", WARSAW, "2026-03-28T12:00Z", 2) == ["2026-03-29T03:00+02:00", "2026-03-30T02:30+02:00"]


def test_time_that_autumn_repeats_fires_once() -> None:
    assert fires("30 2 * * *", WARSAW, "2026-10-24T12:00Z", 2) == ["2026-10-25T02:30+02:00", "2026-10-26T02:30+01:00"]


def test_every_hour_goes_by_elapsed_time_in_autumn() -> None:
    assert fires("0 * * * *", WARSAW, "2026-10-24T23:30Z", 3) == [
        "2026-10-25T02:00+02:00",
        "2026-10-25T02:00+01:00",
        "2026-10-25T03:00+01:00",
    ]


def test_missed_moments_are_one_moment() -> None:
    now = datetime(2026, 5, 20, 9, 30, tzinfo=UTC)
    assert next_run("0 * * * *", "UTC", now) == datetime(2026, 5, 20, 10, 0, tzinfo=UTC)


def test_names_stand_for_expressions() -> None:
    assert fires("@daily", "UTC", "2026-01-01T00:00Z", 1) == fires("0 0 * * *", "UTC", "2026-01-01T00:00Z", 1)


@given(crons, st.sampled_from(ZONES), moments)
def test_next_run_is_strictly_later(cron: str, zone: str, after: datetime) -> None:
    assert next_run(cron, zone, after) > after


@given(crons, st.sampled_from(ZONES), moments, st.timedeltas(timedelta(0), timedelta(days=3)))
def test_next_run_never_runs_backwards(cron: str, zone: str, after: datetime, later_by: timedelta) -> None:
    assert next_run(cron, zone, after) <= next_run(cron, zone, after + later_by)


@given(crons, st.sampled_from(ZONES), moments)
def test_nothing_fires_between_a_moment_and_the_next_run(cron: str, zone: str, after: datetime) -> None:
    fired = next_run(cron, zone, after)
    assert next_run(cron, zone, fired - timedelta(microseconds=1)) == fired


@pytest.mark.parametrize(
    "cron",
    [
        "",
        "* * * *",
        "* * * * * *",
        "61 * * * *",
        "a b c d e",
        "R * * * *",
        "h h * * *",
        "0 0 30 2 *",
        "0 0 * * 1" + ",1" * 30,
        "@fortnightly",
    ],
)
def test_bad_cron_is_refused(cron: str) -> None:
    with pytest.raises(CronInvalid):
        next_run(cron, "UTC", datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("zone", ["", "Europe/Atlantis", "../etc/passwd", "/etc/localtime", "Europe"])
def test_unknown_time_zone_is_refused(zone: str) -> None:
    with pytest.raises(TimeZoneUnknown):
        next_run("0 0 * * *", zone, datetime(2026, 1, 1, tzinfo=UTC))
