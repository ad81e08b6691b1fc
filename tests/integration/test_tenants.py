"""Workspaces as Finance Planner's table of roles has them, and what it left out: leaving, handing over, switching."""

import asyncio
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import select

from factories.people import Person, Town
from farthing.auth.models import Membership, User, Workspace
from farthing.infra.db import SYSTEM

ROLES = ["owner", "admin", "member", "viewer"]
NOBODYS_ID = "01890000-0000-7000-8000-000000000000"
RENAME = "Only owner can update tenant details"
INVITE = "Only admins and owners can invite members"
INVITE_OWNER = "Only owner can invite other owners"
CHANGE_ROLE = "Only owner can change member roles"
REMOVE = "Only admins and owners can remove members"


@dataclass(frozen=True)
class Household:
    """One workspace with somebody in each role, and a second member on whom things are tried."""

    id: str
    people: dict[str, Person]
    other: Person

    @property
    def owner(self) -> Person:
        return self.people["owner"]

    async def roles(self) -> dict[str, str]:
        """Who is what, by name."""
        members = (await self.owner.get("/api/tenants/me/members")).json()["members"]
        return {member["username"]: member["role"] for member in members}


async def household(town: Town) -> Household:
    owner = await town.person("owner")
    people = {"owner": owner}
    for role in ROLES[1:]:
        people[role] = await town.person(role)
        await town.join(owner, people[role], role)
    other = await town.person("other")
    await town.join(owner, other, "member")
    return Household(await current(owner), people, other)


async def two_owners(town: Town) -> tuple[Person, Person]:
    ann, bob = await town.person("ann"), await town.person("bob")
    await town.join(ann, bob, "owner")
    return ann, bob


async def current(person: Person) -> str:
    return str((await person.get("/api/tenants/me")).json()["id"])


async def switch(person: Person, workspace: str) -> httpx2.Response:
    answer = await person.post(f"/api/tenants/{workspace}/switch")
    if answer.status_code == 200:
        person.bear(answer.json()["access_token"])
    return answer


async def add(host: Person, role: str = "member", **names: Any) -> httpx2.Response:
    return await host.post("/api/tenants/me/members", {"role": role} | names)


async def set_role(person: Person, whose: str, role: str) -> httpx2.Response:
    return await person.patch(f"/api/tenants/me/members/{whose}/role", {"role": role})


async def remove(person: Person, whom: str) -> httpx2.Response:
    return await person.delete(f"/api/tenants/me/members/{whom}")


async def hand_over(person: Person, whom: str) -> httpx2.Response:
    return await person.post("/api/tenants/me/transfer-ownership", {"user_id": whom})


async def leave(person: Person) -> httpx2.Response:
    return await person.post("/api/tenants/me/leave")


def refused(answer: httpx2.Response, detail: str, status: int = 403) -> bool:
    return answer.status_code == status and answer.json()["detail"].startswith(detail)


async def owners_of(town: Town, workspace: str) -> int:
    """How many owners there are who can sign in."""
    statement = select(Membership.id).join(User, User.id == Membership.user_id)
    of_it = (Membership.workspace_id == UUID(workspace), Membership.role == "owner", User.is_active)
    async with town.house.database.read(SYSTEM) as work:
        return len((await work.session.scalars(statement.where(*of_it))).all())


async def exists(town: Town, workspace: str) -> bool:
    async with town.house.database.read(SYSTEM) as work:
        return await work.session.get(Workspace, UUID(workspace)) is not None


class TestTable:
    """Each cell of §2.2."""

    async def test_everybody_reads_the_workspace_and_its_members(self, town: Town) -> None:
        home = await household(town)
        for role in ROLES:
            read = await home.people[role].get("/api/tenants/me")
            assert (read.status_code, read.json()["id"], read.json()["role"]) == (200, home.id, role)
            page = (await home.people[role].get("/api/tenants/me/members")).json()
            assert {member["username"] for member in page["members"]} == {*ROLES, "other"}
            assert (page["total"], page["next"]) == (5, None)

    async def test_only_the_owner_renames(self, town: Town) -> None:
        home = await household(town)
        for role in ROLES[1:]:
            assert refused(await home.people[role].patch("/api/tenants/me", {"name": "Theirs"}), RENAME), role
        assert (await home.owner.patch("/api/tenants/me", {"name": " Ours "})).json()["name"] == "Ours"
        assert (await home.people["viewer"].get("/api/tenants/me")).json()["name"] == "Ours"

    @pytest.mark.parametrize("role", ROLES)
    async def test_the_owner_takes_in_any_role(self, role: str, town: Town) -> None:
        owner, guest = await town.person("owner"), await town.person("guest")
        answer = await add(owner, role, username="guest")
        assert (answer.status_code, answer.json()["role"]) == (201, role)
        assert (await switch(guest, await current(owner))).status_code == 200
        assert (await guest.get("/api/me")).json()["workspace"]["role"] == role

    async def test_an_admin_takes_in_everybody_but_owners(self, town: Town) -> None:
        home = await household(town)
        await town.person("guest")
        assert refused(await add(home.people["admin"], "owner", username="guest"), INVITE_OWNER)
        assert (await add(home.people["admin"], "admin", username="guest")).status_code == 201

    async def test_nobody_else_takes_anybody_in(self, town: Town) -> None:
        home = await household(town)
        await town.person("guest")
        for role in ("member", "viewer"):
            assert refused(await add(home.people[role], "viewer", username="guest"), INVITE), role
        assert "guest" not in await home.roles()

    @pytest.mark.parametrize("role", ROLES)
    async def test_the_owner_gives_any_role(self, role: str, town: Town) -> None:
        home = await household(town)
        answer = await set_role(home.owner, home.other.id, role)
        assert (answer.status_code, answer.json()["role"]) == (200, role)
        assert (await home.roles())["other"] == role

    async def test_the_owner_cannot_change_his_own_role_or_another_owners(self, town: Town) -> None:
        ann, bob = await two_owners(town)
        assert refused(await set_role(ann, ann.id, "member"), "Cannot change your own role")
        assert refused(await set_role(ann, bob.id, "member"), "Cannot change owner's role")

    async def test_nobody_else_changes_roles(self, town: Town) -> None:
        home = await household(town)
        for role in ROLES[1:]:
            assert refused(await set_role(home.people[role], home.other.id, "viewer"), CHANGE_ROLE), role
            assert refused(await set_role(home.people[role], home.people[role].id, "owner"), CHANGE_ROLE), role
        assert (await home.roles())["other"] == "member"

    @pytest.mark.parametrize("role", ["owner", "admin"])
    async def test_owners_and_admins_remove_members(self, role: str, town: Town) -> None:
        home = await household(town)
        answer = await remove(home.people[role], home.other.id)
        assert answer.status_code == 200
        assert answer.json() == {"message": "Member removed successfully", "removed_user_id": home.other.id}
        assert "other" not in await home.roles()

    async def test_nobody_else_removes_anybody(self, town: Town) -> None:
        home = await household(town)
        for role in ("member", "viewer"):
            assert refused(await remove(home.people[role], home.other.id), REMOVE), role
        assert "other" in await home.roles()

    async def test_nobody_removes_himself_an_owner_or_somebody_absent(self, town: Town) -> None:
        home = await household(town)
        stranger = await town.person("stranger")
        for role in ("owner", "admin"):
            person = home.people[role]
            assert refused(await remove(person, person.id), "Cannot remove yourself from tenant")
            for absent in (stranger.id, NOBODYS_ID):
                assert refused(await remove(person, absent), "Member not found in this tenant", 404)
        assert refused(await remove(home.people["admin"], home.owner.id), "Cannot remove owner from tenant")

    async def test_roles_are_given_to_members_only(self, town: Town) -> None:
        home = await household(town)
        stranger = await town.person("stranger")
        for absent in (stranger.id, NOBODYS_ID):
            assert refused(await set_role(home.owner, absent, "viewer"), "Member not found in this tenant", 404)

    async def test_admins_and_owners_alone_see_and_withdraw_invites(self, town: Town) -> None:
        home = await household(town)
        for role in ("member", "viewer"):
            link = (await home.owner.post("/api/tenants/me/invites", {})).json()["id"]
            assert (await home.people[role].get("/api/tenants/me/invites")).status_code == 403, role
            assert (await home.people[role].delete(f"/api/tenants/me/invites/{link}")).status_code == 403, role
            assert (await home.people["admin"].delete(f"/api/tenants/me/invites/{link}")).status_code == 204
        assert (await home.people["admin"].get("/api/tenants/me/invites")).json()["total"] == 0

    async def test_only_an_owner_hands_over(self, town: Town) -> None:
        home = await household(town)
        for role in ROLES[1:]:
            assert (await hand_over(home.people[role], home.other.id)).status_code == 403, role
        assert (await home.roles())["owner"] == "owner"


class TestTakingIn:
    @pytest.mark.parametrize(
        "name", [{"username": "Guest"}, {"email": "Guest@example.com"}, {"username": "guest@example.com"}], ids=str
    )
    async def test_works_by_any_name(self, name: dict[str, str], town: Town) -> None:
        owner, guest = await town.person("owner"), await town.person("guest")
        member = (await add(owner, **name)).json()
        assert (member["user_id"], member["auth_user_id"], member["role"]) == (guest.id, guest.id, "member")
        assert {"id", "created_at"} <= set(member)

    async def test_works_by_ones_own_id(self, town: Town) -> None:
        owner, guest = await town.person("owner"), await town.person("guest")
        assert (await add(owner, auth_user_id=guest.id)).json()["username"] == "guest"

    async def test_happens_once(self, town: Town) -> None:
        owner, guest = await town.person("owner"), await town.person("guest")
        await add(owner, auth_user_id=guest.id)
        again = await add(owner, auth_user_id=guest.id)
        assert refused(again, f"User {guest.id} is already a member", 400)

    async def test_at_once_happens_once(self, town: Town) -> None:
        owner, _ = await town.person("owner"), await town.person("guest")
        answers = await asyncio.gather(*(add(owner, username="guest") for _ in range(5)))
        assert sorted(answer.status_code for answer in answers) == [201, 400, 400, 400, 400]

    @pytest.mark.parametrize(
        "name", [{"username": "nobody"}, {"auth_user_id": NOBODYS_ID}, {"auth_user_id": 7}], ids=str
    )
    async def test_needs_somebody(self, name: dict[str, Any], town: Town) -> None:
        assert refused(await add(await town.person("owner"), **name), "Nobody here has that name", 404)

    async def test_needs_a_name(self, town: Town) -> None:
        assert (await add(await town.person("owner"))).status_code == 422

    async def test_is_not_for_demos(self, town: Town) -> None:
        demo = await town.demo()
        assert (await add(await town.person("owner"), auth_user_id=demo.id)).status_code == 404

    async def test_knows_four_roles(self, town: Town) -> None:
        await town.person("guest")
        assert (await add(await town.person("owner"), "superuser", username="guest")).status_code == 422


class TestSeveralWorkspaces:
    async def test_are_made_and_listed_with_ones_role_in_each(self, town: Town) -> None:
        ann, bob = await town.person("ann"), await town.person("bob")
        made = await ann.post("/api/tenants", {"name": "Club"})
        assert (made.status_code, made.json()["kind"], made.json()["role"]) == (201, "shared", "owner")
        await town.join(bob, ann, "viewer")
        page = (await ann.get("/api/tenants")).json()
        assert [tenant["role"] for tenant in page["tenants"]].count("viewer") == 1
        assert {"Club", "ann's finances", "bob's finances"} == {tenant["name"] for tenant in page["tenants"]}
        assert {"id", "name", "role", "created_at", "updated_at"} <= set(page["tenants"][0])

    async def test_are_listed_page_by_page(self, town: Town) -> None:
        ann = await town.person("ann")
        for name in ("One", "Two"):
            await ann.post("/api/tenants", {"name": name})
        first = (await ann.get("/api/tenants", params={"limit": 2})).json()
        second = (await ann.get("/api/tenants", params={"limit": 2, "next": first["next"]})).json()
        names = [tenant["name"] for tenant in first["tenants"] + second["tenants"]]
        assert (sorted(names), first["total"]) == (["One", "Two", "ann's finances"], 3)

    async def test_are_switched_by_exchanging_the_token(self, town: Town) -> None:
        ann = await town.person("ann")
        club = (await ann.post("/api/tenants", {"name": "Club"})).json()["id"]
        home = await current(ann)
        answer = await switch(ann, club)
        assert {"access_token", "token", "token_type", "expires_in", "expires_at", "user_id"} <= set(answer.json())
        assert await current(ann) == club
        await switch(ann, home)
        assert await current(ann) == home

    async def test_stay_switched_when_the_token_is_refreshed(self, town: Town) -> None:
        ann = await town.person("ann")
        club = (await ann.post("/api/tenants", {"name": "Club"})).json()["id"]
        await switch(ann, club)
        ann.bear((await ann.post("/api/auth/refresh")).json()["access_token"])
        assert await current(ann) == club

    async def test_are_chosen_for_one_request_by_header(self, town: Town) -> None:
        ann = await town.person("ann")
        club = (await ann.post("/api/tenants", {"name": "Club"})).json()["id"]
        chosen = await ann.get("/api/tenants/me", headers={"X-Workspace-Id": club})
        assert chosen.json()["name"] == "Club"
        assert await current(ann) != club

    async def test_give_each_their_own_rights(self, town: Town) -> None:
        ann, bob = await town.person("ann"), await town.person("bob")
        own = await current(bob)
        await town.join(ann, bob, "viewer")
        rename = {"name": "Renamed"}
        assert refused(await bob.patch("/api/tenants/me", rename), RENAME)
        assert (await bob.patch("/api/tenants/me", rename, headers={"X-Workspace-Id": own})).status_code == 200

    async def test_of_others_do_not_exist(self, town: Town) -> None:
        ann, bob = await town.person("ann"), await town.person("bob")
        for foreign in (await current(bob), NOBODYS_ID, "00000000-0000-0000-0000-000000000000", "7"):
            for path in ("/api/tenants/me", "/api/tenants/me/members", "/api/me", "/api/jobs"):
                answer = await ann.get(path, headers={"X-Workspace-Id": foreign})
                assert answer.status_code == 404, (path, foreign)

    async def test_of_others_cannot_be_switched_to(self, town: Town) -> None:
        ann, bob = await town.person("ann"), await town.person("bob")
        for foreign in (await current(bob), NOBODYS_ID):
            assert refused(await switch(ann, foreign), "Workspace not found", 404)

    async def test_of_others_take_no_writing(self, town: Town) -> None:
        ann, bob = await town.person("ann"), await town.person("bob")
        headers = {"X-Workspace-Id": await current(bob)}
        secret = {"type": "allegro", "secret": "a cookie"}
        assert (await ann.post("/api/user-secrets", secret, headers=headers)).status_code == 404
        assert (await ann.post("/api/tenants", {"name": "Club"}, headers=headers)).status_code == 404
        assert (await ann.get("/api/user-secrets")).json()["total"] == 0


class TestChanges:
    async def test_carry_a_version_that_guards_against_overwriting(self, town: Town) -> None:
        ann = await town.person("ann")
        read = (await ann.get("/api/tenants/me")).headers["etag"]
        first = await ann.patch("/api/tenants/me", {"name": "First"}, headers={"If-Match": read})
        late = await ann.patch("/api/tenants/me", {"name": "Late"}, headers={"If-Match": read})
        assert (first.status_code, late.status_code) == (200, 412)
        newer = {"If-Match": first.headers["etag"]}
        assert (await ann.patch("/api/tenants/me", {"name": "Second"}, headers=newer)).status_code == 200

    async def test_at_once_under_one_version_happen_once(self, town: Town) -> None:
        ann = await town.person("ann")
        headers = {"If-Match": (await ann.get("/api/tenants/me")).headers["etag"]}
        renames = (ann.patch("/api/tenants/me", {"name": f"Name {n}"}, headers=headers) for n in range(4))
        answers = await asyncio.gather(*renames)
        assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412]

    async def test_need_a_name(self, town: Town) -> None:
        ann = await town.person("ann")
        for name in ("", "   ", "n" * 256, None):
            assert (await ann.patch("/api/tenants/me", {"name": name})).status_code == 422, name


class TestRemoved:
    async def test_is_out_at_once(self, town: Town) -> None:
        home = await household(town)
        assert (await home.other.get("/api/tenants/me")).status_code == 200
        await remove(home.owner, home.other.id)
        for path in ("/api/tenants/me", "/api/tenants/me/members", "/api/jobs"):
            assert refused(await home.other.get(path), "You are not a member of this workspace"), path

    async def test_stays_a_person(self, town: Town) -> None:
        home = await household(town)
        await remove(home.owner, home.other.id)
        me = await home.other.get("/api/me")
        assert (me.status_code, me.json()["workspace"]) == (200, None)
        own = (await home.other.get("/api/tenants")).json()["tenants"]
        assert (await switch(home.other, own[0]["id"])).status_code == 200

    @pytest.mark.parametrize(
        ("path", "body", "status"),
        [
            ("/api/user-secrets", {"type": "allegro", "secret": "a cookie"}, 201),
            ("/api/tenants", {"name": "Mine"}, 201),
            ("/api/auth/logout-all", None, 200),
        ],
    )
    async def test_goes_on_acting_for_himself(self, path: str, body: Any, status: int, town: Town) -> None:
        home = await household(town)
        await remove(home.owner, home.other.id)
        answer = await home.other.post(path, body)
        assert answer.status_code == status, answer.text

    async def test_can_name_himself_anew(self, town: Town) -> None:
        home = await household(town)
        await remove(home.owner, home.other.id)
        assert (await home.other.patch("/api/me", {"first_name": "Other"})).status_code == 200

    async def test_can_be_taken_in_again(self, town: Town) -> None:
        home = await household(town)
        await remove(home.owner, home.other.id)
        assert (await add(home.owner, username="other")).status_code == 201
        assert (await home.other.get("/api/tenants/me")).status_code == 200


class TestLeaving:
    async def test_is_free_for_all_but_owners(self, town: Town) -> None:
        home = await household(town)
        for role in ROLES[1:]:
            assert (await leave(home.people[role])).json() == {"ok": True}, role
            assert (await home.people[role].get("/api/tenants/me")).status_code == 403, role
        assert set(await home.roles()) == {"owner", "other"}

    async def test_is_refused_to_the_last_owner(self, town: Town) -> None:
        home = await household(town)
        await home.owner.post("/api/tenants", {"name": "Elsewhere"})
        assert refused(await leave(home.owner), "You are the last owner", 409)

    async def test_is_free_for_one_owner_of_two(self, town: Town) -> None:
        ann, bob = await two_owners(town)
        assert (await leave(bob)).status_code == 200
        assert await owners_of(town, await current(ann)) == 1

    async def test_is_refused_to_the_last_owner_who_can_sign_in(self, town: Town) -> None:
        root = await town.superuser()
        ann, bob = await two_owners(town)
        await ann.post("/api/tenants", {"name": "Elsewhere"})
        await root.post(f"/api/users/{bob.id}/disable")
        assert refused(await leave(ann), "You are the last owner", 409)

    async def test_is_refused_from_ones_only_workspace(self, town: Town) -> None:
        ann, bob = await two_owners(town)
        assert refused(await leave(ann), "This is your only workspace", 409)
        assert (await leave(bob)).status_code == 200

    async def test_at_once_leaves_one_owner(self, town: Town) -> None:
        ann, bob = await two_owners(town)
        workspace = await current(ann)
        await ann.post("/api/tenants", {"name": "Elsewhere"})
        answers = await asyncio.gather(leave(ann), leave(bob))
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        assert await owners_of(town, workspace) == 1


class TestHandingOver:
    async def test_makes_the_other_owner_and_oneself_admin(self, town: Town) -> None:
        home = await household(town)
        assert (await hand_over(home.owner, home.other.id)).json() == {"ok": True}
        roles = await home.roles()
        assert (roles["other"], roles["owner"]) == ("owner", "admin")
        assert refused(await home.owner.patch("/api/tenants/me", {"name": "Mine"}), RENAME)
        assert (await home.other.patch("/api/tenants/me", {"name": "Mine"})).status_code == 200

    async def test_needs_another_member(self, town: Town) -> None:
        home = await household(town)
        stranger = await town.person("stranger")
        assert (await hand_over(home.owner, home.owner.id)).status_code == 403
        assert refused(await hand_over(home.owner, stranger.id), "Member not found in this tenant", 404)

    async def test_is_not_to_somebody_who_cannot_sign_in(self, town: Town) -> None:
        root = await town.superuser()
        home = await household(town)
        await root.post(f"/api/users/{home.other.id}/disable")
        assert (await hand_over(home.owner, home.other.id)).status_code == 404
        assert (await home.roles())["owner"] == "owner"

    @pytest.mark.parametrize("turn", range(5))
    async def test_while_the_heir_is_thrown_out_leaves_an_owner(self, turn: int, town: Town) -> None:
        home = await household(town)
        deeds = [hand_over(home.owner, home.other.id), remove(home.people["admin"], home.other.id)]
        await asyncio.gather(*(deeds if turn % 2 else reversed(deeds)))
        assert await owners_of(town, home.id) == 1

    @pytest.mark.parametrize("turn", range(5))
    async def test_while_the_heir_is_demoted_leaves_an_owner(self, turn: int, town: Town) -> None:
        home = await household(town)
        deeds = [hand_over(home.owner, home.other.id), set_role(home.owner, home.other.id, "viewer")]
        await asyncio.gather(*(deeds if turn % 2 else reversed(deeds)))
        assert await owners_of(town, home.id) == 1

    @pytest.mark.parametrize("deed", ["POST /api/users/{}/disable", "DELETE /api/users/{}"])
    @pytest.mark.parametrize("turn", range(3))
    async def test_while_the_heir_is_shut_out_leaves_an_owner(self, deed: str, turn: int, town: Town) -> None:
        root = await town.superuser()
        home = await household(town)
        method, path = deed.format(home.other.id).split()
        deeds = [hand_over(home.owner, home.other.id), root(method, path)]
        await asyncio.gather(*(deeds if turn % 2 else reversed(deeds)))
        assert await owners_of(town, home.id) == 1

    async def test_while_the_heir_leaves_leaves_an_owner(self, town: Town) -> None:
        home = await household(town)
        await asyncio.gather(hand_over(home.owner, home.other.id), leave(home.other))
        assert await owners_of(town, home.id) == 1


class TestLastOwners:
    """What even a superuser cannot do to a workspace that others use."""

    LAST = "This is the last owner of a workspace that others use"

    async def test_are_neither_disabled_nor_deleted(self, town: Town) -> None:
        root, ann, bob = await town.superuser(), await town.person("ann"), await town.person("bob")
        await town.join(ann, bob, "admin")
        assert refused(await root.post(f"/api/users/{ann.id}/disable"), self.LAST, 409)
        assert refused(await root.delete(f"/api/users/{ann.id}"), self.LAST, 409)
        assert (await ann.get("/api/tenants/me")).status_code == 200

    async def test_may_go_once_there_is_another(self, town: Town) -> None:
        root = await town.superuser()
        ann, bob = await two_owners(town)
        assert (await root.post(f"/api/users/{ann.id}/disable")).status_code == 204
        assert refused(await root.post(f"/api/users/{bob.id}/disable"), self.LAST, 409)
        assert (await root.delete(f"/api/users/{ann.id}")).status_code == 204

    async def test_at_once_do_not_both_go(self, town: Town) -> None:
        root = await town.superuser()
        ann, bob = await two_owners(town)
        deeds = [root.post(f"/api/users/{ann.id}/disable"), root.delete(f"/api/users/{bob.id}")]
        assert sorted(answer.status_code for answer in await asyncio.gather(*deeds)) == [204, 409]

    async def test_do_not_go_while_the_other_leaves(self, town: Town) -> None:
        root = await town.superuser()
        ann, bob = await two_owners(town)
        workspace = await current(ann)
        await asyncio.gather(leave(bob), root.delete(f"/api/users/{ann.id}"))
        assert await exists(town, workspace) == bool(await owners_of(town, workspace))

    async def test_that_are_alone_go_with_their_workspace(self, town: Town) -> None:
        root, ann = await town.superuser(), await town.person("ann")
        workspace = await current(ann)
        assert await exists(town, workspace)
        assert (await root.delete(f"/api/users/{ann.id}")).status_code == 204
        assert not await exists(town, workspace)
        assert (await ann.get("/api/me")).status_code == 401

    async def test_leave_the_shared_workspaces_of_others_standing(self, town: Town) -> None:
        root = await town.superuser()
        home = await household(town)
        assert (await root.delete(f"/api/users/{home.other.id}")).status_code == 204
        assert set(await home.roles()) == set(ROLES)
