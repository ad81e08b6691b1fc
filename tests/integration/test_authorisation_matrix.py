"""Every route by every kind of caller, made from the route table: who is let in, who is not, and that both were tried.

A request is built anew for each caller, so a refused one differs from the granted one in nothing but who asks.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.responses import StreamingResponse
from fastapi.routing import APIRoute

from factories.people import PASSWORD, Person, Town
from farthing.api import docs
from farthing.api.access import WORKSPACE_HEADER, Level
from farthing.api.docs import level_of
from farthing.api.routes import ROUTERS, api_routes
from farthing.infra.db import SYSTEM
from farthing.ingest.signatures import HEADER, signature
from farthing.jobs.service import JobService
from farthing.kernel.actor import Actor, Role

PUBLIC = {
    "pulse": "a load balancer asks it",
    "welcome": "says only what this is",
    "health": "a monitor asks it",
    "version": "says only what this is",
    "bootstrap_status": "the page that makes the first superuser asks it before there is anybody",
    "bootstrap": "makes the first person; closes itself",
    "register": "makes a person; the setting REGISTRATION decides",
    "login": "proves who one is",
    "login_with_email": "proves who one is",
    "login_with_form": "proves who one is",
    "refresh": "proves who one is, by the cookie",
    "logout": "nobody is refused the way out",
    "set_password": "proves who one is, by a one-time token",
    "start_demo": "for people without an account; the setting DEMO_MODE decides",
    "receive_webhook": "a registered system, proven by its signature",
    "preview_invite": "whoever holds the invite's token may see where it leads before having an account",
}
"""The routes that anybody may call, each with the reason why."""

DECIDES_ITSELF = {"metrics": Level.SUPERUSER}
"""Looks for Prometheus's own token first, and lets superusers in besides."""

NOT_FOR_DEMOS = {"change_password", "create_workspace", "accept_invite"}
"""A demo has no password and stays alone, or it would outlive its expiry through others."""

ONLY_FOR_DEMOS = {"upgrade_demo"}
UNDONE = {
    ("leave_workspace", "owner"): 409,
    ("bootstrap", ""): 409,
    ("fetch_import", ""): 422,
    ("run_api", ""): 422,
    ("undo_rebuild", ""): 409,
}
"""Let in, and told that it cannot be: the last owner stays, the first superuser was there before, nothing private is
fetched."""

WORKING = ("viewer", "member", "admin", "owner")
CALLERS = ("anonymous", "disabled", "other", "demo", *WORKING, "superuser")
ELSEWHERE = ("other", "demo", "superuser")
NEW_PASSWORD = "a-new-and-better-password"


@dataclass
class World:
    """A workspace with somebody in every role, and those who do not belong to it."""

    town: Town
    people: dict[str, Person]
    host: Person
    workspace: str

    async def stranger(self) -> Person:
        """Somebody new with an account, signed in."""
        return await self.town.person()


@dataclass(frozen=True)
class Ask:
    """A request that would be granted if the right person sent it."""

    ids: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    options: Mapping[str, Any] = field(default_factory=dict)


Builder = Callable[[World, Person], Awaitable[Ask]]


def plain(body: Any = None, **options: Any) -> Builder:
    async def build(_world: World, _whose: Person) -> Ask:
        return Ask(body=body, options=options)

    return build


async def fresh_account(_world: World, _whose: Person) -> Ask:
    return Ask(body={"username": f"n{uuid4().hex[:12]}", "password": PASSWORD})


async def credentials(world: World, _whose: Person) -> Ask:
    return Ask(body={"username": world.host.name, "password": PASSWORD})


async def email_credentials(world: World, _whose: Person) -> Ask:
    return Ask(body={"email": f"{world.host.name}@example.com", "password": PASSWORD})


async def form_credentials(world: World, _whose: Person) -> Ask:
    return Ask(options={"data": {"username": world.host.name, "password": PASSWORD}})


async def refresh_cookie(world: World, _whose: Person) -> Ask:
    holder = await world.stranger()
    return Ask(options={"headers": {"Cookie": f"refresh_token={holder.http.cookies['refresh_token']}"}})


async def password_token(world: World, _whose: Person) -> Ask:
    made = await world.people["superuser"].post("/api/users", {"username": f"n{uuid4().hex[:12]}"})
    return Ask(body={"token": made.json()["token"], "new_password": NEW_PASSWORD})


async def session_of(world: World, whose: Person) -> Ask:
    """Another device of his, where he has one."""
    if whose.name:
        elsewhere = world.town.stranger()
        elsewhere.name = whose.name
        await elsewhere.sign_in()
    sessions = (await whose.get("/api/auth/sessions")).json()["sessions"]
    return Ask({"session_id": sessions[0]["id"]})


async def foreign_invite(world: World, _whose: Person) -> Ask:
    made = await world.host.post("/api/tenants/me/invites", {})
    return Ask(body={"token": made.json()["token"]})


async def workspace_of(_world: World, whose: Person) -> Ask:
    return Ask({"workspace_id": (await whose.get("/api/tenants")).json()["tenants"][0]["id"]})


async def newcomer(world: World, _whose: Person) -> Ask:
    return Ask(body={"username": (await world.stranger()).name})


async def new_member(world: World) -> str:
    guest = await world.stranger()
    await world.town.join(world.people["owner"], guest, "viewer")
    return guest.id


async def member_and_role(world: World, _whose: Person) -> Ask:
    return Ask({"user_id": await new_member(world)}, {"role": "member"})


async def member_id(world: World, _whose: Person) -> Ask:
    return Ask({"user_id": await new_member(world)})


async def heir(world: World, _whose: Person) -> Ask:
    return Ask(body={"user_id": await new_member(world)})


async def invite_id(world: World, _whose: Person) -> Ask:
    made = await world.people["owner"].post("/api/tenants/me/invites", {})
    return Ask({"invite_id": made.json()["id"]})


async def secret_of(_world: World, whose: Person) -> Ask:
    made = await whose.post("/api/user-secrets", {"type": "allegro", "secret": "hush"})
    return Ask({"secret_id": made.json()["id"]})


async def secret_to_edit(world: World, whose: Person) -> Ask:
    return Ask((await secret_of(world, whose)).ids, {"alias": "shop"})


async def job_of(world: World, whose: Person) -> Ask:
    actor = Actor(UUID(whose.id), whose.name, UUID(world.workspace), None)
    async with world.town.house.database.write(SYSTEM) as work:
        job = await JobService(work, actor, world.town.house.clock).request("some.kind", {})
    return Ask({"job_id": str(job.id)})


async def ended_job_of(world: World, whose: Person) -> Ask:
    ask = await job_of(world, whose)
    async with world.town.house.database.write(SYSTEM) as work:
        actor = Actor(UUID(whose.id), whose.name, UUID(world.workspace), None)
        await JobService(work, actor, world.town.house.clock).cancel(UUID(ask.ids["job_id"]))
    return ask


async def user_id(world: World, _whose: Person) -> Ask:
    body = {"username": f"n{uuid4().hex[:12]}", "is_superuser": True}
    return Ask({"user_id": (await world.people["superuser"].post("/api/users", body)).json()["id"]})


async def new_username(_world: World, _whose: Person) -> Ask:
    return Ask(body={"username": f"n{uuid4().hex[:12]}"})


def keeper(world: World, whose: Person) -> Person:
    """Who can have made what `whose` asks for: in the household its owner, elsewhere he himself."""
    return (
        whose
        if whose in (world.people["other"], world.people["demo"], world.people["superuser"])
        else (world.people["owner"])
    )


async def account_of(world: World, whose: Person) -> Ask:
    made = await keeper(world, whose).post("/api/accounts", {"name": "Everyday", "initial_balance": "10"})
    return Ask({"account_id": made.json()["id"]}, {"name": "Purse"}, {"params": {"date": "2026-03-01"}})


async def deleted_account_of(world: World, whose: Person) -> Ask:
    ask = await account_of(world, whose)
    await keeper(world, whose).delete(f"/api/accounts/{ask.ids['account_id']}")
    return ask


async def balance_of(world: World, whose: Person) -> Ask:
    ask = await account_of(world, whose)
    body = {"date": "2026-03-01", "balance": "10", "source": "bank"}
    made = await keeper(world, whose).post(f"/api/accounts/{ask.ids['account_id']}/balances", body)
    return Ask({**ask.ids, "balance_id": made.json()["id"]}, body)


async def category_of(world: World, whose: Person) -> Ask:
    made = await keeper(world, whose).post("/api/categories", {"name": f"c{uuid4().hex[:12]}"})
    return Ask({"category_id": made.json()["id"]}, {"color": "#112233"})


async def deleted_category_of(world: World, whose: Person) -> Ask:
    ask = await category_of(world, whose)
    await keeper(world, whose).delete(f"/api/categories/{ask.ids['category_id']}")
    return ask


async def new_category(_world: World, _whose: Person) -> Ask:
    return Ask(body={"name": f"c{uuid4().hex[:12]}"})


async def tag_of(world: World, whose: Person) -> Ask:
    made = await keeper(world, whose).post("/api/tags", {"name": f"t{uuid4().hex[:12]}"})
    return Ask({"tag_id": made.json()["id"]}, {"colour": "#112233"})


async def deleted_tag_of(world: World, whose: Person) -> Ask:
    ask = await tag_of(world, whose)
    await keeper(world, whose).delete(f"/api/tags/{ask.ids['tag_id']}")
    return ask


async def merchant_of(world: World, whose: Person) -> Ask:
    made = await keeper(world, whose).post("/api/merchants", {"name": f"m{uuid4().hex[:12]}"})
    return Ask({"merchant_id": made.json()["id"]}, {"name": f"m{uuid4().hex[:12]}"})


async def alias_of(world: World, whose: Person) -> Ask:
    ids, alias = (await merchant_of(world, whose)).ids, f"a{uuid4().hex[:12]}"
    await keeper(world, whose).post(f"/api/merchants/{ids['merchant_id']}/aliases", {"alias": alias})
    return Ask(ids, options={"params": {"alias": alias}})


async def new_alias(world: World, whose: Person) -> Ask:
    return Ask((await merchant_of(world, whose)).ids, {"alias": f"a{uuid4().hex[:12]}"})


async def two_merchants(world: World, whose: Person) -> Ask:
    other = (await merchant_of(world, whose)).ids["merchant_id"]
    return Ask((await merchant_of(world, whose)).ids, {"merchant_id": other})


async def post_one(world: World, whose: Person, amount: str = "-1", account_id: str | None = None) -> str:
    body = {"amount": amount, "date": "2026-02-01", "category": "Food", "account_id": account_id}
    made = await keeper(world, whose).post("/api/transactions", body)
    return str(made.json()["id"])


async def transaction_of(world: World, whose: Person) -> Ask:
    made = await post_one(world, whose)
    return Ask({"transaction_id": made}, {"note": "seen"}, {"params": {"moment": "2026-12-31T00:00:00"}})


async def categorised_transaction_of(world: World, whose: Person) -> Ask:
    body = {"amount": "-1", "payee": "Blixo", "category": "Food"}
    made = await keeper(world, whose).post("/api/transactions", body)
    return Ask({"transaction_id": made.json()["id"]})


async def deleted_transactions_of(world: World, whose: Person) -> Ask:
    made = await post_one(world, whose)
    await keeper(world, whose).delete(f"/api/transactions/{made}")
    return Ask(body={"transaction_ids": [made]})


async def transactions_of(world: World, whose: Person) -> Ask:
    return Ask(body={"transaction_ids": [await post_one(world, whose)], "note": "seen"})


async def change_of(world: World, whose: Person) -> Ask:
    made = await post_one(world, whose)
    await keeper(world, whose).patch(f"/api/transactions/{made}", {"note": "first"})
    changes = (await keeper(world, whose).get(f"/api/transactions/{made}/history")).json()["changes"]
    return Ask({"transaction_id": made, "change_id": changes[0]["id"]})


async def attachment_of(world: World, whose: Person) -> Ask:
    made = await post_one(world, whose)
    form = {"files": {"file": ("receipt.txt", b"a receipt", "text/plain")}}
    added = await keeper(world, whose).post(f"/api/transactions/{made}/attachments", **form)
    return Ask({"transaction_id": made, "attachment_id": added.json()["id"]}, options=form)


async def deleted_attachment_of(world: World, whose: Person) -> Ask:
    ask = await attachment_of(world, whose)
    await keeper(world, whose).delete(f"/api/attachments/{ask.ids['attachment_id']}")
    return Ask(ask.ids)


async def closed_month_of(world: World, whose: Person) -> Ask:
    await keeper(world, whose).post("/api/closed-months", {"month": "2020-01"})
    return Ask({"month": "2020-01"})


async def pair_of(world: World, whose: Person) -> Ask:
    accounts = [(await account_of(world, whose)).ids["account_id"] for _ in range(2)]
    out, into = await post_one(world, whose, "-5", accounts[0]), await post_one(world, whose, "5", accounts[1])
    return Ask(body={"transaction_id": out, "other_transaction_id": into})


async def proposal_of(world: World, whose: Person) -> Ask:
    """A transfer that was linked and rejected, so that it can be accepted and rejected again."""
    made = await keeper(world, whose).post("/api/transfers", (await pair_of(world, whose)).body)
    await keeper(world, whose).post(f"/api/transfers/{made.json()['id']}/reject")
    return Ask({"transfer_id": made.json()["id"]})


def new_rule_body() -> dict[str, Any]:
    return {"name": f"r{uuid4().hex[:12]}", "if": {"field": "payee", "is": "x"}, "then": {"note": "seen"}}


async def new_rule(_world: World, _whose: Person) -> Ask:
    return Ask(body=new_rule_body())


async def rule_of(world: World, whose: Person) -> Ask:
    made = await keeper(world, whose).post("/api/rules", new_rule_body())
    return Ask({"rule_id": made.json()["id"]}, {"enabled": False})


async def order_of(world: World, whose: Person) -> Ask:
    await rule_of(world, whose)
    rules = (await keeper(world, whose).get("/api/rules?limit=200")).json()["rules"]
    return Ask(body={"rule_ids": [rule["id"] for rule in rules]})


async def rule_run_of(world: World, whose: Person) -> Ask:
    """One that was cancelled before it began, so that it can be taken back."""
    made = (await keeper(world, whose).post("/api/rules/run", {})).json()
    await keeper(world, whose).post(f"/api/jobs/{made['job']['id']}/cancel")
    return Ask({"run_id": made["run"]["id"]}, {})


def statement() -> dict[str, Any]:
    """A file that nobody sent before."""
    line = f"2026-02-03;{uuid4().hex[:12]};-{uuid4().int % 9000 / 100:.2f}"
    return {"files": {"file": ("bank.csv", f"Date;Payee;Amount\n{line}\n".encode(), "text/csv")}}


async def upload(_world: World, _whose: Person) -> Ask:
    return Ask(options=statement())


async def import_of(world: World, whose: Person, *, is_posted: bool = False) -> Ask:
    """One that was looked at, of an account; and a row of it that is left out."""
    home = (await account_of(world, whose)).ids["account_id"]
    made = await keeper(world, whose).post("/api/imports", data={"account_id": home}, **statement())
    import_id = made.json()["imports"][0]["id"]
    if is_posted:
        await keeper(world, whose).post(f"/api/imports/{import_id}/commit")
    return Ask({"import_id": import_id, "row": "1"})


async def posted_import_of(world: World, whose: Person) -> Ask:
    return await import_of(world, whose, is_posted=True)


async def wish_of(world: World, whose: Person) -> Ask:
    return Ask((await import_of(world, whose)).ids, {"wishes": {"date_order": "ymd"}})


async def row_of(world: World, whose: Person) -> Ask:
    return Ask((await import_of(world, whose)).ids, {"decision": "skip"})


async def profile_of(world: World, whose: Person) -> Ask:
    await posted_import_of(world, whose)
    profiles = (await keeper(world, whose).get("/api/imports/profiles")).json()["profiles"]
    return Ask({"profile_id": profiles[0]["id"]})


async def program_body(_world: World, _whose: Person) -> Ask:
    row = {"id": uuid4().hex, "date": "2026-02-03", "amount": "-1.00"}
    return Ask(body={"transactions": [row]})


async def rebuild_of(world: World, whose: Person) -> Ask:
    """A dry run, which leaves nothing to take back."""
    ids = (await import_of(world, whose)).ids
    made = (await keeper(world, whose).post("/api/imports/rebuild", {})).json()
    return Ask({"rebuild_id": made["rebuild"]["id"], "import_id": ids["import_id"]})


async def cancelled_rebuild_of(world: World, whose: Person) -> Ask:
    """One that was cancelled before it began, so that it can be taken back."""
    made = (await keeper(world, whose).post("/api/imports/rebuild", {"dry_run": False})).json()
    await keeper(world, whose).post(f"/api/jobs/{made['job']['id']}/cancel")
    return Ask({"rebuild_id": made["rebuild"]["id"]})


async def pending_link_of(world: World, whose: Person) -> Ask:
    """One that was joined and parted, so that it can be joined and parted again."""
    home = (await account_of(world, whose)).ids["account_id"]
    pending = {"account_id": home, "amount": "-7.11", "date": "2026-02-02", "status": "pending", "payee": "Lidl shop"}
    await keeper(world, whose).post("/api/transactions", pending)
    file = {"file": ("bank.csv", b"Date;Payee;Amount\n2026-02-03;Lidl shop;-7.11\n", "text/csv")}
    await keeper(world, whose).post("/api/transactions/upload-csv", files=file, data={"account_id": home})
    link = (await keeper(world, whose).get("/api/pending-links")).json()["links"][0]
    await keeper(world, whose).post(f"/api/pending-links/{link['id']}/reject")
    return Ask({"link_id": link["id"]})


async def webhook_source_of(world: World, whose: Person) -> Ask:
    made = await keeper(world, whose).post("/api/webhook-sources", {"name": "shop"})
    return Ask({"source_id": made.json()["id"]})


async def signed_message(world: World, _whose: Person) -> Ask:
    source = (await world.host.post("/api/webhook-sources", {"name": "shop"})).json()
    body = b'[{"id": "%s", "date": "2026-02-03", "amount": "-1.00"}]' % uuid4().hex.encode()
    moment = str(int(world.town.house.clock().timestamp()))
    headers = {HEADER: f"t={moment},v1={signature(source['secret'], moment, body)}"}
    return Ask({"token": source["path"].rsplit("/", 1)[-1]}, options={"content": body, "headers": headers})


ASKS: dict[str, Builder] = {
    "pulse": plain(),
    "welcome": plain(),
    "health": plain(),
    "version": plain(),
    "metrics": plain(),
    "bootstrap_status": plain(),
    "bootstrap": fresh_account,
    "register": fresh_account,
    "login": credentials,
    "login_with_email": email_credentials,
    "login_with_form": form_credentials,
    "refresh": refresh_cookie,
    "logout": plain(),
    "logout_everywhere": plain(),
    "list_sessions": plain(),
    "end_session": session_of,
    "change_password": plain({"current_password": PASSWORD, "new_password": NEW_PASSWORD}),
    "set_password": password_token,
    "start_demo": plain(),
    "upgrade_demo": fresh_account,
    "read_me": plain(),
    "read_me_as_auth": plain(),
    "edit_me": plain({"first_name": "Jan"}),
    "list_workspaces": plain(),
    "create_workspace": plain({"name": "Household"}),
    "read_workspace": plain(),
    "rename_workspace": plain({"name": "Ours"}),
    "list_members": plain(),
    "add_member": newcomer,
    "change_member_role": member_and_role,
    "remove_member": member_id,
    "leave_workspace": plain(),
    "transfer_ownership": heir,
    "switch_workspace": workspace_of,
    "list_invites": plain(),
    "create_invite": plain({"role": "viewer"}),
    "withdraw_invite": invite_id,
    "preview_invite": foreign_invite,
    "accept_invite": foreign_invite,
    "list_accounts": plain(),
    "create_account": plain({"name": "Everyday"}),
    "read_account": account_of,
    "read_balance": account_of,
    "edit_account": account_of,
    "delete_account": account_of,
    "restore_account": deleted_account_of,
    "list_balances": account_of,
    "report_balance": balance_of,
    "delete_balance": balance_of,
    "read_drift": account_of,
    "list_categories": plain(),
    "create_category": new_category,
    "read_category": category_of,
    "edit_category": category_of,
    "delete_category": category_of,
    "restore_category": deleted_category_of,
    "read_learning": plain(),
    "train": plain(),
    "read_why": transaction_of,
    "offer_always": categorised_transaction_of,
    "list_tags": plain(),
    "create_tag": new_category,
    "edit_tag": tag_of,
    "delete_tag": tag_of,
    "restore_tag": deleted_tag_of,
    "list_merchants": plain(),
    "create_merchant": new_category,
    "read_merchant": merchant_of,
    "edit_merchant": merchant_of,
    "delete_merchant": merchant_of,
    "add_alias": new_alias,
    "delete_alias": alias_of,
    "merge_merchants": two_merchants,
    "list_rules": plain(),
    "create_rule": new_rule,
    "reorder_rules": order_of,
    "preview_rules": plain({}),
    "analyse_rules": plain(),
    "test_rules": plain({}),
    "run_rules": plain({}),
    "list_rule_runs": plain(),
    "read_rule_run": rule_run_of,
    "undo_rule_run": rule_run_of,
    "export_rules": plain(),
    "import_rules": plain(content=b"rules: []"),
    "read_rule": rule_of,
    "edit_rule": rule_of,
    "delete_rule": rule_of,
    "list_rule_effects": transaction_of,
    "list_transactions": plain(),
    "export_transactions": plain(),
    "create_transaction": plain({"amount": "-1", "date": "2026-02-01"}),
    "create_transactions": plain({"transactions": [{"amount": "-1", "date": "2026-02-01"}]}),
    "change_transactions": transactions_of,
    "restore_transactions": deleted_transactions_of,
    "read_transaction": transaction_of,
    "edit_transaction": transaction_of,
    "delete_transaction": transaction_of,
    "list_transfers": plain(),
    "link_transfer": pair_of,
    "find_transfers": plain(),
    "accept_transfer": proposal_of,
    "reject_transfer": proposal_of,
    "list_changes": transaction_of,
    "read_as_of": transaction_of,
    "restore_change": change_of,
    "list_closed_months": plain(),
    "close_month": plain({"month": "2020-01"}),
    "open_month": closed_month_of,
    "check_ledger": plain(),
    "list_attachments": transaction_of,
    "add_attachment": attachment_of,
    "download_attachment": attachment_of,
    "delete_attachment": attachment_of,
    "restore_attachment": deleted_attachment_of,
    "upload_import": upload,
    "rebuild_imports": plain(body={}),
    "list_rebuilds": plain(),
    "get_rebuild": rebuild_of,
    "list_rebuilt_imports": rebuild_of,
    "list_rebuild_changes": rebuild_of,
    "undo_rebuild": cancelled_rebuild_of,
    "list_imports": plain(),
    "list_rows_to_review": plain(),
    "list_import_profiles": plain(),
    "forget_import_profile": profile_of,
    "get_import": import_of,
    "adjust_import": wish_of,
    "discard_import": import_of,
    "list_import_rows": import_of,
    "decide_import_row": row_of,
    "commit_import": import_of,
    "undo_import": posted_import_of,
    "confirm_import": import_of,
    "download_import": import_of,
    "fetch_import": plain({"url": "http://127.0.0.1:9/"}),
    "import_body": program_body,
    "upload_csv": upload,
    "list_raw_transactions": plain(),
    "run_csv": upload,
    "run_api": plain({"api_config": {"url": "http://127.0.0.1:9/"}}),
    "transform_only": plain(),
    "load_only": plain(),
    "aggregate_only": plain(),
    "pipeline_status": plain(),
    "pipeline_health": plain(),
    "list_pending_links": plain(),
    "accept_pending_link": pending_link_of,
    "reject_pending_link": pending_link_of,
    "receive_webhook": signed_message,
    "list_webhook_sources": plain(),
    "create_webhook_source": plain({"name": "shop"}),
    "delete_webhook_source": webhook_source_of,
    "list_secrets": plain(),
    "create_secret": plain({"type": "allegro", "secret": "hush"}),
    "read_secret": secret_of,
    "edit_secret": secret_to_edit,
    "delete_secret": secret_of,
    "list_jobs": plain(),
    "list_house_jobs": plain(),
    "watch_jobs": plain(),
    "read_job": job_of,
    "watch_job": ended_job_of,
    "cancel_job": job_of,
    "retry_job": ended_job_of,
    "list_users": plain(),
    "create_user": new_username,
    "read_audit_log": plain(),
    "invite_user": user_id,
    "disable_user": user_id,
    "enable_user": user_id,
    "promote_user": user_id,
    "demote_user": user_id,
    "delete_user": user_id,
}
SPENDS = {"logout", "logout_everywhere", "end_session", "change_password", "upgrade_demo", "leave_workspace"} | {
    "transfer_ownership"
}
"""Whoever was let in here is not afterwards who he was."""

ROUTES = {route.name: route for route in api_routes()}
ROOMS = sorted({str(route.tags[0]) for route in ROUTES.values()})
TownWith = Callable[..., Any]


def level(route: APIRoute) -> Level:
    return DECIDES_ITSELF.get(route.name, level_of(route))


def refusal(route: APIRoute, caller: str) -> int | None:
    """The status that turns this caller away; none if he is let in."""
    match level(route):
        case Level.PUBLIC:
            return None
        case _ if caller in ("anonymous", "disabled"):
            return 401
        case Level.SUPERUSER:
            return None if caller == "superuser" else 403
        case Level.PERSON:
            return _refusal_by_kind(route, is_demo=caller == "demo")
        case needed if caller in WORKING:
            return None if Role(caller).covers(Role(needed)) else 403
        case _:
            return 404


def _refusal_by_kind(route: APIRoute, *, is_demo: bool) -> int | None:
    if is_demo:
        return 403 if route.name in NOT_FOR_DEMOS else None
    return 404 if route.name in ONLY_FOR_DEMOS else None


async def is_signed_in(person: Person) -> bool:
    """With either of the passwords that he may have by now."""
    return any([(await person.sign_in(password)).is_success for password in (PASSWORD, NEW_PASSWORD)])


async def settle(town: Town) -> World:
    superuser = town.stranger()
    superuser.name = "root"
    if not await is_signed_in(superuser):
        superuser = await town.superuser()
    owner, host = await town.person(), await town.person()
    people = {"anonymous": town.stranger(), "superuser": superuser, "owner": owner}
    for role in ("viewer", "member", "admin"):
        people[role] = await town.person()
        await town.join(owner, people[role], role)
    people["other"], people["demo"] = await town.person(), await town.demo()
    people["disabled"] = await town.person()
    await town.join(owner, people["disabled"], "owner")
    for verb in ("promote", "disable"):
        assert (await superuser.post(f"/api/users/{people['disabled'].id}/{verb}")).status_code == 204
    workspace = (await owner.get("/api/tenants/me")).json()["id"]
    return World(town, people, host, workspace)


@pytest.fixture
async def sandbox(town_with: TownWith) -> AsyncIterator[Town]:
    """A town in trying-out mode: its throttles bear the many people of this test."""
    async with town_with(sandbox=True) as town:
        yield town


async def send(world: World, route: APIRoute, sender: Person, ask: Ask, *, into: str | None = None) -> int:
    """The status of the answer; of a stream only its beginning is waited for."""
    options = dict(ask.options)
    options["headers"] = dict(options.get("headers", {})) | ({WORKSPACE_HEADER: into} if into else {})
    path, method = route.path_format.format(**ask.ids), next(iter(route.methods or ()))
    if route.response_class is StreamingResponse:
        return await beginning(world.town, path, dict(sender.http.headers) | options["headers"])
    return (await sender(method, path, ask.body, **options)).status_code


async def beginning(town: Town, path: str, headers: dict[str, str]) -> int:
    """Ask as a browser does that goes away as soon as the answer begins."""
    status: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    said = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> dict[str, Any]:
        if said:
            return said.pop()
        await asyncio.wait([status])
        return {"type": "http.disconnect"}

    async def take(message: Any) -> None:
        if message["type"] == "http.response.start" and not status.done():
            status.set_result(message["status"])

    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    scope: dict[str, Any] = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
    }
    scope |= {"headers": raw, "http_version": "1.1", "scheme": "http", "server": ("farthing.test", 80), "client": None}
    await asyncio.wait_for(town.app(scope, receive, take), 60)
    return await status


async def cell(world: World, route: APIRoute, caller: str) -> str | None:
    """What is wrong with this cell of the matrix, if anything."""
    person = world.people[caller]
    whose = person if caller not in ("anonymous", "disabled") else world.people["owner"]
    ask = await ASKS[route.name](world, whose)
    into = world.workspace if level(route).role and caller in ELSEWHERE else None
    status = await send(world, route, person, ask, into=into)
    refused = refusal(route, caller)
    undone = UNDONE.get((route.name, caller), UNDONE.get((route.name, "")))
    is_right = status == refused if refused else 200 <= status < 300 or status == undone
    return None if is_right else f"{route.name} as {caller}: {status}, expected {refused or undone or 'success'}"


async def crossing(world: World, route: APIRoute) -> str | None:
    """What is wrong when somebody elsewhere names this workspace's or somebody else's ids."""
    owner, other = world.people["owner"], world.people["other"]
    ask = await ASKS[route.name](world, owner)
    foreign = await send(world, route, other, ask)
    own = await send(world, route, owner, ask)
    is_right = foreign == 404 and 200 <= own < 300
    return None if is_right else f"{route.name} with foreign ids: {foreign}, and as their owner: {own}"


def test_every_route_has_a_request_and_every_open_one_a_reason() -> None:
    assert set(ASKS) == set(ROUTES)
    assert set(PUBLIC) == {name for name, route in ROUTES.items() if level(route) is Level.PUBLIC}
    assert DECIDES_ITSELF.keys() | NOT_FOR_DEMOS | ONLY_FOR_DEMOS | SPENDS <= set(ROUTES)


def test_every_route_is_refused_to_somebody_and_granted_to_somebody() -> None:
    for route in ROUTES.values():
        verdicts = [refusal(route, caller) for caller in CALLERS]
        assert None in verdicts, route.name
        assert route.name in PUBLIC or any(verdicts), route.name


@pytest.mark.sqlite_only
async def test_nothing_is_served_beside_the_route_table_but_pages_about_it(town: Town) -> None:
    pages = {"/docs", "/api/docs", "/docs/files", "/docs/start.js", "/redoc", "/api/redoc", "/"}
    mounted = [str(route.path) for route in town.app.routes if hasattr(route, "path")]
    described = [route.path for route in docs.router.routes if isinstance(route, APIRoute)]
    assert {*mounted, *described} == pages | {"/openapi.json", "/api/openapi.json"}
    assert len(town.app.routes) == len(mounted) + len(ROUTERS) + 1


@pytest.mark.parametrize("room", ROOMS)
async def test_everybody_is_let_in_where_he_should_be_and_nowhere_else(sandbox: Town, room: str) -> None:
    wrong: list[str | None] = []
    world = await settle(sandbox)
    for route in (route for route in ROUTES.values() if route.tags[0] == room):
        refused = [caller for caller in CALLERS if refusal(route, caller)]
        granted = [caller for caller in CALLERS if not refusal(route, caller)]
        wrong += [await cell(world, route, caller) for caller in (*refused, *granted)]
        if route.name in SPENDS:
            world = await settle(sandbox)
    assert [fault for fault in wrong if fault] == []


@pytest.mark.parametrize("room", ROOMS)
async def test_a_foreign_id_names_nothing(sandbox: Town, room: str) -> None:
    world = await settle(sandbox)
    aimed = [route for route in ROUTES.values() if route.tags[0] == room and route.param_convertors]
    of_somebody = [route for route in aimed if level(route) not in (Level.SUPERUSER, Level.PUBLIC)]
    wrong = [await crossing(world, route) for route in of_somebody]
    assert [fault for fault in wrong if fault] == []
