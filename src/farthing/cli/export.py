"""Transactions into a file, as they come from the server: CSV that a spreadsheet opens safely, or JSON."""

import csv
import json
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from itertools import chain, repeat
from pathlib import Path
from typing import IO, Any

from farthing.kernel.cells import safe_cell
from farthing.kernel.errors import FarthingError

KINDS = ("csv", "json", "jsonl")
COLUMNS = (
    "id",
    "date",
    "amount",
    "currency",
    "account",
    "account_id",
    "category",
    "description",
    "payee",
    "merchant",
    "location",
    "reference",
    "note",
    "tags",
    "splits",
    "status",
    "value_date",
    "occurred_at",
    "transfer_id",
)
Write = Callable[[Mapping[str, Any]], object]


_SUFFIXES = {"": "csv", ".csv": "csv", ".txt": "csv", ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl"}


class ExportFailed(FarthingError):
    """The file could not be written."""


class KindUnknown(FarthingError):
    """What should be written into a file of this name is not known."""


def kind_of(path: Path | None) -> str:
    """As the file is called; what is printed is CSV."""
    if path is None:
        return "csv"
    if kind := _SUFFIXES.get(path.suffix.lower()):
        return kind
    raise KindUnknown(f"What goes into {path} is not known. Say --format {', '.join(KINDS[:-1])} or {KINDS[-1]}.")


async def export(rows: AsyncIterator[Mapping[str, Any]], path: Path | None, kind: str) -> int:
    """Write all of them, none kept; how many they were."""
    count = 0
    with _opened(path) as file, _WRITERS[kind](file) as write:
        async for row in rows:
            write(row)
            count += 1
    return count


@contextmanager
def _opened(path: Path | None) -> Iterator[IO[str]]:
    """A file appears under its name when it is whole."""
    if path is None:
        yield sys.stdout
        sys.stdout.flush()
        return
    draft = path.with_name(path.name + ".part")
    try:
        with draft.open("w", encoding="utf-8", newline="") as file:
            yield file
        draft.replace(path)
    except OSError as error:
        raise ExportFailed(f"{path} could not be written ({error.strerror}).") from error
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def _csv(file: IO[str]) -> Iterator[Write]:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    yield lambda row: writer.writerow([_cell(row.get(name)) for name in COLUMNS])


@contextmanager
def _lines(file: IO[str]) -> Iterator[Write]:
    yield lambda row: file.write(f"{_json(row)}\n")


@contextmanager
def _array(file: IO[str]) -> Iterator[Write]:
    between = iter(chain(("[\n",), repeat(",\n")))
    yield lambda row: file.write(next(between) + _json(row))
    file.write("[]\n" if next(between) == "[\n" else "\n]\n")


_WRITERS: Mapping[str, Callable[[IO[str]], AbstractContextManager[Write]]] = {
    "csv": _csv,
    "json": _array,
    "jsonl": _lines,
}


def _json(row: Mapping[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False)


def _cell(value: Any) -> str:
    return safe_cell(",".join(map(_part, value)) if isinstance(value, list) else value)


def _part(value: Any) -> str:
    """A tag, or a part of a split as `Food -4.00`."""
    return f"{value['category'] or ''} {value['amount']}".strip() if isinstance(value, dict) else str(value)
