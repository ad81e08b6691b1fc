"""Merchants: one name each, however statements spell them."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from farthing.audit.service import Audit
from farthing.classify.merchants import merchant_of
from farthing.classify.skeleton import is_number
from farthing.infra.db import Question, Work, unique_or
from farthing.kernel.actor import Actor
from farthing.kernel.clock import Clock
from farthing.kernel.errors import Conflict, NotFound
from farthing.kernel.ids import new_id
from farthing.kernel.paging import Page, PageRequest
from farthing.ledger.folding import name_key
from farthing.ledger.merchant_models import Merchant, MerchantAlias
from farthing.ledger.merchant_repository import Merchants
from farthing.ledger.merchant_schemas import MerchantOut

_LONGEST = 255
_REMEMBERED_MAX = 100_000


class MerchantNotFound(NotFound):
    """Merchant not found."""


class AliasNotFound(NotFound):
    """This merchant has no such alias."""


class MerchantExists(Conflict):
    """There is a merchant of this name already."""


class AliasTaken(Conflict):
    """This alias means another merchant. Merge the two, or take it from the other first."""


class MergeImpossible(Conflict):
    """A merchant cannot be merged with itself."""


class MerchantService:
    def __init__(self, work: Work, actor: Actor, clock: Clock) -> None:
        self._rows = Merchants(work)
        self._actor = actor
        self._clock = clock
        self._audit = Audit(work, actor, clock)

    def asking(self) -> Question:
        """What `meant_by` will ask first."""
        return self._rows.asking()

    async def names_for(self, texts: Iterable[str | None]) -> dict[str, str]:
        """The merchant's name by `merchant_key` of each payee or description that is a merchant's name or alias."""
        keys = {merchant_key(text) for text in texts if text} - {""}
        return await self._rows.names(keys) if keys else {}

    async def spellings(self) -> "Spellings":
        """All of them, to ask about very many texts."""
        return Spellings(await self._rows.every_name())

    async def meant_by(self, said: Sequence[Sequence[str | None]]) -> list[str | None]:
        """Whom the texts of each transaction mean."""
        known = await self._rows.all_names()
        if known is not None and not known:
            return [merchant_of(*texts) for texts in said]
        spellings = [_spellings(texts) for texts in said]
        if known is None:
            known = await self.names_for(text for texts in spellings for text in texts)
        return [_meant(texts, known) for texts in spellings]

    async def page(self, request: PageRequest) -> Page[MerchantOut]:
        page = await self._rows.page(request)
        aliases = await self._rows.aliases([merchant.id for merchant in page.items])
        return page.map(lambda merchant: shown(merchant, aliases[merchant.id]))

    async def get(self, merchant_id: UUID) -> MerchantOut:
        return await self._show(await self._get(merchant_id))

    async def locked(self, merchant_id: UUID) -> MerchantOut:
        """One that nobody else renames meanwhile."""
        return await self._show(await self._get(merchant_id, lock=True))

    async def create(self, name: str) -> MerchantOut:
        key = merchant_key(name)
        await self._refuse_alias(key, None)
        merchant = Merchant(
            id=new_id(), workspace_id=self._actor.workspace_id, name=name, name_key=key, created_at=self._clock()
        )
        with unique_or(MerchantExists(f"There is a merchant “{name}” already.")):
            await self._rows.add(merchant)
        await self._audit.record("merchant.create", target_id=merchant.id, name=name)
        return await self._show(merchant)

    async def rename(self, merchant_id: UUID, name: str) -> MerchantOut:
        """A new name; the old one is forgotten unless it is made an alias."""
        merchant, key = await self._get(merchant_id, lock=True), merchant_key(name)
        await self._refuse_alias(key, merchant.id)
        merchant.name, merchant.name_key = name, key
        with unique_or(MerchantExists(f"There is a merchant “{name}” already.")):
            await self._rows.flush()
        await self._audit.record("merchant.change", target_id=merchant.id, name=name)
        return await self._show(merchant)

    async def delete(self, merchant_id: UUID) -> None:
        """Forget a merchant and its aliases; transactions keep what they say."""
        merchant = await self._get(merchant_id, lock=True)
        await self._rows.remove(merchant)
        await self._audit.record("merchant.delete", target_id=merchant_id, name=merchant.name)

    async def add_alias(self, merchant_id: UUID, alias: str) -> MerchantOut:
        """Another spelling; one that means this merchant already stays as it is."""
        merchant, key = await self._get(merchant_id, lock=True), merchant_key(alias)
        if (known := await self._rows.alias(key)) is None:
            called = await self._rows.named(key)
            if called is not None and called.id != merchant.id:
                raise AliasTaken(f"“{alias}” is the name of another merchant. Merge the two.")
            await self._keep_alias(merchant, alias, key)
        elif known.merchant_id != merchant.id:
            raise AliasTaken
        return await self._show(merchant)

    async def remove_alias(self, merchant_id: UUID, alias: str) -> None:
        merchant = await self._get(merchant_id)
        known = await self._rows.alias(merchant_key(alias))
        if known is None or known.merchant_id != merchant.id:
            raise AliasNotFound
        await self._rows.remove(known)
        await self._audit.record("merchant.forget_alias", target_id=merchant.id, alias=known.alias)

    async def merge(self, merchant_id: UUID, other_id: UUID) -> tuple[MerchantOut, str]:
        """The other's name and aliases mean this merchant from now on; the other is no more. What it was called too."""
        locked = {i: await self._get(i, lock=True) for i in sorted((merchant_id, other_id))}
        if merchant_id == other_id:
            raise MergeImpossible
        merchant, other = locked[merchant_id], locked[other_id]
        await self._rows.move_aliases(other.id, merchant.id)
        await self._rows.remove(other)
        if await self._rows.alias(other.name_key) is None:
            await self._keep_alias(merchant, other.name, other.name_key)
        await self._audit.record("merchant.merge", target_id=merchant.id, name=merchant.name, other=other.name)
        return await self._show(merchant), other.name

    async def _keep_alias(self, merchant: Merchant, alias: str, key: str) -> None:
        row = MerchantAlias(workspace_id=merchant.workspace_id, alias_key=key, alias=alias, merchant_id=merchant.id)
        with unique_or(AliasTaken()):
            await self._rows.add(row)
        await self._audit.record("merchant.add_alias", target_id=merchant.id, alias=alias)

    async def _refuse_alias(self, key: str, mine: UUID | None) -> None:
        known = await self._rows.alias(key)
        if known is not None and known.merchant_id != mine:
            raise MerchantExists(f"“{known.alias}” is an alias of another merchant already.")

    async def _get(self, merchant_id: UUID, *, lock: bool = False) -> Merchant:
        if found := await self._rows.get(merchant_id, lock=lock):
            return found
        raise MerchantNotFound

    async def _show(self, merchant: Merchant) -> MerchantOut:
        return shown(merchant, (await self._rows.aliases([merchant.id]))[merchant.id])


class Spellings:
    """What every spelling of a workspace means, as it was when it was loaded."""

    def __init__(self, known: Mapping[str, str]) -> None:
        self._known = known
        self._by_text: dict[str, str | None] = {}
        self._cleaned: dict[str, str | None] = {}

    def meant(self, texts: Sequence[str | None]) -> str | None:
        """Whom the texts of one transaction mean."""
        name = self._named(texts) if self._known else None
        if name:
            return name
        for text in texts:
            if text and (name := self._clean(text)):
                return name
        return None

    def _clean(self, text: str) -> str | None:
        """Most payees come again; asking for them once is sooner than being asked cleverly."""
        if text not in self._cleaned:
            if len(self._cleaned) >= _REMEMBERED_MAX:
                self._cleaned.clear()
            name = merchant_of(text)
            self._cleaned[text] = name and name[:_LONGEST]
        return self._cleaned[text]

    def _named(self, texts: Sequence[str | None]) -> str | None:
        for text in texts:
            if not text:
                continue
            if text not in self._by_text:
                if len(self._by_text) >= _REMEMBERED_MAX:
                    self._by_text.clear()
                self._by_text[text] = next(
                    (name for one in _spellings((text,)) if (name := self._known.get(merchant_key(one)))), None
                )
            if name := self._by_text[text]:
                return name
        return None


def merchant_key(text: str) -> str:
    """By which a spelling is recognised: without case, diacritics and spacing."""
    return name_key(text, _LONGEST)


def shown(merchant: Merchant, aliases: list[str]) -> MerchantOut:
    return MerchantOut(id=merchant.id, name=merchant.name, aliases=aliases, created_at=merchant.created_at)


def _spellings(texts: Sequence[str | None]) -> tuple[str, ...]:
    """What may name a merchant: each text as the bank wrote it, without numbers, and without any noise."""
    said = [text for text in texts if text]
    return tuple(spelling for text in said for spelling in (text, _unnumbered(text), merchant_of(text)) if spelling)


def _unnumbered(text: str) -> str:
    return " ".join(part for part in text.split() if not is_number(part))


def _meant(spellings: Sequence[str], known: Mapping[str, str]) -> str | None:
    """The merchant whom a spelling means; else what is left of the first text that says something."""
    named = (known.get(merchant_key(text)) for text in spellings) if known else ()
    return next((name for name in named if name), None) or merchant_of(*spellings)
