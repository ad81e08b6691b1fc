"""What rows say by now: what they said at first, and what rules that ran before have set."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Generic, Protocol, TypeVar

from farthing.classify.rules.bits import everything, of_rows, rows_of
from farthing.classify.rules.conditions import Leaf
from farthing.classify.rules.fields import Operator
from farthing.classify.rules.indexes import Groups, Texts
from farthing.classify.rules.patterns import Stopwatch
from farthing.kernel.folding import name_key

Value = TypeVar("Value", bound=Hashable)


class Index(Protocol):
    def bits(self, leaf: Leaf, watch: Stopwatch) -> int: ...


class Overlay(Generic[Value]):
    """A column of which some rows were given other values; few values for many rows."""

    def __init__(self, column: Sequence[Value | None], index: Callable[[Sequence[Value | None]], Index]) -> None:
        self._column, self._index = column, index
        self._base: Index | None = None
        self._known: dict[Leaf, int] = {}
        self.set: dict[Value, int] = {}
        """The rows that have each of the values given."""

    def bits(self, leaf: Leaf, watch: Stopwatch) -> int:
        if leaf not in self._known:
            self._base = self._base or self._index(self._column)
            self._known[leaf] = self._base.bits(leaf, watch)
        if not self.set:
            return self._known[leaf]
        given = list(self.set)
        changed = hold = 0
        fulfilling = set(rows_of(self._index(given).bits(leaf, watch)))
        for place, value in enumerate(given):
            changed |= self.set[value]
            hold |= self.set[value] if place in fulfilling else 0
        return (self._known[leaf] & ~changed) | hold

    def put(self, value: Value, rows: int) -> None:
        for other in self.set:
            self.set[other] &= ~rows
        self.set[value] = self.set.get(value, 0) | rows


class Tagged:
    """Which rows bear each tag."""

    def __init__(self, column: Sequence[tuple[str, ...]], size: int) -> None:
        self.size = size
        self.names: dict[str, str] = {}
        self.rows: dict[str, int] = {}
        groups = Groups(column)
        for names, rows in groups.rows.items():
            if names:
                bits = of_rows(rows, size)
                for name in names:
                    self.add(name, bits)
        self.at_first = dict(self.rows)

    def add(self, name: str, rows: int) -> int:
        """Tag these rows; those that had it not."""
        key = name_key(name)
        self.names.setdefault(key, name)
        fresh = rows & ~self.rows.get(key, 0)
        self.rows[key] = self.rows.get(key, 0) | rows
        return fresh

    def remove(self, name: str, rows: int) -> int:
        """Take it off these rows; those that had it."""
        key = name_key(name)
        had = rows & self.rows.get(key, 0)
        if had:
            self.rows[key] &= ~rows
        return had

    def bits(self, leaf: Leaf, watch: Stopwatch) -> int:
        if leaf.operator is Operator.EMPTY:
            tagged = self._any(self.rows)
            return everything(self.size) & ~tagged if leaf.values[0] else tagged
        keys = list(self.names)
        places = Texts(self.names[key] for key in keys).places(leaf, watch)
        return self._any(keys[place] for place in places)

    def _any(self, keys: Iterable[str]) -> int:
        found = 0
        for key in keys:
            found |= self.rows.get(key, 0)
        return found
