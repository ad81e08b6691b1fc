"""Sums of a period out of the daily totals; amounts of different currencies are never added."""

from datetime import date
from typing import Any

from farthing.infra.db import Work
from farthing.kernel.actor import Actor
from farthing.kernel.clock import Clock
from farthing.kernel.money import to_text
from farthing.ledger.categories import CategoryService
from farthing.ledger.transaction_repository import Totals

Figures = dict[str, Any]


class FiguresService:
    def __init__(self, work: Work, actor: Actor, clock: Clock) -> None:
        self._totals = Totals(work)
        self._categories = CategoryService(work, actor, clock)

    async def of(self, first: date, last: date) -> Figures:
        """Income, spending and spending by category, of each currency."""
        catalogue = await self._categories.catalogue()
        sums: dict[str, list[int]] = {}
        spending: list[tuple[int, Figures]] = []
        for category_id, currency, income, spent, count in await self._totals.between(first, last):
            whole = sums.setdefault(currency, [0, 0])
            whole[0] += income
            whole[1] += spent
            if spent:
                told = {"category": catalogue.name(category_id) or "Uncategorised", "currency": currency}
                spending.append((spent, told | {"amount": to_text(spent, currency), "count": count}))
        spending.sort(key=lambda one: -one[0])
        return {
            "summary": [_summary(currency, *whole) for currency, whole in sorted(sums.items())],
            "spending_by_category": [told for _, told in spending],
        }


def _summary(currency: str, income: int, spent: int) -> Figures:
    return {
        "currency": currency,
        "total_income": to_text(income, currency),
        "total_spending": to_text(spent, currency),
        "net_cash_flow": to_text(income - spent, currency),
    }
