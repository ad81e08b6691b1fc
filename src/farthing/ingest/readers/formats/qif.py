"""QIF: Quicken's interchange format, still written by banks and programs."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from farthing.ingest.errors import StatementUnreadable
from farthing.ingest.readers.formats.qif_days import Order, day_of, order_of
from farthing.ingest.readers.formats.qif_records import Record, Sheet, sheet_of
from farthing.ingest.readers.letters import letters_of
from farthing.ingest.readers.numerals import Mark, decimal_mark, number
from farthing.ingest.readers.source import Source
from farthing.ingest.readers.verdict import Findings
from farthing.ingest.readers.words import description, squeezed
from farthing.ingest.reading import Ambiguity, Doubt, Fate, Proof, Reading
from farthing.ingest.statement import Balance, BalanceKind, Line, Statement
from farthing.ingest.wishes import Wishes

_HEADER = re.compile(rb"^\s*!\s*(Type\s*:\s*(?P<type>[^\r\n]*)|Account|Option:|Clear:)", re.IGNORECASE | re.MULTILINE)
_OPENING = re.compile(
    r"opening balance|initial balance|starting balance|saldo inicial|solde initial|anfangs(saldo|bestand)|"
    r"er[öo]ffnungs(saldo|bilanz)|saldo iniziale|saldo pocz[aą]tkowe|bilans otwarcia|beginsaldo|openingssaldo",
    re.IGNORECASE,
)


_ROLES = {"date": "D", "amount": "T", "payee": "P", "memo": "M", "reference": "N"}


def identify(source: Source) -> int:
    head = source.head.replace(b"\0", b"").lstrip(b"\xff\xfe\xef\xbb\xbf")
    match = _HEADER.search(head)
    if match is None:
        return 0
    is_first = not head[: match.start()].strip()
    return 97 if is_first and match["type"] is not None else 90 if is_first else 70


def read(source: Source, wishes: Wishes) -> Reading:
    """The transactions of every account of the file; lists of categories and trades are no transactions."""
    letters = letters_of(source.data, wishes.encoding, usual=("cp1252", "cp1250", "cp1251"))
    sheet = sheet_of(letters.text)
    records = [record for record in sheet.records if record.is_money]
    if not records:
        raise StatementUnreadable(_nothing_in(sheet))
    findings = Findings.of(letters, _ROLES)
    order = order_of((record.value("D") or "" for record in records), wishes.date_order, sheet.options)
    findings.found("date order", order.order, order.because)
    mark = _mark(records, wishes, findings)
    findings.dialect |= {"date_order": order.order, "decimal_mark": mark}
    if order.ambiguity:
        findings.ambiguities.append(order.ambiguity)
    _account_for_the_rest(sheet, findings)
    lines = _Lines(findings, order, mark, wishes)
    statements = list(lines.statements(records))
    return findings.reading("qif", statements, is_whole=records[-1].is_closed)


def _nothing_in(sheet: Sheet) -> str:
    if any(record.is_investment for record in sheet.records):
        return "This QIF file tells of investments only. Export a bank, cash or card account."
    return "This QIF file has no transactions."


def _mark(records: Sequence[Record], wishes: Wishes, findings: Findings) -> Mark:
    """The decimal mark by all amounts, splits included; a dot where none of them decides."""
    texts = [text for record in records for letter, text in record.pairs if letter in "TU$"]
    mark = wishes.decimal_mark or decimal_mark(texts)
    marked = next((text for text in texts if "," in text or "." in text), None)
    if mark is None and marked is not None:
        assumed: Mark = "." if "," in marked else ","
        because = f"every amount with a mark is like {marked!r}"
        findings.ambiguities.append(Ambiguity(Doubt.DECIMAL_MARK, assumed, ("," if assumed == "." else ".",), because))
        return assumed
    findings.found("decimal mark", mark or ".", "all amounts together")
    return mark or "."


def _account_for_the_rest(sheet: Sheet, findings: Findings) -> None:
    findings.met(Fate.BLANK, sheet.blank)
    findings.met(Fate.HEADER, sheet.headers)
    findings.met(Fate.PREAMBLE, sheet.preamble)
    for record in sheet.records:
        if record.is_investment:
            text = " ".join(value for _, value in record.pairs)
            findings.set_aside(
                record.at, text, "a trade of securities is no line of an account of money", count=record.lines
            )
        elif not record.is_money:
            findings.met(Fate.PREAMBLE, record.lines)


@dataclass(slots=True)
class _Lines:
    findings: Findings
    order: Order
    mark: Mark
    wishes: Wishes

    def statements(self, records: Sequence[Record]) -> Iterator[Statement]:
        """One for each account, in the order in which accounts first come."""
        by_account: dict[str | None, list[Record]] = {}
        for record in records:
            by_account.setdefault(record.account, []).append(record)
        for account, of_account in by_account.items():
            read = [one for record in of_account if (one := self._line_or_balance(record)) is not None]
            yield Statement(
                account=account,
                currency=self.wishes.currency,
                lines=tuple(one for one in read if isinstance(one, Line)),
                balances=tuple(one for one in read if isinstance(one, Balance)),
            )

    def _line_or_balance(self, record: Record) -> Line | Balance | None:
        day = day_of(record.value("D") or "", self.order.order)
        amount = number(record.value("T") or record.value("U") or "", self.mark)
        reason = _why_not(record, day, amount)
        if day is None or amount is None or reason:
            text = " ".join(value for _, value in record.pairs)
            self.findings.reject(record.at, text, reason, count=record.lines)
            return None
        if _is_opening(record):
            self.findings.met(Fate.BALANCE, record.lines)
            return Balance(BalanceKind.OPENING, amount, self.wishes.currency, day, record.at)
        self.findings.met(Fate.TRANSACTION, record.lines)
        self._prove_splits(record, amount)
        return self._line(record, day, -amount if self._is_turned and amount else amount)

    @property
    def _is_turned(self) -> bool:
        return self.wishes.sign in {"inverted", "expenses_positive"}

    def _line(self, record: Record, day: date, amount: Decimal) -> Line:
        payee, memo = squeezed(record.value("P")), squeezed(record.value("M"))
        notes = [text for letter, text in record.pairs if letter == "E"]
        return Line(
            date=day,
            amount=amount,
            currency=self.wishes.currency,
            source_line=record.at,
            payee=payee,
            memo=memo,
            description=description(payee, memo, *notes) or description(record.value("L")),
            reference=squeezed(record.value("N")),
            type=record.section or None,
            account=record.account,
        )

    def _prove_splits(self, record: Record, amount: Decimal) -> None:
        """Parts of a transaction sum to the whole."""
        parts = [number(text, self.mark) for letter, text in record.pairs if letter == "$"]
        if not parts or None in parts:
            return
        total = sum((part for part in parts if part is not None), Decimal(0))
        detail = f"line {record.at}: the parts make {total} of {amount}"
        self.findings.proofs.append(Proof("parts = whole", total == amount, detail))


def _why_not(record: Record, day: date | None, amount: Decimal | None) -> str:
    if not record.is_closed:
        return "the file breaks off within it"
    if amount is None:
        return f"no amount can be read from {(record.value('T') or '')[:40]!r}"
    return "" if day else f"no day can be read from {(record.value('D') or '')[:40]!r}"


def _is_opening(record: Record) -> bool:
    """How Quicken begins an account: a payee of that name, transferred from the account itself."""
    category = record.value("L") or ""
    return category.startswith("[") and bool(_OPENING.fullmatch(record.value("P") or ""))
