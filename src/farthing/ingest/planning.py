"""The plan of an import: what becomes of each row, decided for all of them before anything is written."""

import asyncio
import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from farthing.infra.db import Work
from farthing.ingest.decisions import (
    NEAR,
    Candidate,
    Decision,
    Evidence,
    Period,
    RowState,
    Seen,
    Statement,
    Told,
    known,
    paired,
)
from farthing.ingest.fingerprints import PROMISED
from farthing.ingest.models import Import, ImportRow, ImportStatement
from farthing.ingest.rawrows import Known, Place, Planned, RawRows, raw_rows
from farthing.ingest.repository import Imports, Rows
from farthing.kernel.actor import Actor
from farthing.kernel.clock import Clock
from farthing.kernel.currency import DECIMALS
from farthing.kernel.money import MINOR_MAX, to_text
from farthing.lake.store import LakeStore
from farthing.ledger.accounts import AccountService
from farthing.ledger.kinds import Status
from farthing.ledger.months import MonthService
from farthing.ledger.posting import PostingService

BY_HAND = "your own entry"


@dataclass(slots=True)
class Basis:
    """Everything that a plan is made from, but for the rows themselves."""

    workspace_id: UUID
    kind: str
    places: dict[int, Place]
    periods: dict[int, Period]
    evidence: dict[UUID, Evidence]
    decided: dict[int, ImportRow]
    closed: frozenset[date] = frozenset()


@dataclass(slots=True)
class Plan:
    """What was planned, in figures."""

    states: Counter[str] = field(default_factory=Counter)
    sums: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    digest: str = ""
    first_day: date | None = None
    last_day: date | None = None

    def summary(self) -> dict[str, Any]:
        return {
            **{str(state): self.states.get(str(state), 0) for state in RowState},
            "by_currency": [
                {"currency": code, "income": to_text(into, code), "expense": to_text(out, code)}
                for code, (into, out) in sorted(self.sums.items())
            ],
            "first_day": self.first_day and self.first_day.isoformat(),
            "last_day": self.last_day and self.last_day.isoformat(),
            "digest": self.digest,
        }


class Planning:
    def __init__(self, work: Work, actor: Actor, clock: Clock, lake: LakeStore) -> None:
        self._imports = Imports(work)
        self._rows = Rows(work)
        self._accounts = AccountService(work, actor, clock)
        self._posting = PostingService(work, actor, clock)
        self._months = MonthService(work, actor, clock)
        self.lake = lake

    async def plan(self, one: Import, statements: Sequence[ImportStatement], reason: str | None = None) -> Plan:
        """Decide about every row, and keep the decisions beside the rows."""
        basis = await self.basis(one, statements, reason)
        return await asyncio.to_thread(_planned, self.lake, self.home(one), basis)

    def home(self, one: Import) -> Path:
        return self.lake.raw(one.workspace_id, one.created_at.date(), one.id)

    async def basis(self, one: Import, statements: Sequence[ImportStatement], reason: str | None) -> Basis:
        basis = Basis(one.workspace_id, one.format, {}, {}, {}, {})
        for statement in statements:
            if statement.account_id is None or statement.first_day is None or statement.last_day is None:
                continue
            account = await self._accounts.get(statement.account_id)
            basis.places[statement.position] = Place(account.id, account.currency, DECIMALS[account.currency])
            basis.periods[statement.position] = Period(statement.first_day, statement.last_day)
        for account_id in {place.account_id for place in basis.places.values()}:
            spans = [basis.periods[at] for at, place in basis.places.items() if place.account_id == account_id]
            first, last = min(span.first for span in spans), max(span.last for span in spans)
            basis.evidence[account_id] = await self._evidence(one, account_id, first, last)
        basis.decided = {row.row: row for row in await self._rows.of(one.id)}
        if not (reason or "").strip():
            basis.closed = frozenset(month.month for month in await self._months.all())
        return basis

    async def _evidence(self, one: Import, account_id: UUID, first: date, last: date) -> Evidence:
        former = await self._imports.statements_of_account(account_id)
        order = {other.id: at for at, (_, other) in enumerate(former)}
        statements = [
            Statement(
                other.name,
                _period(statement),
                is_same_file=other.blob == one.blob and other.wishes == one.wishes,
            )
            for statement, other in former
        ]
        seen: dict[bytes, Seen] = {}
        deleted: set[int] = set()
        numbers: dict[Any, int] = {name: at for i, at in order.items() if i != one.id for name in (i, i.bytes)}
        for fingerprint, key, import_id, is_deleted in await self._posting.stated(account_id, first, last):
            if (number := numbers.get(import_id)) is not None:
                seen[fingerprint] = (key, number)
                if is_deleted:
                    deleted.add(key)
        claimed: set[int] = set()
        for fingerprint, key, import_id, _ in await self._rows.evidence(account_id, first, last):
            if import_id in order and import_id != one.id:
                seen.setdefault(fingerprint, (key, order[import_id]))
                if former[order[import_id]][1].source == one.source:
                    claimed.add(key)
        own = {other.id for _, other in former if other.source == one.source} | {one.id}
        told = await self._posting.told(account_id, first - NEAR, last + NEAR, own)
        return Evidence(
            seen,
            statements,
            deleted,
            [_told(row, former) for row in told if row[0] not in claimed],
            one.format in PROMISED,
        )


def _told(row: tuple[int, date, int, str, str, UUID | None], former: Sequence[tuple[ImportStatement, Import]]) -> Told:
    key, day, amount, status, words, import_id = row
    of = next((other for _, other in former if other.id == import_id), None)
    if of is None:
        return Told(key, day, amount, status == Status.PENDING, _words(words), BY_HAND, None)
    spans = [span for one, other in former if other.source == of.source and (span := _period(one))]
    return Told(key, day, amount, status == Status.PENDING, _words(words), of.name, tuple(spans))


def _period(statement: ImportStatement) -> Period | None:
    if statement.first_day is None or statement.last_day is None:
        return None
    return Period(statement.first_day, statement.last_day)


def _words(text: str) -> frozenset[str]:
    return frozenset(word for word in text.split() if len(word) > 2)  # noqa: PLR2004  shorter ones say nothing


def _planned(lake: LakeStore, home: Path, basis: Basis) -> Plan:
    with lake.workshop() as made_in:
        workshop = Path(made_in)
        with raw_rows(home, basis.places, basis.workspace_id, basis.kind, workshop) as raw:
            plan = Plan()
            digest = hashlib.sha256()
            made = raw.keep_plan(_noted(_decisions(raw, basis, plan), digest), workshop)
            _count_errors(basis, plan)
            plan.digest = digest.hexdigest()[:32]
            lake.keep(made, home)
        return plan


def _noted(plan: Iterable[Planned], digest: Any) -> Iterator[Planned]:
    for one in plan:
        digest.update(f"{one.row} {one.state} {one.key}\n".encode())
        yield one


def _count_errors(basis: Basis, plan: Plan) -> None:
    """Lines that could not be read are no rows of the table."""
    for row in basis.decided.values():
        if row.said is not None:
            plan.states[str(RowState.NEW if row.corrected else row.state)] += 1


def _decisions(raw: RawRows, basis: Basis, plan: Plan) -> Iterator[Planned]:
    """Every row that is not simply new; what is new is counted."""
    strange: dict[UUID, list[Known]] = defaultdict(list)
    for some in raw.known():
        for row in some:
            place = basis.places[row.statement]
            decision = _at_once(row, place, basis)
            if decision is None and basis.evidence[place.account_id].told:
                strange[place.account_id].append(row)
            else:
                yield from _settled(row, decision, place, basis, plan)
    for account_id, rows in strange.items():
        yield from _compared(raw, rows, basis.evidence[account_id], basis, plan)


def _at_once(row: Known, place: Place, basis: Basis) -> Decision | None:
    """What a person, the row itself or a former statement says."""
    if (wanted := basis.decided.get(row.row)) is not None and wanted.decision is not None:
        return _wanted(wanted)
    if row.is_too_fine:
        return Decision(RowState.ERROR, f"the amount has more decimals than {place.currency} has")
    if row.currency not in {None, place.currency}:
        return Decision(RowState.ERROR, f"the row is in {row.currency}, and the account is kept in {place.currency}")
    if abs(row.minor) > MINOR_MAX:
        return Decision(RowState.ERROR, "the amount is too large")
    evidence = basis.evidence[place.account_id]
    return known(_candidate(row), basis.periods[row.statement], evidence)


def _wanted(row: ImportRow) -> Decision | None:
    match row.decision:
        case "new":
            return Decision(RowState.NEW, "you said so")
        case "same":
            return Decision(RowState.SAME, "you said so", row.transaction_key)
        case _:
            return Decision(RowState.SKIPPED, "you left it out")


def _compared(raw: RawRows, rows: Sequence[Known], evidence: Evidence, basis: Basis, plan: Plan) -> Iterator[Planned]:
    """Rows that no former statement of this source had, beside what other sources told of."""
    amounts = {one.amount for one in evidence.told}
    alike = [row for row in rows if row.minor in amounts]
    words = {fact.row: _words_of(fact) for fact in raw.some([row.row for row in alike])} if alike else {}
    by_statement: dict[int, list[Candidate]] = defaultdict(list)
    for row in alike:
        by_statement[row.statement].append(_candidate(row, words[row.row]))
    found: dict[int, Decision] = {}
    free = list(evidence.told)
    for at, some in by_statement.items():
        found |= paired(some, basis.periods[at], free)
        taken = {decision.key for decision in found.values() if decision.state is RowState.SAME}
        free = [one for one in free if one.key not in taken]
    for row in rows:
        yield from _settled(row, found.get(row.row), basis.places[row.statement], basis, plan)


def _words_of(fact: Any) -> frozenset[str]:
    from farthing.ledger.folding import search_text

    return _words(search_text(fact.payee, fact.memo, fact.description, fact.reference))


def _candidate(row: Known, words: frozenset[str] = frozenset()) -> Candidate:
    return Candidate(row.row, row.date, row.minor, row.status == Status.PENDING, row.fingerprint, words)


def _settled(row: Known, decision: Decision | None, place: Place, basis: Basis, plan: Plan) -> Iterator[Planned]:
    month = row.date.replace(day=1)
    if (decision is None or decision.state is RowState.NEW) and month in basis.closed:
        decision = Decision(RowState.SUSPECT, f"{month:%B %Y} is closed; say why it should change, or open it")
    state = RowState.NEW if decision is None else decision.state
    plan.states[str(state)] += 1
    if state is RowState.NEW:
        _count(plan, row, place)
    if decision is None:
        return
    # What a former statement had under the same fingerprint needs no other evidence.
    is_remembered = state is not RowState.SAME or row.fingerprint not in basis.evidence[place.account_id].seen
    yield Planned(row.row, str(state), decision.reason, decision.key, is_remembered and state is not RowState.NEW)


def _count(plan: Plan, row: Known, place: Place) -> None:
    sums = plan.sums[place.currency]
    sums[0 if row.minor > 0 else 1] += row.minor
    plan.first_day = min(plan.first_day or row.date, row.date)
    plan.last_day = max(plan.last_day or row.date, row.date)


def chunks(count: int, size: int) -> Mapping[int, tuple[int, int]]:
    """The numbers of the first and last row of each chunk."""
    return {at: (at * size + 1, min((at + 1) * size, count)) for at in range((count + size - 1) // size)}
