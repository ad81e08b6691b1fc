"""Which account each part of a file is of: named by somebody, known by its number, remembered, or the default."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from farthing.infra.db import Work
from farthing.ingest.errors import AccountUnclear
from farthing.ingest.models import Import, ImportProfile, ImportStatement
from farthing.ingest.preparing import Part
from farthing.ingest.repository import Profiles
from farthing.kernel.actor import Actor
from farthing.kernel.clock import Clock
from farthing.kernel.currency import DECIMALS
from farthing.kernel.ids import new_id
from farthing.ledger.accounts import AccountService
from farthing.ledger.models import Account

_PLAIN = re.compile(r"[^0-9A-Z]")
_DIGITS_MIN = 6
"""A shorter number may be anybody's."""


class Accounts:
    def __init__(self, work: Work, actor: Actor, clock: Clock) -> None:
        self._accounts = AccountService(work, actor, clock)
        self._profiles = Profiles(work)
        self._actor = actor
        self._clock = clock

    async def assigned(
        self, row: Import, parts: Sequence[Part], account_id: UUID | None, *, is_automatic: bool
    ) -> list[dict[str, Any]]:
        """The statements of an import with their accounts, as far as these are clear."""
        remembered = await self._profiles.named(row.source, {label_of(part.account, part.currency) for part in parts})
        numbered = {plain_number(one.iban or ""): one for one in await self._accounts.with_ibans()}
        return [
            await self._statement(row, at, part, account_id, remembered, numbered, is_automatic=is_automatic)
            for at, part in enumerate(parts)
        ]

    async def _statement(
        self,
        row: Import,
        at: int,
        part: Part,
        account_id: UUID | None,
        remembered: Mapping[str, ImportProfile],
        numbered: Mapping[str, Account],
        *,
        is_automatic: bool,
    ) -> dict[str, Any]:
        account = await self._account(part, account_id, remembered, numbered, is_automatic=is_automatic)
        closing = part.closing
        return {
            "workspace_id": row.workspace_id,
            "import_id": row.id,
            "position": at,
            "account_id": account.id if account else None,
            "label": part.account and part.account[:255],
            "currency": part.currency if part.currency in DECIMALS else None,
            "first_day": part.first_day,
            "last_day": part.last_day,
            "row_count": part.rows,
            "opening": f"{part.opening.amount:f}" if part.opening else None,
            "closing": f"{closing.amount:f}" if closing else None,
            "closing_day": (closing.day or part.last_day) if closing else None,
        }

    async def _account(
        self,
        part: Part,
        account_id: UUID | None,
        remembered: Mapping[str, ImportProfile],
        numbered: Mapping[str, Account],
        *,
        is_automatic: bool,
    ) -> Account | None:
        """Named by the caller; else by its number, by what was chosen for the last file; else the default."""
        if account_id is not None:
            return await self._accounts.get(account_id)
        if part.account and (found := numbered.get(plain_number(part.account))) and _fits(found, part):
            return found
        if profile := remembered.get(label_of(part.account, part.currency)):
            return await self._accounts.get(profile.account_id)
        if is_automatic:
            return await self._accounts.default(part.currency if part.currency in DECIMALS else None)
        return None

    async def place(
        self, statements: Sequence[ImportStatement], account_id: UUID | None, places: Mapping[int, UUID]
    ) -> None:
        for statement in statements:
            wanted = places.get(statement.position, account_id)
            if wanted is not None:
                statement.account_id = (await self._accounts.get(wanted)).id
        if unknown := set(places) - {statement.position for statement in statements}:
            raise AccountUnclear(f"This file has no statement {min(unknown)}.")

    @staticmethod
    def all_of(statements: Sequence[ImportStatement]) -> set[UUID] | None:
        """The accounts of the statements; None if one that has rows has none."""
        found: set[UUID] = set()
        for statement in statements:
            if statement.account_id is not None:
                found.add(statement.account_id)
            elif statement.row_count:
                return None
        return found

    async def lock(self, accounts: Collection[UUID]) -> None:
        """Nobody else posts to these meanwhile."""
        for account_id in sorted(accounts):
            await self._accounts.locked(account_id)

    async def remember(self, row: Import, statements: Sequence[ImportStatement]) -> None:
        """The next file of this kind is read so and goes there."""
        labels = {label_of(one.label, one.currency): one for one in statements if one.account_id is not None}
        known = await self._profiles.named(row.source, set(labels))
        now = self._clock()
        for label, statement in labels.items():
            account = await self._accounts.get(statement.account_id) if statement.account_id else None
            if account is None:
                continue
            if profile := known.get(label):
                profile.account_id, profile.wishes, profile.used_at = account.id, row.wishes, now
                profile.uses += 1
                continue
            await self._profiles.add(
                ImportProfile(
                    id=new_id(),
                    workspace_id=row.workspace_id,
                    account_id=account.id,
                    source=row.source,
                    label=label,
                    name=f"{account.name}: {row.format}",
                    wishes=row.wishes,
                    uses=1,
                    created_at=now,
                    used_at=now,
                )
            )
        await self._profiles.flush()


def label_of(account: str | None, currency: str | None) -> str:
    return f"{account or ''} {currency or ''}".strip()[:255]


def plain_number(text: str) -> str:
    """A number of an account without its spaces and signs; nothing if it is too short to be one."""
    plain = _PLAIN.sub("", text.upper())
    return plain if sum(letter.isdigit() for letter in plain) >= _DIGITS_MIN else ""


def _fits(account: Account, part: Part) -> bool:
    return part.currency in {None, account.currency}
