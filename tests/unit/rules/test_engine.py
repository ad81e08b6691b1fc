"""The engine judges all rows at once; here each is judged by itself, and both must say the same."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factories.rules import NAMES, conditions, givens, holds
from farthing.classify.rules.bits import rows_of
from farthing.classify.rules.columns import Named
from farthing.classify.rules.conditions import AllOf, Condition, Leaf, leaves
from farthing.classify.rules.engine import RuleBook
from farthing.classify.rules.facts import columns_of
from farthing.classify.rules.fields import Field, Operator
from farthing.classify.rules.outcomes import CHOSEN, IN_TRANSFER, SPLIT, UNEVEN
from farthing.classify.rules.reading import rule_of
from farthing.classify.rules.rule import Actions, Rule, Stop
from farthing.kernel.folding import name_key

ALWAYS = AllOf(())


def contains(field: str, text: str) -> Leaf:
    return Leaf(Field(field), Operator.CONTAINS, (text,))


@given(conditions(), st.lists(givens(), min_size=1, max_size=6))
def test_a_condition_holds_for_all_rows_at_once_as_it_holds_for_each(
    condition: Condition, rows: list[dict[str, Any]]
) -> None:
    outcomes = RuleBook([Rule("one", condition, Actions(merchant="x"))]).run(columns_of(rows))
    assert list(rows_of(outcomes.deeds[0].matched)) == [n for n, row in enumerate(rows) if holds(condition, row)]


@given(conditions(), st.lists(givens(), min_size=1, max_size=6))
def test_a_reason_is_made_of_the_rules_own_conditions(condition: Condition, rows: list[dict[str, Any]]) -> None:
    outcomes = RuleBook([Rule("one", condition, Actions(merchant="x"))]).run(columns_of(rows))
    told = list(outcomes.deeds[0].reasons())
    together = 0
    for some, text in told:
        assert some & together == 0
        together |= some
        assert "not (" in text or any(str(leaf) in text for leaf in leaves(condition)) or text.endswith("…")
    assert together == outcomes.deeds[0].matched


RULES = st.lists(
    st.builds(
        Rule,
        name=st.integers(0, 10**9).map(str),
        condition=conditions(),
        actions=st.builds(
            Actions,
            category=st.sampled_from([*NAMES, None]),
            add_tags=st.lists(st.sampled_from(NAMES), max_size=2, unique=True).map(tuple),
            remove_tags=st.lists(st.sampled_from(NAMES), max_size=1).map(tuple),
            merchant=st.sampled_from(["Lidl", "Żabka", None]),
            ignore=st.just(value=False),
        ),
        group=st.sampled_from(["", "b"]),
        priority=st.integers(0, 2),
        stop=st.sampled_from([None, None, Stop.GROUP, Stop.ALL]),
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda rule: rule.name,
)


def one_by_one(rules: list[Rule], row: dict[str, Any]) -> dict[str, Any]:
    """What rules make of a row when each is applied after the other, as a person would do it."""
    state = dict(row)
    groups: list[str] = list(dict.fromkeys(rule.group for rule in rules))
    for group in groups:
        is_done = False
        for rule in sorted((rule for rule in rules if rule.group == group), key=lambda rule: rule.priority):
            if is_done or not holds(rule.condition, state):
                continue
            state = applied(rule.actions, state)
            if rule.stop is Stop.ALL:
                return state
            is_done = rule.stop is Stop.GROUP
    return state


def applied(actions: Actions, row: dict[str, Any]) -> dict[str, Any]:
    state = dict(row)
    if actions.category and not row["is_split"]:
        state["category"] = actions.category
    if actions.merchant:
        state["merchant"] = actions.merchant
    tags = {name_key(tag): tag for tag in row["tags"]}
    tags |= {name_key(tag): tag for tag in actions.add_tags}
    state["tags"] = [tag for key, tag in tags.items() if key not in map(name_key, actions.remove_tags)]
    return state


@given(RULES, st.lists(givens(), min_size=1, max_size=5))
def test_rules_run_one_after_another_and_later_ones_see_what_earlier_ones_did(
    rules: list[Rule], rows: list[dict[str, Any]]
) -> None:
    columns = columns_of(rows)
    outcomes = RuleBook(rules).run(columns)
    for n, row in enumerate(rows):
        wanted, effect = one_by_one(rules, row), outcomes.effects.get(n)
        tags = set(map(name_key, row["tags"]))
        if effect is not None:
            tags = (tags | set(map(name_key, effect.add_tags))) - set(map(name_key, effect.remove_tags))
        assert tags == set(map(name_key, wanted["tags"]))
        assert ((effect and effect.category) or row.get("category")) == wanted.get("category")
        assert ((effect and effect.merchant) or row.get("merchant")) == wanted.get("merchant")


@given(RULES, st.lists(givens(), min_size=2, max_size=6))
def test_rows_do_not_know_each_other(rules: list[Rule], rows: list[dict[str, Any]]) -> None:
    together = RuleBook(rules).run(columns_of(rows)).effects
    alone = [RuleBook(rules).run(columns_of([row])).effects.get(0) for row in rows]
    assert [together.get(n) for n in range(len(rows))] == alone


def test_a_category_that_somebody_chose_stays() -> None:
    columns = columns_of([{"payee": "Lidl", "category": "Fun"}, {"payee": "Lidl"}])
    book = RuleBook([Rule("r", contains("payee", "lidl"), Actions(category="Food", add_tags=("shop",)))])
    chosen = replace(columns, are_chosen=[True, False])
    outcomes = book.run(chosen)
    assert outcomes.effects[0].category is None
    assert outcomes.effects[0].add_tags == ("shop",)
    assert outcomes.effects[1].category == "Food"
    assert list(rows_of(outcomes.deeds[0].kept[CHOSEN])) == [0]
    assert book.run(chosen, overrides_choices=True).effects[0].category == "Food"


@pytest.mark.parametrize(
    ("row", "actions", "kept"),
    [
        ({"is_split": True}, {"category": "Food"}, SPLIT),
        ({"is_transfer": True}, {"ignore": True}, IN_TRANSFER),
        ({"is_transfer": True}, {"transfer": "Savings"}, IN_TRANSFER),
        ({"amount": "-5"}, {"split": [{"amount": "9"}, {"rest": True}]}, UNEVEN),
    ],
)
def test_what_cannot_be_done_is_left_alone_and_told(row: dict[str, Any], actions: dict[str, Any], kept: str) -> None:
    book = RuleBook([rule_of({"name": "r", "if": {"all": []}, "then": actions})])
    outcomes = book.run(columns_of([row]))
    assert outcomes.deeds[0].kept == {kept: 1}
    assert outcomes.deeds[0].decided == 0


def test_a_split_is_not_categorised_as_a_whole_by_a_later_rule() -> None:
    cut = rule_of({"name": "cut", "if": {"all": []}, "then": {"split": [{"percent": 50}, {"rest": True}]}})
    outcomes = RuleBook([cut, Rule("whole", ALWAYS, Actions(category="Food"))]).run(columns_of([{"amount": "-10.01"}]))
    assert [piece.amount for piece in outcomes.effects[0].split] == [-500, -501]
    assert outcomes.effects[0].category is None


def test_a_category_is_also_meant_by_what_lies_above_it() -> None:
    bread = Named("Bread", "0199e1c0-a8d1-7000-8000-000000000001", ("Food", "0199e1c0-a8d1-7000-8000-000000000002"))
    columns = replace(columns_of([{}, {}]), categories=[bread, Named("Rent")], known={"bread": bread})
    for name, rows in (("food", [0]), ("0199E1C0-a8d1-7000-8000-000000000002", [0]), ("bread", [0]), ("rent", [1])):
        condition = Leaf(Field.CATEGORY, Operator.IS, (name,))
        deed = RuleBook([Rule("r", condition, Actions(note="x"))]).run(columns).deeds[0]
        assert list(rows_of(deed.matched)) == rows
    rules = [Rule("set", ALWAYS, Actions(category="Bread")), Rule("r", condition_of_food(), Actions(note="x"))]
    assert RuleBook(rules).run(columns).deeds[1].matched == 0b11


def condition_of_food() -> Leaf:
    return Leaf(Field.CATEGORY, Operator.IN, ("Food", "Fun"))


def test_what_is_ignored_meets_no_later_rule() -> None:
    rules = [Rule("away", ALWAYS, Actions(ignore=True)), Rule("late", ALWAYS, Actions(category="Food"))]
    outcomes = RuleBook(rules).run(columns_of([{}]))
    assert outcomes.effects[0].ignore
    assert outcomes.effects[0].category is None
    assert outcomes.deeds[1].hidden == 1


def test_notes_are_appended_once() -> None:
    rules = [Rule("a", ALWAYS, Actions(append_note="paid")), Rule("b", ALWAYS, Actions(append_note="checked"))]
    effect = RuleBook(rules).run(columns_of([{}])).effects[0]
    assert effect.note_after("mine") == "mine\npaid\nchecked"
    assert effect.note_after("mine\npaid") == "mine\npaid\nchecked"
    assert effect.note_after(None) == "paid\nchecked"


def test_a_rule_that_takes_too_long_is_switched_off_and_the_others_go_on() -> None:
    slow = Leaf(Field.DESCRIPTION, Operator.MATCHES, (r"^(.|.)*$",))
    rules = [Rule("slow", slow, Actions(category="Fun")), Rule("fast", ALWAYS, Actions(category="Food"))]
    columns = columns_of([{"description": "a" * 60 + "\n" + "b"}])
    outcomes = RuleBook(rules).run(columns, limit_s=0.05)
    assert [one.rule.name for one in outcomes.off] == ["slow"]
    assert outcomes.effects[0].category == "Food"
    again = RuleBook(rules).run(columns, off={"slow"})
    assert again.off == []
    assert again.effects[0].rules == (1,)


def test_no_rows_and_no_rules_are_no_trouble() -> None:
    assert RuleBook([Rule("r", ALWAYS, Actions(category="Food"))]).run(columns_of([])).effects == {}
    assert RuleBook([]).run(columns_of([{}])).effects == {}


def test_groups_run_as_they_first_appear_and_inside_by_priority() -> None:
    rules = [
        Rule("1", ALWAYS, Actions(category="A"), group="x", priority=5),
        Rule("2", ALWAYS, Actions(category="B"), group="y"),
        Rule("3", ALWAYS, Actions(category="C"), group="x", priority=1),
        Rule("4", ALWAYS, Actions(category="D"), group="y", is_enabled=False),
    ]
    assert [rule.name for rule in RuleBook(rules).rules] == ["3", "1", "2"]
