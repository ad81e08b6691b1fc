"""Cells of a workbook as text: numbers as short as they were typed, serial numbers as the days that they show."""

import re
from datetime import date, datetime, timedelta
from decimal import Context, Decimal, InvalidOperation

from farthing.kernel.currency import DECIMALS

DIGITS = Context(prec=15)
"""What a spreadsheet keeps of a number; further digits in the file are noise of its binary form."""
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_DAY = re.compile(r"[yd]|mmm|(?<![hs:.])m(?![:.]?s|:)", re.IGNORECASE)
_TIME = re.compile(r"[hs]", re.IGNORECASE)
_BUILT_IN_DAYS = {*range(14, 18), 22, *range(27, 32), 34, 35, 36, *range(50, 59)}
_BUILT_IN_TIMES = {18, 19, 20, 21, 32, 33, 45, 46, 47}
_MONEY_CODE = re.compile(r"\[\$([A-Z]{3})(?:-[0-9A-Fa-f]+)?\]|\"\s*([A-Z]{3})\s*\"")
_MONEY_SIGN = {"€": "EUR", "£": "GBP", "zł": "PLN", "Kč": "CZK"}
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_SERIAL_MAX = 2_958_465
_PHANTOM_DAY = 60
"""1900-02-29, which spreadsheets count although it never was."""


def is_day_format(number: int, code: str) -> bool:
    """Whether a number format shows a day, or a time of day."""
    if number in _BUILT_IN_DAYS | _BUILT_IN_TIMES:
        return True
    first = _LITERAL.sub("", code).partition(";")[0]
    return (
        "general" not in first.lower()
        and not set(first) & set("0#?")
        and bool(_DAY.search(first) or _TIME.search(first))
    )


def currency_of_format(code: str) -> str | None:
    """The currency that a number format writes beside the number."""
    match = _MONEY_CODE.search(code)
    if match and (match[1] or match[2]) in DECIMALS:
        return match[1] or match[2]
    found = {name for sign, name in _MONEY_SIGN.items() if sign in code}
    return found.pop() if len(found) == 1 else None


def number_text(raw: str) -> str:
    """A number with a point and no exponent, without the noise of its binary form."""
    try:
        value = DIGITS.create_decimal(raw.strip())
    except InvalidOperation:
        return raw
    if not value.is_finite() or not (value.is_zero() or -12 <= value.adjusted() <= 20):  # noqa: PLR2004
        return raw
    if value.is_zero():
        return "0"
    plain = f"{value:f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def day_text(raw: str, *, is_1904: bool) -> str:
    """The day of a serial number in ISO form, with its time where it has one."""
    try:
        serial = Decimal(raw.strip())
    except InvalidOperation:
        return raw
    if not serial.is_finite() or not 0 <= serial <= _SERIAL_MAX:
        return number_text(raw)
    whole = int(serial)
    seconds = int(((serial - whole) * 86400).to_integral_value())
    if whole == 0 and not is_1904:
        return str((datetime(2000, 1, 1) + timedelta(seconds=min(seconds, 86399))).time())  # noqa: DTZ001
    start = date(1904, 1, 1) if is_1904 else date(1899, 12, 31 if whole < _PHANTOM_DAY else 30)
    try:
        moment = datetime.combine(start, datetime.min.time()) + timedelta(days=whole, seconds=seconds)
    except OverflowError:
        return number_text(raw)
    return moment.date().isoformat() if moment.time() == datetime.min.time() else moment.isoformat(sep=" ")


def unescaped(text: str) -> str:
    """Letters that XML cannot hold come as `_x000D_`."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text
