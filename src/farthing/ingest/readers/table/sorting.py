"""What becomes of each row: a transaction, a part of one, a balance, a heading, or something that cannot be read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from farthing.ingest.readers.table.accounts import account_in
from farthing.ingest.readers.table.cells import bare, figure, is_figure
from farthing.ingest.readers.table.columns import is_failed, is_pending
from farthing.ingest.readers.table.dating import parsed
from farthing.ingest.readers.table.labels import is_pure_label, is_strong_label, label_of
from farthing.ingest.readers.table.plan import Plan
from farthing.ingest.readers.table.row import Row
from farthing.ingest.readers.table.schemes import amount_at, is_both, value_at
from farthing.ingest.reading import Fate, Rejected

_CONTINUED_MIN = 0.3
_FILLED_DOWN_MIN = 0.2
_WORDY = ("memo", "payee", "payer", "type")


@dataclass(slots=True)
class Entry:
    """A row that is a transaction, and the rows that continue its words."""

    row: Row
    day: date
    amount: Decimal
    is_undated: bool = False
    """Its booking date is still open."""
    more: list[Row] = field(default_factory=list)
    account: str | None = None
    """Of the part of the file in which it stands."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands, and what the rows around it do."""

    is_after: bool
    """Behind the last transaction."""
    continues: bool
    """Rows of words continue the row above them."""
    is_edge: bool
    """First or last of all, or beside a balance that is."""
    is_summary: bool
    """It tells of all others."""
    fills_down: bool
    """Rows leave out the day that stands above them."""


@dataclass(slots=True)
class Sorted:
    entries: list[Entry] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    fates: dict[Fate, int] = field(default_factory=dict)
    account: str | None = None
    """That the last row between the transactions named."""
    asides: list[Row] = field(default_factory=list)
    """Rows of the body that are no transactions and say something."""

    def count(self, fate: Fate, row: Row) -> None:
        self.fates[fate] = self.fates.get(fate, 0) + row.lines


@dataclass(frozen=True, slots=True)
class Beside:
    """What rows that are read elsewhere bring in and take out."""

    into: Decimal = Decimal(0)
    out: Decimal = Decimal(0)


def sorted_rows(plan: Plan, body: Iterable[Row] | None = None, beside: Beside = Beside()) -> Sorted:
    """Every row of the table with its fate."""
    out = Sorted()
    for row in plan.layout.above:
        out.count(Fate.BLANK if row.is_blank else Fate.BALANCE if _is_balance(row) else Fate.PREAMBLE, row)
    if plan.layout.header:
        out.count(Fate.HEADER, plan.layout.header)
    rows = list(body if body is not None else plan.layout.body)
    continued = _continued(plan, rows)
    last = max(
        (
            at
            for at, row in enumerate(rows)
            if _day(row, plan) and amount_at(row, plan.scheme, plan.mark.mark) is not None
        ),
        default=-1,
    )
    own = next((found for row in plan.layout.above if (found := account_in(row))), None)
    edges = _edges(rows, plan)
    summaries = _summaries(rows, plan, beside) | _totals(rows, plan, edges, beside)
    fills = _fills_down(rows, plan)
    for at, row in enumerate(rows):
        place = Place(at > last, continued and at <= last + 1, at in edges, at in summaries, fills)
        _sort(out, plan, row, place)
    if out.account is not None:
        for entry in out.entries:
            entry.account = entry.account or own
    else:
        out.account = own
    return out


def _summaries(rows: Sequence[Row], plan: Plan, beside: Beside) -> set[int]:
    """A first or last row that tells of the whole: what was there before and all amounts make its balance."""
    moves = {at: m for at, row in enumerate(rows) if _day(row, plan) and (m := _amount(row, plan)) is not None}
    places = list(moves)
    if len(places) < 3 or plan.scheme.balance is None:
        return set()
    total = sum(moves.values(), beside.into + beside.out)
    ends = ((places[0], places[1]), (places[-1], places[-2]))
    return {at for at, near in ends if total == balance_of(rows[at], plan) and not _follows(rows[at], rows[near], plan)}


def _totals(rows: Sequence[Row], plan: Plan, edges: set[int], beside: Beside) -> set[int]:
    """Rows that call themselves a total, and are one: of all others, or of all that go the same way."""
    moves = {at: m for at, row in enumerate(rows) if _day(row, plan) and (m := _amount(row, plan)) is not None}
    named = {at for at in moves if "total" in _labels(rows[at], plan)}
    rest = [amount for at, amount in moves.items() if at not in named | edges]
    into = beside.into + sum(amount for amount in rest if amount > 0)
    out = beside.out + sum(amount for amount in rest if amount < 0)
    sums = {into + out, into, out}
    return {at for at in named if len(rest) > 1 and moves[at] in sums}


def _follows(row: Row, near: Row, plan: Plan) -> bool:
    """Whether the balances of two neighbours differ by what one of them moved."""
    own, other = balance_of(row, plan), balance_of(near, plan)
    if own is None or other is None:
        return False
    return own == other + (_amount(row, plan) or 0) or other == own + (_amount(near, plan) or 0)


def _amount(row: Row, plan: Plan) -> Decimal | None:
    return amount_at(row, plan.scheme, plan.mark.mark)


def balance_of(row: Row, plan: Plan) -> Decimal | None:
    return value_at(row, plan.scheme.balance, plan.mark.mark)


def _fills_down(rows: Sequence[Row], plan: Plan) -> bool:
    """Whether rows of the same day leave it out after the first."""
    dated = sum(1 for row in rows if _day(row, plan))
    return sum(1 for row in rows if _is_undated_like(row, plan)) >= max(2, _FILLED_DOWN_MIN * dated)


def _is_undated_like(row: Row, plan: Plan) -> bool:
    if any(_cell(row, at) for at in plan.dating.booking) or amount_at(row, plan.scheme, plan.mark.mark) is None:
        return False
    has_words = any(_cell(row, at) for role in _WORDY for at in plan.wording.of(role))
    return has_words and not any(label_of(cell) for cell in row.cells)


def _edges(rows: Sequence[Row], plan: Plan) -> set[int]:
    """The rows that stand first and last among the filled ones, as long as they speak of balances and totals."""
    filled = [at for at, row in enumerate(rows) if not row.is_blank]
    said = {at for at in filled if _labels(rows[at], plan)}
    edges: set[int] = set()
    for run in (filled, list(reversed(filled))):
        for at in run:
            if at not in said and at not in {*run[:1]}:
                break
            edges |= {at} & said
    return edges


def _sort(out: Sorted, plan: Plan, row: Row, place: Place) -> None:
    if row.is_blank:
        out.count(Fate.BLANK, row)
        return
    if plan.layout.header and _same(row, plan.layout.header):
        out.count(Fate.HEADER, row)
        return
    day, amount = _day(row, plan), amount_at(row, plan.scheme, plan.mark.mark)
    if place.fills_down and out.entries and _is_undated_like(row, plan):
        day = out.entries[-1].day
    if plan.scheme.amount is None and is_both(row, plan.scheme, plan.mark.mark):
        amount = None
    if place.is_summary or _announces_balance(row, plan, amount, is_dated=day is not None, is_edge=place.is_edge):
        out.count(Fate.BALANCE, row)
        out.asides.append(row)
    elif day is not None and amount is not None and not _did_not_happen(row, plan):
        out.count(Fate.TRANSACTION, row)
        out.entries.append(Entry(row, day, amount, is_undated=_is_undated(row, plan), account=out.account))
    elif place.continues and out.entries and _is_continuation(row, plan):
        out.count(Fate.TRANSACTION, row)
        out.entries[-1].more.append(row)
    else:
        _set_aside(out, plan, row, day, amount, is_after=place.is_after)


def _set_aside(out: Sorted, plan: Plan, row: Row, day: date | None, amount: Decimal | None, *, is_after: bool) -> None:
    reason = _reason(row, plan, day, amount)
    if reason is None:
        out.count(Fate.FOOTER if is_after else Fate.PREAMBLE, row)
        out.asides.append(row)
        if not is_after and not plan.wording.of("account"):
            out.account = account_in(row) or out.account
        return
    out.count(Fate.REJECTED, row)
    out.rejected.append(Rejected(row.source_line, row.text[:200], reason))


def _reason(row: Row, plan: Plan, day: date | None, amount: Decimal | None) -> str | None:
    """Why a row is no transaction; nothing if it never looked like one."""
    told = _cell(row, plan.dating.booking[0])
    if day is not None:
        return _reason_of_dated(row, plan, amount)
    has_amount = amount is not None or any(is_figure(_cell(row, at)) for at in plan.amount_columns)
    if not has_amount:
        return None
    if is_pending(told):
        return f"it is pending ({told}) and has no day yet"
    return f"{told!r} is no day" if told else "it has an amount and no day"


def _reason_of_dated(row: Row, plan: Plan, amount: Decimal | None) -> str | None:
    if amount is not None:
        return f"it did not happen: {' '.join(_cell(row, at) for at in plan.wording.of('status'))}"
    told = [_cell(row, at) for at in plan.amount_columns if _cell(row, at)]
    if plan.scheme.amount is None and is_both(row, plan.scheme, plan.mark.mark):
        return "it has money going out and coming in at once"
    if not told:
        return "it has no amount"
    if plan.scheme.flag is not None and figure(told[0]):
        word = row.cells[plan.scheme.flag] if plan.scheme.flag < len(row.cells) else ""
        return f"{word.strip()!r} says neither in nor out"
    return f"{told[0]!r} is no amount"


def _did_not_happen(row: Row, plan: Plan) -> bool:
    return any(is_failed(_cell(row, at)) for at in plan.wording.of("status"))


def _cell(row: Row, at: int) -> str:
    return bare(row.cells[at]) if at < len(row.cells) else ""


def _same(row: Row, header: Row) -> bool:
    return [cell.strip() for cell in row.cells if cell.strip()] == [
        cell.strip() for cell in header.cells if cell.strip()
    ]


def _day(row: Row, plan: Plan) -> date | None:
    """The first of the columns of dates that is filled; a filled one that is no date is not passed over."""
    for at in plan.dating.booking:
        cell = _cell(row, at)
        if cell and not is_pending(cell):
            return parsed(cell, plan.dating)
        if cell:
            return None
    return None


def _is_undated(row: Row, plan: Plan) -> bool:
    first = plan.dating.booking[0]
    return not _cell(row, first) and plan.columns[first].fill < 1


def _is_balance(row: Row) -> bool:
    labels = {label_of(cell) for cell in row.cells}
    return bool(labels & {"opening", "closing"}) and any(is_figure(cell) for cell in row.cells)


def _announces_balance(row: Row, plan: Plan, amount: Decimal | None, *, is_dated: bool, is_edge: bool) -> bool:
    """Balance and total rows among the transactions: they say so, and move nothing or stand at an end."""
    labels = _labels(row, plan)
    if not is_dated:
        return bool(labels) and any(is_figure(cell) for cell in row.cells)
    if not amount:
        return bool(labels & {"opening", "closing"})
    return is_edge and bool(labels & {"opening", "closing"}) and _is_own_balance(row, plan, amount)


def _is_own_balance(row: Row, plan: Plan, amount: Decimal) -> bool:
    balance = value_at(row, plan.scheme.balance, plan.mark.mark)
    return balance is None or abs(balance) == abs(amount)


def _wordy(plan: Plan) -> set[int]:
    return {at for role in _WORDY for at in plan.wording.of(role)} | set(plan.wording.spare)


def _labels(row: Row, plan: Plan) -> set[str]:
    """What the words of a row announce; among transactions only what is said in the columns of words, or alone."""
    is_dated, wordy = _day(row, plan) is not None, _wordy(plan)
    found: set[str] = set()
    for at, cell in enumerate(row.cells):
        label = label_of(cell) if bare(cell) and not is_figure(cell) else None
        if label and (not is_dated or is_pure_label(cell) or (at in wordy and is_strong_label(cell))):
            found.add(label)
    return found


def _is_continuation(row: Row, plan: Plan) -> bool:
    """Words alone, under the words of the row before."""
    wordy = _wordy(plan)
    filled = [at for at, cell in enumerate(row.cells) if bare(cell)]
    return bool(filled) and all(at in wordy for at in filled)


def _continued(plan: Plan, rows: Sequence[Row]) -> bool:
    """Whether it is the habit of this file to continue transactions on the next row."""
    found = sum(1 for row in rows if not row.is_blank and _is_continuation(row, plan))
    dated = sum(1 for row in rows if _day(row, plan))
    return found >= max(1, _CONTINUED_MIN * dated)
