"""SQL about transactions, their parts and tags, and the totals that they move."""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Integer, and_, bindparam, delete, func, or_, select

from farthing.infra.db import (
    Made,
    Prepared,
    Question,
    WorkspaceRepository,
    ask,
    in_scope,
    insert_made,
    insert_rows,
    insertions,
    within_or,
)
from farthing.kernel.paging import Page, PageRequest, id_after, page_of
from farthing.ledger.errors import BalanceTooLarge
from farthing.ledger.known import KnownTag
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
from farthing.ledger.totals import DailyKey, Delta, is_countable

_CHUNK = 500
_FEW = 50
"""So many rows go with other statements in one visit."""
_WORDS = "INSERT INTO transaction_search (rowid, search_text) VALUES (?, ?)"
_WORDS_BETWEEN = (
    "INSERT INTO transaction_search (rowid, search_text) SELECT key, search_text FROM transactions "
    "WHERE key BETWEEN ? AND ?"
)
"""Of rows that were just given keys, one after another."""
_LAST_KEY = Prepared(select(func.coalesce(func.max(Transaction.key), 0)))
_MORE_KEYS = Prepared(
    select(func.nextval("transactions_key_seq")).select_from(func.generate_series(1, bindparam("count", type_=Integer)))
)
_accounts = Account.__table__.c
_MOVED = Prepared(
    Account.__table__.update()  # type: ignore[attr-defined]
    .where(in_scope(Account), _accounts.id == bindparam("account_id"), _accounts.deleted_at.is_(None))
    .values(balance=_accounts.balance + bindparam("moved", type_=BigInteger))
    .returning(_accounts.id)
)
_MONTH_SUMS = ("net", "count")
_DAY_SUMS = ("income", "spent", "transfer_in", "transfer_out", "count")
_CLOSED = Prepared(select(ClosedMonth.month).where(in_scope(ClosedMonth)), (ClosedMonth.month,))


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
        await self.insert_keyed(rows)
        return first

    async def insert_keyed(self, rows: list[dict[str, Any]]) -> None:
        """Insert rows that have their keys, with their words."""
        await insert_rows(self.work, Transaction, rows)
        if self.work.is_sqlite:
            first, last = rows[0]["key"], rows[-1]["key"]
            if last - first == len(rows) - 1:
                await ask(self.work, [Question(_WORDS_BETWEEN, (first, last))])
            else:
                await self._each(_WORDS, [(row["key"], row["search_text"]) for row in rows])

    async def insert_made(self, rows: Made, words: Sequence[str]) -> list[int]:
        """The same for very many rows that were made ready; their keys."""
        keys = await self._next_keys(len(words))
        await insert_made(self.work, rows, Transaction, "key", keys)
        if self.work.is_sqlite:
            await self._each(_WORDS, list(zip(keys, words, strict=True)))
        return keys

    def insertions(self, rows: list[dict[str, Any]]) -> list[Question]:
        """The same for few rows that have their keys, to be asked in one visit with other statements."""
        words = [Question(_WORDS, (row["key"], row["search_text"])) for row in rows if self.work.is_sqlite]
        return [*insertions(self.work, Transaction, rows), *words]

    def asking(self, count: int) -> Question:
        """What `next_keys` will ask."""
        return _LAST_KEY.question(self.work) if self.work.is_sqlite else _MORE_KEYS.question(self.work, count=count)

    async def next_keys(self, count: int) -> list[int]:
        return await self._next_keys(count)

    async def _next_keys(self, count: int) -> list[int]:
        """Keys to give; SQLite's writer is alone, PostgreSQL's sequence never gives one twice."""
        if self.work.is_sqlite:
            last = int((await _LAST_KEY.of(self.work))[0][0])
            return list(range(last + 1, last + 1 + count))
        return [int(row[0]) for row in await _MORE_KEYS.of(self.work, count=count)]

    async def reword(self, key: int, before: str, after: str) -> None:
        """Let full text know new words; PostgreSQL's index sees them by itself."""
        if not self.work.is_sqlite or before == after:
            return
        await self._each(
            "INSERT INTO transaction_search (transaction_search, rowid, search_text) VALUES ('delete', ?, ?)",
            [(key, before)],
        )
        await self._each(_WORDS, [(key, after)])

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

    def detail_insertions(
        self, splits: list[dict[str, Any]], tags: list[dict[str, Any]], changes: list[dict[str, Any]]
    ) -> list[Question]:
        """Few parts, tags and images, to be asked in one visit with other statements."""
        kept = ((Split, splits), (TransactionTag, tags), (TransactionChange, changes))
        return [question for model, rows in kept for question in insertions(self.work, model, rows)]

    async def keep_splits(self, rows: list[dict[str, Any]]) -> None:
        await insert_rows(self.work, Split, rows)

    async def drop_splits(self, keys: Sequence[int]) -> None:
        for start in range(0, len(keys), _CHUNK):
            await self.session.execute(
                self.own(delete(Split), Split).where(Split.transaction_key.in_(keys[start : start + _CHUNK]))
            )

    async def tags(self, keys: Sequence[int]) -> dict[int, list[KnownTag]]:
        found: dict[int, list[KnownTag]] = {}
        for start in range(0, len(keys), _CHUNK):
            statement = (
                self.own(select(TransactionTag.transaction_key, Tag.id, Tag.name, Tag.name_key), TransactionTag)
                .join(Tag, (Tag.workspace_id == TransactionTag.workspace_id) & (Tag.id == TransactionTag.tag_id))
                .where(TransactionTag.transaction_key.in_(keys[start : start + _CHUNK]))
                .order_by(Tag.name_key)
            )
            for row in await self.session.execute(statement):
                found.setdefault(row[0], []).append(KnownTag(row[1], row[2], row[3]))
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
        return await self.apply_after([], workspace_id, change)

    async def apply_after(self, questions: list[Question], workspace_id: UUID, change: Delta) -> UUID | None:
        """The same, and what is to be done before, in as few visits as can be."""
        if not is_countable(change):
            raise BalanceTooLarge
        touched = _touched(change)
        months, days = _month_rows(workspace_id, change), _day_rows(workspace_id, change)
        is_small = len(months) + len(days) <= _FEW
        with within_or(BalanceTooLarge(), "countable"):
            answers = await ask(
                self.work,
                [
                    *questions,
                    *(_MOVED.question(self.work, account_id=i, moved=change.balances.get(i, 0)) for i in touched),
                    *(insertions(self.work, MonthTotal, months, adding=_MONTH_SUMS) if is_small else ()),
                    *(insertions(self.work, DailyTotal, days, adding=_DAY_SUMS) if is_small else ()),
                ],
            )
            gone = next((i for i, found in zip(touched, answers[len(questions) :], strict=False) if not found), None)
            if not is_small and gone is None:
                await insert_rows(self.work, MonthTotal, months, adding=_MONTH_SUMS)
                await insert_rows(self.work, DailyTotal, days, adding=_DAY_SUMS)
        return gone


def _touched(change: Delta) -> list[UUID]:
    """Every account that is written to, so that whoever deletes or recounts one waits for its writers."""
    return sorted({key[0] for key in change.daily} | {key[0] for key in change.months} | change.balances.keys())


def _month_rows(workspace_id: UUID, change: Delta) -> list[dict[str, Any]]:
    return [
        {"workspace_id": workspace_id, "account_id": account, "month": month, "net": net, "count": count}
        for (account, month), (net, count) in sorted(change.months.items())
    ]


def _day_rows(workspace_id: UUID, change: Delta) -> list[dict[str, Any]]:
    return [
        {
            "workspace_id": workspace_id,
            "account_id": account,
            "day": day,
            "category_id": category,
            "currency": currency,
        }
        | dict(zip(_DAY_SUMS, moved, strict=True))
        for (account, day, category, currency), moved in sorted(change.daily.items(), key=_in_order)
    ]


def _in_order(row: tuple[DailyKey, list[int]]) -> tuple[bytes, date, bytes, str]:
    """As every writer goes through the totals; bytes are sooner compared than ids."""
    account, day, category, currency = row[0]
    return account.bytes, day, category.bytes, currency


class Months(WorkspaceRepository):
    def asking(self) -> Question:
        """What `closed` will ask."""
        return _CLOSED.question(self.work)

    async def closed(self, months: set[date]) -> set[date]:
        return {row[0] for row in await _CLOSED.of(self.work)} & months if months else set()

    async def all(self) -> Sequence[ClosedMonth]:
        return (await self.session.scalars(self.select(ClosedMonth).order_by(ClosedMonth.month.desc()))).all()

    async def open(self, month: date) -> bool:
        gone = await self.session.execute(
            self.own(delete(ClosedMonth), ClosedMonth).where(ClosedMonth.month == month).returning(ClosedMonth.month)
        )
        return bool(gone.all())


def _last_day(month: date) -> date:
    return month.replace(day=monthrange(month.year, month.month)[1])
