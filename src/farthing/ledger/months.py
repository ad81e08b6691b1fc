"""Closed months: looked through and done with, so that whoever changes them later says why."""

from collections.abc import Iterable, Sequence
from datetime import date

from farthing.audit.service import Audit
from farthing.infra.db import Question, Work
from farthing.kernel.actor import Actor
from farthing.kernel.clock import Clock
from farthing.kernel.paging import Page, PageRequest
from farthing.ledger.errors import MonthClosed, MonthNotClosed
from farthing.ledger.models import ClosedMonth, TransactionChange
from farthing.ledger.transaction_repository import Months, Transactions

_NAMED = 12


class MonthService:
    """Months that were looked through and closed."""

    def __init__(self, work: Work, actor: Actor, clock: Clock) -> None:
        self._rows = Months(work)
        self._transactions = Transactions(work)
        self._actor = actor
        self._clock = clock
        self._audit = Audit(work, actor, clock)

    async def all(self) -> Sequence[ClosedMonth]:
        return await self._rows.all()

    def asking(self) -> Question:
        """What `refuse` will ask."""
        return self._rows.asking()

    async def close(self, month: date) -> None:
        if not await self._rows.closed({month}):
            await self._rows.add(
                ClosedMonth(
                    workspace_id=self._actor.workspace_id,
                    month=month,
                    closed_by=self._actor.user_id,
                    closed_by_name=self._actor.name,
                    closed_at=self._clock(),
                )
            )
            await self._audit.record("month.close", month=month.isoformat())

    async def open(self, month: date) -> None:
        if not await self._rows.open(month):
            raise MonthNotClosed(f"{month:%B %Y} is not closed")
        await self._audit.record("month.open", month=month.isoformat())

    async def changed_after(self, request: PageRequest) -> Page[TransactionChange]:
        """What was changed inside closed months, newest first."""
        return await self._transactions.changes_of_closed_months(request)

    async def refuse(self, days: Iterable[date], reason: str | None) -> set[date]:
        """The closed months among the days; touching one takes a reason."""
        closed = await self._rows.closed({day.replace(day=1) for day in days})
        if closed and not (reason or "").strip():
            raise MonthClosed(_refusal(sorted(closed)))
        return closed

    async def refuse_any(self, reason: str | None) -> None:
        """For what changes every day of an account."""
        await self.refuse([one.month for one in await self.all()], reason)


def _refusal(closed: Sequence[date]) -> str:
    if len(closed) == 1:
        return f"{closed[0]:%B %Y} is closed. Say why with `reason`, or open the month first."
    *others, last = (f"{month:%B %Y}" for month in closed[:_NAMED])
    more = f", {last} and {len(closed) - _NAMED} more" if len(closed) > _NAMED else f" and {last}"
    return f"{', '.join(others)}{more} are closed. Say why with `reason`, or open the months first."
