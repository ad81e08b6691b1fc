"""What a row means: its merchant and its category, with the reasons. Loaded once for an import, then pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Day  # noqa: N812  a field is called date
from typing import Any
from uuid import UUID

from farthing.classify.meanings import Side
from farthing.infra.db import Work
from farthing.ingest.rawrows import Fact, Place
from farthing.kernel.actor import Actor
from farthing.kernel.clock import Clock
from farthing.ledger.categories import CategoryService
from farthing.ledger.deciding import Chosen, Decider, Deciding, asked
from farthing.ledger.kinds import CategorySource
from farthing.ledger.merchant_service import MerchantService, Spellings
from farthing.ledger.posting import Arrival

_TEXT_MAX = 255
_LONG_MAX = 4000
_INCOME, _EXPENSE = Side.INCOME, Side.EXPENSE


@dataclass(frozen=True, slots=True)
class Corrected:
    """What a person wrote in the place of what was read."""

    date: Day | None = None
    minor: int | None = None
    payee: str | None = None
    description: str | None = None
    note: str | None = None
    category_id: UUID | None = None


class Meaning:
    """What rows mean in one workspace, as it was when this was loaded."""

    def __init__(self, decider: Decider, spellings: Spellings, kinds: Mapping[UUID, str]) -> None:
        self.kinds = kinds
        self._decider = decider
        self._spellings = spellings

    @classmethod
    async def load(cls, work: Work, actor: Actor, clock: Clock) -> "Meaning":
        categories = CategoryService(work, actor, clock)
        decider = await Deciding(work, categories).load()
        kinds = {i: category.kind for i, category in (await categories.catalogue()).by_id.items()}
        return cls(decider, await MerchantService(work, actor, clock).spellings(), kinds)

    def arrivals(
        self,
        facts: Sequence[Fact],
        places: Mapping[int, Place],
        import_id: UUID,
        corrected: Mapping[int, Corrected] | None = None,
    ) -> list[Arrival]:
        """The rows as they will stand in the ledger."""
        made = [self._arrival(fact, places[fact.statement], import_id) for fact in facts]
        if not corrected:
            return made
        return [with_corrected(one, corrected.get(one.import_line)) for one in made]

    def derived(
        self, said: tuple[str | None, str | None, str | None], minor: int, account_id: UUID, day: Day
    ) -> tuple[str | None, Chosen]:
        """Whom a transaction means that says this of merchant, payee and description, and what it is for."""
        merchant = self._spellings.meant(said)
        chosen = self._decider.again(_INCOME if minor > 0 else _EXPENSE, merchant, said)
        if chosen is None:
            chosen = self._decider.one(asked(minor, said, account_id=account_id, day=day, merchant=merchant))
        return merchant, chosen

    def _arrival(self, fact: Fact, place: Place, import_id: UUID) -> Arrival:
        payee, description = _cut(fact.payee, _TEXT_MAX), description_of(fact)
        merchant, chosen = self.derived((None, payee, description), fact.minor, place.account_id, fact.date)
        return Arrival(
            place.account_id,
            fact.date,
            fact.value_date,
            fact.minor,
            place.currency,
            fact.status,
            description,
            payee,
            None,
            _cut(fact.reference, _TEXT_MAX),
            None,
            chosen.category_id,
            str(chosen.source),
            chosen.reason,
            chosen.confidence,
            chosen.guessed,
            merchant,
            import_id,
            fact.row,
            fact.fingerprint,
        )


def description_of(fact: Fact) -> str | None:
    """What is said besides the payee, else all that is said."""
    return _cut(fact.memo or fact.description or fact.payee, _LONG_MAX)


def with_corrected(one: Arrival, corrected: Corrected | None) -> Arrival:
    """What a person wrote stands in the place of what was read."""
    if corrected is None:
        return one
    given: dict[str, Any] = {
        name: value
        for name in ("date", "payee", "description", "note")
        if (value := getattr(corrected, name)) is not None
    }
    if corrected.minor is not None:
        given["amount"] = corrected.minor
    if given.get("date", one.date) != one.date or given.get("amount", one.amount) != one.amount:
        given |= {"stated_on": one.date, "stated_account_id": one.account_id}
    if corrected.category_id is not None:
        given |= {
            "category_id": corrected.category_id,
            "category_source": str(CategorySource.USER),
            "category_reason": None,
            "category_confidence": None,
        }
    return one._replace(**given)


def _cut(text: str | None, longest: int) -> str | None:
    return text[:longest] if text else None
