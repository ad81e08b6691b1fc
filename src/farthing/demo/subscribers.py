"""Fills a demo's workspace with a believable year, in the transaction that starts it."""

from uuid import UUID

from farthing.auth.events import DemoStarted
from farthing.demo.records import DemoTransaction, DemoYear
from farthing.demo.year import year
from farthing.infra.db import Work
from farthing.kernel.actor import Actor, Role
from farthing.kernel.clock import Clock
from farthing.ledger.accounts import AccountService
from farthing.ledger.categories import CategoryService
from farthing.ledger.kinds import AccountKind, CategoryKind, Status
from farthing.ledger.schemas import AccountIn, CategoryIn
from farthing.ledger.service import LedgerService
from farthing.ledger.transaction_schemas import SplitIn, TransactionBody
from farthing.ledger.transfers import TransferService


class DemoSubscribers:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def fill(self, work: Work, event: DemoStarted) -> None:
        if not event.samples:
            return
        guest = Actor(event.user_id, event.user_name, event.workspace_id, Role.OWNER, is_demo=True)
        async with work.within(event.workspace_id, event.user_id):
            await Filling(work, guest, self._clock).fill(year(self._clock().date(), event.workspace_id.int))


class Filling:
    def __init__(self, work: Work, actor: Actor, clock: Clock) -> None:
        self._accounts = AccountService(work, actor, clock)
        self._categories = CategoryService(work, actor, clock)
        self._ledger = LedgerService(work, actor, clock)
        self._transfers = TransferService(work, actor, clock)

    async def fill(self, story: DemoYear) -> None:
        await self._make_categories(story)
        accounts = await self._make_accounts(story)
        bodies = [_body(one) for one in story.transactions]
        ids = await self._ledger.post(bodies, [accounts[one.account] for one in story.transactions])
        pairs = [(n, one.partner) for n, one in enumerate(story.transactions) if one.partner is not None]
        await self._transfers.link_many([(ids[n], ids[partner]) for n, partner in pairs if n < partner])

    async def _make_categories(self, story: DemoYear) -> None:
        known = {(c.name, c.kind): c.id for c in await self._categories.all()}
        for wanted in story.categories:
            if (wanted.name, wanted.kind) in known:
                continue
            parent = known.get((wanted.parent, wanted.kind)) if wanted.parent else None
            made = await self._categories.create(
                CategoryIn(
                    name=wanted.name,
                    type=CategoryKind(wanted.kind),
                    color=wanted.colour,
                    icon=wanted.icon,
                    parent_id=parent,
                )
            )
            known[made.name, made.kind] = made.id

    async def _make_accounts(self, story: DemoYear) -> dict[str, UUID]:
        made = {}
        for position, wanted in enumerate(story.accounts):
            account = await self._accounts.create(
                AccountIn(
                    name=wanted.name,
                    account_type=AccountKind(wanted.kind),
                    currency=wanted.currency,
                    initial_balance=wanted.opening_balance,
                    opened_on=wanted.opened_on,
                ),
                is_default=position == 0,
            )
            made[wanted.name] = account.id
        return made


def _body(one: DemoTransaction) -> TransactionBody:
    return TransactionBody(
        amount=one.amount,
        date=one.date,
        occurred_at=one.occurred_at,
        status=Status(one.status),
        description=one.description,
        payee=one.payee,
        merchant=one.merchant,
        category=one.category,
        tags=list(one.tags),
        note=one.note,
        splits=[SplitIn(category=category, amount=amount) for category, amount in one.splits],
    )
