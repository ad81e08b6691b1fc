"""The plan of an import: what becomes of each row, decided for all of them before anything is written."""

import asyncio
import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from farthing.infra.db import Work
from farthing.ingest.decisions import (
    Candidate,
    Decision,
    Evidence,
    Period,
    RowState,
    by_balance,
    came_with,
    known,
    paired,
)
from farthing.ingest.evidence import EvidenceService, spans_of
from farthing.ingest.fingerprints import VERSION
from farthing.ingest.models import Import, ImportRow, ImportStatement
from farthing.ingest.preparing import PARSER_VERSION
from farthing.ingest.rawrows import Known, Place, Planned, RawRows, Sums, balance_of, raw_rows
from farthing.ingest.repository import Imports, Rows
from farthing.ingest.testimony import words_of
from farthing.ingest.unread import UnreadLines, unread_decision
from farthing.kernel.actor import Actor
from farthing.kernel.clock import Clock
from farthing.kernel.currency import DECIMALS
from farthing.kernel.money import MINOR_MAX, to_minor, to_text
from farthing.lake.store import LakeStore
from farthing.ledger.accounts import AccountService
from farthing.ledger.kinds import Status
from farthing.ledger.months import MonthService

_NEW, _SAME = str(RowState.NEW), str(RowState.SAME)


@dataclass(slots=True)
class Basis:
    """Everything that a plan is made from, but for the rows themselves."""

    workspace_id: UUID
    kind: str
    places: dict[int, Place]
    periods: dict[int, Period]
    evidence: dict[UUID, Evidence]
    decided: dict[int, ImportRow]
    lines: dict[int, tuple[Path, int]] = field(default_factory=dict)
    """Where the row stands that a transaction was."""
    closed: frozenset[date] = frozenset()
    unread: dict[int, Decision] = field(default_factory=dict)
    """Of lines that could not be read, those that are known from before."""


@dataclass(slots=True)
class Plan:
    """What was planned, in figures."""

    states: Counter[str] = field(default_factory=Counter)
    sums: dict[str, list[int]] = field(default_factory=dict)
    remembered: int = 0
    """Rows that are not posted, of which something must be kept nevertheless."""
    digest: str = ""
    mark: str = ""
    """What it was made from, in short; empty where nobody is going to ask."""
    first_day: date | None = None
    last_day: date | None = None
    unread: dict[int, Decision] = field(default_factory=dict)
    """What becomes of lines that could not be read."""

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
            "remembered": self.remembered,
            "mark": self.mark,
        }


class Planning:
    def __init__(self, work: Work, actor: Actor, clock: Clock, lake: LakeStore) -> None:
        self._imports = Imports(work)
        self._rows = Rows(work)
        self._unread = UnreadLines(work)
        self._accounts = AccountService(work, actor, clock)
        self._evidence = EvidenceService(work, actor, clock, self.home)
        self._months = MonthService(work, actor, clock)
        self.lake = lake

    async def plan(self, one: Import, statements: Sequence[ImportStatement], reason: str | None = None) -> Plan:
        """Decide about every row, and keep the decisions beside the rows."""
        basis = await self.basis(one, statements, reason)
        return await asyncio.to_thread(_in_a_shop, self.lake, self.home(one), basis, is_kept=True)

    async def compare(self, one: Import, statements: Sequence[ImportStatement], reason: str | None) -> Plan:
        """Decide about every row without keeping it: for whoever wants to know before anything is written."""
        mark = await self.mark(one, statements, reason)
        basis = await self.basis(one, statements, reason)
        plan = await asyncio.to_thread(_in_a_shop, self.lake, self.home(one), basis, is_kept=False)
        plan.mark = mark
        return plan

    async def mark(self, one: Import, statements: Sequence[ImportStatement], reason: str | None) -> str:
        """What a plan is made from, in short: with the same mark, the plan is the same."""
        spans = sorted(spans_of(statements).items())
        states = [await self._evidence.state(account_id, span) for account_id, span in spans]
        parts = [(part.position, part.account_id, part.first_day, part.last_day) for part in statements]
        told = (VERSION, PARSER_VERSION, one.id, one.version, parts, states, sorted(await self._closed(reason)))
        return hashlib.sha256(repr(told).encode()).hexdigest()

    def home(self, one: Import) -> Path:
        return self.lake.raw(one.workspace_id, one.created_at.date(), one.id, one.edition)

    async def basis(self, one: Import, statements: Sequence[ImportStatement], reason: str | None) -> Basis:
        basis = Basis(one.workspace_id, one.format, await self._places(statements), {}, {}, {})
        for account_id, span in spans_of(statements).items():
            places = [at for at, place in basis.places.items() if place.account_id == account_id]
            basis.periods |= dict.fromkeys(places, span)
            basis.evidence[account_id] = await self._evidence.of(one, basis.places[places[0]], span, basis.lines)
        basis.decided = {row.row: row for row in await self._rows.of(one.id)}
        spans = {place.account_id: basis.periods[at] for at, place in basis.places.items()}
        basis.unread = await self._unread.known(one, basis.decided.values(), spans)
        basis.closed = await self._closed(reason)
        return basis

    async def _closed(self, reason: str | None) -> frozenset[date]:
        """The months that take no new rows."""
        return frozenset() if (reason or "").strip() else frozenset(one.month for one in await self._months.all())

    async def places(self, one: Import) -> dict[int, Place]:
        """Where the rows of each statement go, as far as that is known."""
        return await self._places(await self._imports.statements(one.id))

    async def _places(self, statements: Sequence[ImportStatement]) -> dict[int, Place]:
        found: dict[int, Place] = {}
        for one in statements:
            if one.account_id is not None and one.first_day is not None and one.last_day is not None:
                account = await self._accounts.get(one.account_id)
                found[one.position] = Place(account.id, account.currency, DECIMALS[account.currency])
        return found


def planned(home: Path, basis: Basis, shop: Path, *, is_kept: bool = True) -> Plan:
    """Pure but for the files: it may be done anywhere. In the `shop` rows are printed for who comes later, too."""
    with raw_rows(home, basis.places, basis.workspace_id, basis.kind, shop) as raw:
        plan = Plan()
        digest = hashlib.sha256()
        made = raw.keep_plan(_noted(_decisions(raw, basis, plan), plan, digest), shop)
        _count_unread(basis, plan, digest)
        plan.digest = digest.hexdigest()[:32]
        if is_kept:
            LakeStore.keep(made, home)
    return plan


def _in_a_shop(lake: LakeStore, home: Path, basis: Basis, *, is_kept: bool) -> Plan:
    with lake.workshop() as shop:
        return planned(home, basis, Path(shop), is_kept=is_kept)


def decided(raw: RawRows, basis: Basis) -> dict[int, Planned]:
    """What becomes of rows, without keeping it; those that are not named are new."""
    return {one.row: one for one in _decisions(raw, basis, Plan())}


def _noted(decisions: Iterable[Planned], plan: Plan, digest: Any) -> Iterator[Planned]:
    for one in decisions:
        plan.remembered += one.is_remembered
        digest.update(f"{one.row} {one.state} {one.key}\n".encode())
        yield one


def _count_unread(basis: Basis, plan: Plan, digest: Any) -> None:
    """Lines that could not be read are no rows of the table."""
    for row in basis.decided.values():
        if row.said is None:
            continue
        decision = plan.unread[row.row] = unread_decision(row, basis.unread)
        plan.states[str(decision.state)] += 1
        digest.update(f"{row.row} {decision.state} {decision.key}\n".encode())
        place = next(iter(basis.places.values()), None)
        if decision.state is RowState.NEW and place is not None:
            _count(plan, *_corrected(row, date.min, 0, place.currency), place)


def _decisions(raw: RawRows, basis: Basis, plan: Plan) -> Iterator[Planned]:
    """Every row that is not simply new; what is new is counted."""
    if _is_simple(basis):
        yield from _simply(raw, basis, plan)
        return
    strange: dict[UUID, list[Known]] = defaultdict(list)
    spare: dict[UUID, dict[bytes, list[int]]] = defaultdict(dict)
    for some in raw.known():
        for row in some:
            place = basis.places[row.statement]
            evidence = basis.evidence[place.account_id]
            decision = _told_apart(raw, row, basis, spare[place.account_id])
            if decision is None and evidence.told and row.fingerprint not in evidence.seen:
                strange[place.account_id].append(row)
            else:
                yield from _settled(row, decision, place, basis, plan)
    for account_id, rows in strange.items():
        yield from _compared(raw, rows, basis.evidence[account_id], basis, plan)


def _simply(raw: RawRows, basis: Basis, plan: Plan) -> Iterator[Planned]:
    """The same, sooner: only rows of which something is known are looked at one by one."""
    prints = [one for evidence in basis.evidence.values() for one in evidence.seen]
    new, apart = raw.known_among(prints)
    for sums in new:
        _count_all(plan, sums, basis.places[sums.statement])
    same = _Same(basis, plan)
    for some in apart:
        for row in some:
            if (planned := same.of(row)) is not None:
                yield planned
            else:
                yield from _settled(row, _told_apart(raw, row, basis, {}), basis.places[row.statement], basis, plan)


def _is_simple(basis: Basis) -> bool:
    """Nobody decided anything, no month is closed, and no other source told of these days."""
    others = any(evidence.told or evidence.spare for evidence in basis.evidence.values())
    return not (basis.decided or basis.closed or others)


class _Same:
    """What `_told_apart` and `_settled` say of rows that a former statement of the same source had for certain."""

    def __init__(self, basis: Basis, plan: Plan) -> None:
        self._plan = plan
        self._basis = basis
        self._sure: dict[int, frozenset[int]] = {}
        self._reasons: dict[tuple[int, int], str] = {}
        for at, place in basis.places.items():
            evidence = basis.evidence[place.account_id]
            self._sure[at] = frozenset(
                number
                for number, one in enumerate(evidence.statements)
                if evidence.promises_ids or one.is_same_file or one.period is None
            )
            for number, one in enumerate(evidence.statements):
                self._reasons[at, number] = came_with(one)

    def of(self, row: Known) -> Planned | None:
        """The decision; None of all other rows."""
        place = self._basis.places[row.statement]
        evidence = self._basis.evidence[place.account_id]
        seen = evidence.seen.get(row.fingerprint)
        if seen is None or seen[0] in evidence.deleted or _wrong(row, place):
            return None
        key, number = seen
        if number not in self._sure[row.statement] and not self._basis.periods[row.statement].is_inside(row.date):
            return None
        self._plan.states[_SAME] += 1
        return Planned(row.row, _SAME, self._reasons[row.statement, number], key, is_remembered=False)


def _told_apart(raw: RawRows, row: Known, basis: Basis, spare: dict[bytes, list[int]]) -> Decision | None:
    """What is known of a row at once, with what balances say, and second ones of a day from former meetings."""
    place = basis.places[row.statement]
    if more := basis.evidence[place.account_id].spare.get(row.fingerprint):
        spare.setdefault(row.first_alike, []).extend(more)
    decision = _at_once(row, place, basis)
    if decision is None and (keys := spare.get(row.first_alike)):
        return Decision(RowState.SAME, "it is another one of that day", keys.pop())
    if decision is not None and decision.state is RowState.SUSPECT:
        return _by_balance(raw, row, decision, basis)
    return decision


def _by_balance(raw: RawRows, row: Known, decision: Decision, basis: Basis) -> Decision | None:
    if decision.key not in basis.lines or not raw.has_balances:
        return decision
    balances = raw.balances_alike(row.row)
    return by_balance(decision, balances[row.row], balances.values(), balance_of(*basis.lines[decision.key]))


def _at_once(row: Known, place: Place, basis: Basis) -> Decision | None:
    """What a person, the row itself or a former statement says."""
    wanted = basis.decided.get(row.row)
    has_amount = wanted is not None and (wanted.corrected or {}).get("amount") is not None
    if (wanted is None or wanted.decision in {None, "new"}) and not has_amount and (wrong := _wrong(row, place)):
        return Decision(RowState.ERROR, wrong)
    if wanted is not None and wanted.decision is not None:
        return _wanted(wanted)
    return known(_candidate(row), basis.periods[row.statement], basis.evidence[place.account_id])


def _wrong(row: Known, place: Place) -> str | None:
    """Why the account cannot hold a row, whatever anybody wants."""
    if row.is_too_fine:
        return f"the amount has more decimals than {place.currency} has"
    if row.currency not in {None, place.currency}:
        return f"the row is in {row.currency}, and the account is kept in {place.currency}"
    return "the amount is too large" if abs(row.minor) > MINOR_MAX else None


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

    return words_of(search_text(fact.payee, fact.memo, fact.description, fact.reference))


def _candidate(row: Known, words: frozenset[str] = frozenset()) -> Candidate:
    return Candidate(row.row, row.date, row.minor, row.status == Status.PENDING, row.fingerprint, words)


def _settled(row: Known, decision: Decision | None, place: Place, basis: Basis, plan: Plan) -> Iterator[Planned]:
    day, minor = _corrected(basis.decided.get(row.row), row.date, row.minor, place.currency)
    month = day.replace(day=1)
    if (decision is None or decision.state is RowState.NEW) and month in basis.closed:
        decision = Decision(RowState.SUSPECT, f"{month:%B %Y} is closed; say why it should change, or open it")
    state = RowState.NEW if decision is None else decision.state
    plan.states[str(state)] += 1
    if state is RowState.NEW:
        _count(plan, day, minor, place)
    if decision is None:
        return
    # What a former statement had under the same fingerprint needs no other evidence.
    is_remembered = state is not RowState.SAME or row.fingerprint not in basis.evidence[place.account_id].seen
    yield Planned(row.row, str(state), decision.reason, decision.key, is_remembered and state is not RowState.NEW)


def _corrected(told: ImportRow | None, day: date, minor: int, currency: str) -> tuple[date, int]:
    """With what a person wrote in the place of what was read."""
    values = (told.corrected if told else None) or {}
    amount = values.get("amount")
    return (
        date.fromisoformat(values["date"]) if values.get("date") else day,
        minor if amount is None else to_minor(amount, currency),
    )


def _count(plan: Plan, day: date, minor: int, place: Place) -> None:
    sums = plan.sums.setdefault(place.currency, [0, 0])
    sums[0 if minor > 0 else 1] += minor
    _count_days(plan, day, day)


def _count_all(plan: Plan, new: Sums, place: Place) -> None:
    plan.states[_NEW] += new.rows
    sums = plan.sums.setdefault(place.currency, [0, 0])
    sums[0] += new.income
    sums[1] += new.expense
    _count_days(plan, new.first_day, new.last_day)


def _count_days(plan: Plan, first: date, last: date) -> None:
    plan.first_day = min(plan.first_day or first, first)
    plan.last_day = max(plan.last_day or last, last)
