"""The workspace's rules at hand: loaded once, asked for a chunk of new transactions before they are posted."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

from farthing.classify.rules.columns import Columns
from farthing.classify.rules.engine import RuleBook
from farthing.classify.rules.outcomes import Outcomes, SwitchedOff
from farthing.classify.rules.reading import rule_of
from farthing.classify.rules.rule import Rule
from farthing.classify.rules.writing import data_of
from farthing.infra.db import Question, Work
from farthing.kernel.actor import Actor
from farthing.kernel.clock import Clock
from farthing.kernel.ids import new_id
from farthing.ledger.categories import Catalogue, CategoryService, TagService
from farthing.ledger.drafting import Draft
from farthing.ledger.merchant_service import MerchantService
from farthing.ledger.rule_carrying import carrier_of
from farthing.ledger.rule_columns import Names, Row, columns_of
from farthing.ledger.rule_models import StoredRule
from farthing.ledger.rule_plans import Plan, Planner
from farthing.ledger.rule_repository import KnownRule, RuleEffects, RuleHistory, Rules
from farthing.ledger.rule_transfers import RuleTransfers

ENTRY = "entry"
"""Where an effect comes from: somebody entered the transaction."""
_AT_ONCE = 100
"""More than these are judged beside the event loop."""
_HEAD = ("name", "group", "priority", "enabled")


@dataclass(frozen=True, slots=True)
class Judged:
    """Drafts as rules leave them, with what is to be kept once they have keys."""

    drafts: list[Draft]
    plans: Mapping[int, Plan]
    outcomes: Outcomes | None = None

    @property
    def off(self) -> Sequence[SwitchedOff]:
        """Rules that took too long; hand their names to the next chunk's `judge`."""
        return self.outcomes.off if self.outcomes else ()


class StoredBook:
    """Enabled rules, with the accounts and categories that they may name. It asks the database nothing per row."""

    def __init__(self, rules: Sequence[Rule], names: Names, catalogue: Catalogue) -> None:
        self.book = RuleBook(rules)
        self.names = names
        self.planner = Planner(catalogue)

    @classmethod
    async def load(cls, work: Work, actor: Actor, categories: CategoryService) -> "StoredBook":
        """Three statements. `categories` are those of whoever posts, so that both see one catalogue."""
        rules = [rule_from(row) for row in await Rules(work).enabled()]
        catalogue = await categories.catalogue()
        accounts = await RuleHistory(work, actor.workspace_id).accounts() if rules else {}
        return cls(rules, Names.of(accounts, catalogue), catalogue)

    @property
    def is_empty(self) -> bool:
        return not self.book.rules

    def columns(self, rows: Sequence[Row], tags: Sequence[tuple[str, ...]]) -> Columns:
        return columns_of(rows, tags, self.names)


class RuleDrafting:
    """Lets the rules have their say on new transactions, by hand or of an import."""

    def __init__(self, work: Work, actor: Actor, clock: Clock, categories: CategoryService) -> None:
        self._work, self._actor, self._clock = work, actor, clock
        self._categories = categories
        self._tags = TagService(work, actor, clock)
        self._merchants = MerchantService(work, actor, clock)
        self._book: StoredBook | None = None

    def asking(self) -> Question:
        """What `book` will ask first."""
        return Rules(self._work).asking()

    async def book(self) -> StoredBook:
        if self._book is None:
            self._book = await StoredBook.load(self._work, self._actor, self._categories)
        return self._book

    async def judge(self, drafts: Sequence[Draft], *, sets_aside: bool, off: Sequence[str] = ()) -> Judged:
        """The drafts after the rules. A category that somebody chose stays.

        `sets_aside` lets rules ignore them, as of an import; what somebody enters by hand is meant to be there.
        """
        stored = await self.book()
        if stored.is_empty or not drafts:
            return Judged(list(drafts), {})
        rows = [_row(draft) for draft in drafts]
        tags = [draft.tag_names for draft in drafts]
        run = partial(stored.book.run, stored.columns(rows, tags), off=off)
        outcomes = run() if len(rows) <= _AT_ONCE else await asyncio.to_thread(run)
        plans = stored.planner.plans(outcomes, rows, tags)
        if not sets_aside:
            plans = {place: plan for place, plan in plans.items() if plan.is_kept()}
        carrier = await carrier_of(plans, rows, stored.planner, self._categories, self._tags, self._merchants)
        after = list(drafts)
        for place, plan in plans.items():
            after[place] = carrier.drafted(plan, drafts[place], rows[place])
        return Judged(after, plans, outcomes)

    async def keep(self, judged: Judged, keys: Sequence[int], origin: str, origin_id: UUID | None) -> list[UUID]:
        """Once they are posted: what each rule did to each, and the transfers that rules wish for.

        All of these are proposed; those come back that are certain.
        """
        if judged.outcomes is None or not judged.plans:
            return []
        keyed = {keys[place]: plan for place, plan in judged.plans.items()}
        log = effect_rows(keyed, judged.outcomes, self._actor, self._clock, origin, origin_id)
        await RuleEffects(self._work).keep(log)
        return await RuleTransfers(self._work, self._actor, self._clock).propose(
            {key: plan for key, plan in keyed.items() if plan.transfer}, (await self.book()).names, judged.outcomes
        )


def effect_rows(
    plans: Mapping[int, Plan], outcomes: Outcomes, actor: Actor, clock: Clock, origin: str, origin_id: UUID | None
) -> list[dict[str, Any]]:
    """The run log of some transactions, by their keys."""
    now = clock()
    return [
        {
            "workspace_id": actor.workspace_id,
            "transaction_key": key,
            "id": new_id(),
            "origin": origin,
            "origin_id": origin_id,
            "rule_id": deed.rule.id,
            "rule_version": deed.rule.version,
            "rule_name": deed.rule.name,
            "changes": changes,
            "reason": reason,
            "created_at": now,
        }
        for key, plan in plans.items()
        for deed, changes, reason in plan.log(outcomes.deeds)
    ]


def rule_from(row: StoredRule | KnownRule) -> Rule:
    """A row as the engine takes it."""
    head = {"name": row.name, "group": row.group_name, "priority": row.priority, "enabled": row.is_enabled}
    return known_as(rule_of(head | row.definition), row.id, row.version)


def known_as(rule: Rule, rule_id: UUID | None, version: int) -> Rule:
    return replace(rule, id=rule_id, version=version)


def definition_of(rule: Rule) -> dict[str, Any]:
    """What a row keeps beside its own columns."""
    return {key: value for key, value in data_of(rule).items() if key not in _HEAD}


def _row(draft: Draft) -> Row:
    columns = {"transfer_id": None, "import_id": None} | draft.columns
    return cast("Row", SimpleNamespace(**columns))
