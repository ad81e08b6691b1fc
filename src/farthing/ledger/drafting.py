"""From what somebody sent to what will be posted: amounts in minor units, names resolved, gaps derived."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date as Day  # noqa: N812  bodies have a field called date
from datetime import datetime
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from farthing.classify.features import Asked
from farthing.kernel.clock import Clock, in_utc
from farthing.kernel.errors import FarthingError
from farthing.kernel.money import to_minor, to_text
from farthing.ledger.categories import Catalogue, CategoryService, TagService
from farthing.ledger.deciding import Chosen, Decider, Deciding, asked
from farthing.ledger.errors import AmountMissing, CategoryNotFound, CurrencyMismatch, SplitWrong
from farthing.ledger.folding import FIELDS, search_text, tag_key
from farthing.ledger.kinds import CategoryKind, CategorySource
from farthing.ledger.known import KnownAccount
from farthing.ledger.merchant_service import MerchantService
from farthing.ledger.models import Transaction
from farthing.ledger.transaction_schemas import Direction, SplitIn, TransactionBody

Result = TypeVar("Result")
SAID = ("merchant", "payee", "description")
"""The texts that may name the merchant and hint at the category, in the order in which they are believed."""


@dataclass(frozen=True, slots=True)
class Part:
    """A split line, ready to be kept."""

    category_id: UUID
    amount: int
    note: str | None


class Draft(NamedTuple):
    """A transaction, ready to be kept: its columns, its parts and its tags."""

    columns: dict[str, Any]
    parts: tuple[Part, ...]
    tag_ids: tuple[UUID, ...]
    tag_names: tuple[str, ...] = ()


class Drafting:
    """Resolves names once for a whole batch."""

    def __init__(
        self,
        categories: CategoryService,
        tags: TagService,
        merchants: MerchantService,
        deciding: Deciding,
        clock: Clock,
    ) -> None:
        self._categories = categories
        self._deciding = deciding
        self._tags = tags
        self._merchants = merchants
        self._clock = clock

    async def drafts(
        self, bodies: Sequence[TransactionBody], accounts: Sequence[KnownAccount], *, is_batch: bool
    ) -> list[Draft]:
        """What to post; of a batch, an error names the row at fault."""
        rows = _Rows(is_batch=is_batch)
        amounts = [rows.each(n, signed, *pair) for n, pair in enumerate(zip(bodies, accounts, strict=True))]
        await self._categories.by_names(_named(bodies, amounts))
        catalogue = await self._categories.catalogue()
        for n, body in enumerate(bodies):
            rows.each(n, refuse_unknown, _ids(body), catalogue)
        tags = await self._tags.by_names(name for body in bodies for name in body.tags)
        picker = _Picker(await self._categories.catalogue(), (await self._categories.none()).id)
        decider = await self._deciding.load(learned=is_undecided(bodies))
        merchants = await self._merchants.meant_by([said_by(body) for body in bodies])
        named = {name: tags[tag_key(name)] for name in dict.fromkeys(name for body in bodies for name in body.tags)}
        drafts = []
        for n, (body, account, amount, merchant) in enumerate(zip(bodies, accounts, amounts, merchants, strict=True)):
            parts = rows.each(n, picker.parts, body.splits, account.currency, amount, body.type) if body.splits else ()
            own = sorted({named[name] for name in body.tags}, key=_name_key) if body.tags else ()
            row = asked(
                amount,
                said_by(body),
                account_id=account.id,
                day=self._day(body),
                merchant=body.der_merchant or merchant,
            )
            columns = self._columns(body, account, amount, picker.choose(body, row, decider), merchant)
            drafts.append(Draft(columns, parts, tuple(t.id for t in own), tuple(t.name for t in own)))
        return drafts

    async def parts(
        self, splits: Sequence[SplitIn], amount: int, currency: str, kind: Direction | None = None
    ) -> tuple[Part, ...]:
        side = side_of(amount)
        await self._categories.by_names((s.category, side) for s in splits if s.category and not s.category_id)
        await self._known({s.category_id for s in splits if s.category_id})
        picker = _Picker(await self._categories.catalogue(), (await self._categories.none()).id)
        return picker.parts(splits, currency, amount, kind)

    async def category(self, name: str | None, category_id: UUID | None, amount: int) -> UUID:
        """The category that somebody chose; none is a choice too."""
        if category_id is not None:
            return (await self._known({category_id})).pop()
        if name is None:
            return (await self._categories.none()).id
        side = side_of(amount)
        return (await self._categories.by_names([(name, side)]))[name, side].id

    async def tag_ids(self, names: Sequence[str]) -> tuple[UUID, ...]:
        found = await self._tags.by_names(names)
        return tuple(dict.fromkeys(found[tag_key(name)].id for name in names))

    async def _known(self, category_ids: set[UUID]) -> set[UUID]:
        """These categories, if all of them are in use here."""
        refuse_unknown(category_ids, await self._categories.catalogue())
        return category_ids

    def _day(self, body: TransactionBody) -> Day:
        return body.date or (_moment(body) or self._clock()).date()

    def _columns(
        self, body: TransactionBody, account: KnownAccount, amount: int, chosen: Chosen, merchant: str | None
    ) -> dict[str, Any]:
        columns: dict[str, Any] = {
            "account_id": account.id,
            "category_id": chosen.category_id,
            "date": self._day(body),
            "value_date": body.value_date,
            "occurred_at": _moment(body),
            "amount": amount,
            "currency": account.currency,
            "status": str(body.status),
            "description": body.description,
            "payee": body.payee,
            "merchant": body.merchant,
            "location": body.location,
            "reference": body.reference,
            "note": body.note,
            "der_category": body.der_category or chosen.guessed or body.category,
            "der_merchant": body.der_merchant or merchant,
            "category_source": str(chosen.source),
            "category_reason": chosen.reason,
            "category_confidence": chosen.confidence,
            "is_split": bool(body.splits),
        }
        return columns | {"search_text": search_text(*(columns[name] for name in FIELDS))}


class _Picker:
    """Chooses categories for one batch."""

    def __init__(self, catalogue: Catalogue, none: UUID) -> None:
        self._catalogue = catalogue
        self._none = none

    def choose(self, body: TransactionBody, row: Asked, decider: Decider) -> Chosen:
        """What somebody chose; else what was learned here or is known to everybody; else none."""
        if body.category_id is None and body.category is None:
            return decider.one(row)
        chosen = body.category_id or self._named(str(body.category), row.amount)
        return Chosen(chosen, CategorySource.USER, guessed=decider.builtin(row).guessed)

    def _named(self, name: str, amount: int) -> UUID:
        found = self._catalogue.find(name, side_of(amount))
        return found.id if found else self._none

    def parts(
        self, splits: Sequence[SplitIn], currency: str, whole: int, kind: Direction | None = None
    ) -> tuple[Part, ...]:
        """They sum to the whole; parts of an amount that a type gave its sign may be as positive as it was."""
        parts = tuple(self._part(split, currency, whole) for split in splits)
        if kind is Direction.EXPENSE and sum(part.amount for part in parts) == -whole:
            parts = tuple(replace(part, amount=-part.amount) for part in parts)
        check_parts(parts, whole, currency)
        return parts

    def _part(self, split: SplitIn, currency: str, whole: int) -> Part:
        amount = to_minor(split.amount, currency)
        category_id = split.category_id
        if category_id is None and split.category is not None:
            category_id = self._named(split.category, whole)
        return Part(category_id or self._none, amount, split.note)


_name_key = attrgetter("name_key")


def is_undecided(bodies: Iterable[TransactionBody]) -> bool:
    """Whether a category is left to us."""
    return any(body.category is None and body.category_id is None for body in bodies)


def _moment(body: TransactionBody) -> datetime | None:
    return in_utc(body.occurred_at) if body.occurred_at else None


def signed(body: TransactionBody, account: KnownAccount) -> int:
    """A signed amount as it stands; a positive one takes its sign from the type."""
    if body.currency is not None and body.currency != account.currency:
        raise CurrencyMismatch(f"{account.name} is kept in {account.currency}, and this amount is in {body.currency}.")
    amount = to_minor(body.amount, account.currency)
    return amount if body.type is None else directed(amount, body.type)


def directed(amount: int, direction: Direction) -> int:
    if amount < 0:
        raise AmountMissing("This amount is negative. With a type, the type says the direction.")
    return amount if direction is Direction.INCOME else -amount


said_by: Callable[[TransactionBody | Transaction], tuple[str | None, ...]] = attrgetter(*SAID)
"""What a transaction says of whom and what it was for."""


def side_of(amount: int) -> CategoryKind:
    return CategoryKind.INCOME if amount > 0 else CategoryKind.EXPENSE


def check_parts(parts: Sequence[Part], amount: int, currency: str) -> None:
    whole = sum(part.amount for part in parts)
    if parts and whole != amount:
        raise SplitWrong(f"The parts sum to {to_text(whole, currency)}, not to {to_text(amount, currency)} {currency}.")


def refuse_unknown(category_ids: Iterable[UUID], catalogue: Catalogue) -> None:
    for category_id in category_ids:
        category = catalogue.by_id.get(category_id)
        if category is None or category.deleted_at is not None:
            raise CategoryNotFound(f"Category {category_id} not found")


class _Rows:
    """Says of an error which row of a batch it is about, in the words of the body's own errors."""

    def __init__(self, *, is_batch: bool) -> None:
        self._is_batch = is_batch

    def each(self, number: int, do: Callable[..., Result], *given: object) -> Result:
        try:
            return do(*given)
        except FarthingError as error:
            if not self._is_batch:
                raise
            raise type(error)(f"transactions.{number}: {error.detail}") from error


def _named(bodies: Sequence[TransactionBody], amounts: Sequence[int]) -> set[tuple[str, CategoryKind]]:
    named = set()
    for body, amount in zip(bodies, amounts, strict=True):
        if body.category and not body.category_id:
            named.add((body.category, side_of(amount)))
        side = side_of(amount)
        named |= {(split.category, side) for split in body.splits if split.category and not split.category_id}
    return named


def _ids(body: TransactionBody) -> set[UUID]:
    return {i for i in (body.category_id, *(split.category_id for split in body.splits)) if i is not None}
