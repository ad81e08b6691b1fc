"""What the ledger knows of an account around a statement: the rows of former ones, and what others told of."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from operator import itemgetter
from pathlib import Path
from typing import Any
from uuid import UUID

from farthing.infra.db import Work
from farthing.ingest.decisions import NEAR, Evidence, Period, Seen, Statement
from farthing.ingest.fingerprints import PROMISED
from farthing.ingest.models import Import, ImportStatement
from farthing.ingest.rawrows import Place
from farthing.ingest.repository import Imports, Rows
from farthing.ingest.testimony import Known, Testimony
from farthing.kernel.actor import Actor
from farthing.kernel.clock import Clock
from farthing.ledger.posting import PostingService


class EvidenceService:
    """`home` says where the raw rows of an import are."""

    def __init__(self, work: Work, actor: Actor, clock: Clock, home: Callable[[Import], Path]) -> None:
        self._imports = Imports(work)
        self._rows = Rows(work)
        self._posting = PostingService(work, actor, clock)
        self._testimony = Testimony(work, self._posting, home)
        self._home = home

    async def of(self, one: Import, place: Place, span: Period, lines: dict[int, tuple[Path, int]]) -> Evidence:
        """Of the days that a statement tells of; into `lines` goes where the row stands that a transaction was."""
        account_id = place.account_id
        former = await self._imports.statements_of_account(account_id)
        others = {other.id: other for _, other in former} | {one.id: one}
        spans = {
            import_id: spans_of([part for part, other in former if other.id == import_id]).get(account_id)
            for import_id in others
        }
        again = {other.id for other in others.values() if other.blob == one.blob and other.wishes == one.wishes}
        order = {import_id: at for at, import_id in enumerate(others)}
        statements = [
            Statement(other.name, spans[other.id], is_same_file=other.id in again) for other in others.values()
        ]
        seen: dict[bytes, Seen] = {}
        deleted: set[int] = set()
        numbers: dict[Any, int] = {name: at for i, at in order.items() for name in (i, i.bytes)}
        by_number = list(others.values())
        mine = {one.id, one.id.bytes}
        stated = await self._posting.stated(account_id, span.first, span.last)
        spare: dict[bytes, list[int]] = defaultdict(list)
        edges = _edges([*spans.values(), span])
        for fingerprint, key, import_id, is_deleted, line, day in _by_weight(stated, again):
            number = numbers.get(import_id)
            if number is None or (import_id in mine and not is_deleted):
                continue
            if (other := seen.get(fingerprint)) is not None and other[0] not in deleted:
                spare[fingerprint].append(other[0])
            seen[fingerprint] = (key, number)
            if day in edges:
                lines[key] = (self._home(by_number[number]), line or 0)
            if is_deleted:
                deleted.add(key)
        own = {other.id for other in others.values() if other.source == one.source} | {one.id}
        leaning: dict[int, UUID] = {}
        for fingerprint, key, import_id, _ in await self._rows.evidence(
            account_id, span.first - NEAR, span.last + NEAR
        ):
            if import_id in order and import_id != one.id:
                seen.setdefault(fingerprint, (key, order[import_id]))
                if leaning.get(key) not in own:
                    leaning[key] = import_id
        told = await self._testimony.about(place, span, Known(others, spans, leaning, own))
        return Evidence(seen, statements, deleted, told, spare, one.format in PROMISED)

    async def state(self, account_id: UUID, span: Period) -> str:
        """The same as before only if the evidence is: what the account holds of these days, and who told of it."""
        figures = await self._posting.state(account_id, span.first - NEAR, span.last + NEAR)
        former = await self._imports.statements_of_account(account_id)
        imports = sorted({(str(one.id), one.state, one.version) for _, one in former})
        return f"{account_id} {span} {figures} {imports}"


def _edges(spans: Iterable[Period | None]) -> set[Any]:
    """The days on which a statement begins or ends, as a person writes them too."""
    days = {day for span in spans if span is not None for day in (span.first, span.last)}
    return days | {day.isoformat() for day in days}


def _by_weight(stated: Sequence[tuple[Any, ...]], again: Collection[UUID]) -> Iterator[tuple[Any, ...]]:
    """What counts most comes last: what lives after what was deleted, the very same file after others."""
    names = {name for one in again for name in (one, one.bytes)}
    parts: tuple[list[tuple[Any, ...]], ...] = ([], [], [])
    for row in stated:
        parts[0 if row[3] else 2 if row[2] in names else 1].append(row)
    for part in parts:
        part.sort(key=itemgetter(1), reverse=True)
        yield from part


def spans_of(statements: Sequence[ImportStatement]) -> dict[UUID, Period]:
    """What a file tells of each account: banks may cut a file into a statement for each day."""
    found: dict[UUID, Period] = {}
    for one in statements:
        if one.account_id is not None and one.first_day is not None and one.last_day is not None:
            was = found.get(one.account_id, Period(one.first_day, one.last_day))
            found[one.account_id] = Period(min(was.first, one.first_day), max(was.last, one.last_day))
    return found
