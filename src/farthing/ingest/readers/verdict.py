"""How far a reading of a document can be believed: what it proves, what it leaves open, what it could not read."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import pairwise
from typing import Self

from farthing.ingest.errors import StatementUnreadable
from farthing.ingest.readers.letters import Letters
from farthing.ingest.reading import Ambiguity, Doubt, Evidence, Fate, Proof, Reading, Rejected
from farthing.ingest.statement import Line, Statement

PROVEN, PLAIN, BROKEN = 99, 90, 65
DOUBT_COSTS = 10
REJECTED_COSTS_MAX = 60


@dataclass(slots=True)
class Findings:
    """What a format collects on its way through a file."""

    evidence: list[Evidence] = field(default_factory=list)
    proofs: list[Proof] = field(default_factory=list)
    ambiguities: list[Ambiguity] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    aside: int = 0
    """How many of the rejected were understood, and are no transactions of an account of money."""
    dialect: dict[str, str] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)
    fates: dict[Fate, int] = field(default_factory=dict)

    @classmethod
    def of(cls, letters: Letters, roles: Mapping[str, str] | None = None) -> Self:
        """Begins with how the bytes became text; other letters are in doubt where they would do as well."""
        findings = cls(dialect={"encoding": letters.encoding}, roles=dict(roles or {}))
        findings.found("encoding", letters.encoding, letters.because)
        if letters.rivals:
            doubt = Ambiguity(Doubt.ENCODING, letters.encoding, letters.rivals, letters.because)
            findings.ambiguities.append(doubt)
        return findings

    def met(self, fate: Fate, count: int = 1) -> None:
        if count:
            self.fates[fate] = self.fates.get(fate, 0) + count

    def reject(self, source_line: int, text: str, reason: str, *, count: int = 1) -> None:
        self.rejected.append(Rejected(source_line, text[:200], reason))
        self.met(Fate.REJECTED, count)

    def set_aside(self, source_line: int, text: str, reason: str, *, count: int = 1) -> None:
        """Something that was understood and moved no money on the account."""
        self.aside += 1
        self.reject(source_line, text, reason, count=count)

    def found(self, about: str, found: str, because: str) -> None:
        self.evidence.append(Evidence(about, found, because))

    def reading(self, name: str, statements: Iterable[Statement], *, is_whole: bool = True) -> Reading:
        """All of it as a reading, unless nothing can be read; a file that breaks off is believed less."""
        known = tuple(_with_days(statement) for statement in statements)
        lines = sum(len(statement.lines) for statement in known)
        failures = len(self.rejected) - self.aside
        if failures and not lines:
            reason = self.rejected[0].reason
            raise StatementUnreadable(f"No transaction of this {name.upper()} file can be read: {reason}.")
        return Reading(
            format=name,
            statements=known,
            confidence=confidence(self.proofs, self.ambiguities, failures, lines, is_whole=is_whole),
            dialect=dict(self.dialect),
            roles=dict(self.roles),
            evidence=tuple(self.evidence),
            proofs=tuple(self.proofs),
            ambiguities=tuple(self.ambiguities),
            rejected=tuple(self.rejected),
            fates=_sorted(self.fates),
        )


def _with_days(statement: Statement) -> Statement:
    """The period is what the file declares, else what its lines span."""
    days = [line.date for line in statement.lines]
    first = statement.first_day or min(days, default=None)
    return replace(statement, first_day=first, last_day=statement.last_day or max(days, default=None))


def confidence(
    proofs: Sequence[Proof], ambiguities: Sequence[Ambiguity], rejected: int, lines: int, *, is_whole: bool = True
) -> int:
    """From 0 to 100: a broken sum weighs more than any number of sums that hold."""
    start = PLAIN
    if proofs:
        start = PROVEN if all(proof.holds for proof in proofs) else BROKEN
    refused = REJECTED_COSTS_MAX * rejected // (rejected + lines) if rejected else 0
    broken_off = 0 if is_whole else DOUBT_COSTS
    return max(1, start - DOUBT_COSTS * len(ambiguities) - refused - broken_off)


def balance_proof(opening: Decimal, amounts: Iterable[Decimal], closing: Decimal, where: str) -> Proof:
    """Opening balance plus lines makes the closing balance, or by how much it does not."""
    total = sum(amounts, Decimal(0))
    reached = opening + total
    told = f"{where}: {opening} + {total} = {reached}"
    detail = told if reached == closing else f"{told}, but the file says {closing} ({closing - reached:+} is missing)"
    return Proof("opening + lines = closing", reached == closing, detail)


def balances_follow(lines: Sequence[Line]) -> Iterator[Proof]:
    """Each balance follows from the one before it, oldest or newest first."""
    if len(lines) < 2:  # noqa: PLR2004
        return
    down = [at for at, (a, b) in enumerate(pairwise(lines)) if a.balance is None or b.balance != a.balance + b.amount]
    up = [at for at, (a, b) in enumerate(pairwise(lines)) if b.balance is None or a.balance != b.balance + a.amount]
    breaks, order = (down, "oldest first") if len(down) <= len(up) else (up, "newest first")
    where = f", broken first behind line {breaks[0] + 1}" if breaks else ""
    yield Proof("running balance", not breaks, f"{len(lines) - 1} steps, {order}{where}")


def total_proof(what: str, declared: Decimal, counted: Decimal, where: str) -> Proof:
    """A total or a count that the file declares is the one of its lines."""
    told = f"{where}: the file declares {declared}"
    return Proof(what, declared == counted, told if declared == counted else f"{told}, its lines make {counted}")


def _sorted(fates: Mapping[Fate, int]) -> dict[Fate, int]:
    return {fate: fates[fate] for fate in Fate if fates.get(fate)}
