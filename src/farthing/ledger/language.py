"""The search language: `amount>50 category:food -tag:work date:2026-03 "exact words" (a OR b) NOT c`.

    either  = both { "OR" both }
    both    = single { [ "AND" ] single }
    single  = ( "NOT" | "-" ) single | "(" either ")" | word | "phrase" | field
    field   = name ( ":" | "=" | ">" | ">=" | "<" | "<=" ) value { "," value }

A word finds what begins with it, words in quotes are found as they stand, and a list means any of its values. An amount
disregards direction unless it has a sign: `amount>50` is whatever is above fifty, `amount<-50` only what went.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from farthing.ledger.folding import tokens
from farthing.ledger.query import (
    EVERYTHING,
    Comparison,
    Filter,
    QueryInvalid,
    Tree,
    Words,
    all_of,
    any_of,
    criteria,
    negated,
)
from farthing.ledger.search_fields import FIELDS, Asked, Value, nearest

LENGTH_MAX = 2000
DEPTH_MAX = 10
"""Parentheses and negations within each other: more than anybody writes, less than SQLite's own parser takes."""
TERMS_MAX = 100

_FIELD = re.compile(r"([A-Za-z_]+)(:?(?:>=|<=|>|<|=)|:)")
_WORD = re.compile(r'[^\s()"]+')
_BARE = re.compile(r'[^\s()",]+')
_ALONE = re.compile(r"(?:>=|<=|[<>=])(?=(\s*[+\-\u2212]?[0-9])?)")
"""A comparison that no field stands before, and whether a number follows."""
_LAST_WORD = re.compile(r"([A-Za-z_]+)\s+\Z")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def tree_of(wanted: Filter, *, today: date) -> Tree:
    """The whole of a filter, its search included."""
    found = criteria(wanted)
    return all_of([found, parse(wanted.search, today=today)]) if wanted.search else found


def parse(text: str, *, today: date) -> Tree:
    """The tree that a text means; nothing asked finds everything."""
    if len(text) > LENGTH_MAX:
        raise QueryInvalid(f"The search is longer than {LENGTH_MAX} characters. Ask for less at once.")
    found = _Scanner(text, today).tokens()
    return _Parser(found, len(text)).whole() if found else EVERYTHING


class _Kind(StrEnum):
    OPEN = "("
    CLOSE = ")"
    MINUS = "-"
    AND = "AND"
    OR = "OR"
    NOT = "NOT"
    TERM = "a condition"


@dataclass(frozen=True, slots=True)
class _Token:
    kind: _Kind
    start: int
    tree: Tree = EVERYTHING


class _Scanner:
    """Cuts a text into tokens; words without a letter or digit say nothing and are passed over."""

    def __init__(self, text: str, today: date) -> None:
        self._text, self._today = text, today
        self._at = self._terms = 0
        self._found: list[_Token] = []

    def tokens(self) -> list[_Token]:
        while self._at < len(self._text):
            if self._text[self._at].isspace():
                self._at += 1
            else:
                self._token(self._at, self._text[self._at])
        return self._found

    def _token(self, start: int, letter: str) -> None:
        if letter in "()" or (letter == "-" and self._negates()):
            self._at += 1
            self._found.append(_Token(_Kind(letter), start))
        elif letter == '"':
            self._words(start, self._quoted(), is_prefix=False)
        elif field := self._take(_FIELD):
            self._field(field)
        elif meant := self._meant(start):
            raise QueryInvalid(
                f"A comparison stands right behind its field, without a blank: write {meant}.",
                position=start + 1,
                found=letter,
            )
        elif word := self._take(_WORD):
            if word[0] in {_Kind.AND, _Kind.OR, _Kind.NOT}:
                self._found.append(_Token(_Kind(word[0]), start))
            else:
                self._words(start, word[0], is_prefix=True)

    def _meant(self, start: int) -> str | None:
        """The condition that a comparison with blanks before it was meant to be; None if it is only text."""
        sign = _ALONE.match(self._text, start)
        last = _LAST_WORD.search(self._text, 0, start)
        field = last[1].lower() if last and last[1].lower() in FIELDS else None
        if sign is None or not (field or sign[1]):
            return None
        value = _BARE.match(self._text[sign.end() :].lstrip())
        return f"{field or 'amount'}{sign[0] if sign[0] != '=' else ':'}{value[0] if value else '…'}"

    def _take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        if match := pattern.match(self._text, self._at):
            self._at = match.end()
        return match

    def _negates(self) -> bool:
        after = self._text[self._at + 1 : self._at + 2]
        return bool(after) and not after.isspace() and after != ")"

    def _quoted(self) -> str:
        start = self._at
        if quoted := self._take(_QUOTED):
            return _ESCAPED.sub(r"\1", quoted[1])
        raise QueryInvalid("This quote is not closed.", position=start + 1, found='"', possible=['"'])

    def _words(self, start: int, text: str, *, is_prefix: bool) -> None:
        if found := tokens(text):
            self._term(start, Words(tuple(found), is_prefix))
            return
        while self._found and self._found[-1] == _Token(_Kind.MINUS, start - 1):
            start = self._found.pop().start

    def _term(self, start: int, tree: Tree, count: int = 1) -> None:
        self._terms += count
        if self._terms > TERMS_MAX:
            raise QueryInvalid(f"More than {TERMS_MAX} conditions are too many.", position=start + 1)
        self._found.append(_Token(_Kind.TERM, start, tree))

    def _field(self, match: re.Match[str]) -> None:
        name, sign = match[1].lower(), match[2].removeprefix(":") or Comparison.EQUAL
        if name not in FIELDS:
            raise QueryInvalid(
                f"{match[1]!r} is not a field. To search for it as text, put it in quotes.",
                position=match.start() + 1,
                found=match[1],
                possible=FIELDS,
                suggestion=nearest(name, FIELDS),
            )
        read, example, is_ordered = FIELDS[name]
        if sign != Comparison.EQUAL and not is_ordered:
            raise QueryInvalid(f"{name} has no order. Write {example}.", position=match.start(2) + 1, found=sign)
        asked = Asked(name, Comparison(sign), self._values(name, example), self._today)
        self._term(match.start(), read(asked), len(asked.values))

    def _values(self, name: str, example: str) -> tuple[Value, ...]:
        found = [self._value(name, example)]
        while self._text.startswith(",", self._at):
            self._at += 1
            found.append(self._value(name, example))
        after = self._text[self._at : self._at + 1]
        if after and not after.isspace() and after not in "()":
            raise QueryInvalid("A blank or a comma must end this value.", position=self._at + 1, found=after)
        return tuple(found)

    def _value(self, name: str, example: str) -> Value:
        start = self._at
        if self._text.startswith('"', start):
            return Value(self._quoted(), start, is_quoted=True)
        if bare := self._take(_BARE):
            return Value(bare[0], start, is_quoted=False)
        found = self._text[start : start + 1]
        raise QueryInvalid(f"{name} needs a value here, as in {example}.", position=start + 1, found=found)


class _Parser:
    """Puts terms together by recursive descent, no deeper than `DEPTH_MAX`."""

    def __init__(self, found: list[_Token], length: int) -> None:
        self._tokens, self._length = found, length
        self._at = self._depth = 0

    def whole(self) -> Tree:
        tree = self._either()
        if self._next is not None:
            raise QueryInvalid("Nothing is open that this could close.", position=self._next.start + 1, found=")")
        return tree

    @property
    def _next(self) -> _Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _is(self, *kinds: _Kind) -> bool:
        return self._next is not None and self._next.kind in kinds

    def _take(self, *kinds: _Kind) -> bool:
        taken = self._is(*kinds)
        self._at += taken
        return taken

    def _either(self) -> Tree:
        parts = [self._both()]
        while self._take(_Kind.OR):
            parts.append(self._both())
        return any_of(parts)

    def _both(self) -> Tree:
        parts = [self._single()]
        while self._take(_Kind.AND) or self._is(_Kind.OPEN, _Kind.MINUS, _Kind.NOT, _Kind.TERM):
            parts.append(self._single())
        return all_of(parts)

    def _single(self) -> Tree:
        token = self._next
        if token is None or token.kind in {_Kind.AND, _Kind.OR, _Kind.CLOSE}:
            raise self._missing(token)
        self._at += 1
        if token.kind is _Kind.TERM:
            return token.tree
        self._depth += 1
        if self._depth > DEPTH_MAX:
            raise QueryInvalid(
                f"This nests deeper than {DEPTH_MAX} levels.", position=token.start + 1, found=token.kind
            )
        tree = self._group(token) if token.kind is _Kind.OPEN else negated(self._single())
        self._depth -= 1
        return tree

    def _group(self, opening: _Token) -> Tree:
        tree = self._either()
        if not self._take(_Kind.CLOSE):
            raise QueryInvalid("This parenthesis is not closed.", position=opening.start + 1, found="(", possible=[")"])
        return tree

    def _missing(self, token: _Token | None) -> QueryInvalid:
        found, start = (token.kind.value, token.start) if token else ("the end", self._length)
        return QueryInvalid(
            f"A condition is missing before {found}.",
            position=start + 1,
            found=found,
            possible=("a word", '"a phrase"', "a field such as category:food", "("),
        )
