"""Removing an account with all that is on it, and bringing it back."""

from collections.abc import Sequence
from uuid import UUID

from farthing.infra.db import Work
from farthing.kernel.actor import Actor
from farthing.kernel.clock import Clock
from farthing.ledger.accounts import AccountService
from farthing.ledger.errors import AccountOutdated
from farthing.ledger.images import Because
from farthing.ledger.kinds import Origin
from farthing.ledger.models import Account, Transaction
from farthing.ledger.months import MonthService
from farthing.ledger.service import LedgerService
from farthing.ledger.transaction_repository import Transactions
from farthing.ledger.transfer_repository import Transfers


class RemovalService:
    """The account and its transactions go and come back at once; inside closed months each leaves a trace."""

    def __init__(self, work: Work, actor: Actor, clock: Clock) -> None:
        self._accounts = AccountService(work, actor, clock)
        self._months = MonthService(work, actor, clock)
        self._ledger = LedgerService(work, actor, clock)
        self._rows = Transactions(work)
        self._transfers = Transfers(work)

    async def delete(self, account_id: UUID, reason: str | None, if_version: int | None = None) -> None:
        account = await self._accounts.locked(account_id)
        if if_version is not None and account.version != if_version:
            raise AccountOutdated
        await self._flag(await self._rows.of_closed_months(account.id, None), "delete", reason)
        await self._accounts.delete(account)
        await self._transfers.drop_proposals_of(account.id)

    async def restore(self, account_id: UUID, reason: str | None) -> Account:
        account = await self._accounts.deleted(account_id)
        await self._flag(await self._rows.of_closed_months(account.id, account.deleted_at), "restore", reason)
        return await self._accounts.restore(account)

    async def _flag(self, rows: Sequence[Transaction], action: str, reason: str | None) -> None:
        await self._months.refuse({row.date for row in rows}, reason)
        await self._ledger.flag(rows, Because(Origin.ACCOUNT, action, reason))
