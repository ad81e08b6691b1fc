"""Rules and transactions that somebody might have, for Hypothesis; and what a rule means, said row by row."""

import calendar
import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from farthing.classify.rules.conditions import AllOf, AnyOf, Condition, Leaf, Not
from farthing.classify.rules.fields import Field, Operator

TEXTS = [
    "",
    "ŻABKA Z1234",
    "zabka  z1234 Warszawa",
    "Lidl",
    "LIDL PL",
    "Łódź – bilet",
    "rent 12.30",
    "a\nb",
    "Straße 5",
]
PIECES = ["zabka", "Łódź", "l", "lidl pl", "12.30", "B", "a b", "strasse", "z1234 warszawa", "nowhere"]
PATTERNS = [
    r"zabka.*\d{4}",
    r"^(lidl|łódź)\b",
    r"lidl\s+pl$",
    r"\d+\.\d\d",
    "stra(ß|ss)e",
    r"a\sb",
    "z+a",
    r"(li|za)b?",
    ".",
]
NAMES = ["Food", "Rent", "żywność", "Fun"]
DAYS = [date(2026, 1, 31), date(2026, 2, 28), date(2024, 2, 29), date(2026, 3, 1), date(2026, 3, 2)]
AMOUNTS = ["-12.30", "12.30", "0", "-100", "99.99", "-0.01"]

_TEXT_FIELDS = (Field.PAYEE, Field.MERCHANT, Field.DESCRIPTION, Field.NOTE, Field.REFERENCE, Field.LOCATION)
_WORDS = st.one_of(st.sampled_from(PIECES), st.sampled_from([text for text in TEXTS if text]))
_ORDERINGS = (Operator.ABOVE, Operator.AT_LEAST, Operator.BELOW, Operator.AT_MOST)


@st.composite
def givens(draw: st.DrawFn) -> dict[str, Any]:
    """A transaction as a test writes it down."""
    given: dict[str, Any] = {
        "amount": draw(st.sampled_from(AMOUNTS)),
        "currency": draw(st.sampled_from(["EUR", "PLN"])),
        "date": draw(st.sampled_from(DAYS)).isoformat(),
        "tags": draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=2)),
        "is_transfer": draw(st.booleans()),
        "is_split": draw(st.booleans()),
        "status": draw(st.sampled_from(["booked", "pending"])),
    }
    for name in ("payee", "merchant", "description", "note"):
        if text := draw(st.sampled_from(TEXTS)):
            given[name] = text
    for name in ("account", "category"):
        if text := draw(st.sampled_from(["", *NAMES])):
            given[name] = text
    return given


def spelled(field: st.SearchStrategy[Field], words: st.SearchStrategy[str]) -> st.SearchStrategy[Leaf]:
    singles = st.sampled_from([Operator.IS, Operator.CONTAINS, Operator.STARTS, Operator.ENDS])
    return st.one_of(
        st.builds(Leaf, field, singles, st.tuples(words)),
        st.builds(Leaf, field, st.just(Operator.IN), st.lists(words, min_size=1, max_size=3).map(tuple)),
        st.builds(Leaf, field, st.just(Operator.MATCHES), st.tuples(st.sampled_from(PATTERNS))),
        st.builds(Leaf, field, st.just(Operator.EMPTY), st.tuples(st.booleans())),
    )


def ordered(field: st.SearchStrategy[Field], values: st.SearchStrategy[Any]) -> st.SearchStrategy[Leaf]:
    return st.one_of(
        st.builds(Leaf, field, st.sampled_from((Operator.IS, *_ORDERINGS)), st.tuples(values)),
        st.builds(
            Leaf, field, st.just(Operator.BETWEEN), st.tuples(values, values).map(lambda two: tuple(sorted(two)))
        ),
        st.builds(Leaf, field, st.just(Operator.IN), st.lists(values, min_size=1, max_size=3).map(tuple)),
    )


LEAVES: st.SearchStrategy[Leaf] = st.one_of(
    spelled(st.sampled_from(_TEXT_FIELDS), _WORDS),
    spelled(st.sampled_from([Field.ACCOUNT, Field.CATEGORY, Field.TAGS]), st.sampled_from([*NAMES, "foo", "zyw"])),
    ordered(st.sampled_from([Field.AMOUNT, Field.SIZE]), st.sampled_from([*map(Decimal, AMOUNTS), Decimal("12.305")])),
    ordered(st.just(Field.DATE), st.sampled_from(DAYS)),
    ordered(st.just(Field.MONTH), st.integers(1, 12)),
    ordered(st.just(Field.DAY), st.integers(1, 31)),
    st.builds(Leaf, st.just(Field.DAY), st.just(Operator.IS), st.tuples(st.integers(-4, -1))),
    st.builds(Leaf, st.just(Field.WEEKDAY), st.just(Operator.IS), st.tuples(st.sampled_from(["monday", "sunday"]))),
    st.builds(Leaf, st.just(Field.TYPE), st.just(Operator.IN), st.just(("income", "transfer"))),
    st.builds(Leaf, st.just(Field.DIRECTION), st.just(Operator.IS), st.tuples(st.sampled_from(["income", "expense"]))),
    st.builds(Leaf, st.just(Field.IS_TRANSFER), st.just(Operator.IS), st.tuples(st.booleans())),
    st.builds(Leaf, st.just(Field.STATUS), st.just(Operator.IS), st.tuples(st.sampled_from(["booked", "pending"]))),
    st.builds(Leaf, st.just(Field.CURRENCY), st.just(Operator.IS), st.tuples(st.sampled_from(["eur", "PLN"]))),
)


def conditions() -> st.SearchStrategy[Condition]:
    def joined(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
        some = st.lists(inner, min_size=1, max_size=3).map(tuple)
        return st.one_of(st.builds(AllOf, some), st.builds(AnyOf, some), st.builds(Not, inner))

    return st.recursive(LEAVES, joined, max_leaves=8)


def holds(condition: Condition, row: Mapping[str, Any]) -> bool:
    """What a condition means for one row, without any of the engine's means."""
    match condition:
        case AllOf(parts):
            return all(holds(part, row) for part in parts)
        case AnyOf(parts):
            return any(holds(part, row) for part in parts)
        case Not(part):
            return not holds(part, row)
        case Leaf(field, operator, values):
            return _leaf_holds(field, operator, values, row)


def _leaf_holds(field: Field, operator: Operator, values: tuple[Any, ...], row: Mapping[str, Any]) -> bool:
    found = _found(field, row)
    if field in (Field.AMOUNT, Field.SIZE, Field.DATE, Field.MONTH):
        return _compares(operator, found, values)
    if field is Field.DAY:
        last = calendar.monthrange(found.year, found.month)[1]
        return _compares(operator, found.day, values) or (
            operator in (Operator.IS, Operator.IN) and found.day - last - 1 in values
        )
    if isinstance(found, bool):
        return found is values[0]
    if field in (Field.TYPE, Field.DIRECTION, Field.STATUS, Field.WEEKDAY):
        return found in values
    if field is Field.TAGS:
        if operator is Operator.EMPTY:
            return (not found) is values[0]
        return any(_spells(operator, tag, values) for tag in found)
    return _spells(operator, found or "", values)


def _found(field: Field, row: Mapping[str, Any]) -> Any:
    amount, day = Decimal(row["amount"]), date.fromisoformat(row["date"])
    side = "income" if amount > 0 else "expense"
    derived = {
        Field.AMOUNT: amount,
        Field.SIZE: abs(amount),
        Field.DATE: day,
        Field.DAY: day,
        Field.MONTH: day.month,
        Field.WEEKDAY: f"{day:%A}".lower(),
        Field.DIRECTION: side,
        Field.TYPE: "transfer" if row["is_transfer"] else side,
    }
    return derived[field] if field in derived else row.get(field.value)


def _compares(operator: Operator, found: Any, values: tuple[Any, ...]) -> bool:
    first = values[0]
    return bool(
        {
            Operator.IS: found == first,
            Operator.IN: found in values,
            Operator.ABOVE: found > first,
            Operator.AT_LEAST: found >= first,
            Operator.BELOW: found < first,
            Operator.AT_MOST: found <= first,
            Operator.BETWEEN: first <= found <= values[-1],
        }[operator]
    )


def _spells(operator: Operator, text: str, values: tuple[Any, ...]) -> bool:
    if operator is Operator.EMPTY:
        return (not text.strip()) is values[0]
    if operator is Operator.MATCHES:
        found = re.search(values[0], text, re.IGNORECASE) or re.search(values[0], plain(text), re.IGNORECASE)
        return found is not None
    whole, wanted = plain(text), [plain(value) for value in values]
    return {
        Operator.IS: wanted[0] == whole,
        Operator.IN: whole in wanted,
        Operator.CONTAINS: wanted[0] in whole,
        Operator.STARTS: whole.startswith(wanted[0]),
        Operator.ENDS: whole.endswith(wanted[0]),
    }[operator]


def plain(text: str) -> str:
    """Folded by other means than ours, as far as the letters above need it."""
    letters = unicodedata.normalize("NFKD", text.lower().replace("ł", "l").replace("ß", "ss"))
    return " ".join("".join(letter for letter in letters if not unicodedata.combining(letter)).split())
