"""A run of rules taken back: what it changed and nobody touched since is again what it was."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from farthing.infra.db import Work
from farthing.kernel.actor import Actor
from farthing.kernel.clock import Clock
from farthing.ledger.categories import CategoryService, TagService
from farthing.ledger.images import Because, Edit, Image, Loaded, image_of
from farthing.ledger.kinds import CategorySource, Origin
from farthing.ledger.models import Transaction, TransactionChange
from farthing.ledger.months import MonthService
from farthing.ledger.rule_repository import RuleHistory
from farthing.ledger.service import LedgerService
from farthing.ledger.transaction_repository import Transactions

_CHOICE = ("category_id", "category_source", "category_reason", "category_confidence")
_PLAIN = ("merchant", "der_merchant", "note", "status")


@dataclass(slots=True)
class Undone:
    """What one step of taking back came to."""

    last: int
    seen: int = 0
    changed: int = 0
    closed: int = 0


class RuleUndoing:
    def __init__(self, work: Work, actor: Actor, clock: Clock) -> None:
        self._history = RuleHistory(work, actor.workspace_id)
        self._rows = Transactions(work)
        self._ledger = LedgerService(work, actor, clock)
        self._months = MonthService(work, actor, clock)
        self._categories = CategoryService(work, actor, clock)
        self._tags = TagService(work, actor, clock)

    async def step(self, run_id: UUID, after: int, most: int, reason: str | None) -> Undone:
        await self._categories.hold()
        keys = await self._history.changed_by(run_id, most, after)
        if not keys:
            return Undone(after)
        rows = await self._rows.by_keys(keys, lock=True)
        closed = await self._closed(rows, reason)
        edits = await self._edits([row for row in rows if row.key not in closed], run_id)
        touched = [row for row in rows if row.key in edits]
        because = Because(Origin.UNDO, "rule", reason, run_id, why="the run of rules was undone")
        await self._ledger.change(touched, lambda one: edits[one.row.key](one), because)
        return Undone(keys[-1], len(keys), len(touched), len(closed))

    async def _edits(self, rows: Sequence[Transaction], run_id: UUID) -> dict[int, Edit]:
        stories = await self._rows.histories([row.key for row in rows])
        back = await self._backward(stories.values(), run_id)
        edits: dict[int, Edit] = {}
        for one in await self._ledger.load_rows(rows):
            story = stories[one.row.key]
            last = max(n for n, change in enumerate(story) if _is_of(change, run_id))
            since = [*(change.before for change in story[last + 1 :]), image_of(one)]
            if edit := back(story[last].before, since):
                edits[one.row.key] = edit
        return edits

    async def _backward(self, stories: Iterable[Sequence[TransactionChange]], run_id: UUID) -> "_Backward":
        """Knows which categories and tags are still in use."""
        catalogue = await self._categories.catalogue()
        in_use = {key for key, category in catalogue.by_id.items() if category.deleted_at is None}
        befores = [c.before for story in stories for c in story if _is_of(c, run_id)]
        tags = {UUID(tag) for before in befores for tag in before["tag_ids"]}
        kept = set(await self._tags.in_use(sorted(tags)))
        return _Backward(in_use, kept, (await self._categories.none()).id)

    async def _closed(self, rows: Sequence[Transaction], reason: str | None) -> set[int]:
        if (reason or "").strip():
            return set()
        months = {one.month for one in await self._months.all()}
        return {row.key for row in rows if row.date.replace(day=1) in months}


@dataclass(frozen=True, slots=True)
class _Backward:
    categories: set[UUID]
    tags: set[UUID]
    none: UUID

    def __call__(self, before: Image, since: Sequence[Image]) -> Edit | None:
        """How to put back what was changed and is still as it was left; nothing, if there is nothing."""
        after = since[0]
        steps: list[Callable[[Loaded], None]] = []
        if before["category_id"] != after["category_id"] and _is_as_left(since, "category_id", "category_source"):
            steps.append(lambda one: self._uncategorise(one, before))
        changed = [name for name in _PLAIN if before[name] != after[name] and _is_as_left(since, name)]
        steps += [_putting_back(name, before[name]) for name in changed]
        if after["splits"] and not before["splits"] and _is_as_left(since, "splits"):
            steps.append(_unsplit)
        now = since[-1]["tag_ids"]
        added = {UUID(tag) for tag in after["tag_ids"] if tag not in before["tag_ids"] and tag in now}
        gone = (tag for tag in before["tag_ids"] if tag not in after["tag_ids"] and tag not in now)
        removed = [tag for tag in map(UUID, gone) if tag in self.tags]
        if added or removed:
            steps.append(lambda one: self._retag(one, added, removed))
        if not steps:
            return None

        def edit(one: Loaded) -> None:
            for step in steps:
                step(one)

        return edit

    def _uncategorise(self, one: Loaded, before: Image) -> None:
        was = UUID(before["category_id"])
        if was in self.categories:
            for name in _CHOICE:
                setattr(one.row, name, was if name == "category_id" else before[name])
        else:
            one.row.category_id, one.row.category_source = self.none, CategorySource.NONE
            one.row.category_reason = one.row.category_confidence = None

    @staticmethod
    def _retag(one: Loaded, added: set[UUID], removed: Sequence[UUID]) -> None:
        one.tag_ids = (*(tag for tag in one.tag_ids if tag not in added), *removed)


def _putting_back(name: str, value: object) -> Callable[[Loaded], None]:
    def put_back(one: Loaded) -> None:
        setattr(one.row, name, value)

    return put_back


def _unsplit(one: Loaded) -> None:
    one.parts = ()


def _is_of(change: TransactionChange, run_id: UUID) -> bool:
    return change.origin == Origin.RULE and change.origin_id == run_id


def _is_as_left(since: Sequence[Image], *names: str) -> bool:
    """Whether the transaction still says what the run made it say."""
    return all(image[name] == since[0][name] for image in since for name in names)
