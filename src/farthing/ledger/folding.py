"""Text as search sees it: folded to plain letters, cut into tokens, with the fields of a transaction kept apart.

Both databases index the same column and split it at blanks alone, so what is a token is decided here and nowhere else.
"""

import unicodedata
from functools import lru_cache

from farthing.kernel.folding import fold, name_key

__all__ = ["FIELDS", "FIELD_MAX", "SEPARATOR", "TOKEN_MAX", "fold", "name_key", "search_text", "tag_key", "tokens"]

TOKEN_MAX = 64
"""Longer runs are cut into tokens of this length: PostgreSQL's words and index entries are bounded."""
FIELD_MAX = 4000
"""Characters of one field that are searched, as many as a note may have; words beyond are left out."""
SEPARATOR = "|"
"""Stands between fields. It is no letter, so no phrase reaches over it."""
_BETWEEN = f" {SEPARATOR} "
FIELDS = ("description", "payee", "merchant", "der_merchant", "location", "reference", "note")
"""What of a transaction is searched, in the order of `search_text`; searching one field counts separators."""

_UNSPACED = ("CJK UNIFIED", "HIRAGANA", "KATAKANA")
"""Scripts written without blanks: each character is a token, so that a phrase finds it anywhere in a sentence."""


class _TokenLetters(dict[int, str]):
    """What becomes of a folded character in tokens: a letter, digit or vowel sign stays, anything else is a blank."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        if unicodedata.name(letter, "").startswith(_UNSPACED):
            self[code] = f" {letter} "
        else:
            is_kept = letter.isalnum() or unicodedata.category(letter) == "Mc"
            self[code] = letter if is_kept else " "
        return self[code]


_token_letters = _TokenLetters()


def tokens(text: str) -> list[str]:
    """The runs of letters and digits of any script, folded."""
    plain = fold(text).translate(_token_letters)
    words = plain.split()
    if len(plain) <= TOKEN_MAX or all(len(word) <= TOKEN_MAX for word in words):
        return words
    return [word[start : start + TOKEN_MAX] for word in words for start in range(0, len(word), TOKEN_MAX)]


def search_text(*parts: str | None) -> str:
    """The column that is searched: tokens with single blanks between them, a separator between parts.

    Of a transaction the parts are its `FIELDS`, in their order.
    """
    first, *others = parts or (None,)
    said = _words(first) if first else ""  # a description is seldom twice the same
    return _BETWEEN.join([said, *[_field(part) if part else "" for part in others]]).replace("  ", " ").strip()


def tag_key(name: str) -> str:
    """The same for a tag, whose column is shorter."""
    return name_key(name, 50)


@lru_cache(maxsize=60_000)
def _field(part: str) -> str:
    """Payees and merchants come again and again."""
    return _words(part)


def _words(part: str) -> str:
    words = " ".join(tokens(part))
    return words if len(words) <= FIELD_MAX else words[:FIELD_MAX].rpartition(" ")[0]
