"""From a plan to the ledger: chunk by chunk, each done once however often it is tried, and back again."""

import asyncio
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from farthing.infra.db import Work
from farthing.ingest.accounts import Accounts
from farthing.ingest.announced import AFTER, BEFORE, Movement, pairings
from farthing.ingest.decisions import RowState
from farthing.ingest.deriving import Corrected, Meaning, with_corrected
from farthing.ingest.fingerprints import of_text
from farthing.ingest.models import Import, ImportRow, ImportStatement
from farthing.ingest.planning import Planning
from farthing.ingest.rawrows import Fact, Place, Planned, raw_rows, some_facts
from farthing.ingest.receiving import Read
from farthing.ingest.repository import Imports, Rows
from farthing.ingest.rereading import Rereading
from farthing.ingest.schemas import ImportState
from farthing.ingest.succession import Succession
from farthing.kernel.actor import Actor
from farthing.kernel.clock import Clock
from farthing.kernel.money import to_minor
from farthing.lake.store import LakeStore
from farthing.ledger.accounts import AccountService
from farthing.ledger.assertion_schemas import AssertionIn, BalanceSource
from farthing.ledger.assertions import AssertionService
from farthing.ledger.pendings import PendingService
from farthing.ledger.posting import Arrival, PostingService, Ready, ready

CHUNK = 2_000
"""So many rows are written in one transaction, which keeps the writer for a moment only."""
WINDOW = 10
"""So many chunks are taken out of Parquet at once."""
_SAID_MAX = 2000


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows that are posted in one transaction, with what was decided about them and what they mean."""

    first: int
    last: int
    plan: Mapping[int, Planned]
    """Of the rows that are remembered, or about which somebody decided."""
    facts: Mapping[int, Fact]
    """The same rows."""
    ready: Ready
    arrivals: Sequence[Arrival] | None
    """Only where somebody may have something to say about them yet."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is made ready for posting, and how. All of it can be sent to another process."""

    workspace_id: UUID
    import_id: UUID
    kind: str
    home: Path
    places: Mapping[int, Place]
    meaning: Meaning
    actor: Actor
    now: datetime
    is_sqlite: bool
    decided: frozenset[int] = frozenset()
    is_open: bool = True
    """Rules, people or a former attempt may change what is posted of a chunk."""


def chunks(order: Order, shop: Path, size: int = CHUNK) -> Iterator[Chunk]:
    """Everything that is to be posted or remembered, in order. Pure, so that it can be done anywhere."""
    with raw_rows(order.home, order.places, order.workspace_id, order.kind, shop) as raw:
        for some in raw.to_post(order.decided, WINDOW * size):
            for at in range(0, len(some), size):
                yield chunk_of(order, some[at : at + size])


def chunk_of(order: Order, rows: Sequence[tuple[Fact, Planned | None]]) -> Chunk:
    new = [fact for fact, planned in rows if planned is None or planned.state == RowState.NEW]
    arrivals = order.meaning.arrivals(new, order.places, order.import_id)
    made = ready(arrivals, order.actor, order.now, order.meaning.kinds, is_sqlite=order.is_sqlite)
    about = {fact.row: (fact, planned) for fact, planned in rows if planned or fact.row in order.decided}
    return Chunk(
        rows[0][0].row,
        rows[-1][0].row,
        {row: planned for row, (_, planned) in about.items() if planned},
        {row: fact for row, (fact, _) in about.items()},
        made,
        arrivals if order.is_open else None,
    )


class Poster:
    """`off` are names of rules that took too long with rows before; whoever posts more hands them on."""

    def __init__(self, work: Work, actor: Actor, clock: Clock, planning: Planning, off: set[str] | None = None) -> None:
        self._work = work
        self._off = set() if off is None else off
        self._actor = actor
        self._clock = clock
        self._planning = planning
        self._imports = Imports(work)
        self._rows = Rows(work)
        self._accounts = Accounts(work, actor, clock)
        self._posting = PostingService(work, actor, clock)
        self._pendings = PendingService(work, actor, clock)
        self._assertions = AssertionService(work, actor, clock)
        self._ledger_accounts = AccountService(work, actor, clock)
        self._succession = Succession(work, planning, Rereading(work, actor, clock, planning))

    async def post_all(self, row: Import) -> None:
        """A small import, in one transaction."""
        order = await self.order(row)
        for chunk in await asyncio.to_thread(_all_chunks, self._planning.lake, order):
            await self.post_chunk(row, chunk, order.places)
        await self.finish(row)

    async def order(self, row: Import) -> Order:
        decided = frozenset(one.row for one in await self._rows.of(row.id))
        is_open = bool(decided) or row.undone_at is not None or await self._posting.is_open(row.id)
        return Order(
            row.workspace_id,
            row.id,
            row.format,
            self._planning.home(row),
            await self.places(row),
            await Meaning.load(self._work, self._actor, self._clock),
            self._actor,
            self._clock(),
            self._work.is_sqlite,
            decided,
            is_open,
        )

    async def places(self, row: Import) -> dict[int, Place]:
        return await self._planning.places(row)

    async def post_chunk(self, row: Import, chunk: Chunk, places: Mapping[int, Place]) -> dict[str, Any]:
        """Some rows, in order: what is new is posted, what must be remembered is kept. Done again, it does nothing."""
        decided = {one.row: one for one in await self._rows.between(row.id, chunk.first, chunk.last)}
        there = await self._posting.posted_lines(row.id, chunk.first, chunk.last)
        if chunk.arrivals is not None:
            left = await self._left(row, chunk, places, decided, there)
            posted = len(await self._post(row, left, chunk.ready if left is chunk.arrivals else None))
        elif there or decided:
            raise RuntimeError(f"rows {chunk.first} to {chunk.last} were made ready before somebody had a say in them")
        else:
            posted = len(await self._posting.post_ready(chunk.ready, row.reason))
        await self._remember(row, chunk, places, decided)
        return {"posted": posted}

    async def _left(
        self,
        row: Import,
        chunk: Chunk,
        places: Mapping[int, Place],
        decided: Mapping[int, ImportRow],
        there: Collection[int],
    ) -> Sequence[Arrival]:
        """What is not there yet and does not come back, as people want it; the arrivals themselves if that is all."""
        arrivals: Sequence[Arrival] = chunk.arrivals or ()
        gone: Collection[int] = ()
        if row.undone_at is not None:
            wanted = {one.import_line for one in arrivals} - set(there)
            gone = await self._posting.put_back(row.id, row.undone_at, wanted, row.reason)
        if there or gone:
            arrivals = [one for one in arrivals if one.import_line not in there and one.import_line not in gone]
        corrected = {
            n: corrected_of(one, places[chunk.facts[n].statement]) for n, one in decided.items() if one.corrected
        }
        return [with_corrected(one, corrected.get(one.import_line)) for one in arrivals] if corrected else arrivals

    async def _post(self, row: Import, arrivals: Sequence[Arrival], made_ready: Ready | None = None) -> list[int]:
        """After the rules had their say."""
        return await self._posting.post_judged(arrivals, row.id, row.reason, made_ready, self._off)

    async def _remember(
        self,
        row: Import,
        chunk: Chunk,
        places: Mapping[int, Place],
        decided: Mapping[int, ImportRow],
    ) -> None:
        """Decisions that are evidence for later files, or that wait for a person."""
        fresh = []
        for known in decided.values():
            planned = chunk.plan.get(known.row)
            known.state = planned.state if planned else str(RowState.NEW)
            known.reason = planned.reason if planned else known.reason
        if not any(planned.is_remembered for planned in chunk.plan.values()):
            return
        for fact in chunk.facts.values():
            planned = chunk.plan.get(fact.row)
            if planned is None or not planned.is_remembered or fact.row in decided:
                continue
            fresh.append(
                row_of(row, fact.row, fact.line, planned.state, planned.reason)
                | {
                    "account_id": places[fact.statement].account_id,
                    "day": fact.date,
                    "fingerprint": fact.fingerprint,
                    "transaction_key": planned.key,
                }
            )
        await self._rows.keep(fresh)

    async def finish(self, row: Import) -> None:
        """All rows are there: lines that were corrected, balances, announcements; and the next file is known again."""
        statements = await self._imports.statements(row.id)
        await self._post_corrected_lines(row)
        await self.join_announced(row, statements)
        await self._report_balances(row, statements)
        await self._accounts.remember(row, statements)
        now = self._clock()
        row.state, row.posted_at, row.undone_at = str(ImportState.POSTED), now, None
        row.updated_at = now
        row.version += 1
        await self._imports.flush()

    async def _post_corrected_lines(self, row: Import) -> None:
        """Lines that nobody could read, with the values that a person gave them."""
        places = await self.places(row)
        at = next(iter(places), None)
        for one in await self._rows.of(row.id):
            if one.said is None or one.corrected is None or one.decision == "skip" or at is None:
                continue
            is_there = one.row in await self._posting.posted_lines(row.id, one.row, one.row)
            if one.state == RowState.ERROR and not is_there and not await self._was_put_back(row, one):
                await self._post_line(row, one, at, places)

    async def _was_put_back(self, row: Import, one: ImportRow) -> bool:
        back = await self._posting.put_back(row.id, row.undone_at, {one.row}, row.reason)
        if one.row not in back:
            return False
        one.state, one.reason, one.transaction_key = str(RowState.NEW), "you corrected it", back[one.row]
        return True

    async def _post_line(self, row: Import, one: ImportRow, statement: int, places: Mapping[int, Place]) -> None:
        corrected = corrected_of(one, places[statement])
        fact = fact_of(one, statement, corrected)
        meaning = await Meaning.load(self._work, self._actor, self._clock)
        keys = await self._post(row, meaning.arrivals([fact], places, row.id, {one.row: corrected}))
        one.state, one.transaction_key = str(RowState.NEW), keys[0]
        one.reason = "you corrected it"

    async def post_line(self, row: Import, one: ImportRow) -> None:
        """One line of a posted import, after a person corrected it."""
        places = await self.places(row)
        await self._post_line(row, one, next(iter(places)), places)

    async def post_row(self, row: Import, one: ImportRow) -> None:
        """One row of a posted import that a person says is new."""
        places, facts = await self.places(row), await self.facts_of(row, [one.row])
        corrected = {fact.row: corrected_of(one, places[fact.statement]) for fact in facts if one.corrected}
        meaning = await Meaning.load(self._work, self._actor, self._clock)
        keys = await self._post(row, meaning.arrivals(facts, places, row.id, corrected))
        one.transaction_key = keys[0]

    async def facts_of(self, row: Import, numbers: Sequence[int]) -> list[Fact]:
        """Some rows, whole."""
        places, home = await self.places(row), self._planning.home(row)
        return await asyncio.to_thread(some_facts, self._planning.lake, row, home, places, numbers)

    async def join_announced(self, row: Import, statements: Sequence[ImportStatement]) -> None:
        """Pending transactions of these days with what was booked for them."""
        for account_id in {one.account_id for one in statements if one.account_id}:
            days = [day for one in statements if one.account_id == account_id for day in (one.first_day, one.last_day)]
            known = [day for day in days if day is not None]
            if known:
                await self._join_on(row, account_id, min(known), max(known))

    async def _join_on(self, row: Import, account_id: UUID, first: date, last: date) -> None:
        """What was announced before, or is announced only now though it is booked already."""
        announced = await self._posting.announced(account_id, first - BEFORE, last + AFTER)
        if not announced:
            return
        amounts = {one[2] for one in announced}
        booked = await self._posting.booked(account_id, first - AFTER, last + BEFORE, amounts)
        ours = {one[0] for one in (*announced, *booked) if one[-1] == row.id}
        for pair in pairings([_movement(*one[:-1]) for one in announced], [_movement(*one[:-1]) for one in booked]):
            if pair.pending in ours or pair.booked in ours:
                await self._pendings.join(pair.pending, pair.booked, pair.reason, is_sure=pair.is_sure)

    async def _report_balances(self, row: Import, statements: Sequence[ImportStatement]) -> None:
        """What the statement says the balance was, beside what we count."""
        for one in statements:
            if one.account_id is None or one.closing is None or one.closing_day is None:
                continue
            account = await self._ledger_accounts.get(one.account_id)
            if one.currency not in {None, account.currency}:
                continue
            said = AssertionIn(date=one.closing_day, balance=one.closing, source=BalanceSource.STATEMENT, note=row.name)
            await self._assertions.put(account.id, said)

    async def _report_no_balances(self, row: Import) -> None:
        """What this one said is said no more; another that told of the same day is heard again."""
        for one in await self._imports.statements(row.id):
            if one.account_id is None or one.closing is None or one.closing_day is None:
                continue
            await self._assertions.forget_stated(one.account_id, one.closing_day)
            for other, of in await self._imports.statements_of_account(one.account_id):
                if of.id != row.id and of.state == ImportState.POSTED and other.closing_day == one.closing_day:
                    await self._report_balances(of, [other])

    def unread(self, row: Import, read: Read, statements: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Lines that should have been transactions and could not be read: kept aside, to be corrected."""
        account_id = next((one["account_id"] for one in statements), None)
        seen: dict[str, int] = {}
        found = []
        for number, line in enumerate(read.rejected, read.row_count + 1):
            said = line.text[:_SAID_MAX]
            seen[said] = seen.get(said, 0) + 1
            mark = of_text(row.workspace_id, account_id, said, seen[said]) if account_id else None
            found.append(
                row_of(row, number, line.source_line, str(RowState.ERROR), line.reason)
                | {"account_id": account_id, "fingerprint": mark, "said": said}
            )
        return found

    async def withdraw_all(self, row: Import) -> None:
        while await self.withdraw_chunk(row):
            pass
        await self.finish_undo(row)

    async def withdraw_chunk(self, row: Import) -> int:
        """Take the next rows back, parted from transfers and announcements; what others told too becomes theirs."""
        if row.undone_at is None:
            raise RuntimeError("an import is undone at a moment")
        keys = await self._posting.living(row.id, CHUNK)
        kept = await self._succession.hand_over(row, keys, row.reason) if keys else set()
        going = [key for key in keys if key not in kept]
        await self._pendings.part(going)
        await self._posting.unlink_transfers(going, row.reason)
        await self._posting.withdraw(going, row.undone_at, row.reason)
        return len(keys)

    async def finish_undo(self, row: Import) -> None:
        await self._report_no_balances(row)
        await self._rows.forget(row.id, but_unread=True)
        for one in await self._rows.of(row.id):
            if one.said is not None and one.state == RowState.NEW:
                one.state, one.transaction_key = str(RowState.ERROR), None
        row.state = str(ImportState.UNDONE)
        row.updated_at = self._clock()
        row.version += 1
        await self._imports.flush()


def row_of(row: Import, number: int, line: int, state: str, reason: str) -> dict[str, Any]:
    """A row of what was decided, with nothing else known."""
    return {
        "workspace_id": row.workspace_id,
        "import_id": row.id,
        "row": number,
        "line": line,
        "state": state,
        "reason": reason,
        "account_id": None,
        "day": None,
        "fingerprint": None,
        "transaction_key": None,
        "said": None,
    }


def corrected_of(one: ImportRow, place: Place) -> Corrected:
    """What a person wrote, in the account's currency."""
    told = one.corrected or {}
    return Corrected(
        date=date.fromisoformat(told["date"]) if told.get("date") else None,
        minor=to_minor(told["amount"], place.currency) if told.get("amount") is not None else None,
        payee=told.get("payee"),
        description=told.get("description"),
        note=told.get("note"),
        category_id=UUID(told["category_id"]) if told.get("category_id") else None,
    )


def fact_of(one: ImportRow, statement: int, corrected: Corrected) -> Fact:
    """A line that could not be read, as a row of what was written in its place."""
    if corrected.date is None or corrected.minor is None or one.fingerprint is None:
        raise RuntimeError("a corrected line has a date and an amount")
    return Fact(
        row=one.row,
        line=one.line,
        statement=statement,
        date=corrected.date,
        value_date=None,
        minor=corrected.minor,
        payee=corrected.payee,
        memo=corrected.description or one.said,
        description=one.said,
        reference=None,
        status="booked",
        fingerprint=one.fingerprint,
    )


def _all_chunks(lake: LakeStore, order: Order) -> list[Chunk]:
    with lake.workshop() as shop:
        return list(chunks(order, Path(shop)))


def _movement(key: int, day: date, amount: int, words: str, reference: str | None) -> Movement:
    return Movement(key, day, amount, frozenset(word for word in words.split() if len(word) > 2), reference)  # noqa: PLR2004
