"""What a transaction must be for a rule to hold: a tree of conditions."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from farthing.classify.rules.fields import KINDS, Field, Kind, Operator

Scalar = str | bool | int | Decimal | date


@dataclass(frozen=True, slots=True)
class Leaf:
    """One thing asked of one field."""

    field: Field
    operator: Operator
    values: tuple[Scalar, ...]

    @property
    def kind(self) -> Kind:
        return KINDS[self.field]

    def __str__(self) -> str:
        """As people read it."""
        if self.operator is Operator.EMPTY:
            return f"{self.field} is empty" if self.values[0] else f"{self.field} is not empty"
        said = [f"“{value}”" if isinstance(value, str) else _plain(value) for value in self.values]
        joint = " and " if self.operator is Operator.BETWEEN else ", "
        return f"{self.field} {self.operator.said} {joint.join(said)}"


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds; with no parts, always."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: "Condition"


Condition = AllOf | AnyOf | Not | Leaf


def leaves(condition: Condition) -> Iterator[Leaf]:
    match condition:
        case Leaf():
            yield condition
        case Not(part):
            yield from leaves(part)
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from leaves(part)


def _plain(value: Scalar) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)
