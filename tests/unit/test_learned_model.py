"""The model of one workspace's decisions: what it says after some months, how surely, and why."""

import json
from datetime import date

import pytest

from factories.household import household
from farthing.classify.calibration import calibrated, lower_bound, threshold
from farthing.classify.features import Asked
from farthing.classify.meanings import Side
from farthing.classify.model import Example, Model, Prediction, dumped, loaded, trained
from farthing.demo.records import DemoTransaction
from farthing.demo.year import year

DECISIONS = 200


def judged(examples: list[Example]) -> tuple[int, int, int]:
    """Asked, answered and right among the later ones, after learning the first."""
    model = trained(examples[:DECISIONS])
    later = examples[DECISIONS:]
    answers = [(model.predict(one.asked), one.label) for one in later]
    given = [(answer, label) for answer, label in answers if answer]
    return len(later), len(given), sum(answer.label == label for answer, label in given)


def demo(seed: int) -> list[Example]:
    told = [t for t in year(date(2026, 11, 30), seed).transactions if t.category and not t.splits]
    return [example(t) for t in sorted(told, key=lambda t: t.date)]


def example(told: DemoTransaction) -> Example:
    side = Side.EXPENSE if told.amount.startswith("-") else Side.INCOME
    cents = int(told.amount.replace(".", ""))
    asked = Asked(side, None, told.payee, told.description, cents, told.account, told.date.weekday())
    return Example(asked, str(told.category))


def spent(payee: str, label: str, cents: int = -1000) -> Example:
    return Example(Asked(Side.EXPENSE, payee=payee, amount=cents), label)


@pytest.mark.parametrize("seed", range(3))
def test_the_later_months_of_the_demo_follow_from_its_first(seed: int) -> None:
    asked, given, right = judged(demo(seed))
    assert right >= 0.95 * given
    assert given >= 0.60 * asked


def test_the_later_months_of_noisy_households_follow_from_their_first() -> None:
    scores = [judged(household(seed)) for seed in range(12)]
    assert sum(right for _, _, right in scores) >= 0.97 * sum(given for _, given, _ in scores)
    assert all(right >= 0.94 * given for _, given, right in scores)
    assert sum(given for _, given, _ in scores) >= 0.60 * sum(asked for asked, _, _ in scores)


def test_it_says_why() -> None:
    model = trained([spent("BIEDRONKA 17", "Food"), spent("Kino Luna", "Fun")] * 20)
    predicted = model.predict(Asked(Side.EXPENSE, payee="Biedronka 4711 Warszawa"))
    assert predicted is not None
    assert (predicted.label, predicted.reason) == ("Food", "because of “biedronka”, as in 20 of 20 earlier ones")


def test_what_everybody_knows_is_learned_in_the_persons_own_words() -> None:
    """A new supermarket goes where the others went, whatever the person calls it."""
    known = ["Lidl", "Aldi", "Tesco", "Auchan", "Carrefour"]
    model = trained([spent(name, "Zakupy") for name in known for _ in range(5)] + [spent("Kino", "Fun")] * 20)
    guess = model.guess(Asked(Side.EXPENSE, payee="Kaufland"), "Kaufland")
    assert guess is not None
    assert (guess.label, guess.kind) == ("Zakupy", "meaning")


def test_a_side_learns_nothing_from_the_other() -> None:
    model = trained([spent("Globex", "Fees")] * 30)
    assert model.predict(Asked(Side.INCOME, payee="Globex")) is None


def test_without_enough_decisions_it_says_nothing() -> None:
    model = trained([spent("Lidl", "Food")] * 5)
    assert model.predict(Asked(Side.EXPENSE, payee="Lidl")) is None
    assert Model().predict(Asked(Side.EXPENSE, payee="Lidl")) is None


def test_a_merchant_of_all_kinds_is_left_to_people() -> None:
    kinds = ["Food", "Home", "Fun", "Gifts"]
    examples = [spent("Amazon", kinds[(n * 7) % 4 - n % 3]) for n in range(60)] + [spent("Lidl", "Food")] * 60
    model = trained(examples)
    assert model.predict(Asked(Side.EXPENSE, payee="Amazon")) is None
    assert model.predict(Asked(Side.EXPENSE, payee="Lidl")) is not None


def test_training_twice_gives_the_same_and_keeping_changes_nothing() -> None:
    examples = household(3)[:300]
    model = trained(examples)
    kept = json.loads(json.dumps(dumped(model)))
    assert dumped(trained(examples)) == dumped(model)
    again = loaded(kept)
    assert again is not None
    assert answers(again) == answers(model)
    assert loaded(kept | {"version": 0}) is None


def answers(model: Model) -> list[Prediction | None]:
    return [model.predict(one.asked) for one in household(3)[300:]]


def test_shares_never_fall_as_scores_rise() -> None:
    calibration = calibrated([(0.1, False), (0.2, True), (0.3, False), (0.6, True), (0.7, True), (0.9, True)])
    shares = [calibration(score / 10) for score in range(11)]
    assert shares == sorted(shares)


def test_the_threshold_is_the_lowest_score_that_is_right_often_enough() -> None:
    trials = [(0.9, True)] * 30 + [(0.5, True)] * 5 + [(0.5, False)] * 5
    assert threshold(trials, 0.95, 10) == 0.9
    assert threshold([(0.5, False)] * 20, 0.95, 10) is None
    assert lower_bound(0, 0) == 0
