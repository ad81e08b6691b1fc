from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import aliased

from farthing.infra.db import WorkspaceRepository
from farthing.kernel.paging import Page, PageRequest, id_after, page_of
from farthing.ledger.kinds import Status, TransferState
from farthing.ledger.models import Transaction, Transfer


class Transfers(WorkspaceRepository):
    async def get(self, transfer_id: UUID) -> Transfer | None:
        statement = self.select(Transfer).where(Transfer.id == transfer_id).with_for_update()
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

    async def candidates(self, days: int, limit: int) -> Sequence[tuple[Transaction, Transaction]]:
        """Equal amounts of one currency out of one account and into another, close in time and not decided yet."""
        out, into = aliased(Transaction), aliased(Transaction)
        apart = (
            func.abs(func.julianday(out.date) - func.julianday(into.date))
            if self.work.is_sqlite
            else func.abs(out.date - into.date)
        )
        known = exists().where(
            Transfer.workspace_id == out.workspace_id, Transfer.out_key == out.key, Transfer.in_key == into.key
        )
        live = [
            condition
            for side in (out, into)
            for condition in (
                ~_is_proposed(side),
                side.transfer_id.is_(None),
                side.deleted_at.is_(None),
                side.status == Status.BOOKED,
                side.is_split.is_(False),
            )
        ]
        statement = (
            select(out, into)
            .where(
                out.workspace_id == self.work.scope.workspace_id,
                into.workspace_id == out.workspace_id,
                out.amount < 0,
                into.amount == -out.amount,
                into.currency == out.currency,
                into.account_id != out.account_id,
                apart <= days,
                ~known,
                *live,
            )
            .order_by(out.key)
            .limit(limit)
        )
        return [(row[0], row[1]) for row in await self.session.execute(statement)]


def _is_proposed(side: type[Transaction]) -> ColumnElement[bool]:
    """Whether a proposal with this transaction waits for a decision."""
    return exists().where(
        Transfer.workspace_id == side.workspace_id,
        or_(Transfer.out_key == side.key, Transfer.in_key == side.key),
        Transfer.state == TransferState.PROPOSED,
    )
