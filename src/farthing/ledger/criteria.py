"""A search tree as one SQL condition on transactions: all SQL of the search, for both databases, is in this module.

Every part is a filter that reads the row, and none is ever NULL, so that a negation finds exactly the other rows. A
page of what is common is found soonest by walking through the rows in their order; what is rare an index lists first.
Which part that is, rows at both ends of the ledger tell: `Search.sample` asks, `Search.heed` hears.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date
from string import ascii_lowercase, ascii_uppercase
from typing import Any, TypeGuard, assert_never
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Executable,
    Select,
    UnaryExpression,
    and_,
    any_,
    case,
    cast,
    collate,
    column,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    table,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import aliased
from sqlalchemy.sql.operators import custom_op

from farthing.kernel.currency import DECIMALS
from farthing.ledger.folding import FIELD_MAX, FIELDS, SEPARATOR, name_key, tag_key
from farthing.ledger.kinds import CategoryKind
from farthing.ledger.models import Account, Attachment, Category, Split, Tag, Transaction, TransactionTag
from farthing.ledger.query import (
    NONE,
    AccountIs,
    AmountIs,
    And,
    CategoryIs,
    DateIs,
    DerCategoryIs,
    Has,
    IdIs,
    ImportIs,
    InField,
    Leaf,
    Not,
    NotDeleted,
    Or,
    Part,
    StatusIs,
    TagIs,
    Text,
    Tree,
    Type,
    TypeIs,
    Words,
)
from farthing.ledger.spelling import FTS5, TO_TSQUERY

Condition = ColumnElement[bool]
Keys = list[Select[Any]]
"""SELECTs that together list transactions' keys."""

_SAMPLED = 1000
_COMMON = 30
"""So many of the rows sampled at either end, and reading rows costs less than listing them from an index."""
_COMMON_TO_COUNT = 250
"""The same for counting thousands of rows, of those sampled at both ends."""
_LISTS_JOINED = 8
"""SQLite takes a join with many lists apart, into a condition that is too deep for it."""
_USUAL = 2
"""Decimals of most currencies; those with others are named in a condition."""
_UNUSUAL = [code for code, decimals in DECIMALS.items() if decimals != _USUAL]
_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)
_search = table("transaction_search", column("rowid"), column("transaction_search"))
_padded = literal(" ") + Transaction.search_text + literal(" ")
_Listed = aliased(Transaction)


def condition(tree: Tree, *, is_sqlite: bool, workspace_id: UUID) -> Condition:
    """What the rows found fulfil; on PostgreSQL the database transaction must be narrowed to the same workspace."""
    return Search(tree, is_sqlite=is_sqlite, workspace_id=workspace_id).condition()


class Search:
    """A tree as it is asked of one database; until a sample tells better, words are listed and the rest is read."""

    def __init__(self, tree: Tree, *, is_sqlite: bool, workspace_id: UUID) -> None:
        self._tree, self._is_sqlite = tree, is_sqlite
        self._days = [part for part in _required(tree) if isinstance(part, DateIs)]
        self._criteria = _Criteria(self._days, is_sqlite=is_sqlite, workspace_id=workspace_id)
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
        """How many rows at either end fulfil each part that could be listed; None if there is none."""
        counts = [func.count(case((self._criteria.of(self._as_listed(part)), 1))) for part in self._parts]
        days = [self._criteria.of(part) for part in self._days]
        ends = (self._criteria.end(days, backwards=backwards) for backwards in (True, False))
        return union_all(*(select(*counts).where(end) for end in ends)) if counts else None

    def _as_listed(self, part: Tree) -> Tree:
        """What the index lists for a part: words in any field, and on PostgreSQL in any order."""
        if not isinstance(part, And):
            return part
        texts = [text for text in part.parts if _is_indexed(text)]
        if self._is_sqlite:
            return And(tuple(Words(text.tokens, text.is_prefix) for text in texts))
        return And(tuple(word for text in texts for word in _apart(text)))

    def heed(self, sampled: Sequence[Sequence[int]]) -> None:
        """List the rarest part, if any is rare at all, and read the others."""
        hits = [(min(column), sum(column), at) for at, column in enumerate(zip(*sampled, strict=True))]
        rare = sorted((whole, at) for least, whole, at in hits if least < _COMMON)
        self._listed = [self._parts[at] for _, at in rare[:1]]
        self._criteria.is_apart = self._is_sqlite and bool(self._listed)
        some = sorted((whole, at) for _, whole, at in hits if self._is_sqlite or whole < _COMMON_TO_COUNT)
        self._counted = [self._parts[at] for _, at in some[:1]]

    def found(self) -> Select[Any]:
        """The keys of all rows, to be counted up to a limit, in whatever order is soonest.

        SQLite takes them one by one from the list of a part, however common that is; PostgreSQL makes the list first.
        """
        if not self._counted or len(self._criteria.keys(self._counted[0])) > _LISTS_JOINED:
            return self._criteria.own_keys().where(self.condition())
        if not self._is_sqlite:
            return self._criteria.own_keys().where(self._criteria.listed(*self._counted), self._criteria.of(self._tree))
        return self._criteria.each_of(*self._counted).where(self._criteria.of(self._tree))


class _Criteria:
    def __init__(self, days: Iterable[DateIs], *, is_sqlite: bool, workspace_id: UUID) -> None:
        self._is_sqlite, self._workspace_id = is_sqlite, workspace_id
        self.is_apart = False
        """Whether the rows come from a list, and SQLite is kept from finding them by an index."""
        self._within = [bound for part in days for bound in _days(part.first, part.last, _Listed.date)]

    def of(self, tree: Tree) -> Condition:
        match tree:
            case And(parts):
                return and_(true(), *map(self.of, parts))
            case Or(parts):
                return or_(false(), *map(self.of, parts))
            case Not(part):
                return not_(self.of(part))
            case _:
                return self._leaf(tree)

    def _leaf(self, leaf: Leaf) -> Condition:  # noqa: C901, PLR0911, PLR0912  a table of cases
        match leaf:
            case Words() | InField():
                return _spelled(leaf)
            case AmountIs():
                return _amount(leaf)
            case DateIs(first, last):
                return and_(true(), *_days(first, last, self.read(Transaction.date)))
            case AccountIs(names):
                return self._account(names)
            case CategoryIs(names):
                return self._category(names)
            case TagIs(names):
                return self._tagged(TransactionTag.tag_id.in_(self._tags(names)))
            case DerCategoryIs(texts):
                return _is_among(Transaction.der_category, _storable(texts))
            case StatusIs(statuses):
                return Transaction.status.in_(statuses)
            case TypeIs(types):
                return or_(false(), *map(_type, types))
            case ImportIs(ids):
                return _is_among(Transaction.import_id, ids)
            case IdIs(ids):
                return Transaction.id.in_(ids)
            case Has(part):
                return self._has(part)
            case NotDeleted():
                return Transaction.deleted_at.is_(None)
            case _:
                assert_never(leaf)

    def _account(self, names: tuple[str, ...]) -> Condition:
        """By id or name; capitals of A to Z make no difference on either database."""
        ids = _ids(names)
        if len(ids) == len(names):
            return and_(true(), self.read(Transaction.account_id).in_(ids))
        name = func.lower(Account.name if self._is_sqlite else collate(Account.name, "C"))
        named = or_(Account.id.in_(ids), name.in_([text.translate(_LOWER) for text in _storable(names)]))
        return self._in(self.read(Transaction.account_id), self._own(Account.id, Account).where(named))

    def _category(self, names: tuple[str, ...]) -> Condition:
        """In the row itself, or if it is split in one of its parts."""
        categories = self._categories(names)
        parts = self._own(Split.position, Split).where(
            Split.transaction_key == Transaction.key, self._in(Split.category_id, categories)
        )
        whole = and_(self._in(Transaction.category_id, categories), Transaction.is_split.is_(False))
        return or_(whole, and_(Transaction.is_split.is_(True), parts.exists()))

    def _categories(self, names: tuple[str, ...]) -> Select[Any]:
        """Those of the names or ids, and all below them."""
        named = or_(Category.name_key.in_([name_key(name) for name in names]), Category.id.in_(_ids(names)))
        if NONE in map(name_key, names):
            named = or_(named, Category.kind == CategoryKind.NONE)
        in_use = self._own(Category.id, Category).where(Category.deleted_at.is_(None))
        family = in_use.where(named).cte("family", recursive=True, nesting=True)
        return select(family.union(in_use.where(Category.parent_id == family.c.id)).c.id)

    def _tagged(self, *tags: Condition) -> Condition:
        tagged = self._own(TransactionTag.tag_id, TransactionTag).where(*tags)
        return tagged.where(TransactionTag.transaction_key == Transaction.key).exists()

    def _tags(self, names: tuple[str, ...]) -> Select[Any]:
        named = or_(Tag.name_key.in_([tag_key(name) for name in names]), Tag.id.in_(_ids(names)))
        return self._own(Tag.id, Tag).where(named)

    def _has(self, part: Part) -> Condition:
        match part:
            case Part.SPLIT:
                return Transaction.is_split.is_(True)
            case Part.TRANSFER:
                return Transaction.transfer_id.is_not(None)
            case Part.NOTE:
                return func.coalesce(Transaction.note, "") != ""
            case Part.ATTACHMENT:
                return Transaction.key.in_(self._attached())
            case Part.TAG:
                return self._tagged()
            case _:
                assert_never(part)

    def listed(self, part: Tree) -> Condition:
        return self._in(Transaction.key, union_all(*self.keys(part)))

    def read(self, wanted: Any) -> Any:
        return _unindexed(wanted) if self.is_apart else wanted

    def own_keys(self) -> Select[Any]:
        return self._own(Transaction.key, Transaction)

    def each_of(self, part: Tree) -> Select[Any]:
        """The rows that the lists of a part name, each once; the plus keeps SQLite from beginning with the rows."""
        named = union_all(*self.keys(part)).subquery()
        workspace = _unindexed(Transaction.workspace_id)
        rows = select(Transaction.key).distinct().join_from(named, Transaction, Transaction.key == named.c[0])
        return rows.where(workspace == self._workspace_id)

    def end(self, days: Iterable[Condition], *, backwards: bool) -> Condition:
        """Among the first or the last rows."""
        order = (Transaction.date, Transaction.key)
        some = select(Transaction.key).where(Transaction.workspace_id == self._workspace_id, *days).correlate(None)
        some = some.order_by(*(column.desc() if backwards else column for column in order))
        return self._in(Transaction.key, some.limit(_SAMPLED))

    def keys(self, tree: Tree) -> Keys:  # noqa: PLR0911  a table of cases
        """From indexes all rows that may fulfil it, and perhaps some more; nothing where no index knows."""
        match tree:
            case And(parts):
                words = tuple(part for part in parts if _is_indexed(part))
                return self._worded(words) if words else next(filter(None, map(self.keys, parts)), [])
            case Or(parts):
                lists = [self.keys(part) for part in parts]
                return [keys for some in lists for keys in some] if all(lists) else []
            case Words() | InField():
                return self._worded((tree,)) if _is_indexed(tree) else []
            case AmountIs():
                return self._amounts(tree)
            case CategoryIs(names):
                return self._in_categories(self._categories(names))
            case TagIs(names):
                tagged = self._own(TransactionTag.transaction_key, TransactionTag)
                return [tagged.where(self._in(TransactionTag.tag_id, self._tags(names)))]
            case Has(Part.ATTACHMENT):
                return [self._attached()]
            case Has(Part.TRANSFER) | TypeIs((Type.TRANSFER,)):
                return [self._transactions(_Listed.transfer_id.is_not(None))]
            case _:
                return []

    def _worded(self, texts: tuple[Text, ...]) -> Keys:
        """The full text knows PostgreSQL's rows by their words alone, SQLite's by words in a row over all fields."""
        if self._is_sqlite:
            return [select(_search.c.rowid).where(_search.c.transaction_search.match(FTS5.words(texts)))]
        return [select(func.search_transactions(cast(TO_TSQUERY.words(texts), TSQUERY)))]

    def _amounts(self, asked: AmountIs) -> Keys:
        """In the usual minor units; of unusual currencies whole accounts, whose transactions have their currency."""
        unusual = self._own(Account.id, Account).where(Account.currency.in_(_UNUSUAL))
        usual = [self._transactions(_Listed.amount.between(low, high)) for low, high in asked.ranges(_USUAL)]
        return [*usual, self._transactions(self._in(_Listed.account_id, unusual))]

    def _in_categories(self, categories: Select[Any]) -> Keys:
        parts = self._own(Split.transaction_key, Split).where(self._in(Split.category_id, categories))
        return [self._transactions(self._in(_Listed.category_id, categories)), parts]

    def _attached(self) -> Select[Any]:
        return self._own(Attachment.transaction_key, Attachment).where(Attachment.deleted_at.is_(None))

    def _transactions(self, wanted: Condition) -> Select[Any]:
        return self._own(_Listed.key, _Listed).where(wanted, *self._within)

    def _own(self, wanted: Any, model: Any) -> Select[Any]:
        return select(wanted).where(model.workspace_id == self._workspace_id)

    def _in(self, wanted: Any, few: Select[Any] | CompoundSelect[Any]) -> Condition:
        """Among a few; PostgreSQL's indexes serve arrays."""
        found: Condition = wanted.in_(few) if self._is_sqlite else wanted == any_(func.array(few.scalar_subquery()))
        return found


def _unindexed(wanted: Any) -> Any:
    """A column that SQLite takes from the row and not from an index."""
    return UnaryExpression(wanted, operator=custom_op("+"), type_=wanted.type)


def _required(tree: Tree) -> list[Tree]:
    """What must hold: first all words as one part, since the full text takes them together, then each other part."""
    parts = tree.parts if isinstance(tree, And) else (tree,)
    words = tuple(part for part in parts if _is_indexed(part))
    return [*([And(words)] if words else []), *(part for part in parts if not _is_indexed(part))]


def _is_indexed(part: Tree) -> TypeGuard[Text]:
    """Whether the full text can find it: the beginning of a word, not the middle."""
    return isinstance(part, Words) or (isinstance(part, InField) and not part.is_anywhere)


def _apart(text: Text) -> list[Words]:
    return [*(Words((token,)) for token in text.tokens[:-1]), Words(text.tokens[-1:], text.is_prefix)]


def _spelled(text: Text) -> Condition:
    """The words in a row, in one field; separators before and behind say in which."""
    is_open = isinstance(text, InField) and text.is_anywhere
    begin, end = "" if is_open else " ", "" if is_open or text.is_prefix else " "
    told = " ".join(text.tokens)
    if len(told) > FIELD_MAX:  # no field has so many letters, and SQLite takes no pattern of 50,000 bytes
        return false()
    words = f"%{begin}{told}{end}%"
    patterns = [words] if isinstance(text, Words) else [_in_place(words, place) for place in text.field.places]
    is_like = or_(*map(_padded.like, patterns))
    return case((is_like, true()), else_=false())


def _in_place(words: str, place: int) -> str:
    return f"%{SEPARATOR}" * place + words + f"{SEPARATOR}%" * (len(FIELDS) - 1 - place)


def _is_among(wanted: Any, values: Iterable[object]) -> Condition:
    return and_(wanted.is_not(None), wanted.in_(list(values)))


def _days(first: date | None, last: date | None, day: Any) -> Iterator[Condition]:
    if first:
        yield day >= first
    if last:
        yield day <= last


def _type(kind: Type) -> Condition:
    if kind is Type.TRANSFER:
        return Transaction.transfer_id.is_not(None)
    side = Transaction.amount > 0 if kind is Type.INCOME else Transaction.amount < 0
    return and_(side, Transaction.transfer_id.is_(None))


def _storable(texts: Iterable[str]) -> Iterator[str]:
    """Those that a database can hold, and so can have."""
    return (text for text in texts if "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text))


def _ids(names: Iterable[str]) -> list[UUID]:
    """Those of the names that are ids."""
    found = []
    for name in names:
        with suppress(ValueError):
            found.append(UUID(name))
    return found


def _amount(asked: AmountIs) -> Condition:
    """In minor units of each currency."""
    return or_(*(and_(_counts(decimals), _between(asked, decimals)) for decimals in sorted(set(DECIMALS.values()))))


def _counts(decimals: int) -> Condition:
    """Whether a row's currency has so many decimals."""
    if decimals == _USUAL:
        return Transaction.currency.not_in(_UNUSUAL)
    return Transaction.currency.in_([code for code in _UNUSUAL if DECIMALS[code] == decimals])


def _between(asked: AmountIs, decimals: int) -> Condition:
    return or_(*(Transaction.amount.between(low, high) for low, high in asked.ranges(decimals)))
