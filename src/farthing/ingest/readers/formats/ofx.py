"""OFX and QFX: what banks give for Quicken and Money, SGML 1.x and XML 2.x alike."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, localcontext

from farthing.ingest.errors import StatementUnreadable
from farthing.ingest.readers.formats.ofx_signs import Signs, signs_of
from farthing.ingest.readers.formats.ofx_tags import Tag, tags
from farthing.ingest.readers.letters import letters_of
from farthing.ingest.readers.numerals import Mark, decimal_mark, number
from farthing.ingest.readers.source import Source
from farthing.ingest.readers.verdict import Findings
from farthing.ingest.readers.words import description, squeezed
from farthing.ingest.reading import Fate, Reading
from farthing.ingest.statement import Balance, BalanceKind, Line, LineStatus, Money, Statement
from farthing.ingest.wishes import Wishes
from farthing.kernel.currency import DECIMALS

_OFX = re.compile(rb"<(?:[A-Za-z]\w*:)?OFX[\s>]", re.IGNORECASE)
_HEADER = re.compile(rb"OFXHEADER\s*[:=]", re.IGNORECASE)
_CHARSET = re.compile(r"CHARSET\s*:\s*([\w-]+)|encoding\s*=\s*[\"']([\w-]+)[\"']", re.IGNORECASE)
_DAY = re.compile(r"(\d{4})[-/.]?(\d{2})[-/.]?(\d{2})(?!\d[-/.])")
_TRADES_WORDS = (
    "BUYDEBT BUYMF BUYOPT BUYOTHER BUYSTOCK CLOSUREOPT INCOME INVEXPENSE JRNLFUND JRNLSEC MARGININTEREST REINVEST "
    "RETOFCAP SELLDEBT SELLMF SELLOPT SELLOTHER SELLSTOCK SPLIT TRANSFER"
)
_TRADES = frozenset(_TRADES_WORDS.split())
_PARTS = {"PAYEE", "CURRENCY", "ORIGCURRENCY", "BANKACCTTO", "CCACCTTO", "IMAGEDATA"}
_ROLES = {
    "date": "DTPOSTED",
    "amount": "TRNAMT",
    "payee": "NAME",
    "memo": "MEMO",
    "reference": "FITID",
    "type": "TRNTYPE",
}
_BALANCES = {"LEDGERBAL": BalanceKind.CLOSING, "AVAILBAL": BalanceKind.AVAILABLE}


@dataclass(slots=True)
class Record:
    """One transaction as its tags have it; the tags of a part stand under `PART.TAG`."""

    at: int
    is_pending: bool
    values: dict[str, str] = field(default_factory=dict)
    is_closed: bool = True

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")


@dataclass(slots=True)
class Account:
    """One statement of the file while it is read."""

    values: dict[str, str] = field(default_factory=dict)
    records: list[Record] = field(default_factory=list)
    balances: list[tuple[BalanceKind, str, str, int]] = field(default_factory=list)


@dataclass(slots=True)
class Document:
    accounts: list[Account]
    trades: list[tuple[int, str]]
    message: str
    is_whole: bool


def identify(source: Source) -> int:
    head = source.head.replace(b"\0", b"")
    if _OFX.search(head):
        return 99 if _HEADER.search(head) or b"MSGSRSV" in head.upper() else 90
    return 60 if _HEADER.search(head) else 0


def read(source: Source, wishes: Wishes) -> Reading:
    """Every account of the file with its transactions; trades of securities are named and left aside."""
    letters = letters_of(source.data, wishes.encoding, _claimed_pages(source.head))
    document = _Walk().over(tags(letters.text))
    if not document.accounts or (document.trades and not any(account.records for account in document.accounts)):
        raise StatementUnreadable(_nothing_in(document))
    findings = Findings.of(letters, _ROLES)
    records = [record for account in document.accounts for record in account.records]
    mark = wishes.decimal_mark or decimal_mark(record["TRNAMT"] for record in records)
    signs = signs_of([(record["TRNTYPE"], number(record["TRNAMT"], mark)) for record in records], wishes.sign)
    findings.ambiguities.extend(signs.ambiguities)
    findings.found("sign", signs.found, signs.because)
    for at, trade in document.trades:
        findings.set_aside(at, trade, "a trade of securities is no line of an account of money")
    reader = _Lines(findings, mark, signs, wishes.currency)
    return findings.reading(
        "ofx", [reader.statement(account) for account in document.accounts], is_whole=document.is_whole
    )


def _claimed_pages(head: bytes) -> list[str]:
    """The code pages that the header names, which is often not the one that was used."""
    names = [a or b for a, b in _CHARSET.findall(head.replace(b"\0", b"").decode("latin-1"))]
    return [
        f"cp{name}" if name.isdigit() else name for name in names if name.upper() not in {"NONE", "USASCII", "ASCII"}
    ]


def _nothing_in(document: Document) -> str:
    if document.message:
        return f"The bank answered without a statement: {document.message}. Ask it for the file again."
    if document.trades:
        return "This OFX file tells of investments only. Give the file of a bank or card account."
    return "This OFX file has no statement of an account."


class _Walk:
    """Goes over the tags once; a tag that was not closed ends where the next of its kind begins."""

    def __init__(self) -> None:
        self.accounts: list[Account] = []
        self.trades: list[tuple[int, str]] = []
        self.message = ""
        self._account: Account | None = None
        self._record: Record | None = None
        self._part = ""
        self._count = 0
        self._is_whole = False

    def over(self, stream: Iterable[Tag]) -> Document:
        for tag in stream:
            (self._close if tag.closes else self._open)(tag)
        if self._record is not None:
            self._record.is_closed = self._is_whole
        return Document(self.accounts, self.trades, self.message, self._is_whole)

    def _open(self, tag: Tag) -> None:
        if tag.name.endswith("STMTRS"):
            self._begin(Account())
        elif tag.name in {"STMTTRN", "STMTTRNP"}:
            self._count += 1
            account = self._account or self._begin(Account())
            self._part, self._record = "", Record(self._count, is_pending=tag.name.endswith("P"))
            account.records.append(self._record)
        elif tag.name in _TRADES and not tag.text and not tag.is_empty:
            self._count += 1
            self.trades.append((self._count, tag.name))
        elif self._record is not None:
            self._in_record(tag, self._record)
        else:
            self._in_account(tag)

    def _begin(self, account: Account) -> Account:
        self._account, self._record, self._part = account, None, ""
        self.accounts.append(account)
        return account

    def _in_record(self, tag: Tag, record: Record) -> None:
        if tag.name in _BALANCES:
            self._record, self._part = None, tag.name
        elif tag.name in _PARTS and not tag.text:
            self._part = "" if tag.is_empty else tag.name
        else:
            record.values.setdefault(f"{self._part}.{tag.name}" if self._part else tag.name, tag.text)

    def _in_account(self, tag: Tag) -> None:
        if tag.name == "MESSAGE" and tag.text.upper() not in {"OK", "SUCCESS", ""}:
            self.message = tag.text[:200]
        if self._account is None:
            return
        if tag.name in _BALANCES:
            self._part = tag.name
        elif tag.name == "BALAMT" and self._part in _BALANCES:
            self._account.balances.append((_BALANCES[self._part], tag.text, "", len(self._account.balances) + 1))
        elif tag.name == "DTASOF" and self._part in _BALANCES and self._account.balances:
            self._account.balances[-1] = (*self._account.balances[-1][:2], tag.text, self._account.balances[-1][3])
        elif tag.text:
            self._account.values.setdefault(tag.name, tag.text)

    def _close(self, tag: Tag) -> None:
        if tag.name in {"STMTTRN", "STMTTRNP"} or tag.name.endswith(("TRANLIST", "TRANLISTP")):
            self._record, self._part = None, ""
        elif tag.name == self._part:
            self._part = ""
        elif tag.name.endswith("STMTRS"):
            self._account, self._record, self._part = None, None, ""
        self._is_whole = self._is_whole or tag.name == "OFX"


@dataclass(slots=True)
class _Lines:
    """Makes statements of records, and counts what became of each."""

    findings: Findings
    mark: Mark | None
    signs: Signs
    wished_currency: str | None

    def statement(self, account: Account) -> Statement:
        name = account.values.get("ACCTID") or account.values.get("ACCTKEY") or None
        currency = _code(account.values.get("CURDEF", "")) or self.wished_currency
        lines = tuple(self._lines(account, name, currency))
        return Statement(
            account=name,
            currency=currency,
            lines=lines,
            balances=tuple(self._balances(account, currency)),
            first_day=_day(account.values.get("DTSTART", "")),
            last_day=_day(account.values.get("DTEND", "")),
        )

    def _lines(self, account: Account, name: str | None, currency: str | None) -> Iterator[Line]:
        for record in account.records:
            day = (
                _day(record["DTPOSTED"]) or _day(record["DTTRAN"]) or _day(record["DTUSER"]) or _day(record["DTAVAIL"])
            )
            amount = number(record["TRNAMT"], self.mark)
            reason = _why_not(record, day, amount)
            if day is None or amount is None or reason:
                self.findings.reject(record.at, " ".join(record.values.values()), reason)
                continue
            self.findings.met(Fate.TRANSACTION)
            yield _line(record, day, self.signs.signed(record["TRNTYPE"], amount), name, currency)

    def _balances(self, account: Account, currency: str | None) -> Iterator[Balance]:
        for kind, text, day, at in account.balances:
            amount = number(text, self.mark)
            if amount is not None:
                self.findings.met(Fate.BALANCE)
                yield Balance(kind, amount, currency, _day(day), at)


def _why_not(record: Record, day: date | None, amount: Decimal | None) -> str:
    if not record.is_closed:
        return "the file breaks off within it"
    if amount is None:
        return f"no amount can be read from {record['TRNAMT'][:40]!r}"
    return "" if day else f"no day can be read from {record['DTPOSTED'][:40]!r}"


def _line(record: Record, day: date, amount: Decimal, account: str | None, currency: str | None) -> Line:
    payee = squeezed(record["NAME"] or record["PAYEE.NAME"] or record["EXTDNAME"] or record["PAYEE"])
    memo = squeezed(record["MEMO"])
    return Line(
        date=day,
        amount=amount,
        currency=_code(record["CURRENCY.CURSYM"]) or currency,
        source_line=record.at,
        value_date=_day(record["DTAVAIL"]),
        original=_original(record, amount, currency),
        payee=payee,
        memo=memo,
        description=description(payee, record["EXTDNAME"], memo),
        reference=squeezed(record["FITID"] or record["REFNUM"] or record["CHECKNUM"]),
        type=squeezed(record["TRNTYPE"]),
        status=LineStatus.PENDING if record.is_pending else LineStatus.BOOKED,
        account=account,
    )


def _original(record: Record, amount: Decimal, currency: str | None) -> Money | None:
    """What was paid abroad: the file gives the rate from there to here, not the amount."""
    code, rate = _code(record["ORIGCURRENCY.CURSYM"]), number(record["ORIGCURRENCY.CURRATE"] or "x")
    if code is None or code == currency or not rate:
        return None
    with localcontext(prec=50):
        return Money((amount / rate).quantize(Decimal(1).scaleb(-DECIMALS[code])), code)


def _code(text: str) -> str | None:
    return text.upper() if text.upper() in DECIMALS else None


def _day(text: str) -> date | None:
    """The day as the bank writes it, in its own time zone."""
    match = _DAY.match(text.strip())
    try:
        return date(int(match[1]), int(match[2]), int(match[3])) if match else None
    except ValueError:
        return None
