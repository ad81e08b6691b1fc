"""Sums that a table lets us do: what the account held after each row, and what the file declares of the whole."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Chain:
    """How well amounts lead from one balance to the next."""

    holds: int
    links: int
    is_newest_first: bool
    broken_at: int | None = None
    """The place of the first row whose balance does not follow."""

    @property
    def share(self) -> float:
        return self.holds / self.links if self.links else 0.0

    @property
    def strength(self) -> float:
        """From 0 to 1: many links that hold count more than few."""
        return self.share * min(self.links, 5) / 5 if self.share >= 0.5 else 0.0


Step = tuple[Decimal | None, Decimal | None, Hashable]
"""An amount, the balance after it, and whose chain it belongs to: an account, a currency."""


def chain_of(steps: Sequence[Step]) -> Chain:
    """The chain in the direction in which more of it holds."""
    groups: dict[Hashable, list[tuple[int, Decimal, Decimal]]] = {}
    for at, (amount, balance, group) in enumerate(steps):
        if amount is not None and balance is not None:
            groups.setdefault(group, []).append((at, amount, balance))
    forward = _run(groups, is_newest_first=False)
    backward = _run(groups, is_newest_first=True)
    return backward if backward.holds > forward.holds else forward


def _run(groups: dict[Hashable, list[tuple[int, Decimal, Decimal]]], *, is_newest_first: bool) -> Chain:
    holds, links, broken_at = 0, 0, None
    for entries in groups.values():
        for (at, amount, balance), (next_at, next_amount, next_balance) in pairwise(entries):
            moved = amount if is_newest_first else next_amount
            if not moved and balance == next_balance:
                continue
            links += 1
            follows = next_balance + amount == balance if is_newest_first else balance + next_amount == next_balance
            holds += follows
            if not follows and broken_at is None:
                broken_at = at if is_newest_first else next_at
    return Chain(holds, links, is_newest_first, broken_at)
