"""What rules come to on one transaction: what it was, what it becomes, and which rule did what. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from farthing.classify.rules.bits import rows_of
from farthing.classify.rules.outcomes import Deed, Effect, Outcomes
from farthing.classify.rules.splitting import Piece
from farthing.kernel.money import to_text
from farthing.ledger.categories import Catalogue
from farthing.ledger.drafting import side_of
from farthing.ledger.folding import tag_key
from farthing.ledger.kinds import CategoryKind, Status
from farthing.ledger.known import KnownCategory
from farthing.ledger.rule_columns import Row

Changes = dict[str, dict[str, Any]]
"""By what is changed, before and after, in the words of people."""


@dataclass(slots=True)
class Plan:
    """One transaction's changes. A category or tag that is not there yet is made when the plan is carried out."""

    place: int
    effect: Effect
    changes: Changes = field(default_factory=dict)
    category: str | None = None
    pieces: tuple[Piece, ...] = ()
    tags: tuple[str, ...] | None = None
    merchant: str | None = None
    note: str | None = None
    is_void: bool = False
    reasons: dict[int, str] = field(default_factory=dict)
    """Why each rule held, by its place in the run."""

    @property
    def is_something(self) -> bool:
        return bool(self.changes)

    @property
    def transfer(self) -> str | None:
        return self.effect.transfer

    def is_kept(self) -> bool:
        """Forget that the transaction was to be set aside; whether anything else is left to do."""
        self.is_void = False
        self.changes.pop("status", None)
        return self.is_something or self.transfer is not None

    def log(self, deeds: Sequence[Deed]) -> Iterator[tuple[Deed, Changes, str]]:
        """What each rule changed, and why it held."""
        for place in self.effect.rules:
            own = {name: change for name, change in self.changes.items() if self._is_by(deeds[place], name)}
            if own:
                yield deeds[place], own, self.reasons.get(place, "")

    def _is_by(self, deed: Deed, name: str) -> bool:
        actions, effect = deed.rule.actions, self.effect
        deciders = {
            "category": effect.category_by,
            "split": effect.split_by,
            "merchant": effect.merchant_by,
            "status": effect.ignore_by,
        }
        if name in deciders:
            return deciders[name] == deed.place
        if name == "note":
            return bool(actions.note or actions.append_note)
        moved = {tag_key(tag) for tag in (*effect.add_tags, *effect.remove_tags)}
        return not moved.isdisjoint(tag_key(tag) for tag in (*actions.add_tags, *actions.remove_tags))


class Planner:
    """Plans for the rows of one run over some of the ledger."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def plans(self, outcomes: Outcomes, rows: Sequence[Row], tags: Sequence[tuple[str, ...]]) -> dict[int, Plan]:
        """By row, those that change something or wish for a transfer."""
        found: dict[int, Plan] = {}
        for place, effect in outcomes.effects.items():
            plan = self._plan(place, rows[place], tags[place], effect)
            if plan.is_something or plan.transfer:
                found[place] = plan
        for deed in outcomes.deeds:
            for some, text in deed.reasons():
                for place in rows_of(some):
                    if place in found:
                        found[place].reasons[deed.place] = text
        return found

    def category(self, name: str, amount: int) -> KnownCategory | None:
        """The one that a rule names, best on the side of the amount."""
        by_id = self._by_id(name)
        if by_id is not None:
            return by_id if by_id.deleted_at is None else None
        return self._catalogue.find(name, side_of(amount))

    def category_id(self, name: str | None, amount: int) -> UUID | None:
        found = self.category(name, amount) if name else None
        return found.id if found else None

    def missing(self, plans: dict[int, Plan], rows: Sequence[Row]) -> set[tuple[str, CategoryKind]]:
        """The categories that have to be made first, by name and side."""
        named = [(plan.category, rows[place].amount) for place, plan in plans.items() if plan.category]
        named += [(p.category, p.amount) for plan in plans.values() for p in plan.pieces if p.category]
        return {(name, side_of(amount)) for name, amount in named if self.category(name, amount) is None}

    def _plan(self, place: int, row: Row, tags: tuple[str, ...], effect: Effect) -> Plan:
        plan = Plan(place, effect)
        if effect.category is not None and self._is_possible(effect.category):
            self._categorise(plan, row, effect.category)
        if effect.split and all(self._is_possible(piece.category) for piece in effect.split):
            plan.pieces = effect.split
            parts = [self._part(piece, row.currency) for piece in effect.split]
            plan.changes["split"] = {"before": [], "after": parts}
        self._tag(plan, tags, effect)
        seen = row.merchant or row.der_merchant
        if effect.merchant is not None and effect.merchant != seen:
            plan.merchant = effect.merchant
            plan.changes["merchant"] = {"before": seen, "after": effect.merchant}
        note = effect.note_after(row.note)
        if note != row.note:
            plan.note = note
            plan.changes["note"] = {"before": row.note, "after": note}
        if effect.ignore and row.status != Status.VOID:
            plan.is_void = True
            plan.changes["status"] = {"before": row.status, "after": str(Status.VOID)}
        return plan

    def _categorise(self, plan: Plan, row: Row, name: str) -> None:
        chosen = self.category(name, row.amount)
        if chosen is None or chosen.id != row.category_id:
            plan.category = name
            before = self._catalogue.name(row.category_id)
            plan.changes["category"] = {"before": before, "after": self._name(name, row.amount)}

    def _tag(self, plan: Plan, tags: tuple[str, ...], effect: Effect) -> None:
        gone = {tag_key(tag) for tag in effect.remove_tags}
        after = {tag_key(tag): tag for tag in (*effect.add_tags, *tags) if tag_key(tag) not in gone}
        if after.keys() != {tag_key(tag) for tag in tags}:
            plan.tags = tuple(after[key] for key in sorted(after))
            plan.changes["tags"] = {"before": list(tags), "after": list(plan.tags)}

    def _part(self, piece: Piece, currency: str) -> dict[str, Any]:
        amount = to_text(piece.amount, currency)
        return {"category": self._name(piece.category, piece.amount), "amount": amount, "note": piece.note}

    def _name(self, name: str | None, amount: int) -> str | None:
        found = self.category(name, amount) if name else None
        return found.name if found else name

    def _by_id(self, name: str) -> KnownCategory | None:
        try:
            return self._catalogue.by_id.get(UUID(name))
        except ValueError:
            return None

    def _is_possible(self, name: str | None) -> bool:
        """A name can always be made a category; an id names one that is in use, or nothing."""
        if name is None:
            return True
        try:
            found = self._catalogue.by_id.get(UUID(name))
        except ValueError:
            return True
        return found is not None and found.deleted_at is None and found.kind != CategoryKind.NONE
