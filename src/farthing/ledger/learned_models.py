"""The workspace's model as it is kept, and the choices that came after it."""

from collections.abc import Iterable
from uuid import UUID

from farthing.classify.classifier import Remembered
from farthing.classify.meanings import Side
from farthing.classify.merchants import merchant_of
from farthing.classify.model import Model, loaded
from farthing.infra.db import Question, Work
from farthing.ledger.learning_repository import Choice, Learned

Memory = dict[tuple[Side, str], Remembered]
_READ_MAX = 64
_read: dict[tuple[UUID | None, int, str], Model | None] = {}
"""Models that this process has read, by workspace, version and moment: reading one costs more than using it."""


class LearnedModels:
    def __init__(self, work: Work) -> None:
        self._rows = Learned(work)
        self._workspace_id = work.scope.workspace_id

    def asking(self) -> list[Question]:
        """What `current` will ask first."""
        return self._rows.asking()

    async def current(self) -> tuple[Model | None, Memory]:
        header = await self._rows.header()
        memory = remembered(await self._rows.choices())
        return (await self._model(header[0], header[1].isoformat()) if header else None), memory

    async def _model(self, version: int, moment: str) -> Model | None:
        key = (self._workspace_id, version, moment)
        if key not in _read:
            kept = await self._rows.learned()
            while len(_read) >= _READ_MAX:
                del _read[next(iter(_read))]
            _read[key] = loaded(kept) if kept else None
        return _read[key]


def remembered(rows: Iterable[Choice]) -> Memory:
    """The latest choice for each merchant on each side, with how often it was made in a row."""
    memory: Memory = {}
    for row in rows:
        name = row.der_merchant or merchant_of(row.merchant, row.payee, row.description)
        if name is None:
            continue
        key = (Side.INCOME if row.amount > 0 else Side.EXPENSE, name)
        label, before = str(row.category_id), memory.get(key)
        memory[key] = Remembered(label, before.times + 1 if before and before.label == label else 1)
    return memory
