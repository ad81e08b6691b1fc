"""A file of transactions, posted in parts as large as the server takes; each part is posted whole or not at all."""

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
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


@dataclass(frozen=True, slots=True)
class Manner:
    """`word` is what a place in the file is called; `nonce` tells this run from others that post the same."""

    account_id: str | None
    word: str
    today: date
    nonce: str = ""


class Posting:
    """Posts rows where they say, or all of them on one account.

    A part's key is made of what it says and where it stands, so that a run which is repeated, after a line was mended
    or the connection broke, posts only what was not posted before.
    """

    def __init__(self, api: "Api", workspace_id: str, accounts: list[dict[str, Any]], manner: Manner) -> None:
        self._api = api
        self._workspace_id = workspace_id
        self._names = {account["id"]: str(account["name"]) for account in accounts}
        self._currencies = {account["id"]: str(account["currency"]) for account in accounts}
        self._manner = manner
        self._done: list[dict[str, Any]] = []

    async def post(self, rows: Iterable[Row]) -> list[dict[str, Any]]:
        """Everything; what was posted before a part that fails stays, and the error says what that was."""
        checked = (row.checked(self._manner.word, self._manner.today) for row in rows)
        try:
            for window in windows(checked):
                for account_id, part in self._by_account(window).items():
                    self._done.append(await self._post(account_id, part))
        except FileWrong as fault:
            raise PartRefused(f"{fault.detail} {self._standing()}") from fault
        return self._done

    def _by_account(self, window: list[Row]) -> dict[str | None, list[Row]]:
        parts: dict[str | None, list[Row]] = {}
        for row in window:
            account_id = self._manner.account_id or self._account_of(row)
            self._refuse_other_currency(row, account_id)
            parts.setdefault(account_id, []).append(row)
        return parts

    def _refuse_other_currency(self, row: Row, account_id: str | None) -> None:
        said, own = str(row.body.get("currency") or "").upper(), self._currencies.get(account_id or "")
        if said and own and said != own:
            raise FileWrong(
                f"{self._manner.word} {row.place:,} is in {said}, {self._names[account_id or '']} in {own}. "
                "Post it on an account in its currency."
            )

    def _account_of(self, row: Row) -> str | None:
        wanted = str(row.body.get("account_id") or row.body.get("account") or "").strip()
        found = [i for i, name in self._names.items() if wanted.casefold() in (i, name.casefold())]
        if wanted and len(found) != 1:
            raise FileWrong(
                f"{self._manner.word} {row.place:,}: {len(found) or 'none'} of your accounts "
                f"{'is' if not found else 'are'} called {wanted!r}. Say --account to put all on one."
            )
        return found[0] if wanted else None

    async def _post(self, account_id: str | None, part: list[Row]) -> dict[str, Any]:
        body = {"account_id": account_id, "transactions": [row.body for row in part]}
        place = self._place(part)
        key = self._key(body, part[0].place)
        try:
            made, was_done = await self._api.once("/api/transactions/batch", body, key, brief=True)
        except Refused as refused:
            raise PartRefused(f"{self._located(refused, part)} Nothing of {place}. {self._standing()}") from refused
        except NoAnswer as lost:
            raise PartRefused(f"{lost.detail} Whether {place} arrived is not known. {self._standing()}") from lost
        name = await self._name(made["account_id"])
        before = " before; --again posts it once more" if was_done else ""
        print(f"{place}: {made['count']:,} posted on {name}{before}", file=sys.stderr, flush=True)
        return {
            "first": part[0].place,
            "last": part[-1].place,
            "count": made["count"],
            "account": name,
            "account_id": made["account_id"],
            "total_amount": made["total_amount"],
            "account_balance": None if was_done else made["account_balance"],
            "was_posted_before": was_done,
        }

    def _key(self, body: dict[str, Any], place: int) -> str:
        said = json.dumps([self._workspace_id, self._manner.nonce, place, body])
        return f"batch-{sha256(said.encode()).hexdigest()}"

    async def _name(self, account_id: str) -> str:
        """The default account is made when the first row needs it."""
        if account_id not in self._names:
            self._names[account_id] = (await self._api("GET", f"/api/accounts/{account_id}"))["name"]
        return self._names[account_id]

    def _place(self, part: list[Row]) -> str:
        word = self._manner.word.lower()
        first, last = part[0].place, part[-1].place
        return f"{word} {first:,}" if first == last else f"{word}s {first:,} to {last:,}"

    def _located(self, refused: Refused, part: list[Row]) -> str:
        """The refusal with the line of the file instead of the position in the request."""
        for error in refused.errors:
            names = str(error.get("field", "")).split(".")
            if names[0] == "transactions" and len(names) > 1 and names[1].isdigit():
                field = "".join(f" {name}" for name in names[2:])
                return f"{self._manner.word} {part[int(names[1])].place:,}{field}: {error['message']}."
        return refused.detail

    def _standing(self) -> str:
        """What is posted, and that the same command may be given again."""
        if not self._done:
            return "Nothing is posted yet."
        count = sum(one["count"] for one in self._done)
        return f"{count:,} before are posted; the same command again posts only the rest."


def windows(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """As many neighbours as fit into one request."""
    window: list[Row] = []
    size = 0
    for row in rows:
        length = len(json.dumps(row.body))
        if window and size + length > BYTES_MAX:
            yield window
            window, size = [], 0
        window.append(row)
        size += length
        if len(window) == ROWS_MAX:
            yield window
            window, size = [], 0
    if window:
        yield window
