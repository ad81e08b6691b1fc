"""Learning from a workspace's own decisions: when, from what, how well, and why a category is what it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from farthing.classify.classifier import Source
from farthing.classify.merchants import steps_of
from farthing.classify.model import WANTED, Example, Model, Precision, dumped, trained
from farthing.infra.db import Work
from farthing.kernel.actor import Actor
from farthing.kernel.clock import Clock
from farthing.ledger.categories import Catalogue, CategoryService
from farthing.ledger.deciding import Decider, Deciding, asked_of
from farthing.ledger.drafting import said_by
from farthing.ledger.errors import NothingToRepeat
from farthing.ledger.kinds import CategoryKind, CategorySource
from farthing.ledger.learned_models import LearnedModels
from farthing.ledger.learning_models import CategoryModel
from farthing.ledger.learning_repository import Learned
from farthing.ledger.learning_schemas import (
    AlwaysOut,
    CategoryPrecision,
    CategoryWhy,
    LearningOut,
    LearningState,
    Link,
    MerchantWhy,
    OfferedRule,
    StepOut,
    WhyOut,
)
from farthing.ledger.merchant_service import MerchantService
from farthing.ledger.models import Transaction
from farthing.ledger.service import LedgerService

EXAMPLES_MAX = 50_000
_EXAMPLES_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Lesson:
    """A model as it is kept, out of so many examples, the last of which was decided at a moment."""

    learned: dict[str, Any]
    examples: int
    learned_until: datetime


def lesson_of(decisions: Sequence[Transaction]) -> Lesson | None:
    """What some decisions teach. Pure, and slow: it is done in a thread."""
    if not decisions:
        return None
    model = trained([Example(asked_of(row), str(row.category_id)) for row in decisions])
    return Lesson(dumped(model), model.examples, decisions[-1].updated_at)


class LearningService:
    def __init__(self, work: Work, actor: Actor, clock: Clock) -> None:
        self._rows = Learned(work)
        self._models = LearnedModels(work)
        self._actor = actor
        self._clock = clock
        self._categories = CategoryService(work, actor, clock)
        self._deciding = Deciding(work, self._categories)
        self._merchants = MerchantService(work, actor, clock)
        self._ledger = LedgerService(work, actor, clock)

    async def state(self) -> LearningOut:
        """What was learned, how well it does, and what came since."""
        header = await self._rows.header()
        model, _ = await self._models.current()
        catalogue = await self._categories.catalogue()
        report = model.report if model else {}
        tried, decided, right = (sum(column) for column in zip((0, 0, 0), *map(_counts, report.values()), strict=True))
        return LearningOut(
            state=_state(model),
            trained_at=header[1] if header else None,
            version=header[0] if header else 0,
            examples=header[3] if header else 0,
            new_decisions=await self._rows.number(header[2] if header else None, EXAMPLES_MAX),
            wanted_precision=WANTED,
            threshold=model.least if model else None,
            tried=tried,
            coverage=decided / tried if tried else None,
            precision=right / decided if decided else None,
            categories=[_precision(label, one, model, catalogue) for label, one in report.items() if model],
        )

    async def decisions(self) -> Sequence[Transaction]:
        """What to learn from, the oldest decision first."""
        return await self._rows.decisions(EXAMPLES_MAX)

    async def keep(self, lesson: Lesson) -> None:
        row, now = await self._rows.lock(), self._clock()
        if row is None:
            row = CategoryModel(workspace_id=self._actor.workspace_id, version=0)
        row.version += 1
        row.trained_at, row.learned_until = now, lesson.learned_until
        row.examples, row.learned = lesson.examples, lesson.learned
        await self._rows.add(row)

    async def why(self, transaction_id: UUID) -> WhyOut:
        """Where its category and merchant come from, and what each who could be asked says today."""
        row = await self._ledger.row(transaction_id)
        decider = await self._deciding.load()
        catalogue = await self._categories.catalogue()
        kept = CategorySource(row.category_source)
        category_id = row.category_id if catalogue.name(row.category_id) else None
        return WhyOut(
            transaction_id=row.id,
            category=CategoryWhy(
                category=catalogue.name(row.category_id),
                category_id=category_id,
                source=kept,
                reason=row.category_reason or _plain_reason(kept),
                confidence=row.category_confidence,
            ),
            chain=_chain(row, decider, catalogue),
            merchant=await self._merchant_why(row),
        )

    async def _merchant_why(self, row: Transaction) -> MerchantWhy:
        text, cleaning = steps_of(said_by(row))
        steps = [StepOut(said=step.said, reason=step.reason) for step in cleaning.steps] if cleaning else []
        found = cleaning.name if cleaning else None
        shown = row.merchant or row.der_merchant
        if row.merchant:
            return MerchantWhy(name=row.merchant, source="said", text=row.merchant, steps=[])
        source = "cleaned" if shown == found else "alias"
        return MerchantWhy(name=shown, source=source, text=text, steps=steps)

    async def always(self, transaction_id: UUID) -> AlwaysOut:
        """The rule that would do to all of this merchant's what was done to this one, and what it would change."""
        row = await self._ledger.row(transaction_id)
        name = row.merchant or row.der_merchant
        category = (await self._categories.catalogue()).name(row.category_id)
        if name is None or category is None or row.is_split:
            raise NothingToRepeat
        alike = [one for one in await self._rows.alike(name, is_income=row.amount > 0) if _differs(one, row)]
        direction = CategoryKind.INCOME if row.amount > 0 else CategoryKind.EXPENSE
        condition = {"all": [{"field": "merchant", "is": name}, {"field": "direction", "is": str(direction)}]}
        return AlwaysOut(
            rule=OfferedRule(name=f"{name}: {category}", condition=condition, actions=[{"category": category}]),
            would_change=len(alike),
            examples=await self._ledger.show(alike[:_EXAMPLES_SHOWN]),
        )


def _differs(one: Transaction, row: Transaction) -> bool:
    return one.id != row.id and one.category_id != row.category_id


def _state(model: Model | None) -> LearningState:
    if model is None:
        return LearningState.UNTRAINED
    return LearningState.TOO_FEW if model.least is None else LearningState.LEARNED


def _counts(one: Precision) -> tuple[int, int, int]:
    return one.asked, one.decided, one.right


def _precision(label: str, one: Precision, model: Model, catalogue: Catalogue) -> CategoryPrecision:
    return CategoryPrecision(
        category_id=UUID(label),
        category=catalogue.name(UUID(label)),
        examples=model.labels.get(label, 0),
        tried=one.asked,
        decided=one.decided,
        right=one.right,
        precision=one.right / one.decided if one.decided else None,
        threshold=model.leasts.get(label, model.least),
    )


def _plain_reason(source: CategorySource) -> str | None:
    return "somebody chose it" if source is CategorySource.USER else None


def _chain(row: Transaction, decider: Decider, catalogue: Catalogue) -> list[Link]:
    """First what is kept, if a person or a rule decided; then what was learned; then what everybody knows."""
    source = CategorySource(row.category_source)
    links: list[Link] = []
    if source in {CategorySource.USER, CategorySource.RULE}:
        reason = row.category_reason or _plain_reason(source)
        links.append(_link(str(source), row.category_id, catalogue, reason, row.category_confidence, is_chosen=True))
    asked = asked_of(row)
    learned, builtin = decider.decision(asked), decider.builtin(asked)
    for decision in [learned] if learned == builtin else [learned, builtin]:
        if decision.reason is not None:
            who = decision.source or Source.BUILTIN
            label = UUID(decision.label) if decision.label else None
            said = decision.guessed if label is None else None
            is_chosen = not any(link.is_chosen for link in links) and label == row.category_id
            links.append(
                _link(str(who), label, catalogue, decision.reason, decision.confidence, is_chosen=is_chosen, said=said)
            )
    return links


def _link(
    source: str,
    category_id: UUID | None,
    catalogue: Catalogue,
    reason: str | None,
    confidence: int | None,
    *,
    is_chosen: bool,
    said: str | None = None,
) -> Link:
    name = catalogue.name(category_id) if category_id else said
    return Link(
        source=source,
        category=name,
        category_id=category_id if category_id and name else None,
        reason=reason,
        confidence=confidence,
        is_chosen=is_chosen,
    )
