"""Who stands behind a line of VeloBank: cards and transfers are told in fixed words."""

import re
from dataclasses import dataclass
from decimal import Decimal

from farthing.ingest.readers.numerals import number
from farthing.ingest.readers.words import squeezed
from farthing.ingest.statement import Money
from farthing.kernel.currency import DECIMALS

_CARD = re.compile(
    r"operacja kart[ąa]\s+(?P<card>[\dxX* ]+?)\s+na kwot[ęe]\s+(?P<amount>[-\d\s.,]+?)\s*(?P<currency>[A-Z]{3})\s+"
    r"w\s+(?P<place>.+)",
    re.IGNORECASE | re.DOTALL,
)
_OLD_CARD = re.compile(r"(?P<holder>[^\d\W][^-]{2,40})-(?P<city>[^-]{2,40})-(?P<merchant>.{2,60})-\d{3}")
_NEXT = r"(?=\s+(?:tytu[łl]|opis|adres|nadawca|odbiorca|na rachunek|z rachunku)\s*:|$)"
_PARTY = re.compile(rf"(?:nadawca|odbiorca)\s*:\s*(?P<name>.+?){_NEXT}", re.IGNORECASE)
_TITLE = re.compile(rf"(?:tytu[łl]|opis)\s*:\s*(?P<title>.+?){_NEXT}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Told:
    payee: str | None
    memo: str | None
    original: Money | None = None


def told(text: str, currency: str | None) -> Told:
    """Payee, title and amount abroad, as far as the words give them."""
    card = _CARD.search(text)
    if card:
        return Told(squeezed(card["place"].split(",")[0]), None, _abroad(card["amount"], card["currency"], currency))
    old = _OLD_CARD.fullmatch(text.strip())
    if old:
        return Told(squeezed(old["merchant"]), None)
    party, title = _PARTY.search(text), _TITLE.search(text)
    return Told(squeezed(party["name"]) if party else None, squeezed(title["title"]) if title else None)


def _abroad(text: str, code: str, currency: str | None) -> Money | None:
    amount = number(text, ",")
    if amount is None or code.upper() not in DECIMALS or code.upper() == currency:
        return None
    return Money(-abs(amount) if amount else Decimal(0), code.upper())
