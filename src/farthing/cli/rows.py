"""Transactions out of a file, one by one with the place where each stands: CSV, a JSON array, or JSON lines."""

import csv
import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import IO, Any, NamedTuple

from farthing.cli.days import DayWrong, day_of
from farthing.kernel.cells import plain_cell
from farthing.kernel.errors import FarthingError

STDIN = Path("-")
NEEDED = ("amount", "date")
_NEEDED_HINT = "That line names the columns, such as date,amount,category,description."
OPTIONAL = (
    "account",
    "account_id",
    "currency",
    "type",
    "category",
    "category_id",
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
    "der_category",
    "der_merchant",
)
_CHUNK = 1 << 16
_TAGS_APART = re.compile(r"[,;]")
_BETWEEN = re.compile(r"[\s,\[\]]*")


class FileWrong(FarthingError):
    """This file cannot be read."""


class Row(NamedTuple):
    """`place` is a line of CSV, or how manieth object of JSON."""

    place: int
    body: dict[str, Any]

    def checked(self, word: str, now: date) -> "Row":
        """With an amount and a day, so that a slip of the pen is named by its place before anything is sent."""
        amount, day = self.body.get("amount"), self.body.get("date")
        if amount in (None, ""):
            raise FileWrong(f"{word} {self.place:,} has no amount.")
        try:
            Decimal(str(amount).strip())
        except InvalidOperation as error:
            raise FileWrong(f"{word} {self.place:,}: {amount!r} is not an amount. Write it like -12.34.") from error
        if day is None or _is_moment(str(day)):
            return self
        try:
            return Row(self.place, self.body | {"date": day_of(str(day), now).isoformat()})
        except DayWrong as error:
            raise FileWrong(f"{word} {self.place:,}: {day!r} is not a day. Write it like 2026-05-04.") from error


def _is_moment(text: str) -> bool:
    """Some programs write a day with its hour; the server knows what to do with it."""
    try:
        datetime.fromisoformat(text.strip())
    except ValueError:
        return False
    return True


def is_json(path: Path, wanted: str | None) -> bool:
    """As somebody says, else as the file is called."""
    return wanted == "json" or (wanted is None and path.suffix.lower() in (".json", ".jsonl", ".ndjson"))


def rows_of(path: Path, *, as_json: bool) -> Iterator[Row]:
    """All of them, however many, none kept."""
    name = "What is piped in" if path == STDIN else str(path)
    with _opened(path) as file:
        try:
            yield from _from_json(file, name) if as_json else _from_csv(file, name)
        except UnicodeDecodeError as error:
            raise FileWrong(f"{name} is not UTF-8 ({error.reason}). Save it as UTF-8 and try again.") from error
        except csv.Error as error:
            raise FileWrong(f"{name} is not CSV: {error}.") from error


@contextmanager
def _opened(path: Path) -> Iterator[IO[str]]:
    if path == STDIN:
        yield sys.stdin
        return
    try:
        file = path.open(encoding="utf-8-sig", newline="")
    except OSError as error:
        raise FileWrong(f"{path} cannot be read ({error.strerror}).") from error
    with file:
        yield file


def _from_csv(file: IO[str], name: str) -> Iterator[Row]:
    first = file.readline()
    separator = max(",;\t", key=first.count)
    header = [name.strip().strip("\ufeff").lower() for name in next(csv.reader([first], delimiter=separator), [])]
    if missing := [column for column in NEEDED if column not in header]:
        hint = "With --format json it is read as JSON." if first.lstrip().startswith(("[", "{")) else _NEEDED_HINT
        raise FileWrong(f"{name} has no column {' and '.join(missing)} in its first line. {hint}")
    if unread := [column for column in header if column not in (*NEEDED, *OPTIONAL)]:
        print(f"farthing: not read: {', '.join(unread)}", file=sys.stderr)
    reader, ends_at = csv.reader(file, delimiter=separator), 1
    for cells in reader:
        place, ends_at = ends_at + 1, reader.line_num + 1
        if not any(cells):
            continue
        if len(cells) > len(header):
            raise FileWrong(f"Line {place:,} of {name} has {len(cells)} cells, the header {len(header)}.")
        yield Row(place, _body(dict(zip(header, cells, strict=False))))


def _body(cells: dict[str, str]) -> dict[str, Any]:
    body: dict[str, Any] = {
        name: plain_cell(cells[name].strip()) for name in (*NEEDED, *OPTIONAL) if cells.get(name, "").strip()
    }
    if "tags" in body:
        body["tags"] = [tag.strip() for tag in _TAGS_APART.split(body["tags"]) if tag.strip()]
    return body


def _from_json(file: IO[str], name: str) -> Iterator[Row]:
    """One object after another, so that a file may be larger than the memory."""
    decoder, text, count, at_end = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str), "", 0, False
    while True:
        begin = _BETWEEN.match(text)
        text = text[begin.end() if begin else 0 :]
        try:
            found, end = decoder.raw_decode(text)
        except ValueError as error:
            if at_end and not text:
                return
            if at_end:
                raise FileWrong(f"{name} is not JSON after object {count:,}: {error}.") from error
            more = file.read(max(_CHUNK, len(text)))
            at_end, text = not more, text + more
            continue
        text = text[end:]
        for one in found["transactions"] if isinstance(found, dict) and "transactions" in found else [found]:
            count += 1
            if not isinstance(one, dict):
                raise FileWrong(f"Object {count:,} of {name} is not a transaction.")
            yield Row(count, _as_sent(one))


def _as_sent(body: dict[str, Any]) -> dict[str, Any]:
    """An export read back: the sign says what the type said, and a category's name means more than its id."""
    kind = str(body.get("type") or "").lower()
    has_sign = kind == "transfer" or (kind == "expense" and str(body.get("amount")).strip().startswith("-"))
    left_out = {"type"} if has_sign else set()
    if body.get("category"):
        left_out.add("category_id")
    return {name: value for name, value in body.items() if name not in left_out}
