"""Transactions whose merchant or category nobody knew when they came, looked at with what is known today."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from farthing.infra.db import Work
from farthing.kernel.actor import Actor
from farthing.kernel.clock import Clock
from farthing.ledger.categories import CategoryService
from farthing.ledger.deciding import Decider, Deciding, asked_of
from farthing.ledger.drafting import said_by
from farthing.ledger.images import Because, Loaded
from farthing.ledger.kinds import CategorySource, Origin
from farthing.ledger.merchant_service import MerchantService
from farthing.ledger.models import Transaction
from farthing.ledger.months import MonthService
from farthing.ledger.service import LedgerService
from farthing.ledger.transaction_repository import Transactions


class RederivingService:
    """What a person chose is left alone, and so are closed months."""

    def __init__(self, work: Work, actor: Actor, clock: Clock) -> None:
        self._rows = Transactions(work)
        self._ledger = LedgerService(work, actor, clock)
        self._merchants = MerchantService(work, actor, clock)
        self._categories = CategoryService(work, actor, clock)
        self._deciding = Deciding(work, self._categories)
        self._months = MonthService(work, actor, clock)

    async def next(self, before: int | None, limit: int) -> Sequence[int]:
        """The keys of the last transactions, or the last before a key, of which something is unknown."""
        return await self._rows.underived(before, limit)

    async def improvable(self, keys: Sequence[int]) -> list[int]:
        """Those of which more is known today."""
        return list(await self._edits(await self._rows.by_keys(keys)))

    async def derive(self, keys: Sequence[int]) -> int:
        """Write down what is known today; how many transactions changed."""
        await self._categories.hold()
        rows = await self._rows.by_keys(keys, lock=True)
        edits = await self._edits(rows)

        def write(one: Loaded) -> None:
            for name, value in edits[one.row.key].items():
                setattr(one.row, name, value)

        changing = [row for row in rows if row.key in edits]
        await self._ledger.change(changing, write, Because(Origin.CATEGORY, "derive", why="known better than before"))
        return len(changing)

    async def _edits(self, rows: Sequence[Transaction]) -> Mapping[int, dict[str, object]]:
        closed = {month.month for month in await self._months.all()}
        merchants = await self._merchants.meant_by([said_by(row) for row in rows])
        decider = await self._deciding.load()
        none = (await self._categories.none()).id
        found = {}
        for row, merchant in zip(rows, merchants, strict=True):
            edit = _edit(row, merchant, decider, none) if _is_open(row, closed) else {}
            if edit:
                found[row.key] = edit
        return found


def _is_open(row: Transaction, closed: set[date]) -> bool:
    return row.deleted_at is None and row.date.replace(day=1) not in closed


def _edit(row: Transaction, merchant: str | None, decider: Decider, none: UUID) -> dict[str, object]:
    """The columns that gain something."""
    edit: dict[str, object] = {}
    if row.der_merchant is None and merchant is not None:
        edit["der_merchant"] = merchant
    if row.category_source != CategorySource.NONE or row.category_id != none or row.is_split or row.transfer_id:
        return edit
    chosen = decider.one(asked_of(row))
    if chosen.source is not CategorySource.NONE:
        edit |= {
            "category_id": chosen.category_id,
            "category_source": str(chosen.source),
            "category_reason": chosen.reason,
            "category_confidence": chosen.confidence,
            "der_category": chosen.guessed or row.der_category,
        }
    return edit
