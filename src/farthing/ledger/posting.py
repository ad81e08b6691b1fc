"""Many rows at once: statements posted in chunks, taken back and put back as a whole, in few steps each."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date as Day  # noqa: N812  a field is called date
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from farthing.infra.db import Made, Same, Work, made_of
from farthing.kernel.actor import Actor
from farthing.kernel.clock import Clock
from farthing.kernel.ids import new_ids, new_ids_in_bytes
from farthing.ledger.categories import CategoryService
from farthing.ledger.drafting import Draft
from farthing.ledger.errors import AccountNotFound, TransactionNotFound
from farthing.ledger.folding import search_text
from farthing.ledger.images import Because, change_row
from farthing.ledger.kinds import Origin, Status
from farthing.ledger.models import Transaction
from farthing.ledger.months import MonthService
from farthing.ledger.posting_repository import Batches
from farthing.ledger.service import LedgerService
from farthing.ledger.telling import Telling
from farthing.ledger.totals import Bundle, Delta, bundled
from farthing.ledger.transaction_repository import Totals, Transactions
from farthing.ledger.transfer_repository import Transfers
from farthing.ledger.transfers import TransferService


class Arrival(NamedTuple):
    """A row of a statement, ready to be posted."""

    account_id: UUID
    date: Day
    value_date: Day | None
    amount: int
    currency: str
    status: str
    description: str | None
    payee: str | None
    merchant: str | None
    reference: str | None
    note: str | None
    category_id: UUID
    category_source: str
    category_reason: str | None
    category_confidence: int | None
    der_category: str | None
    der_merchant: str | None
    import_id: UUID
    import_line: int
    fingerprint: bytes | None
    stated_on: Day | None = None
    stated_account_id: UUID | None = None


class PostingService:
    """Posts what an import brought. Whoever calls holds the import's account."""

    def __init__(self, work: Work, actor: Actor, clock: Clock) -> None:
        self._work = work
        self._actor = actor
        self._clock = clock
        self._rows = Transactions(work)
        self._batches = Batches(work)
        self._totals = Totals(work)
        self._months = MonthService(work, actor, clock)
        self._categories = CategoryService(work, actor, clock)
        self._transfers = Transfers(work)
        self._transfer_service = TransferService(work, actor, clock)
        self._ledger = LedgerService(work, actor, clock)

    async def post(self, arrivals: Sequence[Arrival], reason: str | None = None) -> list[int]:
        """The keys of the new transactions, in the order of the rows."""
        kinds = await self._categories.kinds({one.category_id for one in arrivals})
        rows = ready(arrivals, self._actor, self._clock(), kinds, is_sqlite=self._work.is_sqlite)
        return await self.post_ready(rows, reason)

    async def post_judged(
        self,
        arrivals: Sequence[Arrival],
        import_id: UUID,
        reason: str | None,
        made_ready: "Ready | None" = None,
        off: set[str] | None = None,
    ) -> list[int]:
        """The same after the workspace's rules had their say; without rules, rows made ready are taken as they are.

        `off` are names of rules that took too long with rows before; it is added to.
        """
        if not arrivals:
            return []
        if await self._ledger.has_rules():
            drafts = [_draft(one) for one in arrivals]
            slow = set() if off is None else off
            keys, certain = await self._ledger.post_drafts(drafts, reason, str(Origin.IMPORT), import_id, slow)
            await self._transfer_service.accept_certain(certain, reason)
            return keys
        if made_ready is not None:
            return await self.post_ready(made_ready, reason)
        return await self.post(arrivals, reason)

    async def is_open(self, import_id: UUID) -> bool:
        """Whether what is posted of an import may still turn out otherwise: by rules, by what is posted already."""
        return await self._ledger.has_rules() or bool(await self._batches.living(import_id, 1))

    async def post_ready(self, rows: "Ready", reason: str | None = None) -> list[int]:
        """The same for rows that were made ready beforehand."""
        if not rows.dates:
            return []
        await self._categories.hold()
        closed = await self._months.refuse(set(rows.dates), reason)
        keys = await self._rows.insert_made(rows.made, rows.words)
        late = (
            [key for key, day in zip(keys, rows.dates, strict=True) if day.replace(day=1) in closed] if closed else []
        )
        await self._rows.keep_changes([self._trace(key, reason, self._clock()) for key in late])
        await self._apply(rows.change)
        return keys

    def _trace(self, key: int, reason: str | None, now: datetime) -> dict[str, Any]:
        because = Because(Origin.IMPORT, "create", reason)
        return change_row(key, {}, self._actor, now, because, is_closed=True)

    async def ids(self, keys: Sequence[int]) -> dict[int, UUID]:
        return await self._batches.ids(keys)

    async def key_of(self, transaction_id: UUID) -> int:
        row = await self._rows.get(transaction_id)
        if row is None:
            raise TransactionNotFound(f"Transaction {transaction_id} not found")
        return row.key

    async def id_of_line(self, import_id: UUID, line: int) -> UUID:
        """The transaction that a row of an import is."""
        found = await self._batches.id_of_line(import_id, line)
        if found is None:
            raise TransactionNotFound("This row is no transaction.")
        return found

    async def lines_of(self, keys: Sequence[int]) -> dict[int, int]:
        """Which row of its import each of these is."""
        return await self._batches.lines_of(keys)

    async def posted_lines(self, import_id: UUID, first: int, last: int) -> set[int]:
        return await self._batches.lines(import_id, first, last)

    async def reprint(self, import_id: UUID, prints: Mapping[int, bytes]) -> None:
        """Other fingerprints for what an import posted, by line; that is no change of what anybody sees."""
        if prints:
            await self._batches.reprint(import_id, prints)

    async def stated(self, account_id: UUID, first: Day, last: Day) -> Sequence[tuple[Any, ...]]:
        """What came with statements of an account: fingerprint, key, import, whether it was deleted since, line, day.

        Imports and days are named as the driver names them.
        """
        return await self._batches.stated(account_id, first, last)

    async def told(self, account_id: UUID, first: Day, last: Day, but: Collection[UUID]) -> Sequence[Telling]:
        """What others told of, and what of that somebody deleted."""
        return await self._batches.told(account_id, first, last, but)

    async def state(self, account_id: UUID, first: Day, last: Day) -> Sequence[tuple[int, int, int]]:
        """Figures that are the same as before only if nothing happened to these days of an account."""
        return await self._batches.state(account_id, first, last)

    async def announced(
        self, account_id: UUID, first: Day, last: Day
    ) -> Sequence[tuple[int, Day, int, str, str | None, UUID | None]]:
        """What is pending: key, day, amount, words, reference, import."""
        return [tuple(row) for row in await self._batches.announced(account_id, first, last)]

    async def booked(
        self, account_id: UUID, first: Day, last: Day, amounts: Collection[int]
    ) -> Sequence[tuple[int, Day, int, str, str | None, UUID | None]]:
        """What is booked with one of these amounts and was not announced before: as above."""
        return [tuple(row) for row in await self._batches.booked(account_id, first, last, amounts)]

    async def living(self, import_id: UUID, limit: int) -> list[int]:
        """The next transactions of an import that are in use."""
        return await self._batches.living(import_id, limit)

    async def unlink_transfers(self, keys: Sequence[int], reason: str | None = None) -> None:
        """Their other legs count for themselves again; proposals about them go."""
        await self._transfers.drop_proposals(list(keys))
        for transfer_id in await self._batches.transfers(keys):
            await self._transfer_service.decide(transfer_id, accept=False, reason=reason)

    async def refuse_withdrawal(self, import_id: UUID, reason: str | None) -> None:
        """Before anything of an import is taken back: closed months that would change take a reason."""
        if not (reason or "").strip() and await self._months.all():
            await self._months.refuse(await self._batches.days(import_id), reason)

    async def withdraw(self, keys: Sequence[int], moment: datetime, reason: str | None = None) -> int:
        """Put these away; how many they were."""
        return await self._turn(keys, moment, -1, reason)

    async def put_back(
        self, import_id: UUID, since: datetime | None, lines: Collection[int], reason: str | None = None
    ) -> dict[int, int]:
        """Bring back those of these rows that were taken back with their import; their keys by line."""
        away = await self._batches.away(import_id, lines)
        keys = sorted(away.values())
        await self._turn(keys, None, 1, reason)
        if since is not None:
            await self._transfer_service.join_again(keys, since, reason)
        return away

    async def _turn(self, keys: Sequence[int], moment: datetime | None, sign: int, reason: str | None) -> int:
        if not keys:
            return 0
        await self._categories.hold()
        bundles = await self._batches.bundles(keys)
        await self._months.refuse({bundle.day for bundle in bundles}, reason)
        await self._batches.turn(keys, moment, self._clock())
        await self._move(bundles, sign)
        return len(keys)

    async def _move(self, bundles: Sequence[Bundle], sign: int) -> None:
        kinds = await self._categories.kinds({one.category_id for one in bundles if one.category_id})
        await self._apply(bundled(bundles, kinds, sign))

    async def _apply(self, change: Delta) -> None:
        if gone := await self._totals.apply(self._actor.workspace_id, change):
            raise AccountNotFound(f"Account {gone} not found or access denied")


def _draft(one: Arrival) -> Draft:
    """As rules look at it."""
    texts = (one.description, one.payee, one.merchant, one.der_merchant, None, one.reference, one.note)
    more = {"location": None, "occurred_at": None, "is_split": False, "search_text": search_text(*texts)}
    return Draft(one._asdict() | more, (), ())


_RARE = frozenset({"merchant", "note", "stated_on", "stated_account_id"})
"""Columns that hardly any row of a statement fills."""


class Ready(NamedTuple):
    """Rows as the database takes them, and what they move together."""

    made: Made
    words: Sequence[str]
    dates: Sequence[Day]
    change: Delta


def ready(
    arrivals: Sequence[Arrival], actor: Actor, now: datetime, kinds: Mapping[UUID, str], *, is_sqlite: bool
) -> Ready:
    """Pure, so that it can be done beside the writing of the rows before. `kinds` are the sides of categories."""
    given = dict(zip(Arrival._fields, zip(*arrivals, strict=True), strict=False)) if arrivals else {}
    words = [
        search_text(one.description, one.payee, one.merchant, one.der_merchant, None, one.reference, one.note)
        for one in arrivals
    ]
    columns: dict[str, Sequence[Any] | Same] = {
        **{name: column if name not in _RARE or any(column) else Same(None) for name, column in given.items()},
        "id": new_ids_in_bytes(len(arrivals)) if is_sqlite else new_ids(len(arrivals)),
        "workspace_id": Same(actor.workspace_id),
        "is_split": Same(value=False),
        "search_text": words,
        "version": Same(1),
        "created_by": Same(actor.user_id),
        "created_at": Same(now),
        "updated_at": Same(now),
    }
    change = bundled(_gathered(arrivals), kinds, 1)
    return Ready(made_of(Transaction, columns, is_sqlite=is_sqlite), words, [one.date for one in arrivals], change)


def _gathered(arrivals: Sequence[Arrival]) -> Iterator[Bundle]:
    sums: dict[tuple[UUID, Day, UUID, str, bool, bool], list[int]] = {}
    for one in arrivals:
        is_booked = one.status == Status.BOOKED
        at = (one.account_id, one.date, one.category_id, one.currency, is_booked, one.amount > 0)
        if (found := sums.get(at)) is None:
            sums[at] = [one.amount, 1]
        else:
            found[0] += one.amount
            found[1] += 1
    for (account, day, category, currency, is_booked, _), (amount, count) in sums.items():
        yield Bundle(account, day, currency, amount, count, count, category if is_booked else None)
