"""Any list of transactions as a file, as all of it was at one moment, at eight bytes of memory for each row."""

import csv
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing
from enum import StrEnum
from io import StringIO
from typing import NamedTuple

from farthing.infra.db import Database, Scope
from farthing.kernel.actor import Actor
from farthing.kernel.cells import safe_cell
from farthing.kernel.clock import Clock
from farthing.ledger.finding_repository import Found
from farthing.ledger.language import tree_of
from farthing.ledger.query import Filter
from farthing.ledger.repository import Accounts
from farthing.ledger.service import LedgerService
from farthing.ledger.sorting import Sort
from farthing.ledger.spool import spooled
from farthing.ledger.transaction_schemas import TransactionOut

PAGE = 500


class ExportFormat(StrEnum):
    CSV = "csv"
    JSONL = "jsonl"
    JSON = "json"
    PARQUET = "parquet"

    @property
    def media_type(self) -> str:
        return _MEDIA_TYPES[self]


_MEDIA_TYPES = {
    ExportFormat.CSV: "text/csv; charset=utf-8; header=present",
    ExportFormat.JSONL: "application/x-ndjson",
    ExportFormat.JSON: "application/json",
    ExportFormat.PARQUET: "application/vnd.apache.parquet",
}


class Row(NamedTuple):
    """A transaction with what it only points at."""

    transaction: TransactionOut
    account: str


COLUMNS: Mapping[str, Callable[[Row], object]] = {
    "id": lambda row: row.transaction.id,
    "date": lambda row: row.transaction.date,
    "value_date": lambda row: row.transaction.value_date,
    "occurred_at": lambda row: row.transaction.occurred_at and row.transaction.occurred_at.isoformat(),
    "account_id": lambda row: row.transaction.account_id,
    "account": lambda row: row.account,
    "amount": lambda row: row.transaction.amount,
    "currency": lambda row: row.transaction.currency,
    "type": lambda row: row.transaction.type,
    "status": lambda row: row.transaction.status,
    "category": lambda row: row.transaction.category,
    "der_category": lambda row: row.transaction.der_category,
    "merchant": lambda row: row.transaction.merchant,
    "der_merchant": lambda row: row.transaction.der_merchant,
    "payee": lambda row: row.transaction.payee,
    "description": lambda row: row.transaction.description,
    "location": lambda row: row.transaction.location,
    "reference": lambda row: row.transaction.reference,
    "note": lambda row: row.transaction.note,
    "tags": lambda row: "; ".join(row.transaction.tags),
    "splits": lambda row: "; ".join(f"{part.category or ''} {part.amount}" for part in row.transaction.splits),
    "transfer_id": lambda row: row.transaction.transfer_id,
    "import_id": lambda row: row.transaction.import_id,
    "created_at": lambda row: row.transaction.created_at.isoformat(),
    "updated_at": lambda row: row.transaction.updated_at.isoformat(),
}
"""The columns of a CSV file, in their order."""

_AMOUNT = "DECIMAL(28,8)"
PARQUET_COLUMNS = {
    **dict.fromkeys(("id", "account_id"), "UUID"),
    **dict.fromkeys(("account", "currency", "type", "status"), "VARCHAR"),
    **dict.fromkeys(("date", "value_date"), "DATE"),
    "occurred_at": "TIMESTAMPTZ",
    "amount": _AMOUNT,
    **dict.fromkeys(("description", "payee", "merchant", "location", "reference", "note"), "VARCHAR"),
    **dict.fromkeys(("category", "category_source", "category_reason", "der_category", "der_merchant"), "VARCHAR"),
    "category_id": "UUID",
    "tags": "VARCHAR[]",
    "splits": f"STRUCT(amount {_AMOUNT}, category VARCHAR, category_id UUID, note VARCHAR)[]",
    **dict.fromkeys(("transfer_id", "import_id"), "UUID"),
    "version": "INTEGER",
    **dict.fromkeys(("created_at", "updated_at"), "TIMESTAMPTZ"),
}
"""The columns of a Parquet file: exact decimals, days and moments for what the JSON has as text."""


class Export:
    """One export: what is asked is understood before the first byte, so that a wrong question is still refused."""

    def __init__(
        self,
        database: Database,
        scope: Scope,
        actor: Actor,
        clock: Clock,
        wanted: Filter,
        sort: Sort,
        *,
        page_size: int = PAGE,
    ) -> None:
        self._database = database
        self._scope = scope
        self._actor = actor
        self._clock = clock
        self._today = clock().date()
        self._tree = tree_of(wanted, today=self._today)
        self._sort = sort
        self._page_size = page_size

    def filename(self, kind: ExportFormat) -> str:
        return f"transactions-{self._today.isoformat()}.{kind}"

    async def stream(self, kind: ExportFormat) -> AsyncIterator[str | bytes]:
        """The file, piece by piece."""
        if kind is ExportFormat.PARQUET:
            from farthing.lake.parquet import chunks, parquet_of  # whoever never asks for one never loads its library

            async with parquet_of(self.text(ExportFormat.JSONL), PARQUET_COLUMNS) as path:
                async for chunk in chunks(path):
                    yield chunk
        else:
            async with aclosing(spooled(self.text(kind))) as pieces:
                async for chunk in pieces:
                    yield chunk

    async def text(self, kind: ExportFormat) -> AsyncGenerator[str]:
        piece = _PIECES[kind]
        is_first = True
        async with aclosing(self.pages()) as pages:
            async for rows in pages:
                yield piece(rows, is_first)
                is_first = False
        if kind is ExportFormat.JSON:
            yield "]\n"

    async def pages(self) -> AsyncGenerator[Sequence[Row]]:
        """All of one moment: whoever takes them must not wait for anybody, see `spool`; at least an empty one."""
        async with self._database.snapshot(self._scope) as work:
            found, ledger = Found(work, self._actor.workspace_id), LedgerService(work, self._actor, self._clock)
            accounts = await Accounts(work).names()
            keys = await found.keys(await found.search(self._tree), self._sort)
            for start in range(0, max(len(keys), 1), self._page_size):
                shown = await ledger.show(await found.by_keys(keys[start : start + self._page_size]))
                yield [Row(one, accounts.get(one.account_id, "")) for one in shown]


def as_csv(rows: Sequence[Row], is_first: bool) -> str:  # noqa: FBT001  called through a table
    """As RFC 4180 has it, the header before the first row."""
    text = StringIO(newline="")
    writer = csv.writer(text)
    if is_first:
        writer.writerow(COLUMNS)
    writer.writerows([safe_cell(read(row)) for read in COLUMNS.values()] for row in rows)
    return text.getvalue()


def as_jsonl(rows: Sequence[Row], _is_first: bool) -> str:  # noqa: FBT001  called through a table
    return "".join(f"{_json(row)}\n" for row in rows)


def as_json(rows: Sequence[Row], is_first: bool) -> str:  # noqa: FBT001  called through a table
    """The beginning or the middle of a list."""
    return ("[\n" if is_first else ",\n") + ",\n".join(map(_json, rows))


_PIECES: Mapping[ExportFormat, Callable[[Sequence[Row], bool], str]] = {
    ExportFormat.CSV: as_csv,
    ExportFormat.JSONL: as_jsonl,
    ExportFormat.JSON: as_json,
}


def _json(row: Row) -> str:
    """As the API shows it, with the account's name; characters stay as they are, one line each."""
    return json.dumps(row.transaction.model_dump(mode="json") | {"account": row.account}, ensure_ascii=False)
