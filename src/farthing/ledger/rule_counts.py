"""How much rules come to over a history that is looked at in stretches. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from farthing.classify.rules.outcomes import Outcomes
from farthing.classify.rules.rule import Rule
from farthing.ledger.rule_plans import Plan
from farthing.ledger.rule_schemas import RuleCount


@dataclass(slots=True)
class Counts:
    """By rule, in the order in which they run; as JSON it survives from one step of a job to the next."""

    rules: Sequence[Rule]
    matched: list[int] = field(init=False)
    changed: list[int] = field(init=False)
    kept: list[dict[str, int]] = field(init=False)
    off: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.matched, self.changed = [0] * len(self.rules), [0] * len(self.rules)
        self.kept = [{} for _ in self.rules]

    def add(self, outcomes: Outcomes, plans: Mapping[int, Plan]) -> None:
        for deed in outcomes.deeds:
            self.matched[deed.place] += deed.matched.bit_count()
            for why, rows in deed.kept.items():
                self.kept[deed.place][why] = self.kept[deed.place].get(why, 0) + rows.bit_count()
        for plan in plans.values():
            for deed, _, _ in plan.log(outcomes.deeds):
                self.changed[deed.place] += 1
        self.off |= {one.rule.name: one.reason for one in outcomes.off}

    def data(self) -> dict[str, Any]:
        return {"matched": self.matched, "changed": self.changed, "kept": self.kept, "off": self.off}

    @classmethod
    def of(cls, rules: Sequence[Rule], data: Mapping[str, Any]) -> "Counts":
        counts = cls(rules)
        if data:
            counts.matched, counts.changed = list(data["matched"]), list(data["changed"])
            counts.kept, counts.off = [dict(kept) for kept in data["kept"]], dict(data["off"])
        return counts

    def shown(self) -> list[RuleCount]:
        return [
            RuleCount(
                rule_id=rule.id,
                name=rule.name,
                matched=self.matched[place],
                changed=self.changed[place],
                left_alone=self.kept[place],
                switched_off=self.off.get(rule.name),
            )
            for place, rule in enumerate(self.rules)
        ]
