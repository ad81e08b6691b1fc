"""The package of a workbook: a ZIP of XML parts, opened with a limit on what it may unpack to."""

import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from posixpath import dirname, join, normpath
from xml.parsers import expat

from farthing.ingest.errors import StatementTooLarge, StatementUnreadable
from farthing.ingest.readers.markup import DEPTH_MAX, Element, guarded_parser, tree

UNPACKED_BYTES_MAX = 400_000_000
PART_IN_MEMORY_BYTES_MAX = 60_000_000
PARTS_MAX = 5_000
ELEMENTS_MAX = 20_000_000
_CHUNK_BYTES = 1 << 16
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    expat.ExpatError,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    LookupError,
    ValueError,
)
"""What a damaged, encrypted or forged ZIP makes the library say."""
Start = Callable[[str, dict[str, str]], None]


class Package:
    """Parts by name, whatever the case and slashes that a writer used."""

    def __init__(self, data: bytes) -> None:
        with damage_told():
            self._zip = zipfile.ZipFile(BytesIO(data))
            infos = self._zip.infolist()
        if len(infos) > PARTS_MAX:
            raise StatementTooLarge(f"This workbook has more than {PARTS_MAX:,} parts.")
        self._names = {info.filename.replace("\\", "/").lstrip("/").lower(): info.filename for info in infos}
        self._left = UNPACKED_BYTES_MAX

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._names

    def chunks(self, name: str) -> Iterator[bytes]:
        """The bytes of a part, until all parts together have unpacked to too much."""
        with damage_told(), self._zip.open(self._names[name.lower()]) as part:
            while chunk := part.read(_CHUNK_BYTES):
                self._left -= len(chunk)
                if self._left < 0:
                    raise StatementTooLarge(f"This workbook unpacks to more than {UNPACKED_BYTES_MAX:,} bytes.")
                yield chunk

    def tree(self, name: str) -> Element:
        """A small part as a tree."""
        data = bytearray()
        for chunk in self.chunks(name):
            data += chunk
            if len(data) > PART_IN_MEMORY_BYTES_MAX:
                raise StatementTooLarge(f"The part {name} of this workbook is too large.")
        return tree(bytes(data))[0]

    def stream(self, name: str, start: Start, end: Callable[[str], None], text: Callable[[str], None]) -> None:
        """A large part in events; names come without their namespace."""
        with damage_told():
            parser = guarded_parser()
            bounds = _Bounds(start, end)
            parser.StartElementHandler = bounds.start
            parser.EndElementHandler = bounds.end
            parser.CharacterDataHandler = text
            for chunk in self.chunks(name):
                parser.Parse(chunk, False)
            parser.Parse(b"", True)

    def targets(self, of: str) -> dict[str, tuple[str, str]]:
        """What a part relates to: kind and name by id."""
        rels = join(dirname(of), "_rels", f"{of.rpartition('/')[2]}.rels")
        if rels not in self:
            return {}
        found = self.tree(rels).all("Relationship")
        return {
            one.attributes.get("Id", ""): (
                one.attributes.get("Type", "").rpartition("/")[2],
                _absolute(dirname(of), one.attributes.get("Target", "")),
            )
            for one in found
        }


class _Bounds:
    """Hands elements on until there are too many, or too many within each other."""

    def __init__(self, start: Start, end: Callable[[str], None]) -> None:
        self._start, self._end = start, end
        self._count = self._depth = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._count, self._depth = self._count + 1, self._depth + 1
        if self._count > ELEMENTS_MAX or self._depth > DEPTH_MAX:
            raise StatementTooLarge(f"A part of this workbook has more than {ELEMENTS_MAX:,} elements.")
        self._start(tag.rpartition(":")[2], attributes)

    def end(self, tag: str) -> None:
        self._depth -= 1
        self._end(tag.rpartition(":")[2])


def _absolute(folder: str, target: str) -> str:
    target = target.replace("\\", "/")
    return normpath(target.lstrip("/") if target.startswith("/") else join(folder, target))


@contextmanager
def damage_told() -> Iterator[None]:
    """Whatever goes wrong inside a damaged package is told in our own words."""
    try:
        yield
    except _BROKEN as error:
        raise StatementUnreadable(f"This workbook is damaged or protected: {error}. Save it again as XLSX.") from error
