"""The tests that rules carry, tried without any ledger: a transaction somebody thought of, and what comes out of it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from farthing.classify.rules.columns import Columns, Named
from farthing.classify.rules.engine import LIMIT_S, RuleBook
from farthing.classify.rules.facts import columns_of
from farthing.classify.rules.outcomes import Deed, Effect
from farthing.classify.rules.rule import Rule, Test
from farthing.kernel.folding import name_key
from farthing.kernel.money import to_minor


@dataclass(frozen=True, slots=True)
class Failure:
    """A promise that a rule does not keep; `place` is where it stands in the rules as they were given."""

    place: str
    rule: str
    detail: str


def failures(
    rules: Sequence[Rule], known: Mapping[str, Named] | None = None, *, limit_s: float = LIMIT_S
) -> list[Failure]:
    """Every test that does not come out as it says; all are tried at once, each as a row of its own.

    Rules that are switched off prove nothing, and a rule that takes too long fails whatever tests it has.
    """
    places = {rule.name: f"rules[{n}]" for n, rule in enumerate(rules)}
    trying = [rule for rule in rules if rule.is_enabled]
    tests = [(f"{places[rule.name]}.tests[{n}]", rule, test) for rule in trying for n, test in enumerate(rule.tests)]
    columns = columns_of([test.given for _, _, test in tests], known)
    outcomes = RuleBook(rules).run(columns, limit_s=limit_s)
    deeds = {deed.rule.name: deed for deed in outcomes.deeds}
    found = [Failure(places[one.rule.name], one.rule.name, one.reason) for one in outcomes.off]
    for row, (place, rule, test) in enumerate(tests):
        effect = outcomes.effects.get(row, Effect())
        wrong = [*_about_matching(deeds[rule.name], row, test), *_Trial(columns, row, effect).differences(test)]
        found += [Failure(place, rule.name, detail) for detail in wrong]
    return found


def _about_matching(deed: Deed, row: int, test: Test) -> Iterator[str]:
    is_held = bool(deed.held and deed.held.rows >> row & 1)
    if is_held is not test.matches:
        yield "the rule does not match it" if test.matches else "the rule matches it"


class _Trial:
    """What came out of one row, beside what was to come."""

    def __init__(self, columns: Columns, row: int, effect: Effect) -> None:
        self._columns, self._row, self._effect = columns, row, effect

    def differences(self, test: Test) -> Iterator[str]:
        found: dict[str, Callable[[], Any]] = {
            "category": self._category,
            "tags": lambda: self._tags(test.given),
            "merchant": lambda: self._effect.merchant or test.given.get("merchant"),
            "note": lambda: self._effect.note_after(test.given.get("note")),
            "transfer": lambda: self._effect.transfer,
            "ignore": lambda: self._effect.ignore,
            "split": self._split,
        }
        for key, wanted in test.gives.items():
            came = found[key]()
            if not self._is_same(key, wanted, came):
                yield f"{key} is {_said(came)}, not {_said(wanted)}"

    def _is_same(self, key: str, wanted: Any, came: Any) -> bool:
        if key == "category" and wanted is not None and isinstance(came, Named):
            return came.answers_to(wanted)
        if key == "tags":
            return {name_key(tag) for tag in wanted} == {name_key(tag) for tag in came}
        if key == "split":
            return len(wanted) == len(came) and all(map(self._is_part, wanted, came))
        return bool(wanted == came)

    def _is_part(self, wanted: dict[str, str], came: dict[str, str]) -> bool:
        code = self._columns.currencies[self._row]
        same_category = "category" not in wanted or name_key(wanted["category"]) == name_key(came.get("category") or "")
        return same_category and to_minor(wanted["amount"], code) == int(came["minor"])

    def _category(self) -> Named | None:
        if (category := self._effect.category) is not None:
            return self._columns.known.get(name_key(category)) or Named(category)
        return self._columns.categories[self._row]

    def _tags(self, given: Mapping[str, Any]) -> list[str]:
        gone = {name_key(tag) for tag in self._effect.remove_tags}
        return [tag for tag in (*given.get("tags", ()), *self._effect.add_tags) if name_key(tag) not in gone]

    def _split(self) -> list[dict[str, Any]]:
        return [{"minor": piece.amount, "category": piece.category} for piece in self._effect.split]


def _said(value: Any) -> str:
    if value is None or value == []:
        return "nothing"
    if isinstance(value, Named):
        return f"“{value.name}”"
    return f"“{value}”" if isinstance(value, str) else str(value)
