"""What other sources told of an account: as they stated it, whatever was edited or deleted since."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from farthing.infra.db import Work
from farthing.ingest.decisions import NEAR, Period, Told
from farthing.ingest.models import Import
from farthing.ingest.rawrows import Place, amounts_of
from farthing.ingest.repository import Imports, Rows
from farthing.kernel.money import to_minor
from farthing.ledger.kinds import Status
from farthing.ledger.posting import PostingService
from farthing.ledger.telling import Telling

BY_HAND = "your own entry"


@dataclass(frozen=True, slots=True)
class Known:
    """What is known already of those who may have told something."""

    others: Mapping[UUID, Import]
    """Imports that are posted to the account."""
    spans: Mapping[UUID, Period | None]
    leaning: Mapping[int, UUID]
    """Transactions that another import has too, whoever brought them."""
    own: Collection[UUID]
    """Imports of the source at hand; what these have is known by its fingerprint."""


class Testimony:
    """`home` says where the raw rows of an import are."""

    def __init__(self, work: Work, posting: PostingService, home: Callable[[Import], Path]) -> None:
        self._imports = Imports(work)
        self._rows = Rows(work)
        self._posting = posting
        self._home = home

    async def about(self, place: Place, span: Period, known: Known) -> list[Told]:
        around = (place.account_id, span.first - NEAR, span.last + NEAR)
        claimed = {key for key, import_id in known.leaning.items() if import_id in known.own}
        rows = [row for row in await self._posting.told(*around, known.own) if row.key not in claimed]
        if any(row.is_deleted for row in rows):
            elsewhere = await self._rows.decided_away(*around)
            rows = [row for row in rows if not row.is_deleted or _stays_away(row, known, elsewhere)]
        amounts = await self._stated(place, [row for row in rows if row.is_edited])
        return [_told(row, amounts.get(row.key, row.amount), known) for row in rows]

    async def _stated(self, place: Place, edited: Sequence[Telling]) -> dict[int, int]:
        """The amounts as the statements have them, of transactions that somebody edited."""
        by_import: dict[UUID, dict[int, int]] = defaultdict(dict)
        for row in edited:
            if row.import_id is not None and row.import_line is not None:
                by_import[row.import_id][row.import_line] = row.key
        found: dict[int, int] = {}
        for one in (await self._imports.several(by_import)).values():
            keys = by_import[one.id]
            said = await asyncio.to_thread(amounts_of, self._home(one), list(keys))
            found |= {keys[line]: int(amount.scaleb(place.decimals)) for line, amount in said.items()}
            for line in keys.keys() - said.keys():
                found |= await self._written(one.id, line, keys[line], place)
        return found

    async def _written(self, import_id: UUID, line: int, key: int, place: Place) -> dict[int, int]:
        """Of a line that could not be read, what a person wrote in its place is what was stated."""
        row = await self._rows.get(import_id, line)
        amount = (row.corrected or {}).get("amount") if row is not None else None
        return {} if amount is None else {key: to_minor(amount, place.currency)}


def _stays_away(row: Telling, known: Known, elsewhere: Collection[tuple[UUID, int]]) -> bool:
    """Whether a deletion says something of the fact itself.

    An import that was undone says nothing any more, unless another one has the same. A row that left the ledger in the
    review, because it is another one or because nobody knows yet, was not deleted as a fact.
    """
    is_said = row.import_id in known.others or row.key in known.leaning
    return is_said and (row.import_id, row.import_line) not in elsewhere


def _told(row: Telling, amount: int, known: Known) -> Told:
    others = known.others
    of = others.get(row.import_id) if row.import_id else None
    if of is None and row.is_deleted:
        of = others.get(known.leaning[row.key])
    who, covered = BY_HAND, None
    if of is not None:
        who = of.name
        same = (known.spans[other.id] for other in others.values() if other.source == of.source)
        covered = tuple(span for span in same if span)
    is_pending = row.status == Status.PENDING
    return Told(row.key, row.day, amount, is_pending, words_of(row.words), who, covered, row.is_deleted)


def words_of(text: str) -> frozenset[str]:
    return frozenset(word for word in text.split() if len(word) > 2)  # noqa: PLR2004  shorter ones say nothing
