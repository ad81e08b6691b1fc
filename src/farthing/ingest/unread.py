"""Lines that could not be read: by their words they are known again, with what a person wrote in their place."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from uuid import UUID

from farthing.infra.db import Work
from farthing.ingest.decisions import Decision, Period, RowState, is_whole
from farthing.ingest.evidence import spans_of
from farthing.ingest.fingerprints import of_text
from farthing.ingest.models import Import, ImportRow, ImportStatement
from farthing.ingest.repository import Imports, Rows


class UnreadLines:
    def __init__(self, work: Work) -> None:
        self._imports = Imports(work)
        self._rows = Rows(work)

    async def known(
        self, one: Import, rows: Collection[ImportRow], spans: Mapping[UUID, Period]
    ) -> dict[int, Decision]:
        """Of these, the lines that another import of the same account had and that somebody corrected there."""
        marked = {row.fingerprint: row for row in rows if row.said is not None and row.fingerprint is not None}
        found: dict[int, Decision] = {}
        for account_id in spans.keys() & {row.account_id for row in marked.values()}:
            former = await self._rows.corrected_before(account_id, list(marked), one.id)
            imports = await self._imports.several({row.import_id for row in former})
            statements = await self._imports.statements_of(list(imports))
            for row in former:
                other = imports[row.import_id]
                theirs = spans_of(statements.get(other.id, [])).get(account_id)
                if row.fingerprint is not None and _is_the_same(one, spans[account_id], row, other, theirs):
                    why = f"it came with {other.name}, and you corrected it there"
                    found[marked[row.fingerprint].row] = Decision(RowState.SAME, why, row.transaction_key)
        return found

    async def placed(self, one: Import, statements: Sequence[ImportStatement]) -> None:
        """They are of the account that the file is of, which may only be known by now."""
        account_id = next((part.account_id for part in statements), None)
        seen: dict[str, int] = {}
        for row in await self._rows.of(one.id):
            if row.said is not None and account_id is not None:
                seen[row.said] = seen.get(row.said, 0) + 1
                row.account_id = account_id
                row.fingerprint = of_text(one.workspace_id, account_id, row.said, seen[row.said])
        await self._rows.flush()

    async def decided(self, one: Import, decisions: Mapping[int, Decision]) -> None:
        """What the plan says of them; those that somebody corrected wait to be posted until all else is."""
        for row in await self._rows.of(one.id) if decisions else ():
            decision = decisions.get(row.row)
            if decision is None or decision.state in {RowState.NEW, RowState.ERROR}:
                if row.said is not None and row.state != RowState.ERROR:
                    row.state, row.reason = str(RowState.ERROR), "it could not be read"
            else:
                row.state, row.reason = str(decision.state), decision.reason
                row.transaction_key = decision.key or row.transaction_key
        await self._rows.flush()


def unread_decision(row: ImportRow, known: Mapping[int, Decision]) -> Decision:
    """What becomes of a line that could not be read."""
    match row.decision:
        case "same":
            return Decision(RowState.SAME, "you said so", row.transaction_key)
        case "skip":
            return Decision(RowState.SKIPPED, "you left it out")
        case None if row.row in known:
            return known[row.row]
        case _:
            return Decision(RowState.NEW, "you corrected it") if row.corrected else Decision(RowState.ERROR, row.reason)


def _is_the_same(one: Import, span: Period, row: ImportRow, other: Import, theirs: Period | None) -> bool:
    """The very same file, or a day that both tell of as a whole."""
    day = (row.corrected or {}).get("date")
    if one.blob == other.blob:
        return True
    return day is not None and theirs is not None and is_whole(date.fromisoformat(day), span, theirs)
