"""SQL about merchants and the spellings that mean them."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select, union_all

from farthing.infra.db import Prepared, Question, WorkspaceRepository, in_scope
from farthing.kernel.paging import Page, PageRequest, page_of
from farthing.ledger.merchant_models import Merchant, MerchantAlias

_CHUNK = 5_000
_FEW = 200
"""So many spellings are sooner read than asked for."""
_IS_MEANT = (Merchant.workspace_id == MerchantAlias.workspace_id) & (Merchant.id == MerchantAlias.merchant_id)
_NAMES = union_all(
    select(MerchantAlias.alias_key, Merchant.name).join(Merchant, _IS_MEANT).where(in_scope(MerchantAlias)),
    select(Merchant.name_key, Merchant.name).where(in_scope(Merchant)),
)
_EVERY_NAME = Prepared(_NAMES, (MerchantAlias.alias_key, Merchant.name))
_ALL_NAMES = Prepared(_NAMES.limit(_FEW + 1), (MerchantAlias.alias_key, Merchant.name))


class Merchants(WorkspaceRepository):
    async def get(self, merchant_id: UUID, *, lock: bool = False) -> Merchant | None:
        statement = self.select(Merchant).where(Merchant.id == merchant_id)
        found: Merchant | None = await self.session.scalar(statement.with_for_update() if lock else statement)
        return found

    async def named(self, name_key: str) -> Merchant | None:
        found: Merchant | None = await self.session.scalar(self.select(Merchant).where(Merchant.name_key == name_key))
        return found

    async def page(self, request: PageRequest) -> Page[Merchant]:
        """By name."""
        statement = self.select(Merchant).order_by(Merchant.name_key)
        if request.after is not None:
            statement = statement.where(Merchant.name_key > request.after[0])
        rows = (await self.session.scalars(statement.limit(request.limit + 1).offset(request.offset))).all()
        return page_of(rows, request, await self.count(Merchant), lambda row: (row.name_key,))

    async def remove(self, row: Merchant | MerchantAlias) -> None:
        await self.session.delete(row)
        await self.session.flush()

    async def alias(self, alias_key: str) -> MerchantAlias | None:
        statement = self.select(MerchantAlias).where(MerchantAlias.alias_key == alias_key)
        found: MerchantAlias | None = await self.session.scalar(statement)
        return found

    async def aliases(self, merchant_ids: Sequence[UUID]) -> dict[UUID, list[str]]:
        """The spellings of each merchant, by spelling."""
        found: dict[UUID, list[str]] = {merchant_id: [] for merchant_id in merchant_ids}
        statement = self.select(MerchantAlias).where(MerchantAlias.merchant_id.in_(merchant_ids))
        for row in await self.session.scalars(statement.order_by(MerchantAlias.alias_key)):
            found[row.merchant_id].append(row.alias)
        return found

    async def move_aliases(self, merchant_id: UUID, to: UUID) -> None:
        await self.session.execute(
            self.update(MerchantAlias).where(MerchantAlias.merchant_id == merchant_id).values(merchant_id=to)
        )

    def asking(self) -> Question:
        """What `all_names` will ask."""
        return _ALL_NAMES.question(self.work)

    async def all_names(self) -> dict[str, str] | None:
        """Each folded name or spelling with the merchant's name; nothing told if they are very many."""
        rows = await _ALL_NAMES.of(self.work)
        return {row[0]: row[1] for row in rows} if len(rows) <= _FEW else None

    async def every_name(self) -> dict[str, str]:
        """The same for all names and spellings that there are."""
        return {row[0]: row[1] for row in await _EVERY_NAME.of(self.work)}

    async def names(self, keys: Iterable[str]) -> dict[str, str]:
        """The merchant's name for each folded name or spelling that means one."""
        wanted, found = list(keys), dict[str, str]()
        for start in range(0, len(wanted), _CHUNK):
            some = wanted[start : start + _CHUNK]
            spelt = self.own(select(MerchantAlias.alias_key, Merchant.name), MerchantAlias).join(Merchant, _IS_MEANT)
            called = self.own(select(Merchant.name_key, Merchant.name), Merchant)
            both = spelt.where(MerchantAlias.alias_key.in_(some)).union_all(called.where(Merchant.name_key.in_(some)))
            found |= {row[0]: row[1] for row in await self.session.execute(both)}
        return found
