"""What came and went, per currency: the same rule that the house's own totals follow, over all rows that match."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from farthing.cli.output import show
from farthing.kernel.money import to_minor, to_text
from farthing.ledger.kinds import CategoryKind, Status
from farthing.ledger.totals import INCOME, SPENT, TRANSFER_IN, TRANSFER_OUT, column_of

TOP = 5
COLUMNS = (
    "currency",
    "from",
    "to",
    "count",
    "income",
    "expenses",
    "net",
    "transfers_in",
    "transfers_out",
    "not_booked",
)
CATEGORY_COLUMNS = ("category", "amount", "currency")


@dataclass(slots=True)
class Sums:
    """Of one currency, in its minor units."""

    count: int = 0
    not_booked: int = 0
    columns: list[int] = field(default_factory=lambda: [0] * 4)
    categories: dict[str | None, int] = field(default_factory=dict)

    def take(self, row: Mapping[str, Any], kinds: Mapping[str, str]) -> None:
        """Pending and void ones count as rows, but move nothing."""
        self.count += 1
        if row["status"] != Status.BOOKED:
            self.not_booked += 1
            return
        is_transfer = row["transfer_id"] is not None
        for line in row["splits"] or [row]:
            amount = to_minor(line["amount"], row["currency"])
            kind = kinds.get(line["category_id"], CategoryKind.NONE)
            column, size = column_of(amount, kind, is_transfer=is_transfer)
            self.columns[column] += size
            if not is_transfer:
                self.categories[line["category"]] = self.categories.get(line["category"], 0) + amount

    def told(self, currency: str, top: int) -> dict[str, Any]:
        def text(minor: int) -> str:
            return to_text(minor, currency)

        largest = sorted(self.categories.items(), key=lambda one: (-abs(one[1]), one[0] or ""))[:top]
        return {
            "currency": currency,
            "count": self.count,
            "income": text(self.columns[INCOME]),
            "expenses": text(self.columns[SPENT]),
            "net": text(self.columns[INCOME] - self.columns[SPENT]),
            "transfers_in": text(self.columns[TRANSFER_IN]),
            "transfers_out": text(self.columns[TRANSFER_OUT]),
            "not_booked": self.not_booked,
            "categories": [{"category": name, "amount": text(amount)} for name, amount in largest],
        }


async def summarise(rows: AsyncIterator[Mapping[str, Any]], kinds: Mapping[str, str], top: int = TOP) -> dict[str, Any]:
    sums: dict[str, Sums] = {}
    days: list[str] = []
    async for row in rows:
        sums.setdefault(row["currency"], Sums()).take(row, kinds)
        days = [min(days[0], row["date"]), max(days[1], row["date"])] if days else [row["date"]] * 2
    return {
        "count": sum(one.count for one in sums.values()),
        "from": days[0] if days else None,
        "to": days[1] if days else None,
        "currencies": [one.told(currency, top) for currency, one in sorted(sums.items())],
    }


def print_summary(told: Mapping[str, Any]) -> None:
    """For people: a line for each currency, then where most of it came from and went."""
    spans = [_seldom(one) | {"from": told["from"], "to": told["to"]} for one in told["currencies"]]
    show(spans, COLUMNS, as_json=False)
    for one in told["currencies"]:
        lines = [line | {"category": line["category"] or "(none)"} for line in one["categories"]]
        if lines:
            print()
            show([line | {"currency": one["currency"]} for line in lines], CATEGORY_COLUMNS, as_json=False)


def _seldom(one: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is nothing most of the time."""
    nothing = [name for name in ("transfers_in", "transfers_out", "not_booked") if not str(one[name]).strip("0.")]
    return {**one, **dict.fromkeys(nothing)}
