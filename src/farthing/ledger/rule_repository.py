"""SQL about rules, their runs and effects, and the rows of the history that rules look at."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, literal, select, tuple_

from farthing.infra.db import Id, Prepared, Question, Work, WorkspaceRepository, in_scope, insert_rows
from farthing.kernel.paging import CursorInvalid, Page, PageRequest, id_after, page_of
from farthing.ledger.kinds import Origin, TransferState
from farthing.ledger.models import Account, Tag, Transaction, TransactionChange, TransactionTag, Transfer
from farthing.ledger.query import Tree
from farthing.ledger.rule_models import RuleEffect, RuleRun, StoredRule
from farthing.ledger.searching import Search
from farthing.ledger.transfer_repository import is_settled

_CHUNK = 500
_COLUMNS = (
    Transaction.key,
    Transaction.id,
    Transaction.account_id,
    Transaction.category_id,
    Transaction.date,
    Transaction.value_date,
    Transaction.amount,
    Transaction.currency,
    Transaction.status,
    Transaction.description,
    Transaction.payee,
    Transaction.merchant,
    Transaction.der_merchant,
    Transaction.location,
    Transaction.reference,
    Transaction.note,
    Transaction.category_source,
    Transaction.is_split,
    Transaction.transfer_id,
    Transaction.import_id,
)


_RULE = (
    StoredRule.id,
    StoredRule.version,
    StoredRule.name,
    StoredRule.group_name,
    StoredRule.priority,
    StoredRule.is_enabled,
    StoredRule.definition,
)
_ENABLED = Prepared(
    select(*_RULE)
    .where(in_scope(StoredRule), StoredRule.is_enabled.is_(True))
    .order_by(StoredRule.position, StoredRule.id),
    _RULE,
)


class KnownRule(NamedTuple):
    """What a book needs to know of a rule."""

    id: UUID
    version: int
    name: str
    group_name: str
    priority: int
    is_enabled: bool
    definition: dict[str, Any]


class Rules(WorkspaceRepository):
    def asking(self) -> Question:
        """What `enabled` will ask."""
        return _ENABLED.question(self.work)

    async def enabled(self) -> list[KnownRule]:
        """In the order of the book."""
        return [KnownRule(*row) for row in await _ENABLED.of(self.work)]

    async def all(self, *, lock: bool = False) -> Sequence[StoredRule]:
        """In the order of the book."""
        statement = self.select(StoredRule).order_by(StoredRule.position, StoredRule.id)
        if lock:
            statement = statement.with_for_update().execution_options(populate_existing=True)
        return (await self.session.scalars(statement)).all()

    async def alone(self) -> None:
        """Wait until nobody else changes the order of the book; SQLite's writer is alone anyway."""
        if not self.work.is_sqlite:
            key = func.hashtextextended(f"rules {self.work.scope.workspace_id}", 0)
            await self.session.execute(select(func.pg_advisory_xact_lock(key)))

    async def get(self, rule_id: UUID, *, lock: bool = False) -> StoredRule | None:
        statement = self.select(StoredRule).where(StoredRule.id == rule_id)
        if lock:
            statement = statement.with_for_update().execution_options(populate_existing=True)
        found: StoredRule | None = await self.session.scalar(statement)
        return found

    async def page(self, request: PageRequest) -> Page[StoredRule]:
        statement = self.select(StoredRule).order_by(StoredRule.position, StoredRule.id)
        if request.after is not None:
            position, rule_id = _place(request.after[0])
            seen = tuple_(literal(position), literal(rule_id, Id))
            statement = statement.where(tuple_(StoredRule.position, StoredRule.id) > seen)
        rows = (await self.session.scalars(statement.limit(request.limit + 1).offset(request.offset))).all()
        return page_of(rows, request, await self.count(StoredRule), lambda row: (f"{row.position} {row.id}",))

    async def next_position(self) -> int:
        last = await self.session.scalar(self.own(select(func.max(StoredRule.position)), StoredRule))
        return 0 if last is None else last + 1

    async def size(self) -> int:
        return await self.count(StoredRule)

    async def remove(self, row: StoredRule) -> None:
        await self.session.delete(row)
        await self.session.flush()


class RuleRuns(WorkspaceRepository):
    async def get(self, run_id: UUID, *, lock: bool = False) -> RuleRun | None:
        statement = self.select(RuleRun).where(RuleRun.id == run_id)
        if lock:
            statement = statement.with_for_update().execution_options(populate_existing=True)
        found: RuleRun | None = await self.session.scalar(statement)
        return found

    async def page(self, request: PageRequest) -> Page[RuleRun]:
        """Newest first."""
        statement = self.select(RuleRun).order_by(RuleRun.id.desc())
        if after := id_after(request):
            statement = statement.where(RuleRun.id < after)
        rows = (await self.session.scalars(statement.limit(request.limit + 1).offset(request.offset))).all()
        return page_of(rows, request, await self.count(RuleRun), lambda run: (run.id,))


class RuleEffects(WorkspaceRepository):
    async def keep(self, rows: list[dict[str, Any]]) -> None:
        await insert_rows(self.work, RuleEffect, rows)

    async def of(self, key: int, request: PageRequest) -> Page[RuleEffect]:
        """What rules did to a transaction, newest first."""
        wanted = RuleEffect.transaction_key == key
        statement = self.select(RuleEffect).where(wanted).order_by(RuleEffect.id.desc())
        if after := id_after(request):
            statement = statement.where(RuleEffect.id < after)
        rows = (await self.session.scalars(statement.limit(request.limit + 1).offset(request.offset))).all()
        return page_of(rows, request, await self.count(RuleEffect, wanted), lambda effect: (effect.id,))


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some rows of the history with their tags."""

    rows: Sequence[Any]
    tags: Sequence[tuple[str, ...]]


class RuleHistory(WorkspaceRepository):
    def __init__(self, work: Work, workspace_id: UUID) -> None:
        super().__init__(work)
        self._workspace_id = workspace_id

    def _found(self, tree: Tree) -> Search:
        return Search(tree, is_sqlite=self.work.is_sqlite, workspace_id=self._workspace_id)

    async def accounts(self) -> dict[UUID, str]:
        rows = await self.session.execute(self.own(select(Account.id, Account.name), Account))
        return {row[0]: row[1] for row in rows}

    async def size(self, tree: Tree) -> int:
        statement = self.own(select(func.count()), Transaction).where(self._found(tree).condition())
        return await self.session.scalar(statement) or 0

    async def keys(self, tree: Tree, most: int, after: int = 0) -> Sequence[int]:
        """What a search finds, by key."""
        statement = self.own(select(Transaction.key), Transaction)
        statement = statement.where(self._found(tree).condition(), Transaction.key > after)
        return (await self.session.scalars(statement.order_by(Transaction.key).limit(most))).all()

    async def stretch(self, tree: Tree, most: int, before: int | None) -> Stretch:
        """The next rows that a search finds, newest keys first."""
        statement = self.own(select(*_COLUMNS), Transaction).where(self._found(tree).condition())
        if before is not None:
            statement = statement.where(Transaction.key < before)
        rows = (await self.session.execute(statement.order_by(Transaction.key.desc()).limit(most))).all()
        tags = await self.tags(rows[-1].key, rows[0].key) if rows else {}
        return Stretch(rows, [tags.get(row.key, ()) for row in rows])

    async def tags(self, first: int, last: int) -> dict[int, tuple[str, ...]]:
        """The tags of the transactions from key to key."""
        statement = (
            self.own(select(TransactionTag.transaction_key, Tag.name), TransactionTag)
            .join(Tag, (Tag.workspace_id == TransactionTag.workspace_id) & (Tag.id == TransactionTag.tag_id))
            .where(TransactionTag.transaction_key.between(first, last))
            .order_by(Tag.name_key)
        )
        found: dict[int, tuple[str, ...]] = {}
        for row in await self.session.execute(statement):
            found[row[0]] = (*found.get(row[0], ()), row[1])
        return found

    async def changed_by(self, run_id: UUID, most: int, after: int) -> Sequence[int]:
        """The transactions that a run changed, by key."""
        changed = self.own(select(TransactionChange.transaction_key).distinct(), TransactionChange)
        by_it = changed.where(TransactionChange.origin == str(Origin.RULE), TransactionChange.origin_id == run_id)
        key = TransactionChange.transaction_key
        return (await self.session.scalars(by_it.where(key > after).order_by(key).limit(most))).all()

    async def twins(self, rows: Sequence[Any], account_ids: Iterable[UUID], days: int) -> list[Transaction]:
        """What could be the other side of these movements on some accounts; never decided before, in no transfer."""
        found: list[Transaction] = []
        for start in range(0, len(rows), _CHUNK):
            some = rows[start : start + _CHUNK]
            first, last = min(row.date for row in some), max(row.date for row in some)
            statement = self.select(Transaction).where(
                Transaction.account_id.in_(list(account_ids)),
                Transaction.amount.in_({-row.amount for row in some}),
                Transaction.date.between(_shifted(first, -days), _shifted(last, days)),
                *is_settled(),
            )
            found += (await self.session.scalars(statement)).all()
        return list({row.key: row for row in found}.values())

    async def decided(self, keys: Iterable[int]) -> set[tuple[int, int]]:
        """The pairs among these that somebody rejected, or that wait already."""
        wanted = list(keys)
        statement = self.own(select(Transfer.out_key, Transfer.in_key), Transfer).where(
            Transfer.out_key.in_(wanted) | Transfer.in_key.in_(wanted), Transfer.state != TransferState.LINKED
        )
        return {(row[0], row[1]) for row in await self.session.execute(statement)}


def _shifted(day: date, days: int) -> date:
    """Some days away, and never off the calendar."""
    return date.fromordinal(max(1, min(day.toordinal() + days, date.max.toordinal())))


def _place(text: str) -> tuple[int, UUID]:
    """The position and id that a cursor names."""
    position, _, rule_id = text.partition(" ")
    try:
        return int(position), UUID(rule_id)
    except ValueError as error:
        raise CursorInvalid from error
