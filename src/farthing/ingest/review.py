"""What a person decides about rows: before posting it changes the plan, afterwards the ledger; it can be taken back."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from farthing.audit.service import Audit
from farthing.infra.db import Work
from farthing.ingest import rawrows
from farthing.ingest.decisions import RowState
from farthing.ingest.deriving import Meaning
from farthing.ingest.errors import ImportStateWrong, RowInvalid, RowNotFound
from farthing.ingest.models import Import, ImportRow
from farthing.ingest.planning import Planning
from farthing.ingest.poster import Poster, row_of
from farthing.ingest.rawrows import Fact, Place, Shown
from farthing.ingest.repository import Rows
from farthing.ingest.schemas import ImportRowOut, ImportState, RowDecision, RowPatch
from farthing.ingest.service import ImportService
from farthing.kernel.actor import Actor
from farthing.kernel.clock import Clock
from farthing.kernel.money import to_minor, to_text
from farthing.kernel.paging import Page, PageRequest, encode_cursor
from farthing.lake.store import LakeStore
from farthing.ledger.categories import CategoryService
from farthing.ledger.posting import PostingService
from farthing.ledger.service import LedgerService


class ReviewService:
    def __init__(self, work: Work, actor: Actor, clock: Clock, lake: LakeStore) -> None:
        self._work = work
        self._imports = ImportService(work, actor, clock, lake)
        self._planning = Planning(work, actor, clock, lake)
        self._poster = Poster(work, actor, clock, self._planning)
        self._posting = PostingService(work, actor, clock)
        self._ledger = LedgerService(work, actor, clock)
        self._categories = CategoryService(work, actor, clock)
        self._rows = Rows(work)
        self._actor = actor
        self._clock = clock
        self._audit = Audit(work, actor, clock)

    async def page(self, import_id: UUID, request: PageRequest, state: RowState | None) -> Page[ImportRowOut]:
        """The rows of an import in the order of the file, lines that could not be read last."""
        row = await self._imports.get(import_id)
        home = self._planning.home(row)
        after = int(request.after[0]) if request.after is not None else request.offset
        decided = {one.row: one for one in await self._rows.of(row.id)}
        shown = await asyncio.to_thread(rawrows.page, home, after, request.limit + 1, state and str(state))
        out = await self._shown(row, shown, decided)
        unread = await self._unread(
            [one for one in decided.values() if one.row > after and state in {None, RowState(one.state)}]
        )
        items = sorted([*out, *unread], key=lambda one: one.row)[: request.limit + 1]
        more = len(items) > request.limit
        items = items[: request.limit]
        total = int(row.summary.get(str(state), 0)) if state else sum(int(row.summary.get(str(s), 0)) for s in RowState)
        return Page(items, total, encode_cursor(items[-1].row) if more else None)

    async def _shown(self, row: Import, shown: Sequence[Shown], decided: Mapping[int, ImportRow]) -> list[ImportRowOut]:
        places = await self._poster.places(row)
        facts = [fact for one in shown if (fact := _fact(one, places)) is not None]
        meaning = await Meaning.load(self._work, self._actor, self._clock)
        arrivals = {one.import_line: one for one in meaning.arrivals(facts, places, row.id)}
        catalogue = await self._categories.catalogue()
        keys = [one.key for one in shown if one.key is not None]
        keys += [one.transaction_key for one in decided.values() if one.transaction_key is not None]
        ids = await self._posting.ids(keys)
        found = []
        for one in shown:
            known, arrival = decided.get(one.row), arrivals.get(one.row)
            key = one.key or (known.transaction_key if known else None)
            state = known.state if known and row.state == ImportState.POSTED else one.state
            found.append(
                row_out(one, places.get(one.statement)).model_copy(
                    update={
                        "state": RowState(state),
                        "reason": (known.reason if known and row.state == ImportState.POSTED else one.reason),
                        "merchant": arrival.der_merchant if arrival else None,
                        "category": catalogue.name(arrival.category_id) if arrival else None,
                        "category_reason": arrival.category_reason if arrival else None,
                        "category_confidence": arrival.category_confidence if arrival else None,
                        "transaction_id": ids.get(key) if key is not None else None,
                        "decision": RowDecision(known.decision) if known and known.decision else None,
                        "corrected": known.corrected if known else None,
                    }
                )
            )
        return found

    async def _unread(self, rows: Sequence[ImportRow]) -> list[ImportRowOut]:
        """Of these, the lines that could not be read."""
        said = [one for one in rows if one.said is not None]
        ids = await self._posting.ids([one.transaction_key for one in said if one.transaction_key is not None])
        return [unread_out(one, ids) for one in said]

    async def waiting(self, request: PageRequest) -> Page[ImportRowOut]:
        """Rows of posted imports that wait for a decision."""
        page = await self._rows.review(request)
        by_import: dict[UUID, list[ImportRow]] = {}
        for one in page.items:
            by_import.setdefault(one.import_id, []).append(one)
        out: dict[tuple[UUID, int], ImportRowOut] = {}
        for import_id, rows in by_import.items():
            out |= {(import_id, one.row): one for one in await self._of(import_id, rows)}
        return page.map(lambda one: out[one.import_id, one.row])

    async def _of(self, import_id: UUID, rows: Sequence[ImportRow]) -> list[ImportRowOut]:
        row = await self._imports.get(import_id)
        decided = {one.row: one for one in rows}
        numbers = [one.row for one in rows if one.said is None]
        shown = await asyncio.to_thread(rawrows.named, self._planning.home(row), numbers) if numbers else []
        out = await self._shown(row, shown, decided)
        out += await self._unread(rows)
        return [one.model_copy(update={"import_id": import_id}) for one in out]

    async def decide(self, import_id: UUID, number: int, patch: RowPatch) -> ImportRowOut:
        row = await self._imports.get(import_id, lock=True)
        if row.state not in (ImportState.READY, ImportState.UNDONE, ImportState.POSTED):
            raise ImportStateWrong(f"This import is {row.state}.")
        one = await self._row(row, number)
        await self._note(row, one, patch)
        if row.state == ImportState.POSTED:
            await self._carry_out(row, one, patch)
        await self._rows.flush()
        if row.state != ImportState.POSTED:
            await self._imports.plan(row)
        row.version += 1
        facts = {"row": number, "decision": patch.decision and str(patch.decision)}
        await self._audit.record("import.decide", target_id=row.id, **facts)
        return await self._one(row, one)

    async def _one(self, row: Import, one: ImportRow) -> ImportRowOut:
        if one.said is not None:
            return (await self._unread([one]))[0]
        shown = await asyncio.to_thread(rawrows.named, self._planning.home(row), [one.row])
        return (await self._shown(row, shown, {one.row: one}))[0]

    async def _row(self, row: Import, number: int) -> ImportRow:
        if known := await self._rows.get(row.id, number):
            return known
        shown = await asyncio.to_thread(rawrows.named, self._planning.home(row), [number])
        if not shown:
            raise RowNotFound
        facts = await self._poster.facts_of(row, [number])
        values = row_of(row, number, shown[0].line, shown[0].state, shown[0].reason or "")
        place = (await self._poster.places(row)).get(shown[0].statement)
        values |= {
            "account_id": place.account_id if place else None,
            "day": shown[0].values["date"],
            "fingerprint": facts[0].fingerprint if facts else None,
            "transaction_key": shown[0].key,
        }
        await self._rows.keep([values])
        kept = await self._rows.get(row.id, number)
        if kept is None:
            raise RowNotFound
        return kept

    async def _note(self, row: Import, one: ImportRow, patch: RowPatch) -> None:
        """What was said of the row, before anything is done about it."""
        given = patch.model_fields_set
        if "values" in given:
            values = patch.values.model_dump(mode="json", exclude_none=True) if patch.values else {}
            place = next(iter((await self._poster.places(row)).values()), None)
            if place is not None and values.get("amount") is not None:
                to_minor(values["amount"], place.currency)
            if one.said is not None and values and not {"date", "amount"} <= values.keys():
                raise RowInvalid("A line that could not be read needs a date and an amount.")
            one.corrected = values or None
        if "decision" in given:
            one.decision = patch.decision and str(patch.decision)
        if patch.transaction_id is not None:
            one.transaction_key = await self._posting.key_of(patch.transaction_id)
        one.decided_by, one.decided_at = self._actor.user_id, self._clock()

    async def _carry_out(self, row: Import, one: ImportRow, patch: RowPatch) -> None:
        """Of an import that is posted: the row comes into the ledger or leaves it."""
        is_there = one.row in await self._posting.posted_lines(row.id, one.row, one.row)
        wants = patch.decision or (RowDecision.NEW if one.corrected and one.said is not None else None)
        match wants:
            case RowDecision.NEW if not is_there:
                if one.said is not None:
                    if one.corrected is None:
                        raise RowInvalid("Say what the line means: a date and an amount at least.")
                    await self._poster.post_line(row, one)
                else:
                    if one.state == RowState.ERROR and "amount" not in (one.corrected or {}):
                        raise RowInvalid(f"It cannot be posted as it is: {one.reason}. Say its amount.")
                    await self._poster.post_row(row, one)
                one.state, one.reason = str(RowState.NEW), "you said so"
            case RowDecision.SAME:
                if one.transaction_key is None:
                    raise RowInvalid("Name the transaction that it is the same as.")
                await self._leave(row, one, is_there=is_there)
                one.state, one.reason = str(RowState.SAME), "you said so"
            case RowDecision.SKIP:
                await self._leave(row, one, is_there=is_there)
                one.state, one.reason = str(RowState.SKIPPED), "you left it out"
            case None if "decision" in patch.model_fields_set:
                await self._leave(row, one, is_there=is_there)
                one.state = str(RowState.ERROR if one.said is not None else RowState.SUSPECT)
                one.reason = "to be decided again"
            case _:
                pass

    async def _leave(self, row: Import, one: ImportRow, *, is_there: bool) -> None:
        if is_there:
            transaction_id = await self._posting.id_of_line(row.id, one.row)
            await self._ledger.delete([transaction_id], row.reason or "decided in the review of an import")


def row_out(one: Shown, place: Place | None) -> ImportRowOut:
    values = one.values
    currency = values["currency"] or (place.currency if place else None)
    return ImportRowOut(
        row=one.row,
        line=one.line,
        statement=one.statement,
        state=RowState(one.state),
        reason=one.reason,
        date=values["date"],
        value_date=values["value_date"],
        amount=_plain(values["amount"], place),
        currency=currency,
        payee=values["payee"],
        description=values["memo"] or values["description"],
        reference=values["reference"],
        balance=_plain(values["balance"], place),
        status=values["status"],
    )


def unread_out(one: ImportRow, ids: Mapping[int, UUID]) -> ImportRowOut:
    told: dict[str, Any] = one.corrected or {}
    return ImportRowOut(
        row=one.row,
        line=one.line,
        statement=0,
        state=RowState(one.state),
        reason=one.reason,
        date=told.get("date"),
        amount=told.get("amount"),
        currency=None,
        payee=told.get("payee"),
        description=told.get("description"),
        text=one.said,
        decision=RowDecision(one.decision) if one.decision else None,
        corrected=one.corrected,
        transaction_id=ids.get(one.transaction_key) if one.transaction_key is not None else None,
    )


def _fact(one: Shown, places: Mapping[int, Place]) -> Fact | None:
    """Enough of a row to see what it means."""
    place, values = places.get(one.statement), one.values
    if place is None:
        return None
    minor = int(values["amount"].scaleb(place.decimals))
    return Fact(
        row=one.row,
        line=one.line,
        statement=one.statement,
        date=values["date"],
        value_date=values["value_date"],
        minor=minor,
        payee=values["payee"],
        memo=values["memo"],
        description=values["description"],
        reference=values["reference"],
        status=values["status"],
        fingerprint=b"",
    )


def _plain(amount: Any, place: Place | None) -> str | None:
    """With the decimals of the currency, and more where there are more."""
    if amount is None:
        return None
    decimals = place.decimals if place else 2
    minor = amount.scaleb(decimals)
    if place is not None and minor == minor.to_integral_value():
        return to_text(int(minor), place.currency)
    return f"{amount.normalize():f}"
