"""A search tree as one SQL condition on transactions: all SQL of the search, for both databases, is in this module.

Every part is a filter that reads the row, and none is ever NULL, so that a negation finds exactly the other rows. A
page of what is common is found soonest by walking through the rows in their order; what is rare an index lists first.
`searching` chooses.
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

_USUAL = 2
"""Decimals of most currencies; those with others are named in a condition."""
_UNUSUAL = [code for code, decimals in DECIMALS.items() if decimals != _USUAL]
_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)
_search = table("transaction_search", column("rowid"), column("transaction_search"))
_padded = literal(" ") + Transaction.search_text + literal(" ")
Listed = aliased(Transaction)


class Criteria:
    def __init__(
        self, days: Sequence[DateIs], *, is_sqlite: bool, workspace_id: UUID, key: Any = Transaction.key
    ) -> None:
        self._days, self._key = days, key
        self.is_sqlite, self.workspace_id = is_sqlite, workspace_id
        self.is_apart = False
        """Whether the rows come from a list, and SQLite is kept from finding them by an index."""
        self.within = [bound for part in days for bound in _days(part.first, part.last, Listed.date)]

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
                return self._spelled(leaf)
            case AmountIs():
                return _amount(leaf)
            case DateIs(first, last):
                return and_(true(), *_days(first, last, self.read(Transaction.date)))
            case AccountIs(names):
                return self._account(names)
            case CategoryIs(names):
                return self._category(names)
            case TagIs(names):
                return self.tagged(TransactionTag.tag_id.in_(self.tags(names)))
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

    def _spelled(self, text: Text) -> Condition:
        """The words in a row, in one field; separators before and behind say in which."""
        is_open = isinstance(text, InField) and text.is_anywhere
        begin, end = "" if is_open else " ", "" if is_open or text.is_prefix else " "
        told = " ".join(text.tokens)
        if len(told) > FIELD_MAX:  # no field has so many letters, and SQLite takes no pattern of 50,000 bytes
            return false()
        words = f"%{begin}{told}{end}%"
        patterns = [words] if isinstance(text, Words) else [_in_place(words, place) for place in text.field.places]
        is_like = or_(*map(_padded.like, patterns))
        if self.is_sqlite:  # refuses most rows sooner without a pattern
            is_like = and_(func.instr(Transaction.search_text, told) > 0, is_like)
        return case((is_like, true()), else_=false())

    def _account(self, names: tuple[str, ...]) -> Condition:
        """By id or name; capitals of A to Z make no difference on either database."""
        ids = _ids(names)
        if len(ids) == len(names):
            return and_(true(), self.read(Transaction.account_id).in_(ids))
        name = func.lower(Account.name if self.is_sqlite else collate(Account.name, "C"))
        named = or_(Account.id.in_(ids), name.in_([text.translate(_LOWER) for text in _storable(names)]))
        return self.among(self.read(Transaction.account_id), self.own(Account.id, Account).where(named))

    def _category(self, names: tuple[str, ...]) -> Condition:
        """In the row itself, or if it is split in one of its parts."""
        categories = self.categories(names)
        parts = self.own(Split.position, Split).where(
            Split.transaction_key == Transaction.key, self.among(Split.category_id, categories)
        )
        whole = and_(self.among(Transaction.category_id, categories), Transaction.is_split.is_(False))
        return or_(whole, and_(Transaction.is_split.is_(True), parts.exists()))

    def categories(self, names: tuple[str, ...]) -> Select[Any]:
        """Those of the names or ids, and all below them."""
        named = or_(Category.name_key.in_([name_key(name) for name in names]), Category.id.in_(_ids(names)))
        if NONE in map(name_key, names):
            named = or_(named, Category.kind == CategoryKind.NONE)
        in_use = self.own(Category.id, Category).where(Category.deleted_at.is_(None))
        family = in_use.where(named).cte("family", recursive=True, nesting=True)
        return select(family.union(in_use.where(Category.parent_id == family.c.id)).c.id)

    def tagged(self, *tags: Condition) -> Condition:
        tagged = self.own(TransactionTag.tag_id, TransactionTag).where(*tags)
        return tagged.where(TransactionTag.transaction_key == self._key).exists()

    def tags(self, names: tuple[str, ...]) -> Select[Any]:
        named = or_(Tag.name_key.in_([tag_key(name) for name in names]), Tag.id.in_(_ids(names)))
        return self.own(Tag.id, Tag).where(named)

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
                return self.tagged()
            case _:
                assert_never(part)

    def listed(self, part: Tree) -> Condition:
        return self.among(Transaction.key, union_all(*self.keys(part)))

    def read(self, wanted: Any) -> Any:
        return _unindexed(wanted) if self.is_apart else wanted

    def own_keys(self) -> Select[Any]:
        return self.own(Transaction.key, Transaction)

    def each_of(self, part: Tree) -> Select[Any]:
        """The rows that the lists of a part name, each once; the plus keeps SQLite from beginning with the rows."""
        named = union_all(*self.keys(part)).subquery()
        workspace = _unindexed(Transaction.workspace_id)
        rows = select(Transaction.key).distinct().join_from(named, Transaction, Transaction.key == named.c[0])
        return rows.where(workspace == self.workspace_id)

    def on(self, key: Any) -> "Criteria":
        """The same of rows of which only the key is known."""
        return Criteria(self._days, is_sqlite=self.is_sqlite, workspace_id=self.workspace_id, key=key)

    def end(self, days: Iterable[Condition], most: int, *, backwards: bool) -> Condition:
        """Among the first or the last rows, at most so many."""
        order = (Transaction.date, Transaction.key)
        some = select(Transaction.key).where(Transaction.workspace_id == self.workspace_id, *days).correlate(None)
        some = some.order_by(*(column.desc() if backwards else column for column in order))
        return self.among(Transaction.key, some.limit(most))

    def keys(self, tree: Tree) -> Keys:  # noqa: PLR0911  a table of cases
        """From indexes all rows that may fulfil it, and perhaps some more; nothing where no index knows."""
        match tree:
            case And(parts):
                words = tuple(part for part in parts if is_indexed(part))
                return self._worded(words) if words else next(filter(None, map(self.keys, parts)), [])
            case Or(parts):
                lists = [self.keys(part) for part in parts]
                return [keys for some in lists for keys in some] if all(lists) else []
            case Words() | InField():
                return self._worded((tree,)) if is_indexed(tree) else []
            case AmountIs():
                return self._amounts(tree)
            case CategoryIs(names):
                return self._in_categories(self.categories(names))
            case TagIs(names):
                tagged = self.own(TransactionTag.transaction_key, TransactionTag)
                return [tagged.where(self.among(TransactionTag.tag_id, self.tags(names)))]
            case Not(NotDeleted()):
                return [self._transactions(Listed.deleted_at.is_not(None))]
            case Has(Part.ATTACHMENT):
                return [self._attached()]
            case Has(Part.TRANSFER) | TypeIs((Type.TRANSFER,)):
                return [self._transactions(Listed.transfer_id.is_not(None))]
            case _:
                return []

    def _worded(self, texts: tuple[Text, ...]) -> Keys:
        """The full text knows PostgreSQL's rows by their words alone, SQLite's by words in a row over all fields."""
        if self.is_sqlite:
            return [select(_search.c.rowid).where(_search.c.transaction_search.match(FTS5.words(texts)))]
        return [select(func.search_transactions(cast(TO_TSQUERY.words(texts), TSQUERY)))]

    def _amounts(self, asked: AmountIs) -> Keys:
        """In the usual minor units; of unusual currencies whole accounts, whose transactions have their currency."""
        unusual = self.own(Account.id, Account).where(Account.currency.in_(_UNUSUAL))
        usual = [self._transactions(Listed.amount.between(low, high)) for low, high in asked.ranges(_USUAL)]
        return [*usual, self._transactions(self.among(Listed.account_id, unusual))]

    def _in_categories(self, categories: Select[Any]) -> Keys:
        parts = self.own(Split.transaction_key, Split).where(self.among(Split.category_id, categories))
        return [self._transactions(self.among(Listed.category_id, categories)), parts]

    def _attached(self) -> Select[Any]:
        return self.own(Attachment.transaction_key, Attachment).where(Attachment.deleted_at.is_(None))

    def moments(self, day: Any) -> Condition:
        """Within the days that are asked for."""
        return and_(true(), *(bound for part in self._days for bound in _days(part.first, part.last, day)))

    def _transactions(self, wanted: Condition) -> Select[Any]:
        return self.own(Listed.key, Listed).where(wanted, *self.within)

    def own(self, wanted: Any, model: Any) -> Select[Any]:
        return select(wanted).where(model.workspace_id == self.workspace_id)

    def among(self, wanted: Any, few: Select[Any] | CompoundSelect[Any]) -> Condition:
        """Among a few; PostgreSQL's indexes serve arrays."""
        found: Condition = wanted.in_(few) if self.is_sqlite else wanted == any_(func.array(few.scalar_subquery()))
        return found


def _unindexed(wanted: Any) -> Any:
    """A column that SQLite takes from the row and not from an index."""
    return UnaryExpression(wanted, operator=custom_op("+"), type_=wanted.type)


def is_indexed(part: Tree) -> TypeGuard[Text]:
    """Whether the full text can find it: the beginning of a word, not the middle."""
    return isinstance(part, Words) or (isinstance(part, InField) and not part.is_anywhere)


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
