"""What an entry of a CAMT message books: one amount, or the several that its details prove to sum to it."""

from dataclasses import dataclass
from decimal import Decimal

from farthing.ingest.readers.formats.camt_parts import Sum, amount_of, is_credit
from farthing.ingest.readers.markup import Element
from farthing.ingest.statement import LineStatus, Money

_STATUS = {
    "BOOK": LineStatus.BOOKED,
    "PDNG": LineStatus.PENDING,
    "FUTR": LineStatus.PENDING,
}


@dataclass(frozen=True, slots=True)
class Booking:
    """An amount with its sign and the details that explain it."""

    amount: Decimal
    currency: str | None
    details: tuple[Element, ...]
    original: Money | None = None
    is_part: bool = False


def status_of(entry: Element) -> LineStatus | None:
    """Booked unless it says otherwise; nothing where it is for information only."""
    told = (entry.value("Sts/Cd", "Sts/Prtry", "Sts") or "BOOK").upper()
    if told == "INFO":
        return None
    return _STATUS.get(told, LineStatus.PENDING if told.startswith("PEND") else LineStatus.BOOKED)


def is_reversal(entry: Element) -> bool:
    return (entry.value("RvslInd") or "").lower() in {"true", "1"}


def bookings_of(entry: Element) -> list[Booking]:
    """The lines of an entry; none where amount or direction is missing."""
    whole, credit = amount_of(entry), is_credit(entry)
    if whole is None or credit is None:
        return []
    total = whole.amount if credit else -whole.amount
    details = tuple(detail for group in entry.all("NtryDtls") for detail in group.all("TxDtls"))
    parts = _parts(details, whole, is_in=credit) if len(details) > 1 else []
    if parts and sum((part.amount for part in parts), Decimal(0)) == total:
        return parts
    original = _abroad(details[0] if len(details) == 1 else None, entry, whole.currency)
    return [Booking(total, whole.currency, details, original)]


def _parts(details: tuple[Element, ...], whole: Sum, *, is_in: bool) -> list[Booking]:
    """Each detail as a booking of its own, if each says how much."""
    parts: list[Booking] = []
    for detail in details:
        money = _of_detail(detail, whole.currency)
        if money is None or not money.amount:
            return []
        told = is_credit(detail)
        amount = money.amount if (is_in if told is None else told) else -money.amount
        parts.append(Booking(amount, whole.currency, (detail,), _abroad(detail, detail, whole.currency), is_part=True))
    return parts


def _of_detail(detail: Element, currency: str | None) -> Sum | None:
    """What a detail adds to the entry, in the entry's currency."""
    paths = ("Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/CntrValAmt/Amt", "AmtDtls/InstdAmt/Amt")
    sums = (amount_of(detail, path) for path in paths)
    return next((money for money in sums if money and money.currency == currency), None)


def _abroad(detail: Element | None, entry: Element, currency: str | None) -> Money | None:
    """What was paid in another currency."""
    for element in filter(None, (detail, entry)):
        for path in ("AmtDtls/InstdAmt/Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/CntrValAmt/Amt", "AmtDtls/PrtryAmt/Amt"):
            money = amount_of(element, path)
            if money and money.currency and money.currency != currency and money.amount:
                return Money(_signed(money.amount, detail, entry), money.currency)
    return None


def _signed(amount: Decimal, detail: Element | None, entry: Element) -> Decimal:
    told = is_credit(detail) if detail is not None else None
    told = is_credit(entry) if told is None else told
    return -amount if told is False else amount
