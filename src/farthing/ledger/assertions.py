"""Balances that a bank, a statement or a person reported, and the drift between them and what we count."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate, groupby
from uuid import UUID

from farthing.audit.service import Audit
from farthing.infra.db import Work
from farthing.kernel.actor import Actor
from farthing.kernel.clock import Clock
from farthing.kernel.ids import new_id
from farthing.kernel.money import to_minor, to_text
from farthing.kernel.paging import Page, PageRequest
from farthing.ledger.accounts import AccountService
from farthing.ledger.assertion_repository import Assertions
from farthing.ledger.assertion_schemas import (
    AssertionIn,
    AssertionOut,
    BalanceSource,
    DriftOut,
    SuspectKind,
    SuspectOut,
)
from farthing.ledger.errors import AssertionNotFound
from farthing.ledger.kinds import AccountKind, Status
from farthing.ledger.models import Account, BalanceAssertion, Transaction


def card_balance(said: int, limit: int | None) -> int:
    """What a bank says of a credit card as a balance of ours, where a debt is negative.

    Some banks tell the debt, with either sign; some, of cards with a limit, what may still be spent.
    """
    return -max(0, limit - said) if limit is not None and said > 0 else -abs(said)


class Balances:
    """The balance at the end of any day, from the opening and what moved on each day."""

    def __init__(self, account: Account, moved: Sequence[tuple[date, int]]) -> None:
        self._opening = account.opening_balance
        self._opened_on = account.opened_on
        self._days = [day for day, _ in moved]
        self._sums = [0, *accumulate(net for _, net in moved)]

    def on(self, day: date) -> int:
        is_open = self._opened_on is None or self._opened_on <= day
        return (self._opening if is_open else 0) + self._sums[bisect_right(self._days, day)]


@dataclass(frozen=True, slots=True)
class Reported:
    """A reported balance beside ours."""

    row: BalanceAssertion
    computed: int

    @property
    def difference(self) -> int:
        return self.row.balance - self.computed

    @property
    def agrees(self) -> bool:
        return self.difference == 0


@dataclass(frozen=True, slots=True)
class Drift:
    """From the last day on which all reports agreed, if there is one, to the first that disagrees."""

    agreed_on: date | None
    first: Reported
    same_day: tuple[Reported, ...]


class AssertionService:
    def __init__(self, work: Work, actor: Actor, clock: Clock) -> None:
        self._rows = Assertions(work)
        self._accounts = AccountService(work, actor, clock)
        self._actor = actor
        self._clock = clock
        self._audit = Audit(work, actor, clock)

    async def put(self, account_id: UUID, wanted: AssertionIn) -> AssertionOut:
        """Keep what a source says of a day; it replaces what the same source said before."""
        account = await self._accounts.get(account_id)
        said = to_minor(wanted.balance, account.currency)
        is_cards = account.kind == AccountKind.CREDIT_CARD and wanted.source is BalanceSource.BANK
        row = await self._rows.keep(
            {
                "id": new_id(),
                "workspace_id": self._actor.workspace_id,
                "account_id": account.id,
                "day": wanted.date,
                "balance": card_balance(said, account.credit_limit) if is_cards else said,
                "source": str(wanted.source),
                "note": wanted.note,
                "created_at": self._clock(),
            }
        )
        facts = {"day": row.day.isoformat(), "source": row.source, "said": wanted.balance}
        await self._audit.record("balance.report", target_id=account.id, **facts)
        return shown((await self._compared(account, [row]))[0], account.currency)

    async def page(self, account_id: UUID, request: PageRequest) -> Page[AssertionOut]:
        """Latest day first, each beside what we count."""
        account = await self._accounts.get(account_id)
        page = await self._rows.page(account.id, request)
        compared = {one.row.id: one for one in await self._compared(account, page.items)}
        return page.map(lambda row: shown(compared[row.id], account.currency))

    async def remove(self, account_id: UUID, assertion_id: UUID) -> None:
        account = await self._accounts.get(account_id)
        row = await self._rows.get(account.id, assertion_id)
        if row is None:
            raise AssertionNotFound
        await self._rows.remove(row)
        await self._audit.record("balance.forget", target_id=account.id, day=row.day.isoformat(), source=row.source)

    async def forget_stated(self, account_id: UUID, day: date) -> None:
        """What a statement reported of a day is not said any more."""
        await self._rows.forget(account_id, day, str(BalanceSource.STATEMENT))

    async def differences(self, account_id: UUID) -> list[tuple[date, int]]:
        """By how much each reported balance is more than ours, with its day."""
        account = await self._accounts.get(account_id)
        compared = await self._compared(account, await self._rows.all(account.id))
        return [(one.row.day, one.difference) for one in compared]

    async def drift(self, account_id: UUID) -> DriftOut:
        """Where the account first left what was reported, and what may explain it."""
        account = await self._accounts.get(account_id)
        found = drift_of(await self._compared(account, await self._rows.all(account.id)))
        if found is None:
            return DriftOut(account_id=account.id, currency=account.currency, is_clear=True)
        return shown_drift(account, found, await self._suspects(account, found))

    async def _suspects(self, account: Account, drift: Drift) -> list[SuspectOut]:
        by, until = drift.first.difference, drift.first.row.day
        alike = await self._rows.of_amounts(account.id, drift.agreed_on, until, (by, -by))
        twins = await self._rows.twins(account.id, drift.agreed_on, until)
        doubled = list(twins_of(twins, by))
        named = {i for suspect in doubled if suspect.explains for i in suspect.transaction_ids}
        single = explanations((row for row in alike if row.id not in named), by)
        found = [*contradictions(drift), *doubled, *single, *openings(account, drift)]
        return sorted(found, key=lambda suspect: not suspect.explains)

    async def _compared(self, account: Account, rows: Sequence[BalanceAssertion]) -> list[Reported]:
        if not rows:
            return []
        moved = await self._rows.moved(account.id, max(row.day for row in rows))
        balances = Balances(account, moved)
        return [Reported(row, balances.on(row.day)) for row in rows]


def drift_of(reports: Iterable[Reported]) -> Drift | None:
    """The earliest drift of reports in the order of their days; a day agrees when all its sources do."""
    agreed_on: date | None = None
    for day, group in groupby(reports, key=lambda one: one.row.day):
        same_day = tuple(group)
        wrong = next((one for one in same_day if not one.agrees), None)
        if wrong is not None:
            return Drift(agreed_on, wrong, same_day)
        agreed_on = day
    return None


def contradictions(drift: Drift) -> Iterator[SuspectOut]:
    """Another source that says something else of the same day: one of the two is wrong, and perhaps not we."""
    first = drift.first.row
    for other in drift.same_day:
        if other.row.balance != first.balance:
            verdict = "It agrees with ours" if other.agrees else "Both differ from ours"
            reason = f"Of the same day the {first.source} and the {other.row.source} say different things. {verdict}."
            yield _suspect(SuspectKind.CONTRADICTION, reason, explains=other.agrees)


def twins_of(rows: Iterable[Transaction], by: int) -> Iterator[SuspectOut]:
    """Rows that stand there more than once; without one of them the difference may be gone."""
    for _, group in groupby(rows, key=lambda row: (row.date, row.amount, row.description or "")):
        same = list(group)
        if len(same) > 1:
            explains = same[0].amount == -by
            verdict = "without one of them the balance agrees" if explains else "perhaps one is too many"
            reason = f"{len(same)} booked transactions have the same day, amount and description; {verdict}."
            yield _suspect(SuspectKind.TWINS, reason, same, explains=explains)


def explanations(rows: Iterable[Transaction], by: int) -> Iterator[SuspectOut]:
    """What each row whose amount is the difference, or its negative, would explain."""
    for row in rows:
        if (told := _explanation(row, by)) is not None:
            yield _suspect(told[0], told[1], [row], explains=True)


def _explanation(row: Transaction, by: int) -> tuple[SuspectKind, str] | None:
    is_missing = row.amount == by
    if row.deleted_at is not None:
        if is_missing and row.status == Status.BOOKED:
            return SuspectKind.DELETED, "It was deleted; restored, the balance agrees."
        return None
    match Status(row.status):
        case Status.PENDING if is_missing:
            return SuspectKind.PENDING, "It is pending and does not count yet; booked, the balance agrees."
        case Status.BOOKED if is_missing:
            return SuspectKind.REPEATED, "It is exactly what is missing; perhaps it happened twice."
        case Status.BOOKED:
            return SuspectKind.SURPLUS, "It is exactly what is too much; without it the balance agrees."
        case _:
            return None


def openings(account: Account, drift: Drift) -> Iterator[SuspectOut]:
    """The opening balance itself, as long as no report ever agreed with it."""
    if drift.agreed_on is None and (account.opened_on is None or account.opened_on <= drift.first.row.day):
        right = to_text(account.opening_balance + drift.first.difference, account.currency)
        reason = f"No earlier balance agrees, so the opening balance may be wrong; with {right} this one agrees."
        yield _suspect(SuspectKind.OPENING, reason, explains=True)


def _suspect(kind: SuspectKind, reason: str, rows: Sequence[Transaction] = (), *, explains: bool = False) -> SuspectOut:
    row = rows[0] if rows else None
    return SuspectOut(
        kind=kind,
        reason=reason,
        explains=explains,
        transaction_ids=[one.id for one in rows],
        date=row.date if row else None,
        amount=to_text(row.amount, row.currency) if row else None,
        description=(row.description or row.payee or row.merchant) if row else None,
    )


def shown(report: Reported, currency: str) -> AssertionOut:
    row = report.row
    return AssertionOut(
        id=row.id,
        account_id=row.account_id,
        date=row.day,
        source=BalanceSource(row.source),
        currency=currency,
        asserted=to_text(row.balance, currency),
        computed=to_text(report.computed, currency),
        difference=to_text(report.difference, currency),
        agrees=report.agrees,
        note=row.note,
        created_at=row.created_at,
    )


def shown_drift(account: Account, drift: Drift, suspects: list[SuspectOut]) -> DriftOut:
    first, currency = drift.first, account.currency
    return DriftOut(
        account_id=account.id,
        currency=currency,
        is_clear=False,
        agreed_on=drift.agreed_on,
        disagrees_on=first.row.day,
        source=BalanceSource(first.row.source),
        asserted=to_text(first.row.balance, currency),
        computed=to_text(first.computed, currency),
        difference=to_text(first.difference, currency),
        suspects=suspects,
    )
