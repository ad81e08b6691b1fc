"""How a search is best asked: what is common is read, what is rare is listed, and counting keeps to keys if it can.

Rows at both ends of the ledger tell what is common: `Search.sample` asks, `Search.heed` hears.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Executable, Select, and_, case, cast, func, select, true, union_all

from farthing.ledger.counting import counted
from farthing.ledger.criteria import Condition, Criteria, is_indexed
from farthing.ledger.models import MonthTotal, Transaction
from farthing.ledger.query import And, DateIs, Text, Tree, Words

_SAMPLED = 1000
_COMMON = 30
"""So many of the rows sampled at either end, and reading rows costs less than listing them from an index."""
_READ = 50
"""So many rows are wanted at once; the larger the ledger, the rarer is what is found sooner by reading than listing."""
_COMMON_TO_COUNT = 250
"""The same for counting thousands of rows, of those sampled at both ends."""
_LISTS_JOINED = 8
"""SQLite takes a join with many lists apart, into a condition that is too deep for it."""


def condition(tree: Tree, *, is_sqlite: bool, workspace_id: UUID) -> Condition:
    """What the rows found fulfil; on PostgreSQL the database transaction must be narrowed to the same workspace."""
    return Search(tree, is_sqlite=is_sqlite, workspace_id=workspace_id).condition()


class Search:
    """A tree as it is asked of one database; until a sample tells better, words are listed and the rest is read."""

    def __init__(self, tree: Tree, *, is_sqlite: bool, workspace_id: UUID) -> None:
        self._tree, self._is_sqlite = tree, is_sqlite
        self._days = [part for part in _required(tree) if isinstance(part, DateIs)]
        self._criteria = Criteria(self._days, is_sqlite=is_sqlite, workspace_id=workspace_id)
        self._parts = [part for part in _required(tree) if self._criteria.keys(part)]
        self._listed: list[Tree] = [part for part in self._parts[:1] if isinstance(part, And)]
        self._counted = self._listed
        self._criteria.is_apart = is_sqlite and bool(self._listed)

    def condition(self) -> Condition:
        return and_(true(), *map(self._criteria.listed, self._listed), self._criteria.of(self._tree))

    def order(self, wanted: Any) -> Any:
        """What to sort by: SQLite would rather walk through all rows in an index's order than sort the few listed."""
        return self._criteria.read(wanted)

    def sample(self) -> Executable | None:
        """How many rows at either end fulfil each part that could be listed, and of how many; None if there is none."""
        counts = [func.count(case((self._criteria.of(self._as_listed(part)), 1))) for part in self._parts]
        size = select(func.coalesce(func.sum(MonthTotal.count), 0)).where(
            MonthTotal.workspace_id == self._criteria.workspace_id
        )
        days = [self._criteria.of(part) for part in self._days]
        ends = (self._criteria.end(days, _SAMPLED, backwards=backwards) for backwards in (True, False))
        columns = (*counts, cast(size.scalar_subquery(), BigInteger))
        return union_all(*(select(*columns).where(end) for end in ends)) if counts else None

    def _as_listed(self, part: Tree) -> Tree:
        """What the index lists for a part: words in any field, and on PostgreSQL in any order."""
        if not isinstance(part, And):
            return part
        texts = [text for text in part.parts if is_indexed(text)]
        if self._is_sqlite:
            return And(tuple(Words(text.tokens, text.is_prefix) for text in texts))
        return And(tuple(word for text in texts for word in _apart(text)))

    def heed(self, sampled: Sequence[Sequence[int]]) -> None:
        """List the rarest part, if any is rare at all, and read the others."""
        *columns, sizes = zip(*sampled, strict=True)
        hits = [(min(column), sum(column), at) for at, column in enumerate(columns)]
        common = min(_COMMON, _SAMPLED * (_READ / max(1, *sizes)) ** 0.5)
        rare = sorted((whole, at) for least, whole, at in hits if least < common)
        self._listed = [self._parts[at] for _, at in rare[:1]]
        self._criteria.is_apart = self._is_sqlite and bool(self._listed)
        some = sorted((whole, at) for _, whole, at in hits if self._is_sqlite or whole < _COMMON_TO_COUNT)
        self._counted = [self._parts[at] for _, at in some[:1]]

    def found(self) -> Select[Any]:
        """The keys of all rows, to be counted up to a limit, in whatever order is soonest.

        SQLite takes them one by one from the list of a part, however common that is; PostgreSQL makes the list first.
        """
        if (keys := counted(self._tree, self._counted, self._criteria)) is not None:
            return keys
        rest = self._criteria.of(self._unlisted())
        if not self._counted or len(self._criteria.keys(self._counted[0])) > _LISTS_JOINED:
            rows = self._criteria.own_keys().where(self.condition())
            return rows.order_by(Transaction.key) if self._is_sqlite else rows
        if not self._is_sqlite:
            return self._criteria.own_keys().where(self._criteria.listed(*self._counted), rest)
        return self._criteria.each_of(*self._counted).where(rest)

    def _unlisted(self) -> Tree:
        """What the list of the counted part leaves open: single words the full text finds as they are."""
        if not self._counted or not isinstance(self._counted[0], And) or not isinstance(self._tree, And):
            return self._tree
        return And(tuple(p for p in self._tree.parts if not (isinstance(p, Words) and len(p.tokens) == 1)))


def _required(tree: Tree) -> list[Tree]:
    """What must hold: first all words as one part, since the full text takes them together, then each other part."""
    parts = tree.parts if isinstance(tree, And) else (tree,)
    words = tuple(part for part in parts if is_indexed(part))
    return [*([And(words)] if words else []), *(part for part in parts if not is_indexed(part))]


def _apart(text: Text) -> list[Words]:
    return [*(Words((token,)) for token in text.tokens[:-1]), Words(text.tokens[-1:], text.is_prefix)]
