"""A rule: what must hold, what is done then, and how it proves itself."""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from farthing.classify.rules.conditions import Condition

PRIORITY = 100
"""Where somebody says nothing; smaller ones are run first."""


class Stop(StrEnum):
    """Which later rules leave a transaction alone after this one held."""

    GROUP = "group"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a split: so much of the whole, a fixed amount, or with neither whatever is left."""

    percent: Decimal | None = None
    amount: Decimal | None = None
    category: str | None = None
    note: str | None = None

    @property
    def is_rest(self) -> bool:
        return self.percent is None and self.amount is None


@dataclass(frozen=True, slots=True)
class Actions:
    """What becomes of a transaction. Categories and accounts are names or ids."""

    category: str | None = None
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()
    merchant: str | None = None
    note: str | None = None
    append_note: str | None = None
    split: tuple[Share, ...] = ()
    transfer: str | None = None
    ignore: bool = False


@dataclass(frozen=True, slots=True)
class Test:
    """A transaction somebody thought of, and what must come out of it after all rules.

    `gives` names only what is looked at; `matches` asks for this rule's own condition alone.
    """

    __test__ = False

    given: dict[str, Any]
    matches: bool = True
    gives: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Expectation:
    """What must be true of this rule over the whole history: how many it matches, and which, by searches."""

    at_least: int | None = None
    at_most: int | None = None
    must_match: str | None = None
    must_not_match: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """`id` and `version` are those of the row that keeps it; a rule in a file is known by its name."""

    name: str
    condition: Condition
    actions: Actions
    group: str = ""
    priority: int = PRIORITY
    is_enabled: bool = True
    stop: Stop | None = None
    tests: tuple[Test, ...] = ()
    expect: Expectation | None = None
    id: UUID | None = field(default=None, compare=False)
    version: int = field(default=0, compare=False)


def in_order(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """As they run: groups as they first appear, in a group by priority, then as they are listed."""
    groups = {group: place for place, group in reversed(list(enumerate(rule.group for rule in rules)))}
    return tuple(sorted(rules, key=lambda rule: (groups[rule.group], rule.priority)))
