"""Who decides a category: the latest choice, then what was learned, then what everybody knows."""

import pytest

from farthing.classify.classifier import NONE, Classifier, Remembered, Source
from farthing.classify.features import Asked
from farthing.classify.mcc import code_in, meaning_of_code
from farthing.classify.meanings import Side, meanings
from farthing.classify.model import Example, trained

OURS = {"Groceries", "Health", "Cafés", "Salary", "Refunds"}


def find(name: str, side: Side) -> str | None:
    return name if name in OURS and (name in {"Salary", "Refunds"}) == (side is Side.INCOME) else None


def spent(payee: str, **more: object) -> Asked:
    return Asked(Side.EXPENSE, payee=payee, **more)  # type: ignore[arg-type]


def test_what_everybody_knows_goes_to_the_closest_category_that_there_is() -> None:
    decided = Classifier(find).one(spent("APTEKA POD ORŁEM"))
    assert (decided.label, decided.source, decided.guessed) == ("Health", Source.BUILTIN, "Pharmacy")
    assert decided.reason == "the word “apteka”"


def test_without_a_fitting_category_it_is_only_a_guess() -> None:
    decided = Classifier(find).one(spent("Shell 4711"))
    assert (decided.label, decided.source, decided.guessed) == (None, None, "Fuel")


def test_a_choice_beats_what_was_learned_and_that_beats_what_everybody_knows() -> None:
    model = trained([Example(spent(name), "Pantry") for name in ("Lidl", "Aldi") for _ in range(20)])
    assert Classifier(find).one(spent("LIDL 17")).label == "Groceries"
    assert Classifier(find, model).one(spent("LIDL 17")).label == "Pantry"
    memory = {(Side.EXPENSE, "Lidl"): Remembered("Party")}
    decided = Classifier(find, model, memory).one(spent("LIDL 17"))
    assert (decided.label, decided.source) == ("Party", Source.MEMORY)


def test_money_back_from_a_shop_goes_where_its_purchases_go() -> None:
    assert Classifier(find).one(Asked(Side.INCOME, payee="LIDL 17")).label == "Groceries"
    assert Classifier(find).one(Asked(Side.INCOME, payee="Coffee corner")) == NONE


def test_a_merchant_with_digits_is_told_from_its_neighbours_whatever_came_first() -> None:
    texts = ["REMA 4711 STORGATA", "REMA 1000 STORGATA", "REMA 4712 STORGATA"]
    for order in (texts, texts[::-1]):
        classifier = Classifier(find)
        decided = {text: classifier.one(spent(text)).label for text in order}
        assert decided == {texts[0]: None, texts[1]: "Groceries", texts[2]: None}


def test_the_description_has_a_say_where_the_payee_says_nothing() -> None:
    classifier = Classifier(find)
    rows = [spent("Jane Doe", description=f"{word} {n}") for n in range(3) for word in ("Apotheke", "Something")]
    assert [one.label for one in classifier.decide(rows)] == ["Health", None] * 3


@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        ("5411", "groceries"),
        (5812, "restaurants"),
        ("3055", "flights"),
        ("3640", "lodging"),
        ("5712", "furniture"),
        ("5311", "shopping"),
        ("9999", None),
        ("x", None),
    ],
)
def test_a_merchant_code_says_what_a_shop_sells(code: str | int, meaning: str | None) -> None:
    assert meaning_of_code(code) == meaning
    assert meaning is None or meaning in meanings()


def test_a_code_that_a_bank_wrote_into_a_text_is_found() -> None:
    assert code_in("Karta MCC: 5411 Poznań") == "5411"
    assert code_in("soccer 5411") is None


def test_a_code_decides_where_words_say_nothing() -> None:
    rows = [spent("X", description=f"Zakup QWERTY MCC {code}") for code in ("5912", "5812", "5912")]
    decided = Classifier(find).decide(rows)
    assert [one.guessed for one in decided] == ["Pharmacy", "Restaurants", "Pharmacy"]
    assert [one.label for one in decided] == ["Health", None, "Health"]
    assert decided[0].reason == "the merchant code 5912"
