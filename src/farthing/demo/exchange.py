"""What a euro was worth. Rates are whole ten-thousandths: no float comes near money here either."""

from dataclasses import dataclass
from datetime import date, time
from random import Random

from farthing.demo.accounts import CARD
from farthing.demo.journal import Entry
from farthing.demo.wording import abroad
from farthing.kernel.money import to_text

_RATES = {"PLN": (4_2450, 4_2950), "GBP": (8480, 8620)}
"""The lowest and highest price of a euro in ten-thousandths of the other currency."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Units of a currency for one euro."""

    currency: str
    ten_thousandths: int

    def __str__(self) -> str:
        return f"{self.ten_thousandths // 10_000}.{self.ten_thousandths % 10_000:04}"

    def cents(self, minor: int) -> int:
        """Euro cents for so many minor units of the currency, rounded half up."""
        return (minor * 20_000 + self.ten_thousandths) // (2 * self.ten_thousandths)

    def minor(self, cents: int) -> int:
        """Minor units of the currency for so many euro cents, rounded half up."""
        return (cents * self.ten_thousandths * 2 + 10_000) // 20_000


def rate(currency: str, rng: Random) -> Rate:
    low, high = _RATES[currency]
    return Rate(currency, rng.randint(low, high))


def bought_abroad(
    day: date,
    minor: int,
    at_rate: Rate,
    *,
    spelled: str,
    merchant: str,
    category: str,
    at: time,
    tags: tuple[str, ...] = (),
) -> Entry:
    """A purchase in another currency on the credit card, with the original amount in its note."""
    original = f"{to_text(minor, at_rate.currency)} {at_rate.currency}"
    return Entry(
        account=CARD,
        date=day,
        minor=-at_rate.cents(minor),
        description=abroad(spelled, original, str(at_rate)),
        payee=spelled,
        merchant=merchant,
        category=category,
        tags=tags,
        note=f"Original amount {original}, 1 EUR = {at_rate} {at_rate.currency}",
        at=at,
        may_pend=True,
    )
