"""What the amounts of an API mean: which way the money went, and whether they count pounds or pence."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from farthing.ingest.reading import Ambiguity, Doubt
from farthing.ingest.wishes import SignRule

OUT = frozenset({"dbit", "debit", "out", "outgoing", "d", "dr", "db", "expense", "withdrawal", "payment", "spend"})
IN = frozenset({"crdt", "credit", "in", "incoming", "c", "cr", "income", "deposit", "refund", "topup"})
_TURNED_SHAPE = {"iso_currency_code", "payment_channel"}
"""The names of a widespread aggregator's answers, in which money out is positive by its documentation."""
_HUNDRED = 100
Rule = Literal["as_written", "by_direction", "inverted"]


@dataclass(frozen=True, slots=True)
class Signs:
    rule: Rule
    found: str
    because: str
    ambiguities: tuple[Ambiguity, ...] = ()

    def signed(self, amount: Decimal, direction: str) -> Decimal:
        turned = self.rule == "inverted" or (self.rule == "by_direction" and direction.casefold() in OUT)
        return -amount if turned and amount else amount


def signs_of(
    amounts: Sequence[Decimal], directions: Sequence[str], names: Collection[str], wished: SignRule | None
) -> Signs:
    """As written, unless a field says the direction of amounts that bear no sign; else a doubt."""
    if wished is not None:
        rule: Rule = "as_written" if wished == "as_written" else "inverted"
        return Signs(rule, rule, "you said so")
    if set(names) >= _TURNED_SHAPE:
        return Signs("inverted", "inverted", "in answers of this shape money out is positive")
    if any(amount < 0 for amount in amounts):
        return Signs("as_written", "as written", "some amounts have a minus")
    if directions and all(word.casefold() in OUT | IN for word in directions):
        return Signs("by_direction", "by a field", "no amount has a minus, and a field says which way each went")
    because = "no amount has a minus, and no field says which way the money went"
    doubt = Ambiguity(Doubt.SIGN, "as written", ("expenses positive",), because)
    return Signs("as_written", "as written", because, (doubt,) if any(amounts) else ())


def scale_doubt(amounts: Sequence[Decimal], decimals: Collection[int]) -> Ambiguity | None:
    """Whole numbers of a currency that has cents, all large and some odd, may count the cents."""
    whole = all(amount == amount.to_integral_value() and abs(amount) >= _HUNDRED for amount in amounts)
    if not amounts or not whole or not any(amount % _HUNDRED for amount in amounts) or 0 in decimals:
        return None
    because = "no amount has decimals, and all are large: an API may count the smallest units"
    return Ambiguity(Doubt.DECIMAL_MARK, "whole units", ("smallest units",), because)
