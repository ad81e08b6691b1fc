"""How rules stand to each other over some history: which never decide, which disagree, which are there twice."""

from collections.abc import Sequence
from dataclasses import dataclass

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


def analyse(outcomes: Outcomes) -> Analysis:
    """Of a run that overrides choices, so that only rules stand in each other's way."""
    judged = [deed for deed in outcomes.deeds if deed.held is not None]
    return Analysis(
        rows=outcomes.size,
        dead=tuple(deed.rule for deed in judged if not _meant(deed)),
        shadowed=tuple(_shadow(deed, judged) for deed in judged if _is_shadowed(deed, judged)),
        conflicts=_conflicts(judged),
        duplicates=duplicates([deed.rule for deed in outcomes.deeds]),
    )


def duplicates(rules: Sequence[Rule]) -> tuple[tuple[Rule, ...], ...]:
    """Rules that ask and do the same, whatever the order in which they ask."""
    same: dict[tuple[object, object], list[Rule]] = {}
    for rule in rules:
        same.setdefault((_shape(rule.condition), rule.actions), []).append(rule)
    return tuple(tuple(some) for some in same.values() if len(some) > 1)


def _meant(deed: Deed) -> int:
    """The rows for which its condition holds, whether or not it came to act."""
    return deed.matched | deed.hidden


def _is_shadowed(deed: Deed, judged: Sequence[Deed]) -> bool:
    return bool(_meant(deed)) and not deed.decided and bool(_shadow(deed, judged).by)


def _shadow(deed: Deed, judged: Sequence[Deed]) -> Shadow:
    rows = _meant(deed)
    for kept in deed.kept.values():
        rows &= ~kept
    by = [(other.rule, (other.decided & rows).bit_count()) for other in judged if other is not deed]
    told = sorted((one for one in by if one[1]), key=lambda one: -one[1])
    return Shadow(deed.rule, rows.bit_count(), tuple(told))


def _conflicts(judged: Sequence[Deed]) -> tuple[Conflict, ...]:
    sorting = [deed for deed in judged if deed.rule.actions.category or deed.rule.actions.split]
    found: list[Conflict] = []
    for n, first in enumerate(sorting):
        for second in sorting[n + 1 :]:
            both = _meant(first) & _meant(second)
            if both and _wish(first.rule) != _wish(second.rule):
                won = [(deed.categorised & both).bit_count() for deed in (first, second)]
                found.append(Conflict(first.rule, second.rule, both.bit_count(), *won))
    return tuple(sorted(found, key=lambda conflict: -conflict.rows))


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
