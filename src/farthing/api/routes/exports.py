"""Lists of transactions as files. Stands before the routes of single transactions, which would take it for an id."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse

from farthing.api.access import ViewerDetached
from farthing.api.pages import known_only
from farthing.api.problems import documented
from farthing.api.routes.transactions import Wanted
from farthing.api.transaction import TransactionRoute
from farthing.ledger.exporting import Export, ExportFormat
from farthing.ledger.sorting import Sort

router = APIRouter(prefix="/api/transactions", tags=["Transactions"], route_class=TransactionRoute)
_FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            "application/x-ndjson": {"schema": {"type": "string"}},
            "application/json": {"schema": {"type": "array", "items": {"type": "object"}}},
            "application/vnd.apache.parquet": {"schema": {"type": "string", "format": "binary"}},
        },
        "description": "The file, in the order asked for.",
    }
}
Format = Annotated[
    ExportFormat, Query(alias="format", description="CSV for spreadsheets, JSON for programs, Parquet for analysis.")
]


@router.get(
    "/export",
    responses=documented(401, 403, 422) | _FILE,
    response_class=StreamingResponse,
    dependencies=[Depends(known_only)],
)
async def export_transactions(
    caller: ViewerDetached, wanted: Wanted, kind: Format = ExportFormat.CSV, sort: Sort = Sort.NEWEST
) -> StreamingResponse:
    """All transactions that fulfil every filter, however many, as a file of what they were when it was asked for."""
    house = caller.house
    export = Export(house.database, caller.scope, caller.actor, house.clock, wanted, sort)
    headers = {"Content-Disposition": f'attachment; filename="{export.filename(kind)}"'}
    return StreamingResponse(export.stream(kind), media_type=kind.media_type, headers=headers)
