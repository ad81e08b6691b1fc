"""Text folded to plain letters and cut into tokens: by it search, names and merchants are recognised."""

import unicodedata

TOKEN_MAX = 64
"""Longer runs are cut into tokens of this length: PostgreSQL's words and index entries are bounded."""

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
_UNSPACED = ("CJK UNIFIED", "HIRAGANA", "KATAKANA")
"""Scripts written without blanks: each character is a token, so that a phrase finds it anywhere in a sentence."""


class _PlainLetters(dict[int, str | None]):
    """What becomes of a decomposed character: marks, the unseen and the unstorable go, letters turn plain."""

    def __missing__(self, code: int) -> str | None:
        letter = chr(code)
        is_lost = unicodedata.category(letter) in {"Mn", "Me", "Cf", "Cs"} or letter == "\0"
        self[code] = None if is_lost else _PLAIN.get(letter, letter)
        return self[code]


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


_plain_letters = _PlainLetters()
_token_letters = _TokenLetters()


def fold(text: str) -> str:
    """Without case, diacritics and typographic variants: what two spellings of the same have in common."""
    if text.isascii():
        return text.lower().replace("\0", "")
    return _decompose(_decompose(text).casefold()).translate(_plain_letters)


def tokens(text: str) -> list[str]:
    """The runs of letters and digits of any script, folded."""
    plain = fold(text).translate(_token_letters)
    words = plain.split()
    if len(plain) <= TOKEN_MAX or all(len(word) <= TOKEN_MAX for word in words):
        return words
    return [word[start : start + TOKEN_MAX] for word in words for start in range(0, len(word), TOKEN_MAX)]


def _decompose(text: str) -> str:
    return unicodedata.normalize("NFKD", text)
