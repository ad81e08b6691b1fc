"""Announced and booked transactions: two facts that are joined by a link which can be taken apart again."""

from collections.abc import Sequence
from uuid import UUID

from farthing.infra.db import Work
from farthing.kernel.actor import Actor
from farthing.kernel.clock import Clock
from farthing.kernel.errors import Conflict, NotFound
from farthing.kernel.ids import new_id
from farthing.kernel.paging import Page, PageRequest
from farthing.ledger.images import Because, Loaded
from farthing.ledger.kinds import CategorySource, Origin, Status, TransferState
from farthing.ledger.models import Transaction
from farthing.ledger.pending_models import PendingLink
from farthing.ledger.pending_repository import PendingLinks
from farthing.ledger.pending_schemas import PendingLinkOut
from farthing.ledger.service import LedgerService
from farthing.ledger.transaction_repository import Transactions


class PendingLinkNotFound(NotFound):
    """Link not found."""


class PendingLinkImpossible(Conflict):
    """One of the two is joined with another transaction already. Part these first."""


class PendingService:
    def __init__(self, work: Work, actor: Actor, clock: Clock) -> None:
        self._links = PendingLinks(work)
        self._rows = Transactions(work)
        self._ledger = LedgerService(work, actor, clock)
        self._actor = actor
        self._clock = clock

    async def page(self, request: PageRequest, state: TransferState | None) -> Page[PendingLinkOut]:
        """Newest first."""
        found = await self._links.page(request, state)
        keys = [key for link in found.items for key in (link.pending_key, link.booked_key)]
        rows = {row.key: row for row in await self._rows.by_keys(keys)}
        return found.map(lambda link: shown(link, rows[link.pending_key], rows[link.booked_key]))

    async def join(self, pending_key: int, booked_key: int, reason: str, *, is_sure: bool) -> None:
        """Link two, or propose it; what somebody rejected stays rejected."""
        if await self._links.between(pending_key, booked_key) is not None:
            return
        link = PendingLink(
            id=new_id(),
            workspace_id=self._actor.workspace_id,
            pending_key=pending_key,
            booked_key=booked_key,
            state=str(TransferState.PROPOSED),
            reason=reason,
            created_at=self._clock(),
        )
        await self._links.add(link)
        if is_sure:
            await self._link(link)

    async def decide(self, link_id: UUID, *, accept: bool) -> PendingLinkOut:
        """Accept what was proposed, or part what was joined; either can be changed again."""
        link = await self._links.get(link_id)
        if link is None:
            raise PendingLinkNotFound
        was_linked = link.state == TransferState.LINKED
        if accept and not was_linked:
            await self._link(link)
        elif not accept:
            await self._part(link, was_linked=was_linked)
            link.state = str(TransferState.REJECTED)
        link.decided_by, link.decided_at = self._actor.user_id, self._clock()
        await self._links.flush()
        rows = {row.key: row for row in await self._rows.by_keys([link.pending_key, link.booked_key])}
        return shown(link, rows[link.pending_key], rows[link.booked_key])

    async def part(self, keys: Sequence[int]) -> None:
        """Take apart every link of these transactions, because they go; what somebody rejected stays so."""
        for link in await self._links.of(keys):
            if link.state == TransferState.REJECTED:
                continue
            await self._part(link, was_linked=link.state == TransferState.LINKED)
            await self._links.remove(link)

    async def _link(self, link: PendingLink) -> None:
        """The announcement no longer counts as one; what a person wrote on it is on the booked one too."""
        others = await self._links.of([link.pending_key, link.booked_key])
        if any(other.state == TransferState.LINKED for other in others if other.id != link.id):
            raise PendingLinkImpossible
        rows = {row.key: row for row in await self._rows.by_keys([link.pending_key, link.booked_key], lock=True)}
        pending = (await self._ledger.load_rows([rows[link.pending_key]]))[0]
        because = Because(Origin.IMPORT, "booked", origin_id=link.id, why=link.reason)
        await self._ledger.change([rows[link.booked_key]], lambda one: _inherit(one, pending), because)
        await self._ledger.change([rows[link.pending_key]], _void, because)
        link.state = str(TransferState.LINKED)
        await self._links.flush()

    async def _part(self, link: PendingLink, *, was_linked: bool) -> None:
        if not was_linked:
            return
        row = (await self._rows.by_keys([link.pending_key], lock=True))[0]
        if row.status == Status.VOID:
            because = Because(Origin.UNDO, "announced", origin_id=link.id, why="it was parted from what was booked")
            await self._ledger.change([row], _announce, because)


def _inherit(one: Loaded, pending: Loaded) -> None:
    one.tag_ids = tuple(dict.fromkeys((*one.tag_ids, *pending.tag_ids)))
    row, was = one.row, pending.row
    if was.note:
        row.note = was.note if not row.note else row.note if was.note in row.note else f"{row.note}\n{was.note}"
    if was.category_source == CategorySource.USER and row.category_source != CategorySource.USER and not one.parts:
        row.category_id, row.category_source = was.category_id, was.category_source
        row.category_reason = row.category_confidence = None
    if was.merchant and not row.merchant:
        row.merchant = was.merchant


def _void(one: Loaded) -> None:
    one.row.status = Status.VOID


def _announce(one: Loaded) -> None:
    one.row.status = Status.PENDING


def shown(link: PendingLink, pending: Transaction, booked: Transaction) -> PendingLinkOut:
    return PendingLinkOut(
        id=link.id,
        state=TransferState(link.state),
        reason=link.reason,
        pending_id=pending.id,
        booked_id=booked.id,
        created_at=link.created_at,
        decided_at=link.decided_at,
    )
