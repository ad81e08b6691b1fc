"""What was: every change of a transaction, and any moment of it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from farthing.infra.db import Work
from farthing.kernel.actor import Actor
from farthing.kernel.clock import Clock
from farthing.kernel.money import to_text
from farthing.kernel.paging import Page, PageRequest
from farthing.ledger.accounts import AccountService
from farthing.ledger.categories import CategoryService, TagService
from farthing.ledger.drafting import Part
from farthing.ledger.errors import ChangeFinal, CurrencyMismatch, TransactionInTransfer, TransactionNotFound
from farthing.ledger.images import Because, Loaded, image_of
from farthing.ledger.kinds import CategorySource, Origin
from farthing.ledger.models import Transaction, TransactionChange
from farthing.ledger.service import LedgerService
from farthing.ledger.transaction_repository import Transactions
from farthing.ledger.transaction_schemas import ChangeOut, TransactionOut

_DATES = ("date", "value_date")
_MOMENTS = ("occurred_at",)
_IDS = ("account_id", "category_id")
_ABOUT_LIFE = ("delete", "restore")
"""Only undoing these brings a transaction back or puts it away; whatever else was changed, it lives or not."""
_KEPT_OUT = ("deleted_at", "version", "splits", "tags", "tag_ids", "transfer_id")
_NOT_CHOSEN = {"category_source": CategorySource.NONE, "category_reason": None, "category_confidence": None}


class HistoryService:
    def __init__(self, work: Work, actor: Actor, clock: Clock) -> None:
        self._rows = Transactions(work)
        self._ledger = LedgerService(work, actor, clock)
        self._accounts = AccountService(work, actor, clock)
        self._categories = CategoryService(work, actor, clock)
        self._tags = TagService(work, actor, clock)

    async def changes(self, transaction_id: UUID, request: PageRequest) -> Page[ChangeOut]:
        """Who or what changed it, newest first, each with what was before."""
        row = await self._get(transaction_id)
        return (await self._rows.changes_of(row.key, request)).map(shown)

    async def as_of(self, transaction_id: UUID, moment: datetime) -> dict[str, Any]:
        """What the transaction was at a moment; before it was made it was not."""
        row = await self._get(transaction_id)
        if row.created_at > moment:
            raise TransactionNotFound(f"Transaction {transaction_id} was not there yet at {moment.isoformat()}")
        later = [change for change in await self._rows.changes(row.key) if change.created_at > moment]
        image = dict(later[-1].before) if later else image_of((await self._ledger.load_rows([row]))[0])
        image = _not_yet_deleted(image, moment)
        away = await self._accounts.away_at(UUID(image["account_id"]), moment)
        return readable(image | {"deleted_at": image["deleted_at"] or (away and away.isoformat())})

    async def restore(self, transaction_id: UUID, change_id: UUID, reason: str | None) -> TransactionOut:
        """Make it again what it was before a change; this too is a change that can be undone."""
        await self._categories.hold()
        row = await self._get(transaction_id, lock=True)
        change = next((c for c in await self._rows.changes(row.key) if c.id == change_id), None)
        if change is None:
            raise TransactionNotFound("This change is not one of the transaction's.")
        if row.transfer_id is not None:
            raise TransactionInTransfer
        if not change.before or change.before["transfer_id"]:
            raise ChangeFinal
        account = await self._accounts.get(UUID(change.before["account_id"]))
        if account.currency != (was := change.before["currency"]):
            raise CurrencyMismatch(f"It was in {was}; {account.name} is kept in {account.currency}.")
        tag_ids = await self._tags.in_use([UUID(tag_id) for tag_id in change.before["tag_ids"]])
        before = await self._in_use(change.before)
        is_about_life = change.action in _ABOUT_LIFE
        if not is_about_life:
            before |= {"deleted_at": row.deleted_at and row.deleted_at.isoformat()}
        because = Because(Origin.UNDO, "restore" if is_about_life else "undo", reason, change.id)
        await self._ledger.change([row], lambda one: put_back(one, before, tag_ids), because)
        return (await self._ledger.show([row]))[0]

    async def _in_use(self, image: dict[str, Any]) -> dict[str, Any]:
        """The image, with no category in the place of those that were deleted since."""
        known = (await self._categories.catalogue()).by_id
        none = (await self._categories.none()).id

        def kept(category_id: str) -> str:
            category = known.get(UUID(category_id))
            return category_id if category is not None and category.deleted_at is None else str(none)

        parts = [part | {"category_id": kept(part["category_id"])} for part in image["splits"]]
        whole = kept(image["category_id"])
        chosen = {} if whole == image["category_id"] else _NOT_CHOSEN
        return image | chosen | {"category_id": whole, "splits": parts}

    async def _get(self, transaction_id: UUID, *, lock: bool = False) -> Transaction:
        row = await self._rows.get(transaction_id, lock=lock)
        if row is None:
            raise TransactionNotFound(f"Transaction {transaction_id} not found")
        return row


def put_back(one: Loaded, before: dict[str, Any], tag_ids: tuple[UUID, ...]) -> None:
    for name, value in before.items():
        if name not in _KEPT_OUT:
            setattr(one.row, name, _read(name, value))
    one.row.deleted_at = datetime.fromisoformat(before["deleted_at"]) if before["deleted_at"] else None
    one.parts = tuple(Part(UUID(p["category_id"]), p["amount"], p["note"]) for p in before["splits"])
    one.tag_ids = tag_ids


def _not_yet_deleted(image: dict[str, Any], moment: datetime) -> dict[str, Any]:
    """An account puts its transactions away without a change of each, so the day of it tells whether it had come."""
    gone = image["deleted_at"]
    return image | {"deleted_at": None} if gone and datetime.fromisoformat(gone) > moment else image


def _read(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in _DATES:
        return date.fromisoformat(value)
    if name in _MOMENTS:
        return datetime.fromisoformat(value)
    return UUID(value) if name in _IDS else value


def readable(image: dict[str, Any]) -> dict[str, Any]:
    """An image with amounts as decimal text."""
    if not image:
        return image
    currency = image["currency"]
    parts = [part | {"amount": to_text(part["amount"], currency)} for part in image["splits"]]
    return image | {"amount": to_text(image["amount"], currency), "splits": parts}


def shown(change: TransactionChange) -> ChangeOut:
    return ChangeOut(
        id=change.id,
        action=change.action,
        origin=change.origin,
        actor_name=change.actor_name,
        reason=change.reason,
        is_in_closed_month=change.is_in_closed_month,
        before=readable(change.before),
        created_at=change.created_at,
    )
