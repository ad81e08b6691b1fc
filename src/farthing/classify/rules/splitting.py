"""A whole cut into the parts that a rule wants; they sum to the whole, to the last penny."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from farthing.classify.rules.rule import Share
from farthing.kernel.currency import DECIMALS

_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Piece:
    """A part in minor units, with the sign of the whole."""

    amount: int
    category: str | None
    note: str | None


def pieces(whole: int, currency: str, shares: Sequence[Share]) -> tuple[Piece, ...] | None:
    """The parts of an amount, or None where the fixed ones do not fit into it. A rest of nothing is left out."""
    size, sign = abs(whole), -1 if whole < 0 else 1
    wanted = [_wanted(size, currency, share) for share in shares]
    if any(exact != exact.to_integral_value() for exact, s in zip(wanted, shares, strict=True) if s.amount is not None):
        return None
    amounts = _counted(wanted, shares, size)
    if sum(amounts) != size or min(amounts) < 0:
        return None
    kept = [(amount, s) for amount, s in zip(amounts, shares, strict=True) if amount]
    return tuple(Piece(sign * amount, s.category, s.note) for amount, s in kept) if len(kept) > 1 else None


def _wanted(size: int, currency: str, share: Share) -> Decimal:
    if share.percent is not None:
        return size * share.percent / _HUNDRED
    return share.amount.scaleb(DECIMALS[currency]) if share.amount is not None else Decimal(0)


def _counted(wanted: Sequence[Decimal], shares: Sequence[Share], size: int) -> list[int]:
    """Whole minor units: the rest takes what rounding leaves, else the largest remainders round up."""
    rest = next((n for n, share in enumerate(shares) if share.is_rest), None)
    if rest is not None:
        amounts = [int(exact.to_integral_value(ROUND_HALF_EVEN)) for exact in wanted]
        amounts[rest] = size - sum(amounts)
        return amounts
    amounts = [int(exact) for exact in wanted]
    by_remainder = sorted(range(len(wanted)), key=lambda n: (amounts[n] - wanted[n], n))
    for n in by_remainder[: size - sum(amounts)]:
        amounts[n] += 1
    return amounts
