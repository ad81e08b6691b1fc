"""Plans of rules carried out: names become ids, rows of the table or drafts of new ones become what was planned."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from farthing.ledger.categories import CategoryService, TagService
from farthing.ledger.drafting import Draft, Part
from farthing.ledger.folding import FIELDS, search_text, tag_key
from farthing.ledger.images import Loaded
from farthing.ledger.kinds import CategorySource, Status
from farthing.ledger.known import KnownTag
from farthing.ledger.merchant_service import MerchantService
from farthing.ledger.rule_columns import Row
from farthing.ledger.rule_plans import Plan, Planner

CERTAIN = 100
"""A rule does not guess."""


@dataclass(frozen=True, slots=True)
class Carrier:
    """Knows the ids of everything that some plans name; what was not there is made by then."""

    planner: Planner
    tags: Mapping[str, KnownTag]
    merchants: Mapping[str, str | None]
    none: UUID

    def changed(self, plan: Plan, row: Row) -> dict[str, Any]:
        """The columns that the plan gives other values."""
        found: dict[str, Any] = {}
        if plan.category is not None:
            found["category_id"] = self.planner.category_id(plan.category, row.amount) or self.none
            found["category_source"] = str(CategorySource.RULE)
            found["category_reason"] = plan.reasons.get(plan.effect.category_by or 0)
            found["category_confidence"] = CERTAIN
        if plan.merchant is not None:
            found["merchant"] = plan.merchant
            found["der_merchant"] = self.merchants.get(plan.merchant) or plan.merchant
        if plan.note is not None:
            found["note"] = plan.note
        if plan.is_void:
            found["status"] = str(Status.VOID)
        return found

    def parts(self, plan: Plan) -> tuple[Part, ...]:
        return tuple(
            Part(self.planner.category_id(p.category, p.amount) or self.none, p.amount, p.note) for p in plan.pieces
        )

    def change(self, plan: Plan, one: Loaded) -> None:
        """A row of the table, as the ledger's one change function has it in hand."""
        for name, value in self.changed(plan, one.row).items():
            setattr(one.row, name, value)
        if plan.pieces:
            one.parts = self.parts(plan)
        if plan.tags is not None:
            one.tag_ids = tuple(self.tags[tag_key(name)].id for name in plan.tags)

    def drafted(self, plan: Plan, draft: Draft, row: Row) -> Draft:
        """The same for a transaction that is not posted yet."""
        columns = draft.columns | self.changed(plan, row)
        columns |= {"search_text": search_text(*(columns[name] for name in FIELDS))}
        if plan.pieces:
            draft = draft._replace(parts=self.parts(plan))
            columns["is_split"] = True
        if plan.tags is not None:
            tags = [self.tags[tag_key(name)] for name in plan.tags]
            draft = draft._replace(tag_ids=tuple(tag.id for tag in tags), tag_names=tuple(tag.name for tag in tags))
        return draft._replace(columns=columns)


async def carrier_of(
    plans: Mapping[int, Plan],
    rows: Sequence[Row],
    planner: Planner,
    categories: CategoryService,
    tags: TagService,
    merchants: MerchantService,
) -> Carrier:
    """A few statements, however many plans there are; categories and tags that are not there are made."""
    await categories.by_names(planner.missing(dict(plans), rows))
    named = await tags.by_names(name for plan in plans.values() for name in plan.tags or ())
    called = _distinct(plan.merchant for plan in plans.values())
    meant = await merchants.meant_by([(name,) for name in called]) if called else []
    none = (await categories.none()).id
    return Carrier(planner, named, dict(zip(called, meant, strict=True)), none)


def _distinct(names: Iterable[str | None]) -> list[str]:
    return [name for name in dict.fromkeys(names) if name is not None]
