"""What of a transaction hints at its category, as strings that a model counts."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from farthing.classify.bank import ways
from farthing.classify.known import answer, knowledge
from farthing.classify.meanings import Side
from farthing.classify.merchants import merchant_of
from farthing.classify.skeleton import is_number, skeleton
from farthing.classify.words import words

_WORDS_MAX = 8
_PREFIX = 5
_WORD_MIN = 3


class Asked(NamedTuple):
    """A transaction as far as its category depends on it; `name` is the merchant's, if that is known already."""

    side: Side
    merchant: str | None = None
    payee: str | None = None
    description: str | None = None
    amount: int = 0
    account: str = ""
    weekday: int = 0
    name: str | None = None

    @property
    def texts(self) -> tuple[str | None, str | None, str | None]:
        return self.merchant, self.payee, self.description

    def named(self) -> str | None:
        return self.name or merchant_of(self.merchant, self.payee, self.description)


@dataclass(frozen=True, slots=True)
class Hints:
    """Features of the texts: the merchant's own, what the knowledge makes of it, words."""

    merchant: str | None
    meaning: str | None
    words: tuple[str, ...]


def hints(asked: Asked, name: str | None) -> Hints:
    return _hints(asked.side, name, *(skeleton(text) if text else None for text in asked.texts))


@lru_cache(maxsize=50_000)
def _hints(side: Side, name: str | None, *texts: str | None) -> Hints:
    spoken = [*_words(name), *(word for text in texts for word in _words(text))]
    parts = _words(name)
    mark = side[0]
    pairs = [f"b:{mark}:{first} {second}" for first, second in pairwise(parts)]
    prefix = [f"p:{mark}:{parts[0][:_PREFIX]}"] if parts and len(parts[0]) > _PREFIX else []
    distinct = [f"w:{mark}:{word}" for word in dict.fromkeys(spoken)][:_WORDS_MAX]
    found = meaning_of((name, *texts), side)
    return Hints(merchant_feature(side, name), f"k:{mark}:{found}" if found else None, (*distinct, *pairs[:2], *prefix))


def meaning_of(texts: tuple[str | None, ...], side: Side) -> str | None:
    answers = (answer(knowledge().shape(text), side) for text in texts if text)
    return next((found.meaning for found in answers if found), None)


def merchant_feature(side: Side, name: str | None) -> str | None:
    return f"m:{side[0]}:{' '.join(words(name))}" if name else None


def row_features(asked: Asked, merchant: str | None) -> Iterator[str]:
    """What tells apart two purchases at one merchant: how much, from which account, on which day."""
    bucket = abs(asked.amount).bit_length() * 2 + (abs(asked.amount) >> max(abs(asked.amount).bit_length() - 2, 0) & 1)
    yield f"x:{merchant}:{abs(asked.amount)}"
    yield f"a:{merchant}:{bucket}"
    yield f"c:{merchant}:{asked.account}"
    yield f"d:{merchant}:{asked.weekday}"


def _words(text: str | None) -> list[str]:
    acts = ways().acts.words
    return [w for w in words(text or "") if len(w) >= _WORD_MIN and w not in acts and not is_number(w)]
