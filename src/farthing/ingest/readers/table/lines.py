"""Rows that are transactions become lines of a statement."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from farthing.ingest.readers.table.cells import bare, figure
from farthing.ingest.readers.table.columns import Kind, is_pending
from farthing.ingest.readers.table.currencies import currency_at
from farthing.ingest.readers.table.dating import parsed
from farthing.ingest.readers.table.plan import Plan
from farthing.ingest.readers.table.row import Row
from farthing.ingest.readers.table.schemes import balance_at, value_at
from farthing.ingest.readers.table.sorting import Entry
from farthing.ingest.readers.table.vocabulary.currencies import code_of
from farthing.ingest.statement import Line, LineStatus, Money


def line_of(entry: Entry, plan: Plan) -> Line:
    """The line that a row tells."""
    row = entry.row
    payee = _payee(row, plan, entry.amount)
    memo = _joined(
        [*_texts(row, plan, "memo"), *(cell for more in entry.more for cell in _cells(more)), *_beyond(row, plan)]
    )
    kind = _joined(_texts(row, plan, "type"))
    words = [payee, memo, *_others(row, plan, payee), kind]
    if not any(words[:-1]):
        words += [*_texts(row, plan, "category"), *(_cell(row, at) for at in plan.wording.spare)]
    return Line(
        date=entry.day,
        amount=entry.amount,
        currency=currency_at(row, plan.denomination, plan.amount_columns),
        source_line=row.source_line,
        value_date=_value_date(row, plan),
        original=_original(row, plan, entry.amount),
        payee=payee,
        memo=memo,
        description=_joined(words) or "",
        reference=_joined(_texts(row, plan, "reference")),
        type=kind,
        balance=balance_at(row, plan.scheme, plan.mark.mark),
        status=_status(entry, plan),
        account=_joined(_texts(row, plan, "account")) or entry.account,
    )


def _cell(row: Row, at: int) -> str:
    return " ".join(bare(row.cells[at]).split()) if at < len(row.cells) else ""


def _cells(row: Row) -> Iterator[str]:
    yield from (" ".join(bare(cell).split()) for cell in row.cells if bare(cell))


def _texts(row: Row, plan: Plan, role: str) -> list[str]:
    return [text for at in plan.wording.of(role) if (text := _cell(row, at))]


def _joined(texts: Sequence[str | None]) -> str | None:
    """Each text once, those that another holds left out."""
    kept: list[str] = []
    for text in texts:
        if text and not any(text.casefold() == other.casefold() for other in kept):
            kept.append(text)
    return " | ".join(kept) or None


def _payee(row: Row, plan: Plan, amount: Decimal) -> str | None:
    """The other side: who was paid where money went out, who paid where it came in."""
    payees, payers = _texts(row, plan, "payee"), _texts(row, plan, "payer")
    if plan.wording.of("payee") and plan.wording.of("payer"):
        return _joined(payees if amount < 0 else payers) or None
    return _joined(payees or payers)


def _others(row: Row, plan: Plan, payee: str | None) -> list[str]:
    both = [*_texts(row, plan, "payee"), *_texts(row, plan, "payer")]
    return [text for text in both if text != payee] if plan.wording.of("payee") and plan.wording.of("payer") else []


def _beyond(row: Row, plan: Plan) -> list[str]:
    """Words in cells that the header has no name for."""
    if plan.layout.header is None:
        return []
    return [
        text
        for cell in row.cells[len(plan.layout.names) :]
        if (text := " ".join(bare(cell).split())) and figure(text) is None
    ]


def _value_date(row: Row, plan: Plan) -> date | None:
    return parsed(_cell(row, plan.dating.value), plan.dating) if plan.dating.value is not None else None


def _original(row: Row, plan: Plan, amount: Decimal) -> Money | None:
    """What was paid abroad, with the sign that the account's amount has."""
    told = code_of(_cell(row, plan.denomination.original)) if plan.denomination.original is not None else None
    for at in plan.originals:
        value = value_at(row, at, plan.mark.mark)
        found = figure(row.cells[at]) if at < len(row.cells) else None
        if value and found:
            return Money(abs(value) if amount >= 0 else -abs(value), told or found.currency)
    return None


def _status(entry: Entry, plan: Plan) -> LineStatus:
    words = " ".join(_cell(entry.row, at) for at in plan.wording.of("status"))
    blocked = plan.scheme.blocked is not None and value_at(entry.row, plan.scheme.amount, plan.mark.mark) is None
    text = _joined(_texts(entry.row, plan, "memo")) or ""
    is_open = (
        entry.is_undated
        or blocked
        or is_pending(words)
        or (len(text) < 24 and is_pending(text) and plan.columns[0].kind is not Kind.EMPTY)
    )
    return LineStatus.PENDING if is_open else LineStatus.BOOKED
