"""The sheets of a workbook as rows of text."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from farthing.ingest.errors import StatementTooLarge, StatementUnreadable
from farthing.ingest.readers.formats.xlsx_cells import (
    currency_of_format,
    day_text,
    is_day_format,
    number_text,
    unescaped,
)
from farthing.ingest.readers.formats.xlsx_package import Package
from farthing.ingest.readers.markup import Element
from farthing.ingest.readers.table.row import Row

COLUMNS_MAX = 1_000
CELLS_MAX = 3_000_000
ROWS_MAX = 1_048_576
"""What a sheet holds at most."""
LETTERS_MAX = 100_000_000
_PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_COMMA_FIGURE = re.compile(r"[-+]?[\d.\s\u00a0]*\d,\d{1,2}[-+]?")


@dataclass(frozen=True, slots=True)
class Style:
    """What the number format of a cell says of its number."""

    is_day: bool = False
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    name: str
    rows: tuple[Row, ...]
    is_hidden: bool
    has_numbers: bool
    """Whether cells hold numbers, so that their decimal mark is known."""
    has_comma_texts: bool


@dataclass(slots=True)
class Workbook:
    """What its cells mean depends on these."""

    is_1904: bool = False
    strings: list[str] = field(default_factory=list)
    styles: list[Style] = field(default_factory=list)


def sheets_of(data: bytes) -> Iterator[Sheet]:
    """The sheets in their order, each read when it is asked for."""
    package = Package(data)
    main = next((name for kind, name in package.targets("").values() if kind == "officeDocument"), "xl/workbook.xml")
    if main not in package:
        raise StatementUnreadable("This ZIP file is no workbook. Unpack it and give the file within.")
    book, targets = package.tree(main), package.targets(main)
    by_kind = {kind: name for kind, name in targets.values() if name in package}
    settings = book.first("workbookPr")
    workbook = Workbook(
        is_1904=settings is not None and settings.attributes.get("date1904", "").lower() in {"1", "true"},
        strings=_strings(package, by_kind["sharedStrings"]) if "sharedStrings" in by_kind else [],
        styles=_styles(package.tree(by_kind["styles"])) if "styles" in by_kind else [],
    )
    for element in book.all("sheets/sheet"):
        id_ = next((value for key, value in element.attributes.items() if key.endswith(":id")), "")
        kind, name = targets.get(id_, ("", ""))
        if kind == "worksheet" and name in package:
            is_hidden = element.attributes.get("state", "visible") != "visible"
            yield _Reader(workbook).sheet(package, name, element.attributes.get("name", ""), is_hidden=is_hidden)


def _strings(package: Package, name: str) -> list[str]:
    """The texts that cells share; how they are pronounced is left out."""
    texts: list[str] = []
    parts: list[str] = []
    inside: list[str] = []
    letters = 0

    def start(tag: str, _: dict[str, str]) -> None:
        inside.append(tag)

    def end(tag: str) -> None:
        nonlocal letters
        inside.pop()
        if tag == "si":
            texts.append(unescaped("".join(parts)))
            letters += len(texts[-1])
            parts.clear()
        if letters > LETTERS_MAX or len(texts) > CELLS_MAX:
            raise StatementTooLarge("This workbook holds more text than a statement can.")

    def text(words: str) -> None:
        if inside[-1:] == ["t"] and "rPh" not in inside:
            parts.append(words)

    package.stream(name, start, end, text)
    return texts


def _styles(root: Element) -> list[Style]:
    codes = {
        _whole(one.attributes.get("numFmtId")): one.attributes.get("formatCode", "")
        for one in root.all("numFmts/numFmt")
    }
    numbers = [_whole(one.attributes.get("numFmtId")) for one in root.all("cellXfs/xf")]
    return [
        Style(is_day_format(number, codes.get(number, "")), currency_of_format(codes.get(number, "")))
        for number in numbers
    ]


def _whole(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else 0  # noqa: PLR2004


class _Reader:
    """Takes one sheet's events: rows, cells, and the texts in them."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._rows: list[Row] = []
        self._cells: dict[int, str] = {}
        self._row = self._column = self._count = self._letters = 0
        self._kind, self._style = "n", Style()
        self._parts: list[str] = []
        self._inside: list[str] = []
        self._has_numbers = self._has_comma_texts = False

    def sheet(self, package: Package, part: str, name: str, *, is_hidden: bool) -> Sheet:
        package.stream(part, self._start, self._end, self._text)
        width = max((len(row.cells) for row in self._rows), default=0)
        rows = tuple(Row(row.source_line, _padded(row.cells, width), row.lines) for row in self._rows)
        return Sheet(name, rows, is_hidden, self._has_numbers, self._has_comma_texts)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._inside.append(tag)
        if tag == "row":
            number = _whole(attributes.get("r")) or self._row + 1
            if number > ROWS_MAX or len(self._rows) > ROWS_MAX:
                raise StatementTooLarge(f"This sheet has more than {ROWS_MAX:,} rows.")
            self._skip_to(max(number, self._row + 1))
            self._cells, self._column = {}, 0
        elif tag == "c":
            self._column = _column(attributes.get("r", "")) or self._column + 1
            self._kind = attributes.get("t", "n")
            style = _whole(attributes.get("s"))
            self._style = self._workbook.styles[style] if style < len(self._workbook.styles) else Style()
            self._parts = []

    def _skip_to(self, number: int) -> None:
        """Rows that the file leaves out are blank ones."""
        if number > self._row + 1:
            self._rows.append(Row(self._row + 1, (), number - self._row - 1))
        self._row = number

    def _text(self, text: str) -> None:
        if self._inside[-1] == "v" or (self._inside[-1] == "t" and "rPh" not in self._inside):
            self._parts.append(text)

    def _end(self, tag: str) -> None:
        self._inside.pop()
        if tag == "c":
            self._put("".join(self._parts))
        elif tag == "row":
            width = max(self._cells, default=0)
            self._rows.append(Row(self._row, tuple(self._cells.get(at, "") for at in range(1, width + 1))))

    def _put(self, raw: str) -> None:
        text = self._cell(raw) if raw else ""
        if not text:
            return
        self._count, self._letters = self._count + 1, self._letters + len(text)
        if self._column > COLUMNS_MAX or self._count > CELLS_MAX or self._letters > LETTERS_MAX:
            raise StatementTooLarge(f"This sheet has more than {COLUMNS_MAX:,} columns or {CELLS_MAX:,} cells.")
        self._cells[self._column] = text

    def _cell(self, raw: str) -> str:
        """What a cell shows: a formula counts as the value that was saved with it, an error as nothing."""
        match self._kind:
            case "s":
                at = _whole(raw.strip())
                text = self._workbook.strings[at] if at < len(self._workbook.strings) else ""
            case "n":
                return self._number(raw)
            case "b":
                return "TRUE" if raw.strip() == "1" else "FALSE"
            case "e":
                return ""
            case "d":
                return raw.strip().removesuffix("T00:00:00").removesuffix("Z")
            case _:
                text = unescaped(raw)
        self._has_comma_texts = self._has_comma_texts or bool(_COMMA_FIGURE.fullmatch(text.strip()[:40]))
        return text

    def _number(self, raw: str) -> str:
        if self._style.is_day:
            return day_text(raw, is_1904=self._workbook.is_1904)
        self._has_numbers = True
        text = number_text(raw)
        return f"{text} {self._style.currency}" if self._style.currency else text


def _column(place: str) -> int:
    """The number of a column by its letters: AB is 28."""
    match = _PLACE.fullmatch(place)
    if match is None:
        return 0
    number = 0
    for letter in match[1]:
        number = number * 26 + ord(letter) - 64
    return number


def _padded(cells: Sequence[str], width: int) -> tuple[str, ...]:
    return (*cells, *("",) * (width - len(cells))) if cells else ()
