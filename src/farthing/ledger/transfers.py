"""Transfers: two transactions that are one movement between own accounts, linked by hand or found with a reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
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
from farthing.ledger.service import LedgerService
from farthing.ledger.transaction_repository import Transactions
from farthing.ledger.transfer_repository import Transfers
from farthing.ledger.transfer_schemas import TransferOut

WINDOW = timedelta(days=4)


@dataclass(frozen=True, slots=True)
class Pair:
    out: Transaction
    into: Transaction
    reason: str


class TransferService:
    def __init__(self, work: Work, actor: Actor, clock: Clock) -> None:
        self._rows = Transfers(work)
        self._transactions = Transactions(work)
        self._ledger = LedgerService(work, actor, clock)
        self._actor = actor
        self._clock = clock

    async def page(self, request: PageRequest, state: TransferState | None) -> Page[TransferOut]:
        found = await self._rows.page(request, state)
        rows = {row.key: row for row in await self._transactions.by_keys([k for t in found.items for k in _keys(t)])}
        return found.map(lambda transfer: shown(transfer, rows[transfer.out_key], rows[transfer.in_key]))

    async def find(self, limit: int = 500) -> int:
        """Propose what looks like one movement and was never decided; how many there are now."""
        pairs = unique_pairs(await self._rows.candidates(WINDOW.days, limit))
        for pair in pairs:
            await self._rows.add(self._transfer(pair, TransferState.PROPOSED))
        return len(pairs)

    async def link(self, first_id: UUID, second_id: UUID) -> TransferOut:
        """Link two by hand; a rejection or proposal of the same two is overruled."""
        first, second = await self._loaded(first_id), await self._loaded(second_id)
        out, into = (first, second) if first.amount < 0 else (second, first)
        refuse_impossible(out, into)
        transfer = await self._rows.between(out.key, into.key)
        if transfer is None:
            transfer = self._transfer(Pair(out, into, "linked by hand"), TransferState.PROPOSED)
            with unique_or(TransferImpossible()):
                await self._rows.add(transfer)
        return await self._accept(transfer, out, into)

    async def link_many(self, pairs: Sequence[tuple[UUID, UUID]]) -> None:
        """Link many pairs that are known to belong together."""
        rows = {row.id: row for row in await self._transactions.by_ids([i for pair in pairs for i in pair], lock=True)}
        made: dict[int, UUID] = {}
        for first_id, second_id in pairs:
            first, second = rows[first_id], rows[second_id]
            out, into = (first, second) if first.amount < 0 else (second, first)
            refuse_impossible(out, into)
            transfer = self._transfer(Pair(out, into, "known from the start"), TransferState.LINKED)
            transfer.decided_at = self._clock()
            await self._rows.add(transfer)
            made[out.key] = made[into.key] = transfer.id

        def mark(one: Loaded) -> None:
            one.row.transfer_id = made[one.row.key]

        linked = [row for row in rows.values() if row.key in made]
        await self._ledger.change(linked, mark, Because(Origin.TRANSFER, "transfer", why="known from the start"))

    async def decide(self, transfer_id: UUID, *, accept: bool) -> TransferOut:
        """Accept a proposal, or reject it and never see it again."""
        transfer = await self._get(transfer_id)
        out, into = await self._legs(transfer)
        if accept:
            refuse_impossible(out, into)
            return await self._accept(transfer, out, into)
        if transfer.state == TransferState.LINKED:
            await self._mark([out, into], None, "unlinked")
        return await self._settle(transfer, TransferState.REJECTED, out, into)

    async def _accept(self, transfer: Transfer, out: Transaction, into: Transaction) -> TransferOut:
        await self._mark([out, into], transfer.id, transfer.reason)
        return await self._settle(transfer, TransferState.LINKED, out, into)

    async def _settle(
        self, transfer: Transfer, state: TransferState, out: Transaction, into: Transaction
    ) -> TransferOut:
        transfer.state, transfer.decided_by, transfer.decided_at = state, self._actor.user_id, self._clock()
        await self._rows.flush()
        return shown(transfer, out, into)

    async def _mark(self, rows: Sequence[Transaction], transfer_id: UUID | None, why: str) -> None:
        def mark(one: Loaded) -> None:
            one.row.transfer_id = transfer_id

        await self._ledger.change(rows, mark, Because(Origin.TRANSFER, "transfer", why=why))

    def _transfer(self, pair: Pair, state: TransferState) -> Transfer:
        return Transfer(
            id=new_id(),
            workspace_id=self._actor.workspace_id,
            out_key=pair.out.key,
            in_key=pair.into.key,
            state=state,
            reason=pair.reason,
            created_at=self._clock(),
        )

    async def _get(self, transfer_id: UUID) -> Transfer:
        if found := await self._rows.get(transfer_id):
            return found
        raise TransferNotFound

    async def _loaded(self, transaction_id: UUID) -> Transaction:
        row = await self._transactions.get(transaction_id, lock=True)
        if row is None or row.deleted_at is not None:
            raise TransactionNotFound(f"Transaction {transaction_id} not found")
        return row

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


def unique_pairs(candidates: Sequence[tuple[Transaction, Transaction]]) -> list[Pair]:
    """Pairs in which neither side could be paired otherwise: the closest in time wins, a tie proposes nothing."""
    by_distance = sorted(
        candidates, key=lambda pair: (abs((pair[0].date - pair[1].date).days), pair[0].key, pair[1].key)
    )
    best: dict[int, int] = {}
    ties: set[int] = set()
    for out, into in by_distance:
        apart = abs((out.date - into.date).days)
        for key in (out.key, into.key):
            if best.setdefault(key, apart) == apart and sum(_touches(p, key, apart) for p in candidates) > 1:
                ties.add(key)
    taken: set[int] = set()
    pairs = []
    for out, into in by_distance:
        if {out.key, into.key} & (taken | ties):
            continue
        taken |= {out.key, into.key}
        pairs.append(Pair(out, into, _reason(out, into)))
    return pairs


def _touches(pair: tuple[Transaction, Transaction], key: int, apart: int) -> bool:
    return key in (pair[0].key, pair[1].key) and abs((pair[0].date - pair[1].date).days) == apart


def _reason(out: Transaction, into: Transaction) -> str:
    days = abs((out.date - into.date).days)
    when = "on the same day" if days == 0 else f"{days} day{'s' if days > 1 else ''} apart"
    return f"the same amount out of one account and into another, {when}"


def rate(out: Transaction, into: Transaction) -> Decimal | None:
    """What one unit of the outgoing currency became, where the two differ."""
    if out.currency == into.currency:
        return None
    gone = Decimal(-out.amount).scaleb(-DECIMALS[out.currency])
    come = Decimal(into.amount).scaleb(-DECIMALS[into.currency])
    return (come / gone).quantize(Decimal("0.000001"))


def shown(transfer: Transfer, out: Transaction, into: Transaction) -> TransferOut:
    implied = rate(out, into)
    return TransferOut(
        id=transfer.id,
        state=TransferState(transfer.state),
        reason=transfer.reason,
        out_transaction_id=out.id,
        in_transaction_id=into.id,
        rate=None if implied is None else f"{implied:f}",
        created_at=transfer.created_at,
        decided_at=transfer.decided_at,
    )


def _keys(transfer: Transfer) -> list[int]:
    return [transfer.out_key, transfer.in_key]
