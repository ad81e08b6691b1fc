"""SQL about imports, and what the ledger knows of the rows of former statements."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, delete, func, select, tuple_, update

from farthing.infra.db import WorkspaceRepository, insert_rows
from farthing.ingest.models import Import, ImportProfile, ImportRow, ImportStatement
from farthing.kernel.paging import Page, PageRequest, id_after, page_of

_CHUNK = 500


class Imports(WorkspaceRepository):
    async def get(self, import_id: UUID, *, lock: bool = False) -> Import | None:
        statement = self.select(Import).where(Import.id == import_id)
        if lock:
            statement = statement.with_for_update().execution_options(populate_existing=True)
        found: Import | None = await self.session.scalar(statement)
        return found

    async def page(
        self, request: PageRequest, state: str | None, account_id: UUID | None, *, only_assumed: bool = False
    ) -> Page[Import]:
        """Newest first."""
        wanted: list[ColumnElement[bool]] = [] if state is None else [Import.state == state]
        if only_assumed:
            wanted += [Import.is_assumed.is_(True), Import.is_reviewed.is_(False)]
        if account_id is not None:
            of_it = self.own(select(ImportStatement.import_id), ImportStatement)
            wanted.append(Import.id.in_(of_it.where(ImportStatement.account_id == account_id)))
        statement = self.select(Import).where(*wanted).order_by(Import.id.desc())
        if after := id_after(request):
            statement = statement.where(Import.id < after)
        rows = (await self.session.scalars(statement.limit(request.limit + 1).offset(request.offset))).all()
        return page_of(rows, request, await self.count(Import, *wanted), lambda one: (one.id,))

    async def rows_under_way(self) -> int:
        """How many rows belong to imports that wait for their account or are being posted."""
        statement = self.own(select(func.coalesce(func.sum(Import.row_count), 0)), Import)
        return int(await self.session.scalar(statement.where(Import.state.in_(("waiting", "posting")))) or 0)

    async def several(self, ids: Collection[UUID]) -> dict[UUID, Import]:
        found: dict[UUID, Import] = {}
        for some in _parts(sorted(ids)):
            rows = await self.session.scalars(self.select(Import).where(Import.id.in_(some)))
            found |= {row.id: row for row in rows}
        return found

    async def remove(self, one: Import) -> None:
        await self.session.execute(self.delete(Import).where(Import.id == one.id))

    async def is_kept_elsewhere(self, one: Import) -> bool:
        """Whether another import is of the very same bytes."""
        return await self.count(Import, Import.blob == one.blob, Import.id != one.id) > 0

    async def open_on(self, accounts: Collection[UUID], but: UUID) -> list[Import]:
        """Imports that are at work on one of these accounts, or wait for it, oldest first."""
        statement = (
            self.select(Import)
            .where(
                Import.state.in_(("waiting", "posting", "undoing")),
                Import.id != but,
                Import.id.in_(
                    self.own(select(ImportStatement.import_id), ImportStatement).where(
                        ImportStatement.account_id.in_(accounts)
                    )
                ),
            )
            .order_by(Import.updated_at, Import.id)
        )
        return list((await self.session.scalars(statement)).all())

    async def statements(self, import_id: UUID) -> Sequence[ImportStatement]:
        statement = self.select(ImportStatement).where(ImportStatement.import_id == import_id)
        return (await self.session.scalars(statement.order_by(ImportStatement.position))).all()

    async def statements_of(self, ids: Sequence[UUID]) -> dict[UUID, list[ImportStatement]]:
        found: dict[UUID, list[ImportStatement]] = {}
        for some in _parts(ids):
            statement = self.select(ImportStatement).where(ImportStatement.import_id.in_(some))
            for one in await self.session.scalars(statement.order_by(ImportStatement.position)):
                found.setdefault(one.import_id, []).append(one)
        return found

    async def statements_of_account(self, account_id: UUID) -> list[tuple[ImportStatement, Import]]:
        """What was ever posted to an account and not taken back."""
        statement = (
            self.own(select(ImportStatement, Import), ImportStatement)
            .join(
                Import,
                (Import.workspace_id == ImportStatement.workspace_id) & (Import.id == ImportStatement.import_id),
            )
            .where(ImportStatement.account_id == account_id, Import.state.in_(("posting", "posted")))
        )
        return [(row[0], row[1]) for row in await self.session.execute(statement)]

    async def replace_statements(self, import_id: UUID, rows: list[dict[str, Any]]) -> None:
        await self.session.execute(self.delete(ImportStatement).where(ImportStatement.import_id == import_id))
        await insert_rows(self.work, ImportStatement, rows)


class Rows(WorkspaceRepository):
    async def get(self, import_id: UUID, row: int) -> ImportRow | None:
        statement = self.select(ImportRow).where(ImportRow.import_id == import_id, ImportRow.row == row)
        found: ImportRow | None = await self.session.scalar(statement)
        return found

    async def of(self, import_id: UUID, states: Collection[str] | None = None) -> Sequence[ImportRow]:
        statement = self.select(ImportRow).where(ImportRow.import_id == import_id)
        if states is not None:
            statement = statement.where(ImportRow.state.in_(states))
        return (await self.session.scalars(statement.order_by(ImportRow.row))).all()

    async def between(self, import_id: UUID, first: int, last: int) -> Sequence[ImportRow]:
        """What is known of rows from one number to another."""
        statement = self.select(ImportRow).where(ImportRow.import_id == import_id, ImportRow.row.between(first, last))
        return (await self.session.scalars(statement)).all()

    async def drop(self, import_id: UUID, numbers: Sequence[int]) -> None:
        for start in range(0, len(numbers), _CHUNK):
            some = numbers[start : start + _CHUNK]
            await self.session.execute(
                self.delete(ImportRow).where(ImportRow.import_id == import_id, ImportRow.row.in_(some))
            )

    async def keep(self, rows: list[dict[str, Any]]) -> None:
        await insert_rows(self.work, ImportRow, rows)

    async def forget(self, import_id: UUID, *, but_unread: bool = False) -> None:
        """Forget what was found out; lines that could not be read may stay, and what a person said of them."""
        statement = self.own(delete(ImportRow), ImportRow).where(ImportRow.import_id == import_id)
        if but_unread:
            statement = statement.where(ImportRow.said.is_(None), ImportRow.decided_at.is_(None))
        await self.session.execute(statement)

    async def reprint(self, import_id: UUID, prints: Mapping[int, bytes]) -> None:
        """Other fingerprints, by row."""
        known = self.own(select(ImportRow.row), ImportRow).where(ImportRow.import_id == import_id)
        rows = set(await self.session.scalars(known.where(ImportRow.said.is_(None)))) & prints.keys()
        if rows:
            place = (ImportRow.import_id == import_id, ImportRow.row == bindparam("at"))
            statement = self.own(update(ImportRow), ImportRow).where(*place).values(fingerprint=bindparam("is_now"))
            connection = await self.session.connection()
            await connection.execute(statement, [{"at": row, "is_now": prints[row]} for row in sorted(rows)])

    async def restate(self, import_id: UUID, days: Mapping[int, date]) -> None:
        """The day that the statement gives, by row, where it is read otherwise."""
        for row in await self.of(import_id):
            if row.said is None and row.row in days:
                row.day = days[row.row]
        await self.session.flush()

    async def review(self, request: PageRequest) -> Page[ImportRow]:
        """Rows of posted imports that wait for a person, newest import first."""
        posted = self.own(select(Import.id), Import).where(Import.state == "posted")
        wanted = (ImportRow.state.in_(("suspect", "error")), ImportRow.import_id.in_(posted))
        statement = self.select(ImportRow).where(*wanted)
        place = tuple_(ImportRow.import_id, -ImportRow.row)
        if request.after is not None:
            import_id, row = request.after[0].split(" ") if " " in str(request.after[0]) else (None, None)
            if import_id is not None:
                statement = statement.where(place < (UUID(import_id), -int(row or 0)))
        ordered = statement.order_by(ImportRow.import_id.desc(), ImportRow.row)
        rows = (await self.session.scalars(ordered.limit(request.limit + 1).offset(request.offset))).all()
        total = await self.count(ImportRow, *wanted)
        return page_of(rows, request, total, lambda one: (f"{one.import_id} {one.row}",))

    async def evidence(self, account_id: UUID, first: date, last: date) -> Sequence[Any]:
        """Rows of other statements that are transactions of the ledger already: fingerprint, key, import."""
        posted = self.own(select(Import.id), Import).where(Import.state.in_(("posting", "posted")))
        statement = self.own(
            select(ImportRow.fingerprint, ImportRow.transaction_key, ImportRow.import_id, ImportRow.day), ImportRow
        ).where(
            ImportRow.account_id == account_id,
            ImportRow.day.between(first, last),
            ImportRow.transaction_key.is_not(None),
            ImportRow.fingerprint.is_not(None),
            ImportRow.state.in_(("same", "chosen")),
            ImportRow.import_id.in_(posted),
        )
        return (await self.session.execute(statement)).all()

    async def corrected_before(self, account_id: UUID, prints: Sequence[bytes], but: UUID) -> Sequence[ImportRow]:
        """Lines that could not be read, of posted imports, and that are transactions by now."""
        posted = self.own(select(Import.id), Import).where(Import.state.in_(("posting", "posted")), Import.id != but)
        found: list[ImportRow] = []
        for start in range(0, len(prints), _CHUNK):
            statement = self.select(ImportRow).where(
                ImportRow.account_id == account_id,
                ImportRow.day.is_(None),
                ImportRow.fingerprint.in_(prints[start : start + _CHUNK]),
                ImportRow.said.is_not(None),
                ImportRow.transaction_key.is_not(None),
                ImportRow.state.in_(("new", "same")),
                ImportRow.import_id.in_(posted),
            )
            found += (await self.session.scalars(statement.order_by(ImportRow.import_id))).all()
        return found

    async def decided_away(self, account_id: UUID, first: date, last: date) -> set[tuple[UUID, int]]:
        """Rows that a person decided about, and that are no transactions because they are others, or may be."""
        statement = self.own(select(ImportRow.import_id, ImportRow.row), ImportRow).where(
            ImportRow.account_id == account_id,
            ImportRow.day.between(first, last),
            ImportRow.decided_at.is_not(None),
            ImportRow.state.in_(("same", "suspect", "error")),
        )
        return {(row[0], row[1]) for row in await self.session.execute(statement)}

    async def leaning_on(self, keys: Sequence[int], but: UUID) -> Sequence[ImportRow]:
        """Rows of other imports that are the same as these transactions."""
        posted = self.own(select(Import.id), Import).where(Import.state == "posted", Import.id != but)
        found: list[ImportRow] = []
        for start in range(0, len(keys), _CHUNK):
            statement = self.select(ImportRow).where(
                ImportRow.transaction_key.in_(keys[start : start + _CHUNK]),
                ImportRow.state == "same",
                ImportRow.import_id.in_(posted),
            )
            found += (await self.session.scalars(statement.order_by(ImportRow.import_id, ImportRow.row))).all()
        return found


class Profiles(WorkspaceRepository):
    async def named(self, source: str, labels: Collection[str]) -> dict[str, ImportProfile]:
        statement = self.select(ImportProfile).where(ImportProfile.source == source, ImportProfile.label.in_(labels))
        return {row.label: row for row in await self.session.scalars(statement)}

    async def all(self) -> Sequence[ImportProfile]:
        statement = self.select(ImportProfile).order_by(ImportProfile.used_at.desc(), ImportProfile.id)
        return (await self.session.scalars(statement)).all()

    async def get(self, profile_id: UUID) -> ImportProfile | None:
        found: ImportProfile | None = await self.session.scalar(
            self.select(ImportProfile).where(ImportProfile.id == profile_id)
        )
        return found

    async def remove(self, profile_id: UUID) -> None:
        await self.session.execute(self.delete(ImportProfile).where(ImportProfile.id == profile_id))


def _parts(ids: Sequence[UUID]) -> list[Sequence[UUID]]:
    return [ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK)]
