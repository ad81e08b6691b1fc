"""Transactions in the order in which they came, whatever day they are of."""

from farthing.infra.db import Work
from farthing.kernel.actor import Actor
from farthing.kernel.clock import Clock
from farthing.kernel.paging import CursorInvalid, decode_cursor, encode_cursor
from farthing.ledger.finding import FindService
from farthing.ledger.query import Filter
from farthing.ledger.service import LedgerService
from farthing.ledger.sorting import Sort
from farthing.ledger.transaction_repository import Transactions
from farthing.ledger.transaction_schemas import TransactionPage

_KEY_MAX = 2**63 - 1


class ArrivalsService:
    def __init__(self, work: Work, actor: Actor, clock: Clock) -> None:
        self._rows = Transactions(work)
        self._ledger = LedgerService(work, actor, clock)
        self._finding = FindService(work, actor, clock)

    async def page(self, limit: int, cursor: str | None) -> TransactionPage:
        """The last that came first; keys are given in the order of coming."""
        rows = await self._rows.latest(_key(cursor) if cursor else None, limit + 1)
        total = (await self._finding.page(Filter(), Sort.NEWEST, 1)).total
        return TransactionPage.model_construct(
            transactions=await self._ledger.show(rows[:limit]),
            total=total.count,
            total_is_exact=total.is_exact,
            next=encode_cursor(rows[limit - 1].key) if len(rows) > limit else None,
            page=None,
            page_size=None,
        )


def _key(cursor: str) -> int:
    (said,) = decode_cursor(cursor, 1)
    if not said.isascii() or not said.isdigit() or int(said) > _KEY_MAX:
        raise CursorInvalid
    return int(said)
