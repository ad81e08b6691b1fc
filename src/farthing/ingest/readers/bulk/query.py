"""The query that reads a whole file by a plan, and which rows it leaves to the careful reading."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from farthing.ingest.readers.bulk.expressions import (
    MONEY,
    amount,
    codes,
    day,
    figure,
    is_told,
    joined,
    mapped,
    money,
    odd_words,
    quoted,
    sounds_pending,
    statuses,
    trimmed,
    worded,
    words,
)
from farthing.ingest.readers.table.plan import Plan

_SHAPES = (
    (re.compile(r"\d{1,4}\.\d{1,2}\.\d{1,4}(?:[ T].*)?"), "."),
    (re.compile(r"\d{1,4}/\d{1,2}/\d{1,4}(?:[ T].*)?"), "/"),
    (re.compile(r"\d{1,4}-\d{1,2}-\d{1,4}(?:[ T].*)?"), "-"),
    (re.compile(r"\d{8}"), ""),
)


@dataclass(frozen=True, slots=True)
class Query:
    """A row as it is told, step by step, and whether it is plain enough."""

    trimmed: tuple[str, ...]
    parsed: tuple[str, ...]
    told: tuple[str, ...]
    description: str
    odd: str


def separator_of(plan: Plan) -> str | None:
    """The sign between the parts of all dates that were seen, if it is one and their years have four digits."""
    cells = [text for at in plan.dating.booking[:1] for text in plan.columns[at].filled]
    for shape, separator in _SHAPES:
        if cells and all(shape.fullmatch(text) for text in cells):
            has_century = not separator or all(re.search(r"(?<!\d)\d{4}(?!\d)", text) for text in cells)
            return separator if has_century else None
    return None


def query_of(plan: Plan) -> Query | None:
    """How to read all rows at once; nothing if the plan needs more than plain cells."""
    separator = separator_of(plan)
    scheme = plan.scheme
    if (
        separator is None
        or plan.dating.latest
        or plan.dating.is_short
        or scheme.blocked is not None
        or scheme.is_balance_before
    ):
        return None
    if any(one.currency or one.flag for at in plan.amount_columns for one in plan.columns[at].figures):
        return None
    booked = f"{_day(plan, plan.dating.booking[0], separator)} AS date"
    figures, texts = _figures(plan), _text_columns(plan)
    flagged = (plan.scheme.flag, *plan.wording.of("status"))
    codes_at = (plan.denomination.column, plan.denomination.original)
    days = [at for at in (plan.dating.booking[0], plan.dating.value, *codes_at, *flagged) if at is not None]
    needed = sorted({*figures, *texts, *days})
    return Query(
        trimmed=tuple(trimmed(at) for at in needed),
        parsed=(*(money(at, plan.mark.mark) for at in figures), *(worded(at) for at in texts)),
        told=(
            booked,
            f"{amount(plan)} AS amount",
            f"{_currency(plan)} AS currency",
            *_texts(plan),
            *_rest(plan, separator),
        ),
        description=_description(plan),
        odd=" OR ".join(_oddities(plan)),
    )


def _day(plan: Plan, at: int, separator: str) -> str:
    has_time = any(":" in text for text in plan.columns[at].filled)
    return day(at, plan.dating.order, separator, has_time=has_time)


def _figures(plan: Plan) -> list[int]:
    found = (*plan.amount_columns, plan.scheme.fee, plan.scheme.balance, *plan.originals)
    return sorted({at for at in found if at is not None})


def _text_columns(plan: Plan) -> list[int]:
    return sorted({at for found in plan.wording.columns.values() for at in found} | set(plan.wording.spare))


def _currency(plan: Plan) -> str:
    fixed = quoted(plan.denomination.fixed) if plan.denomination.fixed else "NULL"
    at = plan.denomination.column
    return fixed if at is None else f"coalesce({mapped(at, codes(plan.columns[at]))}, {fixed})"


def _texts(plan: Plan) -> Sequence[str]:
    """Payee and memo, as the careful reading puts them together."""
    payees, payers = _words(plan, "payee"), _words(plan, "payer")
    payee = joined(payees or payers)
    if payees and payers:
        payee = f"CASE WHEN {amount(plan)} < 0 THEN {joined(payees)} ELSE {joined(payers)} END"
    return (f"{payee} AS payee", f"{joined(_words(plan, 'memo'))} AS memo")


def _description(plan: Plan) -> str:
    """All words of a row, as the careful reading gathers them."""
    payees, payers = _words(plan, "payee"), _words(plan, "payer")
    others = [*payees, *payers] if payees and payers else []
    spare = [*_words(plan, "category"), *(words(at) for at in plan.wording.spare)]
    kind = _words(plan, "type")
    full, bare = joined(["payee", "memo", *others, *kind]), joined([*kind, *spare])
    is_silent = " AND ".join(f"{part} IS NULL" for part in ("payee", "memo", *others))
    return f"coalesce(CASE WHEN {is_silent} THEN {bare} ELSE {full} END, '')"


def _rest(plan: Plan, separator: str) -> Sequence[str]:
    scheme = plan.scheme
    status = plan.wording.of("status")
    value = plan.dating.value
    return (
        f"{joined(_words(plan, 'reference'))} AS reference",
        f"{joined(_words(plan, 'type'))} AS type",
        f"{joined(_words(plan, 'account'))} AS account",
        f"{'NULL' if scheme.balance is None else figure(scheme.balance)} AS balance",
        f"{mapped(status[0], statuses(plan.columns[status[0]])) if status else quoted('booked')} AS status",
        f"{'NULL' if value is None else _day(plan, value, separator)} AS value_date",
        *_original(plan),
    )


def _original(plan: Plan) -> Sequence[str]:
    """What was paid abroad, with the sign of the account's amount."""
    if not plan.originals:
        return (f"CAST(NULL AS {MONEY}) AS original_amount", "CAST(NULL AS VARCHAR) AS original_currency")
    paid = f"coalesce({', '.join(f'nullif({figure(at)}, 0)' for at in plan.originals)})"
    at = plan.denomination.original
    code = "NULL" if at is None else mapped(at, codes(plan.columns[at]))
    return (
        f"CASE WHEN {amount(plan)} < 0 THEN -abs({paid}) ELSE abs({paid}) END AS original_amount",
        f"CASE WHEN {paid} IS NOT NULL THEN {code} END AS original_currency",
    )


def _words(plan: Plan, role: str) -> list[str]:
    return [words(at) for at in plan.wording.of(role)]


def _oddities(plan: Plan) -> list[str]:
    """Everything that makes a row less than plain."""
    scheme = plan.scheme
    odd = ["date IS NULL", "amount IS NULL", "amount = 0", "status IS NULL", sounds_pending("memo"), "extra <> ''"]
    odd += [f"({figure(at)} IS NULL AND {is_told(at)})" for at in _figures(plan)]
    odd += [odd_words(at) for at in _text_columns(plan)]
    if scheme.debit is not None and scheme.credit is not None:
        odd.append(f"({figure(scheme.debit)} <> 0 AND {figure(scheme.credit)} <> 0)")
        odd.append(f"({figure(scheme.debit)} IS NULL AND {figure(scheme.credit)} IS NULL)")
    for at in (plan.denomination.column, plan.denomination.original):
        if at is not None:
            odd.append(f"({mapped(at, codes(plan.columns[at]))} IS NULL AND {is_told(at)})")
    if plan.dating.value is not None:
        odd.append(f"(value_date IS NULL AND {is_told(plan.dating.value)})")
    return odd
