"""Headers that do not stand above their columns: a name that covers two, or one that the rows have no cell for."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import pairwise

from farthing.ingest.readers.table.columns import Column, Kind
from farthing.ingest.readers.table.vocabulary import amounts, dates, texts
from farthing.ingest.readers.table.words import fit

_CLEAR_MIN = 0.8
_WORTH_MOVING = 2


def aligned(
    names: Sequence[str], columns: Sequence[Column], named: Callable[[Sequence[str]], tuple[Column, ...]]
) -> tuple[Column, ...]:
    """The columns under the names that fit what stands in them; as the file has them unless that is clearly wrong."""
    spread = _spread(names, columns)
    best, cost = spread, conflicts(spread, columns)
    if cost >= _WORTH_MOVING:
        for moved in _moved(names):
            moved_cost = conflicts(moved, columns)
            if moved_cost <= cost - _WORTH_MOVING:
                best, cost = moved, moved_cost
    return named(best) if best != list(names) else tuple(columns)


def _spread(names: Sequence[str], columns: Sequence[Column]) -> list[str]:
    """A name of money above a currency and no name above the figure beside it: the name is the figure's."""
    found = list(names)
    for at, (left, right) in enumerate(pairwise(columns)):
        if (
            at + 1 < len(found)
            and left.kind is Kind.CURRENCY
            and right.kind is Kind.FIGURE
            and not found[at + 1]
            and _expected(found[at]) is Kind.FIGURE
        ):
            found[at], found[at + 1] = "", found[at]
    for at in range(1, min(len(found), len(columns))):
        left, right = columns[at - 1], columns[at]
        if (
            left.kind is Kind.FIGURE
            and right.kind is Kind.CURRENCY
            and not found[at - 1]
            and _expected(found[at]) is Kind.FIGURE
        ):
            found[at - 1], found[at] = found[at], ""
    return found


def _moved(names: Sequence[str]) -> list[list[str]]:
    fewer = [[*names[:at], *names[at + 1 :]] for at in range(len(names))]
    more = [[*names[:at], "", *names[at:]] for at in range(len(names))]
    return [*fewer, *more]


def conflicts(names: Sequence[str], columns: Sequence[Column]) -> int:
    """How many names promise something else than their column holds."""
    return sum(1 for name, column in zip(names, columns, strict=False) if _contradicts(_expected(name), column.kind))


def _contradicts(expected: Kind | None, found: Kind) -> bool:
    if expected is None or found is Kind.EMPTY:
        return False
    if expected is Kind.TEXT:
        return found is Kind.DAY
    if expected is Kind.FIGURE:
        return found in {Kind.CURRENCY, Kind.DAY}
    return found in {Kind.FIGURE, Kind.TEXT, Kind.CURRENCY, Kind.DAY} and found is not expected


@lru_cache(maxsize=4096)
def _expected(name: str) -> Kind | None:
    """What a name promises, where it promises it clearly."""
    scores = {
        Kind.DAY: max(fit(name, group) for group in (dates.BOOKING, dates.PLAIN, dates.TRANSACTION, dates.VALUE)),
        Kind.FIGURE: max(
            fit(name, group) for group in (amounts.AMOUNT, amounts.DEBIT, amounts.CREDIT, amounts.BALANCE)
        ),
        Kind.CURRENCY: fit(name, texts.CURRENCY),
        Kind.TEXT: max(fit(name, group) for group in (texts.MEMO, texts.PAYEE, texts.CATEGORY)),
    }
    ranked = sorted(scores, key=lambda kind: -scores[kind])
    is_clear = scores[ranked[0]] >= _CLEAR_MIN and scores[ranked[0]] > scores[ranked[1]] + 0.1
    return ranked[0] if is_clear else None
