"""Learning over HTTP: one correction counts at once, many are learned, and each answer says why."""

from typing import Any
from uuid import UUID

import pytest

from factories.people import Person, Town
from fakes.clock import TestClock
from farthing.jobs.attempt import Attempt
from farthing.jobs.worker import Worker

Row = dict[str, Any]
SHOPS = {"Blixo": "Food", "Morvat": "Fun", "Tessin": "Home"}


@pytest.fixture
async def anna(town: Town) -> Person:
    return await town.person()


async def post(person: Person, **body: Any) -> Row:
    answer = await person.post("/api/transactions", {"amount": "-10"} | body)
    assert answer.status_code == 201, answer.text
    made: Row = answer.json()
    return made


async def choose(person: Person, row: Row, category: str) -> None:
    answer = await person.patch(f"/api/transactions/{row['id']}", {"category": category})
    assert answer.status_code == 200, answer.text


async def asked(person: Person, path: str) -> Row:
    answer = await person.get(path)
    assert answer.status_code == 200, answer.text
    told: Row = answer.json()
    return told


async def teach(person: Person, times: int = 20) -> None:
    rows = [
        {"amount": "-10", "payee": f"{shop.upper()} {4000 + n}", "category": category}
        for n in range(times)
        for shop, category in SHOPS.items()
    ]
    assert (await person.post("/api/transactions/batch", {"transactions": rows})).status_code == 201


async def train(town: Town, person: Person) -> Row:
    """Do the training that waits."""
    jobs = (await asked(person, "/api/jobs?kind=ledger.learn&status=queued"))["jobs"]
    assert len(jobs) == 1
    worker = Worker(town.house.database, town.house.registry, town.house.clock, "here")
    await worker.run(Attempt(UUID(jobs[0]["id"]), 1))
    return await asked(person, f"/api/jobs/{jobs[0]['id']}")


async def test_one_correction_counts_at_once(anna: Person) -> None:
    first = await post(anna, payee="BLIXO 4711 BERLIN DE")
    assert (first["category"], first["category_source"]) == (None, "none")
    await choose(anna, first, "Food")
    second = await post(anna, description="KARTENZAHLUNG BLIXO 99 BERLIN 01.02.2026")
    assert (second["category"], second["category_source"]) == ("Food", "model")
    assert second["category_reason"] == "you chose it for “Blixo”"
    assert (await post(anna, payee="BLIXO 4711", amount="10"))["category"] is None


async def test_the_latest_choice_counts_and_a_persons_own_wins(anna: Person, clock: TestClock) -> None:
    for category in ("Food", "Fun"):
        clock.advance(minutes=1)
        await choose(anna, await post(anna, payee="Blixo"), category)
    assert (await post(anna, payee="Blixo"))["category"] == "Fun"
    mine = await post(anna, payee="Blixo", category="Home")
    assert (mine["category"], mine["category_source"]) == ("Home", "user")


async def test_many_decisions_are_learned_and_judged(town: Town, anna: Person, clock: TestClock) -> None:
    assert (await asked(anna, "/api/categories/learning"))["state"] == "untrained"
    await teach(anna)
    assert (await train(town, anna))["result"] == {"examples": 60}
    clock.advance(minutes=1)
    learned = await asked(anna, "/api/categories/learning")
    assert (learned["state"], learned["examples"], learned["new_decisions"]) == ("learned", 60, 0)
    assert learned["precision"] == 1
    assert {one["category"] for one in learned["categories"]} == set(SHOPS.values())
    made = await post(anna, payee="MORVAT 1")
    assert (made["category"], made["category_source"]) == ("Fun", "model")
    assert made["category_reason"] == "because of “morvat”, as in 20 of 20 earlier ones"
    assert made["category_confidence"] >= 95


async def test_a_training_can_be_asked_for_and_waits_once(town: Town, anna: Person) -> None:
    first, again = [(await anna.post("/api/categories/learning/train")).json() for _ in range(2)]
    assert first == again
    assert (await train(town, anna))["result"] == {"examples": 0}
    assert (await asked(anna, "/api/categories/learning"))["state"] == "untrained"


async def test_a_large_ledger_rests_between_trainings(town: Town, anna: Person, clock: TestClock) -> None:
    await teach(anna, 340)
    assert (await train(town, anna))["result"] == {"examples": 1020}
    clock.advance(seconds=19)
    await teach(anna)
    assert (await asked(anna, "/api/jobs?kind=ledger.learn&status=queued"))["jobs"] == []
    clock.advance(seconds=2)
    await post(anna, payee="Blixo", category="Food")
    assert (await train(town, anna))["result"] == {"examples": 1081}


async def test_what_one_workspace_learned_is_no_others(town: Town, anna: Person) -> None:
    await teach(anna)
    await train(town, anna)
    bert = await town.person()
    assert (await post(bert, payee="MORVAT 1"))["category"] is None
    assert (await asked(bert, "/api/categories/learning"))["examples"] == 0


async def test_a_category_that_is_gone_is_not_given(town: Town, anna: Person, clock: TestClock) -> None:
    await teach(anna)
    await train(town, anna)
    clock.advance(minutes=1)
    fun = (await post(anna, payee="MORVAT 1"))["category_id"]
    assert (await anna.delete(f"/api/categories/{fun}")).status_code == 204
    assert (await post(anna, payee="MORVAT 2"))["category"] is None


async def test_why_shows_everybody_who_was_asked(anna: Person, clock: TestClock) -> None:
    made = await post(anna, payee="SUMUP *LIDL 4711 HAMBURG DEU")
    await choose(anna, made, "Pantry")
    clock.advance(minutes=1)
    why = await asked(anna, f"/api/transactions/{made['id']}/why")
    assert (why["category"]["category"], why["category"]["source"]) == ("Pantry", "user")
    told = [(link["source"], link["category"], link["is_chosen"]) for link in why["chain"]]
    assert told == [("user", "Pantry", True), ("memory", "Pantry", False), ("builtin", "Groceries", False)]
    assert (why["merchant"]["name"], why["merchant"]["source"]) == ("Lidl", "cleaned")
    assert {"said": "SUMUP", "reason": "SumUp is a payment processor"} in why["merchant"]["steps"]


async def test_always_offers_a_rule_and_what_it_would_change(anna: Person) -> None:
    old = [await post(anna, payee=f"BLIXO {n}00 BERLIN") for n in range(3)]
    await post(anna, payee="BLIXO 1", amount="10")
    await choose(anna, old[0], "Fun")
    last = await post(anna, payee="BLIXO 77", category="Food")
    offer = await asked(anna, f"/api/transactions/{last['id']}/always")
    assert offer["rule"] == {
        "name": "Blixo: Food",
        "condition": {"all": [{"field": "merchant", "is": "Blixo"}, {"field": "direction", "is": "expense"}]},
        "actions": [{"category": "Food"}],
    }
    assert offer["would_change"] == 2
    assert {one["id"] for one in offer["examples"]} == {one["id"] for one in old[1:]}


async def test_without_a_category_there_is_nothing_to_repeat(anna: Person) -> None:
    made = await post(anna, payee="Blixo")
    assert (await anna.get(f"/api/transactions/{made['id']}/always")).status_code == 409
