"""Everything that happens in the year as it is thought up, put in order and numbered at the end."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta

from farthing.demo.accounts import currency_of, opening_of
from farthing.demo.calendar import Period
from farthing.demo.records import DemoTransaction
from farthing.kernel.money import to_text

PENDING_DAYS = 3
_NOON = time(12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A movement in minor units; entries of the same transfer carry the same number."""

    account: str
    date: date
    minor: int
    description: str
    payee: str | None = None
    merchant: str | None = None
    category: str | None = None
    tags: tuple[str, ...] = ()
    note: str | None = None
    splits: tuple[tuple[str, int], ...] = ()
    at: time | None = None
    may_pend: bool = False
    transfer: int | None = None


@dataclass(slots=True)
class Journal:
    """Takes what happens inside the period; what lies before or after it is left out, a transfer as a whole."""

    period: Period
    entries: list[Entry] = field(default_factory=list)

    def add(self, *entries: Entry) -> None:
        self.entries.extend(entry for entry in entries if self.period.holds(entry.date))

    def transfer(self, out: Entry, into: Entry) -> None:
        """Both legs; the second arrives no later than today."""
        if self.period.holds(out.date):
            number = len(self.entries)
            arrival = min(into.date, self.period.today)
            self.add(replace(out, transfer=number), replace(into, transfer=number, date=arrival))

    def of(self, account: str) -> list[Entry]:
        """What happened on an account, in order."""
        return sorted((entry for entry in self.entries if entry.account == account), key=_moment)

    def balance(self, account: str, day: date) -> int:
        """Minor units on the account at the end of a day."""
        return opening_of(account) + sum(
            entry.minor for entry in self.entries if entry.account == account and entry.date <= day
        )

    def transactions(self) -> tuple[DemoTransaction, ...]:
        entries = sorted(self.entries, key=_moment)
        partners = _partners(entries)
        return tuple(self._transaction(entry, partners.get(index)) for index, entry in enumerate(entries))

    def _transaction(self, entry: Entry, partner: int | None) -> DemoTransaction:
        currency = currency_of(entry.account)
        is_pending = entry.may_pend and entry.date > self.period.today - timedelta(days=PENDING_DAYS)
        is_timed = entry.at is not None and entry.date < self.period.today
        return DemoTransaction(
            account=entry.account,
            date=entry.date,
            amount=to_text(entry.minor, currency),
            description=entry.description,
            payee=entry.payee,
            merchant=entry.merchant,
            category=entry.category,
            tags=entry.tags,
            note=entry.note,
            status="pending" if is_pending else "booked",
            splits=tuple((category, to_text(minor, currency)) for category, minor in entry.splits),
            partner=partner,
            occurred_at=datetime.combine(entry.date, entry.at or _NOON, UTC) if is_timed else None,
        )


def _moment(entry: Entry) -> tuple[date, time]:
    return entry.date, entry.at or _NOON


def _partners(entries: list[Entry]) -> dict[int, int]:
    """The other leg's position by the position of a leg."""
    legs: dict[int, list[int]] = {}
    for index, entry in enumerate(entries):
        if entry.transfer is not None:
            legs.setdefault(entry.transfer, []).append(index)
    return {leg: other for one, two in legs.values() for leg, other in ((one, two), (two, one))}
