"""Money: whole minor units of one currency. No float comes near it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, Inexact
from typing import Self

from farthing.kernel.currency import DECIMALS, currency
from farthing.kernel.errors import Unprocessable

MINOR_MAX = 10**15
"""The largest amount in minor units: ten trillion of a two-decimal currency, and far from where sums overflow."""

SUM_MAX = 9 * 10**17
"""Beyond it the databases' integers come near their end: SQLite would quietly go on with floats."""
_AMOUNT = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
_PLAIN = re.compile(r"(-?[0-9]{1,11})\.([0-9]{1,3})")
"""How nearly all amounts are written, small enough to need no other look."""
_EXACT = Context(prec=60, traps=[Inexact])
"""Digits enough for every amount; what does not fit is refused, never rounded."""


class AmountInvalid(Unprocessable):
    """This is not an amount."""


class CurrenciesDiffer(Unprocessable):
    """Amounts of different currencies cannot be added. Convert one of them first."""


@dataclass(frozen=True, slots=True)
class Money:
    minor: int
    currency: str

    @classmethod
    def of(cls, amount: str | int | Decimal, code: str) -> Self:
        """From a decimal amount, if the currency can express it exactly."""
        code = currency(code)
        return cls(to_minor(amount, code), code)

    @property
    def amount(self) -> Decimal:
        return Decimal(self.minor).scaleb(-DECIMALS[self.currency])

    def __str__(self) -> str:
        return f"{self.amount:f} {self.currency}"

    def __neg__(self) -> Self:
        return type(self)(-self.minor, self.currency)

    def __add__(self, other: Self) -> Self:
        if self.currency != other.currency:
            raise CurrenciesDiffer(f"{self} and {other} are of different currencies. Convert one of them first.")
        return type(self)(self.minor + other.minor, self.currency)

    def __sub__(self, other: Self) -> Self:
        return self + -other

    def split(self, weights: Sequence[int]) -> "list[Money]":
        """Parts in proportion to the weights that sum to the whole, no penny lost: the largest remainders round up."""
        total = sum(weights)
        if total <= 0 or min(weights) < 0:
            raise AmountInvalid("Weights must not be negative, and one must be positive.")
        sign, whole = (-1 if self.minor < 0 else 1), abs(self.minor)
        parts = [whole * weight // total for weight in weights]
        by_remainder = sorted(range(len(weights)), key=lambda i: (-(whole * weights[i] % total), i))
        for index in by_remainder[: whole - sum(parts)]:
            parts[index] += 1
        return [Money(sign * part, self.currency) for part in parts]


def to_minor(amount: str | float | Decimal, code: str) -> int:
    """Minor units of a decimal amount; a number from JSON counts as what its shortest spelling says."""
    if isinstance(amount, str) and (plain := _PLAIN.fullmatch(amount)) and len(plain[2]) == DECIMALS[code]:
        return int(plain[1] + plain[2])
    value = amount if isinstance(amount, Decimal) else _read(str(amount).strip())
    if not value.is_finite() or value.adjusted() > len(str(MINOR_MAX)):
        raise AmountInvalid(f"{amount!r} is not an amount that money can be counted in.")
    try:
        minor = _EXACT.to_integral_exact(_EXACT.scaleb(value, DECIMALS[code]))
    except Inexact as error:
        raise AmountInvalid(f"{amount} has more decimals than {code} has ({DECIMALS[code]}).") from error
    if abs(minor) > MINOR_MAX:
        raise AmountInvalid(f"{amount} {code} is too large.")
    return int(minor)


def _read(text: str) -> Decimal:
    if not _AMOUNT.fullmatch(text):
        raise AmountInvalid(f"{text!r} is not an amount. Write it like 12.34.")
    return Decimal(text)


def to_text(minor: int, code: str) -> str:
    """The decimal spelling of minor units, as JSON carries it."""
    decimals = DECIMALS[code]
    if decimals == 0:
        return str(minor)
    digits = str(abs(minor)).rjust(decimals + 1, "0")
    return f"{'-' if minor < 0 else ''}{digits[:-decimals]}.{digits[-decimals:]}"
