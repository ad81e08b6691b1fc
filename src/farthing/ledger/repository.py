"""SQL about accounts, categories, tags and merchants."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Text, bindparam, func, literal, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from farthing.infra.db import Base, Id, Prepared, Question, Work, WorkspaceRepository, in_scope
from farthing.kernel.paging import CursorInvalid, Page, PageRequest, page_of
from farthing.ledger.kinds import CategoryKind
from farthing.ledger.known import KnownAccount, KnownCategory, KnownTag
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

_ACCOUNT = (Account.id, Account.name, Account.currency, Account.is_archived)
_IN_USE = (in_scope(Account), Account.deleted_at.is_(None))
_KNOWN_ACCOUNT = Prepared(select(*_ACCOUNT).where(*_IN_USE, Account.id == bindparam("account_id")), _ACCOUNT)
_DEFAULT_ACCOUNT = Prepared(select(*_ACCOUNT).where(*_IN_USE, Account.is_default.is_(True)), _ACCOUNT)
_CATEGORY = (
    Category.id,
    Category.parent_id,
    Category.name,
    Category.name_key,
    Category.kind,
    Category.deleted_at,
)
_EVERY_CATEGORY = Prepared(select(*_CATEGORY).where(in_scope(Category)), _CATEGORY)
_WHICH = func.hashtextextended(bindparam("catalogue", type_=Text), 0)
_SHARED = Prepared(select(func.pg_advisory_xact_lock_shared(_WHICH)))
_ALONE = Prepared(select(func.pg_advisory_xact_lock(_WHICH)))
_ASKED = 256
"""So many names at once."""
_TAG = (Tag.id, Tag.name, Tag.name_key)


@cache
def _tags_named(count: int) -> Prepared:
    """As many names as powers of two, so that there are few such statements; the last name fills them up."""
    keys = [bindparam(f"key_{at}", type_=Text) for at in range(count)]
    return Prepared(select(*_TAG).where(in_scope(Tag), Tag.name_key.in_(keys), Tag.deleted_at.is_(None)), _TAG)


class Accounts(WorkspaceRepository):
    def asking(self, account_id: UUID | None) -> Question:
        """What `known` will ask, or without an account `known_default`."""
        if account_id is None:
            return _DEFAULT_ACCOUNT.question(self.work)
        return _KNOWN_ACCOUNT.question(self.work, account_id=account_id)

    async def known(self, account_id: UUID) -> KnownAccount | None:
        rows = await _KNOWN_ACCOUNT.of(self.work, account_id=account_id)
        return KnownAccount(*rows[0]) if rows else None

    async def known_default(self) -> KnownAccount | None:
        rows = await _DEFAULT_ACCOUNT.of(self.work)
        return KnownAccount(*rows[0]) if rows else None

    async def get(self, account_id: UUID, *, with_deleted: bool = False, lock: bool = False) -> Account | None:
        statement = self.select(Account).where(Account.id == account_id)
        if not with_deleted:
            statement = statement.where(Account.deleted_at.is_(None))
        found: Account | None = await self.session.scalar(statement.with_for_update() if lock else statement)
        return found

    async def with_ibans(self) -> Sequence[Account]:
        statement = self.select(Account).where(Account.iban.is_not(None), Account.deleted_at.is_(None))
        return (await self.session.scalars(statement.order_by(Account.created_at))).all()

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
    async def hold(self, *, alone: bool) -> None:
        """Until this transaction ends no category or tag goes or comes back; `alone`, nobody else counts on any.

        Taken before any row is locked, so that no two wait for each other. SQLite's writer is alone anyway.
        """
        if not self.work.is_sqlite:
            await (_ALONE if alone else _SHARED).of(self.work, catalogue=self._catalogue)

    def asking(self) -> list[Question]:
        """What `hold` and `every` will ask."""
        held = [] if self.work.is_sqlite else [_SHARED.question(self.work, catalogue=self._catalogue)]
        return [*held, _EVERY_CATEGORY.question(self.work)]

    @property
    def _catalogue(self) -> str:
        return f"catalogue {self.work.scope.workspace_id}"

    async def get(self, category_id: UUID, *, lock: bool = False) -> Category | None:
        statement = self.select(Category).where(Category.id == category_id, Category.deleted_at.is_(None))
        locked = statement.with_for_update(key_share=True).execution_options(populate_existing=True)
        found: Category | None = await self.session.scalar(locked if lock else statement)
        return found

    async def deleted(self, category_id: UUID) -> Category | None:
        found: Category | None = await self.session.scalar(
            self.select(Category).where(Category.id == category_id, Category.deleted_at.is_not(None))
        )
        return found

    async def made(self, values: dict[str, Any]) -> Category:
        """A new one, or the one of this name that somebody made meanwhile."""
        await self.session.execute(_unless_there(self.work, Category, values))
        statement = self.select(Category).where(
            Category.kind == values["kind"], Category.name_key == values["name_key"], Category.deleted_at.is_(None)
        )
        return (await self.session.scalars(statement)).one()

    async def all(self) -> Sequence[Category]:
        """Every one in use, by kind and name, without the one that stands for none."""
        statement = self.select(Category).where(Category.deleted_at.is_(None), Category.kind != CategoryKind.NONE)
        return (
            await self.session.scalars(statement.order_by(Category.kind, Category.position, Category.name_key))
        ).all()

    async def every(self) -> list[KnownCategory]:
        """All of them, deleted ones too."""
        return [KnownCategory(*row) for row in await _EVERY_CATEGORY.of(self.work)]

    async def keys_in(self, category_id: UUID) -> list[int]:
        """The transactions, whole or in part, of a category."""
        whole = self.own(select(Transaction.key), Transaction).where(Transaction.category_id == category_id)
        parts = self.own(select(Split.transaction_key), Split).where(Split.category_id == category_id)
        return sorted((await self.session.scalars(whole.union(parts))).all())

    async def move_children(self, category_id: UUID, parent_id: UUID | None) -> None:
        await self.session.execute(
            self.own(update(Category), Category).where(Category.parent_id == category_id).values(parent_id=parent_id)
        )


class Tags(WorkspaceRepository):
    async def get(self, tag_id: UUID) -> Tag | None:
        found: Tag | None = await self.session.scalar(
            self.select(Tag).where(Tag.id == tag_id, Tag.deleted_at.is_(None))
        )
        return found

    async def deleted(self, tag_id: UUID) -> Tag | None:
        found: Tag | None = await self.session.scalar(
            self.select(Tag).where(Tag.id == tag_id, Tag.deleted_at.is_not(None))
        )
        return found

    async def made(self, values: dict[str, Any]) -> Tag:
        """A new one, or the one of this name that somebody made meanwhile."""
        await self.session.execute(_unless_there(self.work, Tag, values))
        statement = self.select(Tag).where(Tag.name_key == values["name_key"], Tag.deleted_at.is_(None))
        return (await self.session.scalars(statement)).one()

    async def all(self) -> Sequence[tuple[Tag, int]]:
        """Every tag in use with how often it is used, by name."""
        used = (
            self.own(select(func.count()), TransactionTag)
            .where(TransactionTag.tag_id == Tag.id)
            .correlate(Tag)
            .scalar_subquery()
        )
        statement = self.own(select(Tag, used), Tag).where(Tag.deleted_at.is_(None))
        return [(row[0], row[1]) for row in await self.session.execute(statement.order_by(Tag.name_key))]

    def asking(self, name_keys: Iterable[str]) -> list[Question]:
        """What `named` will ask."""
        return [_tags_named(len(some)).question(self.work, **_numbered(some)) for some in _in_powers(name_keys)]

    async def named(self, name_keys: Iterable[str]) -> dict[str, KnownTag]:
        found = [
            KnownTag(*row)
            for some in _in_powers(name_keys)
            for row in await _tags_named(len(some)).of(self.work, **_numbered(some))
        ]
        return {tag.name_key: tag for tag in found}

    async def in_use(self, tag_ids: Iterable[UUID]) -> set[UUID]:
        """Those of these that are not deleted."""
        statement = self.own(select(Tag.id), Tag).where(Tag.id.in_(set(tag_ids)), Tag.deleted_at.is_(None))
        return set((await self.session.scalars(statement)).all())

    async def keys_in(self, tag_id: UUID) -> list[int]:
        """The transactions of a tag."""
        tagged = self.own(select(TransactionTag.transaction_key), TransactionTag)
        return sorted((await self.session.scalars(tagged.where(TransactionTag.tag_id == tag_id))).all())


def _in_powers(names: Iterable[str]) -> list[list[str]]:
    """Some at a time, filled up to a power of two."""
    ordered = sorted(set(names))
    some = [ordered[start : start + _ASKED] for start in range(0, len(ordered), _ASKED)]
    return [[*part, *part[-1:] * ((1 << (len(part) - 1).bit_length()) - len(part))] for part in some]


def _numbered(names: list[str]) -> dict[str, str]:
    return {f"key_{at}": name for at, name in enumerate(names)}


def _unless_there(work: Work, model: type[Base], values: dict[str, Any]) -> Any:
    """An INSERT that leaves another's row of the same name as it is."""
    dialect = sqlite if work.is_sqlite else postgresql
    return dialect.insert(model).values(values).on_conflict_do_nothing()


def _place_after(request: PageRequest) -> tuple[int, UUID] | None:
    """The position and id that a cursor names."""
    if request.after is None:
        return None
    position, _, account_id = request.after[0].partition(" ")
    try:
        return int(position), UUID(account_id)
    except ValueError as error:
        raise CursorInvalid from error
