"""Accounts: made, changed, counted, archived, deleted and brought back."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from uuid import UUID

from farthing.audit.service import Audit
from farthing.infra.db import Question, Work, within_or
from farthing.kernel.actor import Actor
from farthing.kernel.clock import Clock
from farthing.kernel.ids import new_id
from farthing.kernel.money import to_minor, to_text
from farthing.kernel.paging import Page, PageRequest
from farthing.ledger.check import CheckService
from farthing.ledger.check_repository import PutAway
from farthing.ledger.errors import AccountNotFound, AccountOutdated, BalanceTooLarge, CurrencyFixed
from farthing.ledger.kinds import AccountKind
from farthing.ledger.known import KnownAccount
from farthing.ledger.models import Account
from farthing.ledger.months import MonthService
from farthing.ledger.repository import Accounts
from farthing.ledger.schemas import AccountIn, AccountOut, AccountPatch, BalanceOut

_PLAIN = ("provider", "opened_on", "iban", "note", "position", "is_archived")
_AMOUNTS = ("credit_limit", "min_balance")


class AccountService:
    def __init__(self, work: Work, actor: Actor, clock: Clock) -> None:
        self._work = work
        self._rows = Accounts(work)
        self._put_away = PutAway(work)
        self._actor = actor
        self._clock = clock
        self._months = MonthService(work, actor, clock)
        self._audit = Audit(work, actor, clock)

    async def page(
        self, request: PageRequest, *, with_archived: bool = False, only_deleted: bool = False
    ) -> Page[Account]:
        return await self._rows.page(request, with_archived=with_archived, only_deleted=only_deleted)

    async def get(self, account_id: UUID) -> Account:
        if found := await self._rows.get(account_id):
            return found
        raise AccountNotFound(f"Account {account_id} not found or access denied")

    async def with_ibans(self) -> Sequence[Account]:
        """Those whose number is known."""
        return await self._rows.with_ibans()

    async def names(self) -> dict[UUID, str]:
        return await self._rows.names()

    def asking(self, account_id: UUID | None) -> Question:
        """What `known` will ask, or without an account `usual`."""
        return self._rows.asking(account_id)

    async def known(self, account_id: UUID) -> KnownAccount:
        if found := await self._rows.known(account_id):
            return found
        raise AccountNotFound(f"Account {account_id} not found or access denied")

    async def usual(self, currency: str | None) -> KnownAccount:
        """The same as `default`."""
        known = await self._rows.known_default()
        if known is not None and not known.is_archived and currency in (None, known.currency):
            return known
        made = await self.default(currency)
        return KnownAccount(made.id, made.name, made.currency, made.is_archived)

    async def create(self, wanted: AccountIn, *, is_default: bool = False) -> Account:
        account = self._new(wanted)
        account.is_default = is_default
        await self._rows.add(account)
        await self._audit.record("account.create", target_id=account.id, name=account.name)
        return account

    async def default(self, currency: str | None) -> Account:
        """Where a transaction goes that names no account; made when there is none."""
        account = await self._rows.default()
        if account is not None and not account.is_archived and currency in (None, account.currency):
            return account
        wanted = AccountIn(name="Cash", account_type=AccountKind.CASH, currency=currency or "EUR")
        if account is None:
            return await self._make_default(wanted)
        named = wanted.model_copy(update={"name": f"Cash {wanted.currency}"})
        return await self._rows.manual_in(wanted.currency) or await self.create(named)

    async def _make_default(self, wanted: AccountIn) -> Account:
        """The first of all who need one makes it."""
        account = self._new(wanted)
        account.is_default = True
        if await self._rows.add_default(account):
            await self._audit.record("account.create", target_id=account.id, name=account.name)
        return await self.default(wanted.currency)

    def _new(self, wanted: AccountIn) -> Account:
        now = self._clock()
        opening = to_minor(wanted.initial_balance, wanted.currency)
        return Account(
            id=new_id(),
            workspace_id=self._actor.workspace_id,
            name=wanted.name,
            kind=wanted.account_type,
            provider=wanted.provider,
            currency=wanted.currency,
            opening_balance=opening,
            balance=opening,
            opened_on=wanted.opened_on,
            iban=wanted.iban,
            credit_limit=_minor(wanted.credit_limit, wanted.currency),
            min_balance=_minor(wanted.min_balance, wanted.currency),
            note=wanted.note,
            position=0,
            is_default=False,
            is_archived=False,
            absences=[],
            version=1,
            created_by=self._actor.user_id,
            created_at=now,
            updated_at=now,
        )

    async def change(self, account_id: UUID, patch: AccountPatch, if_version: int | None = None) -> Account:
        account = await self.locked(account_id)
        if if_version is not None and account.version != if_version:
            raise AccountOutdated
        given = patch.model_fields_set
        if name := patch.name or patch.display_name:
            account.name = name
        if patch.account_type is not None:
            account.kind = patch.account_type
        await self._change_currency(account, patch)
        await self._reopen(account, patch)
        if patch.is_default:
            await self._rows.no_default_but(account.id)
            account.is_default = True
        for field in _AMOUNTS:
            if field in given:
                setattr(account, field, _minor(getattr(patch, field), account.currency))
        for field in _PLAIN:
            if field in given and (getattr(patch, field) is not None or field in ("opened_on", "iban", "note")):
                setattr(account, field, getattr(patch, field))
        account.version += 1
        account.updated_at = self._clock()
        with within_or(BalanceTooLarge(), "countable"):
            await self._rows.flush()
        facts = {"fields": sorted(given - {"reason"}), "reason": patch.reason}
        await self._audit.record("account.change", target_id=account.id, **facts)
        return account

    async def _reopen(self, account: Account, patch: AccountPatch) -> None:
        """A new opening moves every balance since."""
        if not patch.model_fields_set & {"initial_balance", "opened_on"}:
            return
        await self._months.refuse_any(patch.reason)
        if patch.initial_balance is not None:
            opening = to_minor(patch.initial_balance, account.currency)
            account.balance += opening - account.opening_balance
            account.opening_balance = opening

    async def _change_currency(self, account: Account, patch: AccountPatch) -> None:
        if patch.currency is None or patch.currency == account.currency:
            return
        is_used = await self._rows.has_transactions(account.id) or await self._rows.has_reports(account.id)
        if is_used or account.opening_balance:
            raise CurrencyFixed
        for field in _AMOUNTS:
            if (minor := getattr(account, field)) is not None:
                setattr(account, field, to_minor(to_text(minor, account.currency), patch.currency))
        account.currency = patch.currency

    async def delete(self, account: Account) -> None:
        """Put the account away with its transactions; `restore` brings all of it back."""
        account.deleted_at = self._clock()
        account.is_default = False
        account.balance = account.opening_balance
        await self._put_away.put_away(account.id, account.deleted_at)
        account.version += 1
        await self._rows.flush()
        await self._audit.record("account.delete", target_id=account.id, name=account.name)

    async def restore(self, account: Account) -> Account:
        if account.deleted_at is None:
            raise AccountNotFound
        await self._put_away.bring_back(account.id, account.deleted_at, self._clock())
        account.absences = [*account.absences, [account.deleted_at.isoformat(), self._clock().isoformat()]]
        account.deleted_at = None
        account.version += 1
        await self._rows.flush()
        await CheckService(self._work, self._actor).recount(account.id)
        await self._rows.again(account)
        await self._audit.record("account.restore", target_id=account.id, name=account.name)
        return account

    async def balance(self, account_id: UUID, day: date) -> BalanceOut:
        """The balance at the end of a day; before the opening there is none."""
        account = await self.get(account_id)
        is_open = account.opened_on is None or account.opened_on <= day
        moved = await self._rows.moved_until(account_id, day)
        balance = (account.opening_balance if is_open else 0) + moved
        return BalanceOut(
            account_id=account.id, date=day, balance=to_text(balance, account.currency), currency=account.currency
        )

    async def away_at(self, account_id: UUID, moment: datetime) -> datetime | None:
        """Since when the account was put away at a moment, if it was."""
        account = await self._rows.get(account_id, with_deleted=True)
        spans = [] if account is None else [(_moment(begin), _moment(end)) for begin, end in account.absences]
        if account is not None and account.deleted_at is not None:
            spans.append((account.deleted_at, datetime.max.replace(tzinfo=UTC)))
        return next((begin for begin, end in spans if begin <= moment < end), None)

    async def locked(self, account_id: UUID) -> Account:
        """The account, which nobody else changes or posts to meanwhile."""
        if found := await self._rows.get(account_id, lock=True):
            return found
        raise AccountNotFound(f"Account {account_id} not found or access denied")

    async def deleted(self, account_id: UUID) -> Account:
        """A deleted one, to be brought back."""
        found = await self._rows.get(account_id, with_deleted=True, lock=True)
        if found is None or found.deleted_at is None:
            raise AccountNotFound(f"No deleted account {account_id}")
        return found


def shown(account: Account) -> AccountOut:
    def text(minor: int | None) -> str | None:
        return None if minor is None else to_text(minor, account.currency)

    is_card = account.kind == AccountKind.CREDIT_CARD
    available = account.credit_limit + account.balance if is_card and account.credit_limit is not None else None
    return AccountOut(
        id=account.id,
        name=account.name,
        display_name=account.name,
        account_type=AccountKind(account.kind),
        provider=account.provider,
        currency=account.currency,
        balance=to_text(account.balance, account.currency),
        owed=text(max(0, -account.balance)) if AccountKind(account.kind).is_liability else None,
        available=text(available),
        initial_balance=to_text(account.opening_balance, account.currency),
        opened_on=account.opened_on,
        iban=account.iban,
        credit_limit=text(account.credit_limit),
        min_balance=text(account.min_balance),
        note=account.note,
        position=account.position,
        is_default=account.is_default,
        is_archived=account.is_archived,
        status="inactive" if account.is_archived else "active",
        created_at=account.created_at,
        updated_at=account.updated_at,
        deleted_at=account.deleted_at,
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _minor(amount: str | None, currency: str) -> int | None:
    return None if amount is None else to_minor(amount, currency)
