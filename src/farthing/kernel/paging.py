"""Pages by key: a cursor names the last row seen, so a page costs the same wherever it lies."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from farthing.kernel.errors import Unprocessable

Row = TypeVar("Row")
Shown = TypeVar("Shown")


class CursorInvalid(Unprocessable):
    """The cursor in `next` is not one of ours. Start again without it."""


@dataclass(frozen=True, slots=True)
class PageRequest:
    limit: int = 50
    after: tuple[str, ...] | None = None
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    items: Sequence[Row]
    total: int
    next: str | None = None

    def map(self, show: Callable[[Row], Shown]) -> "Page[Shown]":
        return Page([show(item) for item in self.items], self.total, self.next)


def encode_cursor(*key: object) -> str:
    return base64.urlsafe_b64encode(json.dumps([str(part) for part in key]).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, parts: int) -> tuple[str, ...]:
    try:
        key = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, UnicodeError) as error:
        raise CursorInvalid from error
    if not isinstance(key, list) or len(key) != parts or not all(isinstance(part, str) for part in key):
        raise CursorInvalid
    return tuple(key)


def page_of(
    rows: Sequence[Row], request: PageRequest, total: int, key: Callable[[Row], tuple[object, ...]]
) -> Page[Row]:
    """Cut one row too many, which only tells that there is more."""
    kept = rows[: request.limit]
    more = len(rows) > request.limit
    return Page(kept, total, encode_cursor(*key(kept[-1])) if more else None)


def id_after(request: PageRequest) -> UUID | None:
    """The id that a one-part cursor names."""
    if request.after is None:
        return None
    try:
        return UUID(request.after[0])
    except ValueError as error:
        raise CursorInvalid from error
