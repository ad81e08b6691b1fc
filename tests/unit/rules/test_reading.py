"""A rule that cannot be understood is refused with the place where it went wrong; one that can is kept as it was."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factories.rules import conditions
from farthing.classify.rules.conditions import AllOf, Condition, Leaf
from farthing.classify.rules.document import read_rules, write_rules
from farthing.classify.rules.errors import RuleInvalid
from farthing.classify.rules.fields import Field, Operator
from farthing.classify.rules.reading import condition_of, rule_of, rules_of
from farthing.classify.rules.rule import Actions, Expectation, Rule, Share, Stop, Test
from farthing.classify.rules.writing import condition_data

GOOD: dict[str, Any] = {"name": "r", "if": {"field": "payee", "contains": "lidl"}, "then": {"category": "Food"}}
LEAF = {"field": "payee", "is": "x"}


@pytest.mark.parametrize(
    ("change", "place", "words"),
    [
        ({"if": {"all": [LEAF, {"any": [LEAF, {"field": "payee"}]}]}}, "rules[0].if.all[1].any[1]", "Ask one thing"),
        ({"if": {"field": "paye", "is": "x"}}, "rules[0].if.field", "Did you mean payee?"),
        ({"if": {"field": "payee", "contain": "x"}}, "rules[0].if", "Did you mean contains?"),
        ({"if": {"field": "amount", "contains": "1"}}, "rules[0].if", "Possible are is, in, above"),
        ({"if": {"field": "amount", "above": "1,50"}}, "rules[0].if.above", "is not an amount"),
        ({"if": {"field": "amount", "above": True}}, "rules[0].if.above", "is not an amount"),
        ({"if": {"field": "date", "between": ["2026-01-01"]}}, "rules[0].if.between", "two ends"),
        ({"if": {"field": "date", "between": ["2026-01-02", "2026-01-01"]}}, "rules[0].if.between", "ends below"),
        ({"if": {"field": "date", "is": "2026-02-30"}}, "rules[0].if.is", "is not a date"),
        ({"if": {"field": "payee", "in": []}}, "rules[0].if.in", "empty"),
        ({"if": {"field": "payee", "in": ["a", " "]}}, "rules[0].if.in[1]", "can be seen"),
        ({"if": {"field": "payee", "matches": "("}}, "rules[0].if.matches", "not a regular expression"),
        ({"if": {"field": "type", "is": "incme"}}, "rules[0].if.is", "Did you mean income?"),
        ({"if": {"field": "day", "is": 0}}, "rules[0].if.is", "count from 1"),
        ({"if": {"field": "day", "above": -1}}, "rules[0].if.above", "from 1 to 31"),
        ({"if": {"any": []}}, "rules[0].if", "never holds"),
        ({"if": {"all": [], "any": [LEAF]}}, "rules[0].if", "nothing else can stand"),
        ({"if": []}, "rules[0].if", "mapping"),
        ({"then": {}}, "rules[0].then", "does something"),
        ({"then": {"categry": "x"}}, "rules[0].then", "Did you mean category?"),
        ({"then": {"add_tags": ["a,b"]}}, "rules[0].then.add_tags[0]", "comma"),
        ({"then": {"ignore": True, "category": "x"}}, "rules[0].then", "nothing else"),
        ({"then": {"split": [{"percent": 50}, {"percent": 49}]}}, "rules[0].then.split", "100 percent"),
        ({"then": {"split": [{"percent": 100}, {"rest": True}]}}, "rules[0].then.split", "nothing for the rest"),
        ({"then": {"split": [{"rest": True}, {"rest": True}]}}, "rules[0].then.split", "Only one"),
        ({"then": {"split": [{"amount": "5", "percent": 5}, {"rest": True}]}}, "rules[0].then.split[0]", "percent, am"),
        ({"then": {"split": [{"amount": "-5"}, {"rest": True}]}}, "rules[0].then.split[0].amount", "larger than noth"),
        ({"stop": "grup"}, "rules[0].stop", "Did you mean group?"),
        ({"name": " "}, "rules[0].name", "can be seen"),
        ({"priority": -1}, "rules[0].priority", "from 0"),
        ({"tests": [{"given": {"amount": "x"}}]}, "rules[0].tests[0].given.amount", "is not an amount"),
        ({"tests": [{"given": {"amount": "1.234"}}]}, "rules[0].tests[0].given.amount", "decimals"),
        ({"tests": [{"gives": {"tag": ["x"]}}]}, "rules[0].tests[0].gives", "Did you mean tags?"),
        ({"expect": {"at_least": "some"}}, "rules[0].expect.at_least", "whole number"),
        ({"extra": 1}, "rules[0]", "not known here"),
    ],
)
def test_an_error_names_its_place(change: dict[str, Any], place: str, words: str) -> None:
    with pytest.raises(RuleInvalid) as refusal:
        rules_of([GOOD | change])
    assert refusal.value.place == place
    assert refusal.value.detail.startswith(f"{place}: ")
    assert words in refusal.value.detail


def test_two_rules_of_one_name_are_told_apart_by_nobody() -> None:
    with pytest.raises(RuleInvalid, match=r"rules\[1\]\.name: rules\[0\] has this name already"):
        rules_of([GOOD, GOOD | {"name": " R "}])


def test_what_nests_too_deeply_is_refused() -> None:
    nested: dict[str, Any] = LEAF
    for _ in range(30):
        nested = {"not": nested}
    with pytest.raises(RuleInvalid, match="nested too deeply"):
        condition_of(nested)


def test_other_spellings_become_our_own() -> None:
    leaf = condition_of({"field": "Memo", "contains": 4711})
    assert leaf == Leaf(Field.NOTE, Operator.CONTAINS, ("4711",))
    assert condition_of({"field": "amount", "above": 12.5}) == Leaf(Field.AMOUNT, Operator.ABOVE, (Decimal("12.5"),))
    assert condition_data(condition_of({"field": "date", "after": "2026-01-01"})) == {
        "field": "date",
        "above": "2026-01-01",
    }


@given(conditions())
def test_a_condition_written_and_read_again_is_the_same(condition: Condition) -> None:
    assert condition_of(condition_data(condition)) == condition


_TEXT = st.text(min_size=1, max_size=30).filter(lambda text: text.strip().isprintable() and any(map(str.isalnum, text)))
_WORD = st.sampled_from(
    ["no", "12.30", "~", "true", "0x1f", "2026-01-01", "a: b", "- x", "#1", "ż", "1e3", "null", "'"]
)
_NAME = (_TEXT | _WORD).map(str.strip)
_TAG = _NAME.filter(lambda text: "," not in text)
_DECIMALS = st.sampled_from([Decimal("33.3"), Decimal("0.01"), Decimal(40)])
_SHARES = st.tuples(
    st.builds(Share, percent=_DECIMALS, category=_NAME | st.none()),
    st.builds(Share, amount=_DECIMALS, note=_NAME | st.none()),
    st.just(Share(category="rest")),
)
_ACTIONS = st.one_of(
    st.builds(Actions, category=_NAME, add_tags=st.lists(_TAG, max_size=2).map(tuple), append_note=_NAME),
    st.builds(Actions, split=_SHARES, transfer=_NAME | st.none(), note=_NAME | st.none()),
    st.builds(Actions, merchant=_NAME, remove_tags=st.lists(_TAG, max_size=2).map(tuple)),
    st.just(Actions(ignore=True)),
)
_RULES = st.builds(
    Rule,
    name=_NAME,
    condition=conditions(),
    actions=_ACTIONS,
    group=st.just("") | _NAME,
    priority=st.integers(0, 10_000),
    is_enabled=st.booleans(),
    stop=st.sampled_from([None, *Stop]),
    tests=st.lists(
        st.builds(
            Test,
            given=st.fixed_dictionaries({"payee": _NAME, "amount": st.just("-12.30")}),
            matches=st.booleans(),
            gives=st.fixed_dictionaries(
                {}, optional={"category": _NAME | st.none(), "tags": st.lists(_TAG, max_size=2)}
            ),
        ),
        max_size=2,
    ).map(tuple),
    expect=st.none() | st.builds(Expectation, st.none() | st.integers(0, 9), st.none(), st.none() | _NAME),
)


@given(_RULES)
def test_yaml_written_and_read_again_is_the_same_rule(rule: Rule) -> None:
    assert read_rules(write_rules([rule])) == (rule,)


def test_yaml_has_no_traps() -> None:
    text = """
    version: 1
    rules:
      - name: no
        if: {field: reference, is: 007}
        then: {add_tags: [yes, off], note: 12.30}
    """
    rule = read_rules(text)[0]
    assert (rule.name, rule.actions) == ("no", Actions(add_tags=("yes", "off"), note="12.30"))
    assert rule.condition == Leaf(Field.REFERENCE, Operator.IS, ("007",))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("rules: [a", "line 1"),
        ("a: &x [1]\nb: *x", "line 2"),
        ("rules: []\nrules: []", "line 2"),
        ("rules: {}", "rules: This takes a list"),
        ("rulez: []", "Did you mean rules?"),
        ("version: 2", "version: This is version 1"),
        ("- 1", "mapping"),
        ("!!python/object:os.system {}", "line 1"),
        ("[" * 5000, "This is not YAML"),
        ("rules: [\x00]", "This is not YAML"),
        ("? [a]\n: b", "line 1"),
    ],
)
def test_what_is_no_document_of_rules_is_refused(text: str, words: str) -> None:
    with pytest.raises(RuleInvalid) as refusal:
        read_rules(text)
    assert words in refusal.value.detail


def test_an_empty_document_has_no_rules() -> None:
    assert read_rules("") == ()
    assert read_rules(write_rules([])) == ()


def test_a_rule_may_always_hold() -> None:
    assert rule_of(GOOD | {"if": {"all": []}}).condition == AllOf(())
