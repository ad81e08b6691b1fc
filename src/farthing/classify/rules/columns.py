"""Transactions as the engine takes them: a list for each field, whether of one by hand or of a million at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from farthing.classify.rules.fields import Field
from farthing.kernel.folding import name_key


@dataclass(frozen=True, slots=True)
class Named:
    """An account or category: by its name, its id, and for a category those that it lies below."""

    name: str
    id: str | None = None
    above: tuple[str, ...] = ()

    @property
    def keys(self) -> frozenset[str]:
        """What it answers to: folded names and ids, its own and of all above it."""
        called = {name_key(self.name), *map(name_key, self.above)}
        return frozenset(called | {self.id.lower()} if self.id else called)

    def answers_to(self, wanted: str) -> bool:
        """Whether this is what a rule names."""
        return wanted.lower() == self.id or name_key(wanted) == name_key(self.name)


@dataclass(frozen=True, slots=True)
class Columns:
    """All lists have one length. Amounts are minor units; `merchants` among the texts are those that people see.

    `are_chosen` are rows whose category somebody chose: rules leave it alone. `known` finds a category by its folded
    name or id, so that conditions on what an earlier rule set know where it lies.
    """

    amounts: Sequence[int]
    currencies: Sequence[str]
    dates: Sequence[date]
    value_dates: Sequence[date | None] = ()
    texts: Mapping[Field, Sequence[str | None]] = field(default_factory=dict)
    accounts: Sequence[Named | None] = ()
    categories: Sequence[Named | None] = ()
    tags: Sequence[tuple[str, ...]] = ()
    statuses: Sequence[str] = ()
    are_transfers: Sequence[bool] = ()
    are_split: Sequence[bool] = ()
    are_chosen: Sequence[bool] = ()
    known: Mapping[str, Named] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return len(self.amounts)
