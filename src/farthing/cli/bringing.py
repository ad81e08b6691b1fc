"""Bringing files in: sent, looked at, asked about, posted; long work is watched until it is done."""

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from farthing.cli.looking import COLUMNS, doubts, flat
from farthing.cli.output import show
from farthing.cli.read import FileUnreadable
from farthing.kernel.errors import FarthingError

if TYPE_CHECKING:
    from farthing.cli.client import Api

PREVIEW = ("name", "format", "account", "from", "to", "new", "same", "suspect", "error", "skipped", "id")
_UNDER_WAY = frozenset({"reading", "waiting", "posting", "undoing"})
_OPEN = frozenset({"queued", "running"})
_LOOK_S = 0.5


class NothingPosted(FarthingError):
    """Nothing was posted."""


@dataclass(frozen=True, slots=True)
class Manner:
    account: str | None
    wishes: str | None
    profile: Path | None
    reason: str | None
    is_sure: bool
    as_json: bool


class Bringing:
    def __init__(self, api: "Api", manner: Manner) -> None:
        self._api = api
        self._manner = manner

    async def bring(self, files: Sequence[Path]) -> None:
        looked_at, complaints = await self._look(files)
        if looked_at:
            await self._decide(looked_at)
        for complaint in complaints:
            print(f"farthing: {complaint}", file=sys.stderr)
        if complaints:
            raise typer.Exit(1)

    async def _look(self, files: Sequence[Path]) -> tuple[list[dict[str, Any]], list[str]]:
        """The previews, and one line for each file that has none."""
        account = await self._account_id()
        profile = read_bytes(self._manner.profile).decode("utf-8", "replace") if self._manner.profile else None
        fields = {"account_id": account, "wishes": self._manner.wishes, "profile": profile}
        found, complaints = [], []
        for path in files:
            try:
                sent = await self._api.upload("/api/imports", path.name, read_bytes(path), **fields)
                one = await settled(self._api, sent["imports"][0])
                refuse_failed(one)
                found.append(one)
            except FarthingError as error:
                complaints.append(f"{path}: {error.detail}")
        return found, complaints

    async def _account_id(self) -> str | None:
        from farthing.cli.accounts import find

        return (await find(self._api, self._manner.account))["id"] if self._manner.account else None

    async def _decide(self, found: list[dict[str, Any]]) -> None:
        """Show, ask, and post or forget."""
        if not self._manner.as_json:
            preview(found)
        unclear = [one["name"] for one in found if any(s["rows"] and not s["account_id"] for s in one["statements"])]
        if unclear:
            await self._forget(found)
            raise NothingPosted(f"It is not clear which account {unclear[0]} is of. Say it with --account NAME.")
        if not self._manner.is_sure and not typer.confirm("Post what is new?", err=True):
            await self._forget(found)
            raise NothingPosted
        posted = [await self._post(one) for one in found]
        show(posted if self._manner.as_json else [flat(one) for one in posted], COLUMNS, as_json=self._manner.as_json)

    async def _post(self, one: dict[str, Any]) -> dict[str, Any]:
        """Exactly what was looked at, unless a file before it in the same command has changed that."""
        body = {"reason": self._manner.reason}
        return await settled(self._api, await self._api("POST", f"/api/imports/{one['id']}/commit", body))

    async def _forget(self, found: list[dict[str, Any]]) -> None:
        for one in found:
            await self._api("DELETE", f"/api/imports/{one['id']}")


def preview(found: list[dict[str, Any]]) -> None:
    """What would be posted, what is doubtful, and the sums."""
    show([flat(one) for one in found], PREVIEW, as_json=False)
    for one in found:
        for doubt in doubts(one):
            print(f"{one['name']}: in doubt: {doubt}")
        for sums in one["summary"]["by_currency"]:
            print(f"{one['name']}: new income {sums['income']}, expenses {sums['expense']} {sums['currency']}")


async def settled(api: "Api", one: dict[str, Any]) -> dict[str, Any]:
    """The import when nothing is at work on it any more."""
    if one["state"] not in _UNDER_WAY:
        return one
    async with api.working():
        while one["state"] in _UNDER_WAY:
            await asyncio.sleep(_LOOK_S)
            one = await api("GET", f"/api/imports/{one['id']}")
            await _report(api, one)
    print(file=sys.stderr)
    return one


async def _report(api: "Api", one: dict[str, Any]) -> None:
    """How far the job is; that it stopped, if it did."""
    if one["state"] not in _UNDER_WAY or one["job_id"] is None:
        return
    job = await api("GET", f"/api/jobs/{one['job_id']}")
    if job["status"] in _OPEN:
        print(f"\r{job['message'] or one['name']} {told_progress(job)}", end="", file=sys.stderr, flush=True)
    elif job["status"] in {"failed", "cancelled"}:
        raise NothingPosted(f"The work on {one['name']} stopped: {job['error'] or 'it was cancelled'}.")


def told_progress(job: dict[str, Any]) -> str:
    progress = job.get("progress") or {}
    done, total = progress.get("done"), progress.get("total")
    return f"({done} of {total})" if total else ""


def refuse_failed(one: dict[str, Any]) -> None:
    if one["state"] == "failed":
        raise FileUnreadable(one["error"])


def read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise FileUnreadable(f"{path} cannot be read: {error.strerror}.") from error
