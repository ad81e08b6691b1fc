"""The same household every time: bodies of transactions as a bank and a person would write them."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

FIRST_DAY = date(2021, 1, 1)
DAYS = 5 * 365
CATEGORIES = ("Groceries", "Restaurants", "Rent", "Bills", "Transport", "Shopping", "Health", "Travel", "Fees")
TAGS = ("work", "holiday", "shared", "refundable", "gift")
RARE = "zanzibar"
"""A word of every five-thousandth description."""
_MERCHANTS = tuple(
    f"{place} {kind}"
    for place in ("City", "Corner", "Harbour", "Old Town", "Green", "Royal", "North", "Garden")
    for kind in ("Market", "Bakery", "Cinema", "Pharmacy", "Bistro", "Bookshop")
)
_WORDS = tuple(
    name
    for line in (
        "card payment transfer order invoice weekly monthly ticket coffee lunch dinner present repair lesson power",
        "water phone insurance garden kitchen bread fruit travel museum parking fuel laundry hardware school sport",
    )
    for name in line.split()
)
_RARE_EVERY = 5_000


def bodies(count: int, seed: int) -> list[dict[str, Any]]:
    return list(_bodies(count, random.Random(seed)))  # noqa: S311  not a secret


def _bodies(count: int, chosen: random.Random) -> Iterator[dict[str, Any]]:
    for number in range(count):
        is_income = chosen.random() < 0.05  # noqa: PLR2004  a salary and some refunds
        minor = chosen.randrange(150_000, 400_000) if is_income else -chosen.randrange(50, 20_000)
        words = [*chosen.choices(_WORDS, k=4), f"{chosen.randrange(10**6):06d}"]
        if number % _RARE_EVERY == 0:
            words.append(RARE)
        body: dict[str, Any] = {
            "amount": f"{minor / 100:.2f}",
            "date": (FIRST_DAY + timedelta(days=chosen.randrange(DAYS))).isoformat(),
            "description": " ".join(words),
            "merchant": chosen.choice(_MERCHANTS),
        }
        if chosen.random() < 0.8:  # noqa: PLR2004  the others are derived
            body["category"] = "Salary" if is_income else chosen.choice(CATEGORIES)
        if chosen.random() < 0.25:  # noqa: PLR2004  of a person who sometimes tags
            body["tags"] = chosen.sample(TAGS, chosen.randrange(1, 3))
        yield body
