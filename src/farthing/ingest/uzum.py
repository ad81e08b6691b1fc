"""Messages of Uzum Bank as a statement: each tells of one movement, in sums."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

from farthing.ingest.errors import WebhookMalformed
from farthing.ingest.reading import Fate, Reading, Rejected
from farthing.ingest.statement import Line, Statement
from farthing.kernel.currency import DECIMALS

FORMAT = "uzum"
PAYEE = "Uzum Bank"
_CURRENCY = "UZS"
_MOMENTS = ("timestamp", "transTime", "confirmTime")
_EVENTS = ("event", "eventType", "type", "status")
_WHOLE_DIGITS_MAX = 16
_FRACTION_MAX = 8
_SAID_MAX = 2000


def reading_of(body: bytes) -> Reading:
    """What a message tells; one without a day or an amount is kept aside."""
    lines: list[Line] = []
    rejected: list[Rejected] = []
    for number, message in enumerate(_messages(body), 1):
        day, amount = _day(message), _amount(message.get("amount"))
        if day is None or amount is None:
            missing = "moment" if day is None else "amount"
            said = json.dumps(message, ensure_ascii=False, default=str)[:_SAID_MAX]
            rejected.append(Rejected(number, said, f"it has no {missing} that can be read"))
        else:
            lines.append(_line(number, message, day, amount))
    return Reading(
        format=FORMAT,
        statements=(Statement(None, _CURRENCY, tuple(lines)),),
        confidence=100,
        rejected=tuple(rejected),
        fates={Fate.TRANSACTION: len(lines), Fate.REJECTED: len(rejected)},
    )


def _messages(body: bytes) -> list[Mapping[str, Any]]:
    try:
        told = json.loads(body, parse_float=Decimal, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise WebhookMalformed from error
    messages = told if isinstance(told, list) else [told]
    if not messages or not all(isinstance(one, dict) for one in messages):
        raise WebhookMalformed("An object is expected, or a list of objects.")
    return messages


def _line(number: int, message: Mapping[str, Any], day: date, amount: Decimal) -> Line:
    event = next((str(message[name]) for name in _EVENTS if message.get(name)), "notification")
    currency = str(message.get("currency") or _CURRENCY).upper()
    words = f"Uzum webhook: {event}"
    return Line(
        date=day,
        amount=amount,
        currency=currency if currency in DECIMALS else _CURRENCY,
        source_line=number,
        payee=PAYEE,
        memo=words,
        description=f"{PAYEE} {words}",
        reference=str(message["transId"])[:255] if message.get("transId") else None,
    )


def _day(message: Mapping[str, Any]) -> date | None:
    """The day of the first moment that is told, in milliseconds since 1970."""
    told = next((message[name] for name in _MOMENTS if message.get(name)), None)
    try:
        return datetime.fromtimestamp(int(str(told)) // 1000, UTC).date()
    except (ValueError, OverflowError, OSError):
        return None


def _amount(told: Any) -> Decimal | None:
    if isinstance(told, bool) or told is None:
        return None
    try:
        amount = Decimal(str(told).strip())
    except InvalidOperation:
        return None
    is_kept = amount.is_finite() and amount.adjusted() < _WHOLE_DIGITS_MAX
    return amount if is_kept and amount == amount.quantize(Decimal(1).scaleb(-_FRACTION_MAX)) else None


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
