"""What rules did to rows, and why: kept as sets of rows, told row by row where somebody asks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from farthing.classify.rules.bits import rows_of
from farthing.classify.rules.reasons import Held, why
from farthing.classify.rules.rule import Rule
from farthing.classify.rules.splitting import Piece

CHOSEN = "somebody chose its category"
SPLIT = "it is split, and its parts have their categories"
IN_TRANSFER = "it is part of a transfer"
UNEVEN = "the parts of the split do not fit its amount"


@dataclass(slots=True)
class Deed:
    """What one rule did in a run."""

    place: int
    rule: Rule
    matched: int = 0
    """The rows for which its condition held and nobody had stopped it."""
    hidden: int = 0
    """The rows for which its condition held, but an earlier rule let no later one act."""
    decided: int = 0
    """The rows on which something of what it did is still there at the end."""
    categorised: int = 0
    """The rows that have their category or their split from it at the end."""
    kept: dict[str, int] = field(default_factory=dict)
    """The rows where it left something alone, by why."""
    held: Held | None = None

    def reasons(self) -> Iterator[tuple[int, str]]:
        """Sets of rows with the conditions that held for them."""
        if self.held is not None:
            yield from why(self.held, self.matched)


@dataclass(frozen=True, slots=True)
class SwitchedOff:
    """A rule that took too long and did nothing in this run."""

    place: int
    rule: Rule
    reason: str


@dataclass(slots=True)
class Effect:
    """What is to become of one row. Categories and accounts are named as in the rules, by name or id.

    Each `…_by` and the keys of `tags_by` are places of rules in the run's order; `rules` are all that acted.
    """

    category: str | None = None
    category_by: int | None = None
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()
    merchant: str | None = None
    merchant_by: int | None = None
    note: str | None = None
    append_notes: tuple[str, ...] = ()
    split: tuple[Piece, ...] = ()
    split_by: int | None = None
    transfer: str | None = None
    transfer_by: int | None = None
    ignore: bool = False
    ignore_by: int | None = None
    rules: tuple[int, ...] = ()

    def note_after(self, note: str | None) -> str | None:
        """A note that it has already is not appended again."""
        after = self.note if self.note is not None else note
        for more in self.append_notes:
            if more not in (after or ""):
                after = f"{after}\n{more}" if after else more
        return after


@dataclass(slots=True)
class Outcomes:
    """What came out of a run over some rows."""

    size: int
    deeds: list[Deed]
    off: list[SwitchedOff]
    effects: Mapping[int, Effect]
    """By row, only those on which a rule acted."""

    def reason(self, row: int, place: int) -> str:
        """Why a rule held for a row, as people read it."""
        deed = self.deeds[place]
        found = next((text for rows, text in deed.reasons() if rows >> row & 1), "it always holds")
        return f"rule “{deed.rule.name}”: {found}"

    def reasons(self) -> dict[int, str]:
        """The same for every row of which a rule decided the category, the split or that it is ignored."""
        told: dict[int, str] = {}
        for deed in self.deeds:
            for rows, text in deed.reasons():
                for row in rows_of(rows):
                    effect = self.effects[row]
                    if deed.place in (effect.category_by, effect.split_by, effect.ignore_by):
                        told[row] = f"rule “{deed.rule.name}”: {text}"
        return told
