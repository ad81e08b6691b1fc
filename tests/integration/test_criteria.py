"""What the databases find is what looking at every row finds, on both, however the question is put."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select
from sqlalchemy.engine import Row as Answer

from fakes.search import AccountRow, CategoryRow, NamedRow, Row, evaluate
from farthing.auth.models import Workspace
from farthing.infra.db import SYSTEM, Database, Scope, Work
from farthing.ledger.folding import FIELDS, name_key, search_text, tokens
from farthing.ledger.kinds import Status
from farthing.ledger.language import DEPTH_MAX, TERMS_MAX, parse, tree_of
from farthing.ledger.models import Account, Attachment, Category, Split, Tag, Transaction, TransactionTag
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
    NotDeleted,
    Part,
    StatusIs,
    TagIs,
    Tree,
    Type,
    TypeIs,
    Words,
    all_of,
    any_of,
    negated,
)
from farthing.ledger.searching import Search, condition

NOW = datetime(2026, 3, 1, tzinfo=UTC)
TODAY = date(2026, 3, 31)
IMPORTS = (uuid4(), uuid4())
CURRENCIES = {"Main": "EUR", "MAIN": "JPY", "G\u0142\u00f3wne": "KWD", "Sparkonto": "BTC", "main 2": "PLN"}
WORDS = [
    "coffee",
    "Coffeeshop",
    "shop",
    "ŻABKA",
    "Zabka-Nano",
    "café",
    "24",
    "咖啡店",
    "o'hara",
    "%",
    "a_b",
    "a|b",
    "la vie",
]
TEXT = st.none() | st.lists(st.sampled_from(WORDS), max_size=4).map(" ".join)
AMOUNTS = [Decimal(number) for number in ("0", "5", "-5", "12.34", "-12.34", "12.345", "100", "-100", "1e30", "1e-30")]
MINOR = [0, 1, 5, -5, 500, -500, 1234, -1234, 12345, -12345, 100, -100, 10000, -10000, 10**15, -(10**15)]


def category(name: str, parent: CategoryRow | None = None, **more: Any) -> CategoryRow:
    return CategoryRow(uuid4(), name, parent, **more)


@dataclass
class Names:
    """What the rows of one workspace refer to: a few of everything, some in families, some that fold alike."""

    workspace_id: UUID = field(default_factory=uuid4)
    accounts: list[AccountRow] = field(default_factory=list)
    categories: list[CategoryRow] = field(default_factory=list)
    tags: list[NamedRow] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.accounts = [AccountRow(uuid4(), name, currency) for name, currency in CURRENCIES.items()]
        none, food = category("Uncategorised", kind="none"), category("Food")
        eating, old = category("Eating out", food), category("Old", food, is_deleted=True)
        pizza, zoo = category("Pizza", eating), category("Żoo", kind="income")
        self.categories = [none, food, eating, old, category("Left", old), pizza, zoo]
        self.tags = [NamedRow(uuid4(), name) for name in ("work", "Święta", "coffee")]


@st.composite
def rows(draw: st.DrawFn, names: Names) -> Row:
    return Row(
        id=uuid4(),
        account=draw(st.sampled_from(names.accounts)),
        category=draw(st.sampled_from(names.categories)),
        day=TODAY - timedelta(days=draw(st.integers(0, 40))),
        amount=draw(st.sampled_from(MINOR)),
        texts={name: draw(TEXT) for name in FIELDS},
        splits=tuple(draw(st.just([]) | st.lists(st.sampled_from(names.categories), min_size=2, max_size=3))),
        tags=tuple(draw(st.lists(st.sampled_from(names.tags), unique=True))),
        status=draw(st.sampled_from(Status)),
        der_category=draw(st.none() | st.sampled_from(["Food", "food"])),
        transfer_id=draw(st.none() | st.uuids()),
        import_id=draw(st.none() | st.sampled_from(IMPORTS)),
        attachments=tuple(draw(st.lists(st.booleans(), max_size=2))),
        is_deleted=draw(st.booleans()),
    )


def words() -> st.SearchStrategy[tuple[str, ...]]:
    cut = st.lists(st.sampled_from(WORDS), min_size=1, max_size=2).map(lambda some: tokens(" ".join(some)))
    shortened = st.tuples(cut, st.integers(1, 9)).map(
        lambda pair: [*pair[0][:-1], *(t[: pair[1]] for t in pair[0][-1:])]
    )
    return shortened.filter(bool).map(tuple)


def some_of(choices: Sequence[Any]) -> st.SearchStrategy[Any]:
    return st.lists(st.sampled_from(choices), min_size=1, max_size=2).map(tuple)


def called(things: Sequence[NamedRow], *others: str) -> st.SearchStrategy[Any]:
    """Names as people type them, and ids."""
    typed = [spelling for thing in things for spelling in (thing.name, thing.name.upper(), str(thing.id))]
    return some_of([*typed, *others, str(uuid4()), "nobody"])


def leaves(names: Names, known: Sequence[Row]) -> st.SearchStrategy[Tree]:
    near = st.integers(-1, 41).map(lambda days: TODAY - timedelta(days=days))
    bound = st.tuples(st.sampled_from(Comparison), st.sampled_from(AMOUNTS))
    return st.one_of(
        st.builds(Words, words(), st.booleans()),
        st.builds(Words, words(), st.booleans()),
        st.builds(InField, st.sampled_from(Field), words(), st.booleans(), st.booleans()),
        st.builds(AmountIs, st.lists(bound, min_size=1, max_size=2).map(tuple), st.booleans()),
        st.builds(DateIs, st.none() | near, st.none() | near),
        st.builds(AccountIs, called(names.accounts)),
        st.builds(CategoryIs, called(names.categories, "none", "None")),
        st.builds(TagIs, called(names.tags)),
        st.builds(DerCategoryIs, some_of(["Food", "FOOD"])),
        st.builds(StatusIs, some_of(list(Status))),
        st.builds(TypeIs, some_of(list(Type))),
        st.builds(ImportIs, some_of(IMPORTS)),
        st.builds(IdIs, some_of([uuid4(), *(row.id for row in known)])),
        st.builds(Has, st.sampled_from(Part)),
        st.sampled_from([NotDeleted(), EVERYTHING, NOTHING]),
    )


def trees(names: Names, known: Sequence[Row]) -> st.SearchStrategy[Tree]:
    return st.recursive(
        leaves(names, known),
        lambda inner: st.one_of(
            st.lists(inner, min_size=1, max_size=4).map(all_of),
            st.lists(inner, min_size=1, max_size=4).map(any_of),
            inner.map(negated),
        ),
        max_leaves=6,
    )


async def keep(database: Database, names: Names, known: Sequence[Row]) -> None:
    async with database.write(SYSTEM) as work:
        mine = {"workspace_id": names.workspace_id}
        times = {"created_at": NOW, "updated_at": NOW}
        first = {"id": names.workspace_id, "name": "w", "kind": "personal", "version": 1}
        await work.session.execute(insert(Workspace), [first | times])
        await work.session.execute(insert(Account), [mine | times | _account(row) for row in names.accounts])
        for one in names.categories:
            await work.session.execute(insert(Category), [mine | times | _category(one)])
        tags = [
            {"id": tag.id, "name": tag.name, "name_key": name_key(tag.name), "created_at": NOW} for tag in names.tags
        ]
        await work.session.execute(insert(Tag), [mine | tag for tag in tags])
        for row in known:
            await _keep(work, mine, row)


async def _keep(work: Work, mine: dict[str, Any], row: Row) -> None:
    made = await work.session.execute(insert(Transaction).returning(Transaction.key), [mine | _transaction(row)])
    key = made.scalar_one()
    mine = mine | {"transaction_key": key}
    parts = [{"position": at, "category_id": part.id, "amount": 1} for at, part in enumerate(row.splits)]
    files = [{"id": uuid4(), "deleted_at": NOW if is_deleted else None} for is_deleted in row.attachments]
    about = {"kind": "receipt", "name": "f", "media_type": "text/plain", "size": 1, "blob": "0", "created_at": NOW}
    for table, kept in (
        (Split, parts),
        (TransactionTag, [{"tag_id": tag.id} for tag in row.tags]),
        (Attachment, [file | about for file in files]),
    ):
        if kept:
            await work.session.execute(insert(table), [mine | one for one in kept])
    if work.is_sqlite:
        connection = await work.session.connection()
        indexed = "INSERT INTO transaction_search (rowid, search_text) VALUES (?, ?)"
        await connection.exec_driver_sql(indexed, (key, _transaction(row)["search_text"]))


def _account(row: AccountRow) -> dict[str, Any]:
    named = {"id": row.id, "name": row.name, "currency": row.currency}
    return named | {"kind": "checking", "provider": "manual", "opening_balance": 0, "balance": 0}


def _category(row: CategoryRow) -> dict[str, Any]:
    place = {"id": row.id, "parent_id": row.parent and row.parent.id, "kind": row.kind}
    named = {"name": row.name, "name_key": name_key(row.name)}
    return place | named | {"deleted_at": NOW if row.is_deleted else None}


def _transaction(row: Row) -> dict[str, Any]:
    place = {"id": row.id, "account_id": row.account.id, "category_id": row.category.id, "date": row.day}
    money = {"amount": row.amount, "currency": row.account.currency, "status": row.status}
    origin = {"der_category": row.der_category, "category_source": "none", "import_id": row.import_id}
    state = {
        "is_split": bool(row.splits),
        "transfer_id": row.transfer_id,
        "deleted_at": NOW if row.is_deleted else None,
    }
    searched = {"search_text": search_text(*(row.texts.get(name) for name in FIELDS))}
    return {**place, **money, **row.texts, **origin, **state, **searched, "created_at": NOW, "updated_at": NOW}


async def found(work: Work, search: Search, workspace_id: UUID) -> set[UUID]:
    here = Transaction.workspace_id == workspace_id
    order = (search.order(Transaction.date).desc(), search.order(Transaction.key))
    statement = select(Transaction.id).where(here, search.condition()).order_by(*order)
    return set((await work.session.scalars(statement)).all())


async def every_way(work: Work, tree: Tree, workspace_id: UUID) -> dict[str, set[UUID]]:
    """The answer as the condition gives it, as the sample advises, and with each of the first parts listed."""

    def search() -> Search:
        return Search(tree, is_sqlite=work.is_sqlite, workspace_id=workspace_id)

    plain = condition(tree, is_sqlite=work.is_sqlite, workspace_id=workspace_id)
    statement = select(Transaction.id).where(Transaction.workspace_id == workspace_id, plain)
    answers = {"plain": set((await work.session.scalars(statement)).all())}
    answers["counted"] = await counted(work, search())
    if (question := search().sample()) is not None:
        sampled: Sequence[Answer[Any]] = (await work.session.execute(question)).all()
        assert len(sampled) == 2
        for name, advice in (("sampled", sampled), *_listing_each(len(sampled[0]) - 1)):
            advised = search()
            advised.heed(advice)
            answers[name] = await found(work, advised, workspace_id)
            answers[f"{name}, counted"] = await counted(work, advised)
    return answers


async def counted(work: Work, search: Search) -> set[UUID]:
    """What is counted, each once."""
    keys = (await work.session.scalars(search.found())).all()
    assert len(keys) == len(set(keys))
    return set((await work.session.scalars(select(Transaction.id).where(Transaction.key.in_(keys)))).all())


def _listing_each(parts: int) -> Iterator[tuple[str, list[list[int]]]]:
    for listed in range(min(parts, 8)):
        yield f"listed {listed}", [[*(0 if at == listed else 1000 for at in range(parts)), 10_000]] * 2
    yield "read", [[*[1000] * parts, 10_000]] * 2


async def agree(database: Database, names: Names, known: Sequence[Row], wanted: Sequence[Tree]) -> None:
    async with database.read(Scope(workspace_id=names.workspace_id)) as work:
        for tree in wanted:
            expected = {row.id for row in known if evaluate(tree, row)}
            for way, answer in (await every_way(work, tree, names.workspace_id)).items():
                assert answer == expected, f"{way}: {tree}"


@given(st.data())
async def test_any_tree_finds_what_looking_at_every_row_finds(database: Database, data: st.DataObject) -> None:
    names = Names()
    known = data.draw(st.lists(rows(names), min_size=1, max_size=12))
    await keep(database, names, known)
    await agree(database, names, known, data.draw(st.lists(trees(names, known), min_size=5, max_size=10)))


@given(st.data())
async def test_what_indexes_alone_know_is_what_looking_at_every_row_finds(
    database: Database, data: st.DataObject
) -> None:
    names = Names()
    known = data.draw(st.lists(rows(names), min_size=1, max_size=12))
    await keep(database, names, known)
    tagged = st.builds(TagIs, called(names.tags)) | st.just(Has(Part.TAG))
    some = st.recursive(tagged, lambda inner: st.lists(inner, min_size=1, max_size=2).map(any_of) | inner.map(negated))
    dated = st.builds(DateIs, st.just(TODAY - timedelta(days=20)), st.none() | st.just(TODAY))
    part = some | st.builds(CategoryIs, called(names.categories, "none")) | dated
    lists = st.lists(part, min_size=1, max_size=3).map(lambda parts: all_of([NotDeleted(), *parts]))
    await agree(database, names, known, data.draw(st.lists(lists, min_size=5, max_size=10)))


TYPED = st.sampled_from(
    [
        *(
            "coffee",
            "cof",
            "zab",
            "nano",
            '"shop 24"',
            '"cafe"',
            "la-vie",
            "咖",
            "啡店",
            "merchant:coff",
            'note:"la vie"',
        ),
        *("amount>50", "amount<-5", "amount:5..13", "amount:-5", "date:2026-03", "date:last30d", "date<2026-03-15"),
        *("category:food", 'category:"EATING OUT"', "category:none", "category:zoo", "tag:swieta", "tag:none,work"),
        *("account:main", "account:główne", "status:booked,void", "type:transfer", "has:note,split", "has:attachment"),
    ]
)
QUERIES = st.recursive(
    TYPED,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from([" ", " OR ", " AND "]), inner).map("".join),
        inner.map("-({})".format),
        inner.map("({})".format),
    ),
    max_leaves=4,
)


@given(st.data())
async def test_what_is_typed_finds_the_same(database: Database, data: st.DataObject) -> None:
    names = Names()
    known = data.draw(st.lists(rows(names), min_size=1, max_size=12))
    await keep(database, names, known)
    typed = data.draw(st.lists(QUERIES, min_size=5, max_size=10))
    await agree(database, names, known, [tree_of(Filter(search=text), today=TODAY) for text in typed])


def row_of(names: Names, **texts: str) -> Row:
    return Row(uuid4(), names.accounts[0], names.categories[0], TODAY, -100, texts=dict(texts))


async def test_another_workspace_is_never_found(database: Database) -> None:
    mine, theirs = Names(), Names()
    for names in (mine, theirs):
        tags, parts, files = (names.tags[0],), (names.categories[1],) * 2, (False,)
        one = Row(uuid4(), names.accounts[0], names.categories[1], TODAY, -500, {"payee": "coffee"}, parts, tags)
        await keep(database, names, [one, Row(uuid4(), one.account, one.category, TODAY, 0, attachments=files)])
    foreign = (
        f"account:{theirs.accounts[0].id} OR category:{theirs.categories[1].id} OR tag:{theirs.tags[0].id} OR coffee "
        "OR account:main OR category:food OR tag:work OR has:attachment OR amount:5 OR -zzz"
    )
    async with database.read(Scope(workspace_id=mine.workspace_id)) as work:
        for text in (foreign, *foreign.split(" OR ")):
            for way, answer in (await every_way(work, parse(text, today=TODAY), mine.workspace_id)).items():
                condemned = select(Transaction.workspace_id).where(Transaction.id.in_(answer))
                assert set(await work.session.scalars(condemned)) <= {mine.workspace_id}, (text, way)


LETTERS = (
    "ŁłØøßæœĐđÞþð İı Çğş ñ ů ẞ ꞏ Ωω Жё ქა ᲒᲐ Աա שָׁלוֹם مَرْحَبًا हिन्दी ไทยค่ะ ខ្មែរ 한국어 日本語ひらカナ 𞤀𞤁 𐐀 ⅷ ① ½ ٣٤ ꙮ 𝔘𝔫𝔦"
)


async def test_letters_of_every_script_are_found_on_both(database: Database) -> None:
    names = Names()
    known = [row_of(names, description=word, note="and more") for word in LETTERS.split()]
    await keep(database, names, known)
    cut = [tuple(tokens(word)) for word in LETTERS.split()]
    asked: list[Tree] = [Words(word, is_prefix) for word in cut if word for is_prefix in (True, False)]
    begun: list[Tree] = [Words((*word[:-1], word[-1][:1]), is_prefix=True) for word in cut if word]
    await agree(database, names, known, asked + begun)


async def test_each_letter_is_one_token_for_the_database_too(database: Database) -> None:
    """A word that ends in the letter is not found by what stands before it, so the letter belongs to the word."""
    names = Names()
    letters = [chr(code) for code in range(128, 0x30000, 7) if unicodedata.category(chr(code))[0] in "LNM"]
    known = [
        row_of(names, description=" ".join(f"xq{letter}" for letter in letters[at : at + 400]))
        for at in range(0, len(letters), 400)
    ]
    await keep(database, names, known)
    await agree(
        database, names, known, [Words(("xq",)), *(Words(tuple(tokens(f"xq{letter}"))) for letter in letters[::97])]
    )


@pytest.mark.parametrize("token", ["a'b", 'a"b', "a\\b", "a' | 'b", '" OR "a', "a:*", "' & !'", "%", "_", "--", "\\'"])
async def test_nothing_breaks_out_of_its_quotes(database: Database, token: str) -> None:
    names = Names()
    known = [row_of(names, description="a b")]
    await keep(database, names, known)
    async with database.read(Scope(workspace_id=names.workspace_id)) as work:
        for tree in (Words((token,)), Words((token, token), is_prefix=True), And((Words(("zz",)), Words((token,))))):
            search = Search(tree, is_sqlite=work.is_sqlite, workspace_id=names.workspace_id)
            assert await found(work, search, names.workspace_id) == set()


async def test_what_no_database_can_hold_is_simply_not_found(database: Database) -> None:
    names = Names()
    known = [row_of(names, description="ab")]
    await keep(database, names, known)
    for bad in ("a\0b", "\ud800"):
        typed = [f'{name}:"{bad}x"' for name in ("account", "category", "tag", "merchant")]
        asked = [parse(text, today=TODAY) for text in (*typed, f"zz{bad}", *(f"-{text}" for text in typed))]
        await agree(database, names, known, [*asked, DerCategoryIs((bad,)), negated(DerCategoryIs((bad,)))])


async def test_no_search_is_too_much_for_a_database(database: Database) -> None:
    """The deepest and the longest that the language lets through, with the filters of a list around it."""
    names = Names()
    known = [row_of(names, description="a", merchant="a")]
    await keep(database, names, known)
    nested = "category:a"
    for level in range(DEPTH_MAX):
        nested = f"-category:a ({nested})" if level % 2 else f"category:a OR ({nested})"
    longest = [" ".join(f"{leaf}{at}" for at in range(TERMS_MAX)) for leaf in ("a", "merchant:a", "tag:a")]
    lists = [f"{name}:{','.join('a' * TERMS_MAX)}" for name in ("category", "merchant", "account")]
    asked = [
        nested,
        *longest,
        " OR ".join(longest[0].split()),
        *lists,
        " OR ".join(["amount:5"] * TERMS_MAX),
        "\ufdfa" * 2000,
    ]
    given_too = Filter(merchant="\ufdfa" * 2000, categories=("a",) * 100, year=2026, tags_all=("a",) * 20)
    trees = [tree_of(Filter(search=text), today=TODAY) for text in asked] + [tree_of(given_too, today=TODAY)]
    await agree(database, names, known, trees)


async def test_what_is_rare_is_listed_and_what_is_common_is_read(database: Database) -> None:
    names = Names()
    tree = parse("coffee tag:work", today=TODAY)
    small, large = 10_000, 1_000_000
    for sampled, has_words, has_tags in (
        ([[3, 900, small], [5, 900, small]], True, False),
        ([[900, 0, small], [900, 0, small]], False, True),
        ([[900, 0, large], [900, 900, large]], False, True),
        ([[900, 900, small], [900, 900, small]], False, False),
        ([[9, 2, small], [9, 2, small]], False, True),
        ([[900, 20, small], [900, 20, small]], False, True),
        ([[900, 20, large], [900, 20, large]], False, False),
    ):
        search = Search(tree, is_sqlite=database.is_sqlite, workspace_id=names.workspace_id)
        search.heed(sampled)
        statement = str(search.condition())
        assert ("transaction_search" in statement or "search_transactions" in statement) is has_words
        assert ("SELECT transaction_tags.transaction_key" in statement) is has_tags
