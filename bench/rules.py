"""A hundred rules over a hundred thousand transactions, in memory: what an import asks of them, and one by hand."""

import random
import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from bench.table import Figure, show
from farthing.classify.rules.columns import Columns, Named
from farthing.classify.rules.engine import RuleBook
from farthing.classify.rules.fields import Field
from farthing.classify.rules.reading import rules_of

ROWS = 100_000
RULES = 100
_PAYEES = 20_000
_SHOPS = [
    "zabka",
    "lidl",
    "orlen",
    "rewe",
    "amazon",
    "kaufland",
    "auchan",
    "shell",
    "bolt",
    "uber",
    "netto",
    "spar",
    "dino",
    "makro",
    "costa",
]
_ENDS = ("", "o", "ex", " polska", " gmbh")
_FIRST = date(2020, 1, 1)


def measure() -> bool:
    chance = random.Random(1)  # noqa: S311  the same rows each time
    columns, book = rows_of(chance, ROWS), RuleBook(rules_of([rule_of(chance, n) for n in range(RULES)]))
    one = rows_of(chance, 1)
    return show(
        f"Rules: {RULES} over {ROWS:,} transactions",
        [
            Figure("all at once", seconds(lambda: book.run(columns)), "s", 5),
            Figure("all at once, with the reason of each", seconds(lambda: book.run(columns).reasons()), "s"),
            Figure("one by hand", 1000 * min(seconds(lambda: book.run(one)) for _ in range(5)), "ms"),
        ],
    )


def seconds(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def rows_of(chance: random.Random, count: int) -> Columns:
    """Nearly two thirds of the descriptions distinct, twenty thousand payees."""
    names = [f"{shop}{end}".title() for shop in _SHOPS for end in _ENDS]
    payees = [f"{chance.choice(names)} {chance.randrange(300)}" for _ in range(_PAYEES)]
    accounts = [Named("Everyday", "a"), Named("Card", "b")]
    return Columns(
        amounts=[chance.randrange(-50_000, 5_000) for _ in range(count)],
        currencies=[chance.choice(("EUR", "PLN")) for _ in range(count)],
        dates=[_FIRST + timedelta(chance.randrange(2_000)) for _ in range(count)],
        texts={
            Field.PAYEE: [chance.choice(payees) for _ in range(count)],
            Field.MERCHANT: [chance.choice(names) for _ in range(count)],
            Field.DESCRIPTION: [_described(chance, payees) for _ in range(count)],
        },
        accounts=[chance.choice(accounts) for _ in range(count)],
        categories=[chance.choice((None, Named("Food"), Named("Rent"))) for _ in range(count)],
        tags=[chance.choice(((), ("x",), ("x", "y"))) for _ in range(count)],
        are_chosen=[chance.randrange(10) == 0 for _ in range(count)],
    )


def _described(chance: random.Random, payees: list[str]) -> str:
    if chance.randrange(100) < 65:  # noqa: PLR2004  per cent
        return f"ZAKUP KARTĄ {chance.choice(payees)} {chance.randrange(10**6)} Warszawa"
    return chance.choice(payees)


def rule_of(chance: random.Random, n: int) -> dict[str, Any]:
    """Of five kinds in turn: alternatives, a regular expression, dates and accounts, amounts, tags and weekdays."""
    shop = f"{chance.choice(_SHOPS)}{chance.choice(_ENDS)}"
    held: list[dict[str, Any]] = [
        {"any": [{"field": "payee", "contains": shop}, {"field": "description", "contains": f"{shop} 1"}]},
        {"all": [{"field": "description", "matches": rf"\b{shop}\s+\d{{2,3}}\s"}, {"field": "amount", "below": -n}]},
        {
            "all": [
                {"field": "payee", "starts": shop},
                {"not": {"field": "account", "is": "Card"}},
                {"field": "date", "between": ["2021-01-01", "2023-01-01"]},
            ]
        },
        {
            "all": [
                {"field": "description", "matches": rf"^\D+\d{{{n % 6 + 1}}}\s"},
                {"field": "size", "between": [n, n + 50]},
                {"field": "category", "empty": True},
            ]
        },
        {
            "any": [
                {"field": "merchant", "in": [shop, f"{shop}x"]},
                {"all": [{"field": "tags", "is": "x"}, {"field": "weekday", "is": "monday"}]},
            ]
        },
    ]
    then: dict[str, Any] = {"category": f"Category {n % 12}", "add_tags": [f"tag {n % 7}"]}
    named = {"merchant": shop} if n % 5 == 0 else {}
    return {"name": f"rule {n}", "group": f"group {n // 25}", "if": held[n % 5], "then": then | named}
