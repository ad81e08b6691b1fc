"""What the databases find is what looking at every row finds, on both, however the question is put."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

from hypothesis import strategies as st

from fakes.search import AccountRow, CategoryRow, NamedRow

NOW = datetime(2026, 3, 1, tzinfo=UTC)
TODAY = date(2026, 3, 31)
IMPORTS = (uuid4(), uuid4())
WORDS = "coffee Coffeeshop shop ŻABKA Zabka-Nano café 24 咖啡店 o'hara % _a a|b la".split()  # noqa: SIM905  shorter so
WORD = st.sampled_from(WORDS)
TEXT = st.none() | st.lists(WORD, max_size=4).map(" ".join)


def category(name: str, parent: CategoryRow | None = None, **more: Any) -> CategoryRow:
    return CategoryRow(uuid4(), name, parent, **more)


@dataclass
class Names:
    """What the rows of one ledger refer to: a few of everything, in families, with names that fold alike."""

    workspace_id: UUID = field(default_factory=uuid4)
    accounts: list[AccountRow] = field(default_factory=list)
    categories: list[CategoryRow] = field(default_factory=list)
    tags: list[NamedRow] = field(default_factory=list)

    def __post_init__(self) -> None:
        currencies = {"Main": "EUR", "MAIN": "JPY", "Główne": "KWD", "Sparkonto": "BTC", "main 2": "PLN"}
        self.accounts = [AccountRow(uuid4(), name, currency) for name, currency in currencies.items()]
        food, none = category("Food"), category("Uncategorised", kind="none")
        eating = category("Eating out", food)
        old = category("Old", food, is_deleted=True)
        pizza, zoo = category("Pizza", eating), category("Żoo", kind="income")
        self.categories = [none, food, eating, old, category("Left", old), pizza, zoo]
        self.tags = [NamedRow(uuid4(), name) for name in ("work", "Święta", "coffee")]
