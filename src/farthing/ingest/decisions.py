"""Which rows of a statement are new, which the ledger has already, and which nobody can tell. Pure.

Rows of one source are known again by their fingerprints. Rows of different sources pair one to one by amount and day:
for each amount the ledger holds as many as the source that tells of most.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

NEAR = timedelta(days=4)
"""How far apart two banks or files may date the same payment."""


class RowState(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    SAME = "same"
    SUSPECT = "suspect"
    ERROR = "error"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Period:
    """The days that a statement tells of."""

    first: date
    last: date

    def is_inside(self, day: date) -> bool:
        """Whether the statement tells of the whole day: at either end, it may have been cut."""
        return self.first < day < self.last

    def covers(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Statement:
    """A former statement of the same account."""

    name: str
    period: Period | None
    is_same_file: bool = False


Seen = tuple[int, int]
"""The transaction that a fingerprint is, and the number of the statement that had it."""


@dataclass(frozen=True, slots=True)
class Told:
    """A transaction of the ledger that another source, or a person, told of."""

    key: int
    day: date
    amount: int
    is_pending: bool
    words: frozenset[str]
    who: str
    """Who told of it, as people read it."""
    covered: tuple[Period, ...] | None
    """What its source told of; None where somebody wrote it down by hand."""
    is_deleted: bool = False
    """Somebody deleted it since, so that whatever is the same stays away too."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A row of the statement at hand."""

    row: int
    day: date
    amount: int
    is_pending: bool
    fingerprint: bytes
    words: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Decision:
    state: RowState
    reason: str
    key: int | None = None
    """The transaction that it is, or may be."""


NEW = Decision(RowState.NEW, "nothing like it is in the ledger")


@dataclass(slots=True)
class Evidence:
    """What the ledger knows of an account around a statement."""

    seen: Mapping[bytes, Seen] = field(default_factory=dict)
    statements: Sequence[Statement] = ()
    deleted: Collection[int] = frozenset()
    """Transactions that somebody deleted."""
    told: Sequence[Told] = ()
    spare: Mapping[bytes, list[int]] = field(default_factory=dict)
    """More transactions of one fingerprint: second ones of a day on which two statements met."""
    promises_ids: bool = False
    """The source gives each transaction an id of its own, so that a match is one, at the ends too."""


def came_with(statement: Statement) -> str:
    return f"it came with {statement.name}"


def known(row: Candidate, period: Period, evidence: Evidence) -> Decision | None:
    """What a former statement of the same source says of a row, if it had it."""
    seen = evidence.seen.get(row.fingerprint)
    if seen is None:
        return None
    key, number = seen
    statement = evidence.statements[number]
    if key in evidence.deleted:
        return Decision(RowState.SAME, f"it came with {statement.name} and was deleted since", key)
    if (
        evidence.promises_ids
        or statement.is_same_file
        or statement.period is None
        or is_whole(row.day, period, statement.period)
    ):
        return Decision(RowState.SAME, came_with(statement), key)
    return Decision(
        RowState.SUSPECT,
        f"one like it came with {statement.name}, and {row.day} is where one statement ends and the other begins: "
        "it may be the same, or a second one of that day",
        key,
    )


def by_balance(
    decision: Decision, ours: Decimal | None, alike: Collection[Decimal | None], theirs: Decimal | None
) -> Decision | None:
    """A doubtful row beside the one that it is like, where the bank says what the balance was after each.

    The same balance is the same row. If none of the rows that say the very same has it, the statement does not tell of
    that one at all; if another of them has it, which of them is new is left to a person.
    """
    if ours is None or theirs is None or None in alike:
        return decision
    if ours == theirs:
        return Decision(RowState.SAME, f"the balance after it is the same, {ours.normalize():f}", decision.key)
    return decision if theirs in alike else None


def is_whole(day: date, one: Period, other: Period) -> bool:
    """Whether two statements can be compared on a day.

    One that has the day in its midst tells of all of it. Two that both begin with it (or both end) tell of it from some
    moment on (or until one), so the longer list holds the shorter. Only an end and a beginning may tell of different
    parts.
    """
    if one.is_inside(day) or other.is_inside(day):
        return True
    if one.first == one.last or other.first == other.last:
        return False
    return (day == one.first) == (day == other.first)


def paired(rows: Sequence[Candidate], period: Period, told: Sequence[Told]) -> dict[int, Decision]:
    """Rows beside what other sources told of: by amount, first on the very day, then nearby."""
    theirs: dict[int, list[Told]] = defaultdict(list)
    for one in told:
        theirs[one.amount].append(one)
    ours: dict[int, list[Candidate]] = defaultdict(list)
    for row in rows:
        if row.amount in theirs:
            ours[row.amount].append(row)
    found: dict[int, Decision] = {}
    for amount, some in ours.items():
        _pair(some, theirs[amount], period, found)
    return found


def _pair(rows: list[Candidate], told: list[Told], period: Period, found: dict[int, Decision]) -> None:
    """Of one amount: on the very day as many as both have; what is left, where only one can be meant.

    What lives goes before what was deleted, so that a deleted double makes nothing doubtful.
    """
    _pair_on_the_day(rows, told, found)
    taken = {decision.key for decision in found.values() if decision.state is RowState.SAME}
    for is_deleted in (False, True):
        left = [one for one in told if one.is_deleted is is_deleted and one.key not in taken]
        left.sort(key=lambda one: (one.day, one.key))
        _pair_nearby([row for row in rows if row.row not in found], left, period, found)


def _pair_on_the_day(rows: Sequence[Candidate], told: Sequence[Told], found: dict[int, Decision]) -> None:
    theirs: dict[date, list[Told]] = defaultdict(list)
    for one in told:
        theirs[one.day].append(one)
    ours: dict[date, list[Candidate]] = defaultdict(list)
    for row in rows:
        ours[row.day].append(row)
    for day, some in ours.items():
        for row, one in _same_day(some, theirs[day]):
            found[row.row] = Decision(RowState.SAME, _because(one, f"{one.who} told of it on the same day"), one.key)


def _same_day(rows: Sequence[Candidate], told: Sequence[Told]) -> list[tuple[Candidate, Told]]:
    """Pairs of one day, as many as there can be.

    Booked rows choose first, because only what is booked can be theirs; then announced ones, among their likes before
    they take what is booked. Of equals, those go together that have most words in common, and what lives goes first.
    """
    pairs: list[tuple[Candidate, Told]] = []
    for row_is_pending, told_is_pending in ((False, False), (True, True), (True, False)):
        taken_rows = {row.row for row, _ in pairs}
        taken = {one.key for _, one in pairs}
        likely = sorted(
            (-len(one.words & row.words), one.is_deleted, row.row, one.key, row, one)
            for row in rows
            if row.is_pending is row_is_pending and row.row not in taken_rows
            for one in told
            if one.is_pending is told_is_pending and one.key not in taken
        )
        for *_, row, one in likely:
            if row.row not in taken_rows and one.key not in taken:
                pairs.append((row, one))
                taken_rows.add(row.row)
                taken.add(one.key)
    return pairs


def _pair_nearby(rows: Sequence[Candidate], told: Sequence[Told], period: Period, found: dict[int, Decision]) -> None:
    days = [one.day for one in told]
    choices: dict[int, list[Told]] = {}
    rivals: dict[int, int] = defaultdict(int)
    for row in rows:
        near = told[bisect_left(days, row.day - NEAR) : bisect_left(days, row.day + NEAR + timedelta(days=1))]
        possible = [one for one in near if _is_possible(row, one)]
        if possible:
            choices[row.row] = possible
        for one in possible:
            rivals[one.key] += 1
    for row in rows:
        if possible := choices.get(row.row, []):
            found[row.row] = _nearby(row, possible, rivals, period)


def _nearby(row: Candidate, possible: Sequence[Told], rivals: Mapping[int, int], period: Period) -> Decision:
    first = min(possible, key=lambda one: (abs(one.day - row.day), one.key))
    if len(possible) > 1 or rivals[first.key] > 1:
        why = f"{first.who} told of it or of another one of that amount around {first.day}"
        return Decision(RowState.SUSPECT, _because(first, why, "perhaps "), first.key)
    if period.covers(first.day) and _is_covered(row.day, first):
        return Decision(RowState.SAME, _because(first, f"{first.who} told of it, dated {first.day}"), first.key)
    why = f"{first.who} told of one of that amount on {first.day}; the two statements do not both reach over these days"
    return Decision(RowState.SUSPECT, _because(first, why, "perhaps "), first.key)


def _because(one: Told, why: str, how_sure: str = "") -> str:
    return f"{how_sure}a duplicate of a row you deleted: {why}" if one.is_deleted else why


def _is_covered(day: date, one: Told) -> bool:
    return one.covered is None or any(period.covers(day) for period in one.covered)


def _is_possible(row: Candidate, one: Told) -> bool:
    """What is announced may be booked already, but what is booked is never only an announcement."""
    return row.is_pending or not one.is_pending
