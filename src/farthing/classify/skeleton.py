"""What thousands of bank texts have in common: their words. Numbers differ from line to line and mean nothing."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Generic, TypeVar

Result = TypeVar("Result")
_ZEROES = str.maketrans("123456789", "000000000")
_NUMBER = re.compile(r"[*#(]*[0-9A-Za-z]+[.,;)]*")
"""One number or reference between blanks, with nothing in it that parts words."""
_NUMBERS_MIN = 2
_REFERENCE_MIN = 6
_KEPT_MAX = 100_000
_SEEN_MAX = 256
"""Several ask about one text, one after another."""


def zeroed(text: str) -> str:
    return text.translate(_ZEROES)


def is_number(word: str) -> bool:
    """Digits, a run in which they prevail, or a long one with some: a store, a date, a reference."""
    if word.isalpha():
        return False
    digits = sum(map(str.isdigit, word))
    if digits * 2 > len(word):
        return True
    return (digits >= _NUMBERS_MIN and len(word) >= _REFERENCE_MIN) or not any(map(str.isalpha, word))


class _Parts(dict[str, str]):
    """What stands for each run between blanks: itself, or a zero for a number."""

    def __missing__(self, part: str) -> str:
        shown = "0" if _NUMBER.fullmatch(part) and is_number(part.strip("*#.,;()")) else part
        if len(self) < _KEPT_MAX and shown is part:
            self[part] = shown
        return shown


_parts = _Parts()


@lru_cache(maxsize=_SEEN_MAX)
def skeleton(text: str) -> str:
    return " ".join([_parts[part] for part in text.split()])


class Memo(Generic[Result]):
    """Remembers answers about texts by their skeletons, where their digits do not matter."""

    def __init__(self, ask: Callable[[str], Result], is_exact: Callable[[str], bool]) -> None:
        self._ask = ask
        self._is_exact = is_exact
        self._by_zeroes: dict[str, Result] = {}
        self._by_words: dict[str, Result] = {}

    def __call__(self, text: str) -> Result:
        zeroes = text.translate(_ZEROES)
        known = self._by_zeroes
        if zeroes in known:
            return known[zeroes]
        words = skeleton(text)
        if words in self._by_words:
            return self._keep(zeroes, self._by_words[words])
        answer = self._ask(text)
        if self._is_exact(text):
            return answer
        if len(self._by_words) >= _KEPT_MAX:
            self._by_words.clear()
        self._by_words[words] = answer
        return self._keep(zeroes, answer)

    def _keep(self, zeroes: str, answer: Result) -> Result:
        if len(self._by_zeroes) >= _KEPT_MAX:
            self._by_zeroes.clear()
        self._by_zeroes[zeroes] = answer
        return answer
