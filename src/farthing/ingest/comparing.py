"""A transaction beside what the old and today's reading say of it. Pure: what becomes of it, and what stays and why."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from farthing.ingest.changes import Change, ChangeKind
from farthing.ingest.deriving import Meaning
from farthing.ledger.images import Loaded
from farthing.ledger.kinds import CategorySource
from farthing.ledger.models import Transaction
from farthing.ledger.posting import Arrival
from farthing.ledger.restating import CHOICE

SAID = ("date", "value_date", "amount", "status", "description", "payee", "reference")
_MOVES = frozenset({"amount", "status"})
_CHOSEN = frozenset({CategorySource.USER, CategorySource.RULE})

Values = dict[str, tuple[Any, Any]]
"""Of each field what it is, and what it becomes or would become."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What the readings come to for one transaction."""

    one: Loaded
    line: int
    facts: Values
    derived: Values
    kept: Values
    why: str = ""

    def changes(self, decided: Collection[str], closed: Collection[date]) -> Iterator[Change]:
        """`decided` are the fields that somebody decided."""
        row = self.one.row
        facts = {name: value for name, value in self.facts.items() if name not in decided}
        kept = self.kept | {name: value for name, value in self.facts.items() if name in decided}
        edits = facts | {name: value for name, value in self.derived.items() if not _is_decided(name, decided)}
        days = {row.date, edits["date"][1]} if "date" in edits else {row.date}
        if edits and not {day.replace(day=1) for day in days}.isdisjoint(closed):
            yield self._change(ChangeKind.KEPT, edits | kept, "its month is closed")
            return
        if edits:
            yield self._change(ChangeKind.CHANGED, edits)
        if kept:
            yield self._change(ChangeKind.KEPT, kept, self.why or "somebody changed it")

    def _change(self, kind: ChangeKind, values: Values, reason: str | None = None) -> Change:
        row = self.one.row
        before = {name: value[0] for name, value in values.items()}
        after = {name: value[1] for name, value in values.items()}
        number = row.import_line or 0
        return Change(kind, number, self.line, None, reason, row.key, row.id, row.currency, before, after)


def compared(one: Loaded, line: int, old: Sequence[Arrival], new: Arrival, meaning: Meaning) -> Compared:
    """Only what still stands as one of the old readings said it is said anew."""
    facts, kept = _facts(one.row, old, new)
    why = ""
    if (one.parts or one.row.transfer_id is not None) and not _MOVES.isdisjoint(facts):
        kept |= {name: facts.pop(name) for name in tuple(facts) if name in _MOVES}
        why = "it is split" if one.parts else "it is part of a transfer"
    return Compared(one, line, facts, _derived(one, facts, meaning), kept, why)


def _facts(row: Transaction, old: Sequence[Arrival], new: Arrival) -> tuple[Values, Values]:
    """What was edited is told of only when it is read otherwise than ever before."""
    facts: Values = {}
    kept: Values = {}
    for name in SAID:
        was, says, stands = {getattr(one, name) for one in old}, getattr(new, name), getattr(row, name)
        if says == stands:
            continue
        if stands in was:
            facts[name] = (stands, says)
        elif says not in was:
            kept[name] = (stands, says)
    return facts, kept


def _derived(one: Loaded, facts: Values, meaning: Meaning) -> Values:
    """Merchant and category as today's code sees them in what will stand there.

    A category that nobody knows today is never taken away, unless what was money out is money in now.
    """
    row = one.row

    def stands(name: str) -> Any:
        return facts[name][1] if name in facts else getattr(row, name)

    minor = stands("amount")
    said = (row.merchant, stands("payee"), stands("description"))
    merchant, chosen = meaning.derived(said, minor, row.account_id, stands("date"))
    found: Values = {}
    if row.der_merchant != merchant:
        found["der_merchant"] = (row.der_merchant, merchant)
    if row.category_source in _CHOSEN or one.parts or row.transfer_id is not None:
        return found
    is_known = chosen.source is not CategorySource.NONE or (minor > 0) != (row.amount > 0)
    if is_known and chosen.category_id != row.category_id:
        after: Mapping[str, Any] = dict(
            zip(
                CHOICE,
                (chosen.category_id, str(chosen.source), chosen.reason, chosen.confidence, chosen.guessed),
                strict=True,
            )
        )
        found |= {name: (getattr(row, name), after[name]) for name in CHOICE}
    return found


def _is_decided(name: str, decided: Collection[str]) -> bool:
    return name in decided or (name in CHOICE and "category_id" in decided)
