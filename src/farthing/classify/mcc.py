"""Merchant category codes of the card schemes: what a terminal says that its shop sells."""

import re

from farthing.classify.knowledge import lines

_SAID = re.compile(r"\bMCC\s*[:=#]?\s*(\d{4})\b", re.IGNORECASE)
_LAST = 9999


def meaning_of_code(code: str | int) -> str | None:
    """The meaning of a code of four digits, if its group has one."""
    number = int(code) if str(code).isdecimal() else -1
    return next((meaning for first, last, meaning in _groups() if first <= number <= last), None)


def code_in(text: str) -> str | None:
    """A code that a bank wrote into a text, as in “MCC 5411”."""
    found = _SAID.search(text) if "cc" in text.lower() else None
    return found[1] if found else None


_parsed: list[tuple[int, int, str]] = []


def _groups() -> list[tuple[int, int, str]]:
    """First and last code and meaning of each group; single codes stand before the ranges that hold them."""
    if not _parsed:
        for meaning, line in lines("mcc"):
            for part in line.split():
                first, _, last = part.partition("-")
                _parsed.append((int(first), int(last or first), meaning))
        _parsed.sort(key=lambda group: group[1] - group[0])
    return _parsed
