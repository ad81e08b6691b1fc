"""CAMT: ISO 20022's account reports (052), statements (053) and notifications (054), all versions."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from farthing.ingest.errors import StatementUnreadable
from farthing.ingest.readers.formats.camt_entries import Booking, bookings_of, is_reversal, status_of
from farthing.ingest.readers.formats.camt_parts import amount_of, code, day_of, is_credit
from farthing.ingest.readers.formats.camt_texts import words_of
from farthing.ingest.readers.markup import Element, tree
from farthing.ingest.readers.source import Source
from farthing.ingest.readers.verdict import Findings, balance_proof, total_proof
from farthing.ingest.reading import Fate, Proof, Reading
from farthing.ingest.statement import Balance, BalanceKind, Line, LineStatus, Statement
from farthing.ingest.wishes import Wishes

_MESSAGE = re.compile(rb"camt\.05[234]|<(?:\w+:)?BkToCstmr(?:Stmt|AcctRpt|DbtCdtNtfctn)[\s>]")
_XML = re.compile(rb"^\s*<(\?xml|(\w+:)?Document)")
_REPORTS = {"Stmt", "Rpt", "Ntfctn"}
_MESSAGES = {"Stmt": "053", "Rpt": "052", "Ntfctn": "054"}
_ROLES = {
    "date": "BookgDt",
    "value_date": "ValDt",
    "amount": "Amt and CdtDbtInd",
    "payee": "RltdPties",
    "memo": "RmtInf",
    "reference": "AcctSvcrRef or Refs",
}
_KINDS = {
    "OPBD": BalanceKind.OPENING,
    "PRCD": BalanceKind.OPENING,
    "CLBD": BalanceKind.CLOSING,
    "CLAV": BalanceKind.AVAILABLE,
    "ITAV": BalanceKind.AVAILABLE,
}


def identify(source: Source) -> int:
    head = source.head.replace(b"\0", b"").removeprefix(b"\xef\xbb\xbf")
    if _MESSAGE.search(head) is None:
        return 0
    return 99 if b"<" in head[:200] else 60


def read(source: Source, wishes: Wishes) -> Reading:
    """Every statement, report or notification of the document."""
    root, letters = tree(source.data, wishes.encoding)
    reports = list(_reports(root))
    if not reports:
        raise StatementUnreadable("This XML holds no CAMT statement, report or notification of an account.")
    findings = Findings.of(letters, _ROLES)
    findings.dialect["message"] = f"camt.{_MESSAGES[reports[0].name]}"
    findings.found("message", findings.dialect["message"], f"the document holds {reports[0].name!r} elements")
    reader = _Reader(findings, wishes.currency)
    statements = [reader.statement(report) for report in reports]
    if reader.batches:
        findings.found("batches", f"{reader.batches} entries as several lines", "their details sum to them exactly")
    return findings.reading("camt", statements)


def _reports(root: Element) -> Iterator[Element]:
    waiting = [root]
    while waiting:
        element = waiting.pop()
        if element.name in _REPORTS and (element.first("Acct") or element.first("Ntry") or element.first("Bal")):
            yield element
        else:
            waiting.extend(reversed(element.children))


@dataclass(slots=True)
class _Reader:
    findings: Findings
    wished_currency: str | None
    count: int = 0
    batches: int = 0

    def statement(self, report: Element) -> Statement:
        account = report.value(
            "Acct/Id/IBAN", "Acct/Id/Othr/Id", "Acct/Id/PrtryAcct/Id", "Acct/Id/BBAN", "Acct/Id/UPIC"
        )
        balances = tuple(self._balances(report))
        currency = code(report.value("Acct/Ccy")) or next((balance.currency for balance in balances), None)
        currency = currency or self.wished_currency
        entries = list(report.all("Ntry"))
        read = [(line, is_reversal(entry)) for entry in entries for line in self._lines(entry, account, currency)]
        lines = self._signed(read, balances)
        self.findings.proofs.extend(_proofs(report, account or "account", lines, balances, len(entries)))
        return Statement(
            account=account,
            currency=currency,
            lines=lines,
            balances=balances,
            first_day=day_of(report.first("FrToDt/FrDtTm", "FrToDt/FrDt")),
            last_day=day_of(report.first("FrToDt/ToDtTm", "FrToDt/ToDt")),
        )

    def _balances(self, report: Element) -> Iterator[Balance]:
        elements = list(report.all("Bal"))
        codes = [_balance_code(element) for element in elements]
        for at, (element, kind) in enumerate(zip(elements, _kinds(codes), strict=True), 1):
            money = amount_of(element)
            self.findings.met(Fate.BALANCE if money else Fate.PREAMBLE)
            if kind and money:
                sign = 1 if is_credit(element) is not False else -1
                yield Balance(kind, money.amount * sign, money.currency, day_of(element.first("Dt")), at)

    def _lines(self, entry: Element, account: str | None, currency: str | None) -> Iterator[Line]:
        """An entry is one line, or as many as its details prove to sum to it."""
        status = status_of(entry)
        day = (
            day_of(entry.first("BookgDt"))
            or day_of(entry.first("ValDt"))
            or day_of(entry.first("NtryDtls/TxDtls/RltdDts"))
        )
        bookings = bookings_of(entry)
        reason = _why_not(entry, status, day, bookings)
        self.count += 1
        if reason or day is None or status is None:
            note = self.findings.set_aside if status is None else self.findings.reject
            note(self.count, _text(entry), reason)
            return
        self.batches += len(bookings) > 1
        self.count += len(bookings) - 1
        self.findings.met(Fate.TRANSACTION, len(bookings))
        for at, booking in enumerate(bookings, self.count - len(bookings) + 1):
            yield _line(entry, booking, day, status, account, currency, at)

    def _signed(self, read: Sequence[tuple[Line, bool]], balances: Sequence[Balance]) -> tuple[Line, ...]:
        """An entry bears its own sign, says the standard; where only the opposite adds up, the bank disagrees."""
        lines = tuple(line for line, _ in read)
        opening, closing = _edges(balances)
        if opening is None or closing is None:
            return lines
        booked = [(line.amount, is_back) for line, is_back in read if line.status is LineStatus.BOOKED]
        missing = closing.amount - opening.amount - sum((amount for amount, _ in booked), Decimal(0))
        turned = -2 * sum((amount for amount, is_back in booked if is_back), Decimal(0))
        if not missing or missing != turned:
            return lines
        self.findings.found("reversals", "against their sign", "only so opening and lines make the closing balance")
        return tuple(replace(line, amount=-line.amount) if is_back else line for line, is_back in read)


def _why_not(entry: Element, status: LineStatus | None, day: date | None, bookings: Sequence[Booking]) -> str:
    if status is None:
        return "it is for information only, nothing was booked"
    if not bookings:
        return f"no amount can be read from {entry.value('Amt') or ''!r}, or it says neither credit nor debit"
    return "" if day else "it has no day"


def _line(
    entry: Element, booking: Booking, day: date, status: LineStatus, account: str | None, currency: str | None, at: int
) -> Line:
    words = words_of(entry, booking.details, is_split=booking.is_part, is_out=booking.amount < 0)
    return Line(
        date=day,
        amount=booking.amount,
        currency=booking.currency or currency,
        source_line=at,
        value_date=day_of(entry.first("ValDt")),
        original=booking.original,
        payee=words.payee,
        memo=words.memo,
        description=words.description,
        reference=words.reference,
        type=words.kind,
        status=status,
        account=account,
    )


def _text(entry: Element) -> str:
    return " ".join(filter(None, (entry.value("Amt"), entry.value("BookgDt/Dt"), entry.value("AddtlNtryInf"))))


def _balance_code(element: Element) -> str:
    return (element.value("Tp/CdOrPrtry/Cd", "Tp/Cd", "Tp/CdOrPrtry/Prtry") or "").upper()


def _kinds(codes: Sequence[str]) -> Iterator[BalanceKind | None]:
    """What each balance is; interim ones open and close a page, yesterday's opens only where nothing else does."""
    interim = [at for at, each in enumerate(codes) if each == "ITBD"]
    for at, each in enumerate(codes):
        if each == "ITBD":
            opens = at == interim[0] and len(interim) > 1 and "OPBD" not in codes
            yield BalanceKind.OPENING if opens else BalanceKind.CLOSING
        else:
            yield None if each == "PRCD" and "OPBD" in codes else _KINDS.get(each)


def _edges(balances: Sequence[Balance]) -> tuple[Balance | None, Balance | None]:
    opening = next((balance for balance in balances if balance.kind is BalanceKind.OPENING), None)
    closing = next((balance for balance in reversed(balances) if balance.kind is BalanceKind.CLOSING), None)
    return opening, closing


def _proofs(
    report: Element, where: str, lines: Sequence[Line], balances: Sequence[Balance], entries: int
) -> Iterator[Proof]:
    booked = [line.amount for line in lines if line.status is LineStatus.BOOKED]
    opening, closing = _edges(balances)
    if opening and closing:
        yield balance_proof(opening.amount, booked, closing.amount, where)
    yield from _declared(
        report, where, booked if len(booked) == len(lines) else [line.amount for line in lines], entries
    )


def _declared(report: Element, where: str, amounts: Sequence[Decimal], entries: int) -> Iterator[Proof]:
    """What the summary of the statement promises."""
    count = report.value("TxsSummry/TtlNtries/NbOfNtries")
    if count and count.isdecimal() and len(count) < 10:  # noqa: PLR2004
        yield total_proof("declared count", Decimal(count), Decimal(entries), where)
    for name, sign in (("TtlCdtNtries", 1), ("TtlDbtNtries", -1)):
        element = report.first(f"TxsSummry/{name}")
        declared = amount_of(element, "Sum") if element else None
        if declared:
            counted = abs(sum((amount for amount in amounts if amount * sign > 0), Decimal(0)))
            yield total_proof("declared total", declared.amount, counted, where)
