"""Transactions: posted, found, changed, split, put away and brought back."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Query, Response
from pydantic import BeforeValidator

from farthing.api.access import Caller, Member, Viewer
from farthing.api.pages import IfVersion, known_only, spelt, tag
from farthing.api.problems import documented
from farthing.api.transaction import TransactionRoute
from farthing.kernel.errors import Unprocessable
from farthing.ledger.finding import FindService
from farthing.ledger.kinds import Status
from farthing.ledger.query import Filter
from farthing.ledger.service import LedgerService
from farthing.ledger.sorting import Sort
from farthing.ledger.transaction_schemas import (
    BatchIn,
    BatchOut,
    BulkIn,
    BulkOut,
    TransactionIn,
    TransactionOut,
    TransactionPage,
    TransactionPatch,
    folded,
)

router = APIRouter(prefix="/api/transactions", tags=["Transactions"], route_class=TransactionRoute)
FoldedStatus = Annotated[Status, BeforeValidator(folded)]
Reason = Annotated[str | None, Query(max_length=1000, description="Why, where a month is closed.")]


async def wanted(
    account_id: Annotated[list[UUID], Query(max_length=100)] = [],  # noqa: B006  FastAPI copies it
    account_ids: Annotated[list[UUID], Query(max_length=100)] = [],  # noqa: B006
    start_date: date | None = None,
    end_date: date | None = None,
    date_from: date | None = None,
    date_to: date | None = None,
    year: Annotated[int | None, Query(ge=1900, le=2200)] = None,
    month: Annotated[int | None, Query(ge=1, le=12)] = None,
    category: Annotated[list[str], Query(max_length=50)] = [],  # noqa: B006
    category_id: Annotated[list[UUID], Query(max_length=50)] = [],  # noqa: B006
    der_category: Annotated[str | None, Query(max_length=100)] = None,
    tags: Annotated[str | None, Query(max_length=1000, description="Any of these, separated by commas.")] = None,
    tags_all: Annotated[str | None, Query(max_length=1000, description="All of these, separated by commas.")] = None,
    tag_ids: Annotated[list[UUID], Query(max_length=100, description="Any of these too.")] = [],  # noqa: B006
    untagged: Annotated[bool, Query(description="Only those without a tag.")] = False,
    min_amount: Annotated[str | None, Query(max_length=40)] = None,
    max_amount: Annotated[str | None, Query(max_length=40)] = None,
    merchant: Annotated[str | None, Query(max_length=255)] = None,
    der_merchant: Annotated[str | None, Query(max_length=255)] = None,
    status: Annotated[list[FoldedStatus], Query(max_length=3)] = [],  # noqa: B006
    import_id: UUID | None = None,
    search: Annotated[str | None, Query(max_length=2000, description="The search language.")] = None,
    deleted: Annotated[bool, Query(description="Only those put away, which can be brought back.")] = False,
) -> Filter:
    """What the query strings of all replaced systems ask for."""
    return Filter(
        account_ids=(*account_id, *account_ids),
        start_date=start_date or date_from,
        end_date=end_date or date_to,
        year=year,
        month=month,
        category_ids=tuple(category_id),
        categories=tuple(name for name in category if name.strip()),
        der_category=der_category,
        tags_any=(*_words(tags), *map(str, tag_ids)),
        tags_all=_words(tags_all),
        untagged=untagged,
        min_amount=_amount(min_amount),
        max_amount=_amount(max_amount),
        merchant=merchant,
        der_merchant=der_merchant,
        status=tuple(status),
        import_id=import_id,
        search=search,
        only_deleted=deleted,
    )


@dataclass(frozen=True, slots=True)
class Place:
    """Which part of a list: by cursor, by offset, or by page."""

    limit: int
    cursor: str | None
    offset: int
    page: int | None
    page_size: int | None


async def place(
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    cursor: Annotated[
        str | None, Query(alias="next", max_length=500, description="The `next` of the page before.")
    ] = None,
    page: Annotated[int | None, Query(ge=1, le=100_000)] = None,
    page_size: Annotated[int | None, Query(ge=1, le=1000)] = None,
) -> Place:
    if page is None and page_size is None:
        return Place(limit, cursor, offset, None, None)
    size, number = page_size or 50, page or 1
    return Place(size, cursor, (number - 1) * size, number, size)


Wanted = Annotated[Filter, Depends(wanted)]
Where = Annotated[Place, Depends(place)]


@router.get("", response_model=TransactionPage, responses=documented(401, 403, 422), dependencies=[Depends(known_only)])
async def list_transactions(caller: Viewer, wanted: Wanted, where: Where, sort: Sort = Sort.NEWEST) -> Response:
    """Transactions that fulfil every filter; `search` speaks the search language."""
    found = await _finding(caller).page(wanted, sort, where.limit, cursor=where.cursor, offset=where.offset)
    shown = await _ledger(caller).show(found.rows)
    page = TransactionPage.model_construct(
        transactions=shown,
        total=found.total.count,
        total_is_exact=found.total.is_exact,
        next=found.next,
        page=where.page,
        page_size=where.page_size,
    )
    return spelt(page)


@router.post("", status_code=201, response_model=TransactionOut, responses=documented(401, 403, 404, 409, 422))
async def create_transaction(wanted: TransactionIn, caller: Member, reason: Reason = None) -> Response:
    """Post one; without an account it goes to the default one."""
    made = await _ledger(caller).create(wanted, reason)
    return spelt(made, 201, made.version)


@router.post("/batch", status_code=201, response_model=BatchOut, responses=documented(401, 403, 404, 409, 422))
async def create_transactions(
    wanted: BatchIn,
    caller: Member,
    reason: Reason = None,
    brief: Annotated[bool, Query(description="Leave the transactions out of the answer.")] = False,
) -> Response:
    """Post up to 10,000 on one account, all or none of them."""
    return spelt(await _ledger(caller).create_batch(wanted, reason, is_brief=brief), 201)


@router.post("/bulk", responses=documented(401, 403, 404, 409, 422))
async def change_transactions(wanted: BulkIn, caller: Member) -> BulkOut:
    """One change for many, all or none of them."""
    return BulkOut(updated_count=await _ledger(caller).bulk(wanted))


@router.post("/restore", responses=documented(401, 403, 404, 409, 422))
async def restore_transactions(
    transaction_ids: Annotated[list[UUID], Body(embed=True, min_length=1, max_length=10_000)],
    caller: Member,
    reason: Reason = None,
) -> BulkOut:
    """Bring deleted transactions back; how many were deleted."""
    return BulkOut(updated_count=await _ledger(caller).restore(transaction_ids, reason))


@router.get("/{transaction_id}", responses=documented(401, 403, 404, 422))
async def read_transaction(transaction_id: UUID, response: Response, caller: Viewer) -> TransactionOut:
    """One transaction with its parts, tags, and why it has its category."""
    found = await _ledger(caller).get(transaction_id)
    tag(response, found.version)
    return found


@router.patch("/{transaction_id}", responses=documented(400, 401, 403, 404, 409, 412, 422))
async def edit_transaction(
    transaction_id: UUID, patch: TransactionPatch, response: Response, caller: Member, if_version: IfVersion
) -> TransactionOut:
    """Change what is given; null clears. Balances and totals move with it."""
    changed = await _ledger(caller).edit(transaction_id, patch, if_version)
    tag(response, changed.version)
    return changed


@router.delete("/{transaction_id}", status_code=204, responses=documented(400, 401, 403, 404, 409, 412, 422))
async def delete_transaction(
    transaction_id: UUID, caller: Member, if_version: IfVersion, reason: Reason = None
) -> None:
    """Put it away; restoring brings it back."""
    await _ledger(caller).delete([transaction_id], reason, if_version)


def _words(text: str | None) -> tuple[str, ...]:
    return tuple(word.strip() for word in (text or "").split(",") if word.strip())


def _amount(text: str | None) -> Decimal | None:
    if text is None:
        return None
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise Unprocessable(f"{text!r} is not an amount. Write it like 12.34.") from error


def _ledger(caller: Caller) -> LedgerService:
    return LedgerService(caller.work, caller.actor, caller.house.clock)


def _finding(caller: Caller) -> FindService:
    return FindService(caller.work, caller.actor, caller.house.clock)
