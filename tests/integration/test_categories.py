"""Categories and tags over HTTP: made, nested, renamed, and gone without taking a transaction with them."""

from typing import Any

import pytest

from factories.people import Person, Town

Row = dict[str, Any]


@pytest.fixture
async def anna(town: Town) -> Person:
    return await town.person()


async def make(person: Person, name: str, **body: Any) -> Row:
    answer = await person.post("/api/categories", {"name": name} | body)
    assert answer.status_code == 201, answer.text
    made: Row = answer.json()
    return made


async def post(person: Person, **body: Any) -> Row:
    answer = await person.post("/api/transactions", {"amount": "-10"} | body)
    assert answer.status_code == 201, answer.text
    made: Row = answer.json()
    return made


async def again(person: Person, row: Row) -> Row:
    found: Row = (await person.get(f"/api/transactions/{row['id']}")).json()
    return found


async def is_well(person: Person) -> bool:
    return bool((await person.get("/api/ledger/check")).json()["is_well"])


async def test_a_workspace_starts_with_both_sides(anna: Person) -> None:
    page = (await anna.get("/api/categories")).json()
    assert page["items"] == page["categories"]
    assert page["total"] == len(page["items"]) > 10
    assert {one["type"] for one in page["items"]} == {"income", "expense"}


async def test_a_category_is_made_with_what_clients_say(anna: Person) -> None:
    made = await make(anna, " Pottery ", type="EXPENSE", colour="#aabbcc", icon="vase")
    assert (made["name"], made["type"], made["color"], made["icon"]) == ("Pottery", "expense", "#aabbcc", "vase")
    assert (await anna.get(f"/api/categories/{made['id']}")).json() == made


@pytest.mark.parametrize(
    "body",
    [{}, {"name": ""}, {"name": "x", "type": "none"}, {"name": "x", "color": "red"}, {"name": "x" * 101}],
    ids=str,
)
async def test_nonsense_is_refused(anna: Person, body: Row) -> None:
    assert (await anna.post("/api/categories", body)).status_code == 422


async def test_a_name_stands_once_on_each_side(anna: Person) -> None:
    await make(anna, "Pottery")
    assert (await anna.post("/api/categories", {"name": "  POTTERY"})).status_code == 409
    other = await make(anna, "Pottery", type="income")
    clay = await make(anna, "Clay")
    assert (await anna.patch(f"/api/categories/{clay['id']}", {"name": "pottery"})).status_code == 409
    assert (await anna.patch(f"/api/categories/{other['id']}", {"name": "Pots"})).json()["name"] == "Pots"


@pytest.mark.parametrize("name", ["name", "color", "icon", "parent_id", "position"])
async def test_an_explicit_null_never_breaks(anna: Person, name: str) -> None:
    made = await make(anna, "Pottery", color="#aabbcc", icon="vase")
    answer = await anna.patch(f"/api/categories/{made['id']}", {name: None})
    assert answer.status_code == 200
    expected = made[name] if name in ("name", "position") else None
    assert answer.json()[name] == expected


async def test_a_category_never_hangs_below_itself_or_the_other_side(anna: Person) -> None:
    top = await make(anna, "Top")
    low = await make(anna, "Low", parent_id=top["id"])
    income = await make(anna, "Income", type="income")
    for parent in (top, low, income):
        answer = await anna.patch(f"/api/categories/{top['id']}", {"parent_id": parent["id"]})
        assert answer.status_code == 404
    body = {"name": "Odd", "type": "expense", "parent_id": income["id"]}
    assert (await anna.post("/api/categories", body)).status_code == 404


async def test_a_filter_by_a_category_finds_what_is_below(anna: Person) -> None:
    top = await make(anna, "Top")
    await make(anna, "Low", parent_id=top["id"])
    await post(anna, category="Low")
    assert (await anna.get("/api/transactions?category=top")).json()["total"] == 1


async def test_without_a_choice_its_transactions_lose_their_category(anna: Person) -> None:
    made = await make(anna, "Pottery")
    whole = await post(anna, category="Pottery")
    part = await post(anna, splits=[{"amount": "-4", "category": "Pottery"}, {"amount": "-6", "category": "Rent"}])
    assert (await anna.delete(f"/api/categories/{made['id']}")).status_code == 204
    assert (await again(anna, whole))["category"] is None
    assert [one["category"] for one in (await again(anna, part))["splits"]] == [None, "Rent"]
    assert (await anna.get(f"/api/categories/{made['id']}")).status_code == 404
    assert (await anna.delete(f"/api/categories/{made['id']}")).status_code == 404
    assert await is_well(anna)


async def test_its_transactions_go_where_one_says(anna: Person) -> None:
    made, clay = await make(anna, "Pottery"), await make(anna, "Clay")
    whole = await post(anna, category="Pottery")
    gone = await post(anna, category="Pottery")
    await anna.delete(f"/api/transactions/{gone['id']}")
    await anna.delete(f"/api/categories/{made['id']}?move_to={clay['id']}")
    assert (await again(anna, whole))["category"] == "Clay"
    await anna.post("/api/transactions/restore", {"transaction_ids": [gone["id"]]})
    assert (await again(anna, gone))["category"] == "Clay"
    assert await is_well(anna)


async def test_its_transactions_cannot_go_to_itself(anna: Person) -> None:
    made = await make(anna, "Pottery")
    whole = await post(anna, category="Pottery")
    assert (await anna.delete(f"/api/categories/{made['id']}?move_to={made['id']}")).status_code == 404
    assert await again(anna, whole) == whole


async def test_its_children_move_up(anna: Person) -> None:
    top = await make(anna, "Top")
    middle = await make(anna, "Middle", parent_id=top["id"])
    low = await make(anna, "Low", parent_id=middle["id"])
    await anna.delete(f"/api/categories/{middle['id']}")
    assert (await anna.get(f"/api/categories/{low['id']}")).json()["parent_id"] == top["id"]


async def test_a_deleted_name_is_free_again(anna: Person) -> None:
    made = await make(anna, "Pottery")
    await anna.delete(f"/api/categories/{made['id']}")
    assert (await make(anna, "Pottery"))["id"] != made["id"]


async def test_an_edit_of_an_outdated_version_is_refused(anna: Person) -> None:
    made = await make(anna, "Pottery")
    path = f"/api/categories/{made['id']}"
    assert (await anna.patch(path, {"icon": "a"}, headers={"If-Match": '"1"'})).status_code == 200
    assert (await anna.patch(path, {"icon": "b"}, headers={"If-Match": '"1"'})).status_code == 412


async def test_tags_are_counted_renamed_and_taken_off(anna: Person) -> None:
    made = await post(anna, tags=["Holiday", "sea"])
    tags = {one["name"]: one for one in (await anna.get("/api/tags")).json()["tags"]}
    assert [one["usage_count"] for one in tags.values()] == [1, 1]
    path = f"/api/tags/{tags['Holiday']['id']}"
    assert (await anna.patch(path, {"name": "sea"})).status_code == 409
    assert (await anna.patch(path, {"name": "Trip", "colour": "#aabbcc"})).status_code == 204
    assert (await again(anna, made))["tags"] == ["sea", "Trip"]
    assert (await anna.delete(path)).status_code == 204
    assert (await again(anna, made))["tags"] == ["sea"]
    assert (await anna.delete(path)).status_code == 404


async def test_a_tag_stands_once(anna: Person) -> None:
    assert (await anna.post("/api/tags", {"name": "Holiday"})).status_code == 201
    assert (await anna.post("/api/tags", {"name": "holiday "})).status_code == 409


async def test_what_belongs_to_others_is_not_there(town: Town, anna: Person) -> None:
    boris = await town.person()
    theirs = f"/api/categories/{(await make(boris, 'Pottery'))['id']}"
    tag = f"/api/tags/{(await boris.post('/api/tags', {'name': 't'})).json()['id']}"
    asked = [
        await anna.get(theirs),
        await anna.patch(theirs, {"name": "x"}),
        await anna.delete(theirs),
        await anna.patch(tag, {"name": "x"}),
        await anna.delete(tag),
    ]
    assert {answer.status_code for answer in asked} == {404}
