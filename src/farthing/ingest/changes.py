"""What a rebuild changes, row by row, as a file in the lake: shown from there, carried out from there, and back."""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from farthing.ingest.models import Import, ImportRow
from farthing.ingest.preparing import duck, sql_path

CHANGES = "changes.parquet"
_COLUMNS = {
    "place": "INTEGER",
    "kind": "VARCHAR",
    "row": "INTEGER",
    "line": "INTEGER",
    "state": "VARCHAR",
    "reason": "VARCHAR",
    "key": "BIGINT",
    "transaction_id": "VARCHAR",
    "currency": "VARCHAR",
    "before": "VARCHAR",
    "after": "VARCHAR",
}
_DATES = frozenset({"date", "value_date"})
_IDS = frozenset({"category_id"})


class ChangeKind(StrEnum):
    """What today's reading does to a row."""

    CHANGED = "changed"
    APPEARS = "appears"
    GONE = "gone"
    KEPT = "kept"
    UNREADABLE = "unreadable"


class Change(NamedTuple):
    kind: ChangeKind
    row: int
    line: int | None = None
    state: str | None = None
    """Of a row that appears, what was decided about it."""
    reason: str | None = None
    key: int | None = None
    """The transaction; of a row that appears, the one that it is the same as. See `promised`."""
    transaction_id: UUID | None = None
    currency: str | None = None
    before: Mapping[str, Any] = {}
    after: Mapping[str, Any] = {}


def decision_values(one: ImportRow) -> dict[str, Any]:
    """A row of decisions as JSON, to be put back."""
    return {
        "row": one.row,
        "line": one.line,
        "state": one.state,
        "reason": one.reason,
        "account_id": one.account_id and str(one.account_id),
        "day": one.day and one.day.isoformat(),
        "fingerprint": one.fingerprint and one.fingerprint.hex(),
        "transaction_key": one.transaction_key,
        "said": one.said,
    }


def decision_of(values: Mapping[str, Any], one: Import) -> dict[str, Any]:
    """The row of decisions that it was."""
    account_id, day, mark = (values.get(name) for name in ("account_id", "day", "fingerprint"))
    return {
        **values,
        "workspace_id": one.workspace_id,
        "import_id": one.id,
        "account_id": UUID(account_id) if account_id else None,
        "day": date.fromisoformat(day) if day else None,
        "fingerprint": bytes.fromhex(mark) if mark else None,
    }


def promised(position: int, row: int) -> int:
    """Stands for a transaction that is not posted yet: that of a row of an earlier import of the same rebuild."""
    return -((position << 32) | row)


def kept_promise(key: int) -> tuple[int, int]:
    """The position of the import, and the row."""
    return (-key) >> 32, (-key) & 0xFFFFFFFF


class ChangesFile:
    """Changes collected on disk as they are found, so that memory does not grow with them."""

    def __init__(self, folder: Path) -> None:
        self.size = 0
        self._collected, self._made = folder / "changes.jsonl", folder / CHANGES
        self._out = self._collected.open("w", encoding="utf-8")

    def add(self, changes: Iterable[Change]) -> None:
        for one in changes:
            self.size += 1
            self._out.write(json.dumps({"place": self.size} | _told(one)) + "\n")

    def finish(self) -> Path:
        """All of them as Parquet, in order."""
        self._out.close()
        source = "read_json($file, format = 'newline_delimited', columns = $columns)" if self.size else _nothing()
        given = {"file": str(self._collected), "columns": _COLUMNS} if self.size else {}
        with duck() as connection:
            connection.execute(
                f"COPY (SELECT * FROM {source} ORDER BY place)"
                f" TO '{sql_path(self._made)}' (FORMAT parquet, COMPRESSION zstd)",
                given,
            )
        self._collected.unlink()
        return self._made


def changes_between(folder: Path, first: int, last: int, kind: str | None = None) -> list[tuple[int, Change]]:
    """From one place to another, each with its place; of one kind only, if one is named."""
    return _asked(folder, "place BETWEEN $first AND $last", {"first": first, "last": last}, kind)


def changes_after(folder: Path, after: int, limit: int, kind: str | None) -> list[tuple[int, Change]]:
    return _asked(folder, "place > $after", {"after": after}, kind, limit)


def _asked(
    folder: Path, wanted: str, given: dict[str, Any], kind: str | None, limit: int | None = None
) -> list[tuple[int, Change]]:
    if not (folder / CHANGES).is_file():
        return []
    of_kind = "" if kind is None else " AND kind = $kind"
    most = "" if limit is None else f" LIMIT {int(limit)}"
    source = f"read_parquet('{sql_path(folder / CHANGES)}', hive_partitioning = false)"
    asked = f"SELECT {', '.join(_COLUMNS)} FROM {source} WHERE {wanted}{of_kind} ORDER BY place{most}"
    with duck() as connection:
        rows = connection.execute(asked, given | ({} if kind is None else {"kind": kind})).fetchall()
    return [(row[0], _change(row[1:])) for row in rows]


def _nothing() -> str:
    return f"(SELECT {', '.join(f'NULL::{kind} AS {name}' for name, kind in _COLUMNS.items())} WHERE false)"


def _told(one: Change) -> dict[str, Any]:
    return one._asdict() | {
        "kind": str(one.kind),
        "transaction_id": one.transaction_id and str(one.transaction_id),
        "before": json.dumps(one.before, default=str),
        "after": json.dumps(one.after, default=str),
    }


def _change(row: tuple[Any, ...]) -> Change:
    kind, number, line, state, reason, key, transaction_id, currency, before, after = row
    named = UUID(transaction_id) if transaction_id else None
    values = (_values(before), _values(after))
    return Change(ChangeKind(kind), number, line, state, reason, key, named, currency, *values)


def _values(text: str) -> dict[str, Any]:
    return {name: _value(name, value) for name, value in json.loads(text).items()}


def _value(name: str, value: Any) -> Any:
    if value is None or not isinstance(value, str):
        return value
    if name in _DATES:
        return date.fromisoformat(value)
    return UUID(value) if name in _IDS else value
