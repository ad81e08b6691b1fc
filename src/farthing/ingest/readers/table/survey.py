"""What the rows of a table say together, seen one after the other: by it each of them is sorted."""

from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from farthing.ingest.readers.table.glances import (
    amount_of,
    balance_of,
    day_of,
    follows,
    is_continuation,
    is_undated_like,
    labels_of,
)
from farthing.ingest.readers.table.plan import Plan
from farthing.ingest.readers.table.row import Row
from farthing.ingest.readers.table.sections import names_columns

_CONTINUED_MIN = 0.3
_FILLED_DOWN_MIN = 0.2
_WORD_LETTERS_MIN = 3


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands, and what the rows around it do."""

    is_after: bool
    """Behind the last transaction."""
    continues: bool
    """Rows of words continue the row above them."""
    is_edge: bool
    """First or last of all, or beside a balance that is."""
    is_summary: bool
    """It tells of all others."""
    fills_down: bool
    """Rows leave out the day that stands above them."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What rows that are read elsewhere bring in and take out."""

    into: Decimal = Decimal(0)
    out: Decimal = Decimal(0)


NOTHING_BESIDE = Beside()


@dataclass(slots=True)
class Edges:
    """The rows that stand first and last among the filled ones, as long as they speak of balances and totals."""

    head: list[int] = field(default_factory=list)
    tail: list[int] = field(default_factory=list)
    _before: list[int] = field(default_factory=list)
    """What spoke so before the last row that did not."""
    _filled: int = 0
    _is_open: bool = True
    _ends_silent: bool = False

    def see(self, at: int, *, speaks: bool) -> None:
        self._filled += 1
        self._ends_silent = not speaks
        if speaks:
            self.tail.append(at)
            if self._is_open:
                self.head.append(at)
            return
        self._is_open = self._is_open and self._filled == 1
        self._before, self.tail = self.tail, []

    def found(self) -> set[int]:
        return {*self.head, *(self._before if self._ends_silent else self.tail)}


class Survey:
    """All rows of a table seen once, in their order; memory does not grow with those that are plain."""

    def __init__(self, plan: Plan, beside: Beside = NOTHING_BESIDE, *, has_habits: bool = True) -> None:
        self._plan = plan
        self._has_habits = has_habits
        """Whether the rows are all there are, so that what many of them do is a habit."""
        self._into, self._out = beside.into, beside.out
        self._dated = self._continuing = self._undated = self._moving = 0
        self.has_sections = False
        """Further down a header names other columns."""
        self._proven = 0
        """How many rows without a day have the balance that follows from the row above."""
        self._before: Row | None = None
        self._last = -1
        self._first: list[tuple[int, Row]] = []
        self._latest: deque[tuple[int, Row]] = deque(maxlen=2)
        self._edges = Edges()
        self._speaking: dict[int, Decimal] = {}
        """The amounts of dated rows that speak of balances or totals."""
        self._totals: set[int] = set()
        self._shapes: Counter[tuple[int, bool]] = Counter()
        """How wide the dated rows are, and whether they have words."""

    @classmethod
    def of(
        cls, rows: Iterable[Row], plan: Plan, beside: Beside = NOTHING_BESIDE, *, has_habits: bool = True
    ) -> "Survey":
        survey = cls(plan, beside, has_habits=has_habits)
        for at, row in enumerate(rows):
            survey.see(at, row)
        survey.close()
        return survey

    def see(self, at: int, row: Row) -> None:
        if row.is_blank:
            return
        plan = self._plan
        day, labels = day_of(row, plan), labels_of(row, plan)
        self._edges.see(at, speaks=bool(labels))
        self._dated += day is not None
        self._continuing += is_continuation(row, plan)
        if is_undated_like(row, plan):
            self._undated += 1
            self._proven += self._before is not None and _leads_to(self._before, row, plan)
        self._before = row
        self.has_sections = self.has_sections or (day is None and names_columns(row) and not self._is_header(row))
        amount = amount_of(row, plan) if day else None
        if amount is not None:
            self._move(at, row, amount, labels)

    def _is_header(self, row: Row) -> bool:
        header = self._plan.layout.header
        return header is not None and row.text == header.text

    def _move(self, at: int, row: Row, amount: Decimal, labels: set[str]) -> None:
        self._moving += 1
        self._last = at
        self._into += max(amount, Decimal(0))
        self._out += min(amount, Decimal(0))
        self._latest.append((at, row))
        if len(self._first) < 2:
            self._first.append((at, row))
        if labels:
            self._speaking[at] = amount
        if "total" in labels:
            self._totals.add(at)
        self._shapes[len(row.cells), _speaks(row)] += 1

    def close(self) -> None:
        """All rows were seen."""
        self._found_edges = self._edges.found()
        self._found_summaries = self._summaries() | self._named_totals() | self._silent_ends()
        self._continues = self._has_habits and self._continuing >= max(1, _CONTINUED_MIN * self._dated)
        fills = self._undated >= max(2, _FILLED_DOWN_MIN * self._dated) or 0 < self._undated == self._proven
        self._fills_down = self._has_habits and fills

    @property
    def is_continued(self) -> bool:
        """Whether it is the habit of this file to continue transactions on the next row."""
        return self._continues

    @property
    def is_filled_down(self) -> bool:
        """Whether rows of the same day leave it out after the first."""
        return self._fills_down

    @property
    def has_undated(self) -> bool:
        """Whether a row leaves out its day and has a balance that could prove it."""
        return self._undated > 0 and self._plan.scheme.balance is not None

    def place(self, at: int) -> Place:
        return Place(
            at > self._last,
            self._continues and at <= self._last + 1,
            at in self._found_edges,
            at in self._found_summaries,
            self._fills_down,
        )

    def _summaries(self) -> set[int]:
        """A first or last row that tells of the whole: what was there before and all amounts make its balance."""
        if self._moving < 3 or self._plan.scheme.balance is None:
            return set()
        total = self._into + self._out
        (last, near_last), (first, near_first) = (self._latest[-1], self._latest[-2]), self._first
        return {
            at
            for (at, row), (_, near) in ((first, near_first), (last, near_last))
            if total == balance_of(row, self._plan) and not follows(row, near, self._plan)
        }

    def _named_totals(self) -> set[int]:
        """Rows that call themselves a total, and are one: of all others, or of all that go the same way."""
        aside = [amount for at, amount in self._speaking.items() if at in self._totals | self._found_edges]
        into = self._into - sum(amount for amount in aside if amount > 0)
        out = self._out - sum(amount for amount in aside if amount < 0)
        sums = {into + out, into, out}
        rest = self._moving - len(aside)
        return {at for at in self._totals if rest > 1 and self._speaking[at] in sums}

    def _silent_ends(self) -> set[int]:
        """A first or last row without words, narrower than all others of a table without header: what is left."""
        if self._moving < 3 or self._plan.layout.header is not None:
            return set()
        return {at for at, row in (self._first[0], self._latest[-1]) if self._is_alone_in_silence(row)}

    def _is_alone_in_silence(self, row: Row) -> bool:
        others = self._shapes - Counter([(len(row.cells), False)])
        return not _speaks(row) and all(speaks and wide > len(row.cells) for wide, speaks in others)


def _leads_to(above: Row, row: Row, plan: Plan) -> bool:
    before, after = balance_of(above, plan), balance_of(row, plan)
    return before is not None and after is not None and before + (amount_of(row, plan) or 0) == after


def _speaks(row: Row) -> bool:
    return any(sum(map(str.isalpha, cell)) >= _WORD_LETTERS_MIN for cell in row.cells)
