"""Merchants as banks write them, and what is left when the noise is gone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.classify.keywords import guess
from farthing.classify.merchants import cleaned, merchant_of


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("LIDL 4711 BERLIN", "Lidl"),
        ("CARD PAYMENT TO TESCO STORES 3021", "Tesco"),
        ("Zakup kartą ŻABKA Z1234 K.2", "Żabka"),
        ("LIDL ZAKUP PRZY UŻYCIU KARTY W KRAJU", "Lidl"),
        ("REMA 1000 STORGATA", "Rema 1000"),
        ("REMA 4711 STORGATA", "Rema Storgata"),
        ("PAYPAL *SPOTIFY", "Spotify"),
        ("SUMUP *CAFE NERO", "Cafe Nero"),
        ("REWE Markt GmbH", "REWE"),
        ("Biedronka Sp. z o.o.", "Biedronka"),
        ("AMAZON 12.02.2026 14:30", "Amazon"),
        ("UBER 4111********1111", "Uber"),
        ("Little Bakery", "Little Bakery"),
        ("KARTENZAHLUNG BAECKEREI MORGENROT BERLIN 26.11.2026 KARTE **** **** **** 4417", "Baeckerei Morgenrot"),
        ("KAWIARNIA POD LIPĄ UL. DŁUGA 7 POZNAŃ PL", "Kawiarnia POD Lipą"),
        ("Hotel Berlin", "Hotel Berlin"),
        ("The Red Lion", "The Red Lion"),
        ("Incognito LLC", "Incognito"),
        ("Cafe Milano", "Cafe Milano"),
        ("Clickbait Store", "Clickbait Store"),
        ("Metropol Hotel", "Metropol Hotel"),
        ("KFC", "KFC"),
        ("МАГНИТ 1234", "Магнит"),
    ],
)
def test_noise_goes_and_the_name_stays(said: str, name: str) -> None:
    assert merchant_of(said) == name


@pytest.mark.parametrize(
    "said", [None, "", "   ", "1234 5678", "12.02.2026", "***", "POS DEBIT 12345", "Überweisung", "PRZELEW WŁASNY"]
)
def test_what_names_nobody_is_nobody(said: str | None) -> None:
    assert merchant_of(said) is None


def test_the_first_text_that_names_somebody_wins() -> None:
    assert merchant_of(None, "4711", "Bakery", "Butcher") == "Bakery"


def test_each_step_of_cleaning_has_its_reason() -> None:
    told = cleaned("SUMUP *BLUMEN LADEN 12 HAMBURG DEU")
    assert told.name == "Blumen Laden"
    assert [(step.said, step.reason) for step in told.steps] == [
        ("SUMUP", "SumUp is a payment processor"),
        ("DEU", "country or state DEU"),
        ("HAMBURG", "city HAMBURG"),
        ("12", "store number"),
    ]


@given(st.text(max_size=200))
def test_the_explained_name_is_the_quick_one(said: str) -> None:
    assert cleaned(said).name == merchant_of(said)


@given(st.text(max_size=200))
def test_any_text_gives_a_short_name_or_none(said: str) -> None:
    name = merchant_of(said)
    assert name is None or (name == name.strip() and 0 < len(name) <= 60)


@pytest.mark.parametrize(
    ("amount", "text", "category"),
    [
        (-100, "LIDL 4711", "Groceries"),
        (-100, "Tankstelle Süd", "Fuel"),
        (500_000, "Gehalt Februar", "Salary"),
        (100, "Erstattung LIDL", "Refunds"),
        (50, "LIDL 4711", "Groceries"),
        (-100, "Boshkent Bus Station", "Public transport"),
        (-100, "Boshkent Plaza", None),
        (-100, "Vegas Trip", "Travel"),
        (-100, "Business class", None),
        (-100, "Incognito LLC", None),
        (-100, "Übertrag Sparkonto", None),
        (-100, "Landbäckerei Huber", "Bakery"),
        (-100, "w aptece Pod Orłem", "Pharmacy"),
        (-100, "Kroger Fuel Center", "Fuel"),
        (-100, "Max Mustermann", None),
        (-100, "gehalt", None),
        (-100, None, None),
    ],
)
def test_whole_words_tell_the_category_on_the_side_of_the_amount(
    amount: int, text: str | None, category: str | None
) -> None:
    found = guess(amount, text)
    assert (found.category if found else None) == category
