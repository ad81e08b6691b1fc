"""The search language: what is understood, what is refused and how, and that nothing else can happen."""

from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from farthing.kernel.errors import Unprocessable
from farthing.ledger.folding import name_key
from farthing.ledger.kinds import Status
from farthing.ledger.language import DEPTH_MAX, LENGTH_MAX, TERMS_MAX, parse, tree_of
from farthing.ledger.query import (
    EVERYTHING,
    NOTHING,
    AccountIs,
    AmountIs,
    And,
    CategoryIs,
    Comparison,
    DateIs,
    DerCategoryIs,
    Field,
    Filter,
    Has,
    IdIs,
    ImportIs,
    InField,
    Not,
    NotDeleted,
    Or,
    Part,
    QueryInvalid,
    StatusIs,
    TagIs,
    Tree,
    Type,
    TypeIs,
    Words,
    all_of,
    any_of,
    criteria,
    negated,
)
from farthing.ledger.search_fields import FIELDS

TODAY = date(2026, 3, 31)
ID = UUID("0199e1c0-a8d1-7000-8000-000000000001")


def word(*tokens: str) -> Words:
    return Words(tokens, is_prefix=True)


def amount(*bounds: tuple[str, str], is_signed: bool = False) -> AmountIs:
    return AmountIs(tuple((Comparison(sign), Decimal(value)) for sign, value in bounds), is_signed)


def days(first: str | None, last: str | None) -> DateIs:
    return DateIs(first and date.fromisoformat(first), last and date.fromisoformat(last))  # type: ignore[arg-type]


def refusal_of(text: str) -> QueryInvalid | None:
    try:
        parse(text, today=TODAY)
    except QueryInvalid as refusal:
        return refusal
    return None


@pytest.mark.parametrize(
    ("text", "meant", "position"),
    [
        ("amount >50", "amount>50", 8),
        ("lunch Amount  >=  -50 tag:work", "amount>=-50", 15),
        (">50", "amount>50", 1),
        ("tag:work < 20.50", "amount<20.50", 10),
        ("date > 2026-03", "date>2026-03", 6),
        ("category = food", "category:food", 10),
    ],
)
def test_a_comparison_with_blanks_before_it_is_not_silently_text(text: str, meant: str, position: int) -> None:
    refusal = refusal_of(text)
    assert refusal is not None
    assert f"write {meant}." in refusal.detail
    assert refusal.position == position


@pytest.mark.parametrize("text", ["a -> b", "tea => milk", '"> 50"', "lunch >"])
def test_a_sign_that_compares_nothing_is_passed_over(text: str) -> None:
    assert refusal_of(text) is None


def refused(text: str) -> QueryInvalid:
    refusal = refusal_of(text)
    assert refusal is not None
    return refusal


A, B, C = word("a"), word("b"), word("c")
EXAMPLES: list[tuple[str, Tree]] = [
    ("", EVERYTHING),
    (" \t\n", EVERYTHING),
    ("— & !", EVERYTHING),
    ("coffee", word("coffee")),
    ("Żabka", word("zabka")),
    ("a b", And((A, B))),
    ("a AND b", And((A, B))),
    ("a OR b", Or((A, B))),
    ("a OR b OR c", Or((A, B, C))),
    ("a b OR c", Or((And((A, B)), C))),
    ("a (b OR c)", And((A, Or((B, C))))),
    ("(a b) c", And((A, B, C))),
    ("((a))", A),
    ("-a", Not(A)),
    ("NOT a", Not(A)),
    ("--a", A),
    ("NOT -a", A),
    ("-(a OR b) c", And((Not(Or((A, B))), C))),
    ("a -b", And((A, Not(B)))),
    ("a - b", And((A, B))),
    ("a -- b", And((A, B))),
    ("a -& b", And((A, B))),
    ("marks & spencer", And((word("marks"), word("spencer")))),
    ("coffee-shop", word("coffee", "shop")),
    ("McDonald's", word("mcdonald", "s")),
    ("12:30", word("12", "30")),
    ("kfc(warsaw)", And((word("kfc"), word("warsaw")))),
    ("and or not", And((word("and"), word("or"), word("not")))),
    ('"AND"', Words(("and",))),
    ('"exact words"', Words(("exact", "words"))),
    ('"say \\"hi\\" \\\\ now"', Words(("say", "hi", "now"))),
    ('"a"b', And((Words(("a",)), B))),
    ('""', EVERYTHING),
    ('-"" a', A),
    ('"http://x"', Words(("http", "x"))),
    ("amount>50", amount((">", "50"))),
    ("amount:>50", amount((">", "50"))),
    ("amount>=50.25", amount((">=", "50.25"))),
    ("AMOUNT<5", amount(("<", "5"))),
    ("amount<=5", amount(("<=", "5"))),
    ("amount:5", amount(("=", "5"))),
    ("amount=5", amount(("=", "5"))),
    ("amount:-50", amount(("=", "-50"), is_signed=True)),
    ("amount:\u221250", amount(("=", "-50"), is_signed=True)),
    ("amount>+50", amount((">", "50"), is_signed=True)),
    ("amount<-50", amount(("<", "-50"), is_signed=True)),
    ("-amount>50", Not(amount((">", "50")))),
    ("amount:10..20", amount((">=", "10"), ("<=", "20"))),
    ("amount:-20..-10", amount((">=", "-20"), ("<=", "-10"), is_signed=True)),
    ("amount:-5..5", amount((">=", "-5"), ("<=", "5"), is_signed=True)),
    ("amount:10..", amount((">=", "10"))),
    ("amount:..20", amount(("<=", "20"))),
    ("date:2026", days("2026-01-01", "2026-12-31")),
    ("date:2026-02", days("2026-02-01", "2026-02-28")),
    ("date:2024-2", days("2024-02-01", "2024-02-29")),
    ("date:2026-12", days("2026-12-01", "2026-12-31")),
    ("date:2026-03-05", days("2026-03-05", "2026-03-05")),
    ("date:2026-01..2026-03", days("2026-01-01", "2026-03-31")),
    ("date:2026-03-05..", days("2026-03-05", None)),
    ("date:..2026-03", days(None, "2026-03-31")),
    ("date>2026-01-01", days("2026-01-02", None)),
    ("date>2026-01", days("2026-02-01", None)),
    ("date>=2026-01", days("2026-01-01", None)),
    ("date<2026-01", days(None, "2025-12-31")),
    ("date<=2026-01", days(None, "2026-01-31")),
    ("date:2026-01,2026-03", Or((days("2026-01-01", "2026-01-31"), days("2026-03-01", "2026-03-31")))),
    ("date:today", days("2026-03-31", "2026-03-31")),
    ("date:Yesterday", days("2026-03-30", "2026-03-30")),
    ("date:thisMonth", days("2026-03-01", "2026-03-31")),
    ("date:lastmonth", days("2026-02-01", "2026-02-28")),
    ("date:thisYear", days("2026-01-01", "2026-12-31")),
    ("date:lastYear", days("2025-01-01", "2025-12-31")),
    ("date:last30d", days("2026-03-02", "2026-03-31")),
    ("date:last1d", days("2026-03-31", "2026-03-31")),
    ("date:lastMonth..today", days("2026-02-01", "2026-03-31")),
    ("category:food", CategoryIs(("food",))),
    ('category:"Eating out"', CategoryIs(("Eating out",))),
    ('category:"Eating out",food,none', CategoryIs(("Eating out", "food", "none"))),
    ("tag:a,b", TagIs(("a", "b"))),
    ("-tag:work", Not(TagIs(("work",)))),
    ("tag:none", Not(Has(Part.TAG))),
    ("tag:a,none", Or((TagIs(("a",)), Not(Has(Part.TAG))))),
    (f"account:main,{ID}", AccountIs(("main", str(ID)))),
    ("merchant:żabka", InField(Field.MERCHANT, ("zabka",))),
    ('merchant:"la vie"', InField(Field.MERCHANT, ("la", "vie"), is_prefix=False)),
    ("payee:a,b", Or((InField(Field.PAYEE, ("a",)), InField(Field.PAYEE, ("b",))))),
    ("note:x(b)", And((InField(Field.NOTE, ("x",)), B))),
    ("description:x", InField(Field.DESCRIPTION, ("x",))),
    ("status:pending,Void", StatusIs((Status.PENDING, Status.VOID))),
    ("type:income,transfer", TypeIs((Type.INCOME, Type.TRANSFER))),
    ("has:split", Has(Part.SPLIT)),
    ("has:note,attachment", Or((Has(Part.NOTE), Has(Part.ATTACHMENT)))),
    (f"import:{ID}", ImportIs((ID,))),
    (f"id:{ID}", IdIs((ID,))),
    (
        'amount>50 category:food -tag:work date:2026-03 "exact words" (a OR b) NOT c',
        And(
            (
                amount((">", "50")),
                CategoryIs(("food",)),
                Not(TagIs(("work",))),
                days("2026-03-01", "2026-03-31"),
                Words(("exact", "words")),
                Or((A, B)),
                Not(C),
            )
        ),
    ),
]


@pytest.mark.parametrize(("text", "tree"), EXAMPLES, ids=[text for text, _ in EXAMPLES])
def test_what_is_understood(text: str, tree: Tree) -> None:
    assert parse(text, today=TODAY) == tree


REFUSALS = [
    ("catgory:x", 1, "category"),
    ("a OR", 5, "missing before the end"),
    ("OR a", 1, "missing before OR"),
    ("a AND AND b", 7, "missing before AND"),
    ("a AND", 6, "missing"),
    ("a NOT", 6, "missing before the end"),
    ("()", 2, "missing before )"),
    ("(a", 1, "not closed"),
    ("a (b (c)", 3, "not closed"),
    ("a) b", 2, "Nothing is open"),
    ('a "b', 3, "not closed"),
    ('tag:"a', 5, "not closed"),
    ('tag:"a"b', 8, "blank or a comma"),
    ('tag:a"b"', 6, "blank or a comma"),
    ("tag:", 5, "needs a value here, as in tag:holiday"),
    ("tag: a", 5, "needs a value"),
    ("tag:a,", 7, "needs a value"),
    ("tag:,a", 5, "needs a value"),
    ('tag:" "', 5, "needs a name"),
    ("tag>a", 4, "no order"),
    ("amount:ten", 8, "not an amount"),
    ("amount:1e3", 8, "not an amount"),
    ("amount:\u0661", 8, "not an amount"),
    ("amount:12,50", 11, "decimals with a point"),
    ("amount:20..10", 8, "below its beginning"),
    ("amount:..", 8, "neither"),
    ("amount>1..2", 8, "not an amount"),
    ("date:2026-13", 6, "no day 2026-13"),
    ("date:2025-02-29", 6, "no day"),
    ("date:0001", 6, "not a date"),
    ("date>9999", 6, "not a date"),
    ("date:lastmnth", 6, "Did you mean lastMonth?"),
    ("date:2026-03..2026-01", 6, "before its beginning"),
    ("date:last0d", 6, "not a date"),
    ("date>2026,2027", 11, "one value"),
    ("has:noet", 5, "Did you mean note?"),
    ("status:open", 8, "booked, pending, void"),
    ("type:spent", 6, "income, expense, transfer"),
    ("id:1", 4, "not the id"),
    ('merchant:"-"', 10, "a letter or a digit"),
]


@pytest.mark.parametrize(("text", "position", "says"), REFUSALS, ids=[text for text, _, _ in REFUSALS])
def test_what_is_refused_and_where(text: str, position: int, says: str) -> None:
    refusal = refused(text)
    assert refusal.position == position
    assert says in refusal.detail
    assert refusal.detail.startswith(f"At character {position}: ")


def test_an_unknown_field_is_told_the_known_ones() -> None:
    refusal = refused("a catgory:x")
    assert isinstance(refusal, Unprocessable)
    assert (refusal.position, refusal.found, refusal.suggestion) == (3, "catgory", "category")
    assert refusal.possible == tuple(FIELDS)
    assert "Possible are account, amount, category" in refusal.detail


@pytest.mark.parametrize("name", FIELDS)
def test_the_example_of_each_field_is_understood(name: str) -> None:
    assert FIELDS[name].example.startswith(f"{name}:")
    assert parse(FIELDS[name].example, today=TODAY) != EVERYTHING


def test_nesting_has_a_bottom() -> None:
    deep = "(" * DEPTH_MAX + "a" + ")" * DEPTH_MAX
    assert parse(deep, today=TODAY) == A
    for text in (f"({deep})", "NOT " * (DEPTH_MAX + 1) + "a", "-" * (LENGTH_MAX - 1) + "a", "(" * LENGTH_MAX):
        assert "deeper than" in refused(text).detail


def test_a_search_is_not_a_novel() -> None:
    assert parse("a" + " " * (LENGTH_MAX - 1), today=TODAY) == A
    assert "longer than" in refused("a" * (LENGTH_MAX + 1)).detail
    assert parse(" ".join("a" * TERMS_MAX), today=TODAY) == And((A,) * TERMS_MAX)
    assert "too many" in refused(" ".join("a" * (TERMS_MAX + 1))).detail
    assert "too many" in refused("tag:" + ",".join("a" * (TERMS_MAX + 1))).detail


FRAGMENTS = st.sampled_from(
    [
        *'()-"\\,:=<>. ',
        "AND ",
        "OR ",
        "NOT ",
        "..",
        "10",
        "2026-02",
        "last",
        "30d",
        "none",
        "ż",
        "\0",
        "\ud800",
        str(ID),
    ]
) | st.sampled_from([f"{name}{sign}" for name in (*FIELDS, "nope") for sign in (":", ">", "<=", ":>")])


@given(st.text() | st.lists(FRAGMENTS, max_size=30).map("".join))
def test_any_text_is_a_tree_or_refused_and_nothing_else(text: str) -> None:
    with suppress(QueryInvalid):
        tree = parse(text, today=TODAY)
        assert hash(tree) == hash(parse(text, today=TODAY))


@given(st.lists(FRAGMENTS, max_size=30).map("".join))
def test_a_refusal_points_into_the_text(text: str) -> None:
    if refusal := refusal_of(text):
        assert refusal.position is not None
        assert 1 <= refusal.position <= len(text) + 1
        refusal.detail.encode()


def written(tree: Tree) -> str:
    """A tree in the search language."""
    match tree:
        case And(parts):
            return " ".join(f"({written(part)})" for part in parts)
        case Or(parts):
            return " OR ".join(f"({written(part)})" for part in parts)
        case Not(part):
            return f"-({written(part)})"
        case AmountIs(bounds, is_signed):
            return " ".join(f"amount{sign}{value:{'+' if is_signed else ''}f}" for sign, value in bounds)
        case DateIs(first, last):
            return f"date:{first or ''}..{last or ''}"
        case CategoryIs(names) | TagIs(names) | AccountIs(names):
            name = type(tree).__name__.removesuffix("Is").lower()
            return f"{name}:{','.join(map(quoted, names))}"
        case Words(tokens, is_prefix):
            return "-".join(tokens) if is_prefix else quoted(" ".join(tokens))
        case InField(field, tokens, is_prefix):
            return f"{field}:{'/'.join(tokens) if is_prefix else quoted(' '.join(tokens))}"
        case StatusIs(kinds) | TypeIs(kinds):
            return f"{type(tree).__name__.removesuffix('Is').lower()}:{','.join(kinds)}"
        case ImportIs(ids) | IdIs(ids):
            return f"{type(tree).__name__.removesuffix('Is').lower()}:{','.join(map(str, ids))}"
        case Has(part):
            return f"has:{part}"
        case _:
            raise AssertionError(tree)


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def some(choices: type[Status] | type[Type]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(choices), min_size=1, max_size=3).map(tuple)


names = st.lists(st.text(min_size=1).filter(lambda name: name_key(name) not in {"", "none"}), min_size=1, max_size=3)
words = st.lists(st.sampled_from(["a", "zabka", "24", "咖", "खाता"]), min_size=1, max_size=3).map(tuple)
decimals = st.decimals(-(10**12), 10**12, places=2)
spans = st.tuples(st.dates(date(1900, 1, 1), date(2999, 1, 1)), st.integers(0, 999))
bounds = st.tuples(st.sampled_from([sign for sign in Comparison if sign is not Comparison.EQUAL]), decimals)
leaves: st.SearchStrategy[Tree] = st.one_of(
    bounds.map(lambda bound: AmountIs(((bound[0], abs(bound[1])),))),
    bounds.map(lambda bound: AmountIs((bound,), is_signed=True)),
    spans.map(lambda span: DateIs(span[0], span[0] + timedelta(days=span[1]))),
    spans.map(lambda span: DateIs(span[0])),
    st.builds(CategoryIs, names.map(tuple)),
    st.builds(TagIs, names.map(tuple)),
    st.builds(AccountIs, names.map(tuple)),
    st.builds(Words, words, st.booleans()),
    st.builds(InField, st.sampled_from([field for field in Field if field in FIELDS]), words, st.booleans()),
    st.builds(StatusIs, some(Status)),
    st.builds(TypeIs, some(Type)),
    st.builds(ImportIs, st.tuples(st.uuids())),
    st.builds(IdIs, st.tuples(st.uuids(), st.uuids())),
    st.builds(Has, st.sampled_from(Part)),
)
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=4).map(all_of),
        st.lists(inner, min_size=2, max_size=4).map(any_of),
        inner.map(negated),
    ),
    max_leaves=8,
)


@given(trees)
def test_what_is_written_is_read_again(tree: Tree) -> None:
    text = written(tree)
    assume(len(text) <= LENGTH_MAX)
    if refusal := refusal_of(text):
        assert "nests deeper" in refusal.detail
    else:
        assert parse(text, today=TODAY) == tree


def test_an_empty_filter_leaves_out_only_what_was_deleted() -> None:
    assert criteria(Filter()) == NotDeleted()
    assert criteria(Filter(include_deleted=True)) == EVERYTHING


@pytest.mark.parametrize(
    ("wanted", "tree"),
    [
        (Filter(account_ids=(ID,)), AccountIs((str(ID),))),
        (Filter(category_ids=(ID,), categories=("Food",)), CategoryIs((str(ID), "Food"))),
        (Filter(der_category="Food"), DerCategoryIs(("Food",))),
        (Filter(start_date=TODAY), DateIs(TODAY, None)),
        (Filter(year=2024), days("2024-01-01", "2024-12-31")),
        (Filter(year=2024, month=2), days("2024-02-01", "2024-02-29")),
        (Filter(tags_any=("a", "b")), TagIs(("a", "b"))),
        (Filter(untagged=True), Not(Has(Part.TAG))),
        (Filter(tags_any=("a",), untagged=True), Or((Not(Has(Part.TAG)), TagIs(("a",))))),
        (Filter(min_amount=Decimal(-5), max_amount=Decimal(7)), amount((">=", "-5"), ("<=", "7"), is_signed=True)),
        (Filter(merchant="Buck"), InField(Field.MERCHANT, ("buck",), is_anywhere=True)),
        (Filter(der_merchant=" "), EVERYTHING),
        (Filter(merchant="***"), NOTHING),
        (Filter(status=(Status.PENDING,)), StatusIs((Status.PENDING,))),
        (Filter(import_id=ID), ImportIs((ID,))),
        (Filter(search="a b"), And((A, B))),
        (Filter(search=" & "), EVERYTHING),
    ],
)
def test_each_filter_is_a_tree_like_a_search(wanted: Filter, tree: Tree) -> None:
    assert tree_of(replace(wanted, include_deleted=True), today=TODAY) == tree
    assert tree_of(wanted, today=TODAY) == all_of([NotDeleted(), tree])


def test_all_that_is_given_must_hold() -> None:
    wanted = Filter(year=2026, tags_all=("a", "b"), start_date=TODAY, search="x OR y", include_deleted=True)
    year = days("2026-01-01", "2026-12-31")
    either = Or((word("x"), word("y")))
    assert tree_of(wanted, today=TODAY) == And((DateIs(TODAY), year, TagIs(("a",)), TagIs(("b",)), either))


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        (Filter(month=3), "needs its year"),
        (Filter(year=2026, month=13), "no month 13"),
        (Filter(year=0), "no month"),
        (Filter(min_amount=Decimal("NaN")), "not an amount"),
        (Filter(search="("), "missing"),
    ],
)
def test_a_filter_that_makes_no_sense_is_refused(wanted: Filter, says: str) -> None:
    with pytest.raises(QueryInvalid, match=says):
        tree_of(wanted, today=TODAY)


@pytest.mark.parametrize(
    ("asked", "decimals", "ranges"),
    [
        (amount((">", "50")), 2, [(5001, 10**17), (-(10**17), -5001)]),
        (amount((">=", "0.005")), 2, [(1, 10**17), (-(10**17), -1)]),
        (amount(("<", "0.005")), 2, [(0, 0), (0, 0)]),
        (amount(("<=", "50"), is_signed=True), 0, [(-(10**17), 50)]),
        (amount(("=", "-5"), is_signed=True), 3, [(-5000, -5000)]),
        (amount(("=", "5")), 2, [(500, 500), (-500, -500)]),
        (amount((">=", "-5"), ("<", "5"), is_signed=True), 2, [(-500, 499)]),
    ],
)
def test_amounts_in_minor_units(asked: AmountIs, decimals: int, ranges: list[tuple[int, int]]) -> None:
    assert asked.ranges(decimals) == ranges


@given(st.decimals(allow_nan=False, allow_infinity=False), st.sampled_from(Comparison), st.sampled_from([0, 2, 8]))
def test_no_amount_is_too_much_for_the_database(value: Decimal, sign: Comparison, decimals: int) -> None:
    for is_signed in (True, False):
        for low, high in AmountIs(((sign, value),), is_signed).ranges(decimals):
            assert max(abs(low), abs(high)) <= 10**17
