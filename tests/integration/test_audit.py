"""The audit log: every deed leaves its entry with it or not at all, and the questions that can be asked of it."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from factories.people import PASSWORD, Person, Town
from farthing.audit.query import AuditQuery
from farthing.audit.service import Audit
from farthing.auth.models import Workspace
from farthing.auth.workspaces import purge_expired
from farthing.infra.db import SYSTEM, Scope
from farthing.kernel.actor import HOUSE, Actor
from farthing.kernel.paging import PageRequest

NOBODYS = "00000000-0000-7000-8000-000000000000"


async def log(root: Person, **question: str) -> list[dict[str, Any]]:
    answer = await root.get("/api/users/audit-log", params={"limit": "200"} | question)
    assert answer.status_code == 200, answer.text
    page = answer.json()
    assert page["total"] == len(page["items"])
    items: list[dict[str, Any]] = page["items"]
    return items


async def actions(root: Person, **question: str) -> list[str]:
    return [entry["action"] for entry in await log(root, **question)]


@pytest.fixture
async def root(town: Town) -> Person:
    return await town.superuser()


async def test_a_day_of_a_person_stands_in_the_log_newest_first(town: Town, root: Person) -> None:
    jan = await town.person("jan")
    secret = (await jan.post("/api/user-secrets", {"type": "allegro", "secret": "hush"})).json()["id"]
    await jan.patch(f"/api/user-secrets/{secret}", {"secret": "hush-2"})
    await jan.delete(f"/api/user-secrets/{secret}")
    await jan.patch("/api/tenants/me", {"name": "Ours"})
    await jan.patch("/api/me", {"first_name": "Jan"})
    await jan.post("/api/tenants", {"name": "Household"})
    change = {"current_password": PASSWORD, "new_password": "a-better-password"}
    await jan.post("/api/auth/change-password", change)
    await jan.post("/api/auth/login", {"username": "jan", "password": "wrong"})
    await jan.sign_in("a-better-password")
    await jan.post("/api/auth/logout")
    assert await actions(root, actor_id=jan.id) == [
        "auth.session_end",
        "auth.sign_in",
        "auth.sign_in_failed",
        "auth.sessions_end",
        "user.password.change",
        "workspace.create",
        "user.profile",
        "workspace.rename",
        "user_secret.delete",
        "user_secret.update",
        "user_secret.create",
        "user.register",
    ]


async def test_everything_that_a_superuser_does_stands_in_the_log(root: Person) -> None:
    made = (await root.post("/api/users", {"username": "ola"})).json()["id"]
    for verb in ("disable", "enable", "promote", "demote", "invite"):
        assert (await root.post(f"/api/users/{made}/{verb}")).is_success
    await root.delete(f"/api/users/{made}")
    entries = await log(root, target_id=made)
    assert [entry["action"] for entry in entries] == [
        "user.delete",
        "user.invite",
        "user.demote",
        "user.promote",
        "user.enable",
        "user.disable",
        "user.create",
    ]
    assert {(entry["actor_id"], entry["actor_name"]) for entry in entries} == {(root.id, "root")}
    assert entries[0]["meta"]["username"] == "ola"


async def test_a_deed_that_failed_leaves_no_entry(root: Person) -> None:
    before = await actions(root)
    assert (await root.post(f"/api/users/{root.id}/demote")).status_code == 409
    assert (await root.post("/api/users", {"username": "root"})).status_code == 409
    assert (await root.patch("/api/tenants/me", {"name": "x"}, headers={"If-Match": '"9"'})).status_code == 412
    assert (await root.delete(f"/api/users/{NOBODYS}")).status_code == 404
    assert await actions(root) == before


async def test_entries_outlive_those_they_speak_of(town: Town, root: Person) -> None:
    host, guest = await town.person("host"), await town.person("guest")
    await town.join(host, guest, "member")
    await guest.post("/api/tenants/me/leave")
    await root.delete(f"/api/users/{guest.id}")
    (entry,) = await log(root, action="member.leave")
    assert (entry["actor_name"], entry["actor_id"]) == ("guest", guest.id)


async def note(town: Town, clock: Any, **meta: str) -> None:
    async with town.house.database.write(SYSTEM) as work:
        await Audit(work, HOUSE, clock).record("noted", target_id=UUID(int=7), **meta)


QUESTIONS: list[tuple[dict[str, str], list[str]]] = [
    ({}, ["three", "two", "one"]),
    ({"created_from": "2026-03-02T00:00:00Z"}, ["three", "two"]),
    ({"created_to": "2026-03-02T12:00:00Z"}, ["two", "one"]),
    ({"created_from": "2026-03-02T00:00:00", "created_to": "2026-03-02T23:00:00+02:00"}, ["two"]),
    ({"created_from": "2026-03-02T14:00:00+02:00", "created_to": "2026-03-02T14:00:00+02:00"}, ["two"]),
    ({"meta_contains": "two"}, ["two"]),
    ({"meta_contains": "TWO"}, ["two"]),
    ({"meta_contains": "żabka"}, ["three"]),
    ({"meta_contains": "50%"}, ["two"]),
    ({"meta_contains": "5_%"}, []),
    ({"meta_contains": "%"}, ["two"]),
    ({"meta_contains": 'say \\"hi\\"'}, ["one"]),
    ({"target_id": "00000000-0000-0000-0000-000000000007"}, ["three", "two", "one"]),
    ({"workspace_id": "00000000-0000-0000-0000-000000000000"}, ["three", "two", "one"]),
    ({"target_id": NOBODYS}, []),
    ({"workspace_id": NOBODYS}, []),
    ({"actor_id": NOBODYS}, []),
    ({"meta_contains": "two", "created_from": "2026-03-03T00:00:00Z"}, []),
]
SENSELESS: list[dict[str, str]] = [
    {"actor_id": "root"},
    {"target_id": "1"},
    {"created_from": "yesterday"},
    {"created_to": "2026-13-01"},
    {"action": "x" * 81},
    {"meta_contains": "x" * 201},
]


async def test_the_log_answers_questions(town: Town, root: Person, clock: Any) -> None:
    for name, said in (("one", 'say "hi"'), ("two", "50% off"), ("three", "żabka")):
        await note(town, clock, name=name, said=said)
        clock.advance(days=1)
    await root.sign_in()
    for question, found in QUESTIONS:
        entries = await log(root, action="noted", **question)
        assert [entry["meta"]["name"] for entry in entries] == found, question


async def test_a_question_that_makes_no_sense_is_refused(root: Person) -> None:
    for question in SENSELESS:
        assert (await root.get("/api/users/audit-log", params=question)).status_code == 422, question


async def test_an_empty_word_asks_for_everything(root: Person) -> None:
    assert len(await log(root, meta_contains="")) == len(await log(root))


async def test_a_page_says_its_place_and_the_total(town: Town, root: Person, clock: Any) -> None:
    for number in range(5):
        await note(town, clock, name=str(number))
    answer = (await root.get("/api/users/audit-log?action=noted&limit=2&offset=1")).json()
    assert (answer["total"], answer["limit"], answer["offset"]) == (5, 2, 1)
    assert [entry["meta"]["name"] for entry in answer["items"]] == ["3", "2"]


async def test_a_workspace_that_is_purged_takes_its_entries_along(town: Town, root: Person, clock: Any) -> None:
    demo = await town.person("was-a-demo")
    workspace = (await demo.get("/api/tenants/me")).json()["id"]
    await demo.patch("/api/tenants/me", {"name": "Ours"})
    assert await log(root, workspace_id=workspace)
    async with town.house.database.write(SYSTEM) as work:
        soon = update(Workspace).where(Workspace.id == UUID(workspace)).values(expires_at=clock())
        await work.session.execute(soon)
        assert await purge_expired(work, clock, 10) == 1
    assert await log(root, workspace_id=workspace) == []
    assert "system.bootstrap" in await actions(root)


async def test_an_entry_knows_its_workspace_and_its_request(town: Town, root: Person) -> None:
    jan = await town.person()
    workspace = (await jan.get("/api/tenants/me")).json()["id"]
    await jan.patch("/api/tenants/me", {"name": "Ours"}, headers={"X-Request-Id": "mine"})
    (entry,) = await log(root, action="workspace.rename")
    assert (entry["workspace_id"], entry["request_id"], entry["target_id"]) == (workspace, "mine", workspace)
    assert entry["meta"] == {"before": f"{jan.name}'s finances", "after": "Ours"}
    assert entry["created_at"] == "2026-03-01T12:00:00Z"


async def test_what_the_house_does_is_the_houses(town: Town, root: Person, clock: Any) -> None:
    await note(town, clock, name="x")
    (entry,) = await log(root, action="noted")
    assert (entry["actor_id"], entry["actor_name"]) == (None, "farthing")


async def test_a_person_sees_no_entries_of_other_workspaces(town: Town) -> None:
    """What the program's role sees, below the routes: the filter of the repository on both databases."""
    one, other = await town.person(), await town.person()
    seen = []
    for person in (one, other):
        workspace = UUID((await person.get("/api/tenants/me")).json()["id"])
        scope = Scope(user_id=UUID(person.id), workspace_id=workspace)
        async with town.house.database.read(scope) as work:
            audit = Audit(work, Actor(UUID(person.id), person.name, workspace, None), town.house.clock)
            seen.append({entry.actor_id for entry in (await audit.page(AuditQuery(), PageRequest())).items})
    assert seen == [{UUID(one.id)}, {UUID(other.id)}]
