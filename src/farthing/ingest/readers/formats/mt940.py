"""MT940 and MT942: SWIFT's customer statements in the dialects of banks."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import pairwise

from farthing.ingest.errors import StatementUnreadable
from farthing.ingest.readers.formats.mt940_fields import Field, Message, messages
from farthing.ingest.readers.formats.mt940_texts import Told, coded, told
from farthing.ingest.readers.letters import letters_of
from farthing.ingest.readers.numerals import Mark, decimal_mark, number
from farthing.ingest.readers.source import Source
from farthing.ingest.readers.verdict import Findings, balance_proof, total_proof
from farthing.ingest.readers.words import description, squeezed
from farthing.ingest.reading import Fate, Proof, Reading
from farthing.ingest.statement import Balance, BalanceKind, Line, LineStatus, Statement
from farthing.ingest.wishes import Wishes
from farthing.kernel.currency import DECIMALS

_LINE = re.compile(
    r"(?P<value>\d{6})(?P<entry>\d{4}|\s{4})?\s?(?P<mark>R?[CD]|E[CD])(?P<funds>[A-Z])?\s?(?P<amount>\d[\d.,]*)(?P<rest>.*)",
    re.DOTALL,
)
_REST = re.compile(r"(?P<type>[NSF][A-Z0-9 ]{3})?(?P<mine>.*?)(?://(?P<banks>.*))?", re.DOTALL)
_BALANCE = re.compile(r"\s*(?P<mark>R?[CD])(?P<day>\d{6})(?P<currency>[A-Z]{3})?\s?(?P<amount>[\d.,]+)\s*")
_TOTAL = re.compile(r"\s*(?P<count>\d{1,5})(?P<currency>[A-Z]{3})?(?P<amount>[\d.,]+)\s*")
_ACCOUNT_CURRENCY = re.compile(r"(?P<account>.*?\d)/?(?P<currency>[A-Z]{3})")
_SEEN = (re.compile(rb"^\s{0,3}:20:", re.MULTILINE), re.compile(rb"^\s{0,3}:25P?:", re.MULTILINE))
_BOOKED = re.compile(rb"^\s{0,3}:(60[FM]?|61|62[FM]?|34F):", re.MULTILINE)
_GONE_WORDS = "ATS BEF CYP DEM EEK ESP FIM FRF GRD IEP ITL LTL LUF LVL MTL NLG PTE ROL RUR SIT SKK TRL"
_GONE = frozenset(_GONE_WORDS.split())
_ROLES = {"date": ":61: entry date", "value_date": ":61: value date", "amount": ":61:", "memo": ":86:"}
_USUAL = ("cp1252", "cp850", "cp1250", "cp852")
_CENTURY_TURN = 70
_NO_REFERENCE = {"NONREF", "NOREF", "NONE", "NOTPROVIDED", "X", ""}


@dataclass(slots=True)
class Entry:
    """A `:61:` with the texts that follow it."""

    head: Field
    texts: list[Field] = field(default_factory=list)


@dataclass(slots=True)
class Page:
    """One message understood: what it opens with, its lines, what it closes with."""

    account: str | None
    currency: str | None
    opening: Balance | None = None
    closing: Balance | None = None
    others: list[Balance] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    is_intermediate: bool = False
    totals: dict[str, tuple[int, Decimal]] = field(default_factory=dict)
    at: int = 1
    lost: int = 0


def identify(source: Source) -> int:
    head = source.head.replace(b"\0", b"").replace(b"\r", b"\n").lstrip(b"\xff\xfe\xef\xbb\xbf")
    seen = [bool(pattern.search(head)) for pattern in _SEEN]
    if not any(seen) or not _BOOKED.search(head):
        return 0
    return 98 if all(seen) else 80


def read(source: Source, wishes: Wishes) -> Reading:
    """Every message of the file; pages of one account make one statement."""
    letters = letters_of(source.data, wishes.encoding, usual=_USUAL)
    text = letters.text
    idle: list[int] = []
    pages = list(messages(text.removesuffix("\n"), idle))
    if not any(page.first("61", "60", "60F", "60M", "62", "62F", "62M", "34F") for page in pages):
        raise StatementUnreadable("This MT940 file has neither a balance nor a line of an account.")
    findings = Findings.of(letters, _ROLES)
    lines = text.split("\n")
    blank = sum(1 for at in idle if not lines[at - 1].strip())
    findings.met(Fate.BLANK, blank)
    findings.met(Fate.PREAMBLE, len(idle) - blank)
    mark = wishes.decimal_mark or decimal_mark(_amount_texts(pages)) or ","
    reader = _Reader(findings, mark, wishes.currency)
    understood = [reader.page(page) for page in pages]
    findings.proofs.extend(_proofs(understood))
    return findings.reading("mt940", _statements(understood))


def _amount_texts(pages: Sequence[Message]) -> Iterator[str]:
    for page in pages:
        for one in page.fields:
            match = (_LINE if one.tag == "61" else _BALANCE).match(one.first)
            if match and one.tag[:1] == "6":
                yield match["amount"]


@dataclass(slots=True)
class _Reader:
    findings: Findings
    mark: Mark
    wished_currency: str | None

    def page(self, message: Message) -> Page:
        account, currency = _account(message)
        page = Page(account, currency or self.wished_currency, at=message.fields[0].line)
        page.currency = _currency_of(message) or page.currency
        entry: Entry | None = None
        for one in message.fields:
            if one.tag == "61":
                self._finish(entry, page)
                entry = Entry(one)
            elif one.tag in {"86", "NS"} and entry is not None:
                entry.texts.append(one)
            else:
                self._finish(entry, page)
                entry = None
                self._around(one, page)
        self._finish(entry, page)
        return page

    def _around(self, one: Field, page: Page) -> None:
        """What is no line: balances, totals, numbers of pages."""
        kind = {"60": BalanceKind.OPENING, "62": BalanceKind.CLOSING, "64": BalanceKind.AVAILABLE}.get(one.tag[:2])
        if one.tag[:2] in {"60", "62", "64", "65"}:
            balance = self._balance(one, kind or BalanceKind.AVAILABLE, page.currency)
            self.findings.met(Fate.BALANCE if balance else Fate.FOOTER, len(one.lines))
            if kind is BalanceKind.OPENING:
                page.opening = balance
            elif kind is BalanceKind.CLOSING:
                page.closing, page.is_intermediate = balance, one.tag == "62M"
            elif balance and one.tag == "64":
                page.others.append(balance)
            return
        total = _TOTAL.fullmatch(one.first) if one.tag in {"90C", "90D"} else None
        amount = number(total["amount"], self.mark) if total else None
        if total and amount is not None:
            page.totals[one.tag[2]] = (int(total["count"]), amount)
        self.findings.met(Fate.FOOTER if one.tag in {"86", "NS", "90C", "90D"} else Fate.PREAMBLE, len(one.lines))

    def _balance(self, one: Field, kind: BalanceKind, currency: str | None) -> Balance | None:
        match = _BALANCE.fullmatch(one.first)
        amount = number(match["amount"], self.mark) if match else None
        if match is None or amount is None:
            return None
        signed = -amount if match["mark"] in {"D", "RC"} else amount
        return Balance(kind, signed, _known(match["currency"]) or currency, _day(match["day"]), one.line)

    def _finish(self, entry: Entry | None, page: Page) -> None:
        if entry is None:
            return
        count = sum(len(one.lines) for one in (entry.head, *entry.texts))
        line = self._line(entry, page)
        if line is None:
            page.lost += 1
            self.findings.reject(
                entry.head.line, entry.head.first, "no day, mark and amount can be read from it", count=count
            )
            return
        self.findings.met(Fate.TRANSACTION, count)
        page.lines.append(line)

    def _line(self, entry: Entry, page: Page) -> Line | None:
        match = _LINE.fullmatch(entry.head.lines[0].strip())
        amount = number(match["amount"].rstrip(",."), self.mark) if match else None
        value_day = _day(match["value"]) if match else None
        if match is None or amount is None or value_day is None:
            return None
        rest = _REST.fullmatch(match["rest"])
        words, loose = _told(entry), squeezed(" ".join(entry.head.lines[1:]))
        reference = _reference(rest["mine"] if rest else "", rest["banks"] if rest else "")
        return Line(
            date=_entry_day(match["entry"], value_day),
            amount=-amount if match["mark"] in {"D", "RC", "ED"} and amount else amount,
            currency=page.currency,
            source_line=entry.head.line,
            value_date=value_day,
            payee=words.payee,
            memo=words.memo or loose,
            description=description(words.payee, words.memo, loose, words.kind, *words.others, reference)
            or description(match["rest"].removeprefix((rest and rest["type"]) or "")),
            reference=words.reference or reference,
            type=words.kind or (squeezed(rest["type"]) if rest else None),
            status=LineStatus.PENDING if match["mark"].startswith("E") else LineStatus.BOOKED,
            account=page.account,
        )


def _told(entry: Entry) -> Told:
    lines = [line for one in entry.texts if one.tag == "86" for line in one.lines]
    if lines:
        short, *rest = [one.lines for one in entry.texts if one.tag == "86"]
        return (
            told([line for text in rest for line in text])
            if rest and len(short) == 1 and short[0].strip().isdigit()
            else told(lines)
        )
    return coded([line for one in entry.texts for line in one.lines])


def _reference(mine: str, banks: str | None) -> str | None:
    """What the bank calls it, else what the owner called it."""
    for text in (banks, mine):
        squeeze = squeezed(text)
        if squeeze is not None and squeeze.upper() not in _NO_REFERENCE:
            return squeeze
    return None


def _account(message: Message) -> tuple[str | None, str | None]:
    """Its number without marks of the form, and the currency that some banks append."""
    one = message.first("25", "25P")
    text = one.first.lstrip("/") if one else ""
    match = _ACCOUNT_CURRENCY.fullmatch(text)
    if match and _known(match["currency"]):
        return match["account"], match["currency"]
    return text or None, None


def _currency_of(message: Message) -> str | None:
    """That of its first balance that names one, or of the floor limit of an interim report."""
    balances = [match for one in message.fields if one.tag[0] == "6" and (match := _BALANCE.fullmatch(one.first))]
    floor = message.first("34F")
    named = [match["currency"] for match in balances if match["currency"]] + ([floor.first[:3]] if floor else [])
    return next((code for code in named if _known(code)), None)


def _known(code: str | None) -> str | None:
    """A currency of today or one that is gone, for the statements in it are not."""
    return code if code in DECIMALS or code in _GONE else None


def _day(text: str) -> date | None:
    year = int(text[:2])
    try:
        return date(year + (1900 if year >= _CENTURY_TURN else 2000), int(text[2:4]), int(text[4:6]))
    except ValueError:
        return None


def _entry_day(text: str | None, value_day: date) -> date:
    """Month and day of booking in the year that brings it closest to the value day."""
    if text is None or not text.strip():
        return value_day
    near = []
    for year in (value_day.year - 1, value_day.year, value_day.year + 1):
        try:
            near.append(date(year, int(text[:2]), int(text[2:])))
        except ValueError:
            continue
    return min(near, key=lambda day: abs(day - value_day), default=value_day)


def _proofs(pages: Sequence[Page]) -> Iterator[Proof]:
    for page in pages:
        where = f"{page.account or 'account'}, message at line {page.at}"
        if page.opening and page.closing:
            yield balance_proof(page.opening.amount, (line.amount for line in page.lines), page.closing.amount, where)
        for letter, sign in (("D", -1), ("C", 1)):
            if letter in page.totals:
                count, total = page.totals[letter]
                of_kind = [line.amount for line in page.lines if line.amount * sign > 0]
                yield total_proof("declared total", total, abs(sum(of_kind, Decimal(0))), where)
                yield total_proof("declared count", Decimal(count), Decimal(len(of_kind)), where)
    for page, following in pairwise(pages):
        if page.is_intermediate and page.closing and following.opening and page.account == following.account:
            where = f"{page.account or 'account'}, message at line {following.at}"
            yield Proof(
                "pages join",
                page.closing.amount == following.opening.amount,
                f"{where}: {page.closing.amount} closes one page, {following.opening.amount} opens the next",
            )


def _statements(pages: Sequence[Page]) -> Iterator[Statement]:
    """Pages of one account together, in the order in which accounts first come."""
    by_account: dict[tuple[str | None, str | None], list[Page]] = {}
    for page in pages:
        by_account.setdefault((page.account, page.currency), []).append(page)
    for (account, currency), of_account in by_account.items():
        first, last = of_account[0], of_account[-1]
        balances = (first.opening, last.closing, *last.others)
        yield Statement(
            account=account,
            currency=currency,
            lines=tuple(line for page in of_account for line in page.lines),
            balances=tuple(balance for balance in balances if balance),
            first_day=first.opening.day if first.opening else None,
            last_day=last.closing.day if last.closing else None,
        )
