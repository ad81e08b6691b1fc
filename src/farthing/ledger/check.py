"""Recounting: what the totals should be, from the transactions themselves, and where they are not."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from farthing.infra.db import Work
from farthing.kernel.actor import Actor
from farthing.kernel.money import to_text
from farthing.ledger.check_repository import Recount
from farthing.ledger.totals import Delta, delta

_PAGE = 5_000


@dataclass(frozen=True, slots=True)
class Fault:
    """A total that is not what its transactions say."""

    what: str
    account_id: UUID
    day: date | None
    kept: str
    counted: str


class CheckService:
    def __init__(self, work: Work, actor: Actor) -> None:
        self._rows = Recount(work)
        self._actor = actor

    async def faults(self) -> list[Fault]:
        """Every wrong total, the earliest day of each account first."""
        counted = await self._count()
        kept_daily, kept_months = await self._rows.daily(), await self._rows.months()
        accounts = await self._rows.accounts()
        faults = []
        for key in kept_daily.keys() | counted.daily.keys():
            kept, right = kept_daily.get(key, [0] * 5), counted.daily.get(key, [0] * 5)
            if kept != right:
                faults.append(Fault("daily total", key[0], key[1], str(kept), str(right)))
        for month in kept_months.keys() | counted.months.keys():
            kept, right = kept_months.get(month, [0, 0]), counted.months.get(month, [0, 0])
            if kept != right:
                faults.append(Fault("month total", month[0], month[1], str(kept), str(right)))
        for account in accounts:
            right_balance = account.opening_balance + counted.balances.get(account.id, 0)
            if account.balance != right_balance:
                told = (to_text(account.balance, account.currency), to_text(right_balance, account.currency))
                faults.append(Fault("balance", account.id, None, *told))
        faults += [Fault(*one) for one in await self._rows.strange()]
        return sorted(faults, key=lambda fault: (fault.day or date.max, fault.what, str(fault.account_id)))

    async def recount(self, account_id: UUID) -> None:
        """Make one account's totals anew; others are not touched, so nobody who posts there has to wait."""
        await self._rows.replace(self._actor.workspace_id, await self._count(account_id), account_id)

    async def _count(self, account_id: UUID | None = None) -> Delta:
        """All transactions, page by page, through the same function that moves the totals."""
        kinds = await self._rows.kinds()
        whole = delta([], [], kinds)
        after = 0
        while rows := await self._rows.posted(after, _PAGE, account_id):
            part = delta([], [posted for _, posted in rows], kinds)
            for key, moved in part.daily.items():
                whole.daily[key] = [a + b for a, b in zip(whole.daily.get(key, [0] * 5), moved, strict=True)]
            for month, moved in part.months.items():
                whole.months[month] = [a + b for a, b in zip(whole.months.get(month, [0, 0]), moved, strict=True)]
            for moved_id, moved_by in part.balances.items():
                whole.balances[moved_id] = whole.balances.get(moved_id, 0) + moved_by
            after = rows[-1][0]
        whole.daily = {key: moved for key, moved in whole.daily.items() if any(moved)}
        whole.months = {key: moved for key, moved in whole.months.items() if any(moved)}
        return whole
