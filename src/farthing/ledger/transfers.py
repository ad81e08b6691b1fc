"""Transfers: two transactions that are one movement between own accounts, linked by hand or found with a reason."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Context, Decimal
from uuid import UUID

from farthing.infra.db import Work, unique_or
from farthing.kernel.actor import Actor
from farthing.kernel.clock import Clock
from farthing.kernel.currency import DECIMALS
from farthing.kernel.ids import new_id
from farthing.kernel.paging import Page, PageRequest
from farthing.ledger.errors import TransactionNotFound, TransferImpossible, TransferNotFound
from farthing.ledger.images import Because, Loaded
from farthing.ledger.kinds import Origin, Status, TransferState
from farthing.ledger.models import Transaction, Transfer
from farthing.ledger.months import MonthService
from farthing.ledger.pairing import WINDOW_DAYS, looks_like_one, why_one
from farthing.ledger.service import LedgerService
from farthing.ledger.transaction_repository import Transactions
from farthing.ledger.transfer_repository import Transfers
from farthing.ledger.transfer_schemas import TransferOut

_PAIRS_AT_ONCE = 250
_ROUNDS_MAX = 20
"""More than any ledger needs; what would still be left is found the next time."""
_TEN_DIGITS = Context(prec=10)


class TransferService:
    def __init__(self, work: Work, actor: Actor, clock: Clock) -> None:
        self._rows = Transfers(work)
        self._transactions = Transactions(work)
        self._ledger = LedgerService(work, actor, clock)
        self._months = MonthService(work, actor, clock)
        self._actor = actor
        self._clock = clock

    async def page(self, request: PageRequest, state: TransferState | None) -> Page[TransferOut]:
        found = await self._rows.page(request, state)
        rows = {row.key: row for row in await self._transactions.by_keys([k for t in found.items for k in _keys(t)])}
        return found.map(lambda transfer: shown(transfer, rows[transfer.out_key], rows[transfer.in_key]))

    async def find(self) -> int:
        """Propose whatever looks like one movement and was never decided; how many there are now.

        A proposal may leave others without a rival, so the search goes on until it finds nothing.
        """
        await self._rows.alone()
        total = 0
        for _ in range(_ROUNDS_MAX):
            pairs = await self._rows.unique_pairs(WINDOW_DAYS)
            starts = range(0, len(pairs), _PAIRS_AT_ONCE)
            found = sum([await self._propose(pairs[start : start + _PAIRS_AT_ONCE]) for start in starts])
            if not found:
                break
            total += found
        return total

    async def _propose(self, pairs: Sequence[tuple[int, int]]) -> int:
        rows = await self._rows.lock_legs(sorted(key for pair in pairs for key in pair))
        legs = [(rows[out], rows[into]) for out, into in pairs if out in rows and into in rows]
        now, workspace_id = self._clock(), self._actor.workspace_id
        return await self._rows.propose(
            [
                {
                    "id": new_id(),
                    "workspace_id": workspace_id,
                    "out_key": out.key,
                    "in_key": into.key,
                    "state": str(TransferState.PROPOSED),
                    "reason": why_one(out, into),
                    "created_at": now,
                }
                for out, into in legs
                if looks_like_one(out, into)
            ]
        )

    async def link(self, first_id: UUID, second_id: UUID, reason: str | None = None) -> TransferOut:
        """Link two by hand; a rejection or proposal of the same two is overruled."""
        rows = await self._loaded([first_id, second_id])
        out, into = sorted((rows[first_id], rows[second_id]), key=lambda row: row.amount)
        refuse_impossible(out, into)
        transfer = await self._rows.between(out.key, into.key)
        if transfer is None:
            transfer = self._transfer(out, into, "linked by hand")
            with unique_or(TransferImpossible()):
                await self._rows.add(transfer)
        return await self._accept(transfer, out, into, reason)

    async def link_many(self, pairs: Sequence[tuple[UUID, UUID]]) -> None:
        """Link many pairs that are known to belong together."""
        rows = {row.id: row for row in await self._transactions.by_ids([i for pair in pairs for i in pair], lock=True)}
        made: dict[int, UUID] = {}
        for first_id, second_id in pairs:
            first, second = rows[first_id], rows[second_id]
            out, into = (first, second) if first.amount < 0 else (second, first)
            refuse_impossible(out, into)
            transfer = self._transfer(out, into, "known from the start")
            await self._rows.add(transfer)
            made[out.key] = made[into.key] = transfer.id

        def mark(one: Loaded) -> None:
            one.row.transfer_id = made[one.row.key]

        linked = [row for row in rows.values() if row.key in made]
        await self._ledger.change(linked, mark, Because(Origin.TRANSFER, "transfer", why="known from the start"))

    async def decide(self, transfer_id: UUID, *, accept: bool, reason: str | None = None) -> TransferOut:
        """Accept a proposal, or reject it and never see it again."""
        out, into = await self._legs(await self._get(transfer_id))
        transfer = await self._get(transfer_id, lock=True)
        if accept:
            refuse_impossible(out, into)
            return await self._accept(transfer, out, into, reason)
        was_linked = transfer.state == TransferState.LINKED
        await self._settle(transfer, TransferState.REJECTED)
        if was_linked:
            await self._mark([out, into], None, "unlinked", reason)
        return shown(transfer, out, into)

    async def accept_certain(self, transfer_ids: Sequence[UUID], reason: str | None = None) -> None:
        """Link what a rule proposes and nobody can doubt; what would change a closed month stays a proposal."""
        closed = {one.month for one in await self._months.all()} if transfer_ids and not reason else set()
        for transfer_id in transfer_ids:
            transfer = await self._get(transfer_id)
            out, into = await self._legs(transfer)
            try:
                refuse_impossible(out, into)
            except TransferImpossible:  # somebody was quicker with one of them
                continue
            if not closed & {out.date.replace(day=1), into.date.replace(day=1)}:
                transfer.state, transfer.decided_at = TransferState.LINKED, self._clock()
                await self._rows.flush()
                await self._mark([out, into], transfer.id, transfer.reason, reason)

    async def join_again(self, keys: Sequence[int], since: datetime, reason: str | None = None) -> None:
        """What these were parted from when they were taken back, as far as it is still there and free."""
        for transfer_id in await self._rows.parted(keys, since):
            out, into = await self._legs(await self._get(transfer_id))
            transfer = await self._get(transfer_id, lock=True)
            try:
                refuse_impossible(out, into)
            except TransferImpossible:
                continue
            await self._accept(transfer, out, into, reason)

    async def _accept(self, transfer: Transfer, out: Transaction, into: Transaction, reason: str | None) -> TransferOut:
        await self._settle(transfer, TransferState.LINKED)
        await self._mark([out, into], transfer.id, transfer.reason, reason)
        return shown(transfer, out, into)

    async def _settle(self, transfer: Transfer, state: TransferState) -> None:
        """Before its legs change, because that forgets what is only proposed of them."""
        transfer.state, transfer.decided_by, transfer.decided_at = state, self._actor.user_id, self._clock()
        await self._rows.flush()

    async def _mark(self, rows: Sequence[Transaction], transfer_id: UUID | None, why: str, reason: str | None) -> None:
        def mark(one: Loaded) -> None:
            one.row.transfer_id = transfer_id

        await self._ledger.change(rows, mark, Because(Origin.TRANSFER, "transfer", reason, why=why))

    def _transfer(self, out: Transaction, into: Transaction, reason: str) -> Transfer:
        now = self._clock()
        return Transfer(
            id=new_id(),
            workspace_id=self._actor.workspace_id,
            out_key=out.key,
            in_key=into.key,
            state=TransferState.LINKED,
            reason=reason,
            created_at=now,
            decided_at=now,
        )

    async def _get(self, transfer_id: UUID, *, lock: bool = False) -> Transfer:
        if found := await self._rows.get(transfer_id, lock=lock):
            return found
        raise TransferNotFound

    async def _loaded(self, ids: Sequence[UUID]) -> dict[UUID, Transaction]:
        rows = {row.id: row for row in await self._transactions.by_ids(ids, lock=True) if row.deleted_at is None}
        for transaction_id in ids:
            if transaction_id not in rows:
                raise TransactionNotFound(f"Transaction {transaction_id} not found")
        return rows

    async def _legs(self, transfer: Transfer) -> tuple[Transaction, Transaction]:
        rows = {row.key: row for row in await self._transactions.by_keys(_keys(transfer), lock=True)}
        return rows[transfer.out_key], rows[transfer.in_key]


def refuse_impossible(out: Transaction, into: Transaction) -> None:
    """Only money that left one account and came into another can be one movement."""
    if out.account_id == into.account_id:
        raise TransferImpossible("Both are on the same account.")
    if out.amount >= 0 or into.amount <= 0:
        raise TransferImpossible("One must go out and the other come in.")
    if out.currency == into.currency and -out.amount != into.amount:
        raise TransferImpossible("Within one currency both amounts must be the same.")
    if out.transfer_id is not None or into.transfer_id is not None:
        raise TransferImpossible("One of them is part of a transfer already.")
    if Status.VOID in (out.status, into.status) or out.deleted_at or into.deleted_at:
        raise TransferImpossible("One of them is void or deleted.")


def rate(out: Transaction, into: Transaction) -> str | None:
    """What one unit of the outgoing currency became, in ten digits, where the two differ."""
    if out.currency == into.currency:
        return None
    gone = Decimal(-out.amount).scaleb(-DECIMALS[out.currency])
    come = Decimal(into.amount).scaleb(-DECIMALS[into.currency])
    return f"{_TEN_DIGITS.divide(come, gone):f}"


def shown(transfer: Transfer, out: Transaction, into: Transaction) -> TransferOut:
    return TransferOut(
        id=transfer.id,
        state=TransferState(transfer.state),
        reason=transfer.reason,
        out_transaction_id=out.id,
        in_transaction_id=into.id,
        rate=rate(out, into),
        created_at=transfer.created_at,
        decided_at=transfer.decided_at,
    )


def _keys(transfer: Transfer) -> list[int]:
    return [transfer.out_key, transfer.in_key]
