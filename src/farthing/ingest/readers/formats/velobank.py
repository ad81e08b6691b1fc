"""VeloBank's statement as PDF: a table of five columns whose descriptions run over lines and pages."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from farthing.ingest.errors import StatementTooLarge, StatementUnreadable
from farthing.ingest.readers.formats.velobank_page import TextLine, lines_of
from farthing.ingest.readers.formats.velobank_texts import told
from farthing.ingest.readers.numerals import number
from farthing.ingest.readers.source import Source
from farthing.ingest.readers.verdict import Findings, balances_follow
from farthing.ingest.readers.words import description
from farthing.ingest.reading import Fate, Reading
from farthing.ingest.statement import Balance, BalanceKind, Line, Statement
from farthing.ingest.wishes import Wishes
from farthing.kernel.currency import DECIMALS

BYTES_MAX = 10 * 1024 * 1024
ROWS_MAX = 5_000
LINES_APART_MAX = 3
_DAY = re.compile(r"(\d{2})\.(\d{2})\.(\d{4})")
_ACCOUNT = re.compile(r"NUMER\s+RACHUNKU\s*:?\s*(?:PL)?\s*((?:\d\s?){26})", re.IGNORECASE)
_MONEY = re.compile(r"[-\u2212]?\s?\d{1,3}(?:[\s.]?\d{3})*,\d{2}\s*[A-Z]{3}")
_HEADER = ("data", "opis", "kwota", "saldo")
_FURNITURE = re.compile(r"strona\s+\d+|\d+\s*/\s*\d+$|data\s+(transakcji|ksi)", re.IGNORECASE)


@dataclass(slots=True)
class Row:
    """A line with two days, and the lines below that its description runs on to."""

    head: TextLine
    at: int
    below: list[TextLine] = field(default_factory=list)

    @property
    def count(self) -> int:
        return 1 + len(self.below)


def identify(source: Source) -> int:
    """Any PDF: no other format is one, and this one can say why it refuses."""
    return 70 if source.head[:1024].lstrip().startswith(b"%PDF-") else 0


def read(source: Source, wishes: Wishes) -> Reading:
    """Every row, proven by the balance behind each."""
    if len(source.data) > BYTES_MAX:
        raise StatementTooLarge(f"This PDF has more than {BYTES_MAX // 1024 // 1024} MiB.")
    lines = lines_of(source.data)
    if not any(_is_header(line) for line in lines):
        raise StatementUnreadable("This PDF is no statement of VeloBank, the only PDF that is read. Export it as CSV.")
    findings = Findings(dialect={"decimal_mark": ",", "date_order": "dmy"})
    findings.found("table", "five columns", "the words of its header stand in the document")
    match = _ACCOUNT.search(" ".join(line.text for line in lines))
    account = f"PL{re.sub(r'[^0-9]', '', match[1])}" if match else None
    rows = list(_rows(lines, findings))
    read_ = [line for row in rows if (line := _line(row, account, findings, wishes)) is not None]
    findings.proofs.extend(balances_follow(read_))
    currencies = {line.currency for line in read_}
    currency = currencies.pop() if len(currencies) == 1 else wishes.currency
    return findings.reading("velobank", [Statement(account, currency, tuple(read_), tuple(_balances(read_)))])


def _is_header(line: TextLine) -> bool:
    folded = line.text.casefold()
    return all(word in folded for word in _HEADER)


def _rows(lines: Sequence[TextLine], findings: Findings) -> Iterator[Row]:
    """Rows in order; what stands above the table of a page is no part of it, what follows a header goes on."""
    rows: list[Row] = []
    inside, page = False, 0
    for at, line in enumerate(lines, 1):
        if line.page != page:
            inside, page = False, line.page
        if _is_header(line):
            inside = True
            findings.met(Fate.HEADER)
        elif inside and _days(line):
            rows.append(Row(line, at))
            if len(rows) > ROWS_MAX:
                raise StatementTooLarge(f"This PDF has more than {ROWS_MAX:,} rows.")
        elif inside and rows and _goes_on(line, rows[-1]):
            rows[-1].below.append(line)
        elif inside and _day(line.words[0].text):
            findings.reject(at, line.text, "it begins with one day instead of two")
        else:
            findings.met(Fate.FOOTER if rows else Fate.PREAMBLE)
    yield from rows


def _days(line: TextLine) -> list[date]:
    """The two days that a row begins with."""
    days = [day for word in line.words[:2] if (day := _day(word.text)) is not None]
    return days if len(days) == 2 else []  # noqa: PLR2004


def _goes_on(line: TextLine, row: Row) -> bool:
    """Whether a line is more of a description: right of the days, and close to the line above or first on its page."""
    if _FURNITURE.match(line.text) or line.words[0].left <= row.head.words[1].left:
        return False
    last = row.below[-1] if row.below else row.head
    height = line.words[0].top - line.words[0].bottom
    return line.page != last.page or last.middle - line.middle < LINES_APART_MAX * height


def _day(text: str) -> date | None:
    match = _DAY.fullmatch(text)
    try:
        return date(int(match[3]), int(match[2]), int(match[1])) if match else None
    except ValueError:
        return None


def _line(row: Row, account: str | None, findings: Findings, wishes: Wishes) -> Line | None:
    made, booked = _days(row.head)
    *before, paid, held = ["", "", *row.head.cells(2)]
    amount, currency = _money(paid)
    balance, _ = _money(held)
    if amount is None or balance is None:
        findings.reject(row.at, row.head.text, "no amount and balance stand in columns at its end", count=row.count)
        return None
    findings.met(Fate.TRANSACTION, row.count)
    text = " ".join([*before, *(line.text for line in row.below)])
    words = told(text, currency)
    return Line(
        date=booked,
        amount=amount,
        currency=currency or wishes.currency,
        source_line=row.at,
        value_date=made,
        original=words.original,
        payee=words.payee,
        memo=words.memo,
        description=description(words.payee, text),
        balance=balance,
        account=account,
    )


def _money(text: str) -> tuple[Decimal | None, str | None]:
    if _MONEY.fullmatch(text) is None:
        return None, None
    code = text[-3:]
    return number(text[:-3], ","), code if code in DECIMALS else None


def _balances(lines: Sequence[Line]) -> Iterator[Balance]:
    """What the account held before the first line and after the last, if the rows go one way."""
    proofs = list(balances_follow(lines))
    if not proofs or not proofs[0].holds:
        return
    first, last = (lines[0], lines[-1]) if "oldest" in proofs[0].detail else (lines[-1], lines[0])
    if first.balance is not None and last.balance is not None:
        opening = first.balance - first.amount
        yield Balance(BalanceKind.OPENING, opening, first.currency, first.date, first.source_line)
        yield Balance(BalanceKind.CLOSING, last.balance, last.currency, last.date, last.source_line)
