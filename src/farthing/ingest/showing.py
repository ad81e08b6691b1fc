"""Imports as clients read them."""

from collections.abc import Sequence
from uuid import UUID

from farthing.infra.blobs import Blob
from farthing.infra.db import Work
from farthing.ingest.errors import ProfileNotFound
from farthing.ingest.models import Import, ImportProfile, ImportStatement
from farthing.ingest.receiving import Received
from farthing.ingest.repository import Imports, Profiles
from farthing.ingest.schemas import ImportOut, ImportState, Origin, ProfileOut, StatementOut, Summary
from farthing.kernel.actor import Actor
from farthing.kernel.clock import Clock
from farthing.ledger.accounts import AccountService


class ShowService:
    def __init__(self, work: Work, actor: Actor, clock: Clock) -> None:
        self._imports = Imports(work)
        self._profiles = Profiles(work)
        self._accounts = AccountService(work, actor, clock)

    async def many(self, rows: Sequence[Import]) -> list[ImportOut]:
        statements = await self._imports.statements_of([row.id for row in rows])
        names = await self._accounts.names()
        return [shown(row, statements.get(row.id, []), names) for row in rows]

    async def one(self, row: Import) -> ImportOut:
        return (await self.many([row]))[0]

    async def received(self, row: Import) -> Received:
        """The file of an import, as it came."""
        return Received(row.id, row.created_at, row.name, Origin(row.origin), Blob(row.blob, row.size), row.wishes)

    async def profiles(self) -> list[ProfileOut]:
        return [shown_profile(row) for row in await self._profiles.all()]

    async def forget_profile(self, profile_id: UUID) -> None:
        if await self._profiles.get(profile_id) is None:
            raise ProfileNotFound
        await self._profiles.remove(profile_id)


def shown(row: Import, statements: Sequence[ImportStatement], names: dict[UUID, str]) -> ImportOut:
    return ImportOut(
        id=row.id,
        name=row.name,
        state=ImportState(row.state),
        origin=Origin(row.origin),
        format=row.format,
        source=row.source,
        size=row.size,
        rows=row.row_count,
        is_assumed=row.is_assumed,
        is_reviewed=row.is_reviewed,
        error=row.error,
        job_id=row.job_id,
        summary=Summary.model_validate(row.summary),
        statements=[shown_statement(one, names) for one in statements],
        reading=row.reading,
        wishes=row.wishes,
        created_at=row.created_at,
        posted_at=row.posted_at,
        undone_at=row.undone_at,
    )


def shown_statement(one: ImportStatement, names: dict[UUID, str]) -> StatementOut:
    return StatementOut(
        position=one.position,
        account_id=one.account_id,
        account_name=names.get(one.account_id) if one.account_id else None,
        label=one.label,
        currency=one.currency,
        first_day=one.first_day,
        last_day=one.last_day,
        rows=one.row_count,
        opening=one.opening,
        closing=one.closing,
        closing_day=one.closing_day,
    )


def shown_profile(row: ImportProfile) -> ProfileOut:
    return ProfileOut(
        id=row.id,
        name=row.name,
        source=row.source,
        label=row.label,
        account_id=row.account_id,
        wishes=row.wishes,
        uses=row.uses,
        created_at=row.created_at,
        used_at=row.used_at,
    )
