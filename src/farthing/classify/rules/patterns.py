"""Regular expressions of people: a language that we know whole, matched under a time limit.

The engine is `regex`, because it stops at a time limit; `re` does not, and RE2 was slower on short texts and took
seconds over patterns like `(a|b|c)` two thousand times. Its time limit costs more than most searches, so a pattern is
first read by us: for texts that every match must contain, which are found much faster; for whether it could take long
at all on a short text; and for how large it would grow when compiled, because that has no time limit.
"""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import regex

from farthing.classify.rules.errors import RuleInvalid, TimeIsUp
from farthing.kernel.folding import fold

PATTERN_MAX = 1000
_SIZE_MAX = 5000
"""So many characters, repetitions written out, compile in milliseconds."""
_DEPTH_MAX = 50
_NEEDLES_MAX = 30
_NEEDLE_MIN = 2
_TAMED_TEXT_MAX = 200
_TAMED_WAYS_MAX = _TAMED_TEXT_MAX**2
_WILD = 10**9
"""A pattern that can be tried in so few ways on a short text takes milliseconds at worst: the time limit of the whole
is looked at between the texts, and the engine's own is not needed."""
_TEXTS_AT_ONCE = 8

_TOKEN = regex.compile(
    r"""(?P<escape>\\[dDwWsSbBAZtn]|\\[1-9])
      | (?P<letters>\\[pP]\{\w+\})
      | \\(?P<plain>\W)
      | (?P<set>\[\^?\]?(?:\\.|[^\]\\\[])*\])
      | (?P<open>\((?:\?(?:[:=!>]|<[=!]|P?<[A-Za-z_]\w*>))?(?![?*+]))
      | (?P<close>\))
      | (?P<or>\|)
      | (?P<times>(?:[*+?]|\{\d+(?:,\d*)?\}|\{,\d+\})[+?]?)
      | (?P<any>[.^$])
      | (?P<letter>[^\\\[\](){}*+?|.^$])""",
    regex.VERBOSE | regex.DOTALL,
)
_LOOKING = ("(?=", "(?!", "(?<=", "(?<!")

Needles = frozenset[str]
"""Folded texts of which every match contains one; none at all where that cannot be told."""


class Stopwatch:
    """What is left of the time that one rule may take, in seconds of computing."""

    def __init__(self, limit_s: float, now: Callable[[], float] = time.thread_time) -> None:
        self._limit_s, self._now = limit_s, now
        self._end = now() + limit_s

    def restart(self) -> None:
        self._end = self._now() + self._limit_s

    def left_s(self) -> float:
        left = self._end - self._now()
        if left <= 0:
            raise TimeIsUp
        return left


class Expression:
    """A pattern, ready to be searched for in texts as they are written and, if it has letters, in their folded form."""

    def __init__(self, pattern: str) -> None:
        part = _read(pattern)
        self.needles = part.needles
        self._has_letters, self._is_tame = part.has_letters, part.ways <= _TAMED_WAYS_MAX
        try:
            self._compiled = regex.compile(pattern, regex.IGNORECASE | regex.VERSION0)
        except (regex.error, ValueError, OverflowError) as error:
            raise RuleInvalid(f"{pattern!r} is not a regular expression: {error}.") from error

    def among(self, texts: Sequence[tuple[str, str]], watch: Stopwatch) -> Iterator[int]:
        """Which of some texts it is in; each comes with its folded form."""
        search, has_letters = self._compiled.search, self._has_letters
        longest = _TAMED_TEXT_MAX if self._is_tame else -1
        for start in range(0, len(texts), _TEXTS_AT_ONCE):
            watch.left_s()
            for place, (text, folded) in enumerate(texts[start : start + _TEXTS_AT_ONCE], start):
                if len(text) > longest:
                    is_in: object = self._is_in(text, folded, watch)
                else:
                    is_in = search(text) or (has_letters and not text.isascii() and search(folded))
                if is_in:
                    yield place

    def _is_in(self, text: str, folded: str, watch: Stopwatch) -> bool:
        also_folded = self._has_letters and not text.isascii()
        return self._search(text, watch) or (also_folded and self._search(folded, watch))

    def _search(self, text: str, watch: Stopwatch) -> bool:
        try:
            return self._compiled.search(text, timeout=watch.left_s()) is not None
        except TimeoutError as error:
            raise TimeIsUp from error


@lru_cache(maxsize=2000)
def expression(pattern: str) -> Expression:
    return Expression(pattern)


def _read(pattern: str) -> "_Part":
    """What is to be known of a pattern; one that we do not know whole is refused."""
    if not pattern:
        raise RuleInvalid("An empty regular expression would match everything.")
    if len(pattern) > PATTERN_MAX:
        raise RuleInvalid(f"A regular expression has at most {PATTERN_MAX} characters.")
    part = _Reader(pattern).alternatives(0)
    if part.size > _SIZE_MAX:
        raise RuleInvalid(f"{pattern[:60]!r} repeats too much: written out it has {part.size} parts.")
    return part


@dataclass(frozen=True, slots=True)
class _Part:
    size: int
    needles: Needles = frozenset()
    ways: int = 1
    """In how many ways it can be tried from one place of a short text."""
    has_letters: bool = False


class _Reader:
    """Walks through a pattern once."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0

    def alternatives(self, depth: int) -> _Part:
        if depth > _DEPTH_MAX:
            raise RuleInvalid("This regular expression is nested too deeply.")
        parts = [self._sequence(depth)]
        while self._pattern.startswith("|", self._at):
            self._at += 1
            parts.append(self._sequence(depth))
        if depth == 0 and self._at < len(self._pattern):
            raise self._strange()
        return _Part(
            sum(part.size for part in parts),
            _of_any([part.needles for part in parts]),
            sum(part.ways for part in parts),
            any(part.has_letters for part in parts),
        )

    def _sequence(self, depth: int) -> _Part:
        size, run, best, ways, has_letters = 1, "", Needles(), 1, False
        while self._at < len(self._pattern) and self._pattern[self._at] not in "|)":
            token = self._next()
            if token.lastgroup == "times":
                raise self._strange()
            inner = self._group(token[0], depth) if token.lastgroup == "open" else None
            least, most, is_endless = self._times()
            size += most * (inner.size if inner else 1)
            ways = min(ways * _ways(inner, most, choices=_TAMED_TEXT_MAX if is_endless else most - least + 1), _WILD)
            letter = token["letter"] or token["plain"]
            has_letters |= inner.has_letters if inner else _has_letters(letter or token["set"] or "")
            if letter and not letter.isspace() and least:
                run += letter
            if not letter or letter.isspace() or (least, most, is_endless) != (1, 1, False):
                best, run = _better(best, _needles_of(run)), ""
            if inner and least:
                best = _better(best, inner.needles)
        return _Part(size, _better(best, _needles_of(run)), ways, has_letters)

    def _group(self, head: str, depth: int) -> _Part:
        inner = self.alternatives(depth + 1)
        if not self._pattern.startswith(")", self._at):
            raise RuleInvalid(f"{self._pattern!r} is not a regular expression: a bracket is not closed.")
        self._at += 1
        return replace(inner, needles=frozenset()) if head in _LOOKING else inner

    def _times(self) -> tuple[int, int, bool]:
        """How often what stands before is repeated, at least and when written out, and whether without an end."""
        match = _TOKEN.match(self._pattern, self._at)
        if match is None or match.lastgroup != "times":
            return 1, 1, False
        self._at = match.end()
        signs = match[0]
        if signs[0] != "{":
            return (1 if signs[0] == "+" else 0), 1, signs[0] != "?"
        first, comma, last = signs.strip("{}+?").partition(",")
        least = int(first or 0)
        return least, max(int(last or least) if comma else least, 1), bool(comma and not last)

    def _next(self) -> "regex.Match[str]":
        match = _TOKEN.match(self._pattern, self._at)
        if match is None:
            raise self._strange()
        self._at = match.end()
        return match

    def _strange(self) -> RuleInvalid:
        place = self._pattern[self._at : self._at + 12] or "its end"
        return RuleInvalid(f"{self._pattern[:60]!r} is not a regular expression that we know, at {place!r}.")


def _ways(inner: _Part | None, most: int, *, choices: int) -> int:
    """A group that repeats and has choices of its own may be tried in a great many ways."""
    own = inner.ways if inner else 1
    return _WILD if own > 1 and (most > 1 or choices == _TAMED_TEXT_MAX) else own * choices


def _has_letters(written: str) -> bool:
    return any(letter.isalpha() for letter in re.sub(r"\\\w", "", written))


def _needles_of(run: str) -> Needles:
    """The longest piece of some letters as it stands in folded texts, where blanks run together."""
    piece = max(fold(run).split(), key=len, default="")
    return frozenset((piece,)) if len(piece) >= _NEEDLE_MIN else frozenset()


def _better(one: Needles, other: Needles) -> Needles:
    """Those that are rarer, as far as their length tells."""
    return max(one, other, key=lambda needles: (min(map(len, needles), default=0), -len(needles)))


def _of_any(alternatives: list[Needles]) -> Needles:
    """A match of some alternatives contains a needle of one of them."""
    if not all(alternatives):
        return frozenset()
    together = frozenset().union(*alternatives)
    return together if len(together) <= _NEEDLES_MAX else frozenset()
