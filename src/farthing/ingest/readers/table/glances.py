"""What one row says by itself: its day, its amount, its balance, and what its words announce."""

from datetime import date
from decimal import Decimal

from farthing.ingest.readers.table.cells import bare, is_figure
from farthing.ingest.readers.table.columns import is_pending
from farthing.ingest.readers.table.dating import parsed
from farthing.ingest.readers.table.labels import is_pure_label, is_strong_label, label_of
from farthing.ingest.readers.table.plan import Plan
from farthing.ingest.readers.table.row import Row
from farthing.ingest.readers.table.schemes import amount_at, value_at

_WORDY = ("memo", "payee", "payer", "type")


def day_of(row: Row, plan: Plan) -> date | None:
    """The first of the columns of dates that is filled; a filled one that is no date is not passed over."""
    for at in plan.dating.booking:
        cell = cell_of(row, at)
        if cell and not is_pending(cell):
            return parsed(cell, plan.dating)
        if cell:
            return None
    return None


def cell_of(row: Row, at: int) -> str:
    return bare(row.cells[at]) if at < len(row.cells) else ""


def amount_of(row: Row, plan: Plan) -> Decimal | None:
    return amount_at(row, plan.scheme, plan.mark.mark)


def balance_of(row: Row, plan: Plan) -> Decimal | None:
    return value_at(row, plan.scheme.balance, plan.mark.mark)


def labels_of(row: Row, plan: Plan) -> set[str]:
    """What the words of a row announce; among transactions only what is said in the columns of words, or alone."""
    is_dated, wordy = day_of(row, plan) is not None, wordy_of(plan)
    found: set[str] = set()
    for at, cell in enumerate(row.cells):
        label = label_of(cell) if bare(cell) and not is_figure(cell) else None
        if label and (not is_dated or is_pure_label(cell) or (at in wordy and is_strong_label(cell))):
            found.add(label)
    return found


def is_undated_like(row: Row, plan: Plan) -> bool:
    if any(cell_of(row, at) for at in plan.dating.booking) or amount_of(row, plan) is None:
        return False
    has_words = any(cell_of(row, at) for role in _WORDY for at in plan.wording.of(role))
    return has_words and not any(label_of(cell) for cell in row.cells)


def is_continuation(row: Row, plan: Plan) -> bool:
    """Words alone, under the words of the row before."""
    wordy = wordy_of(plan)
    filled = [at for at, cell in enumerate(row.cells) if bare(cell)]
    return bool(filled) and all(at in wordy for at in filled)


def follows(row: Row, near: Row, plan: Plan) -> bool:
    """Whether the balances of two neighbours differ by what one of them moved."""
    own, other = balance_of(row, plan), balance_of(near, plan)
    if own is None or other is None:
        return False
    return own == other + (amount_of(row, plan) or 0) or other == own + (amount_of(near, plan) or 0)


def wordy_of(plan: Plan) -> set[int]:
    return {at for role in _WORDY for at in plan.wording.of(role)} | set(plan.wording.spare)
