"""JSON: what APIs of banks answer, and plain lists of transactions."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

from farthing.ingest.errors import StatementUnreadable
from farthing.ingest.readers.formats.json_names import others_of, roles_of
from farthing.ingest.readers.formats.json_objects import Found, objects_in, parsed
from farthing.ingest.readers.formats.json_signs import Signs, scale_doubt, signs_of
from farthing.ingest.readers.letters import letters_of
from farthing.ingest.readers.numerals import Mark, decimal_mark, number
from farthing.ingest.readers.source import Source
from farthing.ingest.readers.table.days import Order, meanings
from farthing.ingest.readers.verdict import Findings, balances_follow
from farthing.ingest.readers.words import description, squeezed
from farthing.ingest.reading import Ambiguity, Doubt, Fate, Reading
from farthing.ingest.statement import Line, LineStatus, Money, Statement
from farthing.ingest.wishes import Wishes
from farthing.kernel.currency import DECIMALS

_START = re.compile(rb"^(?:\xef\xbb\xbf)?\s*[\[{]\s*(?:[\[{\"\]}]|$)")
_EPOCH = re.compile(r"\d{9,13}(?:\.\d{1,9})?")
_MILLISECONDS_MIN = 10**11
_PENDING = frozenset({"pending", "pdng", "authorised", "authorized", "hold", "held", "processing", "upcoming"})
_DEAD = frozenset({"declined", "failed", "cancelled", "canceled", "reverted", "rejected", "rjct", "deleted"})
_MONEY_SIGNS = re.compile(r"[^\d.,+\-()\u2212'\s]+")


def identify(source: Source) -> int:
    head = source.head.replace(b"\0", b"").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    if not _START.match(head):
        return 0
    return 85 if source.extension == "json" or b'":' in head or b'" :' in head else 40


def read(source: Source, wishes: Wishes) -> Reading:
    """Every object that has a day and an amount, in whichever list of the document it stands."""
    letters = letters_of(source.data, wishes.encoding)
    lists = [objects for objects in objects_in(parsed(letters.text)) if _is_money(objects, wishes)]
    if not lists:
        raise StatementUnreadable(
            "No list of this JSON has objects with a day and an amount. Name their fields by --profile."
        )
    objects = [one for each in lists for one in each]
    findings = Findings.of(letters)
    roles = roles_of([one.fields for one in objects], wishes.roles)
    findings.roles |= roles
    findings.found(
        "objects",
        ", ".join(sorted({".".join(filter(None, one.path)) or "the document" for one in objects})),
        "they have a day and an amount",
    )
    reader = _Reader(findings, roles, wishes, objects)
    lines = list(reader.lines(objects))
    statements = list(_statements(lines))
    for statement in statements:
        booked = [line for line in statement.lines if line.status is LineStatus.BOOKED]
        if all(line.balance is not None for line in booked):
            findings.proofs.extend(balances_follow(booked))
    return findings.reading("json", statements)


def _is_money(objects: Sequence[Found], wishes: Wishes) -> bool:
    """Whether a list's objects have the fields, most of them with something in them."""
    roles = roles_of([one.fields for one in objects], wishes.roles)
    amount = roles.get("minor") or roles.get("amount")
    day = roles.get("date")
    if amount is None or day is None:
        return False
    good = sum(1 for one in objects if one.fields.get(amount) and _is_day(one.fields.get(day, "")))
    return good * 2 >= len(objects)


def _is_day(text: str) -> bool:
    return bool(meanings(_calendar(text)) or _EPOCH.fullmatch(text))


def _calendar(text: str) -> str:
    """The day of a moment in ISO form, as its own time zone has it."""
    return text[:10] if re.match(r"\d{4}-\d{2}-\d{2}[T ]", text) else text


class _Reader:
    def __init__(self, findings: Findings, roles: Mapping[str, str], wishes: Wishes, objects: Sequence[Found]) -> None:
        self._findings, self._roles, self._wishes = findings, roles, wishes
        self._order = self._decide_order([self._day_text(one) for one in objects])
        self._mark = self._decide_mark(objects)
        self._signs = self._decide_signs(objects)

    def _value(self, one: Found, role: str) -> str:
        return one.fields.get(self._roles.get(role, ""), "").strip()

    def _day_text(self, one: Found) -> str:
        return self._value(one, "date") or next(iter(others_of("date", one.fields)), "")

    def _decide_order(self, texts: Sequence[str]) -> Order:
        """The first order in which every day is one; a doubt where two orders differ."""
        told = [found for text in texts if (found := meanings(_calendar(text)))]
        if self._wishes.date_order:
            return self._wishes.date_order
        orders: tuple[Order, ...] = ("ymd", "dmy", "mdy")
        counts = {order: sum(order in found for found in told) for order in orders}
        best = max(orders, key=lambda order: counts[order])
        rivals = [o for o in orders if o != best and counts[o] == counts[best] and any(f[o] != f[best] for f in told)]
        if rivals:
            because = "every day of the file can be read in each order"
            self._findings.ambiguities.append(Ambiguity(Doubt.DAY_MONTH_ORDER, best, tuple(rivals), because))
        self._findings.dialect["date_order"] = best
        return best

    def _decide_mark(self, objects: Sequence[Found]) -> Mark:
        amounts = [_bare(self._value(one, "amount")) for one in objects]
        mark = self._wishes.decimal_mark or decimal_mark(amounts) or "."
        self._findings.dialect["decimal_mark"] = mark
        return mark

    def _decide_signs(self, objects: Sequence[Found]) -> Signs:
        amounts = [amount for one in objects if (amount := self._amount(one)) is not None]
        directions = [self._value(one, "direction") for one in objects]
        names = {name for one in objects for name in one.fields}
        signs = signs_of(amounts, directions, names, self._wishes.sign)
        self._findings.found("sign", signs.found, signs.because)
        self._findings.ambiguities.extend(signs.ambiguities)
        decimals = {DECIMALS.get(self._currency(one) or "", 0) for one in objects}
        scale = None if "minor" in self._roles else scale_doubt(amounts, decimals)
        self._findings.ambiguities.extend([scale] if scale else [])
        return signs

    def lines(self, objects: Sequence[Found]) -> Iterator[Line]:
        for one in objects:
            day, amount = self._day(self._day_text(one)), self._amount(one)
            reason = self._why_not(one, day, amount)
            if reason or day is None or amount is None:
                note = self._findings.set_aside if self._is_dead(one) else self._findings.reject
                note(one.at, " ".join(one.fields.values()), reason)
                continue
            self._findings.met(Fate.TRANSACTION)
            yield self._line(one, day, self._signs.signed(amount, self._value(one, "direction")))

    def _is_dead(self, one: Found) -> bool:
        return self._value(one, "status").casefold() in _DEAD

    def _why_not(self, one: Found, day: date | None, amount: Decimal | None) -> str:
        if self._is_dead(one):
            return f"it was {self._value(one, 'status')}, no money moved"
        if day is None:
            return f"no day can be read from {self._day_text(one)[:40]!r}"
        return "" if amount is not None else f"no amount can be read from {self._value(one, 'amount')[:40]!r}"

    def _day(self, text: str) -> date | None:
        if _EPOCH.fullmatch(text) and not meanings(text):
            return _moment(text)
        return meanings(_calendar(text)).get(self._order)

    def _currency(self, one: Found) -> str | None:
        told = (self._value(one, "currency") or one.around.get("currency", "")).upper()
        return told if told in DECIMALS else self._wishes.currency

    def _amount(self, one: Found) -> Decimal | None:
        minor = self._value(one, "minor")
        if minor:
            units = number(minor, ".")
            return units.scaleb(-DECIMALS.get(self._currency(one) or "", 2)) if units is not None else None
        return number(_bare(self._value(one, "amount")), self._mark)

    def _line(self, one: Found, day: date, amount: Decimal) -> Line:
        payee, memo = squeezed(self._payee(one, amount)), squeezed(self._value(one, "memo"))
        value_day = self._value(one, "value_date")
        return Line(
            date=day,
            amount=amount,
            currency=self._currency(one),
            source_line=one.at,
            value_date=self._day(value_day) if value_day else None,
            original=self._original(one),
            payee=payee,
            memo=memo,
            description=description(payee, *others_of("memo", one.fields)[:4]),
            reference=squeezed(self._value(one, "reference")),
            type=squeezed(self._value(one, "kind")),
            balance=number(_bare(self._value(one, "balance")), self._mark),
            status=LineStatus.PENDING if self._is_pending(one) else LineStatus.BOOKED,
            account=squeezed(self._value(one, "account")) or one.around.get("account"),
        )

    def _payee(self, one: Found, amount: Decimal) -> str:
        """The other side; where both are named, the one that got or gave the money."""
        by_name = {name.casefold().replace("_", "").replace(".", ""): text for name, text in one.fields.items()}
        other = by_name.get("creditorname" if amount < 0 else "debtorname")
        return other or next(iter(others_of("payee", one.fields)), "")

    def _original(self, one: Found) -> Money | None:
        amount = number(_bare(self._value(one, "original")), self._mark)
        currency = self._value(one, "original_currency").upper()
        is_abroad = amount is not None and currency in DECIMALS and currency != self._currency(one)
        return Money(amount, currency) if is_abroad and amount is not None else None

    def _is_pending(self, one: Found) -> bool:
        field, told = self._roles.get("status", "").casefold(), self._value(one, "status").casefold()
        if "pending" in field:
            return told == "true"
        if field == "booked":
            return told == "false"
        return told in _PENDING or "pending" in {name.casefold() for name in one.path}


def _bare(text: str) -> str:
    """An amount without the signs of its currency."""
    return _MONEY_SIGNS.sub("", text).strip() if any(char.isdigit() for char in text) else text


def _moment(text: str) -> date | None:
    """The day of seconds or milliseconds since 1970, in universal time."""
    number_ = Decimal(text)
    seconds = number_ / 1000 if number_ >= _MILLISECONDS_MIN else number_
    return datetime.fromtimestamp(int(seconds), UTC).date()


def _statements(lines: Sequence[Line]) -> Iterator[Statement]:
    """One for each account, in the order in which accounts first come."""
    by_account: dict[str | None, list[Line]] = {}
    for line in lines:
        by_account.setdefault(line.account, []).append(line)
    for account, of_account in by_account.items():
        currencies = {line.currency for line in of_account}
        yield Statement(account, currencies.pop() if len(currencies) == 1 else None, tuple(of_account))
