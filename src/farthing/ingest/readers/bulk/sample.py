"""What is read of a large file to understand it: its beginning, a part of its middle, its end."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from farthing.ingest.errors import StatementUnreadable
from farthing.ingest.readers.formats.csv import dialect_of, evidence_of, is_delimited
from farthing.ingest.readers.table.cells import core_of
from farthing.ingest.readers.table.row import Row
from farthing.ingest.readers.text.decoding import Decoded, detected
from farthing.ingest.readers.text.dialect import Dialect, line_end_of, lines_of, rows_of
from farthing.ingest.reading import Evidence
from farthing.ingest.wishes import Wishes

WINDOW_BYTES = 64 * 1024
_GLANCES = 64
_GLANCE_BYTES = 4096
_TOLD_CHARS = 100_000
_PLAIN = {"ascii", "utf-8"}


class NotPlain(Exception):
    """This file needs the careful reading throughout."""


@dataclass(frozen=True, slots=True)
class Sample:
    rows: tuple[Row, ...]
    dialect: Dialect
    letters: Decoded
    """The first of its letters, and how its bytes were understood."""
    is_multiline: bool
    """Cells hold ends of lines."""

    @property
    def encoding(self) -> str:
        return self.letters.encoding

    def names(self) -> dict[str, str]:
        """What the careful reading would call the dialect."""
        told = {"encoding": self.encoding, "line_ends": line_end_of(self.letters.text)}
        return told | self.dialect.names()

    def evidence(self) -> list[Evidence]:
        because = "its content reads so, and it is large"
        return [Evidence("format", "csv", because), *evidence_of(self.letters, self.names())]

    @property
    def is_plain_encoding(self) -> bool:
        return self.encoding in _PLAIN


def sample_of(path: Path, wishes: Wishes, window_bytes: int = WINDOW_BYTES) -> Sample:
    """The windows of a file as rows; those of its beginning keep their true lines."""
    windows = _windows(path, window_bytes)
    encoding, because, _, _ = detected(b"\n".join([*windows, *_glances(path)]), wishes.encoding)
    decoded = [window.decode(encoding, "replace") for window in windows]
    texts = [lines_of(text) for text in decoded]
    head = texts[0] if len(texts) == 1 else texts[0][:-1]
    rest = [line for text in texts[1:-1] for line in text[1:-1]] + (texts[-1][1:] if len(texts) > 1 else [])
    lines = [*head, *rest]
    if not any(line.strip() for line in lines):
        raise StatementUnreadable("The file is empty.")
    if not is_delimited(lines, wishes):
        raise NotPlain
    dialect = dialect_of(lines, wishes)
    rows = tuple(rows_of(lines, dialect))
    if not core_of(rows):
        raise NotPlain
    letters = Decoded(decoded[0][:_TOLD_CHARS], encoding, because)
    return Sample(rows, dialect, letters, any(row.lines > 1 for row in rows))


def _windows(path: Path, size_each: int) -> Sequence[bytes]:
    size = path.stat().st_size
    with path.open("rb") as file:
        if size <= 3 * size_each:
            return [file.read()]
        found = [file.read(size_each)]
        for start in (size // 2, size - size_each):
            file.seek(start)
            found.append(file.read(size_each))
    return found


def _glances(path: Path) -> list[bytes]:
    """Lines from all over the file that have letters beyond plain ones: they tell the encoding."""
    size = path.stat().st_size
    found: list[bytes] = []
    with path.open("rb") as file:
        for at in range(_GLANCES):
            file.seek(size * at // _GLANCES)
            lines = file.read(_GLANCE_BYTES).split(b"\n")[1:-1]
            found += [line for line in lines if not line.isascii()]
    return found
