"""Rules as plain data again, in one spelling; what is as usual is left out."""

from datetime import date
from decimal import Decimal
from typing import Any

from farthing.classify.rules.conditions import AllOf, AnyOf, Condition, Leaf, Not, Scalar
from farthing.classify.rules.fields import Operator
from farthing.classify.rules.rule import PRIORITY, Actions, Rule, Share, Test


def data_of(rule: Rule) -> dict[str, Any]:
    usual = {"group": "", "priority": PRIORITY, "enabled": True, "stop": None}
    head = {
        "name": rule.name,
        "group": rule.group,
        "priority": rule.priority,
        "enabled": rule.is_enabled,
        "stop": rule.stop.value if rule.stop else None,
    }
    found = {key: value for key, value in head.items() if key not in usual or value != usual[key]}
    found |= {"if": condition_data(rule.condition), "then": actions_data(rule.actions)}
    if rule.tests:
        found["tests"] = [_test(test) for test in rule.tests]
    if rule.expect is not None:
        expect = rule.expect
        found["expect"] = _said(
            at_least=expect.at_least,
            at_most=expect.at_most,
            must_match=expect.must_match,
            must_not_match=expect.must_not_match,
        )
    return found


def condition_data(condition: Condition) -> dict[str, Any]:
    match condition:
        case AllOf(parts):
            return {"all": [condition_data(part) for part in parts]}
        case AnyOf(parts):
            return {"any": [condition_data(part) for part in parts]}
        case Not(part):
            return {"not": condition_data(part)}
        case Leaf(field, operator, values):
            plain = [_plain(value) for value in values]
            several = operator in (Operator.IN, Operator.BETWEEN)
            return {"field": field.value, operator.value: plain if several else plain[0]}


def actions_data(actions: Actions) -> dict[str, Any]:
    found = _said(category=actions.category)
    if actions.add_tags:
        found["add_tags"] = list(actions.add_tags)
    if actions.remove_tags:
        found["remove_tags"] = list(actions.remove_tags)
    found |= _said(merchant=actions.merchant, note=actions.note, append_note=actions.append_note)
    if actions.split:
        found["split"] = [_share(share) for share in actions.split]
    found |= _said(transfer=actions.transfer)
    return found | ({"ignore": True} if actions.ignore else {})


def _share(share: Share) -> dict[str, Any]:
    size = {"rest": True} if share.is_rest else {}
    if share.percent is not None:
        size = {"percent": _plain(share.percent)}
    if share.amount is not None:
        size = {"amount": _plain(share.amount)}
    return size | _said(category=share.category, note=share.note)


def _test(test: Test) -> dict[str, Any]:
    found: dict[str, Any] = {"given": test.given}
    if not test.matches:
        found["matches"] = False
    return found | ({"gives": test.gives} if test.gives else {})


def _plain(value: Scalar) -> Any:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else value


def _said(**named: Any) -> dict[str, Any]:
    return {name: value for name, value in named.items() if value is not None}
