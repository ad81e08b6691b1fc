"""Built-in knowledge: what a text is about by the brands and words in it. Whole words and word parts, never pieces."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import cache, lru_cache

from farthing.classify.bank import Ways, ways
from farthing.classify.knowledge import BRANDS, WORDS, entries
from farthing.classify.meanings import Side, meanings
from farthing.classify.phrases import Phrases
from farthing.classify.skeleton import is_number, zeroed
from farthing.classify.words import german_spellings, spellings, words

Shape = tuple[str, ...]
"""A text as far as the knowledge reaches: the words that it knows, and marks for those that it does not."""
UNKNOWN, NUMBER = "?", "0"
_LONGEST_SHAPE = 24
_SHORT = 3
_ADJACENT = 2
_STEM_LEAST = 3


class Place(StrEnum):
    ANY = ""
    FIRST = "^"
    ALONE = "="


class Sure(IntEnum):
    """How often an answer of each kind is right, in per cent, as measured on labelled texts of several countries."""

    BRAND = 92
    PHRASE = 88
    WORD = 82
    STEM = 80
    REFUND = 75
    WEAK = 65


class How(StrEnum):
    """Why an answer is given."""

    WORD = "the word “{}”"
    BRAND = "“{}” is known"
    REFUND = "money back from “{}”"
    CODE = "the merchant code {}"


@dataclass(frozen=True, slots=True)
class Entry:
    """What a phrase of the knowledge means; a brand has a name."""

    meaning: str
    sure: Sure
    place: Place = Place.ANY
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    entry: Entry
    start: int
    end: int
    said: str

    @property
    def is_brand(self) -> bool:
        return self.entry.sure is Sure.BRAND


@dataclass(frozen=True, slots=True)
class Answer:
    """A meaning, how sure it is, and the words that say it."""

    meaning: str
    sure: int
    said: str
    how: How

    @property
    def reason(self) -> str:
        return self.how.format(self.said)


_OF_ANY_SHOP = {"groceries", "shopping", "furniture", "household", "electronics", "sport", "clothes"}
_OF_A_DEPARTMENT = {
    "fuel",
    "pharmacy",
    "insurance",
    "telecom",
    "travel",
    "cafes",
    "restaurants",
    "parking",
    "carhire",
    "doctors",
}
_BROAD = {
    "shopping",
    "fees",
    "subscriptions",
    "travel",
    "education",
    "entertainment",
    "sport",
    "household",
    "utilities",
    "groceries",
    "debts",
    "car",
}
_FOOD = {"restaurants", "cafes", "bakery", "groceries"}


class Knowledge:
    """Brands and words of all languages, indexed once."""

    def __init__(self, ways: Ways) -> None:
        self._ways = ways
        self._phrases: Phrases[Entry] = Phrases()
        self._heads: dict[str, Entry] = {}
        self._tails: dict[str, Entry] = {}
        self._common = {spelling for _, text in entries("common") for spelling in spellings(text)}
        self._sides = {slug: meaning.side for slug, meaning in meanings().items()}
        for language in WORDS:
            self._learn_words(language)
        for region in BRANDS:
            self._learn_brands(region)
        self._digits: Phrases[bool] = Phrases()
        for spelling in self._phrases.every():
            if any(any(map(str.isdigit, word)) for word in spelling):
                self._digits.add(tuple(map(zeroed, spelling)), True)
        self._relevant = self._phrases.words | ways.acts.words | ways.own.words | ways.tails
        self._lengths = sorted({len(stem) for stem in self._heads}), sorted({len(stem) for stem in self._tails})
        self._tokens: dict[str, str] = {}

    def _learn_words(self, language: str) -> None:
        for meaning, text in entries("words", language):
            is_weak, plain = text.startswith("?"), text.strip("?*")
            for spelling in german_spellings(plain) if language == "german" else spellings(plain):
                if text.endswith("*") and len(spelling) == 1:
                    self._heads.setdefault(spelling[0], Entry(meaning, Sure.STEM))
                elif text.startswith("*") and len(spelling) == 1:
                    self._tails.setdefault(spelling[-1], Entry(meaning, Sure.STEM))
                    self._phrases.add(spelling, Entry(meaning, Sure.WORD))
                else:
                    self._phrases.add(spelling, Entry(meaning, _sureness(spelling, is_weak=is_weak)))

    def _learn_brands(self, region: str) -> None:
        for meaning, text in entries("brands", region):
            parts = [part.strip() for part in text.split("|")]
            name = parts[0].lstrip("^=")
            alone = {part[1:] for part in parts if part.startswith("=")}
            for part in parts:
                plain = part.lstrip("^=")
                for spelling in spellings(plain):
                    place = self._place(part, spelling, is_alone=plain in alone)
                    self._phrases.add(spelling, Entry(meaning, Sure.BRAND, place, name))

    def _place(self, part: str, spelling: tuple[str, ...], *, is_alone: bool) -> Place:
        if is_alone or spelling in self._common:
            return Place.ALONE
        letters = sum(map(len, spelling))
        return Place.FIRST if part.startswith("^") or letters <= _SHORT else Place.ANY

    def shape(self, text: str) -> Shape:
        return self.shaped(words(text))

    def shaped(self, words: Sequence[str]) -> Shape:
        known = self._tokens
        shape = []
        for word in words[:_LONGEST_SHAPE]:
            token = known.get(word)
            shape.append(self._token(word) if token is None else token)
        return tuple(shape)

    def _token(self, word: str) -> str:
        if word in self._relevant:
            token = word
        elif not word.isalpha():
            return NUMBER
        else:
            token = word if self._stem(word) else UNKNOWN
        if len(self._tokens) < 200_000:  # noqa: PLR2004  words are few; references that look like words are not
            self._tokens[word] = token
        return token

    def _stem(self, word: str) -> Entry | None:
        if len(word) <= _STEM_LEAST:
            return None
        heads, tails = self._lengths
        for length in reversed(heads):
            if length <= len(word) and (entry := self._heads.get(word[:length])):
                return entry
        for length in reversed(tails):
            if length < len(word) and (entry := self._tails.get(word[-length:])):
                return entry
        return None

    def found(self, shape: Shape) -> list[Found]:
        """What stands in a text, from left to right; the longest phrase at each place counts."""
        found, place, is_first = [], 0, True
        while place < len(shape):
            here, length = self._at(shape, place, is_first=is_first)
            if here is not None:
                found.append(here)
            is_first = is_first and here is None and length > 0
            place += max(length, 1)
        return found

    def _at(self, shape: Shape, place: int, *, is_first: bool) -> tuple[Found | None, int]:
        """What begins here, and how many words are understood; acts of a bank are understood and mean nothing."""
        if shape[place] == NUMBER:
            return None, 1
        act = max((length for length, _ in self._ways.acts.at(shape, place)), default=0)
        for length, entry in self._phrases.at(shape, place):
            if length < act or not self._may_stand(entry, shape, place, length, is_first=is_first):
                continue
            return Found(entry, place, place + length, " ".join(shape[place : place + length])), length
        if not act and shape[place] != UNKNOWN and (stem := self._stem(shape[place])):
            return Found(stem, place, place + 1, shape[place]), 1
        return None, act

    def _may_stand(self, entry: Entry, shape: Sequence[str], place: int, length: int, *, is_first: bool) -> bool:
        if entry.place is Place.ANY:
            return True
        if entry.place is Place.FIRST or not is_first:
            return is_first
        rest = shape[place + length :]
        return all(word in self._ways.tails or (word != UNKNOWN and is_number(word)) for word in rest)

    def is_between_own(self, shape: Shape) -> bool:
        """Whether a text speaks of moving money rather than of spending or earning it."""
        return any(self._ways.own.at(shape, place) for place in range(len(shape)))

    def answer(self, shape: Shape, side: Side) -> Answer | None:
        found = self.found(shape)
        if side is Side.INCOME:
            return self._income(found, shape)
        if self.is_between_own(shape):
            return None
        return self._best([one for one in found if self._sides[one.entry.meaning] is Side.EXPENSE])

    def _income(self, found: Sequence[Found], shape: Shape) -> Answer | None:
        earned = [one for one in found if self._sides[one.entry.meaning] is Side.INCOME]
        if earned:
            return self._best(earned)
        brands = [one for one in found if one.is_brand]
        if not brands or self.is_between_own(shape):
            return None
        return Answer(brands[0].entry.meaning, Sure.REFUND, brands[0].said, How.REFUND)

    def _best(self, found: Sequence[Found]) -> Answer | None:
        brand = next((one for one in found if one.is_brand), None)
        if brand is not None:
            best = _department(brand, found) or brand
        elif (chosen := _chosen(found)) is not None:
            best = chosen
        else:
            return None
        how = How.BRAND if best.is_brand else How.WORD
        return Answer(best.entry.meaning, best.entry.sure, best.said, how)

    def brand(self, words: Sequence[str]) -> Found | None:
        """The brand that a text begins with, after the words of the bank."""
        place = 0
        while place < len(words):
            if found := self._brand_at(words, place):
                return found
            act = self._ways.acts.at(words, place)
            if not act and not is_number(words[place]):
                return None
            place += act[0][0] if act else 1
        return None

    def _brand_at(self, words: Sequence[str], place: int) -> Found | None:
        for length, entry in self._phrases.at(words, place):
            if self._may_stand(entry, words, place, length, is_first=True):
                said = " ".join(words[place : place + length])
                return Found(entry, place, place + length, said) if entry.sure is Sure.BRAND else None
        return None

    def has_digits(self, text: str) -> bool:
        """Whether a name with digits may stand here, such as Rema 1000."""
        plain = words(zeroed(text))
        return self._digits.begin_in(plain) and any(self._digits.at(plain, place) for place in range(len(plain)))

    def is_unknown(self, word: str) -> bool:
        return self._phrases.get((word,)) is None and self._stem(word) is None


@cache
def knowledge() -> Knowledge:
    return Knowledge(ways())


@lru_cache(maxsize=100_000)
def answer(shape: Shape, side: Side) -> Answer | None:
    return knowledge().answer(shape, side)


def _sureness(spelling: tuple[str, ...], *, is_weak: bool) -> Sure:
    if is_weak or (len(spelling) == 1 and len(spelling[0]) < _SHORT):
        return Sure.WEAK
    return Sure.PHRASE if len(spelling) > 1 else Sure.WORD


def _department(brand: Found, found: Sequence[Found]) -> Found | None:
    """A part of a shop that sells another thing: the fuel station of a supermarket."""
    if brand.entry.meaning not in _OF_ANY_SHOP:
        return None
    near = (one for one in found if 0 <= one.start - brand.end < _ADJACENT)
    return next((one for one in near if one.entry.meaning in _OF_A_DEPARTMENT and one.entry.sure > Sure.WEAK), None)


def _chosen(found: Sequence[Found]) -> Found | None:
    """The one thing that words agree on; a phrase says more than a word, a narrow word more than a broad one."""
    best = _surest(found)
    if len({one.entry.meaning for one in best}) > 1:
        best = [one for one in best if one.entry.meaning not in _BROAD] or best
    kinds = {one.entry.meaning for one in best}
    return best[0] if len(kinds) == 1 or (kinds and kinds <= _FOOD) else None


def _surest(found: Sequence[Found]) -> list[Found]:
    levels: Iterator[list[Found]] = (
        [one for one in found if one.entry.sure in level]
        for level in ((Sure.PHRASE,), (Sure.WORD, Sure.STEM), (Sure.WEAK,))
    )
    return next((level for level in levels if level), [])
