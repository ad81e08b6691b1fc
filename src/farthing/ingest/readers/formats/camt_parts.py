"""The small parts of which CAMT messages are made: amounts, days, codes."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from farthing.ingest.readers.markup import Element
from farthing.ingest.readers.numerals import number

_NONE = {"XXX", "XTS"}
"""ISO's codes for no currency and for tests: what maskers write."""


@dataclass(frozen=True, slots=True)
class Sum:
    amount: Decimal
    currency: str | None


def amount_of(element: Element, path: str = "Amt") -> Sum | None:
    """The amount below an element, always written without a sign."""
    found = element.first(path)
    amount = number(found.text, None if "," in found.text else ".") if found else None
    return Sum(amount, code(found.attributes.get("Ccy"))) if found and amount is not None else None


def code(text: str | None) -> str | None:
    folded = (text or "").strip().upper()
    return folded if len(folded) == 3 and folded.isalpha() and folded not in _NONE else None  # noqa: PLR2004


def day_of(element: Element | None) -> date | None:
    """The day of a choice between date and time, or of an element that is one itself."""
    if element is None:
        return None
    text = (element.value("Dt", "DtTm", "AccptncDtTm", "TxDtTm", "IntrBkSttlmDt") or element.text).strip()
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def is_credit(element: Element) -> bool | None:
    """What an element says of its direction, if it does."""
    match (element.value("CdtDbtInd") or "").upper():
        case "CRDT" | "CREDIT" | "C":
            return True
        case "DBIT" | "DEBIT" | "D":
            return False
        case _:
            return None
