"""Figures as people and banks write them, exactly: what a cell says before and after the decimal mark is known."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from farthing.ingest.readers.table.vocabulary.currencies import code_of, is_money_sign

_MINUSES = str.maketrans({"\u2212": "-", "\u2013": "-", "\u2014": "-", "\u2010": "-", "\u2011": "-", "\ufe63": "-"})
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٫٬", "01234567890123456789.,")
"""Digits and marks of Arabic and Persian."""
_SPACES = re.compile(r"\s+")
_WORD = r"[^\d\s.,+\-()'’]{1,12}\.?"
_FIGURE = re.compile(
    rf"(?P<open>\()?\s*(?P<sign>[+-]{{0,2}})\s*(?P<before>{_WORD}(?:\s{_WORD})?)?\s*(?P<inner>[+-]?)\s*"
    rf"(?P<number>(?:\d(?:[\d.,'’_ ]*\d)?|[.,]\d+)[.,]?-?)\s*(?P<after>{_WORD})?\s*(?P<tail>[+-]?)\s*"
    rf"(?P<close>\))?\s*(?P<last>{_WORD})?"
)
_LENGTH_MAX = 60
_FLAGS = {
    "dr": -1,
    "cr": 1,
    "d": -1,
    "c": 1,
    "s": -1,
    "h": 1,
    "db": -1,
    "debit": -1,
    "credit": 1,
    "soll": -1,
    "haben": 1,
    "借": -1,
    "贷": 1,
}
_GROUPED = {
    ".": re.compile(r"\d{1,3}(?:([,' ’_])\d{3})(?:\1\d{3})*|\d{1,2}(?:,\d{2})+,\d{3}"),
    ",": re.compile(r"\d{1,3}(?:([.' ’_])\d{3})(?:\1\d{3})*"),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A number whose decimal mark is still open."""

    number: str
    """Digits with their marks; what stood around them is in the other fields."""
    is_negative: bool
    is_signed: bool
    currency: str | None
    flag: int | None
    """Minus one or one where letters such as Dr or Cr stand beside it."""

    def value(self, mark: str) -> Decimal | None:
        """What it is worth if this is the decimal mark; nothing if it cannot be."""
        whole, found, fraction = self.number.rpartition(mark)
        if not found:
            whole, fraction = self.number, ""
        if not whole.isdigit() and not _GROUPED[mark].fullmatch(whole) and whole:
            return None
        if fraction and not fraction.isdigit():
            return None
        digits = "".join(char for char in whole if char.isdigit())
        amount = Decimal(f"{digits or '0'}.{fraction}" if fraction else digits or "0")
        return -amount if self.is_negative else amount


def latin_digits(text: str) -> str:
    """The text with the digits that everybody reads."""
    return text if text.isascii() else text.translate(_DIGITS)


@lru_cache(maxsize=65536)
def figure_of(text: str) -> Figure | None:
    """The figure that a cell consists of; money signs and debit letters may stand beside it, no other words."""
    if not text or len(text) > _LENGTH_MAX or not any(char.isdigit() for char in text):
        return None
    plain = (
        _SPACES.sub(" ", latin_digits(unicodedata.normalize("NFKC", text)).translate(_MINUSES))
        .strip()
        .lstrip("'")
        .strip()
    )
    found = _FIGURE.fullmatch(plain)
    return _figure(found) if found else None


def _figure(found: re.Match[str]) -> Figure | None:
    currency, flag = None, None
    for word in (found["before"], found["after"], found["last"]):
        if not word:
            continue
        letter = _FLAGS.get(word.rstrip(".").casefold())
        if not is_money_sign(word) and letter is None:
            return None
        currency = currency or code_of(word)
        flag = flag or (None if code_of(word) else letter)
    if bool(found["open"]) != bool(found["close"]):
        return None
    number, swiss = found["number"], found["number"].endswith("-")
    number = number.rstrip("-").rstrip(".,")
    signs = found["sign"] + found["inner"] + found["tail"] + ("-" if swiss and found["number"][-2:-1].isdigit() else "")
    is_negative = "-" in signs or bool(found["open"])
    return Figure(number, is_negative, bool(signs) or bool(found["open"]), currency, flag)


@dataclass(frozen=True, slots=True)
class Mark:
    """A decimal mark, and why it is believed."""

    mark: str
    is_certain: bool
    because: str


def decimal_mark(figures: Iterable[Figure], prefer: str | None = None) -> Mark:
    """The decimal mark that all figures of a file allow; ties go to what is preferred, and are not certain."""
    numbers = [figure.number for figure in figures]
    possible = [mark for mark in ".," if _allows(numbers, mark)]
    votes = {mark: sum(_votes(number, mark) for number in numbers) for mark in ".,"}
    if votes["."] != votes[","]:
        best, other = (".", ",") if votes["."] > votes[","] else (",", ".")
        return Mark(best, votes[other] == 0, f"{votes[best]} figures can only be read with {best!r} as decimal mark")
    if len(possible) == 1:
        return Mark(possible[0], True, f"no figure contradicts {possible[0]!r}")
    if not any(char in ".," for number in numbers for char in number):
        return Mark(prefer or ".", True, "all figures are whole")
    return _undecided(numbers, prefer)


def _allows(numbers: list[str], mark: str) -> bool:
    return all(Figure(number, False, False, None, None).value(mark) is not None for number in numbers)


def _votes(number: str, mark: str) -> int:
    """One if this figure cannot be read with the other mark."""
    other = "," if mark == "." else "."
    figure = Figure(number, False, False, None, None)
    return int(figure.value(mark) is not None and figure.value(other) is None)


def _undecided(numbers: list[str], prefer: str | None) -> Mark:
    """Every mark stands before three digits: decimals if small figures bear it too, else thousands."""
    marked = [number for number in numbers if "." in number or "," in number]
    mark = "." if any("." in number for number in marked) else ","
    grouping = "," if mark == "." else "."
    small = [number for number in numbers if len(number.replace(" ", "")) <= 3]
    if any(number.startswith("0") for number in marked):
        return Mark(mark, True, f"a thousand never begins with 0, so {mark!r} is the decimal mark")
    ends = [number[-3:] for number in marked]
    has_cents = all(end[-1] == "0" for end in ends) and any(end[1] != "0" for end in ends)
    if len(marked) == len(numbers) and len(marked) > 2 and not small and prefer == mark and has_cents:
        return Mark(mark, False, f"every figure bears {mark!r} before three digits")
    return Mark(grouping, len(small) > 0, f"{mark!r} stands before three digits everywhere, as thousands do")
