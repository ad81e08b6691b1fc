"""New transactions on their way into the tables: rows with their keys, parts and tags, and the totals that move."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from farthing.infra.db import Question, Work
from farthing.kernel.actor import Actor
from farthing.kernel.clock import Clock
from farthing.kernel.ids import new_ids
from farthing.ledger.categories import Catalogue, CategoryService
from farthing.ledger.drafting import Draft
from farthing.ledger.errors import AccountNotFound
from farthing.ledger.images import Because, change_row
from farthing.ledger.months import MonthService
from farthing.ledger.rule_book import Judged, RuleDrafting
from farthing.ledger.totals import Delta, Posted, delta
from farthing.ledger.training import Training
from farthing.ledger.transaction_repository import Totals, Transactions

_FEW = 50
"""So many rows are kept in one visit with the totals that they move."""


class Posting(NamedTuple):
    """What is about to be kept: rows with their keys, their drafts, and traces in closed months."""

    rows: list[dict[str, Any]]
    drafts: Sequence[Draft]
    changes: list[dict[str, Any]]
    catalogue: Catalogue
    judged: Judged
    is_lesson: bool = False
    """Whether people chose so much by now that it should be learned."""

    def keyed(self) -> Iterator[tuple[int, Draft]]:
        return ((row["key"], draft) for row, draft in zip(self.rows, self.drafts, strict=True))


class Keeping:
    """Whoever posts shares his categories and rules with it, so that all see the same ones."""

    def __init__(
        self, work: Work, actor: Actor, clock: Clock, categories: CategoryService, ruling: RuleDrafting
    ) -> None:
        self._work = work
        self._actor = actor
        self._clock = clock
        self._rows = Transactions(work)
        self._totals = Totals(work)
        self._months = MonthService(work, actor, clock)
        self._training = Training(work, actor, clock)
        self._categories = categories
        self._ruling = ruling

    async def made_ready(self, judged: Judged, reason: str | None) -> Posting:
        drafts = judged.drafts
        closed = await self._months.refuse({draft.columns["date"] for draft in drafts}, reason)
        now = self._clock()
        rows = [self._row(draft, one, now) for draft, one in zip(drafts, new_ids(len(drafts)), strict=True)]
        for key, row in zip(await self._rows.next_keys(len(rows)), rows, strict=True):
            row["key"] = key
        self._work.foreseen.clear()
        late = [row["key"] for row in rows if row["date"].replace(day=1) in closed] if closed else []
        changes = [self._arrival(key, reason) for key in late]
        return Posting(rows, drafts, changes, await self._categories.catalogue(), judged)

    async def finish(self, posting: Posting, origin: str, origin_id: UUID | None) -> list[UUID]:
        """Keep them, move the totals, and note what rules did and what a person chose.

        The transfers that rules propose and that are certain.
        """
        first = [] if len(posting.rows) > _FEW else self._few(posting)
        if not first:
            await self.keep(posting)
        await self._apply(await self.reckoned(posting), first)
        return await self._note(posting, origin, origin_id)

    async def reckoned(self, posting: Posting) -> Delta:
        """By how much they will move the totals."""
        return await self._delta([], [_posted_of(draft) for draft in posting.drafts])

    async def finish_kept(self, posting: Posting, change: Delta, origin: str, origin_id: UUID | None) -> list[UUID]:
        """The same for what is kept and reckoned already."""
        await self._apply(change, [])
        return await self._note(posting, origin, origin_id)

    async def _note(self, posting: Posting, origin: str, origin_id: UUID | None) -> list[UUID]:
        certain = await self._ruling.keep(posting.judged, [row["key"] for row in posting.rows], origin, origin_id)
        if posting.is_lesson:
            await self._training.request()
        return certain

    def _row(self, draft: Draft, transaction_id: UUID, now: datetime) -> dict[str, Any]:
        return draft.columns | {
            "id": transaction_id,
            "workspace_id": self._actor.workspace_id,
            "version": 1,
            "created_by": self._actor.user_id,
            "created_at": now,
            "updated_at": now,
        }

    def _few(self, posting: Posting) -> list[Question]:
        """Few rows and what hangs on them, to be kept in the visit that moves the totals."""
        parts, tags = self._details(posting.keyed())
        return [*self._rows.insertions(posting.rows), *self._rows.detail_insertions(parts, tags, posting.changes)]

    async def keep(self, posting: Posting) -> None:
        """Many rows and what hangs on them."""
        parts, tags = self._details(posting.keyed())
        await self._rows.insert_keyed(posting.rows)
        await self._rows.keep_changes(posting.changes)
        await self._rows.keep_splits(parts)
        await self._rows.keep_tags(tags)

    def _details(self, keyed: Iterable[tuple[int, Draft]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Rows of their parts and tags."""
        parts, tags = [], []
        workspace_id = self._actor.workspace_id
        for key, draft in keyed:
            own = {"workspace_id": workspace_id, "transaction_key": key}
            parts += [
                own | {"position": n, "category_id": p.category_id, "amount": p.amount, "note": p.note}
                for n, p in enumerate(draft.parts)
            ]
            tags += [own | {"tag_id": tag_id} for tag_id in draft.tag_ids]
        return parts, tags

    async def keep_parts_and_tags(self, keyed: Iterable[tuple[int, Draft]]) -> None:
        parts, tags = self._details(keyed)
        await self._rows.keep_splits(parts)
        await self._rows.keep_tags(tags)

    async def move(self, before: Sequence[Posted], after: Sequence[Posted], first: Sequence[Question] = ()) -> None:
        """By how much totals change is known before `first` is done."""
        await self._apply(await self._delta(before, after), first)

    async def _delta(self, before: Sequence[Posted], after: Sequence[Posted]) -> Delta:
        kinds = await self._categories.kinds({i for p in (*before, *after) for i, _ in p.lines})
        return delta(before, after, kinds)

    async def _apply(self, change: Delta, first: Sequence[Question]) -> None:
        if gone := await self._totals.apply_after(list(first), self._actor.workspace_id, change):
            raise AccountNotFound(f"Account {gone} not found or access denied")

    def _arrival(self, key: int, reason: str | None) -> dict[str, Any]:
        """Making one leaves no image, but in a closed month it leaves a trace."""
        return change_row(key, {}, self._actor, self._clock(), Because(action="create", reason=reason), is_closed=True)


def _posted_of(draft: Draft) -> Posted:
    c = draft.columns
    return Posted(
        account_id=c["account_id"],
        day=c["date"],
        amount=c["amount"],
        currency=c["currency"],
        status=c["status"],
        category_id=c["category_id"],
        splits=tuple((part.category_id, part.amount) for part in draft.parts),
    )
