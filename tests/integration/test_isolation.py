"""Whatever two people and a demo do: nothing of one can be read or changed by another."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from itertools import permutations
from typing import Any

import httpx2
import pytest
from fastapi.responses import Response, StreamingResponse
from fastapi.routing import APIRoute
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from factories.people import Person, Town
from fakes.clock import TestClock
from farthing.api.access import Access, Level
from farthing.api.routes import api_routes

TownMaker = Callable[..., AbstractAsyncContextManager[Town]]
NAMES = ["ann", "bob", "demo"]
PARTS = 10
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
BODIES: dict[str, dict[str, Any]] = {
    "edit_secret": {"alias": "taken"},
    "change_member_role": {"role": "viewer"},
    "report_balance": {"date": "2026-02-01", "balance": "1"},
    "edit_merchant": {"name": "Taken"},
    "add_alias": {"alias": "taken"},
    "edit_tag": {"name": "taken"},
    "edit_rule": {"name": "taken"},
    "undo_rule_run": {},
    "adjust_import": {"wishes": {"date_order": "ymd"}},
}
QUERIES: dict[str, dict[str, str]] = {
    "read_balance": {"date": "2026-02-01"},
    "read_as_of": {"moment": "2100-01-01T00:00:00Z"},
    "delete_alias": {"alias": "the shop"},
}
FORMS: dict[str, dict[str, Any]] = {"add_attachment": {"file": ("receipt.txt", b"a loaf", "text/plain")}}
"""What a route wants besides an id; a new route that wants something fails until it stands here."""


@dataclass
class Resident:
    """Somebody with all ids that he was ever shown."""

    person: Person
    seen: set[str] = field(default_factory=set)

    async def __call__(self, method: str, path: str, body: Any = None, **options: Any) -> httpx2.Response:
        answer = await self.person(method, path, body, **options)
        assert answer.status_code < 500, answer.text
        if answer.is_success:
            self.seen |= ids_in(answer)
        return answer

    async def first(self, path: str, what: str) -> str:
        """The id of the first of his things in a list, or one that nothing has."""
        things = (await self("GET", path)).json()[what]
        return str(things[0]["id"]) if things else "01890000-0000-7000-8000-000000000000"

    async def view(self) -> dict[str, Any]:
        """Everything that he can read without naming an id."""
        return {route.path: (await self("GET", route.path)).json() for route in LISTS}


def ids_in(answer: httpx2.Response) -> set[str]:
    return set(ID.findall(answer.text))


def methods(route: APIRoute) -> set[str]:
    return route.methods or set()


def level_of(route: APIRoute) -> Level | None:
    """What a caller must be; None where anybody may call."""
    accesses = (each.call for each in route.dependant.dependencies)
    return next((access.level for access in accesses if isinstance(access, Access)), None)


def is_for_people(route: APIRoute) -> bool:
    return level_of(route) not in (None, Level.SUPERUSER)


def is_stream(route: APIRoute) -> bool:
    return route.response_class is StreamingResponse


def is_list(route: APIRoute) -> bool:
    """Answers in JSON to who names no id."""
    is_json = not is_stream(route) and route.response_class is not Response
    return "GET" in methods(route) and "{" not in route.path and is_json


LISTS = [r for r in api_routes() if is_for_people(r) and is_list(r)]
AIMED = [r for r in api_routes() if is_for_people(r) and re.fullmatch(r"[^{]*{\w+_id}[^{]*", r.path)]
"""Routes that name one thing; those of two names are in the authorisation matrix."""


async def aim(who: Resident, route: APIRoute, wanted: str) -> httpx2.Response:
    """Call a route with an id in its path."""
    (method,) = methods(route)
    more = {"params": QUERIES.get(route.name), "files": FORMS.get(route.name)}
    body = BODIES.get(route.name, {} if "PATCH" in methods(route) else None)
    if route.name == "merge_merchants":
        body = {"merchant_id": wanted}
    return await who(method, re.sub(r"{\w+}", wanted, route.path), body, **more)


async def keep_secret(who: Resident) -> None:
    await who("POST", "/api/user-secrets", {"type": "allegro", "alias": "shop", "secret": "a cookie"})


async def edit_secret(who: Resident) -> None:
    secret = await who.first("/api/user-secrets", "user_secrets")
    await who("PATCH", f"/api/user-secrets/{secret}", {"alias": "another"})


async def forget_secret(who: Resident) -> None:
    await who("DELETE", f"/api/user-secrets/{await who.first('/api/user-secrets', 'user_secrets')}")


async def keep_books(who: Resident) -> None:
    """One of everything that a ledger holds; what only hangs on a transaction hangs on one."""
    accounts = [(await who("POST", "/api/accounts", {"name": name})).json()["id"] for name in ("Purse", "Safe")]
    bodies: list[dict[str, Any]] = [{"amount": "-5", "category": "Moved", "tags": ["odd"]}, {"amount": "5"}]
    made = [
        (await who("POST", "/api/transactions", {**body, "account_id": account, "date": "2026-02-03"})).json()
        for account, body in zip(accounts, bodies, strict=True)
    ]
    await who("POST", "/api/transfers/find")
    shop = (await who("POST", "/api/merchants", {"name": "Shop"})).json()
    if "id" in shop:
        await who("POST", f"/api/merchants/{shop['id']}/aliases", {"alias": "the shop"})
    odd = {"name": "Odd", "if": {"field": "tags", "is": "odd"}, "then": {"note": "odd"}}
    await who("POST", "/api/rules", odd)
    await who("POST", "/api/rules/run", {})
    await who("POST", f"/api/transactions/{made[0]['id']}/attachments", files=FORMS["add_attachment"])
    await who("POST", f"/api/accounts/{accounts[0]}/balances", BODIES["report_balance"])
    await bring_files(who, accounts[1])


async def bring_files(who: Resident, account: str) -> None:
    """Imports posted and looked at, a link to what was announced, a source of messages, a rebuild looked at."""
    pending = {
        "account_id": account,
        "amount": "-7.11",
        "date": "2026-02-02",
        "status": "pending",
        "payee": "Lidl shop",
    }
    await who("POST", "/api/transactions", pending)
    lines = b"Date;Payee;Amount\n2026-02-03;Lidl shop;-7.11\n2026-02-04;Kiosk;none\n"
    file, data = {"file": ("bank.csv", lines, "text/csv")}, {"account_id": account}
    await who("POST", "/api/transactions/upload-csv", files=file, data=data)
    await who("POST", "/api/imports", files=file, data=data)
    await who("POST", "/api/webhook-sources", {"name": "shop"})
    await who("POST", "/api/imports/rebuild", {"dry_run": True})


async def post(who: Resident) -> None:
    await who("POST", "/api/transactions", {"amount": "-1", "category": "Food", "tags": ["holiday"]})


async def edit(who: Resident) -> None:
    first = await who.first("/api/transactions", "transactions")
    await who("PATCH", f"/api/transactions/{first}", {"note": "mine"})


async def delete(who: Resident) -> None:
    await who("DELETE", f"/api/transactions/{await who.first('/api/transactions', 'transactions')}")


async def delete_category(who: Resident) -> None:
    await who("DELETE", f"/api/categories/{await who.first('/api/categories', 'categories')}")


async def delete_account(who: Resident) -> None:
    await who("DELETE", f"/api/accounts/{await who.first('/api/accounts', 'accounts')}")


async def invite(who: Resident) -> None:
    """Also requests a job, because a mail has to go out."""
    await who("POST", "/api/tenants/me/invites", {"email": "guest@example.com"})


async def withdraw_invite(who: Resident) -> None:
    await who("DELETE", f"/api/tenants/me/invites/{await who.first('/api/tenants/me/invites', 'invites')}")


async def cancel_job(who: Resident) -> None:
    await who("POST", f"/api/jobs/{await who.first('/api/jobs', 'jobs')}/cancel")


async def rename(who: Resident) -> None:
    await who("PATCH", "/api/tenants/me", {"name": f"{who.person.name}'s home"})


async def found_workspace(who: Resident) -> None:
    await who("POST", "/api/tenants", {"name": "Club"})


async def switch(who: Resident) -> None:
    answer = await who("POST", f"/api/tenants/{await who.first('/api/tenants', 'tenants')}/switch")
    who.person.bear(answer.json()["access_token"])


async def leave(who: Resident) -> None:
    await who("POST", "/api/tenants/me/leave")


async def sign_in_again(who: Resident) -> None:
    if who.person.name:
        await who.person.sign_in()


async def introduce(who: Resident) -> None:
    await who("PATCH", "/api/me", {"first_name": "Somebody"})


async def look_around(who: Resident) -> None:
    await who.view()


Deed = Callable[[Resident], Awaitable[None]]
DEEDS: list[Deed] = [
    keep_secret, edit_secret, forget_secret, invite, withdraw_invite, cancel_job, rename, found_workspace, switch,
    leave, sign_in_again, introduce, look_around, keep_books, post, edit, delete, delete_category, delete_account,
]  # fmt: skip
histories = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(DEEDS)), max_size=10)


@pytest.fixture
async def town(town_with: TownMaker) -> AsyncIterator[Town]:
    """A town with a mail server, so that an invite leaves a job behind."""
    async with town_with(smtp_url="smtp://mail.example.com:587", mail_from="farthing@example.com") as town:
        yield town


async def settle(town: Town, clock: TestClock) -> dict[str, Resident]:
    """New people for each history; two hours later nobody is slowed down for how many they are."""
    clock.advance(hours=2)
    people = {"ann": await town.person(), "bob": await town.person(), "demo": await town.demo(samples=False)}
    residents = {name: Resident(person) for name, person in people.items()}
    for resident in residents.values():
        await keep_secret(resident)
        await invite(resident)
        await keep_books(resident)
    return residents


@pytest.mark.timeout(3600)  # the deep profile tries a thousand
# A history is short as it is; making a failing one shorter takes longer than a test may.
@settings(max_examples=settings().max_examples // 3, phases=set(Phase) - {Phase.shrink, Phase.explain})
@given(history=histories, roles=st.sampled_from(list(permutations(NAMES, 2))), part=st.integers(0, PARTS - 1))
async def test_nothing_crosses(
    history: list[tuple[str, Deed]], roles: tuple[str, str], part: int, town: Town, clock: TestClock
) -> None:
    """Each history tries a part of all pairs of a route and an id, each pair in its turn."""
    residents = await settle(town, clock)
    for name, deed in history:
        await deed(residents[name])
    victim, intruder = (residents[name] for name in roles)
    before = await victim.view()
    seen = sorted(victim.seen)
    for at, wanted in enumerate(seen):
        for route in AIMED[(at + part) % PARTS :: PARTS]:
            assert (await aim(intruder, route, wanted)).status_code == 404, (route.name, wanted)
        handing_over = await intruder("POST", "/api/tenants/me/transfer-ownership", {"user_id": wanted})
        assert handing_over.status_code == 404
        there = {"X-Workspace-Id": wanted}
        for route in LISTS[(at + part) % PARTS :: PARTS]:
            assert (await intruder("GET", route.path, headers=there)).status_code == 404, (route.name, wanted)
    assert await victim.view() == before
    await intruder.view()
    assert not victim.seen & intruder.seen


def turn(route: APIRoute) -> int:
    """A stream ends with its job, what ends something comes late, and what brings it back still later."""
    late = {"cancel_job": 0, "watch_job": 1, "delete_alias": 2, "delete_attachment": 2}
    late |= {"discard_import": 4, "delete_account": 4, "end_session": 6}
    usual = 5 if route.name.startswith("restore_") else 3 if "DELETE" in methods(route) else 2
    return late.get(route.name, usual)


async def test_the_probe_reaches_what_is_ones_own(town: Town, clock: TestClock) -> None:
    """Else the property above would hold of a probe that asks nothing."""
    ann = (await settle(town, clock))["ann"]
    await ann.view()
    reached = set()
    for route in sorted(AIMED, key=turn):
        answers = [(await aim(ann, route, wanted)).status_code for wanted in sorted(ann.seen)]
        if set(answers) - {401, 404}:
            reached.add(route.name)
    assert reached == {route.name for route in AIMED}
