"""SQL about whole imports: which of their transactions live, and what these move together."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Select, and_, bindparam, case, func, literal_column, or_, select, update
from sqlalchemy.orm import aliased

from farthing.infra.db import Prepared, WorkspaceRepository, in_scope
from farthing.ledger.kinds import Status, TransferState
from farthing.ledger.models import Split, Transaction, TransactionChange, Transfer
from farthing.ledger.pending_models import PendingLink
from farthing.ledger.telling import Telling
from farthing.ledger.totals import Bundle

_CHUNK = 500
_BOOKED: ColumnElement[str] = literal_column(f"'{Status.BOOKED}'")
_ZERO: ColumnElement[int] = literal_column("0")
"""Written out, because what is grouped by must read the same wherever it stands."""


def _is_deleted_by_somebody() -> ColumnElement[bool]:
    """A deletion is a change of its own; taking an import back is none."""
    return (
        select(TransactionChange.id)
        .where(
            TransactionChange.workspace_id == Transaction.workspace_id,
            TransactionChange.transaction_key == Transaction.key,
            or_(TransactionChange.action == "delete", TransactionChange.action == "restore"),
            TransactionChange.created_at >= Transaction.deleted_at,
        )
        .exists()
    )


_STATED = select(
    Transaction.fingerprint,
    Transaction.key,
    Transaction.import_id,
    Transaction.deleted_at.is_not(None),
    Transaction.import_line,
    func.coalesce(Transaction.stated_on, Transaction.date),
).where(in_scope(Transaction), or_(Transaction.deleted_at.is_(None), _is_deleted_by_somebody()))
_Its = aliased(Transaction, name="its")
_FIRST, _LAST = bindparam("first", type_=Date), bindparam("last", type_=Date)
_STATED_HERE = Prepared(
    _STATED.where(
        Transaction.account_id == bindparam("account_id"),
        Transaction.date.between(_FIRST, _LAST),
        Transaction.fingerprint.is_not(None),
        Transaction.stated_on.is_(None),
    )
)
_STATED_ELSEWHERE = Prepared(
    _STATED.where(
        Transaction.stated_account_id == bindparam("account_id"),
        Transaction.stated_on.between(_FIRST, _LAST),
        Transaction.fingerprint.is_not(None),
    )
)


class Batches(WorkspaceRepository):
    async def days(self, import_id: UUID) -> set[date]:
        """The days that change when an import is taken back: of its transactions, and of what these are joined with."""
        its = self.own(select(Transaction.date).distinct(), Transaction)
        found = set(await self.session.scalars(its.where(Transaction.import_id == import_id, _is_there(Transaction))))
        for link, one, other in (
            (Transfer, Transfer.out_key, Transfer.in_key),
            (Transfer, Transfer.in_key, Transfer.out_key),
            (PendingLink, PendingLink.booked_key, PendingLink.pending_key),
        ):
            statement = (
                self.own(select(Transaction.date).distinct(), Transaction)
                .join(link, and_(link.workspace_id == Transaction.workspace_id, other == Transaction.key))
                .join(_Its, and_(_Its.workspace_id == link.workspace_id, one == _Its.key))
                .where(link.state == str(TransferState.LINKED), _Its.import_id == import_id, _is_there(_Its))
            )
            found |= set(await self.session.scalars(statement))
        return found

    async def living(self, import_id: UUID, limit: int) -> list[int]:
        """The next transactions of an import that are in use."""
        statement = (
            self.own(select(Transaction.key), Transaction)
            .where(Transaction.import_id == import_id, Transaction.deleted_at.is_(None))
            .order_by(Transaction.key)
            .limit(limit)
        )
        return list((await self.session.scalars(statement)).all())

    async def away(self, import_id: UUID, lines: Collection[int]) -> dict[int, int]:
        """The keys of an import's transactions that were taken back with it, by line."""
        found: dict[int, int] = {}
        for some in _parts(sorted(lines)):
            statement = self.own(select(Transaction.import_line, Transaction.key), Transaction).where(
                Transaction.import_id == import_id,
                Transaction.deleted_at.is_not(None),
                Transaction.import_line.in_(some),
                ~_is_deleted_by_somebody(),
            )
            found |= {int(row[0] or 0): row[1] for row in await self.session.execute(statement.order_by("key"))}
        return found

    async def ids(self, keys: Sequence[int]) -> dict[int, UUID]:
        found: dict[int, UUID] = {}
        for some in _parts(keys):
            statement = self.own(select(Transaction.key, Transaction.id), Transaction).where(Transaction.key.in_(some))
            found |= {row[0]: row[1] for row in await self.session.execute(statement)}
        return found

    async def lines_of(self, keys: Sequence[int]) -> dict[int, int]:
        found: dict[int, int] = {}
        for some in _parts(keys):
            statement = self.own(select(Transaction.key, Transaction.import_line), Transaction)
            rows = await self.session.execute(statement.where(Transaction.key.in_(some)))
            found |= {row[0]: row[1] or 0 for row in rows}
        return found

    async def id_of_line(self, import_id: UUID, line: int) -> UUID | None:
        statement = self.own(select(Transaction.id), Transaction).where(
            Transaction.import_id == import_id, Transaction.import_line == line, Transaction.deleted_at.is_(None)
        )
        found: UUID | None = await self.session.scalar(statement)
        return found

    async def lines(self, import_id: UUID, first: int, last: int) -> set[int]:
        """Which rows of an import, from one number to another, are in use already."""
        statement = self.own(select(Transaction.import_line), Transaction).where(
            Transaction.import_id == import_id,
            Transaction.import_line.between(first, last),
            Transaction.deleted_at.is_(None),
        )
        return {int(line or 0) for line in await self.session.scalars(statement)}

    async def stated(self, account_id: UUID, first: date, last: date) -> list[tuple[Any, ...]]:
        """What came with statements of an account: fingerprint, key, import, whether somebody deleted it, line, day.

        What was only taken back with its import is not among them. There may be a million, so they come as the driver
        has them.
        """
        asked = {"account_id": account_id, "first": first, "last": last}
        return [*await _STATED_HERE.of(self.work, **asked), *await _STATED_ELSEWHERE.of(self.work, **asked)]

    async def told(self, account_id: UUID, first: date, last: date, but: Collection[UUID]) -> list[Telling]:
        """What others told of, on the day they told; but of some imports.

        What somebody deleted is among it if it came with an import: who deletes an entry of one's own often does so
        because the bank tells of it better.
        """
        what = (
            Transaction.key,
            func.coalesce(Transaction.stated_on, Transaction.date, type_=Date()),
            Transaction.amount,
            Transaction.status,
            Transaction.search_text,
            Transaction.import_id,
            Transaction.import_line,
            Transaction.stated_on.is_not(None),
            Transaction.deleted_at.is_not(None),
        )
        is_there = or_(
            Transaction.deleted_at.is_(None), and_(Transaction.import_id.is_not(None), _is_deleted_by_somebody())
        )
        found: list[Telling] = []
        for place in _stated_at(account_id, first, last):
            statement = self.own(select(*what), Transaction).where(
                place,
                is_there,
                Transaction.status != Status.VOID,
                or_(Transaction.import_id.is_(None), Transaction.import_id.not_in(but)),
            )
            found += [Telling(*row) for row in await self.session.execute(statement)]
        return found

    async def state(self, account_id: UUID, first: date, last: date) -> list[tuple[int, int, int]]:
        """Figures that change with whatever is posted, changed, deleted or moved on these days of an account."""
        what = (
            func.count(),
            func.coalesce(func.sum(Transaction.key), 0),
            func.coalesce(func.sum(Transaction.version), 0),
        )
        found = []
        for place in _stated_at(account_id, first, last):
            row = (await self.session.execute(self.own(select(*what), Transaction).where(place))).one()
            found.append((int(row[0]), int(row[1]), int(row[2])))
        return found

    async def announced(self, account_id: UUID, first: date, last: date) -> Sequence[Any]:
        """Pending transactions: key, day, amount, words, reference, import."""
        within = (Transaction.account_id == account_id, Transaction.date.between(first, last))
        return await self._movements(*within, Transaction.status == Status.PENDING)

    async def booked(self, account_id: UUID, first: date, last: date, amounts: Collection[int]) -> Sequence[Any]:
        """Booked transactions that are not joined with an announced one; the same columns."""
        within = (Transaction.account_id == account_id, Transaction.date.between(first, last))
        is_joined = (
            select(PendingLink.id)
            .where(
                PendingLink.workspace_id == Transaction.workspace_id,
                PendingLink.booked_key == Transaction.key,
                PendingLink.state == TransferState.LINKED,
            )
            .exists()
        )
        found: list[Any] = []
        for some in _parts(sorted(amounts)):
            wanted = (Transaction.amount.in_(some), Transaction.status == Status.BOOKED, ~is_joined)
            found += await self._movements(*within, *wanted)
        return found

    async def _movements(self, *wanted: ColumnElement[bool]) -> Sequence[Any]:
        what = (
            Transaction.key,
            Transaction.date,
            Transaction.amount,
            Transaction.search_text,
            Transaction.reference,
            Transaction.import_id,
        )
        statement = self.own(select(*what), Transaction).where(*wanted, Transaction.deleted_at.is_(None))
        return (await self.session.execute(statement)).all()

    async def reprint(self, import_id: UUID, prints: Mapping[int, bytes]) -> None:
        """Other fingerprints, by line."""
        place = (Transaction.import_id == import_id, Transaction.import_line == bindparam("at"))
        statement = self.own(update(Transaction), Transaction).where(*place).values(fingerprint=bindparam("is_now"))
        connection = await self.session.connection()
        await connection.execute(statement, [{"at": line, "is_now": print_} for line, print_ in prints.items()])

    async def transfers(self, keys: Sequence[int]) -> list[UUID]:
        """The transfers that these are legs of."""
        found: set[UUID] = set()
        for some in _parts(keys):
            statement = self.own(select(Transaction.transfer_id), Transaction).where(
                Transaction.key.in_(some), Transaction.transfer_id.is_not(None)
            )
            found |= {one for one in await self.session.scalars(statement) if one is not None}
        return sorted(found)

    async def turn(self, keys: Sequence[int], moment: datetime | None, now: datetime) -> None:
        """Put away at a moment, or bring back."""
        for some in _parts(keys):
            await self.session.execute(
                self.own(update(Transaction), Transaction)
                .where(Transaction.key.in_(some))
                .values(deleted_at=moment, updated_at=now, version=Transaction.version + 1)
                .execution_options(synchronize_session=False)
            )

    async def bundles(self, keys: Sequence[int]) -> list[Bundle]:
        """What transactions move, summed; parts count for themselves."""
        found: list[Bundle] = []
        for some in _parts(keys):
            within = Transaction.key.in_(some)
            for statement in (self._wholes(within), self._splits(within)):
                found += [_bundle(*row) for row in await self.session.execute(statement)]
        return found

    def _wholes(self, within: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
        """Whole transactions; those that are split only move the balance and are there."""
        is_booked, is_transfer = Transaction.status == _BOOKED, Transaction.transfer_id.is_not(None)
        category = case((and_(is_booked, Transaction.is_split.is_(False)), Transaction.category_id), else_=None)
        place = (Transaction.account_id, Transaction.date, Transaction.currency)
        kind = (category, is_transfer, is_booked)
        sums = (func.sum(Transaction.amount), func.count().label("lines"), func.count().label("whole"))
        statement = select(*place, *sums, *kind).where(within)
        return self.own(statement.group_by(*place, *kind, Transaction.amount > _ZERO), Transaction)

    def _splits(self, within: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
        is_transfer = Transaction.transfer_id.is_not(None)
        its = and_(Split.workspace_id == Transaction.workspace_id, Split.transaction_key == Transaction.key)
        place = (Transaction.account_id, Transaction.date, Transaction.currency)
        sums = (func.sum(Split.amount), func.count().label("lines"), _ZERO.label("whole"))
        statement = select(*place, *sums, Split.category_id, is_transfer, _ZERO.label("net")).join(Split, its)
        booked = statement.where(within, Transaction.status == _BOOKED, Transaction.is_split)
        return self.own(booked.group_by(*place, Split.category_id, is_transfer, Split.amount > _ZERO), Transaction)


def _is_there(row: type[Transaction]) -> ColumnElement[bool]:
    return row.deleted_at.is_(None)


def _stated_at(account_id: UUID, first: date, last: date) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Where the statement had it: as it is, or as it was before somebody moved it."""
    account, day = Transaction.account_id == account_id, Transaction.date.between(first, last)
    moved = and_(Transaction.stated_account_id == account_id, Transaction.stated_on.between(first, last))
    return and_(account, day, Transaction.stated_on.is_(None)), moved


def _bundle(account_id: UUID, day: date, currency: str, amount: int, lines: int, *rest: Any) -> Bundle:
    """As the databases tell it: one sums in decimals, the other knows no truth values."""
    transactions, category_id, is_transfer, is_net = rest
    sides = {"is_transfer": bool(is_transfer), "is_net": bool(is_net)}
    return Bundle(account_id, day, currency, int(amount), lines, int(transactions), category_id, **sides)


def _parts(numbers: Sequence[int]) -> list[Sequence[int]]:
    return [numbers[start : start + _CHUNK] for start in range(0, len(numbers), _CHUNK)]
