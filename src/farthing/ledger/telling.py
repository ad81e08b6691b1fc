"""A transaction as evidence for those that come: who told of it, and whether it still says what was stated."""

from datetime import date
from typing import NamedTuple
from uuid import UUID


class Telling(NamedTuple):
    """A transaction as others told of it, but for its amount, which may have been edited since."""

    key: int
    day: date
    amount: int
    status: str
    words: str
    import_id: UUID | None
    import_line: int | None
    is_edited: bool
    """Whether its amount, its day or its account may be another than that of the statement."""
    is_deleted: bool
