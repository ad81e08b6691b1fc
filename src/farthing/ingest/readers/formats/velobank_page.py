"""The text of a PDF page as lines of words, each with its place; the one module that knows the PDF library."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

import pypdfium2
import pypdfium2.raw as pdfium

from farthing.ingest.errors import StatementTooLarge, StatementUnreadable

PAGES_MAX = 50
LETTERS_MAX = 1_000_000
COLUMN_GAP = 0.7
"""Of the height of a line."""
_ONE_AT_A_TIME = threading.Lock()
"""The library must not be used by two threads at once."""


@dataclass(frozen=True, slots=True)
class Word:
    text: str
    left: float
    right: float
    bottom: float
    top: float


@dataclass(frozen=True, slots=True)
class TextLine:
    """Words beside each other, from the left."""

    page: int
    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    def cells(self, first: int = 0) -> list[str]:
        """The words from one on in columns: a gap wider than any blank parts two."""
        cells: list[str] = []
        for at, word in enumerate(self.words[first:], first):
            before = self.words[at - 1]
            if cells and word.left - before.right <= COLUMN_GAP * (before.top - before.bottom):
                cells[-1] += f" {word.text}"
            else:
                cells.append(word.text)
        return cells

    @property
    def middle(self) -> float:
        return (self.words[0].bottom + self.words[0].top) / 2


def lines_of(data: bytes) -> list[TextLine]:
    """All lines of a document from top to bottom, page by page."""
    with _ONE_AT_A_TIME:
        try:
            return list(_lines(data))
        except pypdfium2.PdfiumError as error:
            raise StatementUnreadable(
                f"This PDF cannot be opened: {error}. Save it again without a password."
            ) from error


def _lines(data: bytes) -> Iterator[TextLine]:
    document = pypdfium2.PdfDocument(data)
    try:
        if len(document) > PAGES_MAX:
            raise StatementTooLarge(f"This PDF has more than {PAGES_MAX} pages.")
        letters = 0
        for number in range(len(document)):
            page = document[number]
            textpage = page.get_textpage()
            letters += textpage.count_chars()
            if letters > LETTERS_MAX:
                raise StatementTooLarge(f"This PDF holds more than {LETTERS_MAX:,} letters.")
            yield from _in_lines(number + 1, list(_words(textpage)))
            textpage.close()
            page.close()
    finally:
        document.close()


def _words(textpage: pypdfium2.PdfTextPage) -> Iterator[Word]:
    """Letters up to the next blank or gap."""
    letters: list[Word] = []
    for index in range(textpage.count_chars()):
        text = chr(pdfium.FPDFText_GetUnicode(textpage, index) or 32)
        if text.isspace() or text in "\x00\ufffe\uffff":
            yield from _joined(letters)
            letters = []
            continue
        left, bottom, right, top = textpage.get_charbox(index, loose=True)
        letter = Word(text, left, right, bottom, top)
        if letters and _is_apart(letters[-1], letter):
            yield from _joined(letters)
            letters = []
        letters.append(letter)
    yield from _joined(letters)


def _is_apart(before: Word, after: Word) -> bool:
    height = max(before.top - before.bottom, 1)
    return abs(after.bottom - before.bottom) > height / 2 or not -height < after.left - before.right < height / 3


def _joined(letters: list[Word]) -> Iterator[Word]:
    if letters:
        text = "".join(letter.text for letter in letters)
        first = letters[0]
        yield Word(text, first.left, letters[-1].right, first.bottom, max(letter.top for letter in letters))


def _in_lines(page: int, words: list[Word]) -> Iterator[TextLine]:
    """Words whose middles are on one height."""
    by_height = sorted(words, key=lambda word: -(word.bottom + word.top))
    heights: list[int] = []
    line, last = 0, None
    for word in by_height:
        middle = (word.bottom + word.top) / 2
        if last is not None and last - middle > max(word.top - word.bottom, 1) / 3:
            line += 1
            last = middle
        last = middle if last is None else last
        heights.append(line)
    for _, group in groupby(zip(heights, by_height, strict=True), key=lambda pair: pair[0]):
        yield TextLine(page, tuple(sorted((word for _, word in group), key=lambda word: word.left)))
