"""Which booked transactions are the ones that were announced as pending before. Pure."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

BEFORE = timedelta(days=21)
"""How long before its booking a payment may have been announced."""
AFTER = timedelta(days=3)
"""How much later than the booking an announcement may be dated."""


@dataclass(frozen=True, slots=True)
class Movement:
    """A transaction, pending or booked."""

    key: int
    day: date
    amount: int
    words: frozenset[str]
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Pairing:
    """A pending transaction and the booked one that may be the same."""

    pending: int
    booked: int
    is_sure: bool
    reason: str


def pairings(pending: Sequence[Movement], booked: Sequence[Movement]) -> list[Pairing]:
    """One to one where only one can be meant and words agree; every other possible pair is for a person to decide."""
    announced: dict[int, list[Movement]] = defaultdict(list)
    for one in pending:
        announced[one.amount].append(one)
    possible = [
        (one, two) for two in booked for one in announced.get(two.amount, ()) if -AFTER <= two.day - one.day <= BEFORE
    ]
    by_reference = [(one, two) for one, two in possible if one.reference and one.reference == two.reference]
    certain = _alone(by_reference)
    found = [Pairing(one.key, two.key, True, "the same reference") for one, two in certain]
    taken = {p.pending for p in found} | {p.booked for p in found}
    rest = [(one, two) for one, two in possible if one.key not in taken and two.key not in taken]
    alone = {(one.key, two.key) for one, two in _alone(rest)}
    return found + [_pairing(one, two, is_alone=(one.key, two.key) in alone) for one, two in rest]


def _alone(pairs: Sequence[tuple[Movement, Movement]]) -> list[tuple[Movement, Movement]]:
    """The pairs of which neither half could belong to another."""
    uses: dict[int, int] = defaultdict(int)
    for one, two in pairs:
        uses[one.key] += 1
        uses[two.key] += 1
    return [(one, two) for one, two in pairs if uses[one.key] == 1 and uses[two.key] == 1]


def _pairing(one: Movement, two: Movement, *, is_alone: bool) -> Pairing:
    common = sorted(one.words & two.words, key=lambda word: (-len(word), word))
    if not is_alone:
        return Pairing(one.key, two.key, False, "the same amount, and so have others of these days")
    if not common:
        return Pairing(one.key, two.key, False, "the same amount, but no word in common")
    return Pairing(one.key, two.key, True, f"the same amount and “{common[0]}”")
