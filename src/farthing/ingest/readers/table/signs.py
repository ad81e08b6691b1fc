"""What a plus means: what the account gained, or what a card was charged."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from farthing.ingest.readers.table.vocabulary import flags
from farthing.ingest.readers.table.words import has_any

SignRule = Literal["as_written", "inverted"]


@dataclass(frozen=True, slots=True)
class Sign:
    is_inverted: bool
    is_certain: bool
    because: str


def sign_of(amounts: Sequence[Decimal], words: Sequence[str], *, is_card: bool, title: str) -> Sign:
    """The sign of a single column of amounts, from the words beside them."""
    positive = [text for amount, text in zip(amounts, words, strict=True) if amount > 0]
    negative = [text for amount, text in zip(amounts, words, strict=True) if amount < 0]
    as_written = _received(positive) + _spent(negative)
    inverted = _spent(positive) + _received(negative)
    if positive and negative:
        return _mixed(len(positive), len(negative), as_written, inverted, is_card=is_card)
    if negative:
        return Sign(False, True, "all amounts bear a minus")
    return _unsigned(as_written, inverted, is_card=is_card, title=title)


def _received(texts: Sequence[str]) -> int:
    return sum(1 for text in texts if has_any(text, flags.PAYMENT_RECEIVED))


def _spent(texts: Sequence[str]) -> int:
    return sum(1 for text in texts if has_any(text, flags.SPENT) and not has_any(text, flags.PAYMENT_RECEIVED))


def _mixed(plus: int, minus: int, as_written: int, inverted: int, *, is_card: bool) -> Sign:
    if inverted > as_written and inverted >= 1 and (plus >= minus or inverted > as_written + 1):
        is_strong = inverted - as_written >= 2 or (is_card and plus >= minus)
        return Sign(True, is_strong, f"{inverted} rows read as payments with a minus or purchases with a plus")
    if is_card and plus >= 2 * minus and as_written == 0:
        return Sign(
            True, False, "most rows of this card statement bear a plus, and cards are charged more often than paid"
        )
    return Sign(False, True, "amounts bear a plus and a minus as on an account")


def _unsigned(as_written: int, inverted: int, *, is_card: bool, title: str) -> Sign:
    if has_any(title, flags.OUT_WORDS) and not has_any(title, flags.IN_WORDS):
        return Sign(True, True, f"the column is called {title!r}")
    if inverted > as_written or is_card:
        return Sign(True, False, "no amount bears a minus, and the words tell of purchases")
    if as_written > inverted:
        return Sign(False, False, "no amount bears a minus, and the words tell of money coming in")
    return Sign(True, False, "no amount bears a minus, and most rows of most statements are expenses")
