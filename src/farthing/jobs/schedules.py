"""When a cron expression fires next. Pure arithmetic, aware of clocks that are put forward and back."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from croniter import CroniterError, croniter

from farthing.jobs.errors import CronInvalid, TimeZoneUnknown

_FIELDS = 5
_LENGTH_MAX = 60
_NAMES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}


def next_run(cron: str, time_zone: str, after: datetime) -> datetime:
    """The first moment strictly after `after`, in UTC.

    A time of day that the spring change skips fires when the clock has jumped. One that the autumn change repeats fires
    once, unless the hour is a wildcard: every hour and every few minutes go by elapsed time.
    """
    fields, zone = _fields(cron), _zone(time_zone)
    fires = croniter(" ".join(fields), after.astimezone(zone))
    counts_elapsed_time = fields[1].startswith("*")
    try:
        while True:
            moment = datetime.fromtimestamp(fires.get_next(float), zone)
            if counts_elapsed_time or not moment.fold:
                return moment.astimezone(UTC)
    except CroniterError as error:
        raise CronInvalid from error


def _fields(cron: str) -> list[str]:
    fields = _NAMES.get(cron.strip().lower(), cron).lower().split()
    # Words of croniter's own (random, hashed) would move the moment at every look.
    is_random = any(field.startswith(("r", "h")) for field in fields)
    if len(cron) > _LENGTH_MAX or len(fields) != _FIELDS or is_random or not croniter.is_valid(" ".join(fields)):
        raise CronInvalid
    return fields


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise TimeZoneUnknown from error
