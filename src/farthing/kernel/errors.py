"""What can go wrong, as families that every door knows how to answer.

Each failure is a class of its own in its domain's `errors.py`; its docstring is the message unless one is given.

    FarthingError
    ├── Invalid          400   the request makes no sense
    ├── Unauthenticated  401   nobody is signed in
    ├── Forbidden        403   signed in, but not allowed
    ├── NotFound         404   absent, or somebody else's: the same answer
    ├── Conflict         409   the state does not allow it
    ├── Outdated         412   somebody changed it meanwhile
    ├── TooLarge         413   more bytes than we take
    ├── Unprocessable    422   understood, but a value is wrong
    ├── Throttled        429   too often; `retry_after_s` says how long to wait
    ├── Upstream         502   another system failed us
    └── Unavailable      503   we cannot work right now
"""

import re
from typing import ClassVar

_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class FarthingError(Exception):
    """Something went wrong."""

    code: ClassVar[str] = "farthing_error"

    def __init_subclass__(cls) -> None:
        cls.code = _WORD_START.sub("_", cls.__name__).lower()

    def __init__(self, detail: str | None = None) -> None:
        super().__init__(detail or (type(self).__doc__ or self.code).strip().splitlines()[0])

    @property
    def detail(self) -> str:
        return str(self.args[0])


class Invalid(FarthingError):
    """The request makes no sense."""


class Unauthenticated(FarthingError):
    """Not authenticated."""


class Forbidden(FarthingError):
    """Not allowed."""


class NotFound(FarthingError):
    """Not found."""


class Conflict(FarthingError):
    """The current state does not allow this."""


class Outdated(FarthingError):
    """It was changed meanwhile. Read it again and repeat your change."""


class TooLarge(FarthingError):
    """More bytes than this address accepts."""


class Unprocessable(FarthingError):
    """A value is not acceptable."""


class Throttled(FarthingError):
    """Too many attempts. Wait a moment."""

    def __init__(self, retry_after_s: int, detail: str | None = None) -> None:
        super().__init__(detail or f"Too many attempts. Try again in {retry_after_s} seconds.")
        self.retry_after_s = retry_after_s


class Upstream(FarthingError):
    """Another system did not answer as it should."""


class Unavailable(FarthingError):
    """The service cannot answer right now. Try again in a moment."""

    retry_after_s: int = 2
