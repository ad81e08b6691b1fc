"""Conditions judged for all rows at once: each question once, however many rules ask it."""

from calendar import monthrange
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import TypeVar, assert_never, cast

from farthing.classify.rules.bits import everything, of_rows
from farthing.classify.rules.columns import Columns, Named
from farthing.classify.rules.conditions import AllOf, AnyOf, Condition, Leaf, Not
from farthing.classify.rules.errors import TimeIsUp
from farthing.classify.rules.fields import WEEKDAYS, Field, Kind, Operator
from farthing.classify.rules.indexes import Groups, Names, Ordered, Texts
from farthing.classify.rules.patterns import Stopwatch
from farthing.classify.rules.standing import Overlay, Tagged
from farthing.kernel.currency import DECIMALS

Built = TypeVar("Built")


class Evaluation:
    """One run over some rows. What earlier rules set is seen by later ones."""

    def __init__(self, columns: Columns, watch: Stopwatch) -> None:
        self.columns, self.watch = columns, watch
        self.everything = everything(columns.size)
        self.category = Overlay[Named](_filled(columns.categories, columns.size), Names)
        self.merchant = Overlay[str](_filled(columns.texts.get(Field.MERCHANT, ()), columns.size), Texts)
        self.tags = Tagged(columns.tags, columns.size)
        self._known: dict[Leaf, int | None] = {}
        self._built: dict[object, object] = {}

    def bits(self, condition: Condition) -> int:
        """The rows for which it holds; raises TimeIsUp where that takes too long."""
        match condition:
            case AllOf(parts):
                held = self.everything
                for part in parts:
                    held &= self.bits(part)
                return held
            case AnyOf(parts):
                held = 0
                for part in parts:
                    held |= self.bits(part)
                return held
            case Not(part):
                return self.everything & ~self.bits(part)
            case Leaf():
                return self.leaf(condition)
            case _:
                assert_never(condition)

    def leaf(self, leaf: Leaf) -> int:
        match leaf.field:
            case Field.CATEGORY:
                return self.category.bits(leaf, self.watch)
            case Field.MERCHANT:
                return self.merchant.bits(leaf, self.watch)
            case Field.TAGS:
                return self.tags.bits(leaf, self.watch)
            case _:
                return self._fixed(leaf)

    def _fixed(self, leaf: Leaf) -> int:
        """What no rule changes is asked once; what took too long once would again."""
        if leaf not in self._known:
            self._known[leaf] = None
            self._known[leaf] = self._asked(leaf)
        found = self._known[leaf]
        if found is None:
            raise TimeIsUp
        return found

    def _asked(self, leaf: Leaf) -> int:
        match leaf.kind:
            case Kind.TEXT:
                return self._once(leaf.field, lambda: Texts(self._texts(leaf.field))).bits(leaf, self.watch)
            case Kind.NAMED:
                accounts = _filled(self.columns.accounts, self.columns.size)
                return self._once(leaf.field, lambda: Names(accounts)).bits(leaf, self.watch)
            case Kind.MONEY:
                return self._money(leaf)
            case Kind.DATE:
                return self._once(leaf.field, lambda: Ordered(self._days(leaf.field))).bits(leaf)
            case Kind.NUMBER:
                return self._number(leaf)
            case _:
                groups = self._once(leaf.field, lambda: Groups(self._plain(leaf.field)))
                return groups.bits(n for n, value in enumerate(groups.values) if value in leaf.values)

    def _once(self, key: object, build: Callable[[], Built]) -> Built:
        if key not in self._built:
            self._built[key] = build()
        return cast("Built", self._built[key])

    def _texts(self, field: Field) -> Sequence[str | None]:
        if field is Field.CURRENCY:
            return self.columns.currencies
        return _filled(self.columns.texts.get(field, ()), self.columns.size)

    def _days(self, field: Field) -> Sequence[date | None]:
        if field is Field.DATE:
            return self.columns.dates
        return _filled(self.columns.value_dates, self.columns.size)

    def _plain(self, field: Field) -> Sequence[str | bool]:
        columns = self.columns
        moved = self.flags(columns.are_transfers)
        sides = ["income" if amount > 0 else "expense" for amount in columns.amounts]
        match field:
            case Field.IS_TRANSFER:
                return moved
            case Field.DIRECTION:
                return sides
            case Field.TYPE:
                return ["transfer" if is_moved else side for is_moved, side in zip(moved, sides, strict=True)]
            case Field.WEEKDAY:
                return [WEEKDAYS[day.weekday()] for day in columns.dates]
            case _:
                return list(columns.statuses) or ["booked"] * columns.size

    def flags(self, column: Sequence[bool]) -> Sequence[bool]:
        return column or [False] * self.columns.size

    def flagged(self, column: Sequence[bool]) -> int:
        """The rows of a flag."""
        return of_rows((row for row, is_so in enumerate(column) if is_so), self.columns.size)

    def _money(self, leaf: Leaf) -> int:
        """Each currency for itself: the condition's amount is in the row's."""
        held = 0
        currencies = self._once("currencies", lambda: Groups(self.columns.currencies))
        for code, rows in currencies.rows.items():
            index = self._once((leaf.field, code), partial(Ordered, self._amounts(leaf.field), rows))
            held |= index.bits(leaf, DECIMALS[code])
        return held

    def _amounts(self, field: Field) -> Sequence[int]:
        amounts = self.columns.amounts
        return amounts if field is Field.AMOUNT else self._once("sizes", lambda: [abs(amount) for amount in amounts])

    def _number(self, leaf: Leaf) -> int:
        dates = self.columns.dates
        if leaf.field is Field.MONTH:
            return self._once(leaf.field, lambda: Ordered([day.month for day in dates])).bits(leaf)
        from_first = self._once(leaf.field, lambda: Ordered([day.day for day in dates]))
        if leaf.operator not in (Operator.IS, Operator.IN):
            return from_first.bits(leaf)
        from_last = self._once("from last", lambda: Ordered([_from_last(day) for day in dates]))
        return from_first.bits(leaf) | from_last.bits(leaf)


Cell = TypeVar("Cell")


def _filled(column: Sequence[Cell | None], size: int) -> Sequence[Cell | None]:
    return column or [None] * size


def _from_last(day: date) -> int:
    """-1 is the last day of its month."""
    return day.day - monthrange(day.year, day.month)[1] - 1
