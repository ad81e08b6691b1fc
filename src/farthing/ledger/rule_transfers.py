"""Transfers that rules wish for: proposed where the other side is there, and certain where only it can be."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from farthing.classify.rules.outcomes import Outcomes
from farthing.infra.db import Work
from farthing.kernel.actor import Actor
from farthing.kernel.clock import Clock
from farthing.kernel.ids import new_id
from farthing.ledger.kinds import Status, TransferState
from farthing.ledger.models import Transaction
from farthing.ledger.pairing import WINDOW_DAYS, looks_like_one
from farthing.ledger.rule_columns import Names
from farthing.ledger.rule_plans import Plan
from farthing.ledger.rule_repository import RuleHistory
from farthing.ledger.transaction_repository import Transactions
from farthing.ledger.transfer_repository import Transfers

Pair = tuple[Transaction, Transaction]


class RuleTransfers:
    def __init__(self, work: Work, actor: Actor, clock: Clock) -> None:
        self._history = RuleHistory(work, actor.workspace_id)
        self._rows = Transactions(work)
        self._transfers = Transfers(work)
        self._actor, self._clock = actor, clock

    async def propose(self, wishes: Mapping[int, Plan], names: Names, outcomes: Outcomes) -> list[UUID]:
        """Those that are certain; a wish whose other side has not come yet is found with it, as any other.

        Certain is a pair where the account that the rule names has nothing else that it could be.
        """
        accounts = {key: _account(names, plan.transfer) for key, plan in wishes.items()}
        wanted = {key: account for key, account in accounts.items() if account is not None}
        if not wanted:
            return []
        rows = await self._rows.by_keys(list(wanted))
        twins = await self._history.twins(rows, set(wanted.values()), WINDOW_DAYS)
        decided = await self._history.decided(row.key for row in (*rows, *twins))
        pairs = [pair for row in rows if (pair := _pair(row, wanted[row.key], twins)) is not None]
        fresh = list(_each_once([pair for pair in pairs if _keys(pair) not in decided]))
        proposals = [self._proposal(pair, wishes, outcomes) for pair in fresh]
        await self._transfers.propose(proposals)
        sides = [side for pair in fresh for side in pair]
        rivals = await self._history.twins(sides, names.accounts, WINDOW_DAYS) if sides else []
        by_amount: dict[int, list[Transaction]] = defaultdict(list)
        for rival in rivals:
            by_amount[rival.amount].append(rival)
        return [made["id"] for made, pair in zip(proposals, fresh, strict=True) if _is_certain(pair, wanted, by_amount)]

    def _proposal(self, pair: Pair, wishes: Mapping[int, Plan], outcomes: Outcomes) -> dict[str, Any]:
        out, into = pair
        plan = wishes[out.key] if out.key in wishes else wishes[into.key]
        rule = outcomes.deeds[plan.effect.transfer_by or 0].rule
        return {
            "id": new_id(),
            "workspace_id": self._actor.workspace_id,
            "out_key": out.key,
            "in_key": into.key,
            "state": str(TransferState.PROPOSED),
            "reason": f"rule “{rule.name}”: {plan.reasons.get(plan.effect.transfer_by or 0, '')}",
            "created_at": self._clock(),
        }


def _account(names: Names, wanted: str | None) -> UUID | None:
    """The account that a rule names, if exactly one is called so."""
    found = [key for key, named in names.accounts.items() if wanted is not None and named.answers_to(wanted)]
    return found[0] if len(found) == 1 else None


def _pair(row: Transaction, account_id: UUID, twins: Sequence[Transaction]) -> Pair | None:
    """The row and the only one that is nearest to it in days, what went first."""
    possible = [(min(row, twin, key=_amount), max(row, twin, key=_amount)) for twin in twins if _is_other(twin, row)]
    fitting = [pair for pair in possible if looks_like_one(*pair) and account_id in _accounts(pair)]
    if not fitting or row.transfer_id is not None or row.status != Status.BOOKED or row.is_split:
        return None
    nearest = min(map(_apart, fitting))
    found = [pair for pair in fitting if _apart(pair) == nearest]
    return found[0] if len(found) == 1 else None


def _is_certain(pair: Pair, wanted: Mapping[int, UUID], rivals: Mapping[int, Sequence[Transaction]]) -> bool:
    """Whether the account that a rule names has this one only, and this one could belong to nothing else."""
    for row, twin in (pair, pair[::-1]):
        if wanted.get(row.key) == twin.account_id:
            there = [one for one in rivals[twin.amount] if one.account_id == twin.account_id]
            return not _has_another(row, twin, there) and not _has_another(twin, row, rivals[row.amount])
    return False


def _has_another(side: Transaction, other: Transaction, possible: Sequence[Transaction]) -> bool:
    pairs = ((min(side, one, key=_amount), max(side, one, key=_amount)) for one in possible if one.key != other.key)
    return any(looks_like_one(*pair) for pair in pairs)


def _each_once(pairs: Sequence[Pair]) -> Iterator[Pair]:
    """A side belongs to one pair; where two want it, neither has it."""
    keys = [key for pair in dict.fromkeys(_keys(pair) for pair in pairs) for key in pair]
    seen: set[tuple[int, int]] = set()
    for pair in pairs:
        if _keys(pair) not in seen and all(keys.count(key) == 1 for key in _keys(pair)):
            seen.add(_keys(pair))
            yield pair


def _is_other(twin: Transaction, row: Transaction) -> bool:
    return twin.key != row.key and twin.account_id != row.account_id


def _accounts(pair: Pair) -> tuple[UUID, UUID]:
    return pair[0].account_id, pair[1].account_id


def _keys(pair: Pair) -> tuple[int, int]:
    return pair[0].key, pair[1].key


def _amount(row: Transaction) -> int:
    return row.amount


def _apart(pair: Pair) -> int:
    return abs((pair[0].date - pair[1].date).days)
