"""Decides categories for rows: loaded once for a batch, then pure. The one seam for posting by hand and importing."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from farthing.classify.classifier import Classifier, Decision, Remembered, Source
from farthing.classify.features import Asked
from farthing.classify.meanings import Side
from farthing.classify.model import Model
from farthing.infra.db import Question, Work
from farthing.ledger.categories import Catalogue, CategoryService
from farthing.ledger.kinds import CategoryKind, CategorySource
from farthing.ledger.learned_models import LearnedModels
from farthing.ledger.models import Transaction

_CHOSEN_MAX = 50_000
_SOURCES = {
    Source.MEMORY: CategorySource.MODEL,
    Source.MODEL: CategorySource.MODEL,
    Source.BUILTIN: CategorySource.BUILTIN,
}
_LEARNED = frozenset({Source.MEMORY, Source.MODEL})


class Chosen(NamedTuple):
    """A category and why it is this one."""

    category_id: UUID
    source: CategorySource
    reason: str | None = None
    confidence: int | None = None
    guessed: str | None = None


class Decider:
    """What decides categories in one workspace, as it was when it was loaded."""

    def __init__(
        self, catalogue: Catalogue, none: UUID, model: Model | None, memory: dict[tuple[Side, str], Remembered]
    ) -> None:
        self._catalogue = catalogue
        self._none = none
        self.model = model
        self._all = Classifier(self._find, model, memory)
        self._builtin = Classifier(self._find)
        self._chosen: dict[int, tuple[Decision, Chosen]] = {}

    def choose(self, rows: Iterable[Asked]) -> list[Chosen]:
        return [self.one(row) for row in rows]

    def one(self, row: Asked) -> Chosen:
        return self.chosen(self.decision(row))

    def decision(self, row: Asked) -> Decision:
        """As the classifier says it; a category that is gone since is no answer."""
        decision = self._all.one(row)
        if decision.source in _LEARNED and not self._is_usable(str(decision.label), row.side):
            return self._builtin.one(row)
        return decision

    def builtin(self, row: Asked) -> Decision:
        """What everybody knows, whatever was learned here."""
        return self._builtin.one(row)

    def again(self, side: Side, name: str | None, texts: tuple[str | None, str | None, str | None]) -> Chosen | None:
        """What such a row of a statement means without being looked at; None where it must be."""
        decision = self._all.again(side, name, texts)
        if decision is None:
            return None
        if decision.source in _LEARNED and not self._is_usable(str(decision.label), side):
            return None
        return self.chosen(decision)

    def chosen(self, decision: Decision) -> Chosen:
        """Classifiers give the very same decision again and again."""
        if (known := self._chosen.get(id(decision))) is not None:
            return known[1]
        if len(self._chosen) >= _CHOSEN_MAX:
            self._chosen.clear()
        found = self._made(decision)
        self._chosen[id(decision)] = (decision, found)
        return found

    def _made(self, decision: Decision) -> Chosen:
        if decision.label is None or decision.source is None:
            more = (decision.reason, decision.confidence, decision.guessed)
            return Chosen(self._none, CategorySource.NONE, *more)
        source = _SOURCES[decision.source]
        return Chosen(UUID(decision.label), source, decision.reason, decision.confidence, decision.guessed)

    def _find(self, name: str, side: Side) -> str | None:
        """A category of this name, on its own side only: a refund of groceries is in groceries, not in income."""
        found = self._catalogue.find(name, CategoryKind(side))
        return str(found.id) if found and found.kind == side else None

    def _is_usable(self, label: str, side: Side) -> bool:
        category = self._catalogue.by_id.get(UUID(label))
        return category is not None and category.deleted_at is None and (category.kind == side or side is Side.INCOME)


class Deciding:
    """Loads what decides: the categories, the workspace's model, what was chosen since it was trained."""

    def __init__(self, work: Work, categories: CategoryService) -> None:
        self._models = LearnedModels(work)
        self._categories = categories

    def asking(self) -> list[Question]:
        """What `load` will ask first."""
        return self._models.asking()

    async def load(self, *, learned: bool = True) -> Decider:
        """Without what was `learned` here, it knows only what everybody does."""
        none = (await self._categories.none()).id
        model, memory = await self._models.current() if learned else (None, {})
        return Decider(await self._categories.catalogue(), none, model, memory)


def asked(
    amount: int, texts: Sequence[str | None], *, account_id: UUID, day: date, merchant: str | None = None
) -> Asked:
    """A row as the classifier is asked about it; `texts` are merchant, payee and description."""
    said, payee, description = texts
    side = Side.INCOME if amount > 0 else Side.EXPENSE
    return Asked(side, said, payee, description, amount, str(account_id), day.weekday(), merchant)


def asked_of(row: Transaction) -> Asked:
    texts = (row.merchant, row.payee, row.description)
    merchant = row.der_merchant or row.merchant
    return asked(row.amount, texts, account_id=row.account_id, day=row.date, merchant=merchant)
