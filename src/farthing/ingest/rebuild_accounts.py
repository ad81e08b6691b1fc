"""What accounts hold before and after a rebuild, beside the balances that were reported."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from farthing.infra.db import Work
from farthing.ingest.rebuild_models import RebuiltImport
from farthing.ingest.repository import Imports
from farthing.kernel.actor import Actor
from farthing.kernel.clock import Clock
from farthing.kernel.money import to_text
from farthing.ledger.accounts import AccountService
from farthing.ledger.assertions import AssertionService
from farthing.ledger.restating import RestatingService


class RebuildAccounts:
    def __init__(self, work: Work, actor: Actor, clock: Clock) -> None:
        self._imports = Imports(work)
        self._accounts = AccountService(work, actor, clock)
        self._assertions = AssertionService(work, actor, clock)
        self._restating = RestatingService(work, actor, clock)

    async def foreseen(self, imports: Sequence[RebuiltImport]) -> list[dict[str, Any]]:
        """Of each account that any of these imports is about."""
        statements = await self._imports.statements_of([one.import_id for one in imports])
        accounts = {one.account_id for some in statements.values() for one in some if one.account_id is not None}
        return [await self._account(account_id, imports) for account_id in sorted(accounts)]

    async def found(self, accounts: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """The same with what the accounts hold now that it is done."""
        proven = []
        for one in accounts:
            account = await self._accounts.get(UUID(one["account_id"]))
            balance = to_text(account.balance, account.currency)
            proven.append({**one, "balance_found": balance, "is_proven": balance == one["balance_after"]})
        return proven

    async def _account(self, account_id: UUID, imports: Sequence[RebuiltImport]) -> dict[str, Any]:
        account = await self._accounts.get(account_id)
        moves: Counter[date] = Counter()
        arriving = 0
        for one in imports:
            told = one.after.get("moves", {}).get(str(account_id), {})
            moves.update({date.fromisoformat(day): net for day, net in told.items()})
            arriving += one.after.get("transactions", {}).get(str(account_id), 0)
        differences = await self._assertions.differences(account_id)
        count = await self._restating.count_of(account_id)
        return {
            "account_id": str(account_id),
            "name": account.name,
            "currency": account.currency,
            "balance_before": to_text(account.balance, account.currency),
            "balance_after": to_text(account.balance + sum(moves.values()), account.currency),
            "transactions_before": count,
            "transactions_after": count + arriving,
            "reports": len(differences),
            "agree_before": sum(by == 0 for _, by in differences),
            "agree_after": sum(by == _until(moves.items(), day) for day, by in differences),
        }


def _until(moves: Iterable[tuple[date, int]], last: date) -> int:
    return sum(net for day, net in moves if day <= last)
