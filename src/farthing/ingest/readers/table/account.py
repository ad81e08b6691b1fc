"""The account of a whole table: its lines, its balances, its proofs, its doubts, and how sure we are."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from farthing.ingest.errors import StatementUnreadable
from farthing.ingest.readers.table.labels import Declared, Label, declared_in
from farthing.ingest.readers.table.lines import line_of
from farthing.ingest.readers.table.plan import Plan
from farthing.ingest.readers.table.proofs import Chain, chain_of
from farthing.ingest.readers.table.sorting import Sorted, sorted_rows
from farthing.ingest.reading import Ambiguity, Doubt, Evidence, Proof, Reading
from farthing.ingest.statement import Balance, BalanceKind, Line, Statement

_ACCOUNTS_MAX = 30


@dataclass(frozen=True, slots=True)
class Moved:
    """What all lines together brought in and took out."""

    into: Decimal
    out: Decimal
    count: int


def reading_of(plan: Plan, *, format_name: str, dialect: Mapping[str, str], evidence: Sequence[Evidence]) -> Reading:
    """The reading of a table by its plan."""
    found = sorted_rows(plan)
    lines = [line_of(entry, plan) for entry in found.entries]
    if not lines:
        raise StatementUnreadable("No row could be read as a transaction.")
    declared = declared_by(plan, found)
    return understood(
        plan,
        found,
        len(lines),
        statements_of(lines, declared, found.account),
        proofs_of(lines, declared),
        format_name=format_name,
        dialect=dialect,
        evidence=evidence,
    )


def understood(
    plan: Plan,
    found: Sorted,
    count: int,
    statements: tuple[Statement, ...],
    proofs: Sequence[Proof],
    *,
    format_name: str,
    dialect: Mapping[str, str],
    evidence: Sequence[Evidence],
) -> Reading:
    """The reading of a table whose lines have been read: how it was understood, and how sure that is."""
    doubts = doubts_of(plan)
    return Reading(
        format=format_name,
        statements=statements,
        confidence=_confidence(plan, count, len(found.rejected), proofs, doubts),
        dialect={
            **dialect,
            "decimal_mark": plan.mark.mark,
            "date_order": plan.dating.order,
            "sign": "inverted" if plan.scheme.is_inverted else "as_written",
        },
        roles=plan.roles(),
        evidence=(*evidence, *evidence_of(plan)),
        proofs=tuple(proofs),
        ambiguities=tuple(doubts),
        rejected=tuple(found.rejected),
        fates=found.fates,
    )


def declared_by(plan: Plan, found: Sorted) -> list[Declared]:
    """What the rows above the table and beside its transactions declare."""
    return [*declared_in(plan.layout.above, plan.mark.mark), *declared_in(found.asides, plan.mark.mark)]


def statements_of(lines: Sequence[Line], declared: Sequence[Declared], own: str | None) -> tuple[Statement, ...]:
    """One statement for each account that the lines name."""
    accounts = parted(list(dict.fromkeys(line.account for line in lines)))
    return tuple(
        _statement(
            account or own,
            [line for line in lines if len(accounts) == 1 or line.account == account],
            declared if len(accounts) == 1 else (),
        )
        for account in accounts
    )


def parted(accounts: list[str | None]) -> list[str | None]:
    """The accounts that make statements of their own; too many are no accounts."""
    return accounts if len(accounts) <= _ACCOUNTS_MAX else [None]


def _statement(account: str | None, lines: Sequence[Line], declared: Sequence[Declared]) -> Statement:
    currencies = Counter(line.currency for line in lines if line.currency)
    currency = currencies.most_common(1)[0][0] if currencies else None
    days = [line.date for line in lines]
    return Statement(account, currency, tuple(lines), balances_of(declared, currency), min(days), max(days))


def balances_of(declared: Sequence[Declared], currency: str | None) -> tuple[Balance, ...]:
    kinds = {"opening": BalanceKind.OPENING, "closing": BalanceKind.CLOSING}
    return tuple(
        Balance(kinds[d.label], d.amount, d.currency or currency, None, d.source_line)
        for d in declared
        if d.label in kinds
    )


def proofs_of(lines: Sequence[Line], declared: Sequence[Declared]) -> list[Proof]:
    """Every sum that can be done, held or broken."""
    chain = chain_of([(line.amount, line.balance, (line.account, line.currency)) for line in lines])
    into = sum((line.amount for line in lines if line.amount > 0), Decimal(0))
    out = sum((line.amount for line in lines if line.amount < 0), Decimal(0))
    broken = None if chain.broken_at is None else lines[chain.broken_at].source_line
    return [*chain_proof(chain, broken), *sum_proofs(Moved(into, out, len(lines)), declared)]


def chain_proof(chain: Chain, broken_line: int | None) -> Iterator[Proof]:
    """Whether each balance follows from the one beside it."""
    if not chain.links:
        return
    where = "" if broken_line is None else f"; first broken at line {broken_line}"
    order = "newest first" if chain.is_newest_first else "oldest first"
    detail = f"{chain.holds} of {chain.links} steps hold, {order}{where}"
    yield Proof("running balance", chain.holds == chain.links, detail)


def sum_proofs(moved: Moved, declared: Sequence[Declared]) -> Iterator[Proof]:
    """Balances, totals and counts that the file declares, beside those of its lines."""
    told = {d.label: d.amount for d in declared}
    total = moved.into + moved.out
    if "opening" in told and "closing" in told:
        reached = told["opening"] + total
        detail = f"{told['opening']} {total:+} = {reached}, declared {told['closing']}"
        yield Proof("opening plus lines is closing", reached == told["closing"], detail)
    sums: dict[Label, Decimal] = {"total_in": moved.into, "total_out": -moved.out}
    for label, value in sums.items():
        if label in told:
            detail = f"{value}, declared {abs(told[label])}"
            yield Proof(f"declared {label.replace('_', ' ')}", abs(told[label]) == value, detail)
    if "count" in told:
        yield Proof("declared count", told["count"] == moved.count, f"{moved.count}, declared {told['count']}")


def doubts_of(plan: Plan) -> list[Ambiguity]:
    doubts = []
    if not plan.dating.is_certain and plan.dating.alternatives:
        doubts.append(
            Ambiguity(Doubt.DAY_MONTH_ORDER, plan.dating.order, tuple(plan.dating.alternatives), plan.dating.because)
        )
    if not plan.sign.is_certain:
        assumed, other = ("inverted", "as_written") if plan.sign.is_inverted else ("as_written", "inverted")
        doubts.append(Ambiguity(Doubt.SIGN, assumed, (other,), plan.sign.because))
    if not plan.mark.is_certain:
        doubts.append(
            Ambiguity(Doubt.DECIMAL_MARK, plan.mark.mark, ("," if plan.mark.mark == "." else ".",), plan.mark.because)
        )
    if plan.dating.latest is not None:
        doubts.append(
            Ambiguity(
                Doubt.YEAR,
                str(plan.dating.latest.year),
                (str(plan.dating.latest.year - 1),),
                "the rows have no year; it stands above them or in the file's name",
            )
        )
    return doubts


def evidence_of(plan: Plan) -> list[Evidence]:
    return [
        Evidence(
            "header",
            "none" if plan.layout.header is None else f"line {plan.layout.header.source_line}",
            plan.layout.because,
        ),
        Evidence("decimal mark", plan.mark.mark, plan.mark.because),
        Evidence("date order", plan.dating.order, plan.dating.because),
        Evidence(
            "amounts",
            ", ".join(f"{role} in {plan.named(at)}" for role, at in plan.scheme.columns().items()),
            f"weighed {plan.scheme.score:.1f}",
        ),
        Evidence("sign", "inverted" if plan.scheme.is_inverted else "as written", plan.sign.because),
        Evidence("currency", plan.denomination.fixed or "by row", plan.denomination.because),
    ]


def _confidence(plan: Plan, count: int, rejected: int, proofs: Sequence[Proof], doubts: Sequence[Ambiguity]) -> int:
    """From what is known to what is assumed; a proof that holds outweighs much."""
    score = 75 if plan.layout.header else 60
    score += 20 * any(proof.holds for proof in proofs) - 10 * any(not proof.holds for proof in proofs)
    score -= 12 * len(doubts)
    return max(1, min(100, round(score - 40 * rejected / (rejected + count))))
