"""A large file as the engine takes it: UTF-8, one kind of line ends, no line that the engine would pass over."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from farthing.ingest.readers.bulk.sample import Sample
from farthing.ingest.readers.text.dialect import Dialect

_CHUNK_BYTES = 4 * 1024 * 1024
_SEEN_AGAIN = 16
_UNUSUAL = b"\x00\x01\x0b\x0c\x1c\x1d\x1e\x1f"
"""Space of a kind to the careful reading, and not to the engine."""


@dataclass(frozen=True, slots=True)
class Prepared:
    path: Path
    lines: int
    """How many lines it has; the engine must account for each."""

    def beginning(self, count: int) -> list[str]:
        """So many lines from the first."""
        with self.path.open(encoding="utf-8", errors="replace") as file:
            return [line.removesuffix("\n") for line, _ in zip(file, range(count), strict=False)]

    def end(self, count: int) -> list[str]:
        """So many lines up to the last."""
        size = self.path.stat().st_size
        taken, data = 0, b""
        with self.path.open("rb") as file:
            while taken < size and data.count(b"\n") <= count:
                taken = min(size, max(65_536, 2 * taken))
                file.seek(size - taken)
                data = file.read(taken)
        lines = data.decode("utf-8", "replace").replace("\r\n", "\n").removesuffix("\n").split("\n")
        return lines[len(lines) - count :] if count else []


class Unusual(Exception):
    """The file holds signs that the engine and the careful reading take differently."""


def prepared(path: Path, sample: Sample, folder: Path) -> Prepared:
    """The file itself where it is plain enough, else a copy beside the others that are needed only now."""
    odd = _odd_signs(sample.dialect)
    lines = _plain_lines(path, odd) if sample.is_plain_encoding else None
    return Prepared(path, lines) if lines is not None else _rewritten(path, sample.encoding, folder, odd)


def _odd_signs(dialect: Dialect) -> str:
    """Words behind a closing quote: the engine would drop them."""
    quote, mark = re.escape(dialect.quote), re.escape(dialect.delimiter)
    return rf"{quote}(?<=[^{mark}\n{quote}]{quote}) *[^ {mark}\r\n{quote}]"


def _plain_lines(path: Path, odd: str) -> int | None:
    """How many lines there are; nothing if some are blank, or end in other ways than the rest."""
    lines, last, is_odd = 0, b"\n", re.compile(odd.encode()).search
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            if chunk.endswith(b"\r"):
                chunk += file.read(1)
            seen = last + chunk
            if len(chunk.translate(None, _UNUSUAL)) != len(chunk) or is_odd(seen):
                raise Unusual
            lines += chunk.count(b"\n")
            returns = chunk.count(b"\r\n")
            if b"\n\n" in seen or (returns and b"\n\r\n" in seen) or chunk.count(b"\r") != returns:
                return None
            last = seen[-_SEEN_AGAIN:]
    return lines + (not last.endswith(b"\n"))


def _rewritten(path: Path, encoding: str, folder: Path, odd: str) -> Prepared:
    """A copy in which blank lines hold a space: it means nothing, and the engine does not leave them out."""
    target = folder / "prepared.csv"
    lines, last, is_odd = 0, "\n", re.compile(odd).search
    with path.open(encoding=encoding, errors="replace") as source, target.open("w", encoding="utf-8") as out:
        for chunk in _chunks(source):
            if any(sign in chunk for sign in _UNUSUAL.decode()) or is_odd(last + chunk):
                raise Unusual
            text = f" {chunk}" if last[-1] == chunk[0] == "\n" else chunk
            out.write(text.replace("\n\n", "\n \n").replace("\n\n", "\n \n"))
            lines += chunk.count("\n")
            last = (last + chunk)[-_SEEN_AGAIN:]
    return Prepared(target, lines + (last[-1] != "\n"))


def _chunks(source: TextIO) -> Iterator[str]:
    while chunk := source.read(_CHUNK_BYTES):
        yield chunk
