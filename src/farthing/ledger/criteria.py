"""A search tree as one SQL condition on transactions: all SQL of the search, for both databases, is in this module.

No condition is ever NULL, so that its negation finds exactly the other rows. What may be rare is asked of an index
first: words of the full text, names of their tables. PostgreSQL takes such lists as arrays, which its indexes serve.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from string import ascii_lowercase, ascii_uppercase
from typing import Any, NamedTuple, TypeGuard, assert_never
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    any_,
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
)
from sqlalchemy.dialects.postgresql import TSQUERY

from farthing.kernel.currency import DECIMALS
from farthing.ledger.folding import FIELDS, SEPARATOR, name_key
from farthing.ledger.kinds import CategoryKind
from farthing.ledger.models import Account, Attachment, Category, Split, Tag, Transaction, TransactionTag
from farthing.ledger.query import (
    NONE,
    AccountIs,
    AmountIs,
    And,
    CategoryIs,
    Comparison,
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

Condition = ColumnElement[bool]

_BEYOND = 10**17
"""More minor units than any amount has, and few enough for the database's integers."""
_USUAL = 2
"""Decimals of most currencies; those with others are named in a condition."""
_TAG_MAX = 50
_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)
_search = table("transaction_search", column("rowid"), column("transaction_search"))
_padded = literal(" ") + Transaction.search_text + literal(" ")


def condition(tree: Tree, *, is_sqlite: bool, workspace_id: UUID) -> Condition:
    """What the rows found fulfil; on PostgreSQL the database transaction must be narrowed to the same workspace."""
    return _Criteria(is_sqlite=is_sqlite, workspace_id=workspace_id).of(tree)


class _Spelling(NamedTuple):
    """How a database's full text is asked."""

    both: str
    either: str
    prefix: str
    quote: str
    escapes: Mapping[int, str]

    def words(self, text: Text) -> str:
        """All tokens of a text; the index does not know their order."""
        words = [f"{self.quote}{token.translate(self.escapes)}{self.quote}" for token in text.tokens]
        if text.is_prefix:
            words[-1] += self.prefix
        return f"({self.both.join(words)})"


_FTS5 = _Spelling(" AND ", " OR ", "*", '"', str.maketrans({'"': '""'}))
_TSQUERY = _Spelling(" & ", " | ", ":*", "'", str.maketrans({"'": "''", "\\": "\\\\"}))


class _Criteria:
    def __init__(self, *, is_sqlite: bool, workspace_id: UUID) -> None:
        self._is_sqlite, self._workspace_id = is_sqlite, workspace_id
        self._spelling = _FTS5 if is_sqlite else _TSQUERY

    def of(self, tree: Tree) -> Condition:
        match tree:
            case And(parts):
                texts = [part for part in parts if _is_indexed(part)]
                return and_(true(), *self._all_texts(texts), *self._rest(parts))
            case Or(parts):
                texts = [part for part in parts if _is_indexed(part)]
                return or_(false(), *self._any_text(texts), *self._rest(parts))
            case Not(part):
                return not_(self.of(part))
            case _:
                return self._leaf(tree)

    def _rest(self, parts: tuple[Tree, ...]) -> Iterator[Condition]:
        return (self.of(part) for part in parts if not _is_indexed(part))

    def _all_texts(self, texts: list[Text]) -> Iterator[Condition]:
        """One question for all their words, and the spelling where it says more than the words."""
        if texts:
            yield self._found(self._spelling.both.join(map(self._spelling.words, texts)))
            yield from (_spelled(text) for text in texts if not _is_one_word(text))

    def _any_text(self, texts: list[Text]) -> Iterator[Condition]:
        if texts:
            found = self._found(self._spelling.either.join(map(self._spelling.words, texts)))
            yield found if all(map(_is_one_word, texts)) else and_(found, or_(*map(_spelled, texts)))

    def _found(self, wanted: str) -> Condition:
        """Rows in whose words the full text finds what is wanted."""
        if self._is_sqlite:
            return Transaction.key.in_(select(_search.c.rowid).where(_search.c.transaction_search.match(wanted)))
        return self._in(Transaction.key, select(func.search_transactions(cast(wanted, TSQUERY))))

    def _leaf(self, leaf: Leaf) -> Condition:  # noqa: C901, PLR0911, PLR0912  a table of cases
        match leaf:
            case Words() | InField():
                return and_(*self._all_texts([leaf])) if _is_indexed(leaf) else _spelled(leaf)
            case AmountIs():
                return _amount(leaf)
            case DateIs(first, last):
                return and_(true(), *_days(first, last))
            case AccountIs(names):
                return self._account(names)
            case CategoryIs(names):
                return self._category(names)
            case TagIs(names):
                return self._tag(names)
            case DerCategoryIs(texts):
                return _is_among(Transaction.der_category, texts)
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
            return Transaction.account_id.in_(ids)
        name = func.lower(Account.name if self._is_sqlite else collate(Account.name, "C"))
        named = or_(Account.id.in_(ids), name.in_([text.translate(_LOWER) for text in names]))
        return self._in(Transaction.account_id, self._own(Account.id, Account).where(named))

    def _category(self, names: tuple[str, ...]) -> Condition:
        """In the row itself, or if it is split in one of its parts."""
        category = self._categories(names)
        parts = self._own(Split.transaction_key, Split).where(self._in(Split.category_id, category))
        whole = and_(self._in(Transaction.category_id, category), Transaction.is_split.is_(False))
        return or_(whole, self._in(Transaction.key, parts))

    def _categories(self, names: tuple[str, ...]) -> Select[Any]:
        """Those of the names or ids, and all below them."""
        named = or_(Category.name_key.in_([name_key(name) for name in names]), Category.id.in_(_ids(names)))
        if NONE in map(name_key, names):
            named = or_(named, Category.kind == CategoryKind.NONE)
        in_use = self._own(Category.id, Category).where(Category.deleted_at.is_(None))
        family = in_use.where(named).cte("family", recursive=True, nesting=True)
        return select(family.union(in_use.where(Category.parent_id == family.c.id)).c.id)

    def _tag(self, names: tuple[str, ...]) -> Condition:
        named = or_(Tag.name_key.in_([name_key(name, _TAG_MAX) for name in names]), Tag.id.in_(_ids(names)))
        tags = self._own(Tag.id, Tag).where(named)
        tagged = self._own(TransactionTag.transaction_key, TransactionTag)
        return self._in(Transaction.key, tagged.where(self._in(TransactionTag.tag_id, tags)))

    def _has(self, part: Part) -> Condition:
        match part:
            case Part.SPLIT:
                return Transaction.is_split.is_(True)
            case Part.TRANSFER:
                return Transaction.transfer_id.is_not(None)
            case Part.NOTE:
                return func.coalesce(Transaction.note, "") != ""
            case Part.ATTACHMENT:
                kept = self._own(Attachment.transaction_key, Attachment).where(Attachment.deleted_at.is_(None))
                return self._in(Transaction.key, kept)
            case Part.TAG:
                tagged = self._own(TransactionTag.transaction_key, TransactionTag)
                return tagged.where(TransactionTag.transaction_key == Transaction.key).exists()
            case _:
                assert_never(part)

    def _own(self, wanted: Any, model: Any) -> Select[Any]:
        return select(wanted).where(model.workspace_id == self._workspace_id)

    def _in(self, wanted: Any, rows: Select[Any]) -> Condition:
        found: Condition = wanted.in_(rows) if self._is_sqlite else wanted == any_(func.array(rows.scalar_subquery()))
        return found


def _is_indexed(part: Tree) -> TypeGuard[Text]:
    """Whether the full text can find it: the beginning of a word, not the middle."""
    return isinstance(part, Words) or (isinstance(part, InField) and not part.is_anywhere)


def _is_one_word(text: Text) -> bool:
    return isinstance(text, Words) and len(text.tokens) == 1


def _spelled(text: Text) -> Condition:
    """The words in a row, in one field; separators before and behind say in which."""
    is_open = isinstance(text, InField) and text.is_anywhere
    begin, end = "" if is_open else " ", "" if is_open or text.is_prefix else " "
    words = f"%{begin}{' '.join(text.tokens)}{end}%"
    if isinstance(text, Words):
        return _padded.like(words)
    return or_(*(_padded.like(_in_place(words, place)) for place in text.field.places))


def _in_place(words: str, place: int) -> str:
    return f"%{SEPARATOR}" * place + words + f"{SEPARATOR}%" * (len(FIELDS) - 1 - place)


def _is_among(wanted: Any, values: Iterable[object]) -> Condition:
    return and_(wanted.is_not(None), wanted.in_(list(values)))


def _days(first: date | None, last: date | None) -> Iterator[Condition]:
    if first:
        yield Transaction.date >= first
    if last:
        yield Transaction.date <= last


def _type(kind: Type) -> Condition:
    if kind is Type.TRANSFER:
        return Transaction.transfer_id.is_not(None)
    side = Transaction.amount > 0 if kind is Type.INCOME else Transaction.amount < 0
    return and_(side, Transaction.transfer_id.is_(None))


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
        return Transaction.currency.not_in([code for code, places in DECIMALS.items() if places != _USUAL])
    return Transaction.currency.in_([code for code, places in DECIMALS.items() if places == decimals])


def _between(asked: AmountIs, decimals: int) -> Condition:
    amount = Transaction.amount
    low, high = _bounds(asked.comparison, asked.value, decimals)
    if asked.is_signed:
        return amount.between(low, high)
    low = max(low, 0)
    return or_(amount.between(low, high), amount.between(-high, -low))


def _bounds(comparison: Comparison, value: Decimal, decimals: int) -> tuple[int, int]:
    """The least and the greatest number of minor units; nothing lies between them where none is exact enough."""
    above, below = (_whole(value, decimals, rounding) for rounding in (ROUND_CEILING, ROUND_FLOOR))
    match comparison:
        case Comparison.EQUAL:
            return above, below
        case Comparison.ABOVE:
            return below + 1, _BEYOND
        case Comparison.AT_LEAST:
            return above, _BEYOND
        case Comparison.BELOW:
            return -_BEYOND, above - 1
        case Comparison.AT_MOST:
            return -_BEYOND, below
        case _:
            assert_never(comparison)


def _whole(value: Decimal, decimals: int, rounding: str) -> int:
    near = max(min(value, Decimal(_BEYOND)), Decimal(-_BEYOND)).scaleb(decimals)
    return max(min(int(near.to_integral_value(rounding)), _BEYOND - 1), 1 - _BEYOND)
