"""Pages of HTML that banks give out under the name of a spreadsheet: their tables are read as tables."""

from html.parser import HTMLParser

from farthing.ingest.errors import StatementTooLarge, StatementUnreadable
from farthing.ingest.readers.source import Source
from farthing.ingest.readers.table.row import Row
from farthing.ingest.readers.table.understand import read_rows
from farthing.ingest.readers.text.decoding import decoded
from farthing.ingest.reading import Evidence, Reading
from farthing.ingest.wishes import Wishes

_ROWS_MAX = 500_000
_SPANS_MAX = 200


def identify(source: Source) -> int:
    """A page with a table near its beginning, whatever its name."""
    head = source.head.lower().replace(b"\x00", b"")
    return 70 if b"<table" in head and b"<tr" in head else 0


def read(source: Source, wishes: Wishes) -> Reading:
    """The rows of all its tables, one after the other."""
    text = decoded(source.data, wishes.encoding)
    page = _Tables()
    page.feed(text.text)
    page.close()
    page.end_row()
    if not page.rows:
        raise StatementUnreadable("This page of HTML holds no table.")
    told = [Evidence("encoding", text.encoding, text.because)]
    return read_rows(
        page.rows, wishes, format_name="html", name=source.name, dialect={"encoding": text.encoding}, evidence=told
    )


class _Tables(HTMLParser):
    """Rows and cells of a page; a table inside a cell is taken as rows of its own."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[Row] = []
        self._cells: list[str] = []
        self._text: list[str] | None = None
        self._span = 1
        self._line = 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.end_row()
            self._line = self.getpos()[0]
        elif tag in {"td", "th"}:
            self._end_cell()
            told = dict(attrs).get("colspan") or "1"
            self._span = min(int(told), _SPANS_MAX) if told.isdigit() else 1
            self._text = []
        elif tag == "br" and self._text is not None:
            self._text.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"}:
            self._end_cell()
        elif tag in {"tr", "table"}:
            self.end_row()

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)

    def _end_cell(self) -> None:
        if self._text is not None:
            self._cells += [" ".join("".join(self._text).split()), *[""] * (self._span - 1)]
        self._text = None

    def end_row(self) -> None:
        self._end_cell()
        if self._cells:
            if len(self.rows) >= _ROWS_MAX:
                raise StatementTooLarge("This page has more rows than a statement can hold.")
            self.rows.append(Row(self._line, tuple(self._cells)))
        self._cells = []
