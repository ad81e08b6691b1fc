"""Counting what a search finds by keys alone, where indexes know them: reading a row costs more than knowing of it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, and_, exists, not_, or_, select, true, union_all
from sqlalchemy.orm import aliased

from farthing.ledger.criteria import Condition, Criteria, Listed
from farthing.ledger.models import Split, Transaction, TransactionTag
from farthing.ledger.query import And, CategoryIs, DateIs, Has, Not, NotDeleted, Or, Part, TagIs, Tree

_Deleted = aliased(Transaction, name="deleted")
_Other = aliased(TransactionTag, name="other")
_FEW_DELETED = "INDEXED BY ix_transactions_deleted"
"""SQLite would look at the row itself."""


def counted(tree: Tree, rarest: Sequence[Tree], criteria: Criteria) -> Select[Any] | None:
    """The keys of all rows that a tree finds, each once; None where more must be known of a row than an index tells."""
    parts = tree.parts if isinstance(tree, And) else (tree,)
    others = [part for part in parts if not isinstance(part, DateIs) and not _is_of_keys(part)]
    told = [part for part in parts if _is_of_keys(part)]
    tags = next((part for part in rarest if isinstance(part, TagIs)), None)
    match others:
        case [CategoryIs(names)]:
            return _union(_in_categories(names, told, criteria))
        case [] if tags is not None:
            is_dated = len(told) < len(parts)
            return None if is_dated else _tagged(tags, [part for part in told if part is not tags], criteria)
        case [] if any(part != NotDeleted() for part in told):
            return _all(told, criteria)
        case _:
            return None


def _is_of_keys(part: Tree) -> bool:
    match part:
        case NotDeleted() | TagIs() | Has(Part.TAG):
            return True
        case Not(inner):
            return _is_of_keys(inner)
        case And(parts) | Or(parts):
            return all(map(_is_of_keys, parts))
        case _:
            return False


def _fulfil(parts: Sequence[Tree], criteria: Criteria, key: Any) -> Condition:
    return and_(true(), *(_fulfils(part, criteria.on(key), key) for part in parts))


def _fulfils(part: Tree, criteria: Criteria, key: Any) -> Condition:
    match part:
        case NotDeleted():
            return not_(_is_deleted(criteria, key))
        case Not(inner):
            return not_(_fulfils(inner, criteria, key))
        case And(parts):
            return and_(true(), *(_fulfils(inner, criteria, key) for inner in parts))
        case Or(parts):
            return or_(not_(true()), *(_fulfils(inner, criteria, key) for inner in parts))
        case _:
            return criteria.of(part)


def _is_deleted(criteria: Criteria, key: Any) -> Condition:
    gone = criteria.own(_Deleted.key, _Deleted).where(_Deleted.key == key, _Deleted.deleted_at.is_not(None))
    return gone.with_hint(_Deleted, _FEW_DELETED, "sqlite").exists()


def _union(lists: Sequence[Select[Any]]) -> Select[Any]:
    both = union_all(*lists).subquery()
    return select(both.c[0])


def _all(told: Sequence[Tree], criteria: Criteria) -> Select[Any]:
    rows = criteria.own(Listed.key, Listed).where(criteria.moments(Listed.date))
    return rows.where(_fulfil(told, criteria, Listed.key))


def _tagged(tags: TagIs, told: Sequence[Tree], criteria: Criteria) -> Select[Any]:
    """Of several tags the first that a transaction has counts."""
    wanted = criteria.tags(tags.names)
    key, tag = TransactionTag.transaction_key, TransactionTag.tag_id
    rows = criteria.own(key, TransactionTag).where(criteria.among(tag, wanted))
    if len(tags.names) > 1:
        before = criteria.own(_Other.tag_id, _Other).where(
            _Other.transaction_key == key, criteria.among(_Other.tag_id, wanted), _Other.tag_id < tag
        )
        rows = rows.where(not_(before.exists()))
    return rows.where(_fulfil(told, criteria, key))


def _in_categories(names: tuple[str, ...], told: Sequence[Tree], criteria: Criteria) -> list[Select[Any]]:
    """Those that are whole in one of them, then those with a part in one."""
    categories = criteria.categories(names)
    whole = criteria.own(Listed.key, Listed).where(
        criteria.among(Listed.category_id, categories), criteria.moments(Listed.date)
    )
    parts_of_it = criteria.own(Split.position, Split).where(Split.transaction_key == Listed.key)
    key = Split.transaction_key
    parts = criteria.own(key, Split).distinct().where(criteria.among(Split.category_id, categories))
    dated = exists().where(
        Listed.workspace_id == criteria.workspace_id, Listed.key == key, criteria.moments(Listed.date)
    )
    return [
        whole.where(not_(parts_of_it.exists()), _fulfil(told, criteria, Listed.key)),
        parts.where(dated, _fulfil(told, criteria, key)),
    ]
