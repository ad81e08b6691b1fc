"""Rules that never decide, that disagree, that are there twice: found over a history."""

from typing import Any

from farthing.classify.rules.analysis import Analysis, analyse, duplicates
from farthing.classify.rules.engine import RuleBook
from farthing.classify.rules.facts import columns_of
from farthing.classify.rules.reading import rules_of
from farthing.classify.rules.trials import failures

ROWS: list[dict[str, Any]] = [
    {"payee": "Lidl", "amount": "-10"},
    {"payee": "Lidl", "amount": "-200"},
    {"payee": "Rewe", "amount": "-10", "tags": ["shop"]},
    {"payee": "Rent", "amount": "-900", "is_split": True},
]


def rule(name: str, payee: str, /, then: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": name, "if": {"field": "payee", "contains": payee}, "then": then, **more}


def analysed(*rules: dict[str, Any]) -> Analysis:
    return analyse(RuleBook(rules_of(list(rules))).run(columns_of(ROWS), overrides_choices=True))


def test_a_rule_that_later_ones_always_overrule_is_shadowed() -> None:
    found = analysed(
        rule("food", "lidl", {"category": "Food"}),
        rule("all", "l", {"category": "Shops"}),
        rule("rewe", "rewe", {"category": "Food"}),
    )
    assert [(one.rule.name, one.rows, [(by.name, n) for by, n in one.by]) for one in found.shadowed] == [
        ("food", 2, [("all", 2)])
    ]
    conflict = found.conflicts[0]
    assert (conflict.first.name, conflict.second.name) == ("food", "all")
    assert (conflict.rows, conflict.won_by_first, conflict.won_by_second) == (2, 0, 2)


def test_a_rule_behind_one_that_stops_is_shadowed() -> None:
    found = analysed(
        rule("first", "lidl", {"category": "Food"}, stop="all"), rule("second", "lidl", {"category": "Shops"})
    )
    assert [one.rule.name for one in found.shadowed] == ["second"]
    assert found.conflicts[0].won_by_first == 2


def test_a_rule_whose_deeds_are_there_already_is_not_shadowed() -> None:
    found = analysed(rule("tag", "rewe", {"add_tags": ["shop"]}), rule("food", "rewe", {"category": "Food"}))
    assert found.shadowed == ()


def test_a_tag_that_an_earlier_rule_gives_already_is_no_deed() -> None:
    found = analysed(rule("one", "lidl", {"add_tags": ["Shop"]}), rule("two", "lidl", {"add_tags": ["shop"]}))
    assert [one.rule.name for one in found.shadowed] == ["two"]


def test_what_is_left_alone_for_other_reasons_is_not_shadowed() -> None:
    found = analysed(rule("flat", "rent", {"category": "Home"}), rule("tag", "rent", {"add_tags": ["home"]}))
    assert found.shadowed == ()


def test_a_rule_that_matches_nothing_is_dead() -> None:
    assert [one.name for one in analysed(rule("aldi", "aldi", {"category": "Food"})).dead] == ["aldi"]


def test_the_same_asked_in_another_order_is_there_twice() -> None:
    one, other = {"field": "payee", "is": "a"}, {"field": "note", "in": ["x", "y"]}
    turned = {"field": "note", "in": ["y", "x"]}
    rules = rules_of(
        [
            {"name": "1", "if": {"all": [one, other]}, "then": {"category": "A"}},
            {"name": "2", "if": {"all": [turned, one]}, "then": {"category": "A"}},
            {"name": "3", "if": {"any": [one, other]}, "then": {"category": "A"}},
        ]
    )
    assert [[rule.name for rule in same] for same in duplicates(rules)] == [["1", "2"]]


def test_tests_tell_what_came_out_instead() -> None:
    lidl = {"payee": "LIDL 12", "amount": "-10.01", "tags": ["a"]}
    rules = rules_of(
        [
            rule(
                "food",
                "lidl",
                {"category": "Food", "add_tags": ["b"]},
                tests=[
                    {"given": lidl, "gives": {"category": "food", "tags": ["B", "A"], "ignore": False}},
                    {"given": lidl, "gives": {"category": "Fun", "merchant": "Lidl"}},
                    {"given": lidl, "matches": False},
                    {"given": {"payee": "Rewe"}},
                    {"given": {"payee": "Rewe"}, "matches": False, "gives": {"category": None}},
                ],
            ),
            rule(
                "cut",
                "cut",
                {"split": [{"percent": 50, "category": "A"}, {"rest": True}]},
                tests=[
                    {
                        "given": {"payee": "cut", "amount": "-10.01"},
                        "gives": {"split": [{"amount": "-5.00", "category": "a"}, {"amount": "-5.01"}]},
                    }
                ],
            ),
        ]
    )
    assert [(one.place, one.detail) for one in failures(rules)] == [
        ("rules[0].tests[1]", "category is “Food”, not “Fun”"),
        ("rules[0].tests[1]", "merchant is nothing, not “Lidl”"),
        ("rules[0].tests[2]", "the rule matches it"),
        ("rules[0].tests[3]", "the rule does not match it"),
    ]


def test_tests_try_all_rules_together() -> None:
    rules = rules_of(
        [
            rule(
                "food",
                "lidl",
                {"category": "Food"},
                tests=[{"given": {"payee": "lidl"}, "gives": {"category": "Food"}}],
            ),
            rule("late", "lid", {"category": "Lids"}),
        ]
    )
    assert [one.detail for one in failures(rules)] == ["category is “Lids”, not “Food”"]
