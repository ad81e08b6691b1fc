"""An index of runs of words: the longest that stands at a place is found in one look."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Generic, TypeVar

Value = TypeVar("Value")
Phrase = tuple[str, ...]


class Phrases(Generic[Value]):
    def __init__(self) -> None:
        self._by_first: dict[str, dict[Phrase, Value]] = {}
        self._lengths: dict[str, tuple[int, ...]] = {}
        self.words: set[str] = set()
        self.ends: set[str] = set()

    def add(self, phrase: Phrase, value: Value) -> None:
        """Keep it, unless the same words mean something already."""
        known = self._by_first.setdefault(phrase[0], {})
        if phrase not in known:
            known[phrase] = value
            if len(phrase) not in (lengths := self._lengths.get(phrase[0], ())):
                self._lengths[phrase[0]] = tuple(sorted((*lengths, len(phrase)), reverse=True))
            self.words.update(phrase)
            self.ends.add(phrase[-1])

    def begin_in(self, words: Iterable[str]) -> bool:
        """Whether any of these words is the first of a phrase: most texts have none, and are done with."""
        return not self._by_first.keys().isdisjoint(words)

    def get(self, phrase: Phrase) -> Value | None:
        return self._by_first.get(phrase[0], {}).get(phrase)

    def every(self) -> Iterator[Phrase]:
        return (phrase for known in self._by_first.values() for phrase in known)

    def at(self, words: Sequence[str], place: int) -> list[tuple[int, Value]]:
        """The phrases that begin here with their lengths, the longest first."""
        first = words[place]
        if (lengths := self._lengths.get(first)) is None:
            return []
        known = self._by_first[first]
        room = len(words) - place
        runs = ((length, tuple(words[place : place + length])) for length in lengths if length <= room)
        return [(length, known[run]) for length, run in runs if run in known]

    def before(self, words: Sequence[str], end: int, longest: int = 5) -> int:
        """The length of the longest phrase that ends here; 0 if none does."""
        if words[end - 1] not in self.ends:
            return 0
        for length in range(min(longest, end), 0, -1):
            known = self._by_first.get(words[end - length])
            if known and tuple(words[end - length : end]) in known:
                return length
        return 0
