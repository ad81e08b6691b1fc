"""Transactions whose statement is read again: how they stand, what somebody decided, and other facts written down."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from farthing.infra.db import Work
from farthing.kernel.actor import Actor
from farthing.kernel.clock import Clock
from farthing.ledger.categories import CategoryService
from farthing.ledger.drafting import SAID
from farthing.ledger.images import Because, Image, Loaded, image_of
from farthing.ledger.kinds import CategorySource, Origin
from farthing.ledger.models import Transaction, TransactionChange
from farthing.ledger.restating_repository import Restated
from farthing.ledger.service import LedgerService
from farthing.ledger.transaction_repository import Transactions

_OURS = frozenset({(Origin.IMPORT, "rebuild"), (Origin.UNDO, "rebuild"), (Origin.CATEGORY, "derive")})
"""Changes that were the program's own, so that it may change its mind."""
_DERIVED = ("der_merchant", "category_id")
_FACTS = ("date", "value_date", "amount", "status", "description", "payee", "reference")
CHOICE = ("category_id", "category_source", "category_reason", "category_confidence", "der_category")
"""A category with its reasons."""
_CHOSEN = frozenset({CategorySource.USER, CategorySource.RULE})

Fields = Mapping[str, tuple[Any, Any]]
"""Of each field what it is and what it becomes."""


class RestatingService:
    def __init__(self, work: Work, actor: Actor, clock: Clock) -> None:
        self._rows = Transactions(work)
        self._restated = Restated(work)
        self._ledger = LedgerService(work, actor, clock)
        self._categories = CategoryService(work, actor, clock)

    async def highest_line(self, import_id: UUID) -> int:
        return await self._restated.highest_line(import_id)

    async def keys_at(self, import_id: UUID, lines: Collection[int]) -> dict[int, int]:
        return await self._restated.keys_at(import_id, lines)

    async def count_of(self, account_id: UUID) -> int:
        """How many transactions an account holds."""
        return await self._restated.count_of(account_id)

    async def standing(self, import_id: UUID, first: int, last: int) -> list[Loaded]:
        """What is in use of the rows of an import, from one number to another."""
        return await self._ledger.load_rows(await self._restated.living(import_id, first, last))

    async def restate(self, import_id: UUID, days: Mapping[int, date]) -> None:
        """The day that a statement gives, where it is read otherwise; that is no change of what anybody sees."""
        await self._restated.restate(import_id, days)

    async def touched(self, loaded: Sequence[Loaded]) -> set[int]:
        """The keys of those on which a person or a rule has worked."""
        stories = await self._rows.histories([one.row.key for one in loaded])
        return {
            one.row.key
            for one in loaded
            if one.row.category_source in _CHOSEN
            or one.row.transfer_id is not None
            or one.tag_ids
            or one.parts
            or one.row.note
            or any(not _is_ours(change) for change in stories.get(one.row.key, ()))
        }

    async def decided(self, loaded: Sequence[Loaded]) -> dict[int, frozenset[str]]:
        """Of each the fields that a person or a rule decided."""
        stories = await self._rows.histories([one.row.key for one in loaded])
        return {one.row.key: _decided(one, stories.get(one.row.key, [])) for one in loaded}

    async def rewrite(self, edits: Mapping[int, Fields], because: Because) -> int:
        """By key. Only what still is as it was is changed, so whoever came between wins; how many changed."""
        await self._categories.hold()
        rows = await self._rows.by_keys(sorted(edits), lock=True)
        changing = [row for row in rows if _still(row, edits[row.key])]

        def write(one: Loaded) -> None:
            for name, value in _still(one.row, edits[one.row.key]).items():
                setattr(one.row, name, value)

        await self._ledger.change(changing, write, because)
        return len(changing)


def _still(row: Transaction, fields: Fields) -> dict[str, Any]:
    """What is to be written; a category goes with its reasons, or not at all."""
    found = {name: after for name, (before, after) in fields.items() if getattr(row, name) == before}
    if "category_id" in fields and row.category_source != fields["category_source"][0]:
        found.pop("category_id", None)
    if "category_id" in fields and "category_id" not in found:
        return {name: value for name, value in found.items() if name not in CHOICE}
    return found


def _is_ours(change: TransactionChange) -> bool:
    return (change.origin, change.action) in _OURS


def _decided(one: Loaded, story: Sequence[TransactionChange]) -> frozenset[str]:
    """A text that was edited names another merchant by itself; that alone decides nothing."""
    found = {"category_id"} if one.row.category_source in _CHOSEN else set()
    if one.row.merchant is not None:
        found.add("der_merchant")
    images: list[Image] = [*(change.before for change in story), image_of(one)]
    for at, change in enumerate(story):
        before, after = images[at], images[at + 1]
        if _is_ours(change) or not before:
            continue
        has_other_texts = any(before[name] != after[name] for name in SAID)
        found |= {name for name in _FACTS if before[name] != after[name]}
        found |= {name for name in _DERIVED if before[name] != after[name] and not has_other_texts}
    return frozenset(found)
