"""What somebody looks for, as a tree: the search language and the filters of a query string both become one.

And(parts)  Or(parts)  Not(part)       And(()) finds everything, Or(()) nothing
AmountIs  DateIs  StatusIs  TypeIs  Has  ImportIs  IdIs  NotDeleted
AccountIs  CategoryIs  TagIs  DerCategoryIs       any of some names, or ids where names are not unique
Words  InField                                    tokens of the text, see `folding`
"""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from enum import StrEnum
from typing import assert_never
from uuid import UUID

from farthing.kernel.errors import Unprocessable
from farthing.ledger.folding import FIELDS, tokens
from farthing.ledger.kinds import Status

_BEYOND = 10**17
"""More minor units than any amount has, and few enough for the databases' integers."""
NONE = "none"
"""As a category: none was chosen."""


class QueryInvalid(Unprocessable):
    """This search cannot be understood."""

    def __init__(
        self,
        detail: str,
        *,
        position: int | None = None,
        found: str | None = None,
        possible: Iterable[str] = (),
        suggestion: str | None = None,
    ) -> None:
        self.position, self.found, self.possible, self.suggestion = position, found, tuple(possible), suggestion
        place = "" if position is None else f"At character {position}: "
        hint = f" Did you mean {suggestion}?" if suggestion else ""
        choice = f" Possible are {', '.join(self.possible)}." if self.possible else ""
        super().__init__(f"{place}{detail}{hint}{choice}")


class Comparison(StrEnum):
    EQUAL = "="
    ABOVE = ">"
    AT_LEAST = ">="
    BELOW = "<"
    AT_MOST = "<="


class Type(StrEnum):
    """Money that came, went, or only moved between own accounts."""

    INCOME = "income"
    EXPENSE = "expense"
    TRANSFER = "transfer"


class Part(StrEnum):
    """What a transaction may have."""

    SPLIT = "split"
    TRANSFER = "transfer"
    ATTACHMENT = "attachment"
    NOTE = "note"
    TAG = "tag"


class Field(StrEnum):
    """A text that can be searched alone; a merchant is the one that was given or the one that we derived."""

    DESCRIPTION = "description"
    PAYEE = "payee"
    MERCHANT = "merchant"
    DER_MERCHANT = "der_merchant"
    LOCATION = "location"
    REFERENCE = "reference"
    NOTE = "note"

    @property
    def places(self) -> tuple[int, ...]:
        """Where in the searched text it stands."""
        names = ("merchant", "der_merchant") if self is Field.MERCHANT else (self.value,)
        return tuple(FIELDS.index(name) for name in names)


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple["Tree", ...]


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple["Tree", ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: "Tree"


@dataclass(frozen=True, slots=True)
class AmountIs:
    """Within all bounds, in the transaction's currency; unsigned, what came and what went count alike."""

    bounds: tuple[tuple[Comparison, Decimal], ...]
    is_signed: bool = False

    def ranges(self, decimals: int) -> list[tuple[int, int]]:
        """Least and greatest minor units; unsigned, the same on either side of zero. Backwards where none will do."""
        ends = [_range(comparison, value, decimals) for comparison, value in self.bounds]
        low, high = max(low for low, _ in ends), min(high for _, high in ends)
        return [(low, high)] if self.is_signed else [(max(low, 0), high), (-high, min(-low, 0))]


@dataclass(frozen=True, slots=True)
class DateIs:
    """From the first to the last day, both included."""

    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class AccountIs:
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CategoryIs:
    """In one of the categories or below it; of a split transaction the parts decide."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TagIs:
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DerCategoryIs:
    """Exactly the derived text, as the reference system compares it."""

    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StatusIs:
    statuses: tuple[Status, ...]


@dataclass(frozen=True, slots=True)
class TypeIs:
    types: tuple[Type, ...]


@dataclass(frozen=True, slots=True)
class ImportIs:
    ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class IdIs:
    ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Has:
    part: Part


@dataclass(frozen=True, slots=True)
class NotDeleted:
    pass


@dataclass(frozen=True, slots=True)
class Words:
    """These tokens in a row within one field; the last one may be only the beginning of a word."""

    tokens: tuple[str, ...]
    is_prefix: bool = False


@dataclass(frozen=True, slots=True)
class InField:
    """The same in a certain field. `is_anywhere` begins in the middle of a word too, as the reference systems do."""

    field: Field
    tokens: tuple[str, ...]
    is_prefix: bool = True
    is_anywhere: bool = False


Text = Words | InField
Leaf = (
    AmountIs
    | DateIs
    | AccountIs
    | CategoryIs
    | TagIs
    | DerCategoryIs
    | StatusIs
    | TypeIs
    | ImportIs
    | IdIs
    | Has
    | NotDeleted
    | Text
)
Tree = And | Or | Not | Leaf

EVERYTHING = And(())
NOTHING = Or(())


def _range(comparison: Comparison, value: Decimal, decimals: int) -> tuple[int, int]:
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


def all_of(parts: Iterable[Tree]) -> Tree:
    """Their conjunction, flat, and itself where there is only one."""
    flat = [inner for part in parts for inner in (part.parts if isinstance(part, And) else (part,))]
    return flat[0] if len(flat) == 1 else And(tuple(flat))


def any_of(parts: Iterable[Tree]) -> Tree:
    """Their disjunction, flat, and itself where there is only one."""
    flat = [inner for part in parts for inner in (part.parts if isinstance(part, Or) else (part,))]
    return flat[0] if len(flat) == 1 else Or(tuple(flat))


def negated(part: Tree) -> Tree:
    return part.part if isinstance(part, Not) else Not(part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What a query string may ask for. All that is given must hold; `search` speaks the search language.

    Amounts are signed here, as the reference systems have them. Of `tags_any` one must be there, of `tags_all` each;
    `untagged` together with `tags_any` finds both.
    """

    account_ids: tuple[UUID, ...] = ()
    start_date: date | None = None
    end_date: date | None = None
    year: int | None = None
    month: int | None = None
    category_ids: tuple[UUID, ...] = ()
    categories: tuple[str, ...] = ()
    der_category: str | None = None
    tags_any: tuple[str, ...] = ()
    tags_all: tuple[str, ...] = ()
    untagged: bool = False
    min_amount: Decimal | None = None
    max_amount: Decimal | None = None
    merchant: str | None = None
    der_merchant: str | None = None
    status: tuple[Status, ...] = ()
    import_id: UUID | None = None
    search: str | None = None
    include_deleted: bool = False
    only_deleted: bool = False


def criteria(wanted: Filter) -> Tree:
    """The tree of everything but `search`, which `language.tree_of` adds."""
    parts: list[Tree] = [Not(NotDeleted())] if wanted.only_deleted else [] if wanted.include_deleted else [NotDeleted()]
    if wanted.account_ids:
        parts.append(AccountIs(_texts(wanted.account_ids)))
    if wanted.category_ids or wanted.categories:
        parts.append(CategoryIs(_texts(wanted.category_ids) + wanted.categories))
    if wanted.der_category:
        parts.append(DerCategoryIs((wanted.der_category,)))
    if wanted.status:
        parts.append(StatusIs(wanted.status))
    if wanted.import_id:
        parts.append(ImportIs((wanted.import_id,)))
    return all_of([*parts, *_days(wanted), *_amounts(wanted), *_tags(wanted), *_merchants(wanted)])


def _texts(ids: Iterable[UUID]) -> tuple[str, ...]:
    return tuple(str(one) for one in ids)


def _days(wanted: Filter) -> Iterable[Tree]:
    if wanted.start_date or wanted.end_date:
        yield DateIs(wanted.start_date, wanted.end_date)
    if wanted.month is not None and wanted.year is None:
        raise QueryInvalid("A month needs its year. Give both.")
    if wanted.year is not None:
        yield _calendar(wanted.year, wanted.month)


def _calendar(year: int, month: int | None) -> DateIs:
    try:
        last = month or 12
        return DateIs(date(year, month or 1, 1), date(year, last, monthrange(year, last)[1]))
    except ValueError as error:
        raise QueryInvalid(f"There is no month {month} of the year {year}.") from error


def _amounts(wanted: Filter) -> Iterable[Tree]:
    ends = ((Comparison.AT_LEAST, wanted.min_amount), (Comparison.AT_MOST, wanted.max_amount))
    bounds = tuple((comparison, value) for comparison, value in ends if value is not None)
    for _, value in bounds:
        if not value.is_finite():
            raise QueryInvalid(f"{value} is not an amount.")
    if bounds:
        yield AmountIs(bounds, is_signed=True)


def _tags(wanted: Filter) -> Iterable[Tree]:
    tagless: tuple[Tree, ...] = (Not(Has(Part.TAG)),) if wanted.untagged else ()
    tagged: tuple[Tree, ...] = (TagIs(wanted.tags_any),) if wanted.tags_any else ()
    if tagless or tagged:
        yield any_of(tagless + tagged)
    for tag in wanted.tags_all:
        yield TagIs((tag,))


def _merchants(wanted: Filter) -> Iterable[Tree]:
    for field, text in ((Field.MERCHANT, wanted.merchant), (Field.DER_MERCHANT, wanted.der_merchant)):
        if text and text.strip():
            words = tuple(tokens(text))
            yield InField(field, words, is_anywhere=True) if words else NOTHING
