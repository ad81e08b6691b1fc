"""Which amounts of an OFX file are money out: the format says those with a minus, and some banks write none."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from farthing.ingest.reading import Ambiguity, Doubt
from farthing.ingest.wishes import SignRule

OUT = frozenset({"DEBIT", "CHECK", "ATM", "POS", "FEE", "SRVCHG", "DIRECTDEBIT"})
"""Not payments: on a card they are money in."""
IN = frozenset({"CREDIT", "DEP", "DIRECTDEP", "DIV"})
Rule = Literal["as_written", "by_type", "inverted"]


@dataclass(frozen=True, slots=True)
class Signs:
    rule: Rule
    found: str
    because: str
    ambiguities: tuple[Ambiguity, ...] = ()

    def signed(self, kind: str, amount: Decimal) -> Decimal:
        if self.rule == "inverted":
            return -amount if amount else amount
        return -amount if self.rule == "by_type" and kind.upper() in OUT and amount else amount


def signs_of(lines: Sequence[tuple[str, Decimal | None]], wished: SignRule | None) -> Signs:
    """As written, unless types and signs of the whole file contradict each other."""
    if wished is not None:
        rule: Rule = "as_written" if wished == "as_written" else "inverted"
        return Signs(rule, rule, "you said so")
    known = [(kind.upper(), amount) for kind, amount in lines if amount]
    out = [amount for kind, amount in known if kind in OUT]
    into = [amount for kind, amount in known if kind in IN]
    if out and into and all(amount > 0 for amount in out) and all(amount < 0 for amount in into):
        return Signs("inverted", "inverted", "every debit is positive and every credit negative")
    if out and all(amount > 0 for _, amount in known):
        because = "no amount has a minus, though some are debits"
        doubt = Ambiguity(Doubt.SIGN, "by the type of each line", ("as written",), because)
        return Signs("by_type", "by the type of each line", because, (doubt,) if not into else ())
    return Signs("as_written", "as written", "a minus is money out in this format")
