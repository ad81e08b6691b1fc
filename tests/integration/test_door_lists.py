"""Lists are walked by cursor and meet every row once; edits name the version that they mean."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest

from factories.people import PASSWORD, Person, Town
from farthing.infra.db import SYSTEM
from farthing.jobs.service import JobService
from farthing.kernel.actor import HOUSE, Actor

ROWS = 5
Fill = Callable[[Town, Person], Awaitable[None]]


async def secrets(_town: Town, person: Person) -> None:
    for number in range(ROWS):
        await person.post("/api/user-secrets", {"type": "allegro", "alias": str(number), "secret": "hush"})


async def workspaces(_town: Town, person: Person) -> None:
    for number in range(ROWS):
        await person.post("/api/tenants", {"name": f"Workspace {number}"})


async def members(town: Town, person: Person) -> None:
    for _ in range(ROWS):
        await town.join(person, await town.person(), "viewer")


async def invites(_town: Town, person: Person) -> None:
    for _ in range(ROWS):
        await person.post("/api/tenants/me/invites", {"role": "viewer"})


async def sessions(_town: Town, person: Person) -> None:
    for _ in range(ROWS):
        await person.sign_in()


async def jobs(town: Town, person: Person) -> None:
    workspace = (await person.get("/api/tenants/me")).json()["id"]
    async with town.house.database.write(SYSTEM) as work:
        for number in range(ROWS):
            await JobService(work, actor(person, workspace), town.house.clock).request("some.kind", {"n": number})
            await JobService(work, HOUSE, town.house.clock).request("house.kind", {"n": number})


async def people(town: Town, _person: Person) -> None:
    for _ in range(ROWS):
        await town.person()


def actor(person: Person, workspace: str) -> Actor:
    return Actor(UUID(person.id), person.name, UUID(workspace), None)


LISTS: dict[str, tuple[str, str, Fill]] = {
    "secrets": ("/api/user-secrets", "user_secrets", secrets),
    "workspaces": ("/api/tenants", "tenants", workspaces),
    "members": ("/api/tenants/me/members", "members", members),
    "invites": ("/api/tenants/me/invites", "invites", invites),
    "sessions": ("/api/auth/sessions", "sessions", sessions),
    "jobs": ("/api/jobs", "jobs", jobs),
    "house jobs": ("/api/system/jobs", "jobs", jobs),
    "people": ("/api/users", "users", people),
    "audit": ("/api/users/audit-log", "items", workspaces),
}
every_list = pytest.mark.parametrize("name", LISTS)


async def filled(town: Town, name: str) -> tuple[Person, str, str]:
    path, plural, fill = LISTS[name]
    person = await town.superuser()
    await fill(town, person)
    return person, path, plural


async def walk(person: Person, path: str, plural: str, limit: int) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    after: dict[str, str] = {}
    while True:
        page = (await person.get(path, params={"limit": limit} | after)).json()
        assert 0 < len(page[plural]) <= limit
        rows += page[plural]
        if page["next"] is None:
            return rows
        after = {"next": page["next"]}


@every_list
async def test_walking_a_list_meets_every_row_once_and_rows_can_be_passed_over(town: Town, name: str) -> None:
    person, path, plural = await filled(town, name)
    whole = (await person.get(path, params={"limit": 200})).json()
    assert whole["total"] == len(whole[plural]) >= ROWS
    assert whole["next"] is None
    for limit in (1, 2, whole["total"] - 1, whole["total"]):
        assert await walk(person, path, plural, limit) == whole[plural]
    page = (await person.get(path, params={"limit": 2, "offset": 2})).json()
    assert page[plural] == whole[plural][2:4]
    assert page["total"] == whole["total"]
    assert (await person.get(path, params={"offset": whole["total"]})).json()[plural] == []


async def test_a_page_that_makes_no_sense_is_refused(town: Town) -> None:
    person = await town.superuser()
    senseless = ("next=x", "next=WyJ5ZXN0ZXJkYXkiXQ", "next=WzFd", "next=%00", "limit=0", "limit=201", "limit=x")
    for path, _, _ in LISTS.values():
        for query in (*senseless, "offset=-1", "offset=100001"):
            answer = await person.get(f"{path}?{query}")
            assert answer.status_code == 422, (path, query)
            assert answer.headers["content-type"] == "application/problem+json"


async def test_rows_that_come_and_go_while_one_walks_disturb_nobody(town: Town) -> None:
    person = await town.person()
    await secrets(town, person)
    first = (await person.get("/api/user-secrets?limit=2")).json()
    await person.delete(f"/api/user-secrets/{first['user_secrets'][1]['id']}")
    await secrets(town, person)
    rest = (await person.get("/api/user-secrets", params={"limit": 200, "next": first["next"]})).json()
    aliases = [row["alias"] for row in rest["user_secrets"]]
    assert aliases == ["2", "3", "4", "0", "1", "2", "3", "4"]


async def test_jobs_are_filtered_by_state_and_kind(town: Town) -> None:
    person, path, _ = await filled(town, "jobs")
    for query, total in (("status=queued", ROWS), ("status=done", 0), ("kind=some.kind", ROWS), ("kind=other", 0)):
        assert (await person.get(f"{path}?{query}")).json()["total"] == total
    assert (await person.get(f"{path}?status=sleeping")).status_code == 422


async def tagged(person: Person, path: str) -> str:
    return (await person.get(path)).headers["etag"]


@pytest.fixture
async def editor(town: Town) -> Person:
    return await town.person()


async def editable(person: Person, kind: str) -> tuple[str, str]:
    """A thing that can be edited, and the field to edit."""
    if kind == "workspace":
        return "/api/tenants/me", "name"
    made = await person.post("/api/user-secrets", {"type": "allegro", "secret": "hush"})
    return f"/api/user-secrets/{made.json()['id']}", "alias"


every_edit = pytest.mark.parametrize("kind", ["workspace", "secret"])


@every_edit
async def test_an_edit_of_what_was_read_is_done_and_moves_the_tag(editor: Person, kind: str) -> None:
    path, field = await editable(editor, kind)
    before = await tagged(editor, path)
    answer = await editor.patch(path, {field: "one"}, headers={"If-Match": before})
    assert (answer.status_code, answer.json()[field]) == (200, "one")
    assert answer.headers["etag"] == await tagged(editor, path) != before


@every_edit
async def test_an_edit_of_what_somebody_changed_is_refused_and_changes_nothing(editor: Person, kind: str) -> None:
    path, field = await editable(editor, kind)
    before = await tagged(editor, path)
    await editor.patch(path, {field: "one"})
    answer = await editor.patch(path, {field: "two"}, headers={"If-Match": before})
    assert answer.status_code == 412
    assert (await editor.get(path)).json()[field] == "one"


@every_edit
async def test_an_edit_without_condition_is_done(editor: Person, kind: str) -> None:
    path, field = await editable(editor, kind)
    for headers in ({}, {"If-Match": "*"}):
        assert (await editor.patch(path, {field: "one"}, headers=headers)).status_code == 200


@every_edit
async def test_a_weak_tag_names_the_same_version(editor: Person, kind: str) -> None:
    path, field = await editable(editor, kind)
    headers = {"If-Match": "W/" + await tagged(editor, path)}
    assert (await editor.patch(path, {field: "one"}, headers=headers)).status_code == 200


@every_edit
async def test_a_tag_that_is_none_of_ours_is_refused(editor: Person, kind: str) -> None:
    path, field = await editable(editor, kind)
    for condition in ("1", '"x"', '"1', '"1", "2"', '"٣"', '"9999999999999999999999"'):
        answer = await editor.patch(path, {field: "one"}, headers=[(b"If-Match", condition.encode())])
        assert answer.status_code == 400, condition
        assert "If-Match" in answer.json()["detail"]


@every_edit
async def test_of_two_edits_at_once_one_is_done_and_the_other_refused(editor: Person, kind: str) -> None:
    path, field = await editable(editor, kind)
    headers = {"If-Match": await tagged(editor, path)}
    answers = await asyncio.gather(*(editor.patch(path, {field: str(n)}, headers=headers) for n in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412, 412, 412]
    (done,) = (answer for answer in answers if answer.status_code == 200)
    assert (await editor.get(path)).json()[field] == done.json()[field]


async def test_signing_in_again_lists_the_newest_session_first(town: Town) -> None:
    person = await town.person()
    await person.sign_in(PASSWORD)
    listed = (await person.get("/api/auth/sessions")).json()["sessions"]
    assert [session["is_current"] for session in listed] == [True, False]
