"""Categories and tags over HTTP: made, nested, renamed, and gone without taking a transaction with them."""

import asyncio
from typing import Any

import pytest

from factories.people import Person, Town
from fakes.clock import TestClock

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
    [
        {},
        {"name": ""},
        {"name": "\u200b"},
        {"name": "x", "type": "none"},
        {"name": "x", "color": "red"},
        {"name": "x" * 101},
    ],
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


async def test_its_transactions_cannot_go_to_the_other_side(anna: Person) -> None:
    made, prize = await make(anna, "Pottery"), await make(anna, "Prize", type="income")
    answer = await anna.delete(f"/api/categories/{made['id']}?move_to={prize['id']}")
    assert (answer.status_code, (await anna.get(f"/api/categories/{made['id']}")).status_code) == (422, 200)


async def test_a_deleted_category_comes_back_with_what_nobody_changed(anna: Person) -> None:
    top = await make(anna, "Top")
    made, clay = await make(anna, "Pottery", parent_id=top["id"]), await make(anna, "Clay")
    parts = [{"amount": "-4", "category": "Pottery"}, {"amount": "-6", "category": "Rent"}]
    left, noted, chosen = [await post(anna, category="Pottery") for _ in range(3)]
    split, resplit = [await post(anna, splits=parts) for _ in range(2)]
    path = f"/api/categories/{made['id']}"
    assert (await anna.delete(f"{path}?move_to={clay['id']}")).status_code == 204
    await anna.patch(f"/api/transactions/{noted['id']}", {"note": "kept"})
    await anna.patch(f"/api/transactions/{chosen['id']}", {"category": "Rent"})
    await anna.patch(f"/api/transactions/{resplit['id']}", {"splits": [{"amount": "-10", "category": "Clay"}]})
    back = await anna.post(f"{path}/restore")
    assert back.status_code == 200, back.text
    assert (back.json()["name"], back.json()["parent_id"]) == ("Pottery", top["id"])
    rows = [await again(anna, row) for row in (left, noted, chosen, split, resplit)]
    assert [row["category"] for row in rows] == ["Pottery", "Pottery", "Rent", None, None]
    assert [[part["category"] for part in row["splits"]] for row in rows[3:]] == [["Pottery", "Rent"], ["Clay"]]
    assert [row["category_source"] for row in rows] == ["user", "user", "user", "none", "none"]
    assert (await anna.post(f"{path}/restore")).status_code == 404
    assert await is_well(anna)


async def test_a_category_is_deleted_and_brought_back_again_and_again(anna: Person) -> None:
    made = await make(anna, "Pottery")
    kept, left = [await post(anna, category="Pottery") for _ in range(2)]
    path = f"/api/categories/{made['id']}"
    for _ in range(2):
        await anna.delete(path)
        await anna.post(f"{path}/restore")
    assert [(await again(anna, row))["category"] for row in (kept, left)] == ["Pottery"] * 2
    await anna.patch(f"/api/transactions/{left['id']}", {"category": None})
    await anna.delete(path)
    await anna.post(f"{path}/restore")
    assert [(await again(anna, row))["category"] for row in (kept, left)] == ["Pottery", None]
    assert await is_well(anna)


async def test_a_category_comes_back_only_while_its_name_is_free(anna: Person) -> None:
    top = await make(anna, "Top")
    made = await make(anna, "Pottery", parent_id=top["id"])
    path = f"/api/categories/{made['id']}"
    await anna.delete(path)
    other = await make(anna, "pottery")
    assert (await anna.post(f"{path}/restore")).status_code == 409
    await anna.delete(f"/api/categories/{other['id']}")
    await anna.delete(f"/api/categories/{top['id']}")
    back = await anna.post(f"{path}/restore")
    assert (back.status_code, back.json()["parent_id"]) == (200, None)


async def test_a_category_and_a_tag_leave_a_closed_month_only_with_a_reason(anna: Person) -> None:
    made = await post(anna, date="2026-02-10", category="Pottery", tags=["sea"])
    (tag,) = (await anna.get("/api/tags")).json()["tags"]
    await anna.post("/api/closed-months", {"month": "2026-02"})
    for path in (f"/api/categories/{made['category_id']}", f"/api/tags/{tag['id']}"):
        assert (await anna.delete(path)).status_code == 409
        assert (await anna.delete(f"{path}?reason=gone")).status_code == 204
        assert (await anna.post(f"{path}/restore")).status_code == 409
        assert (await anna.post(f"{path}/restore?reason=back")).status_code in (200, 204)
    since = (await anna.get("/api/closed-months")).json()["changes_since"]
    assert [(one["origin"], one["reason"]) for one in since] == [
        ("undo", "back"),
        ("tag", "gone"),
        ("undo", "back"),
        ("category", "gone"),
    ]
    found = await again(anna, made)
    assert (found["category"], found["tags"]) == ("Pottery", ["sea"])


async def test_the_first_categories_are_the_houses_and_can_be_renamed_and_deleted(anna: Person) -> None:
    first = (await anna.get("/api/categories")).json()["items"]
    assert {one["is_system"] for one in first} == {True}
    assert (await make(anna, "Pottery"))["is_system"] is False
    path = f"/api/categories/{first[0]['id']}"
    assert (await anna.patch(path, {"name": "Ours"})).json()["name"] == "Ours"
    assert (await anna.delete(path)).status_code == 204
    assert (await anna.post(f"{path}/restore")).json()["is_system"] is True


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


@pytest.mark.parametrize("name", ["", " ", "\u200b", "sea, sun", "x" * 51])
async def test_a_tag_that_could_not_be_asked_for_is_refused(anna: Person, name: str) -> None:
    made = (await anna.post("/api/tags", {"name": "sea"})).json()
    asked = [
        await anna.post("/api/tags", {"name": name}),
        await anna.patch(f"/api/tags/{made['id']}", {"name": name}),
        await anna.post("/api/transactions", {"amount": "-1", "tags": [name]}),
    ]
    assert {answer.status_code for answer in asked} == {422}


async def test_a_tag_stands_once(anna: Person) -> None:
    assert (await anna.post("/api/tags", {"name": "Holiday"})).status_code == 201
    assert (await anna.post("/api/tags", {"name": "holiday "})).status_code == 409


async def history(person: Person, row: Row) -> list[Row]:
    changes: list[Row] = (await person.get(f"/api/transactions/{row['id']}/history")).json()["changes"]
    return changes


async def tag_id(person: Person, name: str) -> str:
    tags = (await person.get("/api/tags")).json()["tags"]
    return next(str(one["id"]) for one in tags if one["name"] == name)


async def test_a_deleted_tag_stays_in_the_past_and_comes_back(anna: Person, clock: TestClock) -> None:
    made, retagged, gone = [await post(anna, tags=["Holiday", "sea"]) for _ in range(3)]
    await anna.delete(f"/api/transactions/{gone['id']}")
    before, path = clock().isoformat(), f"/api/tags/{await tag_id(anna, 'Holiday')}"
    clock.advance(minutes=1)
    assert (await anna.delete(path)).status_code == 204
    assert [(one["origin"], one["before"]["tags"]) for one in await history(anna, made)] == [
        ("tag", ["Holiday", "sea"])
    ]
    told = await anna.get(f"/api/transactions/{made['id']}/as-of", params={"moment": before})
    assert told.json()["tags"] == ["Holiday", "sea"]
    await anna.patch(f"/api/transactions/{retagged['id']}", {"tags": ["lake"]})
    assert (await anna.post(f"{path}/restore")).status_code == 204
    assert (await anna.post(f"{path}/restore")).status_code == 404
    await anna.post("/api/transactions/restore", {"transaction_ids": [gone["id"]]})
    found = [(await again(anna, row))["tags"] for row in (made, retagged, gone)]
    assert found == [["Holiday", "sea"], ["lake"], ["Holiday", "sea"]]


async def test_a_deleted_tags_name_is_free_again(anna: Person) -> None:
    made = await post(anna, tags=["sea"])
    path = f"/api/tags/{await tag_id(anna, 'sea')}"
    await anna.delete(path)
    assert (await post(anna, tags=["Sea"]))["tags"] == ["Sea"]
    assert (await anna.post(f"{path}/restore")).status_code == 409
    assert (await again(anna, made))["tags"] == []
    assert [one["name"] for one in (await anna.get("/api/tags")).json()["tags"]] == ["Sea"]


async def test_undoing_something_else_brings_no_old_name_of_a_tag_back(anna: Person) -> None:
    made = await post(anna, tags=["holidy", "sea"])
    await anna.patch(f"/api/transactions/{made['id']}", {"note": "x"})
    await anna.patch(f"/api/tags/{await tag_id(anna, 'holidy')}", {"name": "Holiday"})
    await anna.delete(f"/api/tags/{await tag_id(anna, 'sea')}")
    noted = (await history(anna, made))[-1]
    back = await anna.post(f"/api/transactions/{made['id']}/history/{noted['id']}/restore")
    assert (back.json()["note"], back.json()["tags"]) == (None, ["Holiday"])
    assert [one["name"] for one in (await anna.get("/api/tags")).json()["tags"]] == ["Holiday"]


async def test_posting_into_a_category_that_goes_leaves_nothing_behind(anna: Person) -> None:
    await post(anna)
    for turn in range(4):
        made = await make(anna, f"Pottery {turn}")
        path, body = f"/api/categories/{made['id']}", {"amount": "-1", "category_id": made["id"]}
        part = {"amount": "-1", "splits": [{"amount": "-1", "category_id": made["id"]}]}
        posts = [anna.post("/api/transactions", body if n % 2 else part) for n in range(10)]
        answers = await asyncio.gather(*posts[:5], anna.delete(path), *posts[5:])
        assert {answer.status_code for answer in answers} <= {201, 204, 404}
        rows = [(await again(anna, a.json())) for a in answers if a.status_code == 201]
        assert {row["category_id"] for row in rows} | {p["category_id"] for row in rows for p in row["splits"]} <= {
            None
        }
    assert await is_well(anna)


async def test_moving_into_a_category_that_goes_leaves_nothing_behind(anna: Person) -> None:
    rows = [await post(anna) for _ in range(8)]
    made = await make(anna, "Pottery")
    edits = [anna.patch(f"/api/transactions/{row['id']}", {"category_id": made["id"]}) for row in rows]
    answers = await asyncio.gather(*edits[:4], anna.delete(f"/api/categories/{made['id']}"), *edits[4:])
    assert {answer.status_code for answer in answers} <= {200, 204, 404}
    assert {(await again(anna, row))["category_id"] for row in rows} == {None}
    assert await is_well(anna)


async def test_posting_with_a_tag_that_goes_always_answers(anna: Person) -> None:
    for _ in range(3):
        await post(anna, tags=["sea"])
        path, body = f"/api/tags/{await tag_id(anna, 'sea')}", {"amount": "-1", "tags": ["sea"]}
        posts = [anna.post("/api/transactions", body) for _ in range(8)]
        answers = await asyncio.gather(*posts[:4], anna.delete(path), *posts[4:])
        assert sorted(answer.status_code for answer in answers) == [201] * 8 + [204]


async def test_a_new_name_is_made_once_however_many_say_it(anna: Person) -> None:
    await post(anna)
    posts = [
        anna.post("/api/transactions", {"amount": "-1", "category": name, "tags": ["b", name, "a"]})
        for name in ("Pottery", "POTTERY") * 8
    ]
    answers = await asyncio.gather(*posts)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["category_id"] for answer in answers}) == 1
    assert len((await anna.get("/api/tags")).json()["tags"]) == 3
    assert await is_well(anna)


async def test_changes_meet_categories_that_others_are_making(anna: Person) -> None:
    rows = [await post(anna) for _ in range(4)]
    deeds = [
        anna.patch(f"/api/transactions/{row['id']}", {"category": f"New {turn}"}) for turn in range(4) for row in rows
    ]
    notes = [
        anna.post(
            "/api/transactions/bulk", {"transaction_ids": [row["id"] for row in rows], "amount": n, "note": str(n)}
        )
        for n in range(8)
    ]
    answers = await asyncio.gather(*deeds, *notes)
    assert {answer.status_code for answer in answers} == {200}
    assert await is_well(anna)


async def test_two_moves_at_once_make_no_circle(anna: Person) -> None:
    for turn in range(4):
        ids = [(await make(anna, f"{name} {turn}"))["id"] for name in "abc"]
        moves = [
            anna.patch(f"/api/categories/{one}", {"parent_id": other})
            for one, other in zip(ids, ids[1:] + ids[:1], strict=True)
        ]
        assert sorted(answer.status_code for answer in await asyncio.gather(*moves)) == [200, 200, 404]


async def test_of_edits_of_one_version_one_wins(anna: Person) -> None:
    path = f"/api/categories/{(await make(anna, 'Pottery'))['id']}"
    edits = [anna.patch(path, {"icon": str(n)}, headers={"If-Match": '"1"'}) for n in range(6)]
    assert sorted(answer.status_code for answer in await asyncio.gather(*edits)) == [200, *[412] * 5]


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
