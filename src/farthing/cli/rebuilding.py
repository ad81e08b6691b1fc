"""Raw files replayed through today's code: shown, asked about, applied; and taken back."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from farthing.cli.person import As, AsJson, Data
from farthing.kernel.errors import FarthingError

if TYPE_CHECKING:
    from farthing.cli.client import Api

IMPORTS = (
    "name",
    "read_then",
    "read_now",
    "rows",
    "unchanged",
    "changed",
    "appears",
    "doubtful",
    "gone",
    "kept",
    "unreadable",
    "left_alone",
)
ACCOUNTS = (
    "name",
    "currency",
    "balance_before",
    "balance_after",
    "transactions_before",
    "transactions_after",
    "reports",
    "agree_before",
    "agree_after",
    "is_proven",
)
CHANGES = ("import", "kind", "line", "currency", "changes", "reason")
USUAL = dict.fromkeys(("changed", "appears", "doubtful", "gone", "kept", "unreadable", "reports"), 0)
_EXAMPLES = 10
_WORK = ("changed", "appears", "doubtful", "gone", "unreadable")
"""What of a rebuild is something to do."""


class NothingRebuilt(FarthingError):
    """Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Manner:
    account: str | None
    reason: str | None
    is_dry_run: bool
    is_sure: bool
    as_json: bool


def rebuild(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would change.")] = False,
    account: Annotated[str | None, typer.Option(help="Only imports of this account, by name or id.")] = None,
    since: Annotated[str | None, typer.Option(help="Only what was posted on this day or later.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Apply without asking.")] = False,
    reason: Annotated[str | None, typer.Option(help="Why, where a month is closed.")] = None,
    data: Data = None,
    name: As = None,
    as_json: AsJson = False,
) -> None:
    """Read what was imported again with today's code: shows what would change, asks, does it; `undo` takes it back."""
    from farthing.cli.person import call

    manner = Manner(account, reason, is_dry_run=dry_run, is_sure=yes, as_json=as_json)

    async def act(api: "Api") -> None:
        await _rebuild(api, manner, since)

    call(data, name, act)


async def undo_rebuild(api: "Api", rebuild_id: str, reason: str | None) -> dict[str, Any]:
    """The rebuild when it is taken back."""
    started = await api("POST", f"/api/imports/rebuilds/{rebuild_id}/undo", {"reason": reason})
    return await _done(api, started)


async def _rebuild(api: "Api", manner: Manner, since: str | None) -> None:
    from farthing.cli.accounts import find
    from farthing.cli.days import days_of, today

    first = days_of(since, today())[0].isoformat() if since else None
    wanted: dict[str, Any] = {"since": first, "reason": manner.reason}
    if manner.account:
        wanted["account_id"] = (await find(api, manner.account))["id"]
    looked = await _report(api, await _done(api, await api("POST", "/api/imports/rebuild", wanted | {"dry_run": True})))
    if manner.is_dry_run or not any(looked["counts"][name] for name in _WORK):
        tell(looked, as_json=manner.as_json)
        return
    if not manner.is_sure:
        tell(looked, as_json=False)
        if not typer.confirm("Change it?", err=True):
            raise NothingRebuilt
    done = await _report(api, await _done(api, await api("POST", "/api/imports/rebuild", wanted | {"dry_run": False})))
    tell(done, as_json=manner.as_json)


async def _done(api: "Api", started: dict[str, Any]) -> dict[str, Any]:
    """The rebuild when its job is over."""
    job = await api.job(started["job"]["id"]) if started["job"] else None
    if job is not None and job["status"] != "done":
        raise NothingRebuilt(f"The rebuild is {job['status']}: {job['error'] or 'see `farthing undo`'}.")
    found: dict[str, Any] = await api("GET", f"/api/imports/rebuilds/{started['rebuild']['id']}")
    return found


async def _report(api: "Api", rebuild_: dict[str, Any]) -> dict[str, Any]:
    """With its imports, and of each that changes some examples."""
    path = f"/api/imports/rebuilds/{rebuild_['id']}/imports"
    imports = await api.pages(path, "imports")
    for one in imports:
        is_something = any(one["counts"][name] for name in (*_WORK, "kept"))
        found = (
            await api("GET", f"{path}/{one['import_id']}/changes", limit=_EXAMPLES) if is_something else {"changes": []}
        )
        one["examples"] = found["changes"]
    return rebuild_ | {"imports": imports}


def tell(found: dict[str, Any], *, as_json: bool) -> None:
    from farthing.cli.output import describe, show

    if as_json:
        describe(found, as_json=True)
        return
    rows = [
        one["counts"] | {"name": one["name"], "read_then": one["parser_before"]} | _now(one) for one in found["imports"]
    ]
    show(rows, IMPORTS, as_json=False, usual=USUAL)
    if examples := [_example(one, each) for one in found["imports"] for each in one["examples"]]:
        print()
        show(examples, CHANGES, as_json=False)
    print()
    show(found["accounts"], ACCOUNTS, as_json=False, usual=USUAL)
    print(_verdict(found), file=sys.stderr)


def _now(one: Mapping[str, Any]) -> dict[str, Any]:
    now = one["parser_after"]
    return {"read_now": None if now == one["parser_before"] else now, "left_alone": one["error"]}


def _example(one: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    return dict(change) | {"import": one["name"], "changes": changes_told(change)}


def changes_told(change: Mapping[str, Any]) -> str:
    """A change in one line: what it is, and what it becomes."""
    before, after = change["before"], change["after"]
    if change["kind"] in {"changed", "kept"} and after:
        return ", ".join(
            f"{name}: {_plain(before.get(name))} → {_plain(value)}"
            for name, value in after.items()
            if name != "category_reason"
        )
    said = after or before
    names = ("date", "amount", "payee", "description", "text")
    return " ".join(str(said[name]) for name in names if said.get(name) is not None)


def _plain(value: Any) -> str:
    return "none" if value is None else str(value)


def _verdict(found: Mapping[str, Any]) -> str:
    counts = found["counts"]
    if not any(counts[name] for name in _WORK):
        return "Nothing would change." if found["is_dry_run"] else "Nothing changed."
    said = "would be" if found["is_dry_run"] else "were"
    told = (
        f"Of {counts['rows']:,} rows {counts['changed']:,} {said} changed, {counts['appears']:,} {said} added, "
        f"{counts['gone']:,} {said} taken away."
    )
    return told if found["is_dry_run"] else f"{told} `farthing undo {found['id']}` takes it back."
