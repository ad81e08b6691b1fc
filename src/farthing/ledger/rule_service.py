"""Keeping rules: made, changed, put in order, replaced as a whole."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from farthing.audit.service import Audit
from farthing.classify.rules.document import write_rules
from farthing.classify.rules.reading import NAME_MAX, rule_of
from farthing.classify.rules.rule import Rule
from farthing.infra.db import Work, unique_or
from farthing.kernel.actor import Actor
from farthing.kernel.clock import Clock
from farthing.kernel.ids import new_id
from farthing.kernel.paging import Page, PageRequest
from farthing.ledger.errors import (
    RuleExists,
    RuleNotFound,
    RuleOrderWrong,
    RuleOutdated,
    RulesTooMany,
    TransactionNotFound,
)
from farthing.ledger.folding import name_key
from farthing.ledger.rule_book import definition_of, rule_from
from farthing.ledger.rule_models import RuleEffect, StoredRule
from farthing.ledger.rule_repository import RuleEffects, Rules
from farthing.ledger.rule_schemas import EffectOut, ReplacedOut, RuleIn, RuleOut, RulePatch
from farthing.ledger.transaction_repository import Transactions

RULES_MAX = 1000
_KEPT_BY_NULL = ("stop", "expect")
"""What a patch clears with null; elsewhere null says nothing."""


class RuleService:
    def __init__(self, work: Work, actor: Actor, clock: Clock) -> None:
        self._rows = Rules(work)
        self._effects = RuleEffects(work)
        self._transactions = Transactions(work)
        self._audit = Audit(work, actor, clock)
        self._actor, self._clock = actor, clock

    async def page(self, request: PageRequest) -> Page[RuleOut]:
        """In the order of the book."""
        return (await self._rows.page(request)).map(shown)

    async def get(self, rule_id: UUID) -> RuleOut:
        return shown(await self._get(rule_id))

    async def all(self) -> tuple[Rule, ...]:
        """Every rule, disabled ones too, in the order of the book."""
        return tuple(rule_from(row) for row in await self._rows.all())

    async def chosen(self, rule_ids: Sequence[UUID] | None) -> tuple[Rule, ...]:
        """These, whether or not they are enabled; or every enabled one."""
        rows = await self._rows.all()
        if rule_ids is None:
            return tuple(rule_from(row) for row in rows if row.is_enabled)
        wanted = set(rule_ids)
        if missing := wanted - {row.id for row in rows}:
            raise RuleNotFound(f"Rule {min(missing)} not found")
        return tuple(_enabled(rule_from(row)) for row in rows if row.id in wanted)

    async def create(self, wanted: RuleIn) -> RuleOut:
        rule = rule_of(wanted.data())
        await self._rows.alone()
        if await self._rows.size() >= RULES_MAX:
            raise RulesTooMany(f"A workspace has at most {RULES_MAX} rules.")
        row = self._row(rule, await self._rows.next_position())
        with unique_or(RuleExists(f"There is a rule “{rule.name}” already.")):
            await self._rows.add(row)
        await self._audit.record("rule.create", target_id=row.id, name=row.name)
        return shown(row)

    async def change(self, rule_id: UUID, patch: RulePatch, if_version: int | None = None) -> RuleOut:
        row = await self._get(rule_id, lock=True)
        if if_version is not None and row.version != if_version:
            raise RuleOutdated
        given = {key: value for key, value in patch.data().items() if value is not None or key in _KEPT_BY_NULL}
        head = {"name": row.name, "group": row.group_name, "priority": row.priority, "enabled": row.is_enabled}
        rule = rule_of(head | row.definition | given)
        with unique_or(RuleExists(f"There is a rule “{rule.name}” already.")):
            _write(row, rule, self._clock())
            await self._rows.flush()
        await self._audit.record("rule.change", target_id=row.id, fields=sorted(given))
        return shown(row)

    async def delete(self, rule_id: UUID, if_version: int | None = None) -> None:
        """Forget a rule; what it did stays, and its log tells of it."""
        row = await self._get(rule_id, lock=True)
        if if_version is not None and row.version != if_version:
            raise RuleOutdated
        await self._rows.remove(row)
        await self._audit.record("rule.delete", target_id=rule_id, name=row.name)

    async def reorder(self, rule_ids: Sequence[UUID]) -> list[RuleOut]:
        await self._rows.alone()
        rows = {row.id: row for row in await self._rows.all(lock=True)}
        if len(rule_ids) != len(rows) or set(rule_ids) != rows.keys():
            raise RuleOrderWrong(f"There are {len(rows)} rules. Name each once.")
        for position, rule_id in enumerate(rule_ids):
            rows[rule_id].position = position
        await self._rows.flush()
        await self._audit.record("rule.reorder")
        return [shown(rows[rule_id]) for rule_id in rule_ids]

    async def document(self) -> str:
        return write_rules(await self.all())

    async def replace(self, rules: Sequence[Rule], *, dry_run: bool) -> ReplacedOut:
        """Make the book what a document says; a rule of the same name stays the same rule."""
        await self._rows.alone()
        rows = await self._rows.all(lock=not dry_run)
        known = {row.name_key: row for row in rows}
        wanted = {_key(rule): rule for rule in rules}
        removed = [row for key, row in known.items() if key not in wanted]
        changed = [known[key] for key, rule in wanted.items() if key in known and rule_from(known[key]) != rule]
        added = [rule.name for key, rule in wanted.items() if key not in known]
        if not dry_run:
            await self._put(wanted, known, removed)
            await self._audit.record("rule.replace", added=len(added), changed=len(changed), removed=len(removed))
        return ReplacedOut(
            replaced=not dry_run,
            added=added,
            changed=[wanted[row.name_key].name for row in changed] if dry_run else [row.name for row in changed],
            removed=[row.name for row in removed],
            unchanged=len(wanted) - len(added) - len(changed),
            failures=[],
        )

    async def _put(self, wanted: dict[str, Rule], known: dict[str, StoredRule], removed: Sequence[StoredRule]) -> None:
        for row in removed:
            await self._rows.remove(row)
        for position, (key, rule) in enumerate(wanted.items()):
            if key not in known:
                await self._rows.add(self._row(rule, position))
                continue
            row = known[key]
            if rule_from(row) != rule:
                _write(row, rule, self._clock())
            row.position = position
        await self._rows.flush()

    async def log(self, transaction_id: UUID, request: PageRequest) -> Page[EffectOut]:
        """What rules did to a transaction, newest first."""
        row = await self._transactions.get(transaction_id)
        if row is None:
            raise TransactionNotFound(f"Transaction {transaction_id} not found")
        return (await self._effects.of(row.key, request)).map(shown_effect)

    async def _get(self, rule_id: UUID, *, lock: bool = False) -> StoredRule:
        if found := await self._rows.get(rule_id, lock=lock):
            return found
        raise RuleNotFound

    def _row(self, rule: Rule, position: int) -> StoredRule:
        now = self._clock()
        row = StoredRule(
            id=new_id(),
            workspace_id=self._actor.workspace_id,
            position=position,
            version=0,
            created_by=self._actor.user_id,
            created_at=now,
        )
        _write(row, rule, now)
        return row


def shown(row: StoredRule) -> RuleOut:
    definition: dict[str, Any] = row.definition
    return RuleOut(
        id=row.id,
        name=row.name,
        group=row.group_name,
        position=row.position,
        priority=row.priority,
        enabled=row.is_enabled,
        stop=definition.get("stop"),
        condition=definition["if"],
        actions=definition["then"],
        tests=definition.get("tests", []),
        expect=definition.get("expect"),
        version=row.version,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def shown_effect(effect: RuleEffect) -> EffectOut:
    return EffectOut(
        id=effect.id,
        origin=effect.origin,
        origin_id=effect.origin_id,
        rule_id=effect.rule_id,
        rule_version=effect.rule_version,
        rule_name=effect.rule_name,
        changes=effect.changes,
        reason=effect.reason,
        created_at=effect.created_at,
    )


def _write(row: StoredRule, rule: Rule, now: datetime) -> None:
    row.name, row.name_key, row.group_name = rule.name, _key(rule), rule.group
    row.priority, row.is_enabled = rule.priority, rule.is_enabled
    row.definition = definition_of(rule)
    row.version += 1
    row.updated_at = now


def _key(rule: Rule) -> str:
    return name_key(rule.name, NAME_MAX)


def _enabled(rule: Rule) -> Rule:
    return replace(rule, is_enabled=True)
