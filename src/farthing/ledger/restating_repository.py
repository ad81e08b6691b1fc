"""SQL about the transactions of an import whose file is read again."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import bindparam, func, select, update

from farthing.infra.db import WorkspaceRepository
from farthing.ledger.models import Transaction

_CHUNK = 500


class Restated(WorkspaceRepository):
    async def highest_line(self, import_id: UUID) -> int:
        """The highest number of a row that ever was a transaction."""
        asked = self.own(select(func.max(Transaction.import_line)), Transaction)
        return await self.session.scalar(asked.where(Transaction.import_id == import_id)) or 0

    async def living(self, import_id: UUID, first: int, last: int) -> Sequence[Transaction]:
        """What is in use of the rows from one number to another."""
        statement = self.select(Transaction).where(
            Transaction.import_id == import_id,
            Transaction.import_line.between(first, last),
            Transaction.deleted_at.is_(None),
        )
        return (await self.session.scalars(statement.order_by(Transaction.import_line))).all()

    async def keys_at(self, import_id: UUID, lines: Collection[int]) -> dict[int, int]:
        """By number of the row, the key of what is in use."""
        found: dict[int, int] = {}
        wanted = sorted(lines)
        for start in range(0, len(wanted), _CHUNK):
            statement = self.own(select(Transaction.import_line, Transaction.key), Transaction).where(
                Transaction.import_id == import_id,
                Transaction.import_line.in_(wanted[start : start + _CHUNK]),
                Transaction.deleted_at.is_(None),
            )
            found |= {int(row[0] or 0): row[1] for row in await self.session.execute(statement)}
        return found

    async def count_of(self, account_id: UUID) -> int:
        """How many transactions of an account are in use."""
        return await self.count(Transaction, Transaction.account_id == account_id, Transaction.deleted_at.is_(None))

    async def restate(self, import_id: UUID, days: Mapping[int, date]) -> None:
        """On which day the statement has it, by number of the row."""
        place = (Transaction.import_id == import_id, Transaction.import_line == bindparam("at"))
        said = {
            "stated_on": bindparam("day"),
            "stated_account_id": func.coalesce(Transaction.stated_account_id, Transaction.account_id),
        }
        statement = self.own(update(Transaction), Transaction).where(*place).values(said)
        connection = await self.session.connection()
        await connection.execute(statement, [{"at": line, "day": day} for line, day in days.items()])
