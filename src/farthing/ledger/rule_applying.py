"""Rules applied to the history, and a run taken back: always through the ledger's one change function."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from farthing.classify.rules.engine import RuleBook
from farthing.classify.rules.outcomes import Outcomes
from farthing.classify.rules.rule import Rule
from farthing.infra.db import Work
from farthing.kernel.actor import Actor
from farthing.kernel.clock import Clock
from farthing.ledger.categories import CategoryService, TagService
from farthing.ledger.images import Because, Loaded
from farthing.ledger.kinds import Origin
from farthing.ledger.merchant_service import MerchantService
from farthing.ledger.models import Transaction
from farthing.ledger.months import MonthService
from farthing.ledger.query import Tree
from farthing.ledger.rule_book import effect_rows
from farthing.ledger.rule_carrying import carrier_of
from farthing.ledger.rule_columns import Names, columns_of
from farthing.ledger.rule_counts import Counts
from farthing.ledger.rule_plans import Plan, Planner
from farthing.ledger.rule_repository import RuleEffects, RuleHistory
from farthing.ledger.rule_transfers import RuleTransfers
from farthing.ledger.service import LedgerService
from farthing.ledger.transaction_repository import Transactions

RUN = "run"
"""Where an effect comes from."""


@dataclass(frozen=True, slots=True)
class Terms:
    """On what a run was agreed."""

    run_id: UUID
    rules: Sequence[Rule]
    tree: Tree
    overrides_choices: bool = False
    reason: str | None = None


@dataclass(slots=True)
class Chunk:
    """What one step of a run came to; `last` is where the next one goes on."""

    last: int
    seen: int = 0
    changed: int = 0
    closed: int = 0
    outcomes: Outcomes | None = None
    plans: dict[int, Plan] = field(default_factory=dict)

    def count(self, counts: Counts) -> None:
        if self.outcomes is not None:
            counts.add(self.outcomes, self.plans)


class RuleApplying:
    def __init__(self, work: Work, actor: Actor, clock: Clock) -> None:
        self._work, self._actor, self._clock = work, actor, clock
        self._history = RuleHistory(work, actor.workspace_id)
        self._rows = Transactions(work)
        self._ledger = LedgerService(work, actor, clock)
        self._months = MonthService(work, actor, clock)
        self._categories = CategoryService(work, actor, clock)
        self._tags = TagService(work, actor, clock)
        self._merchants = MerchantService(work, actor, clock)

    async def step(self, terms: Terms, after: int, most: int, off: Sequence[str]) -> Chunk:
        """The next transactions by key. Inside closed months nothing is changed without a reason."""
        await self._categories.hold()
        keys = await self._history.keys(terms.tree, most, after)
        if not keys:
            return Chunk(after)
        loaded = await self._ledger.load_rows(await self._rows.by_keys(keys, lock=True))
        chunk = await self._judged(terms, [one for one in loaded if one.row.deleted_at is None], off)
        chunk.last, chunk.seen = keys[-1], len(keys)
        return chunk

    async def _judged(self, terms: Terms, loaded: Sequence[Loaded], off: Sequence[str]) -> Chunk:
        rows, tags = [one.row for one in loaded], [one.tag_names for one in loaded]
        catalogue = await self._categories.catalogue()
        names, planner = Names.of(await self._history.accounts(), catalogue), Planner(catalogue)
        outcomes = await asyncio.to_thread(
            RuleBook(terms.rules).run,
            columns_of(rows, tags, names),
            overrides_choices=terms.overrides_choices,
            off=off,
        )
        plans = planner.plans(outcomes, rows, tags)
        closed = await self._closed(plans, rows, terms.reason)
        plans = {place: plan for place, plan in plans.items() if place not in closed}
        changing = {place: plan for place, plan in plans.items() if plan.is_something}
        carrier = await carrier_of(changing, rows, planner, self._categories, self._tags, self._merchants)
        by_key = {rows[place].key: plan for place, plan in changing.items()}

        def change(one: Loaded) -> None:
            carrier.change(by_key[one.row.key], one)

        await self._ledger.change([rows[place] for place in changing], change, _because(terms, by_key, outcomes))
        keyed = {rows[place].key: plan for place, plan in plans.items()}
        await self._keep(terms, keyed, outcomes, names)
        return Chunk(0, changed=len(changing), closed=len(closed), outcomes=outcomes, plans=changing)

    async def _closed(self, plans: Mapping[int, Plan], rows: Sequence[Transaction], reason: str | None) -> set[int]:
        """Of what would change, what lies in closed months and so stays."""
        if (reason or "").strip():
            return set()
        months = {one.month for one in await self._months.all()}
        changing = [place for place, plan in plans.items() if plan.is_something]
        return {place for place in changing if rows[place].date.replace(day=1) in months}

    async def _keep(self, terms: Terms, plans: Mapping[int, Plan], outcomes: Outcomes, names: Names) -> None:
        log = effect_rows(plans, outcomes, self._actor, self._clock, RUN, terms.run_id)
        await RuleEffects(self._work).keep(log)
        wishes = {key: plan for key, plan in plans.items() if plan.transfer}
        await RuleTransfers(self._work, self._actor, self._clock).propose(wishes, names, outcomes)


def _because(terms: Terms, plans: Mapping[int, Plan], outcomes: Outcomes) -> Because:
    whys: dict[int, Any] = {
        key: ", ".join(f"rule “{deed.rule.name}”" for deed, _, _ in plan.log(outcomes.deeds))
        for key, plan in plans.items()
    }
    return Because(Origin.RULE, "rule", terms.reason, terms.run_id, whys=whys)
