"""SQL about accounts, categories, tags and merchants."""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import func, literal, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from farthing.infra.db import Id, WorkspaceRepository
from farthing.kernel.paging import CursorInvalid, Page, PageRequest, page_of
from farthing.ledger.kinds import CategoryKind
from farthing.ledger.models import (
    Account,
    BalanceAssertion,
    Category,
    DailyTotal,
    MonthTotal,
    Split,
    Tag,
    Transaction,
    TransactionTag,
)


class Accounts(WorkspaceRepository):
    async def get(self, account_id: UUID, *, with_deleted: bool = False, lock: bool = False) -> Account | None:
        statement = self.select(Account).where(Account.id == account_id)
        if not with_deleted:
            statement = statement.where(Account.deleted_at.is_(None))
        found: Account | None = await self.session.scalar(statement.with_for_update() if lock else statement)
        return found

    async def names(self) -> dict[UUID, str]:
        """What each account is called, deleted ones too."""
        rows = await self.session.execute(self.own(select(Account.id, Account.name), Account))
        return {row[0]: row[1] for row in rows}

    async def page(self, request: PageRequest, *, with_archived: bool, only_deleted: bool) -> Page[Account]:
        wanted = [Account.deleted_at.is_not(None) if only_deleted else Account.deleted_at.is_(None)]
        if not with_archived and not only_deleted:
            wanted.append(Account.is_archived.is_(False))
        statement = self.select(Account).where(*wanted).order_by(Account.position, Account.id)
        if after := _place_after(request):
            seen = tuple_(literal(after[0]), literal(after[1], Id))
            statement = statement.where(tuple_(Account.position, Account.id) > seen)
        rows = (await self.session.scalars(statement.limit(request.limit + 1).offset(request.offset))).all()
        total = await self.count(Account, *wanted)
        return page_of(rows, request, total, lambda account: (f"{account.position} {account.id}",))

    async def default(self) -> Account | None:
        found: Account | None = await self.session.scalar(
            self.select(Account).where(Account.is_default.is_(True), Account.deleted_at.is_(None))
        )
        return found

    async def add_default(self, account: Account) -> bool:
        """Add the default account, unless somebody else just did."""
        values = {column.name: getattr(account, column.name) for column in Account.__table__.columns}
        start = (sqlite.insert if self.work.is_sqlite else postgresql.insert)(Account).values(values)
        added = await self.session.execute(start.on_conflict_do_nothing().returning(Account.id))
        return added.first() is not None

    async def no_default_but(self, account_id: UUID) -> None:
        await self.session.execute(
            self.own(update(Account), Account)
            .where(Account.is_default.is_(True), Account.id != account_id)
            .values(is_default=False, version=Account.version + 1)
        )

    async def has_reports(self, account_id: UUID) -> bool:
        """Whether somebody reported a balance of it."""
        told = self.own(select(BalanceAssertion.id), BalanceAssertion).where(BalanceAssertion.account_id == account_id)
        return (await self.session.scalar(told.limit(1))) is not None

    async def manual_in(self, currency: str) -> Account | None:
        """The oldest account kept by hand in a currency."""
        statement = self.select(Account).where(
            Account.currency == currency,
            Account.provider == "manual",
            Account.deleted_at.is_(None),
            Account.is_archived.is_(False),
        )
        found: Account | None = await self.session.scalar(statement.order_by(Account.id).limit(1))
        return found

    async def again(self, account: Account) -> None:
        """Read it anew, after totals moved it."""
        await self.session.refresh(account)

    async def has_transactions(self, account_id: UUID) -> bool:
        statement = self.own(select(Transaction.key), Transaction).where(Transaction.account_id == account_id).limit(1)
        return (await self.session.scalar(statement)) is not None

    async def moved_until(self, account_id: UUID, day: date) -> int:
        """What booked transactions changed up to and including a day: whole months, then the days of the last."""
        month = day.replace(day=1)
        months = self.own(select(func.coalesce(func.sum(MonthTotal.net), 0)), MonthTotal).where(
            MonthTotal.account_id == account_id, MonthTotal.month < month
        )
        gained = DailyTotal.income - DailyTotal.spent + DailyTotal.transfer_in - DailyTotal.transfer_out
        days = self.own(select(func.coalesce(func.sum(gained), 0)), DailyTotal).where(
            DailyTotal.account_id == account_id, DailyTotal.day >= month, DailyTotal.day <= day
        )
        return int(await self.session.scalar(months) or 0) + int(await self.session.scalar(days) or 0)


class Categories(WorkspaceRepository):
    async def get(self, category_id: UUID, *, lock: bool = False) -> Category | None:
        statement = self.select(Category).where(Category.id == category_id, Category.deleted_at.is_(None))
        found: Category | None = await self.session.scalar(statement.with_for_update() if lock else statement)
        return found

    async def deleted(self, category_id: UUID) -> Category | None:
        found: Category | None = await self.session.scalar(
            self.select(Category).where(Category.id == category_id, Category.deleted_at.is_not(None))
        )
        return found

    async def all(self) -> Sequence[Category]:
        """Every one in use, by kind and name, without the one that stands for none."""
        statement = self.select(Category).where(Category.deleted_at.is_(None), Category.kind != CategoryKind.NONE)
        return (
            await self.session.scalars(statement.order_by(Category.kind, Category.position, Category.name_key))
        ).all()

    async def every(self) -> Sequence[Category]:
        """All of them, deleted ones too."""
        return (await self.session.scalars(self.select(Category))).all()

    async def keys_in(self, category_id: UUID) -> Sequence[int]:
        """The transactions, whole or in part, of a category."""
        whole = self.own(select(Transaction.key), Transaction).where(Transaction.category_id == category_id)
        parts = self.own(select(Split.transaction_key), Split).where(Split.category_id == category_id)
        return (await self.session.scalars(whole.union(parts))).all()

    async def move_children(self, category_id: UUID, parent_id: UUID | None) -> None:
        await self.session.execute(
            self.own(update(Category), Category).where(Category.parent_id == category_id).values(parent_id=parent_id)
        )


class Tags(WorkspaceRepository):
    async def get(self, tag_id: UUID) -> Tag | None:
        found: Tag | None = await self.session.scalar(self.select(Tag).where(Tag.id == tag_id))
        return found

    async def all(self) -> Sequence[tuple[Tag, int]]:
        """Every tag with how often it is used, by name."""
        used = (
            self.own(select(func.count()), TransactionTag)
            .where(TransactionTag.tag_id == Tag.id)
            .correlate(Tag)
            .scalar_subquery()
        )
        rows = await self.session.execute(self.own(select(Tag, used), Tag).order_by(Tag.name_key))
        return [(row[0], row[1]) for row in rows]

    async def named(self, name_keys: Iterable[str]) -> dict[str, Tag]:
        statement = self.select(Tag).where(Tag.name_key.in_(set(name_keys)))
        return {tag.name_key: tag for tag in await self.session.scalars(statement)}

    async def remove(self, tag: Tag) -> None:
        await self.session.delete(tag)
        await self.session.flush()


def _place_after(request: PageRequest) -> tuple[int, UUID] | None:
    """The position and id that a cursor names."""
    if request.after is None:
        return None
    position, _, account_id = request.after[0].partition(" ")
    try:
        return int(position), UUID(account_id)
    except ValueError as error:
        raise CursorInvalid from error
