"""Taking categories and tags out of use with a trace on every transaction, and bringing them back where they were."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from farthing.infra.db import Work
from farthing.kernel.actor import Actor
from farthing.kernel.clock import Clock
from farthing.ledger.categories import CategoryService, TagService
from farthing.ledger.drafting import Part
from farthing.ledger.errors import CategoryNotFound, CategorySideWrong
from farthing.ledger.images import Because, Edit, Image, Loaded, image_of
from farthing.ledger.kinds import CategoryKind, CategorySource, Origin
from farthing.ledger.known import KnownCategory
from farthing.ledger.models import Category
from farthing.ledger.service import LedgerService
from farthing.ledger.transaction_repository import Transactions

_CHOICE = ("category_id", "category_source", "category_reason", "category_confidence")


class RetirementService:
    """While something goes or comes back, nobody else counts on the workspace's categories and tags."""

    def __init__(self, work: Work, actor: Actor, clock: Clock) -> None:
        self._rows = Transactions(work)
        self._ledger = LedgerService(work, actor, clock)
        self._categories = CategoryService(work, actor, clock)
        self._tags = TagService(work, actor, clock)

    async def delete_category(self, category_id: UUID, move_to: UUID | None, reason: str | None) -> None:
        """Its transactions go to another category, or become uncategorised."""
        await self._categories.hold(alone=True)
        category = await self._categories.get(category_id)
        target = (await self._categories.get(move_to)) if move_to else await self._categories.none()
        if target.id == category.id:
            raise CategoryNotFound("Its transactions cannot go to the category that is being deleted.")
        if target.kind not in (category.kind, CategoryKind.NONE):
            raise CategorySideWrong
        rows = await self._rows.by_keys(await self._categories.keys_in(category_id), lock=True)
        because = Because(Origin.CATEGORY, "category", reason, category_id, "the category was deleted")
        await self._ledger.change(rows, _moving(category_id, target), because)
        await self._categories.retire(category)

    async def restore_category(self, category_id: UUID, reason: str | None) -> Category:
        """What was in it is in it again, unless somebody chose another category since."""
        await self._categories.hold(alone=True)
        category = await self._categories.bring_back(category_id)

        def back(before: Image, since: Sequence[Image]) -> Edit | None:
            return _putting_back(category_id, before, since)

        await self._undo(Because(Origin.CATEGORY, "category", reason, category_id), back)
        return category

    async def delete_tag(self, tag_id: UUID, reason: str | None) -> None:
        """It is taken off everything."""
        await self._categories.hold(alone=True)
        tag = await self._tags.get(tag_id)
        rows = await self._rows.by_keys(await self._tags.keys_in(tag_id), lock=True)

        def take_off(one: Loaded) -> None:
            one.tag_ids = tuple(i for i in one.tag_ids if i != tag_id)

        await self._ledger.change(rows, take_off, Because(Origin.TAG, "tag", reason, tag_id))
        await self._tags.retire(tag)

    async def restore_tag(self, tag_id: UUID, reason: str | None) -> None:
        """What bore it bears it again, unless somebody chose other tags since."""
        await self._categories.hold(alone=True)
        await self._tags.bring_back(tag_id)

        def put_on(one: Loaded) -> None:
            one.tag_ids = (*one.tag_ids, tag_id)

        def back(_before: Image, since: Sequence[Image]) -> Edit | None:
            return put_on if _is_as_left(since, "tag_ids") else None

        await self._undo(Because(Origin.TAG, "tag", reason, tag_id), back)

    async def _undo(self, done: Because, back: Callable[[Image, Sequence[Image]], Edit | None]) -> None:
        """Undo the last change of this origin on each transaction, as far as `back` finds it untouched."""
        rows = await self._rows.by_keys(await self._rows.keys_changed_by(done.origin, done.origin_id), lock=True)
        changes = await self._rows.histories([row.key for row in rows])
        edits: dict[int, Edit] = {}
        for one in await self._ledger.load_rows(rows):
            story = changes[one.row.key]
            last = max(n for n, c in enumerate(story) if (c.origin, c.origin_id) == (done.origin, done.origin_id))
            since = [*(change.before for change in story[last + 1 :]), image_of(one)]
            if edit := back(story[last].before, since):
                edits[one.row.key] = edit
        because = Because(Origin.UNDO, done.action, done.reason, done.origin_id)
        touched = [row for row in rows if row.key in edits]
        await self._ledger.change(touched, lambda one: edits[one.row.key](one), because)


def _moving(category_id: UUID, target: Category | KnownCategory) -> Edit:
    source = CategorySource.NONE if target.kind == CategoryKind.NONE else CategorySource.USER

    def move(one: Loaded) -> None:
        if one.row.category_id == category_id:
            one.row.category_id, one.row.category_source = target.id, source
            one.row.category_reason = one.row.category_confidence = None
        one.parts = tuple(Part(target.id, p.amount, p.note) if p.category_id == category_id else p for p in one.parts)

    return move


def _putting_back(category_id: UUID, before: Image, since: Sequence[Image]) -> Edit | None:
    """The whole and the parts each for themselves; nothing, if both were changed since."""
    was = str(category_id)
    whole = before["category_id"] == was and _is_as_left(since, "category_id", "category_source")
    parts = any(part["category_id"] == was for part in before["splits"]) and _is_as_left(since, "splits")

    def put_back(one: Loaded) -> None:
        if whole:
            for name in _CHOICE:
                setattr(one.row, name, category_id if name == "category_id" else before[name])
        if parts:
            pairs = zip(one.parts, before["splits"], strict=True)
            one.parts = tuple(
                Part(category_id, part.amount, part.note) if old["category_id"] == was else part for part, old in pairs
            )

    return put_back if whole or parts else None


def _is_as_left(since: Sequence[dict[str, Any]], *names: str) -> bool:
    """Whether the transaction still says what it said first."""
    return all(image[name] == since[0][name] for image in since for name in names)
