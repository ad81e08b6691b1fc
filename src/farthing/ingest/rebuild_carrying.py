"""A rebuild carried out and taken back, a piece of the file of changes at a time. Done again, a piece does nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from farthing.infra.db import Work
from farthing.ingest.accounts import Accounts
from farthing.ingest.changes import Change, ChangeKind, decision_of, kept_promise
from farthing.ingest.decisions import RowState
from farthing.ingest.deriving import Meaning
from farthing.ingest.editions import Edition
from farthing.ingest.errors import ImportBusy
from farthing.ingest.fingerprints import of_text
from farthing.ingest.models import Import, ImportStatement
from farthing.ingest.planning import Planning
from farthing.ingest.poster import Poster, row_of
from farthing.ingest.rawrows import Fact, Place
from farthing.ingest.rebuild_models import Rebuild, RebuiltImport
from farthing.ingest.rebuild_repository import Rebuilds
from farthing.ingest.repository import Imports, Rows
from farthing.ingest.schemas import ImportState
from farthing.ingest.service import ImportService
from farthing.kernel.actor import Actor
from farthing.kernel.clock import Clock
from farthing.lake.store import LakeStore
from farthing.ledger.accounts import AccountService
from farthing.ledger.assertion_schemas import AssertionIn, BalanceSource
from farthing.ledger.assertions import AssertionService
from farthing.ledger.images import Because
from farthing.ledger.kinds import Origin
from farthing.ledger.pendings import PendingService
from farthing.ledger.posting import PostingService
from farthing.ledger.restating import RestatingService

_STATED = ("first_day", "last_day", "opening", "closing", "closing_day")
_DAYS = frozenset({"first_day", "last_day", "closing_day"})
_SAID_MAX = 2000


@dataclass(frozen=True, slots=True)
class Piece:
    """Some changes of an import, with what must be known of its file."""

    position: int
    changes: Sequence[Change]
    facts: Mapping[int, Fact]
    edition: Edition | None
    is_first: bool
    is_last: bool

    def of(self, kind: ChangeKind) -> list[Change]:
        return [one for one in self.changes if one.kind is kind]


class RebuildCarrying:
    def __init__(self, work: Work, actor: Actor, clock: Clock, lake: LakeStore) -> None:
        self._actor, self._clock = actor, clock
        planning = Planning(work, actor, clock, lake)
        self._work = work
        self._planning = planning
        self._rebuilds = Rebuilds(work)
        self._imports = Imports(work)
        self._rows = Rows(work)
        self._accounts = Accounts(work, actor, clock)
        self._service = ImportService(work, actor, clock, lake)
        self._poster = Poster(work, actor, clock, planning)
        self._posting = PostingService(work, actor, clock)
        self._restating = RestatingService(work, actor, clock)
        self._pendings = PendingService(work, actor, clock)
        self._assertions = AssertionService(work, actor, clock)
        self._ledger_accounts = AccountService(work, actor, clock)

    async def forward(self, rebuild: Rebuild, piece: Piece, job_id: UUID) -> dict[str, Any]:
        """Whoever changed a row since it was looked at wins."""
        one, row = await self._held(rebuild, piece, job_id)
        if one is None or row is None or piece.edition is None:
            return {"changed": 0}
        if one.state == "planned":
            one.before, one.state = await self._snapshot(row), "applying"
        because = Because(
            Origin.IMPORT, "rebuild", rebuild.reason, rebuild.id, f"{row.name} was read again by {one.parser_after}"
        )
        edits = {c.key: {n: (c.before[n], c.after[n]) for n in c.after} for c in piece.of(ChangeKind.CHANGED) if c.key}
        changed = await self._restating.rewrite(edits, because)
        changed += await self._withdraw_gone(row, piece, rebuild.reason)
        changed += await self._bring(rebuild, row, piece)
        await self._set_aside(row, piece.of(ChangeKind.UNREADABLE))
        if piece.is_last:
            await self._turn(row, one, piece.edition, rebuild)
        await self._rebuilds.flush()
        return {"changed": changed}

    async def back(self, rebuild: Rebuild, piece: Piece, reason: str | None, job_id: UUID) -> dict[str, Any]:
        """What was changed since by somebody stays as it is."""
        one, row = await self._held(rebuild, piece, job_id)
        if one is None or row is None:
            return {"changed": 0}
        because = Because(Origin.UNDO, "rebuild", reason, rebuild.id, "the rebuild was undone")
        edits = {c.key: {n: (c.after[n], c.before[n]) for n in c.after} for c in piece.of(ChangeKind.CHANGED) if c.key}
        changed = await self._restating.rewrite(edits, because)
        changed += await self._take_away(row, piece, reason)
        changed += await self._bring_back(row, piece, reason)
        if piece.is_last:
            await self._turn_back(row, one)
        await self._rebuilds.flush()
        return {"changed": changed}

    async def _held(self, rebuild: Rebuild, piece: Piece, job_id: UUID) -> tuple[RebuiltImport | None, Import | None]:
        """The import with its accounts in hand; others wait until its last piece is done."""
        one = await self._rebuilds.one_import(rebuild.id, piece.position)
        row = await self._imports.get(one.import_id, lock=True) if one is not None else None
        if one is None or row is None or row.state not in {ImportState.POSTED, ImportState.POSTING, ImportState.UNDONE}:
            return None, None
        if row.state == ImportState.UNDONE and one.state == "planned":
            one.error = "it was undone meanwhile"
            return None, None
        accounts = self._accounts.all_of(await self._imports.statements(row.id)) or set()
        await self._accounts.lock(accounts)
        if piece.is_first:
            if any(other.state != ImportState.WAITING for other in await self._imports.open_on(accounts, row.id)):
                raise ImportBusy("An import is at work on an account of this rebuild. Try again when that is done.")
            if not piece.is_last and row.state == ImportState.POSTED:
                row.state, row.job_id = str(ImportState.POSTING), job_id
        return one, row

    async def _withdraw_gone(self, row: Import, piece: Piece, reason: str | None) -> int:
        gone = {c.row: c.key for c in piece.of(ChangeKind.GONE) if c.transaction_id is not None}
        if gone:
            loaded = await self._restating.standing(row.id, min(gone), max(gone))
            loaded = [one for one in loaded if one.row.import_line in gone]
            touched = await self._restating.touched(loaded)
            keys = [one.row.key for one in loaded if one.row.key not in touched]
            await self._pendings.part(keys)
            await self._posting.withdraw(keys, self._clock(), reason)
        await self._rows.drop(row.id, [c.row for c in piece.of(ChangeKind.GONE) if c.transaction_id is None])
        return len(gone)

    async def _bring(self, rebuild: Rebuild, row: Import, piece: Piece) -> int:
        """Rows that appear: into the ledger, or to whoever decides about them."""
        found = piece.of(ChangeKind.APPEARS)
        if not found:
            return 0
        places = await self._planning.places(row)
        numbers = [c.row for c in found]
        there = await self._posting.posted_lines(row.id, min(numbers), max(numbers))
        await self._rows.drop(row.id, numbers)
        new = [piece.facts[c.row] for c in found if c.state == RowState.NEW and c.row not in there]
        meaning = await Meaning.load(self._work, self._actor, self._clock)
        await self._posting.post_judged(meaning.arrivals(new, places, row.id), row.id, rebuild.reason)
        doubtful = [c for c in found if c.state != RowState.NEW]
        keys = {c.row: await self._key(rebuild, c.key) for c in doubtful}
        await self._rows.keep([_decision(row, c, piece.facts[c.row], places, keys[c.row]) for c in doubtful])
        return len(new)

    async def _key(self, rebuild: Rebuild, key: int | None) -> int | None:
        """Of the transaction that was promised when this was planned."""
        if key is None or key > 0:
            return key
        position, number = kept_promise(key)
        other = await self._rebuilds.one_import(rebuild.id, position)
        found = await self._restating.keys_at(other.import_id, [number]) if other is not None else {}
        return found.get(number)

    async def _set_aside(self, row: Import, unreadable: Sequence[Change]) -> None:
        if not unreadable:
            return
        account_id = next((one.account_id for one in await self._imports.statements(row.id)), None)
        await self._rows.drop(row.id, [c.row for c in unreadable])
        kept = []
        for c in unreadable:
            text = str(c.after["text"])[:_SAID_MAX]
            mark = of_text(row.workspace_id, account_id, text, 1) if account_id else None
            values = {"account_id": account_id, "fingerprint": mark, "said": text}
            kept.append(row_of(row, c.row, c.line or 0, str(RowState.ERROR), c.reason or "") | values)
        await self._rows.keep(kept)

    async def _take_away(self, row: Import, piece: Piece, reason: str | None) -> int:
        """What appeared."""
        numbers = [c.row for c in (*piece.of(ChangeKind.APPEARS), *piece.of(ChangeKind.UNREADABLE))]
        keys = sorted((await self._restating.keys_at(row.id, numbers)).values())
        await self._pendings.part(keys)
        await self._posting.unlink_transfers(keys, reason)
        await self._posting.withdraw(keys, self._clock(), reason)
        await self._rows.drop(row.id, numbers)
        return len(keys)

    async def _bring_back(self, row: Import, piece: Piece, reason: str | None) -> int:
        """What was gone, and the decisions that were dropped; of an import that was undone, only its unread lines."""
        dropped = [c.before for c in piece.changes if c.before.get("row") is not None]
        is_undone = row.state == ImportState.UNDONE
        kept = [decision_of(values, row) for values in dropped if not is_undone or values.get("said") is not None]
        await self._rows.drop(row.id, [values["row"] for values in kept])
        await self._rows.keep(kept)
        lines = [c.row for c in piece.of(ChangeKind.GONE) if c.transaction_id is not None]
        if is_undone or not lines:
            return len(kept)
        return len(await self._posting.put_back(row.id, None, lines, reason))

    async def _snapshot(self, row: Import) -> dict[str, Any]:
        statements = await self._imports.statements(row.id)
        return {
            "parser": row.parser,
            "reading": row.reading,
            "row_count": row.row_count,
            "edition": row.edition.hex if row.edition else None,
            "summary": row.summary,
            "statements": {str(one.position): _stated(one) for one in statements},
        }

    async def _turn(self, row: Import, one: RebuiltImport, edition: Edition, rebuild: Rebuild) -> None:
        """Today's reading is the one that stands."""
        row.parser, row.reading = edition.parser, edition.reading
        if not edition.is_same:
            row.row_count, row.edition = edition.highest, rebuild.id
        counts = one.counts
        summary = dict(row.summary)
        summary["new"] = max(0, int(summary.get("new", 0)) + counts["appears"] - counts["gone"])
        row.summary = summary
        await self._state(row, edition.statements)
        if counts["appears"]:
            await self._poster.join_announced(row, await self._imports.statements(row.id))
        await self._release(row)
        one.state = "applied"

    async def _turn_back(self, row: Import, one: RebuiltImport) -> None:
        was = one.before
        row.parser, row.reading, row.row_count = was["parser"], was["reading"], was["row_count"]
        row.edition = UUID(was["edition"]) if was["edition"] else None
        row.summary = was["summary"]
        await self._state(row, was["statements"])
        await self._release(row)
        one.state = "undone"

    async def _release(self, row: Import) -> None:
        """Whoever waited for the accounts goes next."""
        if row.state == ImportState.POSTING:
            row.state = str(ImportState.POSTED)
        row.updated_at = self._clock()
        row.version += 1
        await self._imports.flush()
        await self._service.next_on(row)

    async def _state(self, row: Import, told: Mapping[str, Mapping[str, Any]]) -> None:
        """What the statements say of themselves, and the balances that they report."""
        for one in await self._imports.statements(row.id):
            said = told.get(str(one.position))
            if said is None or (values := {name: _read(name, said.get(name)) for name in _STATED}) == _values(one):
                continue
            was = (one.closing, one.closing_day)
            for name, value in values.items():
                setattr(one, name, value)
            if was != (one.closing, one.closing_day) and one.account_id is not None and row.state != ImportState.UNDONE:
                await self._report(row, one, was[1] if was[0] is not None else None)

    async def _report(self, row: Import, one: ImportStatement, was_on: date | None) -> None:
        if one.account_id is None:
            return
        if was_on is not None:
            await self._assertions.forget_stated(one.account_id, was_on)
        account = await self._ledger_accounts.get(one.account_id)
        if one.closing is not None and one.closing_day is not None and one.currency in {None, account.currency}:
            source = BalanceSource.STATEMENT
            said = AssertionIn(date=one.closing_day, balance=one.closing, source=source, note=row.name)
            await self._assertions.put(account.id, said)


def _decision(row: Import, change: Change, fact: Fact, places: Mapping[int, Place], key: int | None) -> dict[str, Any]:
    return row_of(row, change.row, fact.line, change.state or "", change.reason or "") | {
        "account_id": places[fact.statement].account_id,
        "day": fact.date,
        "fingerprint": fact.fingerprint,
        "transaction_key": key,
    }


def _values(one: ImportStatement) -> dict[str, Any]:
    return {name: getattr(one, name) for name in _STATED}


def _stated(one: ImportStatement) -> dict[str, Any]:
    """As JSON."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in _values(one).items()}


def _read(name: str, value: Any) -> Any:
    return date.fromisoformat(value) if value is not None and name in _DAYS else value
