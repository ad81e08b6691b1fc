"""What money can be spent on or come from, finer than most people keep it, and what people call it."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from farthing.classify.knowledge import lines


class Side(StrEnum):
    INCOME = "income"
    EXPENSE = "expense"


@dataclass(frozen=True, slots=True)
class Meaning:
    """One thing that money is for; `names` are what a category for it may be called, the closest first."""

    slug: str
    side: Side
    names: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.names[0]


@cache
def meanings() -> dict[str, Meaning]:
    return {one.slug: one for one in map(_meaning, *zip(*lines("meanings"), strict=True))}


def _meaning(side: str, line: str) -> Meaning:
    slug, _, names = line.partition(": ")
    return Meaning(slug, Side(side), tuple(name.strip() for name in names.split(", ")))
