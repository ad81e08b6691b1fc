from collections.abc import Sequence
from uuid import UUID

from farthing.infra.db import Repository
from farthing.kernel.paging import Page, PageRequest, id_after, page_of
from farthing.secrets.models import UserSecret


class SecretRepository(Repository):
    async def get(self, secret_id: UUID, *, lock: bool = False) -> UserSecret | None:
        statement = self.select(UserSecret).where(UserSecret.id == secret_id)
        found: UserSecret | None = await self.session.scalar(statement.with_for_update() if lock else statement)
        return found

    async def page(self, request: PageRequest) -> Page[UserSecret]:
        statement = self.select(UserSecret).order_by(UserSecret.id)
        if after := id_after(request):
            statement = statement.where(UserSecret.id > after)
        rows = (await self.session.scalars(statement.limit(request.limit + 1).offset(request.offset))).all()
        return page_of(rows, request, await self.count(UserSecret), lambda secret: (secret.id,))

    async def remove(self, secret: UserSecret) -> None:
        await self.session.delete(secret)
        await self.session.flush()

    async def sealed_with_others(self, key_id: str, limit: int) -> Sequence[UserSecret]:
        """Secrets that a rotation has still to rewrap."""
        statement = self.select(UserSecret).where(UserSecret.key_id != key_id).order_by(UserSecret.id).limit(limit)
        return (await self.session.scalars(statement)).all()
