"""Slowing down who guesses, without locking out whom he guesses at."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import httpx2
import pytest

from factories.people import PASSWORD, Person, Town
from fakes.clock import TestClock

TownMaker = Callable[..., AbstractAsyncContextManager[Town]]
HERE, THERE = "203.0.113.5", "198.51.100.8"
WRONG = "wrong-horse-battery"


async def guess(
    town: Town, name: str = "jan", address: str = HERE, password: str = WRONG, cookie: str = ""
) -> httpx2.Response:
    body = {"username": name, "password": password}
    return await town.stranger(address).post("/api/auth/login", body, headers={"Cookie": cookie} if cookie else {})


async def guess_often(town: Town, times: int, **where: str) -> list[int]:
    return [(await guess(town, **where)).status_code for _ in range(times)]


def device(person: Person) -> str:
    """What a browser keeps of somebody who has signed in on it."""
    return f"farthing_device={person.http.cookies['farthing_device']}"


async def test_the_eleventh_wrong_password_has_to_wait(town: Town) -> None:
    await town.person("jan")
    assert await guess_often(town, 10) == [401] * 10
    answer = await guess(town)
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) in range(1, 902)
    assert answer.headers["content-type"] == "application/problem+json"
    assert "Too many attempts" in answer.json()["detail"]


async def test_even_the_right_password_has_to_wait_then(town: Town) -> None:
    await town.person("jan")
    await guess_often(town, 11)
    assert (await guess(town, password=PASSWORD)).status_code == 429


async def test_an_unknown_name_is_slowed_down_alike(town: Town) -> None:
    assert await guess_often(town, 12, name="nobody") == [401] * 10 + [429] * 2


@pytest.mark.parametrize("path", ["/api/auth/login", "/api/auth/token"])
async def test_spelling_a_name_otherwise_gives_no_further_try(path: str, town: Town) -> None:
    await town.person("jan")
    form = "json" if path.endswith("login") else "data"
    spellings = ["jan", "JAN", " Jan ", "jAN"] * 3
    answers = [
        await town.stranger(HERE).post(path, **{form: {"username": name, "password": WRONG}}) for name in spellings
    ]
    assert [answer.status_code for answer in answers] == [401] * 10 + [429] * 2


async def test_all_doors_count_as_one(town: Town) -> None:
    await town.person("jan")
    guessed = {"email": "jan@example.com", "password": WRONG}
    for _ in range(5):
        await town.stranger(HERE).post("/api/auth/login", guessed)
        await town.stranger(HERE).post("/api/profile/login", guessed)
    form = {"username": "jan@example.com", "password": WRONG}
    assert (await town.stranger(HERE).post("/api/auth/token", data=form)).status_code == 429


async def test_many_at_once_count_too(town: Town) -> None:
    await town.person("jan")
    answers = await asyncio.gather(*(guess(town) for _ in range(25)))
    assert sorted(answer.status_code for answer in answers) == [401] * 10 + [429] * 15


async def test_the_wait_ends(town: Town, clock: TestClock) -> None:
    await town.person("jan")
    await guess_often(town, 11)
    clock.advance(minutes=15, seconds=-1)
    assert (await guess(town, password=PASSWORD)).status_code == 429
    clock.advance(seconds=1)
    assert (await guess(town, password=PASSWORD)).status_code == 200


async def test_waiting_as_told_is_enough(town: Town, clock: TestClock) -> None:
    await town.person("jan")
    await guess_often(town, 10)
    clock.advance(minutes=7)
    told = int((await guess(town)).headers["retry-after"])
    clock.advance(seconds=told)
    assert (await guess(town, password=PASSWORD)).status_code == 200


async def test_signing_in_starts_the_count_again(town: Town) -> None:
    await town.person("jan")
    assert await guess_often(town, 9) == [401] * 9
    assert (await guess(town, password=PASSWORD)).status_code == 200
    assert await guess_often(town, 11) == [401] * 10 + [429]


async def test_the_same_person_still_signs_in_from_elsewhere(town: Town) -> None:
    await town.person("jan")
    await guess_often(town, 11)
    assert (await guess(town, address=THERE, password=PASSWORD)).status_code == 200


async def test_others_still_sign_in_from_there(town: Town) -> None:
    await town.person("jan")
    await town.person("ann")
    await guess_often(town, 11)
    assert (await guess(town, name="ann", password=PASSWORD)).status_code == 200


async def test_a_device_that_signed_in_before_still_does(town: Town) -> None:
    jan = await town.person("jan")
    await guess_often(town, 11)
    assert (await guess(town, password=PASSWORD)).status_code == 429
    assert (await guess(town, password=PASSWORD, cookie=device(jan))).status_code == 200


async def test_a_device_that_signed_in_before_may_not_guess_for_ever(town: Town) -> None:
    jan = await town.person("jan")
    assert await guess_often(town, 12, cookie=device(jan)) == [401] * 10 + [429] * 2
    assert (await guess(town, password=PASSWORD)).status_code == 200


async def test_a_device_of_one_person_is_none_of_another(town: Town) -> None:
    ann = await town.person("ann")
    await town.person("jan")
    assert await guess_often(town, 11, cookie=device(ann)) == [401] * 10 + [429]
    mark = device(ann).replace(ann.id.replace("-", ""), (await town.person("bob")).id.replace("-", ""))
    assert await guess_often(town, 11, name="bob", cookie=mark) == [401] * 10 + [429]


async def test_a_made_up_device_is_none(town: Town) -> None:
    jan = await town.person("jan")
    cookies = [f"farthing_device={jan.id.replace('-', '')}.{n}.{n}" for n in range(11)]
    answers = [await guess(town, cookie=cookie) for cookie in cookies]
    assert [answer.status_code for answer in answers] == [401] * 10 + [429]


async def test_claiming_to_come_from_elsewhere_changes_nothing(town: Town) -> None:
    await town.person("jan")
    body = {"username": "jan", "password": WRONG}
    answers = [
        await town.stranger(HERE).post("/api/auth/login", body, headers={"X-Forwarded-For": f"192.0.2.{n}"})
        for n in range(11)
    ]
    assert [answer.status_code for answer in answers] == [401] * 10 + [429]


@pytest.mark.parametrize(
    ("one", "other", "status"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", 429),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", 401),
        ("203.0.113.5", "::ffff:203.0.113.5", 429),
        ("::ffff:203.0.113.5", "::ffff:203.0.113.6", 401),
    ],
)
async def test_addresses_count_as_one_where_they_belong_to_one(one: str, other: str, status: int, town: Town) -> None:
    await town.person("jan")
    await guess_often(town, 10, address=one)
    assert (await guess(town, address=other)).status_code == status


async def test_one_address_may_not_go_through_all_names(town: Town) -> None:
    await town.person("jan")
    answers = [(await guess(town, name=f"name{n}")).status_code for n in range(101)]
    assert answers == [401] * 100 + [429]
    assert (await guess(town, address=THERE, password=PASSWORD)).status_code == 200


async def test_people_who_sign_in_do_not_use_up_their_address(town: Town) -> None:
    await town.person("jan")
    assert {(await guess(town, password=PASSWORD)).status_code for _ in range(105)} == {200}


async def test_registering_has_a_limit_too(town: Town, clock: TestClock) -> None:
    async def register(n: int, address: str = HERE) -> int:
        body = {"username": f"user{n}", "password": PASSWORD}
        return (await town.stranger(address).post("/api/auth/register", body)).status_code

    assert [await register(n) for n in range(21)] == [201] * 20 + [429]
    assert await register(21, THERE) == 201
    clock.advance(hours=1)
    assert await register(22) == 201


async def test_trying_out_is_hardly_slowed_down(town_with: TownMaker) -> None:
    async with town_with(sandbox=True) as town:
        await town.person("jan")
        assert await guess_often(town, 30) == [401] * 30
