"""Names of columns and labels of rows, folded so that a vocabulary finds them whatever their case, accents, spaces."""

import re
import unicodedata
from functools import cache, lru_cache

_LETTERS_WITHOUT_ACCENT = str.maketrans({"ł": "l", "ø": "o", "ß": "ss", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i"})
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])")
_NOT_WORD = re.compile(r"[^\w\ufffd%#+]+|_")
_WHOLE_WORD_MAX = 4
"""Shorter words must stand alone; longer ones may be part of a compound, as German and Finnish make them."""


@lru_cache(maxsize=8192)
def folded(text: str) -> str:
    """Lower case, no accents, words parted by one space; U+FFFD stays, it may be any letter."""
    spaced = _HUMP.sub(" ", unicodedata.normalize("NFKC", text)).replace("#", " # ")
    lower = spaced.casefold().translate(_LETTERS_WITHOUT_ACCENT)
    bare = "".join(c for c in unicodedata.normalize("NFD", lower) if not _is_accent(c))
    return " ".join(_NOT_WORD.sub(" ", unicodedata.normalize("NFC", bare)).split())


def _is_accent(char: str) -> bool:
    """Marks of Latin, Greek and Cyrillic letters; the voicing marks of kana make another letter."""
    return "\u0300" <= char <= "\u036f"


@lru_cache(maxsize=65536)
def fit(name: str, terms: tuple[str, ...]) -> float:
    """How well a name is covered by the best of the terms: 0 not at all, 2 when it is the name."""
    key = folded(name)
    if not key or ("\ufffd" not in key and not _any_of(terms).search(key)):
        return 0.0
    return max(_fit_one(key, term) for term in terms)


@cache
def _any_of(terms: tuple[str, ...]) -> re.Pattern[str]:
    """A quick look whether one of the terms stands in a text at all."""
    return re.compile("|".join(re.escape(term) for term in terms))


def _fit_one(key: str, term: str) -> float:
    if key == term:
        return 2.0
    if not _is_within(key, term):
        return 0.0
    return 0.5 + len(term) / max(len(key), len(term))


def _is_within(key: str, term: str) -> bool:
    if "\ufffd" in key:
        return _is_within_damaged(key, term)
    if _is_cjk(term):
        return term in key
    if " " in term:
        return f" {term}{_end_of(term)}" in f" {key} "
    if len(term) > _WHOLE_WORD_MAX:
        return term in key
    return term in key.split(" ")


def _end_of(term: str) -> str:
    """A short last word must be whole; a long one may be inflected."""
    return " " if len(term.rpartition(" ")[2]) <= _WHOLE_WORD_MAX else ""


def _is_within_damaged(key: str, term: str) -> bool:
    """Whether a term begins or ends with a word of the name, where a lost letter may be any, and may have left two."""
    for start in range(len(key)):
        begins = start == 0 or key[start - 1] == " "
        if any(begins or end == len(key) or key[end] == " " for end in _ends(key, start, term)):
            return True
    return False


def _ends(key: str, start: int, term: str) -> set[int]:
    """Where the term may end if it begins here."""
    ends = {start}
    for char in term:
        met = {end + 1 for end in ends if key[end : end + 1] in {char, "\ufffd"} and end < len(key)}
        ends = met | {end + 1 for end in met if key[end : end + 1] == "\ufffd"}
        if not ends:
            break
    return ends


@lru_cache(maxsize=16384)
def _is_cjk(text: str) -> bool:
    return any("\u3040" <= char <= "\u9fff" or "\uac00" <= char <= "\ud7a3" for char in text)


def terms(*lines: str) -> tuple[str, ...]:
    """Terms written as in their languages, parted by commas, folded as names are."""
    found = (folded(term) for line in lines for term in line.split(","))
    return tuple(dict.fromkeys(term for term in found if term))


@lru_cache(maxsize=16384)
def has_any(text: str, vocabulary: tuple[str, ...]) -> bool:
    """Whether one of the terms stands in a longer text as whole words, or at their beginning when it is long."""
    key = f" {folded(text)} "
    return bool(_any_of(vocabulary).search(key)) and any(_stands_in(key, term) for term in vocabulary)


def _stands_in(key: str, term: str) -> bool:
    if _is_cjk(term):
        return term in key
    return (f" {term}" if len(term) > _WHOLE_WORD_MAX else f" {term} ") in key
