"""A book of rules as YAML. Reading what was written gives the same rules; comments are not kept."""

import re
from collections.abc import Sequence
from typing import Any

import yaml

from farthing.classify.rules.errors import RuleInvalid
from farthing.classify.rules.reading import rules_of
from farthing.classify.rules.rule import Rule
from farthing.classify.rules.values import mapping
from farthing.classify.rules.writing import data_of

VERSION = 1
DOCUMENT_MAX = 2_000_000
_BOOL = "tag:yaml.org,2002:bool"
_INT = "tag:yaml.org,2002:int"
_NULL = "tag:yaml.org,2002:null"


class _Loader(yaml.SafeLoader):
    """YAML without its traps: `no` is a word, 12.30 keeps its digits, nothing refers to something else."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012  the library looks for it on the class

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.MarkedYAMLError(problem="aliases are not read", problem_mark=self.get_mark())
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:  # noqa: FBT001, FBT002  the library's signature
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.value in seen:
                raise yaml.MarkedYAMLError(problem="a key twice, or no plain key", problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


_Loader.add_implicit_resolver(_BOOL, re.compile(r"(?:true|false)$", re.IGNORECASE), list("tTfF"))
_Loader.add_implicit_resolver(_INT, re.compile(r"-?(?:0|[1-9][0-9]{0,17})$"), list("-0123456789"))
_Loader.add_implicit_resolver(_NULL, re.compile(r"(?:~|null|)$"), ["~", "n", ""])


def read_rules(text: str) -> tuple[Rule, ...]:
    """The rules of a document; an error names the line, or the place in the rules."""
    if len(text) > DOCUMENT_MAX:
        raise RuleInvalid(f"A document of rules has at most {DOCUMENT_MAX} characters.")
    document = mapping(_loaded(text) or {}, "", ("version", "rules"), "A document of rules")
    if document.get("version", VERSION) != VERSION:
        raise RuleInvalid(f"This is version {VERSION} of the language.", "version")
    rules = document.get("rules")
    return rules_of([] if rules is None else rules)


def write_rules(rules: Sequence[Rule]) -> str:
    document = {"version": VERSION, "rules": [data_of(rule) for rule in rules]}
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100)


def _loaded(text: str) -> Any:
    try:
        return yaml.load(text, _Loader)  # noqa: S506  a safe loader, made stricter
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise RuleInvalid(f"This is not YAML: {error.problem}.", place) from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise RuleInvalid(f"This is not YAML: {str(error).splitlines()[0]}.") from error
