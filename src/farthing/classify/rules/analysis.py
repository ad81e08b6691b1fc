"""How rules stand to each other over some history: which never decide, which disagree, which are there twice."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from farthing.classify.rules.conditions import AllOf, AnyOf, Condition, Leaf, Not
from farthing.classify.rules.outcomes import Deed, Outcomes
from farthing.classify.rules.rule import Rule


@dataclass(frozen=True, slots=True)
class Shadow:
    """A rule that holds for some rows and decides on none of them, because of others."""

    rule: Rule
    rows: int
    by: tuple[tuple[Rule, int], ...]
    """Who decides instead, on how many of its rows."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two rules that want different categories for the same rows."""

    first: Rule
    second: Rule
    rows: int
    won_by_first: int
    won_by_second: int


@dataclass(frozen=True, slots=True)
class Analysis:
    rows: int
    dead: tuple[Rule, ...]
    shadowed: tuple[Shadow, ...]
    conflicts: tuple[Conflict, ...]
    duplicates: tuple[tuple[Rule, ...], ...]
    off: tuple[Rule, ...] = ()
    """Rules that took too long to be judged."""


def analyse(outcomes: Outcomes) -> Analysis:
    """Of one run that overrides choices, so that only rules stand in each other's way."""
    tally = Tally([deed.rule for deed in outcomes.deeds])
    tally.add(outcomes)
    return tally.analysis()


class Tally:
    """What is counted of a history that is looked at in parts, each judged by the same rules."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = rules
        self._size = 0
        self._off: set[int] = set()
        self._meant, self._decided = Counter[int](), Counter[int]()
        self._instead: dict[int, Counter[int]] = defaultdict(Counter)
        """By a rule, who else decides on the rows that it could have changed."""
        self._both: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0, 0])
        """By two rules of different wishes: on how many rows they meet, and how many the first and second decide."""

    def add(self, outcomes: Outcomes) -> None:
        self._size += outcomes.size
        self._off |= {one.place for one in outcomes.off}
        judged = [deed for deed in outcomes.deeds if deed.held is not None]
        for deed in judged:
            self._meant[deed.place] += _meant(deed).bit_count()
            self._decided[deed.place] += deed.decided.bit_count()
            self._look_for_others(deed, judged)
        sorting = [deed for deed in judged if _wish(deed.rule) and _meant(deed)]
        for first, second in combinations(sorting, 2):
            both = _meant(first) & _meant(second)
            if both and _wish(first.rule) != _wish(second.rule):
                met = self._both[first.place, second.place]
                for n, rows in enumerate((both, both & first.categorised, both & second.categorised)):
                    met[n] += rows.bit_count()

    def _look_for_others(self, deed: Deed, judged: Sequence[Deed]) -> None:
        rows = _meant(deed)
        for kept in deed.kept.values():
            rows &= ~kept
        for other in judged if rows else ():
            if other is not deed and (count := (other.decided & rows).bit_count()):
                self._instead[deed.place][other.place] += count

    def analysis(self) -> Analysis:
        rules, judged = self._rules, [place for place in range(len(self._rules)) if place not in self._off]
        conflicts = [Conflict(rules[a], rules[b], *met) for (a, b), met in self._both.items()]
        return Analysis(
            rows=self._size,
            dead=tuple(rules[place] for place in judged if not self._meant[place]),
            shadowed=tuple(self._shadow(place) for place in judged if self._is_shadowed(place)),
            conflicts=tuple(sorted(conflicts, key=lambda conflict: -conflict.rows)),
            duplicates=duplicates(rules),
            off=tuple(rules[place] for place in sorted(self._off)),
        )

    def _is_shadowed(self, place: int) -> bool:
        return bool(self._meant[place]) and not self._decided[place] and bool(self._instead[place])

    def _shadow(self, place: int) -> Shadow:
        by = tuple((self._rules[other], count) for other, count in self._instead[place].most_common())
        return Shadow(self._rules[place], self._meant[place], by)


def duplicates(rules: Sequence[Rule]) -> tuple[tuple[Rule, ...], ...]:
    """Rules that ask and do the same, whatever the order in which they ask."""
    same: dict[tuple[object, object], list[Rule]] = {}
    for rule in rules:
        same.setdefault((_shape(rule.condition), rule.actions), []).append(rule)
    return tuple(tuple(some) for some in same.values() if len(some) > 1)


def _meant(deed: Deed) -> int:
    """The rows for which its condition holds, whether or not it came to act."""
    return deed.matched | deed.hidden


def _wish(rule: Rule) -> object:
    return rule.actions.category.casefold() if rule.actions.category else rule.actions.split


def _shape(condition: Condition) -> object:
    """The same for conditions that differ only in the order of their parts."""
    match condition:
        case Leaf(field, operator, values):
            return (field, operator, frozenset(map(str, values)) if operator == "in" else tuple(map(str, values)))
        case Not(part):
            return ("not", _shape(part))
        case AllOf(parts):
            return ("all", frozenset(map(_shape, parts)))
        case AnyOf(parts):
            return ("any", frozenset(map(_shape, parts)))
