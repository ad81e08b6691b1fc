"""Where the household keeps its money, and what was there when the year began."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from farthing.demo.records import DemoAccount
from farthing.kernel.money import to_text

CHECKING = "Joint account"
SAVINGS = "Rainy-day savings"
CASH = "Wallet"
CARD = "Credit card"
ZLOTY = "Konto złotówkowe"


@dataclass(frozen=True, slots=True)
class _Opening:
    kind: Literal["checking", "savings", "cash", "credit_card"]
    currency: str
    minor: int


_OPENINGS = {
    CHECKING: _Opening("checking", "EUR", 3_912_17),
    SAVINGS: _Opening("savings", "EUR", 8_250_00),
    CASH: _Opening("cash", "EUR", 64_50),
    CARD: _Opening("credit_card", "EUR", -537_86),
    ZLOTY: _Opening("checking", "PLN", 612_40),
}


def accounts(opened_on: date) -> tuple[DemoAccount, ...]:
    return tuple(
        DemoAccount(
            name=name,
            kind=opening.kind,
            currency=opening.currency,
            opening_balance=to_text(opening.minor, opening.currency),
            opened_on=opened_on,
        )
        for name, opening in _OPENINGS.items()
    )


def currency_of(account: str) -> str:
    return _OPENINGS[account].currency


def opening_of(account: str) -> int:
    """Minor units that were there on the first morning."""
    return _OPENINGS[account].minor
