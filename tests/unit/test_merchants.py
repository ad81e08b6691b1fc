"""Merchants as banks write them, and what is left when the noise is gone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.classify.keywords import guess
from farthing.classify.merchants import merchant_of


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("LIDL 4711 BERLIN", "Lidl Berlin"),
        ("CARD PAYMENT TO TESCO STORES 3021", "Tesco Stores"),
        ("Zakup kartą ŻABKA Z1234 K.2", "Żabka Z1234 K.2"),
        ("PAYPAL *SPOTIFY", "Spotify"),
        ("SUMUP *CAFE NERO", "Cafe Nero"),
        ("REWE Markt GmbH", "REWE Markt"),
        ("Biedronka Sp. z o.o.", "Biedronka"),
        ("AMAZON 12.02.2026 14:30", "Amazon"),
        ("UBER 4111********1111", "Uber"),
        ("Little Bakery", "Little Bakery"),
        ("KFC", "KFC"),
        ("МАГНИТ 1234", "Магнит"),
    ],
)
def test_noise_goes_and_the_name_stays(said: str, name: str) -> None:
    assert merchant_of(said) == name


@pytest.mark.parametrize("said", [None, "", "   ", "1234 5678", "12.02.2026", "***"])
def test_what_names_nobody_is_nobody(said: str | None) -> None:
    assert merchant_of(said) is None


def test_the_first_text_that_names_somebody_wins() -> None:
    assert merchant_of(None, "4711", "Bakery", "Butcher") == "Bakery"


@given(st.text(max_size=200))
def test_any_text_gives_a_short_name_or_none(said: str) -> None:
    name = merchant_of(said)
    assert name is None or (name == name.strip() and 0 < len(name) <= 60)


@pytest.mark.parametrize(
    ("amount", "text", "category"),
    [
        (-100, "LIDL 4711", "Groceries"),
        (-100, "Tankstelle Süd", "Transport"),
        (500_000, "Gehalt Februar", "Salary"),
        (100, "Erstattung LIDL", "Refunds"),
        (-100, "Boshkent Plaza", None),
        (-100, "gehalt", None),
        (-100, None, None),
    ],
)
def test_whole_words_tell_the_category_on_the_side_of_the_amount(
    amount: int, text: str | None, category: str | None
) -> None:
    found = guess(amount, text)
    assert (found.category if found else None) == category
