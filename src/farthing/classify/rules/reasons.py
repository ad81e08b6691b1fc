"""Why a condition held: the leaves that made it true, for many rows at once."""

from collections.abc import Iterator
from dataclasses import dataclass

from farthing.classify.rules.conditions import AllOf, AnyOf, Condition, Leaf, Not
from farthing.classify.rules.evaluation import Evaluation

_SAID_MAX = 300
_ALWAYS = "it always holds"


@dataclass(frozen=True, slots=True)
class Held:
    """A condition with the rows for which it held when it was judged; what is changed later changes nothing here."""

    condition: Condition
    rows: int
    parts: tuple["Held", ...] = ()


def judge(condition: Condition, evaluation: Evaluation) -> Held:
    """Judge a condition and remember the answer of each of its parts."""
    match condition:
        case AllOf(parts):
            inner = tuple(judge(part, evaluation) for part in parts)
            rows = evaluation.everything
            for part in inner:
                rows &= part.rows
        case AnyOf(parts):
            inner, rows = tuple(judge(part, evaluation) for part in parts), 0
            for part in inner:
                rows |= part.rows
        case Not(part):
            inner = (judge(part, evaluation),)
            rows = evaluation.everything & ~inner[0].rows
        case Leaf():
            inner, rows = (), evaluation.leaf(condition)
    return Held(condition, rows, inner)


def why(held: Held, rows: int) -> Iterator[tuple[int, str]]:
    """The rows, in sets for which the same leaves held, each with these as one sentence."""
    for some, said in _told(held, rows & held.rows):
        text = ", ".join(dict.fromkeys(said)) or _ALWAYS
        yield some, text if len(text) <= _SAID_MAX else f"{text[: _SAID_MAX - 1]}…"


_Told = list[tuple[int, tuple[str, ...]]]


def _told(held: Held, rows: int) -> _Told:
    if not rows:
        return []
    match held.condition:
        case Leaf():
            return [(rows, (str(held.condition),))]
        case Not():
            return [(rows, (f"not ({_text(held.parts[0].condition)})",))]
        case AllOf():
            return _of_all(held.parts, rows)
        case AnyOf():
            return _of_any(held.parts, rows)


def _of_all(parts: tuple[Held, ...], rows: int) -> _Told:
    found: _Told = [(rows, ())]
    for part in parts:
        found = [(inner, said + more) for some, said in found for inner, more in _told(part, some)]
    return found


def _of_any(parts: tuple[Held, ...], rows: int) -> _Told:
    """The first alternative that held tells enough."""
    found: _Told = []
    for part in parts:
        found += _told(part, rows & part.rows)
        rows &= ~part.rows
    return found


def _text(condition: Condition) -> str:
    match condition:
        case Leaf():
            return str(condition)
        case Not(part):
            return f"not ({_text(part)})"
        case AllOf(parts):
            return " and ".join(map(_bracketed, parts)) or _ALWAYS
        case AnyOf(parts):
            return " or ".join(map(_bracketed, parts))


def _bracketed(condition: Condition) -> str:
    return f"({_text(condition)})" if isinstance(condition, AllOf | AnyOf) else _text(condition)
