"""SQL about transactions, their parts and tags, and the totals that they move."""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, text, update

from farthing.infra.db import WorkspaceRepository, insert_rows, within_or
from farthing.kernel.paging import Page, PageRequest, id_after, page_of
from farthing.ledger.errors import BalanceTooLarge
from farthing.ledger.models import (
    Account,
    ClosedMonth,
    DailyTotal,
    MonthTotal,
    Split,
    Tag,
    Transaction,
    TransactionChange,
    TransactionTag,
)
from farthing.ledger.totals import Delta, is_countable

_CHUNK = 500


class Transactions(WorkspaceRepository):
    async def get(self, transaction_id: UUID, *, lock: bool = False) -> Transaction | None:
        statement = self.select(Transaction).where(Transaction.id == transaction_id)
        found: Transaction | None = await self.session.scalar(statement.with_for_update() if lock else statement)
        return found

    async def by_ids(self, ids: Sequence[UUID], *, lock: bool = False) -> list[Transaction]:
        keys: list[int] = []
        for start in range(0, len(ids), _CHUNK):
            some = self.own(select(Transaction.key), Transaction).where(Transaction.id.in_(ids[start : start + _CHUNK]))
            keys += (await self.session.scalars(some)).all()
        return await self.by_keys(keys, lock=lock)

    async def by_keys(self, keys: Sequence[int], *, lock: bool = False) -> list[Transaction]:
        """In the order of their keys, in which alone rows are locked, so that no two writers wait for each other."""
        found: list[Transaction] = []
        ordered = sorted(set(keys))
        for start in range(0, len(ordered), _CHUNK):
            statement = self.select(Transaction).where(Transaction.key.in_(ordered[start : start + _CHUNK]))
            statement = statement.order_by(Transaction.key)
            if lock:
                statement = statement.with_for_update().execution_options(populate_existing=True)
            found += (await self.session.scalars(statement)).all()
        return found

    async def latest(self, before: int | None, limit: int) -> Sequence[Transaction]:
        """Those in use that came last, or last before a key."""
        statement = self.select(Transaction).where(Transaction.deleted_at.is_(None))
        if before is not None:
            statement = statement.where(Transaction.key < before)
        return (await self.session.scalars(statement.order_by(Transaction.key.desc()).limit(limit))).all()

    async def underived(self, before: int | None, limit: int) -> Sequence[int]:
        """Keys of those in use whose merchant or category nobody chose or knew, the last first."""
        unknown = or_(
            Transaction.category_source == "none",
            and_(Transaction.der_merchant.is_(None), Transaction.category_source != "user"),
        )
        statement = self.own(select(Transaction.key), Transaction).where(Transaction.deleted_at.is_(None), unknown)
        if before is not None:
            statement = statement.where(Transaction.key < before)
        return (await self.session.scalars(statement.order_by(Transaction.key.desc()).limit(limit))).all()

    async def of_closed_months(self, account_id: UUID, deleted_at: datetime | None) -> Sequence[Transaction]:
        """An account's transactions that lie in closed months: those in use, or those put away at a moment."""
        closed = (await self.session.scalars(self.own(select(ClosedMonth.month), ClosedMonth))).all()
        if not closed:
            return []
        gone = Transaction.deleted_at.is_(None) if deleted_at is None else Transaction.deleted_at == deleted_at
        inside = or_(*(Transaction.date.between(month, _last_day(month)) for month in closed))
        statement = self.select(Transaction).where(Transaction.account_id == account_id, gone, inside)
        return (await self.session.scalars(statement.order_by(Transaction.key))).all()

    async def insert(self, rows: list[dict[str, Any]]) -> list[int]:
        """Insert rows at once; their keys, in the order of the rows."""
        if not rows:
            return []
        first = await self._next_keys(len(rows))
        for key, row in zip(first, rows, strict=True):
            row["key"] = key
        await insert_rows(self.work, Transaction, rows)
        if self.work.is_sqlite:
            words = [(row["key"], row["search_text"]) for row in rows]
            await self._each("INSERT INTO transaction_search (rowid, search_text) VALUES (?, ?)", words)
        return first

    async def _next_keys(self, count: int) -> list[int]:
        """Keys to give; SQLite's writer is alone, PostgreSQL's sequence never gives one twice."""
        if self.work.is_sqlite:
            last = await self.session.scalar(select(func.coalesce(func.max(Transaction.key), 0))) or 0
            return list(range(last + 1, last + 1 + count))
        drawn = text("SELECT nextval('transactions_key_seq') FROM generate_series(1, :count)")
        return list((await self.session.scalars(drawn, {"count": count})).all())

    async def reword(self, key: int, before: str, after: str) -> None:
        """Let full text know new words; PostgreSQL's index sees them by itself."""
        if not self.work.is_sqlite or before == after:
            return
        await self._each(
            "INSERT INTO transaction_search (transaction_search, rowid, search_text) VALUES ('delete', ?, ?)",
            [(key, before)],
        )
        await self._each("INSERT INTO transaction_search (rowid, search_text) VALUES (?, ?)", [(key, after)])

    async def _each(self, statement: str, values: list[tuple[Any, ...]]) -> None:
        connection = await self.session.connection()
        await connection.exec_driver_sql(statement, values)

    async def splits(self, keys: Sequence[int]) -> dict[int, list[Split]]:
        found: dict[int, list[Split]] = {}
        for start in range(0, len(keys), _CHUNK):
            statement = self.select(Split).where(Split.transaction_key.in_(keys[start : start + _CHUNK]))
            for split in await self.session.scalars(statement.order_by(Split.transaction_key, Split.position)):
                found.setdefault(split.transaction_key, []).append(split)
        return found

    async def keep_splits(self, rows: list[dict[str, Any]]) -> None:
        await insert_rows(self.work, Split, rows)

    async def drop_splits(self, keys: Sequence[int]) -> None:
        for start in range(0, len(keys), _CHUNK):
            await self.session.execute(
                self.own(delete(Split), Split).where(Split.transaction_key.in_(keys[start : start + _CHUNK]))
            )

    async def tags(self, keys: Sequence[int]) -> dict[int, list[Tag]]:
        found: dict[int, list[Tag]] = {}
        for start in range(0, len(keys), _CHUNK):
            statement = (
                self.own(select(TransactionTag.transaction_key, Tag), TransactionTag)
                .join(Tag, (Tag.workspace_id == TransactionTag.workspace_id) & (Tag.id == TransactionTag.tag_id))
                .where(TransactionTag.transaction_key.in_(keys[start : start + _CHUNK]))
                .order_by(Tag.name_key)
            )
            for row in await self.session.execute(statement):
                found.setdefault(row[0], []).append(row[1])
        return found

    async def keep_tags(self, rows: list[dict[str, Any]]) -> None:
        await insert_rows(self.work, TransactionTag, rows)

    async def drop_tags(self, keys: Sequence[int]) -> None:
        for start in range(0, len(keys), _CHUNK):
            await self.session.execute(
                self.own(delete(TransactionTag), TransactionTag).where(
                    TransactionTag.transaction_key.in_(keys[start : start + _CHUNK])
                )
            )

    async def keep_changes(self, rows: list[dict[str, Any]]) -> None:
        await insert_rows(self.work, TransactionChange, rows)

    async def keys_labelled(self, names: set[str]) -> list[int]:
        """The transactions of a derived merchant."""
        labelled = self.own(select(Transaction.key), Transaction).where(Transaction.der_merchant.in_(names))
        return sorted((await self.session.scalars(labelled)).all())

    async def keys_changed_by(self, origin: str, origin_id: UUID | None) -> list[int]:
        """The transactions that something changed, whatever became of them since."""
        changed = self.own(select(TransactionChange.transaction_key).distinct(), TransactionChange)
        by_it = changed.where(TransactionChange.origin == str(origin), TransactionChange.origin_id == origin_id)
        return sorted((await self.session.scalars(by_it)).all())

    async def histories(self, keys: Sequence[int]) -> dict[int, list[TransactionChange]]:
        """The history of each, oldest first."""
        found: dict[int, list[TransactionChange]] = {}
        for start in range(0, len(keys), _CHUNK):
            statement = self.select(TransactionChange).where(
                TransactionChange.transaction_key.in_(keys[start : start + _CHUNK])
            )
            for change in await self.session.scalars(statement.order_by(TransactionChange.id)):
                found.setdefault(change.transaction_key, []).append(change)
        return found

    async def changes(self, key: int) -> Sequence[TransactionChange]:
        statement = self.select(TransactionChange).where(TransactionChange.transaction_key == key)
        return (await self.session.scalars(statement.order_by(TransactionChange.id.desc()))).all()

    async def _page_of_changes(self, request: PageRequest, *wanted: ColumnElement[bool]) -> Page[TransactionChange]:
        """Newest first."""
        statement = self.select(TransactionChange).where(*wanted).order_by(TransactionChange.id.desc())
        if after := id_after(request):
            statement = statement.where(TransactionChange.id < after)
        rows = (await self.session.scalars(statement.limit(request.limit + 1).offset(request.offset))).all()
        return page_of(rows, request, await self.count(TransactionChange, *wanted), lambda change: (change.id,))

    async def changes_of(self, key: int, request: PageRequest) -> Page[TransactionChange]:
        return await self._page_of_changes(request, TransactionChange.transaction_key == key)

    async def changes_of_closed_months(self, request: PageRequest) -> Page[TransactionChange]:
        return await self._page_of_changes(request, TransactionChange.is_in_closed_month.is_(True))


class Totals(WorkspaceRepository):
    async def between(self, first: date, last: date) -> list[tuple[UUID, str, int, int, int]]:
        """Of each category and currency: what came in, what was spent, and of how many lines."""
        of = (DailyTotal.category_id, DailyTotal.currency)
        sums = [func.sum(column) for column in (DailyTotal.income, DailyTotal.spent, DailyTotal.count)]
        statement = self.own(select(*of, *sums), DailyTotal).where(DailyTotal.day.between(first, last)).group_by(*of)
        found = await self.session.execute(statement)
        return [(row[0], row[1], int(row[2]), int(row[3]), int(row[4])) for row in found]

    async def apply(self, workspace_id: UUID, change: Delta) -> UUID | None:
        """Move balances and totals, in an order that two writers cannot cross; an account that is gone, if one is.

        What would grow beyond exact integers is refused.
        """
        if not is_countable(change):
            raise BalanceTooLarge
        with within_or(BalanceTooLarge(), "countable"):
            return await self._apply(workspace_id, change)

    async def _apply(self, workspace_id: UUID, change: Delta) -> UUID | None:
        """An account, if one is gone.

        Every account that is touched is written to, so that whoever deletes or recounts one waits for its writers.
        """
        touched = {key[0] for key in change.daily} | {key[0] for key in change.months} | change.balances.keys()
        for account_id in sorted(touched):
            moved = await self.session.execute(
                self.own(update(Account), Account)
                .where(Account.id == account_id, Account.deleted_at.is_(None))
                .values(balance=Account.balance + change.balances.get(account_id, 0))
                .returning(Account.id),
                execution_options={"synchronize_session": False},
            )
            if moved.first() is None:
                return account_id
        months = [
            {"workspace_id": workspace_id, "account_id": account, "month": month, "net": net, "count": count}
            for (account, month), (net, count) in sorted(change.months.items())
        ]
        await insert_rows(self.work, MonthTotal, months, adding=("net", "count"))
        days = [
            {
                "workspace_id": workspace_id,
                "account_id": account,
                "day": day,
                "category_id": category,
                "currency": currency,
                "income": moved[0],
                "spent": moved[1],
                "transfer_in": moved[2],
                "transfer_out": moved[3],
                "count": moved[4],
            }
            for (account, day, category, currency), moved in sorted(change.daily.items())
        ]
        sums = ("income", "spent", "transfer_in", "transfer_out", "count")
        await insert_rows(self.work, DailyTotal, days, adding=sums)
        return None


class Months(WorkspaceRepository):
    async def closed(self, months: set[date]) -> set[date]:
        if not months:
            return set()
        statement = self.own(select(ClosedMonth.month), ClosedMonth).where(ClosedMonth.month.in_(months))
        return set((await self.session.scalars(statement)).all())

    async def all(self) -> Sequence[ClosedMonth]:
        return (await self.session.scalars(self.select(ClosedMonth).order_by(ClosedMonth.month.desc()))).all()

    async def open(self, month: date) -> bool:
        gone = await self.session.execute(
            self.own(delete(ClosedMonth), ClosedMonth).where(ClosedMonth.month == month).returning(ClosedMonth.month)
        )
        return bool(gone.all())


def _last_day(month: date) -> date:
    return month.replace(day=monthrange(month.year, month.month)[1])
