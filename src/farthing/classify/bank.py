"""The ways of banks: their words for kinds of transactions, processors, legal forms, what trails a name."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from farthing.classify.knowledge import entries
from farthing.classify.phrases import Phrases
from farthing.classify.words import german_spellings


@dataclass(frozen=True, slots=True)
class Ways:
    acts: Phrases[str]
    own: Phrases[str]
    processors: Phrases[str]
    forms: Phrases[str]
    cities: Phrases[str]
    codes: frozenset[str]
    glue: frozenset[str]
    """Words that banks write between others, and names begin with."""
    streets: frozenset[str]
    """Words that an address begins with."""
    tails: frozenset[str]
    """Single words that may follow a brand's name without making it another name."""
    ends: frozenset[str]
    """The last words of all that may trail a name."""

    def length_at(self, words: Sequence[str], place: int) -> int:
        """How many words from here on only say what kind of transaction it is."""
        found = (*self.acts.at(words, place)[:1], *self.own.at(words, place)[:1])
        return max((length for length, _ in found), default=0)


@cache
def ways() -> Ways:
    acts, own, processors, forms, cities = (Phrases[str]() for _ in range(5))
    kept = {"acts": acts, "own": own, "processors": processors, "forms": forms, "cities": cities}
    tails: set[str] = set()
    for section, entry in (*entries("bank"), *entries("places")):
        name, *others = (part.strip() for part in entry.split("|"))
        for spelling in {one for text in (others or [name]) for one in german_spellings(text)}:
            if section in kept:
                kept[section].add(spelling, name)
            tails.update(spelling if section != "own" else ())
    codes = _single("places", "codes")
    lower = {code.lower() for code in codes}
    ends = acts.ends | forms.ends | cities.ends | lower
    return Ways(
        acts,
        own,
        processors,
        forms,
        cities,
        codes,
        _single("bank", "glue"),
        _single("places", "streets"),
        tails=frozenset(tails | lower),
        ends=frozenset(ends),
    )


def _single(name: str, wanted: str) -> frozenset[str]:
    return frozenset(entry for section, entry in entries(name) if section == wanted)
