"""Rules tried over the history without changing anything: what would become of it, how rules stand to each other."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

from farthing.classify.rules.analysis import Tally
from farthing.classify.rules.bits import rows_of
from farthing.classify.rules.engine import RuleBook
from farthing.classify.rules.outcomes import Outcomes
from farthing.classify.rules.rule import Expectation, Rule
from farthing.classify.rules.trials import Failure, failures
from farthing.infra.db import Database, Scope, Work
from farthing.kernel.actor import Actor
from farthing.kernel.clock import Clock
from farthing.kernel.money import to_text
from farthing.kernel.paging import CursorInvalid, decode_cursor, encode_cursor
from farthing.ledger.categories import CategoryService
from farthing.ledger.language import tree_of
from farthing.ledger.months import MonthService
from farthing.ledger.query import Filter, Tree
from farthing.ledger.rule_columns import Names, columns_of
from farthing.ledger.rule_counts import Counts
from farthing.ledger.rule_plans import Plan, Planner
from farthing.ledger.rule_repository import RuleHistory, Stretch
from farthing.ledger.rule_schemas import (
    AnalysisOut,
    ConflictOut,
    ExampleOut,
    FailureOut,
    PreviewIn,
    PreviewOut,
    RuleName,
    ShadowOut,
    TrialOut,
)
from farthing.ledger.rule_service import RuleService

STRETCH = 20_000
"""Rows judged at once: enough that each question is asked seldom, few enough to be kept in memory."""
_SEARCHED_MAX = 100_000


@dataclass(slots=True)
class Seen:
    """A stretch of the history, judged."""

    stretch: Stretch
    outcomes: Outcomes
    plans: dict[int, Plan]


class RuleTrying:
    """Opens reading transactions of its own: a look over the whole history must not keep anybody from writing."""

    def __init__(self, database: Database, scope: Scope, actor: Actor, clock: Clock) -> None:
        self._database, self._scope, self._actor, self._clock = database, scope, actor, clock

    async def preview(self, wanted: PreviewIn, rules: Sequence[Rule]) -> PreviewOut:
        """What would change, counted over all of it, with a page of examples, newest first."""
        before = _key(wanted.next) if wanted.next else None
        book, tree = RuleBook(rules), self.tree(wanted.search)
        counts, examples, seen, changed, closed = Counts(book.rules), list[ExampleOut](), 0, 0, 0
        last: int | None = None
        has_more = False
        async with self._database.snapshot(self._scope) as work:
            months = {one.month for one in await MonthService(work, self._actor, self._clock).all()}
            async with aclosing(self._judged(work, book, tree, overrides=wanted.overrides_choices)) as judged:
                async for one in judged:
                    counts.add(one.outcomes, one.plans)
                    seen += len(one.stretch.rows)
                    for place, plan in sorted(one.plans.items()):
                        row = one.stretch.rows[place]
                        changed += plan.is_something
                        closed += plan.is_something and row.date.replace(day=1) in months
                        if before is None or row.key < before:
                            if len(examples) < wanted.limit:
                                examples.append(_example(row, plan, one.outcomes))
                                last = row.key
                            else:
                                has_more = True
        following = encode_cursor(last) if has_more else None
        return PreviewOut(
            seen=seen, changed=changed, in_closed_months=closed, rules=counts.shown(), examples=examples, next=following
        )

    async def analysis(self, rules: Sequence[Rule], search: str | None) -> AnalysisOut:
        """Dead, shadowed, conflicting and repeated rules, over the history."""
        book = RuleBook(rules)
        tally = Tally(book.rules)
        async with (
            self._database.snapshot(self._scope) as work,
            aclosing(self._judged(work, book, self.tree(search), overrides=True)) as judged,
        ):
            async for one in judged:
                tally.add(one.outcomes)
        found = tally.analysis()
        return AnalysisOut(
            transactions=found.rows,
            dead=[_name(rule) for rule in found.dead],
            shadowed=[
                ShadowOut(
                    rule_id=one.rule.id,
                    name=one.rule.name,
                    matched=one.rows,
                    by=[{"name": rule.name, "transactions": count} for rule, count in one.by],
                )
                for one in found.shadowed
            ],
            conflicts=[
                ConflictOut(
                    first=_name(one.first),
                    second=_name(one.second),
                    transactions=one.rows,
                    won_by_first=one.won_by_first,
                    won_by_second=one.won_by_second,
                )
                for one in found.conflicts
            ],
            duplicates=[[_name(rule) for rule in same] for same in found.duplicates],
            switched_off=[_name(rule) for rule in found.off],
        )

    async def test(self, rules: Sequence[Rule]) -> TrialOut:
        """The tests that rules carry, and what they expect of the history."""
        async with self._database.snapshot(self._scope) as work:
            names = await self._names(work)
            found = await asyncio.to_thread(failures, rules, names.known)
            found += await self._unmet(work, rules)
        tests = sum(len(rule.tests) + (rule.expect is not None) for rule in rules if rule.is_enabled)
        return TrialOut(passed=not found, rules=len(rules), tests=tests, failures=[_failure(one) for one in found])

    async def _unmet(self, work: Work, rules: Sequence[Rule]) -> list[Failure]:
        asking = [rule for rule in rules if rule.is_enabled and rule.expect is not None]
        if not asking:
            return []
        places = {rule.name: f"rules[{n}].expect" for n, rule in enumerate(rules)}
        hopes = {rule.name: await self._hope(work, rule.expect) for rule in asking if rule.expect is not None}
        tree = self.tree(None)
        async with aclosing(self._judged(work, RuleBook(rules), tree, overrides=False)) as judged:
            async for one in judged:
                for deed in one.outcomes.deeds:
                    if deed.rule.name in hopes:
                        held = deed.held.rows if deed.held else 0
                        hopes[deed.rule.name].see({one.stretch.rows[place].key for place in rows_of(held)})
        return [Failure(places[name], name, detail) for name, hope in hopes.items() for detail in hope.unmet()]

    async def _hope(self, work: Work, expect: Expectation) -> "_Hope":
        history = RuleHistory(work, self._actor.workspace_id)
        wanted = [
            set(await history.keys(self.tree(search), _SEARCHED_MAX)) if search else set[int]()
            for search in (expect.must_match, expect.must_not_match)
        ]
        return _Hope(expect, wanted[0], wanted[1])

    async def _judged(self, work: Work, book: RuleBook, tree: Tree, *, overrides: bool) -> AsyncGenerator[Seen]:
        """The history in stretches, newest keys first; judged off the event loop."""
        history, names = RuleHistory(work, self._actor.workspace_id), await self._names(work)
        planner = Planner(await CategoryService(work, self._actor, self._clock).catalogue())
        before: int | None = None
        off: set[str] = set()
        while True:
            stretch = await history.stretch(tree, STRETCH, before)
            if stretch.rows or before is None:
                judge = partial(_judge, book, stretch, names, planner, overrides=overrides, off=off)
                seen = await asyncio.to_thread(judge)
                off |= {one.rule.name for one in seen.outcomes.off}
                yield seen
            if len(stretch.rows) < STRETCH:
                return
            before = stretch.rows[-1].key

    async def _names(self, work: Work) -> Names:
        accounts = await RuleHistory(work, self._actor.workspace_id).accounts()
        return Names.of(accounts, await CategoryService(work, self._actor, self._clock).catalogue())

    def tree(self, search: str | None) -> Tree:
        return tree_of(Filter(search=search), today=self._today())

    def _today(self) -> date:
        return self._clock().date()

    async def kept(self, rule_ids: Sequence[Any] | None) -> tuple[Rule, ...]:
        """Rules of the workspace: these, or every enabled one."""
        async with self._database.read(self._scope) as work:
            return await RuleService(work, self._actor, self._clock).chosen(rule_ids)

    async def every(self) -> tuple[Rule, ...]:
        async with self._database.read(self._scope) as work:
            return await RuleService(work, self._actor, self._clock).all()


@dataclass(slots=True)
class _Hope:
    """What is expected of a rule, and how far the history bears it out."""

    expect: Expectation
    must: set[int]
    must_not: set[int]
    matched: int = 0
    wrong: int = field(default=0)

    def see(self, keys: set[int]) -> None:
        self.matched += len(keys)
        self.must -= keys
        self.wrong += len(self.must_not & keys)

    def unmet(self) -> list[str]:
        expect, said = self.expect, list[str]()
        if expect.at_least is not None and self.matched < expect.at_least:
            said.append(f"it matches {self.matched} transactions, not at least {expect.at_least}")
        if expect.at_most is not None and self.matched > expect.at_most:
            said.append(f"it matches {self.matched} transactions, not at most {expect.at_most}")
        if self.must:
            said.append(f"it does not match {len(self.must)} of those that {expect.must_match!r} finds")
        if self.wrong:
            said.append(f"it matches {self.wrong} of those that {expect.must_not_match!r} finds")
        return said


def _judge(book: RuleBook, stretch: Stretch, names: Names, planner: Planner, *, overrides: bool, off: set[str]) -> Seen:
    columns = columns_of(stretch.rows, stretch.tags, names)
    outcomes = book.run(columns, overrides_choices=overrides, off=off)
    return Seen(stretch, outcomes, planner.plans(outcomes, stretch.rows, stretch.tags))


def _example(row: Any, plan: Plan, outcomes: Outcomes) -> ExampleOut:
    acted = [(outcomes.deeds[place].rule, plan.reasons.get(place, "")) for place in plan.effect.rules]
    return ExampleOut(
        transaction_id=row.id,
        date=row.date.isoformat(),
        amount=to_text(row.amount, row.currency),
        currency=row.currency,
        payee=row.payee,
        description=row.description,
        changes=plan.changes,
        transfer=plan.transfer,
        rules=[{"rule_id": rule.id, "name": rule.name, "reason": reason} for rule, reason in acted],
    )


def _key(cursor: str) -> int:
    (key,) = decode_cursor(cursor, 1)
    if not (key.isascii() and key.isdecimal()):
        raise CursorInvalid
    return int(key)


def _name(rule: Rule) -> RuleName:
    return RuleName(rule_id=rule.id, name=rule.name)


def _failure(failure: Failure) -> FailureOut:
    return FailureOut(place=failure.place, rule=failure.rule, detail=failure.detail)
