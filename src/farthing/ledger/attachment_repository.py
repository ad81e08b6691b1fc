"""SQL about files that belong to transactions."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, select

from farthing.infra.db import WorkspaceRepository
from farthing.ledger.models import Attachment, Transaction


class Attachments(WorkspaceRepository):
    async def of(self, transaction_key: int) -> Sequence[Attachment]:
        """Oldest first."""
        statement = self.select(Attachment).where(
            Attachment.transaction_key == transaction_key, Attachment.deleted_at.is_(None)
        )
        return (await self.session.scalars(statement.order_by(Attachment.id))).all()

    async def get(self, attachment_id: UUID, *, with_deleted: bool = False) -> tuple[Attachment, UUID] | None:
        """A file and its transaction's id; of a deleted transaction nothing is shown."""
        statement = self._beside_transaction().where(Attachment.id == attachment_id)
        if not with_deleted:
            statement = statement.where(Attachment.deleted_at.is_(None))
        row = (await self.session.execute(statement)).one_or_none()
        return None if row is None else (row[0], row[1])

    def _beside_transaction(self) -> Select[Attachment, UUID]:
        belongs = (Transaction.workspace_id == Attachment.workspace_id) & (
            Transaction.key == Attachment.transaction_key
        )
        statement = self.own(select(Attachment, Transaction.id), Attachment)
        return statement.join(Transaction, belongs).where(Transaction.deleted_at.is_(None))
