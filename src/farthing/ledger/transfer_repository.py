"""SQL about transfers: which are there, and which pairs look like one."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CTE,
    ColumnElement,
    Integer,
    Subquery,
    and_,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects import postgresql, sqlite

from farthing.infra.db import WorkspaceRepository
from farthing.kernel.paging import Page, PageRequest, id_after, page_of
from farthing.ledger.kinds import Status, TransferState
from farthing.ledger.models import Transaction, Transfer

_CHUNK = 500


class Transfers(WorkspaceRepository):
    async def get(self, transfer_id: UUID, *, lock: bool = False) -> Transfer | None:
        statement = self.select(Transfer).where(Transfer.id == transfer_id)
        if lock:
            statement = statement.with_for_update().execution_options(populate_existing=True)
        found: Transfer | None = await self.session.scalar(statement)
        return found

    async def between(self, out_key: int, in_key: int) -> Transfer | None:
        statement = self.select(Transfer).where(Transfer.out_key == out_key, Transfer.in_key == in_key)
        found: Transfer | None = await self.session.scalar(statement)
        return found

    async def page(self, request: PageRequest, state: TransferState | None) -> Page[Transfer]:
        wanted = [Transfer.state == state] if state else []
        statement = self.select(Transfer).where(*wanted).order_by(Transfer.id.desc())
        if after := id_after(request):
            statement = statement.where(Transfer.id < after)
        rows = (await self.session.scalars(statement.limit(request.limit + 1).offset(request.offset))).all()
        return page_of(rows, request, await self.count(Transfer, *wanted), lambda transfer: (transfer.id,))

    async def alone(self) -> None:
        """Wait until nobody else looks for transfers here; SQLite's writer is alone anyway."""
        if not self.work.is_sqlite:
            key = func.hashtextextended(f"transfers {self.work.scope.workspace_id}", 0)
            await self.session.execute(select(func.pg_advisory_xact_lock(key)))

    async def unique_pairs(self, days: int) -> list[tuple[int, int]]:
        """Keys of what went out of one account and came into another at the same amount, each the other's nearest.

        A side that has two nearest in days is nobody's; what was decided before, or waits for it, is left out.
        """
        live, offsets = self._live(), _offsets(days)
        out, into = live.alias("went"), live.alias("came")
        known = exists().where(
            Transfer.workspace_id == self.work.scope.workspace_id,
            Transfer.out_key == out.c.key,
            Transfer.in_key == into.c.key,
        )
        pairs = (
            select(out.c.key.label("out_key"), into.c.key.label("in_key"), func.abs(offsets.c.days).label("apart"))
            .select_from(out)
            .join(offsets, true())
            .join(
                into,
                and_(
                    into.c.amount == -out.c.amount,
                    into.c.currency == out.c.currency,
                    into.c.day == out.c.day + offsets.c.days,
                    into.c.account_id != out.c.account_id,
                ),
            )
            .where(out.c.amount < 0, ~known)
            .cte("pairs")
        )
        ins, outs = _only_nearest(pairs, "out_key", "in_key"), _only_nearest(pairs, "in_key", "out_key")
        mutual = and_(ins.c.out_key == outs.c.out_key, ins.c.in_key == outs.c.in_key)
        statement = select(ins.c.out_key, ins.c.in_key).join_from(ins, outs, mutual).order_by(ins.c.out_key)
        return [(row[0], row[1]) for row in await self.session.execute(statement)]

    def _live(self) -> CTE:
        """What could be one side of a movement, its day as a number."""
        epoch = date(2000, 1, 1)
        day = (
            cast(func.julianday(Transaction.date) - func.julianday(epoch), Integer)
            if self.work.is_sqlite
            else cast(Transaction.date - epoch, Integer)
        )
        columns = (Transaction.key, Transaction.account_id, Transaction.amount, Transaction.currency, day.label("day"))
        waiting = [
            Transaction.key.not_in(self.own(select(side), Transfer).where(Transfer.state == TransferState.PROPOSED))
            for side in (Transfer.out_key, Transfer.in_key)
        ]
        return self.own(select(*columns), Transaction).where(*is_settled(), *waiting).cte("live")

    async def lock_legs(self, keys: Sequence[int]) -> dict[int, Transaction]:
        """Those that are settled and that nobody is changing right now; nobody will until this transaction ends."""
        statement = self.select(Transaction).where(Transaction.key.in_(keys), *is_settled()).order_by(Transaction.key)
        statement = statement.with_for_update(key_share=True, skip_locked=True)
        rows = await self.session.scalars(statement.execution_options(populate_existing=True))
        return {row.key: row for row in rows}

    async def propose(self, rows: list[dict[str, Any]]) -> int:
        """Insert those that are not there; how many that were."""
        if not rows:
            return 0
        fresh = sqlite.insert(Transfer) if self.work.is_sqlite else postgresql.insert(Transfer)
        made = await self.session.execute(fresh.on_conflict_do_nothing().returning(Transfer.id), rows)
        return len(made.all())

    async def drop_proposals(self, keys: Sequence[int]) -> None:
        """Forget what was proposed of transactions that are not any more what they were."""
        for start in range(0, len(keys), _CHUNK):
            some = keys[start : start + _CHUNK]
            await self._drop(or_(Transfer.out_key.in_(some), Transfer.in_key.in_(some)))

    async def parted(self, keys: Sequence[int], since: datetime) -> list[UUID]:
        """Transfers of these that were taken apart since a moment."""
        found: set[UUID] = set()
        for start in range(0, len(keys), _CHUNK):
            some = keys[start : start + _CHUNK]
            statement = self.own(select(Transfer.id), Transfer).where(
                or_(Transfer.out_key.in_(some), Transfer.in_key.in_(some)),
                Transfer.state == TransferState.REJECTED,
                Transfer.decided_at >= since,
            )
            found |= set(await self.session.scalars(statement))
        return sorted(found)

    async def drop_proposals_of(self, account_id: UUID) -> None:
        """The same for all transactions of an account."""
        some = self.own(select(Transaction.key), Transaction).where(Transaction.account_id == account_id)
        await self._drop(or_(Transfer.out_key.in_(some), Transfer.in_key.in_(some)))

    async def _drop(self, touched: ColumnElement[bool]) -> None:
        """In one order, in which two writers do not wait for each other."""
        waiting = self.own(select(Transfer.id), Transfer).where(Transfer.state == TransferState.PROPOSED, touched)
        dropped = self.delete(Transfer).where(Transfer.id.in_(waiting.order_by(Transfer.id).with_for_update()))
        await self.session.execute(dropped, execution_options={"synchronize_session": False})


def is_settled() -> tuple[ColumnElement[bool], ...]:
    """What a transaction must be to be proposed as one side of a movement."""
    return (
        Transaction.transfer_id.is_(None),
        Transaction.deleted_at.is_(None),
        Transaction.status == Status.BOOKED,
        Transaction.is_split.is_(False),
    )


def _only_nearest(pairs: CTE, side: str, other: str) -> Subquery:
    """Of each on one side the other that is nearest in days, where only one is."""
    least = func.min(pairs.c.apart).over(partition_by=pairs.c[side])
    ranked = select(pairs, least.label("least")).subquery()
    near = select(ranked.c[side], func.min(ranked.c[other]).label(other)).where(ranked.c.apart == ranked.c.least)
    return near.group_by(ranked.c[side]).having(func.count() == 1).subquery()


def _offsets(days: int) -> CTE:
    return union_all(*(select(literal(n, Integer).label("days")) for n in range(-days, days + 1))).cte("offsets")
