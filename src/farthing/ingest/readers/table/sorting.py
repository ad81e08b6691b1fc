"""What becomes of each row: a transaction, a part of one, a balance, a heading, or something that cannot be read."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from farthing.ingest.readers.table.accounts import account_in
from farthing.ingest.readers.table.cells import figure, is_figure
from farthing.ingest.readers.table.columns import is_failed, is_pending
from farthing.ingest.readers.table.glances import cell_of, day_of, is_continuation, is_undated_like, labels_of
from farthing.ingest.readers.table.labels import label_of
from farthing.ingest.readers.table.plan import Plan
from farthing.ingest.readers.table.row import Row
from farthing.ingest.readers.table.schemes import amount_at, is_both, value_at
from farthing.ingest.readers.table.survey import NOTHING_BESIDE, Beside, Place, Survey
from farthing.ingest.reading import Fate, Rejected


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


class Sorting:
    """The rows of a table, sorted one by one as a survey of all of them says."""

    def __init__(self, plan: Plan, survey: Survey) -> None:
        self.found = Sorted()
        self._plan = plan
        self._survey = survey
        for row in plan.layout.above:
            fate = Fate.BLANK if row.is_blank else Fate.BALANCE if _is_balance(row) else Fate.PREAMBLE
            self.found.count(fate, row)
        if plan.layout.header:
            self.found.count(Fate.HEADER, plan.layout.header)

    def sort(self, at: int, row: Row) -> None:
        _sort(self.found, self._plan, row, self._survey.place(at))

    @property
    def own(self) -> str | None:
        """The account that the rows above the table name."""
        return next((found for row in self._plan.layout.above if (found := account_in(row))), None)


def sorted_rows(plan: Plan, body: Iterable[Row] | None = None, beside: Beside = NOTHING_BESIDE) -> Sorted:
    """Every row of the table with its fate."""
    rows = list(body if body is not None else plan.layout.body)
    sorting = Sorting(plan, Survey.of(rows, plan, beside))
    for at, row in enumerate(rows):
        sorting.sort(at, row)
    out = sorting.found
    if out.account is None:
        out.account = sorting.own
        return out
    for entry in out.entries:
        entry.account = entry.account or sorting.own
    return out


def _sort(out: Sorted, plan: Plan, row: Row, place: Place) -> None:
    if row.is_blank:
        out.count(Fate.BLANK, row)
        return
    if plan.layout.header and _same(row, plan.layout.header):
        out.count(Fate.HEADER, row)
        return
    day, amount = day_of(row, plan), amount_at(row, plan.scheme, plan.mark.mark)
    if place.fills_down and out.entries and is_undated_like(row, plan):
        day = out.entries[-1].day
    if plan.scheme.amount is None and is_both(row, plan.scheme, plan.mark.mark):
        amount = None
    if place.is_summary or _announces_balance(row, plan, amount, is_dated=day is not None, is_edge=place.is_edge):
        out.count(Fate.BALANCE, row)
        out.asides.append(row)
    elif day is not None and amount is not None and not _did_not_happen(row, plan):
        out.count(Fate.TRANSACTION, row)
        out.entries.append(Entry(row, day, amount, is_undated=_is_undated(row, plan), account=out.account))
    elif place.continues and out.entries and is_continuation(row, plan):
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
    told = cell_of(row, plan.dating.booking[0])
    if day is not None:
        return _reason_of_dated(row, plan, amount)
    has_amount = amount is not None or any(is_figure(cell_of(row, at)) for at in plan.amount_columns)
    if not has_amount:
        return None
    if is_pending(told):
        return f"it is pending ({told}) and has no day yet"
    return f"{told!r} is no day" if told else "it has an amount and no day"


def _reason_of_dated(row: Row, plan: Plan, amount: Decimal | None) -> str | None:
    if amount is not None:
        return f"it did not happen: {' '.join(cell_of(row, at) for at in plan.wording.of('status'))}"
    told = [cell_of(row, at) for at in plan.amount_columns if cell_of(row, at)]
    if plan.scheme.amount is None and is_both(row, plan.scheme, plan.mark.mark):
        return "it has money going out and coming in at once"
    if not told:
        return "it has no amount"
    if plan.scheme.flag is not None and figure(told[0]):
        word = row.cells[plan.scheme.flag] if plan.scheme.flag < len(row.cells) else ""
        return f"{word.strip()!r} says neither in nor out"
    return f"{told[0]!r} is no amount"


def _did_not_happen(row: Row, plan: Plan) -> bool:
    return any(is_failed(cell_of(row, at)) for at in plan.wording.of("status"))


def _same(row: Row, header: Row) -> bool:
    return [cell.strip() for cell in row.cells if cell.strip()] == [
        cell.strip() for cell in header.cells if cell.strip()
    ]


def _is_undated(row: Row, plan: Plan) -> bool:
    first = plan.dating.booking[0]
    return not cell_of(row, first) and plan.columns[first].fill < 1


def _is_balance(row: Row) -> bool:
    labels = {label_of(cell) for cell in row.cells}
    return bool(labels & {"opening", "closing"}) and any(is_figure(cell) for cell in row.cells)


def _announces_balance(row: Row, plan: Plan, amount: Decimal | None, *, is_dated: bool, is_edge: bool) -> bool:
    """Balance and total rows among the transactions: they say so, and move nothing or stand at an end."""
    labels = labels_of(row, plan)
    if not is_dated:
        return bool(labels) and any(is_figure(cell) for cell in row.cells)
    if not amount:
        return bool(labels & {"opening", "closing"})
    return is_edge and bool(labels & {"opening", "closing"}) and _is_own_balance(row, plan, amount)


def _is_own_balance(row: Row, plan: Plan, amount: Decimal) -> bool:
    balance = value_at(row, plan.scheme.balance, plan.mark.mark)
    return balance is None or abs(balance) == abs(amount)
