"""A file of transactions, posted in parts as large as the server takes; each part is posted whole or not at all."""

import json
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from farthing.cli.client import NoAnswer, Refused
from farthing.cli.rows import FileWrong, Row
from farthing.kernel.errors import FarthingError

if TYPE_CHECKING:
    from farthing.cli.client import Api

ROWS_MAX = 10_000
BYTES_MAX = 8_000_000
"""Of JSON in one request; a server takes ten million unless it is told otherwise."""


class PartRefused(FarthingError):
    """A part of the file was refused."""


class NoAccountSo(FarthingError):
    """A row names an account that there is not."""


class Posting:
    """Posts rows where they say, or all of them on one account; `word` is what a place in the file is called."""

    def __init__(self, api: "Api", accounts: list[dict[str, Any]], account_id: str | None, word: str) -> None:
        self._api = api
        self._names = {account["id"]: str(account["name"]) for account in accounts}
        self._account_id = account_id
        self._word = word
        self._done: list[dict[str, Any]] = []

    async def post(self, rows: Iterable[Row]) -> list[dict[str, Any]]:
        """Everything; what was posted before a part that fails stays, and the error says what that was."""
        try:
            for window in windows(row.checked(self._word) for row in rows):
                for account_id, part in self._by_account(window).items():
                    self._done.append(await self._post(account_id, part))
        except FileWrong as fault:
            raise PartRefused(f"{fault.detail} {self._standing()}") from fault
        return self._done

    def _by_account(self, window: list[Row]) -> dict[str | None, list[Row]]:
        parts: dict[str | None, list[Row]] = {}
        for row in window:
            parts.setdefault(self._account_id or self._account_of(row), []).append(row)
        return parts

    def _account_of(self, row: Row) -> str | None:
        wanted = str(row.body.get("account_id") or row.body.get("account") or "").strip().casefold()
        found = [i for i, name in self._names.items() if wanted in (i, name.casefold())]
        if wanted and len(found) != 1:
            raise NoAccountSo(
                f"{self._word} {row.place:,} names {wanted!r}, which is {len(found) or 'none'} of your accounts. "
                f"{self._standing()} Say --account to put all on one."
            )
        return found[0] if wanted else None

    async def _post(self, account_id: str | None, part: list[Row]) -> dict[str, Any]:
        body = {"account_id": account_id, "transactions": [row.body for row in part]}
        where = f"{self._word} {part[0].place:,} to {part[-1].place:,} ({len(part):,})"
        try:
            made = await self._api("POST", "/api/transactions/batch", body)
        except Refused as refused:
            why = self._located(refused, part)
            raise PartRefused(f"{why} Of {where} nothing was posted. {self._standing()}") from refused
        except NoAnswer as lost:
            raise PartRefused(
                f"{lost.detail} Whether {where} arrived is not known: look with `farthing transactions list` "
                f"before you send them again. {self._standing()}"
            ) from lost
        first, last = made["transactions"][0], made["transactions"][-1]
        name = self._names.get(first["account_id"], "the default account")
        print(f"{where} posted on {name}", file=sys.stderr, flush=True)
        return {
            "first": part[0].place,
            "last": part[-1].place,
            "count": made["count"],
            "account": name,
            "account_id": first["account_id"],
            "total_amount": made["total_amount"],
            "account_balance": made["account_balance"],
            "first_id": first["id"],
            "last_id": last["id"],
        }

    def _located(self, refused: Refused, part: list[Row]) -> str:
        """The refusal with the line of the file instead of the position in the request."""
        for error in refused.errors:
            names = str(error.get("field", "")).split(".")
            if names[0] == "transactions" and len(names) > 1 and names[1].isdigit():
                field = "".join(f" {name}" for name in names[2:])
                return f"{self._word} {part[int(names[1])].place:,}{field}: {error['message']}."
        return refused.detail

    def _standing(self) -> str:
        if not self._done:
            return "Nothing was posted before."
        told = [f"{one['first']:,} to {one['last']:,} on {one['account']} ({one['count']:,})" for one in self._done]
        return f"Posted before, and it stays: {self._word} {', '.join(told)}."


def windows(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """As many neighbours as fit into one request."""
    window: list[Row] = []
    size = 0
    for row in rows:
        length = len(json.dumps(row.body))
        if window and (len(window) == ROWS_MAX or size + length > BYTES_MAX):
            yield window
            window, size = [], 0
        window.append(row)
        size += length
    if window:
        yield window
