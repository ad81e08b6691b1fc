"""Runs rules over rows, in their order: what holds where, what is done, what is left alone."""

from collections.abc import Callable, Collection, Sequence
from itertools import pairwise
from typing import Any

from farthing.classify.rules.bits import of_rows, rows_of
from farthing.classify.rules.columns import Columns, Named
from farthing.classify.rules.errors import TimeIsUp
from farthing.classify.rules.evaluation import Evaluation
from farthing.classify.rules.outcomes import CHOSEN, IN_TRANSFER, SPLIT, UNEVEN, Deed, Effect, Outcomes, SwitchedOff
from farthing.classify.rules.patterns import Stopwatch
from farthing.classify.rules.reasons import judge
from farthing.classify.rules.rule import Actions, Rule, Stop, in_order
from farthing.classify.rules.splitting import Piece, pieces
from farthing.kernel.folding import name_key

LIMIT_S = 2.0
"""Seconds of computing that one rule may take in a run; beyond, it is switched off for the run and reported."""


class RuleBook:
    """Rules in the order in which they run. Pure: it touches no database, however many rows it is given."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = in_order(tuple(rule for rule in rules if rule.is_enabled))

    def run(
        self,
        columns: Columns,
        *,
        overrides_choices: bool = False,
        off: Collection[str] = (),
        limit_s: float = LIMIT_S,
    ) -> Outcomes:
        """What becomes of each row. `off` are names of rules that were switched off in an earlier part of the run.

        A category that somebody chose stays unless `overrides_choices`.
        """
        return _Run(columns, overrides_choices=overrides_choices, limit_s=limit_s).through(self.rules, frozenset(off))


class _Run:
    def __init__(self, columns: Columns, *, overrides_choices: bool, limit_s: float) -> None:
        self._columns = columns
        self._watch = Stopwatch(limit_s)
        self._limit_s = limit_s
        self._eval = Evaluation(columns, self._watch)
        self._chosen = 0 if overrides_choices else self._eval.flagged(columns.are_chosen)
        self._moved = self._eval.flagged(columns.are_transfers)
        self._split = self._eval.flagged(columns.are_split)
        self._done = self._done_in_group = 0
        self._effects: dict[int, Effect] = {}
        self._standing: dict[str, dict[int, int]] = {}
        """By what is decided, and by the rule that decided it last: the rows."""
        self._off: list[SwitchedOff] = []

    def through(self, rules: Sequence[Rule], off: Collection[str]) -> Outcomes:
        deeds = [Deed(place, rule) for place, rule in enumerate(rules)]
        groups = [None, *(rule.group for rule in rules)]
        for deed, (before, group) in zip(deeds, pairwise(groups), strict=True):
            if group != before:
                self._done_in_group = 0
            if deed.rule.name not in off:
                self._one(deed)
        for deed in deeds:
            for decided in self._standing.values():
                deed.decided |= decided.get(deed.place, 0)
            deed.categorised = self._standing.get("category", {}).get(deed.place, 0)
        return Outcomes(self._columns.size, deeds, self._off, self._effects)

    def _one(self, deed: Deed) -> None:
        self._watch.restart()
        try:
            held = judge(deed.rule.condition, self._eval)
        except TimeIsUp:
            reason = f"it took more than {self._limit_s:g} seconds of computing; simplify its regular expression"
            self._off.append(SwitchedOff(deed.place, deed.rule, reason))
            return
        done = self._done | self._done_in_group
        deed.held, deed.matched, deed.hidden = held, held.rows & ~done, held.rows & done
        if not deed.matched:
            return
        self._act(deed, deed.rule.actions)
        effects, own = self._effects, (deed.place,)
        for row in rows_of(deed.matched):
            if (effect := effects.get(row)) is None:
                effect = effects[row] = Effect()
            effect.rules += own
        if deed.rule.stop is Stop.ALL or deed.rule.actions.ignore:
            self._done |= deed.matched
        elif deed.rule.stop is Stop.GROUP:
            self._done_in_group |= deed.matched

    def _act(self, deed: Deed, actions: Actions) -> None:
        rows = deed.matched
        if actions.category is not None:
            self._categorise(deed, actions.category, self._free(deed, self._free(deed, rows, CHOSEN), SPLIT))
        if actions.split:
            self._cut(deed, self._free(deed, self._free(deed, rows, CHOSEN), SPLIT))
        if actions.merchant is not None:
            self._eval.merchant.put(actions.merchant, rows)
            self._say(deed, rows, "merchant", actions.merchant)
        self._tag(deed, actions, rows)
        if actions.note is not None:
            self._say(deed, rows, "note", actions.note)
        if actions.append_note is not None:
            self._append(deed, rows, actions.append_note)
        if actions.transfer is not None:
            self._say(deed, self._free(deed, rows, IN_TRANSFER), "transfer", actions.transfer)
        if actions.ignore:
            self._say(deed, self._free(deed, rows, IN_TRANSFER), "ignore", value=True)

    def _free(self, deed: Deed, rows: int, why_not: str) -> int:
        """The rows that may be changed so; what is left alone is remembered with its reason."""
        bound = {CHOSEN: self._chosen, SPLIT: self._split, IN_TRANSFER: self._moved}[why_not] & rows
        if bound:
            deed.kept[why_not] = deed.kept.get(why_not, 0) | bound
        return rows & ~bound

    def _categorise(self, deed: Deed, category: str, rows: int) -> None:
        self._eval.category.put(self._columns.known.get(name_key(category)) or Named(category), rows)
        self._say(deed, rows, "category", category)

    def _cut(self, deed: Deed, rows: int) -> None:
        parts: dict[int, tuple[Piece, ...]] = {}
        for row in rows_of(rows):
            found = pieces(self._columns.amounts[row], self._columns.currencies[row], deed.rule.actions.split)
            if found is not None:
                parts[row] = found
        cut = of_rows(parts, self._columns.size)
        if uneven := rows & ~cut:
            deed.kept[UNEVEN] = uneven
        self._split |= cut
        self._decide(deed, "category", cut)
        for row, found in parts.items():
            effect = self._effect(row)
            effect.split, effect.split_by = found, deed.place
            effect.category = effect.category_by = None

    def _tag(self, deed: Deed, actions: Actions, rows: int) -> None:
        changes: list[tuple[str, Callable[[str, int], int], bool]] = [
            *((name, self._eval.tags.add, True) for name in actions.add_tags),
            *((name, self._eval.tags.remove, False) for name in actions.remove_tags),
        ]
        for name, change, is_added in changes:
            for row in rows_of(change(name, rows)):
                _mark(self._effect(row), name, is_added=is_added)
            self._credit(deed, name_key(name), rows, is_added=is_added)

    def _credit(self, deed: Deed, tag: str, rows: int, *, is_added: bool) -> None:
        """Who put a tag on first did it, whether or not it was there before all rules; who took it off last too."""
        added = self._standing.setdefault(f"tag {tag}", {})
        if is_added:
            for credited in added.values():
                rows &= ~credited
            added[deed.place] = added.get(deed.place, 0) | rows
        else:
            for place in added:
                added[place] &= ~rows
            self._decide(deed, f"no tag {tag}", rows)

    def _append(self, deed: Deed, rows: int, note: str) -> None:
        standing = self._standing.setdefault(f"append {note}", {})
        standing[deed.place] = standing.get(deed.place, 0) | rows
        for row in rows_of(rows):
            effect = self._effect(row)
            effect.append_notes = (*effect.append_notes, note)

    def _say(self, deed: Deed, rows: int, name: str, value: Any) -> None:
        """The last rule that says so wins."""
        self._decide(deed, name, rows)
        effects, by = self._effects, f"{name}_by"
        is_told = by in Effect.__dataclass_fields__
        for row in rows_of(rows):
            if (effect := effects.get(row)) is None:
                effect = effects[row] = Effect()
            setattr(effect, name, value)
            if is_told:
                setattr(effect, by, deed.place)

    def _effect(self, row: int) -> Effect:
        effect = self._effects.get(row)
        if effect is None:
            effect = self._effects[row] = Effect()
        return effect

    def _decide(self, deed: Deed, what: str, rows: int) -> None:
        decided = self._standing.setdefault(what, {})
        for place in decided:
            decided[place] &= ~rows
        decided[deed.place] = decided.get(deed.place, 0) | rows


def _mark(effect: Effect, name: str, *, is_added: bool) -> None:
    """A tag put on and taken off again is neither."""
    here, there = (effect.add_tags, effect.remove_tags) if is_added else (effect.remove_tags, effect.add_tags)
    undone = tuple(tag for tag in there if name_key(tag) != name_key(name))
    if len(undone) == len(there):
        here = (*here, name)
    effect.add_tags, effect.remove_tags = (here, undone) if is_added else (undone, here)
