"""A merchant's name out of what a bank wrote, and each step that led to it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from farthing.classify.bank import Ways, ways
from farthing.classify.known import Found, knowledge
from farthing.classify.skeleton import Memo, is_number
from farthing.classify.words import composed, places, words

_PROCESSED = re.compile(r"\s*[*:]+\s*")
_MASK = re.compile(r"[*xX•]{2,}[\s*xX•]*\d{2,6}|\d{4,6}[*xX•]{2,}\d{2,6}")
_DATE = re.compile(r"\d{1,4}[./-]\d{1,2}(?:[./-]\d{1,4})?|\d{1,2}:\d{2}(?::\d{2})?")
_NOISE = re.compile(r"[*_|/\\]+|\s{2,}")
_EDGES = " \t\n,.-:;*_|/\\#()[]'\"+&"
_LONGEST = 60
_REFERENCE_LEAST = 6
_SHOUTED_WORD_MAX = 3


@dataclass(frozen=True, slots=True)
class Step:
    """Something that was taken off or put in place of what was written, and why."""

    said: str
    reason: str


@dataclass(frozen=True, slots=True)
class Cleaning:
    name: str | None
    steps: tuple[Step, ...]


def merchant_of(*texts: str | None) -> str | None:
    """The first text that still says something when the noise is gone."""
    for text in texts:
        if text and (name := _name(text)):
            return name
    return None


def cleaned(text: str) -> Cleaning:
    """The merchant that a text names, with what was done to find it."""
    steps: list[Step] = []
    return Cleaning(_Cleaner(text, steps).name(), tuple(steps))


@lru_cache(maxsize=2_000)
def _exactly(text: str) -> str | None:
    return _Cleaner(text, None).name()


_name: Memo[str | None] = Memo(_exactly, lambda text: knowledge().has_digits(text))


class _Cleaner:
    """Cuts a text from both ends; `steps` are kept where somebody wants to see them."""

    def __init__(self, text: str, steps: list[Step] | None) -> None:
        self._text = composed(text).strip()
        self._steps = steps
        self._ways: Ways = ways()
        self._words = words(self._text)
        self._places = places(self._text)
        self._start, self._end = 0, len(self._words)
        self._is_tail_cut = False

    def name(self) -> str | None:
        if not self._words:
            return None
        if (brand := knowledge().brand(self._words)) is not None:
            return self._branded(brand)
        self._cut_processor()
        self._cut_acts()
        self._cut_tail()
        if self._start >= self._end or all(is_number(word) for word in self._words[self._start : self._end]):
            return None
        return self._written()

    def _branded(self, brand: Found) -> str:
        name = str(brand.entry.name)
        if self._steps is not None:
            self._cut_processor()
            said = self._said(brand.start, brand.end)
            self._note(self._said(self._start, brand.start), "words of the bank")
            self._note(self._said(brand.end, self._end), f"what follows the name {name}")
            self._note(said if said != name else "", f"known as {name}")
        return name

    def _cut_processor(self) -> None:
        """“SUMUP *CAFE” is a café; in “SPOTIFY*P1234” the rest is a reference."""
        split = _PROCESSED.search(self._text) if "*" in self._text or ":" in self._text else None
        if split is None:
            return
        head = next((n for n, (_, end) in enumerate(self._places) if end > split.start()), self._end)
        length = self._ways.processors.before(self._words, head)
        if 0 < head < self._end and length == head - self._start:
            processor = self._ways.processors.get(tuple(self._words[:head]))
            self._note(self._said(0, head), f"{processor} is a payment processor")
            self._start = head

    def _cut_acts(self) -> None:
        """Acts of the bank in front; a word like “the” goes only behind another of them."""
        first = self._start
        while self._start < self._end:
            word = self._words[self._start]
            length = self._ways.length_at(self._words, self._start)
            if length and not (word in self._ways.glue and length == 1 and self._start == first):
                self._start += length
            elif is_number(word):
                self._start += 1
            else:
                break
        self._note(self._said(first, min(self._start, self._end)), "words of the bank")

    def _cut_tail(self) -> None:
        for street in self._ways.streets.intersection(self._words[self._start + 1 : self._end]):
            place = self._words.index(street, self._start + 1)
            self._note(self._said(place, self._end), "address")
            self._end, self._is_tail_cut = place, True
        while self._end > self._start:
            length, reason = self._last()
            if not length:
                return
            self._note(self._said(self._end - length, self._end), reason)
            self._end -= length
            self._is_tail_cut = True

    def _last(self) -> tuple[int, str]:
        """How many words at the end are noise, and of which kind."""
        end = self._end
        if is_number(self._words[end - 1]):
            return 1, "" if self._steps is None else self._number(end - 1)
        if self._words[end - 1] not in self._ways.ends:
            return 0, ""
        if length := self._ways.acts.before(self._words, end):
            return length, "words of the bank"
        if length := self._ways.forms.before(self._words, end):
            return length, "legal form"
        return self._place_named(end - self._start)

    def _place_named(self, room: int) -> tuple[int, str]:
        """A country, a state or a city behind the name."""
        end = self._end
        if room > 1 and self._raw(end - 1) in self._ways.codes:
            return 1, f"country or state {self._raw(end - 1)}"
        length = self._ways.cities.before(self._words, end)
        if 0 < length < room and self._is_placeable(end - length):
            return length, f"city {self._said(end - length, end)}"
        return 0, ""

    def _is_placeable(self, end: int) -> bool:
        """Whether what is left without the city still names somebody: “Hotel Berlin” is a name."""
        if not (self._is_tail_cut or self._text.isupper()):
            return False
        return end - self._start > 1 or knowledge().is_unknown(self._words[self._start])

    def _number(self, place: int) -> str:
        start, end = self._places[place]
        around = self._text[max(start - _LONGEST, 0) : end + 1]
        if any(mask.end() >= len(around) - 1 for mask in _MASK.finditer(around)):
            return "card number"
        word = self._words[place]
        if _DATE.search(self._text[max(start - 3, 0) : end + 3]):
            return "date or time"
        return "reference" if len(word) >= _REFERENCE_LEAST else "store number"

    def _written(self) -> str | None:
        """What is left, as it was written: numbers in the middle go, shouted words become words."""
        start, end = self._places[self._start][0], self._places[self._end - 1][1]
        name = self._text[start:end]
        if not name.isalpha() and any(map(str.isdigit, name)):
            kept = [part for part in _NOISE.sub(" ", _MASK.sub(" ", name)).split() if not is_number(part.strip(_EDGES))]
            self._note(name if len(kept) < len(name.split()) else "", "numbers in between")
            name = " ".join(kept)
        elif not name.isalpha():
            name = " ".join(_NOISE.sub(" ", name).split())
        name = name.strip(_EDGES)
        return _cased(name)[:_LONGEST].strip(_EDGES) or None

    def _said(self, first: int, last: int) -> str:
        """The words from one place to before another, as they were written."""
        if self._steps is None or last <= first:
            return ""
        return self._text[self._places[first][0] : self._places[last - 1][1]]

    def _raw(self, place: int) -> str:
        start, end = self._places[place]
        return self._text[start:end]

    def _note(self, said: str, reason: str) -> None:
        if self._steps is not None and said:
            self._steps.append(Step(said, reason))


def steps_of(texts: Sequence[str | None]) -> tuple[str | None, Cleaning | None]:
    """The text that names the merchant, and how."""
    for text in texts:
        if text and (cleaning := cleaned(text)).name:
            return text, cleaning
    return None, None


def _cased(name: str) -> str:
    """Capitals as a bank shouts them become words; what somebody wrote with care stays."""
    if name.upper() != name:
        return name
    return " ".join(
        word if len(word) <= _SHOUTED_WORD_MAX and word.isalpha() else word.capitalize() for word in name.split()
    )
