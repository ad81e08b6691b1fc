"""What a person says about a file beforehand; everything left out is found out from the file."""

from dataclasses import dataclass, field
from typing import Literal

DateOrder = Literal["dmy", "mdy", "ymd"]
SignRule = Literal["as_written", "inverted", "expenses_positive"]


@dataclass(frozen=True, slots=True)
class Wishes:
    format: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    header_line: int | None = None
    has_header: bool | None = None
    """No: the first row is a transaction."""
    date_order: DateOrder | None = None
    decimal_mark: Literal[".", ","] | None = None
    sign: SignRule | None = None
    currency: str | None = None
    roles: dict[str, str] = field(default_factory=dict)
    """Columns by role: their names, or their numbers as #1; several are parted by commas."""
