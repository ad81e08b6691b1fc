"""What the operator decided about people, as plain values; settings become this in the composition root."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum


class Registration(StrEnum):
    OPEN = "open"
    INVITE = "invite"
    CLOSED = "closed"


class DemoMode(StrEnum):
    AUTO = "auto"
    ON = "true"
    OFF = "false"


@dataclass(frozen=True, slots=True)
class Limit:
    count: int
    window: timedelta


@dataclass(frozen=True, slots=True)
class Throttles:
    """How often something may be tried; the sandbox multiplies the counts."""

    sign_in_per_person: Limit = Limit(10, timedelta(minutes=15))
    sign_in_per_address: Limit = Limit(100, timedelta(minutes=15))
    register_per_address: Limit = Limit(20, timedelta(hours=1))
    demo_per_address: Limit = Limit(10, timedelta(hours=1))
    webhook_per_address: Limit = Limit(60, timedelta(minutes=15))
    """Messages that are not believed."""

    def times(self, factor: int) -> "Throttles":
        limits = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return Throttles(**{name: Limit(limit.count * factor, limit.window) for name, limit in limits.items()})


@dataclass(frozen=True, slots=True)
class AuthPolicy:
    registration: Registration = Registration.INVITE
    demo: DemoMode = DemoMode.AUTO
    access_ttl: timedelta = timedelta(minutes=60)
    refresh_ttl: timedelta = timedelta(days=30)
    refresh_grace: timedelta = timedelta(seconds=10)
    invite_ttl: timedelta = timedelta(days=7)
    password_token_ttl: timedelta = timedelta(hours=24)
    demo_ttl: timedelta = timedelta(hours=24)
    demos_max: int = 500
    public_url: str | None = None
    throttles: Throttles = field(default_factory=Throttles)
