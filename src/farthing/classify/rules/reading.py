"""Rules out of plain data, as YAML and JSON have it; an error names the place where it stands."""

from collections.abc import Sequence
from dataclasses import fields
from decimal import Decimal
from typing import Any

from farthing.classify.rules.conditions import AllOf, AnyOf, Condition, Leaf, Not, leaves
from farthing.classify.rules.errors import RuleInvalid
from farthing.classify.rules.facts import given_of
from farthing.classify.rules.fields import FIELD_SPELLINGS, KINDS, OPERATOR_SPELLINGS, OPERATORS, Field, Operator
from farthing.classify.rules.rule import PRIORITY, Actions, Expectation, Rule, Share, Stop, Test
from farthing.classify.rules.values import amount, below, flag, listed, mapping, number, refuse_unknown, scalar, text
from farthing.kernel.folding import name_key

NAME_MAX = 120
GROUP_MAX = 60
_DEPTH_MAX = 20
_LEAVES_MAX = 200
_VALUES_MAX = 1000
_TAGS_MAX = 20
_TESTS_MAX = 50
_SHARES_MAX = 20
_HUNDRED = Decimal(100)
_RULE_KEYS = ("name", "group", "priority", "enabled", "stop", "if", "then", "tests", "expect")
_ACTION_KEYS = tuple(one.name for one in fields(Actions))
_GIVES_KEYS = ("category", "tags", "merchant", "note", "transfer", "ignore", "split")


def rule_of(data: Any, place: str = "") -> Rule:
    rule = mapping(data, place, _RULE_KEYS, "A rule")
    for key in ("name", "if", "then"):
        if key not in rule:
            raise RuleInvalid(f"A rule needs {key!r}.", place)
    return Rule(
        name=text(rule["name"], below(place, "name"), NAME_MAX),
        condition=condition_of(rule["if"], below(place, "if")),
        actions=_actions(rule["then"], below(place, "then")),
        group=text(rule["group"], below(place, "group"), GROUP_MAX) if rule.get("group") else "",
        priority=number(rule.get("priority", PRIORITY), below(place, "priority"), 0, 10_000),
        is_enabled=flag(rule.get("enabled", True), below(place, "enabled")),
        stop=_stop(rule.get("stop"), below(place, "stop")),
        tests=_tests(rule.get("tests", []), below(place, "tests")),
        expect=_expectation(rule["expect"], below(place, "expect")) if rule.get("expect") is not None else None,
    )


def rules_of(data: Any, place: str = "rules", most: int = 1000) -> tuple[Rule, ...]:
    """Several; no two have one name, by which they are told apart."""
    rules = [rule_of(one, f"{place}[{n}]") for n, one in enumerate(listed(data, place, most))]
    names: dict[str, int] = {}
    for n, rule in enumerate(rules):
        before = names.setdefault(name_key(rule.name, NAME_MAX), n)
        if before != n:
            raise RuleInvalid(f"{place}[{before}] has this name already.", f"{place}[{n}].name")
    return tuple(rules)


def condition_of(data: Any, place: str = "if") -> Condition:
    found = _condition(data, place, 0)
    if sum(1 for _ in leaves(found)) > _LEAVES_MAX:
        raise RuleInvalid(f"A rule has at most {_LEAVES_MAX} conditions.", place)
    return found


def _condition(data: Any, place: str, depth: int) -> Condition:
    if depth > _DEPTH_MAX:
        raise RuleInvalid("Conditions are nested too deeply.", place)
    if not isinstance(data, dict):
        raise RuleInvalid("A condition is a mapping: all, any, not, or a field with what is asked of it.", place)
    joint = [key for key in ("all", "any", "not") if key in data]
    if not joint:
        return _leaf(data, place)
    if len(data) > 1:
        raise RuleInvalid(f"Beside {joint[0]!r} nothing else can stand. Put both below 'all' or 'any'.", place)
    if joint == ["not"]:
        return Not(_condition(data["not"], below(place, "not"), depth + 1))
    inside = below(place, joint[0])
    some = enumerate(listed(data[joint[0]], inside, _LEAVES_MAX))
    parts = [_condition(one, f"{inside}[{n}]", depth + 1) for n, one in some]
    if joint == ["any"] and not parts:
        raise RuleInvalid("An empty 'any' never holds. For a rule that always holds write all: [].", place)
    return AllOf(tuple(parts)) if joint == ["all"] else AnyOf(tuple(parts))


def _leaf(data: dict[str, Any], place: str) -> Leaf:
    if "field" not in data:
        raise RuleInvalid("A condition needs all, any, not, or a field.", place)
    field = _field(data["field"], below(place, "field"))
    kind = KINDS[field]
    asked = [key for key in data if key != "field"]
    for key in asked:
        if OPERATOR_SPELLINGS.get(key, key) not in OPERATORS[kind]:
            refuse_unknown(key, OPERATORS[kind], place)
    if len(asked) != 1:
        raise RuleInvalid(f"Ask one thing of {field}: {', '.join(OPERATORS[kind])}.", place)
    operator = Operator(OPERATOR_SPELLINGS.get(asked[0], asked[0]))
    return Leaf(field, operator, _values(data[asked[0]], below(place, asked[0]), field, operator))


def _field(data: Any, place: str) -> Field:
    written = str(data).strip().lower()
    if written not in FIELD_SPELLINGS:
        refuse_unknown(written, list(Field), place)
    return FIELD_SPELLINGS[written] if written in FIELD_SPELLINGS else Field(written)


def _values(data: Any, place: str, field: Field, operator: Operator) -> tuple[Any, ...]:
    kind = KINDS[field]
    if operator is Operator.EMPTY:
        return (flag(data, place),)
    if operator not in (Operator.IN, Operator.BETWEEN):
        return (scalar(data, place, field, kind, operator),)
    some = listed(data, place, _VALUES_MAX)
    values = tuple(scalar(one, f"{place}[{n}]", field, kind, operator) for n, one in enumerate(some))
    if not values:
        raise RuleInvalid("This list is empty, so nothing could be in it.", place)
    if operator is Operator.BETWEEN:
        _refuse_no_range(values, place)
    return values


def _refuse_no_range(values: Sequence[Any], place: str) -> None:
    if len(values) != 2:  # noqa: PLR2004  a beginning and an end
        raise RuleInvalid("A range has two ends: [from, to].", place)
    if values[0] > values[1]:
        raise RuleInvalid("This range ends below its beginning.", place)


def _actions(data: Any, place: str) -> Actions:
    wanted = mapping(data, place, _ACTION_KEYS, "What is done")
    actions = Actions(
        category=_named(wanted, "category", place, 100),
        add_tags=_tags(wanted.get("add_tags", []), below(place, "add_tags")),
        remove_tags=_tags(wanted.get("remove_tags", []), below(place, "remove_tags")),
        merchant=_named(wanted, "merchant", place, 255),
        note=_named(wanted, "note", place, 1000),
        append_note=_named(wanted, "append_note", place, 1000),
        split=_shares(wanted["split"], below(place, "split")) if wanted.get("split") is not None else (),
        transfer=_named(wanted, "transfer", place, 255),
        ignore=flag(wanted.get("ignore", False), below(place, "ignore")),
    )
    _refuse_at_odds(actions, place)
    return actions


def _refuse_at_odds(actions: Actions, place: str) -> None:
    if actions == Actions():
        raise RuleInvalid("A rule does something.", place)
    if actions.ignore and actions != Actions(ignore=True):
        raise RuleInvalid("What is ignored needs nothing else.", place)
    if actions.category and actions.split:
        raise RuleInvalid("A split has the categories of its parts. Leave out category or split.", place)
    if actions.note and actions.append_note:
        raise RuleInvalid("Set a note or append to it.", place)


def _named(data: dict[str, Any], key: str, place: str, longest: int) -> str | None:
    return text(data[key], below(place, key), longest) if data.get(key) is not None else None


def _tags(data: Any, place: str) -> tuple[str, ...]:
    tags = tuple(text(one, f"{place}[{n}]", 50) for n, one in enumerate(listed(data, place, _TAGS_MAX)))
    for n, tag in enumerate(tags):
        if "," in tag:
            raise RuleInvalid("A tag has no comma.", f"{place}[{n}]")
    return tags


def _shares(data: Any, place: str) -> tuple[Share, ...]:
    shares = tuple(_share(one, f"{place}[{n}]") for n, one in enumerate(listed(data, place, _SHARES_MAX)))
    rests = sum(share.is_rest for share in shares)
    whole = sum((share.percent for share in shares if share.percent is not None), Decimal(0))
    if len(shares) < 2:  # noqa: PLR2004  one part is no split
        raise RuleInvalid("A split has two parts at least.", place)
    if rests > 1:
        raise RuleInvalid("Only one part can be the rest.", place)
    if whole > _HUNDRED or (whole == _HUNDRED and rests):
        raise RuleInvalid("The percentages leave nothing for the rest.", place)
    if not rests and (whole != _HUNDRED or any(share.amount is not None for share in shares)):
        raise RuleInvalid("The parts must be 100 percent together, or one of them the rest.", place)
    return shares


def _share(data: Any, place: str) -> Share:
    share = mapping(data, place, ("percent", "amount", "rest", "category", "note"), "A part")
    said = [key for key in ("percent", "amount", "rest") if share.get(key) not in (None, False)]
    if len(said) != 1 or ("rest" in said and share["rest"] is not True):
        raise RuleInvalid("A part says percent, amount, or rest: true.", place)
    size = amount(share[said[0]], below(place, said[0])) if said != ["rest"] else None
    if size is not None and size <= 0:
        raise RuleInvalid("A part is larger than nothing; it takes the sign of the whole.", below(place, said[0]))
    return Share(
        percent=size if said == ["percent"] else None,
        amount=size if said == ["amount"] else None,
        category=_named(share, "category", place, 100),
        note=_named(share, "note", place, 1000),
    )


def _stop(data: Any, place: str) -> Stop | None:
    if data is None or data is False:
        return None
    if data is True:
        return Stop.ALL
    refuse_unknown(data, list(Stop), place)
    return Stop(data)


def _tests(data: Any, place: str) -> tuple[Test, ...]:
    return tuple(_test(one, f"{place}[{n}]") for n, one in enumerate(listed(data, place, _TESTS_MAX)))


def _test(data: Any, place: str) -> Test:
    test = mapping(data, place, ("given", "matches", "gives"), "A test")
    given = given_of(test.get("given"), below(place, "given"))
    gives = mapping(test.get("gives", {}), below(place, "gives"), _GIVES_KEYS, "What comes out")
    return Test(given, flag(test.get("matches", True), below(place, "matches")), _gives(gives, below(place, "gives")))


def _gives(data: dict[str, Any], place: str) -> dict[str, Any]:
    """What is null must not come out."""
    found: dict[str, Any] = {}
    for key, value in data.items():
        inside = below(place, key)
        if key == "tags":
            found[key] = list(_tags(value, inside))
        elif key == "ignore":
            found[key] = flag(value, inside)
        elif key == "split":
            parts = enumerate(listed(value, inside, _SHARES_MAX))
            found[key] = [_part(one, f"{inside}[{n}]") for n, one in parts]
        else:
            found[key] = None if value is None else text(value, inside, 1000)
    return found


def _part(data: Any, place: str) -> dict[str, str]:
    part = mapping(data, place, ("amount", "category"), "A part")
    category = _named(part, "category", place, 100)
    named = {"category": category} if category else {}
    return {"amount": f"{amount(part.get('amount'), below(place, 'amount')):f}"} | named


def _expectation(data: Any, place: str) -> Expectation:
    wanted = mapping(data, place, tuple(one.name for one in fields(Expectation)), "What is expected")

    def count(key: str) -> int | None:
        return None if wanted.get(key) is None else number(wanted[key], below(place, key), 0, 100_000_000)

    def search(key: str) -> str | None:
        return _named(wanted, key, place, 2000)

    return Expectation(count("at_least"), count("at_most"), search("must_match"), search("must_not_match"))
