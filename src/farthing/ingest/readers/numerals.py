"""Numbers as banks of a file write them: which mark divides, decided by all of its amounts, and what they say."""

import re
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from typing import Literal

Mark = Literal[".", ","]
DIGITS_MAX = 30
CENTS = 2
_GROUPING = str.maketrans("", "", " \u00a0\u2007\u2009\u202f'\u2019_$€£¥")
"""What stands between digits without meaning anything, and the signs of money."""
_MINUS = str.maketrans({"\u2212": "-", "\u2013": "-", "\uff0d": "-", "\u2010": "-", "\u2011": "-"})
_SHAPE = re.compile(r"(?P<open>\()?(?P<sign>[+-])?(?P<digits>[0-9.,]*[0-9][0-9.,]*)(?P<tail>[+-])?(?P<close>\))?")


def decimal_mark(texts: Iterable[str]) -> Mark | None:
    """The mark that these numbers agree on; none where every one of them could be read either way."""
    votes = Counter(mark for text in texts if (mark := _vote(text)) is not None)
    if not votes or votes["."] == votes[","]:
        return None
    return "." if votes["."] > votes[","] else ","


def _vote(text: str) -> Mark | None:
    """What one number alone says: `1.234,5` and `0.123` decide, `1.234` does not."""
    digits = text.translate(_GROUPING)
    dots, commas = digits.count("."), digits.count(",")
    if dots and commas:
        return "." if digits.rfind(".") > digits.rfind(",") else ","
    if dots > 1 or commas > 1:
        return "," if dots else "."
    if not dots and not commas:
        return None
    mark: Mark = "." if dots else ","
    before, _, after = digits.strip("+-()").partition(mark)
    could_group = len(after) == 3 and after.isdigit() and before.isdigit() and len(before) <= 3 and before[0] != "0"  # noqa: PLR2004
    return None if could_group else mark


def number(text: str, mark: Mark | None = None) -> Decimal | None:
    """The number that is written, exactly; without a mark a single dot or comma counts as the decimal one."""
    match = _SHAPE.fullmatch(text.strip().translate(_MINUS).translate(_GROUPING))
    if match is None or len(match["digits"]) > DIGITS_MAX or bool(match["open"]) != bool(match["close"]):
        return None
    if match["sign"] and match["tail"]:
        return None
    digits = _plain(match["digits"], mark or _vote(match["digits"]) or _only_mark(match["digits"]))
    if digits is None:
        return None
    is_negative = "-" in {match["sign"], match["tail"]} or bool(match["open"])
    amount = without_idle_zeros(Decimal(digits))
    return -amount if is_negative and amount else amount


def _only_mark(digits: str) -> Mark:
    return "," if "," in digits else "."


def _plain(digits: str, mark: Mark) -> str | None:
    """The digits as Python writes them, if the other mark groups by threes before the decimal one."""
    other = "," if mark == "." else "."
    whole, _, fraction = digits.partition(mark)
    if other in fraction or mark in fraction:
        return None
    first, *groups = whole.split(other)
    if groups and not (first and all(len(group) in {2, 3} for group in groups) and len(groups[-1]) == 3):  # noqa: PLR2004
        return None
    return f"{first or '0'}{''.join(groups)}.{fraction or '0'}" if fraction else f"{first or '0'}{''.join(groups)}"


def without_idle_zeros(amount: Decimal) -> Decimal:
    """The same amount with no zeros behind its second decimal."""
    exponent = amount.as_tuple().exponent
    if not isinstance(exponent, int) or exponent >= -CENTS:
        return amount
    whole, _, fraction = f"{amount:f}".partition(".")
    return Decimal(f"{whole}.{fraction[:CENTS]}{fraction[CENTS:].rstrip('0')}")
