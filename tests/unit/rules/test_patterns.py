"""Regular expressions are found as the engine finds them, only faster, and none keeps anybody waiting."""

import time
from contextlib import suppress

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from factories.rules import PATTERNS, TEXTS
from farthing.classify.rules.conditions import Leaf
from farthing.classify.rules.errors import RuleInvalid, TimeIsUp
from farthing.classify.rules.fields import Field, Operator
from farthing.classify.rules.indexes import Texts
from farthing.classify.rules.patterns import Expression, Stopwatch, expression
from farthing.kernel.folding import fold

ATOMS = st.sampled_from(["a", "Ł", "ab", "12", r"\d", r"\s", ".", "[a-z]", "[^l]", r"\b", "ß", " ", r"\.", "ﬁ", r"\w"])
TIMES = st.sampled_from(["", "", "", "?", "*", "+", "{2}", "{0,2}", "{1,}", "+?"])


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    group = st.builds("({}|{}){}".format, inner, inner, TIMES) | st.builds("(?:{}){}".format, inner, TIMES)
    return group | st.builds("{}{}".format, inner, inner) | st.builds("(?={}){}".format, inner, inner)


GROWN = st.recursive(st.builds("{}{}".format, ATOMS, TIMES), _grown, max_leaves=6)
SOME_TEXTS = st.lists(st.text(alphabet="aAbBlLŁłßsſ12. \n\u0301ﬁfi", max_size=12) | st.sampled_from(TEXTS), max_size=5)


@given(GROWN | st.sampled_from(PATTERNS), SOME_TEXTS)
def test_looking_for_needles_first_finds_the_same(pattern: str, texts: list[str]) -> None:
    found = Texts(texts).bits(Leaf(Field.PAYEE, Operator.MATCHES, (pattern,)), Stopwatch(60))
    plain = regex.compile(pattern, regex.IGNORECASE)
    has_letters = any(letter.isalpha() for letter in regex.sub(r"\\\w", "", pattern))
    for row, text in enumerate(texts):
        also = has_letters and not text.isascii() and plain.search(" ".join(fold(text).split()))
        assert bool(found >> row & 1) is bool(plain.search(text) or also)


@pytest.mark.parametrize(
    ("pattern", "needles"),
    [
        ("zabka.*", {"zabka"}),
        ("ŻABKA", {"zabka"}),
        (r"\bfaktura\s+(vat)?", {"faktura"}),
        ("lidl|rewe", {"lidl", "rewe"}),
        ("(lidl|rewe) polska", {"polska"}),
        ("(lidl|rewe){2}pl", {"lidl", "rewe"}),
        ("(lidl|rewe)?pl", {"pl"}),
        ("(lidl|.)", set()),
        ("ab+c", {"ab"}),
        ("xab*c", {"xa"}),
        ("(?!lidl)rewe", {"rewe"}),
        (r"\d{4}", set()),
        ("foo bar12", {"bar12"}),
    ],
)
def test_needles_are_what_a_match_cannot_do_without(pattern: str, needles: set[str]) -> None:
    assert expression(pattern).needles == needles


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "(",
        ")",
        "a)",
        "*a",
        "a**",
        "[a",
        "(?R)",
        "(?i)a",
        "(?1)",
        "(*FAIL)",
        "(?:foo){e<=1}",
        "[[:alpha:]]",
        r"\x41",
        r"\2",
        "(?P<n>a)(?P=n)",
        "((((((a{10}){10}){10}){10}){10}){10})",
        "(a{100}){100}",
        "(" * 60 + "a" + ")" * 60,
        "a" * 1001,
        "a{5,2}",
        "[z-a]",
    ],
)
def test_a_pattern_that_is_not_known_whole_is_refused(pattern: str) -> None:
    with pytest.raises(RuleInvalid):
        Expression(pattern)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"^(a|a)*$", "a" * 40 + "b"),
        (r"^(.*?,){25}P", "1," * 60),
        (r"(x+x+)+y", "x" * 150),
        (r"(a|aa)+$", "a" * 60 + "b"),
        (r"^(?:(?:a|b|ab)*c)*$", "ab" * 60),
        (r".*.*.*.*.*.*=x", "a" * 190),
        (r"(?:.*a){30}$", "ab" * 90),
        (r"a?" * 20 + "a" * 20, "a" * 19),
    ],
)
def test_no_pattern_takes_longer_than_it_may(pattern: str, text: str) -> None:
    texts = Texts([f"{text}{n}" for n in range(200)])
    start = time.thread_time()
    with suppress(TimeIsUp):
        texts.bits(Leaf(Field.NOTE, Operator.MATCHES, (pattern,)), Stopwatch(0.1))
    assert time.thread_time() - start < 1.5


def test_time_is_counted_for_each_rule_anew() -> None:
    now = iter([0.0, 0.5, 2.0, 2.0, 2.5]).__next__
    watch = Stopwatch(1.0, now)
    assert watch.left_s() == 0.5
    with pytest.raises(TimeIsUp):
        watch.left_s()
    watch.restart()
    assert watch.left_s() == 0.5
