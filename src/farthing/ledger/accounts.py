"""Accounts: made, changed, counted, archived, deleted and brought back."""

from datetime import date
from uuid import UUID

from farthing.audit.service import Audit
from farthing.infra.db import Work
from farthing.kernel.actor import Actor
from farthing.kernel.clock import Clock
from farthing.kernel.ids import new_id
from farthing.kernel.money import to_minor, to_text
from farthing.kernel.paging import Page, PageRequest
from farthing.ledger.check import CheckService
from farthing.ledger.check_repository import PutAway
from farthing.ledger.errors import AccountNotFound, AccountOutdated, CurrencyFixed
from farthing.ledger.kinds import AccountKind
from farthing.ledger.models import Account
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
        self._audit = Audit(work, actor, clock)

    async def page(self, request: PageRequest, *, with_archived: bool = False) -> Page[Account]:
        return await self._rows.page(request, with_archived=with_archived)

    async def get(self, account_id: UUID) -> Account:
        if found := await self._rows.get(account_id):
            return found
        raise AccountNotFound(f"Account {account_id} not found or access denied")

    async def create(self, wanted: AccountIn, *, is_default: bool = False) -> Account:
        now = self._clock()
        opening = to_minor(wanted.initial_balance, wanted.currency)
        account = Account(
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
            is_default=is_default,
            is_archived=False,
            version=1,
            created_by=self._actor.user_id,
            created_at=now,
            updated_at=now,
        )
        await self._rows.add(account)
        await self._audit.record("account.create", target_id=account.id, name=account.name)
        return account

    async def default(self, currency: str | None) -> Account:
        """Where a transaction goes that names no account; made when there is none."""
        account = await self._rows.default()
        if account and (currency is None or currency == account.currency):
            return account
        if account is None or currency is None:
            wanted = AccountIn(name="Cash", account_type=AccountKind.CASH, currency=currency or "EUR")
            return await self.create(wanted, is_default=True)
        wanted = AccountIn(name=f"Cash {currency}", account_type=AccountKind.CASH, currency=currency)
        return await self._rows.manual_in(currency) or await self.create(wanted)

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
        if patch.initial_balance is not None:
            opening = to_minor(patch.initial_balance, account.currency)
            account.balance += opening - account.opening_balance
            account.opening_balance = opening
        for field in _AMOUNTS:
            if field in given:
                setattr(account, field, _minor(getattr(patch, field), account.currency))
        for field in _PLAIN:
            if field in given and (getattr(patch, field) is not None or field in ("opened_on", "iban", "note")):
                setattr(account, field, getattr(patch, field))
        account.version += 1
        account.updated_at = self._clock()
        await self._rows.flush()
        await self._audit.record("account.change", target_id=account.id, fields=sorted(given))
        return account

    async def _change_currency(self, account: Account, patch: AccountPatch) -> None:
        if patch.currency is None or patch.currency == account.currency:
            return
        if await self._rows.has_transactions(account.id) or account.opening_balance:
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
        await self._put_away.bring_back(account.id, account.deleted_at)
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
    )


def _minor(amount: str | None, currency: str) -> int | None:
    return None if amount is None else to_minor(amount, currency)
