"""Merchants renamed, merged and spelt anew, on old transactions too where somebody wants that."""

from uuid import UUID

from farthing.classify.merchants import merchant_of
from farthing.infra.db import Work
from farthing.kernel.actor import Actor
from farthing.kernel.clock import Clock
from farthing.ledger.drafting import said_by
from farthing.ledger.images import Because, Loaded
from farthing.ledger.kinds import Origin
from farthing.ledger.merchant_schemas import MerchantOut
from farthing.ledger.merchant_service import MerchantService, merchant_key
from farthing.ledger.models import Transaction
from farthing.ledger.service import LedgerService
from farthing.ledger.transaction_repository import Transactions


class RelabellingService:
    """Without `apply` only what is posted from now on bears the new name."""

    def __init__(self, work: Work, actor: Actor, clock: Clock) -> None:
        self._rows = Transactions(work)
        self._ledger = LedgerService(work, actor, clock)
        self._merchants = MerchantService(work, actor, clock)

    async def rename(self, merchant_id: UUID, name: str, *, apply: bool, reason: str | None) -> MerchantOut:
        was = (await self._merchants.locked(merchant_id)).name
        merchant = await self._merchants.rename(merchant_id, name)
        if apply:
            await self._relabel(await self._labelled({was}), merchant, reason)
        return merchant

    async def merge(self, merchant_id: UUID, other_id: UUID, *, apply: bool, reason: str | None) -> MerchantOut:
        merchant, was = await self._merchants.merge(merchant_id, other_id)
        if apply:
            await self._relabel(await self._labelled({was}), merchant, reason)
        return merchant

    async def add_alias(self, merchant_id: UUID, alias: str, *, apply: bool, reason: str | None) -> MerchantOut:
        """An old transaction takes part if it was called by the spelling, or by what was left of it without noise."""
        merchant = await self._merchants.add_alias(merchant_id, alias)
        if apply:
            rows = await self._labelled({alias, merchant_of(alias) or alias})
            meant = await self._merchants.meant_by([said_by(row) for row in rows])
            spelt = [
                row
                for row, name in zip(rows, meant, strict=True)
                if name == merchant.name or merchant_key(row.der_merchant or "") == merchant_key(alias)
            ]
            await self._relabel(spelt, merchant, reason)
        return merchant

    async def _labelled(self, names: set[str]) -> list[Transaction]:
        rows = await self._rows.by_keys(await self._rows.keys_labelled(names), lock=True)
        return [row for row in rows if row.der_merchant in names]

    async def _relabel(self, rows: list[Transaction], merchant: MerchantOut, reason: str | None) -> None:
        def label(one: Loaded) -> None:
            one.row.der_merchant = merchant.name

        others = [row for row in rows if row.der_merchant != merchant.name]
        await self._ledger.change(others, label, Because(Origin.MERCHANT, "merchant", reason, merchant.id))
