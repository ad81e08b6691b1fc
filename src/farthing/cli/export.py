"""Transactions into a file, as they come from the server: CSV that a spreadsheet opens safely, or JSON lines."""

import csv
import json
import re
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from farthing.cli.rows import FORMULA_STARTS
from farthing.kernel.errors import FarthingError

COLUMNS = (
    "id",
    "date",
    "amount",
    "currency",
    "account",
    "category",
    "description",
    "payee",
    "merchant",
    "location",
    "reference",
    "note",
    "tags",
    "status",
    "value_date",
    "occurred_at",
    "transfer_id",
)
_NUMBER = re.compile(r"^[+-]?\d+(\.\d+)?$", re.ASCII)


class ExportFailed(FarthingError):
    """The file could not be written."""


async def export(rows: AsyncIterator[Mapping[str, Any]], path: Path | None, kind: str) -> int:
    """Write all of them, none kept; how many they were."""
    count = 0
    with _opened(path) as file:
        write = _csv(file) if kind == "csv" else _lines(file)
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


def _csv(file: IO[str]) -> Callable[[Mapping[str, Any]], object]:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    return lambda row: writer.writerow([cell(row.get(name)) for name in COLUMNS])


def _lines(file: IO[str]) -> Callable[[Mapping[str, Any]], object]:
    return lambda row: file.write(json.dumps(row, ensure_ascii=False) + "\n")


def cell(value: Any) -> str:
    """As text; what a spreadsheet would take for a formula gets an apostrophe before it."""
    text = ",".join(value) if isinstance(value, list) else "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) and not _NUMBER.match(text) else text
