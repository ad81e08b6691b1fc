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
    if positive and negative:
        return _mixed(positive, negative, is_card=is_card)
    if negative:
        return Sign(False, True, "all amounts bear a minus")
    return _unsigned(_received(positive), _spent(positive), is_card=is_card, title=title)


def _received(texts: Sequence[str]) -> int:
    return sum(1 for text in texts if has_any(text, flags.PAYMENT_RECEIVED))


def _spent(texts: Sequence[str]) -> int:
    return sum(1 for text in texts if has_any(text, flags.SPENT) and not has_any(text, flags.PAYMENT_RECEIVED))


def _mixed(positive: Sequence[str], negative: Sequence[str], *, is_card: bool) -> Sign:
    """Both signs stand in the column; an account's statement is believed unless much speaks for a card's."""
    as_written = _received(positive) + _spent(negative)
    returned, bought = _received(negative), _spent(positive)
    settled = sum(1 for text in negative if has_any(text, flags.CARD_PAID))
    because = f"{returned + bought} rows read as payments with a minus or purchases with a plus"
    if settled and settled + bought > as_written and len(positive) >= len(negative):
        return Sign(True, True, because)
    if is_card and returned + bought > as_written:
        return Sign(True, returned > 0 and returned + bought > 2, because)
    if returned and bought and as_written == 0 and len(positive) >= len(negative):
        return Sign(True, False, because)
    is_lopsided = len(positive) >= 2 * len(negative)
    if is_lopsided and as_written == 0 and (is_card or returned == len(negative)):
        return Sign(
            True, False, "most rows bear a plus, those with a minus read as returns, and nothing speaks against it"
        )
    told = "amounts bear a plus and a minus as on an account"
    return Sign(False, True, told) if returned + bought <= as_written else Sign(False, False, f"{told}, but {because}")


def _unsigned(as_written: int, inverted: int, *, is_card: bool, title: str) -> Sign:
    if has_any(title, flags.OUT_WORDS) and not has_any(title, flags.IN_WORDS):
        return Sign(True, True, f"the column is called {title!r}")
    if inverted > as_written or is_card:
        return Sign(True, False, "no amount bears a minus, and the words tell of purchases")
    if as_written > inverted:
        return Sign(False, False, "no amount bears a minus, and the words tell of money coming in")
    return Sign(True, False, "no amount bears a minus, and most rows of most statements are expenses")
