"""Labelled descriptions of other people, where they lie beside the checkout: most are answered, and rightly."""

import csv
import os
from collections.abc import Iterable
from pathlib import Path

import pytest
import yaml

from farthing.classify.classifier import known_answer
from farthing.classify.meanings import Side
from farthing.classify.merchants import merchant_of

CORPUS = Path(os.environ.get("FARTHING_TEST_CORPUS") or Path(__file__).parents[2].parent / "shared" / "corpus")
LABELLED = CORPUS / "categorisation"
pytestmark = pytest.mark.skipif(not LABELLED.is_dir(), reason="no labelled descriptions lie beside this checkout")

EXPENSES = "fees cash taxes debts investments rent mortgage insurance gambling"
FOOD = "groceries bakery restaurants cafes"
TRAVEL = "travel lodging flights carhire trains"
CITY = "transit taxi trains parking"
HOME = "rent mortgage utilities electricity heating telecom household furniture"
SHOPS = "shopping clothes electronics books kids sport household furniture"
INCOME = "salary bonus benefits pension interest dividends refunds sales rental cashback"
OURS = {
    "Food & Drink": FOOD,
    "Restaurants": "restaurants cafes",
    "Coffee Shops": "cafes",
    "Groceries": "groceries bakery",
    "Gas & Fuel": "fuel",
    "Rideshare": "taxi",
    "Streaming Services": "streaming",
    "Subscriptions": "streaming subscriptions software news games",
    "Electronics": "electronics",
    "Shopping": SHOPS,
    "Clothing": "clothes",
    "Pharmacy": "pharmacy",
    "Health & Wellness": "pharmacy doctors gym care",
    "Gym & Fitness": "gym",
    "Flights": "flights",
    "Travel": TRAVEL,
    "Hotels": "lodging",
    "Salary": "salary",
    "Utilities": "electricity heating utilities telecom",
    "Public Transit": "transit trains",
    "Transportation": f"{CITY} fuel car carhire",
    "Rent": "rent",
    "Housing": "rent mortgage",
    "Personal Care": "care",
    "Gifts & Donations": "gifts donations",
    "Entertainment": "entertainment culture streaming games",
    "Income": INCOME,
    # the exports' own words
    "Travel/Gas Station": "fuel",
    "Travel/Gas": "fuel",
    "Financials & Precautions/Refund": "refunds",
    "Household/Energy": "electricity heating",
    "Living Expenses/Online Shop": f"{SHOPS} games",
    "Wpływy - inne": INCOME,
    "Wpływy": INCOME,
    "Żywność i chemia domowa": "groceries care",
    "Przejazdy": CITY,
    "Expenses": EXPENSES,
    "Personal": SHOPS,
    "Professional Services": "software",
    "Software": "software",
    "Żywność": FOOD,
    "Jedzenie": FOOD,
    "Transport": f"{CITY} fuel car carhire",
    "Housing: Rent": "rent",
    "Food: Coffee": "cafes",
    "Income: Paycheck": "salary",
    "Bills": HOME,
    "Savings": "interest investments",
    "Gifts": "gifts",
    "finances": "investments fees taxes debts",
    "housing": HOME,
    "income_salary": "salary",
    "health": "doctors pharmacy care",
    "income": INCOME,
    "food": FOOD,
    "travel": TRAVEL,
    "transport": f"{CITY} fuel car carhire",
    "leisure": f"entertainment culture sport games streaming {SHOPS}",
    "cash": "cash",
    "General Purchases-Groceries": "groceries",
    "GROCERIES": "groceries",
    "INCOME": INCOME,
    "BILLS_AND_SERVICES": HOME,
}
"""What each of their categories is in ours; where theirs is coarse, all that it spans."""


class Score:
    def __init__(self) -> None:
        self.asked = self.answered = self.right = 0

    def count(self, given: str | None, right: Iterable[str]) -> None:
        self.asked += 1
        self.answered += given is not None
        self.right += given is not None and given in {slug for name in right for slug in OURS[name].split()}

    @property
    def precision(self) -> float:
        return self.right / self.answered

    @property
    def coverage(self) -> float:
        return self.answered / self.asked


def meaning(texts: Iterable[str], side: Side) -> str | None:
    found = known_answer(texts, side)
    return found.meaning if found else None


def golden() -> Score:
    score = Score()
    for row in rows("sure-categorization_golden_v1.csv"):
        names = [row["expected_category"], *row["acceptable_alternatives"].split("; ")]
        given = meaning([row["description"]], Side(row["classification"]))
        score.count(given, [name for name in names if name])
    return score


def exports() -> Score:
    score = Score()
    for row in rows("export-given-categories.csv"):
        name = f"{row['category']}/{row['subcategory']}" if row["subcategory"] else row["category"]
        side = Side.EXPENSE if "-" in row["amount_raw"] else Side.INCOME
        score.count(meaning(row["text"].split(" | "), side), [name])
    return score


def rows(name: str) -> list[dict[str, str]]:
    with (LABELLED / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("judge", [golden, exports])
def test_untrained_most_are_answered_and_rightly(judge: type[Score]) -> None:
    score = judge()
    assert score.precision >= 0.90
    assert score.coverage >= 0.50


def test_names_of_merchants_are_found_and_banks_words_are_none() -> None:
    samples = yaml.safe_load((LABELLED / "sure-merchant_detection_golden_v1.yml").read_text(encoding="utf-8"))[
        "samples"
    ]
    right = [one["expected"]["business_name"] == merchant_of(one["input"]["description"]) for one in samples]
    assert sum(right) >= 0.90 * len(right)
