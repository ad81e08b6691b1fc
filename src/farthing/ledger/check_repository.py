from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, update

from farthing.infra.db import WorkspaceRepository
from farthing.ledger.models import Account, Category, DailyTotal, MonthTotal, Split, Transaction
from farthing.ledger.totals import DailyKey, Delta, MonthKey, Posted
from farthing.ledger.transaction_repository import Totals


class Recount(WorkspaceRepository):
    async def posted(self, after: int, limit: int, account_id: UUID | None = None) -> list[tuple[int, Posted]]:
        """What counts of the next transactions, of all accounts or of one, by key."""
        columns = (
            Transaction.key,
            Transaction.account_id,
            Transaction.date,
            Transaction.amount,
            Transaction.currency,
            Transaction.status,
            Transaction.category_id,
            Transaction.transfer_id,
            Transaction.deleted_at,
            Transaction.is_split,
        )
        statement = self.own(select(*columns), Transaction).where(Transaction.key > after)
        if account_id is not None:
            statement = statement.where(Transaction.account_id == account_id)
        rows = (await self.session.execute(statement.order_by(Transaction.key).limit(limit))).all()
        parts = await self._parts([row.key for row in rows if row.is_split])
        return [(row.key, _posted(row, tuple(parts.get(row.key, [])))) for row in rows]

    async def _parts(self, keys: Sequence[int]) -> dict[int, list[tuple[UUID, int]]]:
        found: dict[int, list[tuple[UUID, int]]] = {}
        for start in range(0, len(keys), 500):
            statement = self.own(select(Split), Split).where(Split.transaction_key.in_(keys[start : start + 500]))
            for split in await self.session.scalars(statement.order_by(Split.position)):
                found.setdefault(split.transaction_key, []).append((split.category_id, split.amount))
        return found

    async def kinds(self) -> dict[UUID, str]:
        rows = await self.session.execute(self.own(select(Category.id, Category.kind), Category))
        return {row.id: row.kind for row in rows}

    async def accounts(self) -> Sequence[Account]:
        return (await self.session.scalars(self.select(Account).execution_options(populate_existing=True))).all()

    async def daily(self) -> dict[DailyKey, list[int]]:
        """The totals as they are kept, without those that are nothing."""
        rows = await self.session.scalars(self.select(DailyTotal).execution_options(populate_existing=True))
        kept: dict[DailyKey, list[int]] = {}
        for row in rows:
            moved = [row.income, row.spent, row.transfer_in, row.transfer_out, row.count]
            if any(moved):
                kept[row.account_id, row.day, row.category_id, row.currency] = moved
        return kept

    async def months(self) -> dict[MonthKey, list[int]]:
        rows = await self.session.scalars(self.select(MonthTotal).execution_options(populate_existing=True))
        return {(row.account_id, row.month): [row.net, row.count] for row in rows if row.net or row.count}

    async def strange(self) -> list[tuple[str, UUID, date, str, str]]:
        """Transactions in another currency than their account, and parts that are not the whole."""
        what, parts = (Transaction.account_id, Transaction.date), func.sum(Split.amount)
        of_it = (Account.workspace_id == Transaction.workspace_id) & (Account.id == Transaction.account_id)
        odd = self.own(select(*what, Transaction.currency, Account.currency), Transaction).join(Account, of_it)
        its = (Split.workspace_id == Transaction.workspace_id) & (Split.transaction_key == Transaction.key)
        torn = self.own(select(*what, parts, Transaction.amount), Transaction).join(Split, its)
        torn = torn.group_by(Transaction.key, *what, Transaction.amount).having(parts != Transaction.amount)
        found: list[tuple[str, UUID, date, str, str]] = []
        for name, statement in (("currency", odd.where(Transaction.currency != Account.currency)), ("parts", torn)):
            rows = await self.session.execute(statement)
            found += [(name, account, day, str(kept), str(right)) for account, day, kept, right in rows]
        return found

    async def replace(self, workspace_id: UUID, right: Delta, account_id: UUID) -> None:
        """Put these totals in the place of an account's."""
        for totals in (DailyTotal, MonthTotal):
            await self.session.execute(self.own(delete(totals), totals).where(totals.account_id == account_id))
        opened = self.own(update(Account), Account).where(Account.id == account_id)
        await self.session.execute(opened.values(balance=Account.opening_balance))
        await Totals(self.work).apply(workspace_id, right)


class PutAway(WorkspaceRepository):
    """An account's transactions, put away and brought back at once, however many they are."""

    async def put_away(self, account_id: UUID, moment: datetime) -> None:
        of_it = (Transaction.account_id == account_id, Transaction.deleted_at.is_(None))
        await self.session.execute(
            self.own(update(Transaction), Transaction)
            .where(*of_it)
            .values(deleted_at=moment, updated_at=moment, version=Transaction.version + 1)
        )
        for totals in (DailyTotal, MonthTotal):
            await self.session.execute(self.own(delete(totals), totals).where(totals.account_id == account_id))

    async def bring_back(self, account_id: UUID, moment: datetime, now: datetime) -> None:
        of_it = (Transaction.account_id == account_id, Transaction.deleted_at == moment)
        await self.session.execute(
            self.own(update(Transaction), Transaction)
            .where(*of_it)
            .values(deleted_at=None, updated_at=now, version=Transaction.version + 1)
        )


def _posted(row: Any, splits: tuple[tuple[UUID, int], ...]) -> Posted:
    return Posted(
        account_id=row.account_id,
        day=row.date,
        amount=row.amount,
        currency=row.currency,
        status=row.status,
        category_id=row.category_id,
        is_transfer=row.transfer_id is not None,
        is_deleted=row.deleted_at is not None,
        splits=splits,
    )
