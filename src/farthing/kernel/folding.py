"""Text folded to plain letters: what two spellings of the same have in common."""

import unicodedata
from functools import lru_cache

_KEPT_MAX = 10_000
"""Names of categories, tags and merchants come again and again."""
_PLAIN = {
    "ł": "l",
    "ø": "o",
    "æ": "ae",
    "œ": "oe",
    "đ": "d",
    "ð": "d",
    "þ": "th",
    "\u0131": "i",
    "ħ": "h",
    "ŧ": "t",
    "ŋ": "n",
    "ĸ": "k",
    "ƶ": "z",
    "ƀ": "b",
    "ɨ": "i",
    "ǥ": "g",
}
"""Letters that Unicode does not take apart into a plain one and a mark."""


class _PlainLetters(dict[int, str | None]):
    """What becomes of a decomposed character: marks, the unseen and the unstorable go, letters turn plain."""

    def __missing__(self, code: int) -> str | None:
        letter = chr(code)
        is_lost = unicodedata.category(letter) in {"Mn", "Me", "Cf", "Cs"} or letter == "\0"
        self[code] = None if is_lost else _PLAIN.get(letter, letter)
        return self[code]


_plain_letters = _PlainLetters()


def fold(text: str) -> str:
    """Without case, diacritics and typographic variants: what two spellings of the same have in common."""
    if text.isascii():
        return text.lower().replace("\0", "")
    return _decompose(_decompose(text).casefold()).translate(_plain_letters)


@lru_cache(maxsize=_KEPT_MAX)
def name_key(name: str, longest: int = 100) -> str:
    """By which a name is found again, however it is typed; it fits the column that keeps it."""
    return " ".join(fold(name).split())[:longest].rstrip()


def _decompose(text: str) -> str:
    return unicodedata.normalize("NFKD", text)
