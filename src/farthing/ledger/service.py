"""The heart: transactions posted, changed, deleted and brought back; balances and totals move with them."""

import asyncio
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from farthing.infra.db import Work, foresee
from farthing.kernel.actor import Actor
from farthing.kernel.clock import Clock
from farthing.kernel.money import to_text
from farthing.ledger.accounts import AccountService
from farthing.ledger.categories import CategoryService, TagService
from farthing.ledger.deciding import Deciding
from farthing.ledger.drafting import SAID, Draft, Drafting, Part, check_parts, is_undecided
from farthing.ledger.editing import amount_of, categorise, refuse_other_currency, refuse_split, write
from farthing.ledger.errors import (
    TransactionInTransfer,
    TransactionNotFound,
    TransactionOutdated,
)
from farthing.ledger.folding import FIELDS, search_text
from farthing.ledger.images import Because, Edit, Loaded, change_row, image_of
from farthing.ledger.keeping import Keeping, Posting
from farthing.ledger.kinds import Origin
from farthing.ledger.known import KnownAccount
from farthing.ledger.merchant_service import MerchantService
from farthing.ledger.models import Transaction
from farthing.ledger.months import MonthService
from farthing.ledger.rule_book import ENTRY, RuleDrafting
from farthing.ledger.showing import made, shown
from farthing.ledger.totals import Posted
from farthing.ledger.training import Training
from farthing.ledger.transaction_repository import Transactions
from farthing.ledger.transaction_schemas import (
    BatchIn,
    BatchOut,
    BulkIn,
    TransactionBody,
    TransactionIn,
    TransactionOut,
    TransactionPatch,
)
from farthing.ledger.transfer_repository import Transfers

_TOLD = 250
"""So many rows are told at a time."""
_CHOICE = {"category", "category_id"}


class LedgerService:
    def __init__(self, work: Work, actor: Actor, clock: Clock) -> None:
        self._work = work
        self._actor = actor
        self._clock = clock
        self._rows = Transactions(work)
        self._transfers = Transfers(work)
        self._months = MonthService(work, actor, clock)
        self._accounts = AccountService(work, actor, clock)
        self._categories = CategoryService(work, actor, clock)
        self._merchants = MerchantService(work, actor, clock)
        self._tags = TagService(work, actor, clock)
        self._ruling = RuleDrafting(work, actor, clock, self._categories)
        self._deciding = Deciding(work, self._categories)
        self._drafting = Drafting(self._categories, self._tags, self._merchants, self._deciding, clock)
        self._training = Training(work, actor, clock)
        self._keeping = Keeping(work, actor, clock, self._categories, self._ruling)

    async def create(self, wanted: TransactionIn, reason: str | None = None) -> TransactionOut:
        await self._foresee([wanted], wanted.account_id)
        account = await self._account(wanted.account_id, wanted.currency)
        posting = await self._post([wanted], [account], reason, is_batch=False)
        return (await self._shown(posting))[0]

    async def create_batch(self, batch: BatchIn, reason: str | None = None, *, is_brief: bool = False) -> BatchOut:
        """All or none of them, on one account; briefly, without telling them all."""
        await self._foresee(batch.transactions, batch.account_id)
        account = await self._account(batch.account_id, batch.transactions[0].currency)
        posting = await self._draft(batch.transactions, [account] * len(batch.transactions), reason)
        # The database is busy with the rows while they are counted and told.
        _, change, made = await asyncio.gather(
            self._keeping.keep(posting), self._keeping.reckoned(posting), self._shown(posting, is_brief=is_brief)
        )
        await self._keeping.finish_kept(posting, change, ENTRY, None)
        fresh = await self._accounts.get(account.id)
        await self._work.session.refresh(fresh, ["balance"])
        total = sum(row["amount"] for row in posting.rows)
        return BatchOut.model_construct(
            account_id=account.id,
            transactions=made,
            account_balance=to_text(fresh.balance, account.currency),
            total_amount=to_text(total, account.currency),
            count=len(posting.rows),
        )

    async def post(self, bodies: Sequence[TransactionBody], account_ids: Sequence[UUID]) -> list[UUID]:
        """Post on several accounts at once; the ids, in the order of the bodies."""
        accounts = {account_id: await self._accounts.known(account_id) for account_id in set(account_ids)}
        posting = await self._post(bodies, [accounts[account_id] for account_id in account_ids], None)
        return [row["id"] for row in posting.rows]

    async def _account(self, account_id: UUID | None, currency: str | None) -> KnownAccount:
        return await (self._accounts.known(account_id) if account_id else self._accounts.usual(currency))

    async def _foresee(self, bodies: Sequence[TransactionBody], account_id: UUID | None) -> None:
        """Everything that posting will ask, in one visit."""
        await foresee(
            self._work,
            [
                *self._categories.asking(),
                self._accounts.asking(account_id),
                *self._tags.asking(name for body in bodies for name in body.tags),
                self._merchants.asking(),
                self._months.asking(),
                self._rows.asking(len(bodies)),
                self._ruling.asking(),
                *(self._deciding.asking() if is_undecided(bodies) else ()),
                *([self._training.asking()] if any(map(_is_choice, bodies)) else ()),
            ],
        )

    async def _post(
        self,
        bodies: Sequence[TransactionBody],
        accounts: Sequence[KnownAccount],
        reason: str | None,
        *,
        is_batch: bool = True,
    ) -> Posting:
        posting = await self._draft(bodies, accounts, reason, is_batch=is_batch)
        await self._keeping.finish(posting, ENTRY, None)
        return posting

    async def has_rules(self) -> bool:
        return not (await self._ruling.book()).is_empty

    async def post_drafts(
        self, drafts: Sequence[Draft], reason: str | None, origin: str, origin_id: UUID | None, off: set[str]
    ) -> tuple[list[int], list[UUID]]:
        """After the rules had their say: keys in the order of the drafts, and the proposed transfers that are certain.

        `off` are rules that took too long before; those that do so now join them.
        """
        await self._categories.hold()
        judged = await self._ruling.judge(drafts, sets_aside=True, off=sorted(off))
        off |= {one.rule.name for one in judged.off}
        posting = await self._keeping.made_ready(judged, reason)
        certain = await self._keeping.finish(posting, origin, origin_id)
        return [row["key"] for row in posting.rows], certain

    async def _draft(
        self,
        bodies: Sequence[TransactionBody],
        accounts: Sequence[KnownAccount],
        reason: str | None,
        *,
        is_batch: bool = True,
    ) -> Posting:
        """Everything decided, nothing kept yet."""
        await self._categories.hold()
        drafts = await self._drafting.drafts(bodies, accounts, is_batch=is_batch)
        judged = await self._ruling.judge(drafts, sets_aside=False)
        chosen = sum(map(_is_choice, bodies))
        is_lesson = chosen > 0 and await self._training.is_due(chosen)
        return (await self._keeping.made_ready(judged, reason))._replace(is_lesson=is_lesson)

    async def _shown(self, posting: Posting, *, is_brief: bool = False) -> list[TransactionOut]:
        told: list[TransactionOut] = []
        for start in range(0, 0 if is_brief else len(posting.rows), _TOLD):
            await asyncio.sleep(0)  # others want the processor too
            some = slice(start, start + _TOLD)
            told += [
                shown(made(row), posting.catalogue, draft.parts, draft.tag_names)
                for row, draft in zip(posting.rows[some], posting.drafts[some], strict=True)
            ]
        return told

    async def get(self, transaction_id: UUID) -> TransactionOut:
        return (await self.show([await self.row(transaction_id)]))[0]

    async def row(self, transaction_id: UUID) -> Transaction:
        row = await self._rows.get(transaction_id)
        if row is None or row.deleted_at is not None:
            raise TransactionNotFound(f"Transaction {transaction_id} not found")
        return row

    async def edit(
        self, transaction_id: UUID, patch: TransactionPatch, if_version: int | None = None
    ) -> TransactionOut:
        loaded = (await self._load([transaction_id]))[0]
        if if_version is not None and loaded.row.version != if_version:
            raise TransactionOutdated
        if patch.model_fields_set - {"reason"}:
            edit = await self._edit_of(loaded, patch)
            await self._change([loaded], edit, Because(reason=patch.reason))
        if patch.model_fields_set & _CHOICE:
            await self._training.notice()
        return (await self.show([loaded.row]))[0]

    async def bulk(self, wanted: BulkIn) -> int:
        """One change for many; how many were changed."""
        if wanted.delete:
            return await self.delete(wanted.transaction_ids, wanted.reason)
        loaded = await self._load(wanted.transaction_ids)
        for one in loaded:
            refuse_in_transfer(one.row, wanted.status)
        refuse_split(loaded, wanted.model_fields_set & _CHOICE)
        add = await self._drafting.tag_ids(wanted.add_tags)
        remove = set(await self._drafting.tag_ids(wanted.remove_tags))
        given = wanted.model_fields_set
        by_side: dict[bool, UUID] = {}
        if given & _CHOICE:
            for is_income in {one.row.amount > 0 for one in loaded}:
                by_side[is_income] = await self._drafting.category(
                    wanted.category, wanted.category_id, 1 if is_income else -1
                )
        merchants = await self._merchants_after([one.row for one in loaded], wanted)

        def edit(one: Loaded) -> None:
            if by_side:
                categorise(one, by_side[one.row.amount > 0])
            for name in given & {"merchant", "note"}:
                setattr(one.row, name, getattr(wanted, name))
            one.row.der_merchant = merchants[one.row.key]
            if wanted.status is not None:
                one.row.status = wanted.status
            one.tag_ids = tuple(t for t in dict.fromkeys((*one.tag_ids, *add)) if t not in remove)

        await self._change(loaded, edit, Because(reason=wanted.reason))
        if by_side:
            await self._training.notice()
        return len(loaded)

    async def delete(self, ids: Sequence[UUID], reason: str | None = None, if_version: int | None = None) -> int:
        """Put away, to be brought back by `restore`."""
        loaded = await self._load(ids)
        for one in loaded:
            if if_version is not None and one.row.version != if_version:
                raise TransactionOutdated
            refuse_in_transfer(one.row, "delete")
        now = self._clock()

        def put_away(one: Loaded) -> None:
            one.row.deleted_at = now

        await self._change(loaded, put_away, Because(action="delete", reason=reason))
        return len(loaded)

    async def restore(self, ids: Sequence[UUID], reason: str | None = None) -> int:
        """Bring back those that were put away; how many that were."""
        loaded = await self._load(ids, with_deleted=True)

        def bring_back(one: Loaded) -> None:
            one.row.deleted_at = None

        gone = [one for one in loaded if one.row.deleted_at]
        for account_id in {one.row.account_id for one in gone}:
            await self._accounts.get(account_id)
        await self._change(gone, bring_back, Because(Origin.UNDO, "restore", reason))
        return len(gone)

    async def _edit_of(self, loaded: Loaded, patch: TransactionPatch) -> Edit:
        """What the patch does to the row; names are resolved before anything changes."""
        row, given = loaded.row, patch.model_fields_set
        refuse_in_transfer(row, given & {"amount", "type", "account_id", "status"})
        account = await self._accounts.get(patch.account_id) if patch.account_id else None
        currency = account.currency if account else row.currency
        refuse_other_currency(loaded, patch, currency)
        amount = amount_of(patch, row, currency)
        chosen = given & _CHOICE
        refuse_split([loaded], chosen and "splits" not in given)
        category = await self._drafting.category(patch.category, patch.category_id, amount) if chosen else None
        if "splits" in given:
            parts = await self._drafting.parts(patch.splits or [], amount, currency, patch.type)
        else:
            parts = loaded.parts
            check_parts(parts, amount, currency)
        tag_ids = await self._drafting.tag_ids(patch.tags or []) if "tags" in given else None
        merchants = await self._merchants_after([row], patch)

        def edit(one: Loaded) -> None:
            if account is not None:
                one.row.account_id, one.row.currency = account.id, account.currency
            one.row.amount, one.parts = amount, parts
            one.row.der_merchant = merchants[one.row.key]
            write(one.row, patch)
            if category is not None:
                categorise(one, category)
            if tag_ids is not None:
                one.tag_ids = tag_ids

        return edit

    async def _merchants_after(
        self, rows: Sequence[Transaction], patch: TransactionPatch | BulkIn
    ) -> dict[int, str | None]:
        """Whom each means with the texts of the patch; without new texts the same as before."""
        given = patch.model_fields_set & set(SAID)
        if not given:
            return {row.key: row.der_merchant for row in rows}
        said = [tuple(getattr(patch if name in given else row, name) for name in SAID) for row in rows]
        return dict(zip((row.key for row in rows), await self._merchants.meant_by(said), strict=True))

    async def load_rows(self, rows: Sequence[Transaction]) -> list[Loaded]:
        return await self._with_details(rows)

    async def change(self, rows: Sequence[Transaction], edit: Edit, because: Because) -> None:
        """For the neighbours of this house: the same care for a change that is not a person's edit."""
        await self._change(await self._with_details(rows), edit, because)

    async def change_keys(self, keys: Sequence[int], edit: Edit, because: Because) -> None:
        """The same for who knows transactions by their keys."""
        await self._categories.hold()
        await self.change(await self._rows.by_keys(keys, lock=True), edit, because)

    async def flag(self, rows: Sequence[Transaction], because: Because) -> None:
        """Keep what rows of closed months were, before somebody else changes them all at once."""
        loaded = await self._with_details(rows)
        kept = (self._actor, self._clock(), because)
        await self._rows.keep_changes([change_row(one.row.key, image_of(one), *kept, is_closed=True) for one in loaded])

    async def _change(self, loaded: Sequence[Loaded], edit: Edit, because: Because) -> None:
        """Keep what was, change it, move the totals by the difference."""
        if not loaded:
            return
        before = [one.posted() for one in loaded]
        images = [image_of(one) for one in loaded]
        tags_before = [one.tag_ids for one in loaded]
        words_before = [one.row.search_text for one in loaded]
        for one in loaded:
            was = (one.row.account_id, one.row.date, one.row.amount)
            edit(one)
            is_as_stated = was == (one.row.account_id, one.row.date, one.row.amount)
            if one.row.import_id and one.row.stated_on is None and not is_as_stated:
                one.row.stated_account_id, one.row.stated_on, _ = was
            one.row.is_split = bool(one.parts)
            one.row.search_text = search_text(*(getattr(one.row, name) for name in FIELDS))
            one.row.version += 1
            one.row.updated_at = self._clock()
        after = [one.posted() for one in loaded]
        moved = [one.row.key for one, b, a in zip(loaded, before, after, strict=True) if b.movement != a.movement]
        await self._transfers.drop_proposals(moved)
        closed = await self._months.refuse({p.day for p in (*before, *after)}, because.reason)
        await self._rows.flush()
        await self._keep_details(loaded, before, tags_before)
        for one, words in zip(loaded, words_before, strict=True):
            await self._rows.reword(one.row.key, words, one.row.search_text)
        kept = (self._actor, self._clock(), because)
        await self._rows.keep_changes(
            [
                change_row(one.row.key, image, *kept, is_closed=bool({_month(b), _month(a)} & closed))
                for one, image, b, a in zip(loaded, images, before, after, strict=True)
            ]
        )
        await self._keeping.move(before, after)

    async def _keep_details(
        self, loaded: Sequence[Loaded], before: Sequence[Posted], tags_before: Sequence[tuple[UUID, ...]]
    ) -> None:
        resplit = [one for one, was in zip(loaded, before, strict=True) if one.parts or was.splits]
        retagged = [one for one, was in zip(loaded, tags_before, strict=True) if set(one.tag_ids) != set(was)]
        await self._rows.drop_splits([one.row.key for one in resplit])
        await self._rows.drop_tags([one.row.key for one in retagged])
        as_drafts = [(one.row.key, Draft({}, one.parts, ())) for one in resplit]
        as_drafts += [(one.row.key, Draft({}, (), one.tag_ids)) for one in retagged]
        await self._keeping.keep_parts_and_tags(as_drafts)

    async def _load(self, ids: Sequence[UUID], *, with_deleted: bool = False) -> list[Loaded]:
        await self._categories.hold()
        unique = list(dict.fromkeys(ids))
        rows = await self._rows.by_ids(unique, lock=True)
        found = {row.id for row in rows if with_deleted or row.deleted_at is None}
        for transaction_id in unique:
            if transaction_id not in found:
                raise TransactionNotFound(f"Transaction {transaction_id} not found")
        return await self._with_details(rows)

    async def _with_details(self, rows: Sequence[Transaction]) -> list[Loaded]:
        keys = [row.key for row in rows]
        splits, tags = await self._rows.splits(keys), await self._rows.tags(keys)
        return [
            Loaded(
                row,
                tuple(Part(s.category_id, s.amount, s.note) for s in splits.get(row.key, [])),
                tuple(tag.id for tag in tags.get(row.key, [])),
                tuple(tag.name for tag in tags.get(row.key, [])),
            )
            for row in rows
        ]

    async def show(self, rows: Sequence[Transaction]) -> list[TransactionOut]:
        """Rows as clients read them, with the names of their categories and tags."""
        keys = [row.key for row in rows]
        splits = await self._rows.splits([row.key for row in rows if row.is_split])
        tags = await self._rows.tags(keys)
        catalogue = await self._categories.catalogue()
        return [
            shown(row, catalogue, splits.get(row.key, []), [tag.name for tag in tags.get(row.key, [])]) for row in rows
        ]


def refuse_in_transfer(row: Transaction, change: object) -> None:
    """Some changes of one leg would leave the other without its counterpart."""
    if change and row.transfer_id is not None:
        raise TransactionInTransfer


def _month(posted: Posted) -> date:
    return posted.day.replace(day=1)


def _is_choice(body: TransactionBody) -> bool:
    return bool(body.category or body.category_id)
