"""A column of rows, arranged so that one question is answered for all of them at once, as a set of rows."""

from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any, Generic, TypeVar

from farthing.classify.rules.bits import everything, of_flags, rows_of
from farthing.classify.rules.columns import Named
from farthing.classify.rules.conditions import Leaf
from farthing.classify.rules.fields import Operator
from farthing.classify.rules.patterns import Expression, Stopwatch, expression
from farthing.kernel.folding import fold, name_key

Value = TypeVar("Value", bound=Hashable)
_EDGE = "\n"
"""Stands between the texts of a column; in folded texts it is a blank."""


class Groups(Generic[Value]):
    """The rows of each distinct value."""

    def __init__(self, column: Sequence[Value], rows: Iterable[int] | None = None) -> None:
        """Of all rows, or only of these."""
        self.rows: dict[Value, list[int]] = defaultdict(list)
        self.size = len(column)
        if rows is None:
            for row, value in enumerate(column):
                self.rows[value].append(row)
        else:
            for row in rows:
                self.rows[column[row]].append(row)
        self.values = list(self.rows)
        self._places = list(self.rows.values())

    def bits(self, places: Iterable[int]) -> int:
        """The rows that have one of the values at these places."""
        flags = bytearray(self.size)
        for place in places:
            for row in self._places[place]:
                flags[row] = 1
        return of_flags(flags)


class Texts:
    """A column of texts: compared folded, with runs of blanks as one; expressions see them as they are written too."""

    def __init__(self, column: Iterable[str | None]) -> None:
        self._groups = Groups([text or "" for text in column])
        self._texts = self._groups.values
        self._folded = [" ".join(fold(text).split()) for text in self._texts]
        self._all = _EDGE + _EDGE.join(self._folded) + _EDGE
        self._starts = array("q", _starts(self._folded))

    def bits(self, leaf: Leaf, watch: Stopwatch) -> int:
        return self._groups.bits(self.places(leaf, watch))

    def places(self, leaf: Leaf, watch: Stopwatch) -> Iterable[int]:
        """Which of the distinct texts fulfil it."""
        if leaf.operator is Operator.EMPTY:
            return [n for n, text in enumerate(self._folded) if (text == "") is leaf.values[0]]
        if leaf.operator is Operator.MATCHES:
            return self._matching(expression(str(leaf.values[0])), watch)
        before = _EDGE if leaf.operator in (Operator.IS, Operator.IN, Operator.STARTS) else ""
        after = _EDGE if leaf.operator in (Operator.IS, Operator.IN, Operator.ENDS) else ""
        wanted = (" ".join(fold(str(value)).split()) for value in leaf.values)
        return {place for text in wanted for place in self._finding(f"{before}{text}{after}", len(before))}

    def _finding(self, wanted: str, ahead: int = 0) -> Iterator[int]:
        """The texts in which it stands: all are searched as one, which costs no step for those that have it not."""
        at = self._all.find(wanted)
        while at >= 0:
            place = bisect_right(self._starts, at + ahead) - 1
            yield place
            following = self._starts[place + 1] - 1
            at = self._all.find(wanted, following)

    def _matching(self, wanted: Expression, watch: Stopwatch) -> list[int]:
        """Only texts with a needle of the expression are searched for all of it."""
        if wanted.needles:
            places = sorted({place for needle in wanted.needles for place in self._finding(needle)})
        else:
            places = list(range(len(self._texts)))
        texts = [(self._texts[place], self._folded[place]) for place in places]
        return [places[at] for at in wanted.among(texts, watch)]


class Names:
    """A column of accounts or categories."""

    def __init__(self, column: Sequence[Named | None]) -> None:
        self._groups = Groups(column)
        self._keys = [named.keys if named else frozenset[str]() for named in self._groups.values]
        self._texts = Texts(named.name if named else None for named in self._groups.values)

    def bits(self, leaf: Leaf, watch: Stopwatch) -> int:
        if leaf.operator not in (Operator.IS, Operator.IN):
            return self._groups.bits(rows_of(self._texts.bits(leaf, watch)))
        wanted = {key for value in leaf.values for key in (name_key(str(value)), str(value).lower())}
        return self._groups.bits(n for n, keys in enumerate(self._keys) if not wanted.isdisjoint(keys))


class Ordered:
    """A column of numbers or days, in their order."""

    def __init__(self, column: Sequence[Any], rows: Iterable[int] | None = None) -> None:
        groups = Groups(column, rows)
        self.size = groups.size
        self._values = sorted(value for value in groups.values if value is not None)
        self._rows = [groups.rows[value] for value in self._values]
        self._without = groups.bits([groups.values.index(None)]) if None in groups.rows else 0

    def bits(self, leaf: Leaf, decimals: int = 0) -> int:
        """`decimals` is how much finer the column counts than the condition."""
        if leaf.operator is Operator.EMPTY:
            return self._without if leaf.values[0] else everything(self.size) & ~self._without
        values = [value.scaleb(decimals) if isinstance(value, Decimal) else value for value in leaf.values]
        flags = bytearray(self.size)
        for first, last in self._slices(leaf.operator, values):
            for rows in self._rows[first:last]:
                for row in rows:
                    flags[row] = 1
        return of_flags(flags)

    def _slices(self, operator: Operator, values: Sequence[Any]) -> list[tuple[int, int]]:
        known, end = self._values, len(self._values)
        match operator:
            case Operator.ABOVE:
                return [(bisect_right(known, values[0]), end)]
            case Operator.AT_LEAST:
                return [(bisect_left(known, values[0]), end)]
            case Operator.BELOW:
                return [(0, bisect_left(known, values[0]))]
            case Operator.AT_MOST:
                return [(0, bisect_right(known, values[0]))]
            case Operator.BETWEEN:
                return [(bisect_left(known, values[0]), bisect_right(known, values[1]))]
            case _:
                return [(bisect_left(known, value), bisect_right(known, value)) for value in values]


def _starts(texts: Sequence[str]) -> Iterator[int]:
    """Where each text begins in all of them, and where the next one would."""
    at = len(_EDGE)
    for text in texts:
        yield at
        at += len(text) + len(_EDGE)
    yield at
