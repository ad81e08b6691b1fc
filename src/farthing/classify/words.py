"""A text as words: folded, without punctuation, each with where it stands."""

import re
import unicodedata

from farthing.kernel.folding import fold

_WORD = re.compile(r"[^\W_]+(?:['\u2019`\u00b4\u02bb\u02bc][^\W_]+)*")
_JOINING = str.maketrans("", "", "'\u2019`\u00b4\u02bb\u02bc")
LONGEST = 300
"""Letters of a text that are looked at; names and kinds stand in front."""
_KEPT_MAX = 200_000


class _Folded(dict[str, str]):
    """Folded words by what was written; words come again and again, references do not and are short to fold."""

    def __missing__(self, word: str) -> str:
        folded = word.lower() if word.isascii() and word.isalnum() else fold(word.translate(_JOINING))
        if len(self) < _KEPT_MAX and word.isalpha():
            self[word] = folded
        return folded


_folded = _Folded()


def composed(text: str) -> str:
    """Letters and their marks as one, and no more of them than say something."""
    text = text[:LONGEST]
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def words(text: str) -> list[str]:
    """What two spellings of the same have in common: “McDonald's” and “MCDONALDS” are one word."""
    return [_folded[word] for word in _WORD.findall(composed(text))]


def places(text: str) -> list[tuple[int, int]]:
    """Where each word of a composed text begins and ends."""
    return [match.span() for match in _WORD.finditer(text)]


def umlauted(text: str) -> str:
    """As people write it where umlauts are missing: ä as ae."""
    for letter, plain in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("Ä", "Ae"), ("Ö", "Oe"), ("Ü", "Ue")):
        text = text.replace(letter, plain)
    return text


def spellings(text: str) -> set[tuple[str, ...]]:
    """The ways in which an entry of the knowledge may stand in a text."""
    plain = tuple(text.lower().split())
    if text.isascii() and "".join(plain).isalnum():
        return {plain}
    if text.isascii():
        return {tuple(words(text))} - {()}
    return {tuple(words(text)), tuple(words(umlauted(text)))} - {()}


def german_spellings(text: str) -> set[tuple[str, ...]]:
    """The same where the knowledge itself may write ae for ä."""
    if "e" not in text:
        return spellings(text)
    plain = text
    for umlaut, letter in (("ae", "a"), ("oe", "o"), ("ue", "u")):
        plain = plain.replace(umlaut, letter)
    return spellings(text) if plain == text else spellings(text) | spellings(plain)
