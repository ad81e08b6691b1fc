"""How a file was understood: what decided it, what stays in doubt, and where every line of it went."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from farthing.ingest.statement import Statement


class Fate(StrEnum):
    """What became of a line of the file; nothing is dropped without one."""

    TRANSACTION = "transaction"
    HEADER = "header"
    PREAMBLE = "preamble"
    FOOTER = "footer"
    BALANCE = "balance"
    BLANK = "blank"
    REJECTED = "rejected"


class Doubt(StrEnum):
    """What a file may leave open."""

    DAY_MONTH_ORDER = "day_month_order"
    SIGN = "sign"
    YEAR = "year"
    DECIMAL_MARK = "decimal_mark"
    CURRENCY = "currency"
    ENCODING = "encoding"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that was found out, and by what."""

    about: str
    found: str
    because: str


@dataclass(frozen=True, slots=True)
class Ambiguity:
    """What cannot be known from the file: what was assumed, and what it could be instead."""

    doubt: Doubt
    assumed: str
    alternatives: tuple[str, ...]
    because: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """A line that should have been a transaction and could not be read as one."""

    source_line: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Proof:
    """A sum that the file lets us do; a broken one says where it breaks first."""

    what: str
    holds: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A file understood."""

    format: str
    statements: tuple[Statement, ...]
    confidence: int
    """From 0 to 100; below it is refused, see `reader`."""
    dialect: Mapping[str, str] = field(default_factory=dict)
    """Encoding, delimiter, quoting, decimal mark, date pattern: what a profile would fix."""
    roles: Mapping[str, str] = field(default_factory=dict)
    """Which column or field was taken for what."""
    evidence: tuple[Evidence, ...] = ()
    proofs: tuple[Proof, ...] = ()
    ambiguities: tuple[Ambiguity, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    fates: Mapping[Fate, int] = field(default_factory=dict)
    """How many lines of the file met which fate; they sum to all its lines."""
