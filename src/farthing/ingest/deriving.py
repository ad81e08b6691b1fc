"""What a row means: its merchant and its category, with the reasons, so that posting is only writing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Day  # noqa: N812  a field is called date
from typing import Any
from uuid import UUID

from farthing.classify.keywords import guess
from farthing.infra.db import Work
from farthing.ingest.rawrows import Fact, Place
from farthing.kernel.actor import Actor
from farthing.kernel.clock import Clock
from farthing.ledger.categories import CategoryService
from farthing.ledger.drafting import Chosen, side_of
from farthing.ledger.kinds import CategorySource
from farthing.ledger.merchant_service import MerchantService
from farthing.ledger.posting import Arrival

_TEXT_MAX = 255
_LONG_MAX = 4000


@dataclass(frozen=True, slots=True)
class Corrected:
    """What a person wrote in the place of what was read."""

    date: Day | None = None
    minor: int | None = None
    payee: str | None = None
    description: str | None = None
    note: str | None = None
    category_id: UUID | None = None


class Deriving:
    """Loaded once for an import; asked for each chunk."""

    def __init__(self, work: Work, actor: Actor, clock: Clock) -> None:
        self._merchants = MerchantService(work, actor, clock)
        self._categories = CategoryService(work, actor, clock)

    async def arrivals(
        self,
        facts: Sequence[Fact],
        places: Mapping[int, Place],
        import_id: UUID,
        corrected: Mapping[int, Corrected] | None = None,
    ) -> list[Arrival]:
        """The rows as they will stand in the ledger."""
        said = [(fact.payee, description_of(fact)) for fact in facts]
        merchants = await self._merchants.meant_by(said)
        catalogue = await self._categories.catalogue()
        none = (await self._categories.none()).id
        chosen: dict[Any, Chosen] = {}
        made = []
        for fact, texts, merchant in zip(facts, said, merchants, strict=True):
            asked = (fact.minor > 0, *texts)
            if (choice := chosen.get(asked)) is None:
                guessed = guess(fact.minor, *texts)
                known = catalogue.find(guessed.category, side_of(fact.minor)) if guessed else None
                if guessed is None:
                    choice = Chosen(none, CategorySource.NONE)
                else:
                    source = CategorySource.BUILTIN if known else CategorySource.NONE
                    at = known.id if known else none
                    choice = Chosen(at, source, guessed.reason, guessed.confidence, guessed.category)
                chosen[asked] = choice
            place = places[fact.statement]
            one = Arrival(
                account_id=place.account_id,
                date=fact.date,
                value_date=fact.value_date,
                amount=fact.minor,
                currency=place.currency,
                status=fact.status,
                description=texts[1],
                payee=_cut(fact.payee, _TEXT_MAX),
                merchant=None,
                reference=_cut(fact.reference, _TEXT_MAX),
                note=None,
                category_id=choice.category_id,
                category_source=str(choice.source),
                category_reason=choice.reason,
                category_confidence=choice.confidence,
                der_category=choice.guessed,
                der_merchant=_cut(merchant, _TEXT_MAX),
                import_id=import_id,
                import_line=fact.row,
                fingerprint=fact.fingerprint,
            )
            made.append(_with(one, corrected[fact.row]) if corrected and fact.row in corrected else one)
        return made


def description_of(fact: Fact) -> str | None:
    """What is said besides the payee, else all that is said."""
    return _cut(fact.memo or fact.description or fact.payee, _LONG_MAX)


def _with(one: Arrival, corrected: Corrected) -> Arrival:
    given: dict[str, Any] = {
        name: value
        for name in ("date", "payee", "description", "note")
        if (value := getattr(corrected, name)) is not None
    }
    if given.get("date", one.date) != one.date:
        given |= {"stated_on": one.date, "stated_account_id": one.account_id}
    if corrected.minor is not None:
        given["amount"] = corrected.minor
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
