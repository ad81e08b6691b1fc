"""The account of a whole table: its lines, its balances, its proofs, its doubts, and how sure we are."""

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal

from farthing.ingest.errors import StatementUnreadable
from farthing.ingest.readers.table.labels import Declared, Label, declared_in
from farthing.ingest.readers.table.lines import line_of
from farthing.ingest.readers.table.plan import Plan
from farthing.ingest.readers.table.proofs import chain_of
from farthing.ingest.readers.table.sorting import Sorted, sorted_rows
from farthing.ingest.reading import Ambiguity, Doubt, Evidence, Proof, Reading
from farthing.ingest.statement import Balance, BalanceKind, Line, Statement

_ACCOUNTS_MAX = 30


def reading_of(plan: Plan, *, format_name: str, dialect: Mapping[str, str], evidence: Sequence[Evidence]) -> Reading:
    """The reading of a table by its plan."""
    found = sorted_rows(plan)
    lines = [line_of(entry, plan) for entry in found.entries]
    if not lines:
        raise StatementUnreadable("No row could be read as a transaction.")
    declared = [*declared_in(plan.layout.above, plan.mark.mark), *declared_in(found.asides, plan.mark.mark)]
    proofs = proofs_of(lines, declared)
    doubts = doubts_of(plan)
    return Reading(
        format=format_name,
        statements=statements_of(lines, declared, found.account),
        confidence=_confidence(plan, found, proofs, doubts),
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


def statements_of(lines: Sequence[Line], declared: Sequence[Declared], own: str | None) -> tuple[Statement, ...]:
    """One statement for each account that the lines name."""
    accounts = list(dict.fromkeys(line.account for line in lines))
    if len(accounts) > _ACCOUNTS_MAX:
        accounts = [None]
    return tuple(
        _statement(
            account or own,
            [line for line in lines if len(accounts) == 1 or line.account == account],
            declared if len(accounts) == 1 else (),
        )
        for account in accounts
    )


def _statement(account: str | None, lines: Sequence[Line], declared: Sequence[Declared]) -> Statement:
    currencies = Counter(line.currency for line in lines if line.currency)
    currency = currencies.most_common(1)[0][0] if currencies else None
    days = [line.date for line in lines]
    kinds = {"opening": BalanceKind.OPENING, "closing": BalanceKind.CLOSING}
    balances = tuple(
        Balance(kinds[d.label], d.amount, d.currency or currency, None, d.source_line)
        for d in declared
        if d.label in kinds
    )
    return Statement(account, currency, tuple(lines), balances, min(days), max(days))


def proofs_of(lines: Sequence[Line], declared: Sequence[Declared]) -> list[Proof]:
    """Every sum that can be done, held or broken."""
    proofs = []
    chain = chain_of([(line.amount, line.balance, (line.account, line.currency)) for line in lines])
    if chain.links:
        where = "" if chain.broken_at is None else f"; first broken at line {lines[chain.broken_at].source_line}"
        order = "newest first" if chain.is_newest_first else "oldest first"
        proofs.append(
            Proof(
                "running balance",
                chain.holds == chain.links,
                f"{chain.holds} of {chain.links} steps hold, {order}{where}",
            )
        )
    told = {d.label: d.amount for d in declared}
    total = sum((line.amount for line in lines), Decimal(0))
    if "opening" in told and "closing" in told:
        reached = told["opening"] + total
        proofs.append(
            Proof(
                "opening plus lines is closing",
                reached == told["closing"],
                f"{told['opening']} {total:+} = {reached}, declared {told['closing']}",
            )
        )
    return proofs + _totals(lines, told)


def _totals(lines: Sequence[Line], told: Mapping[Label, Decimal]) -> list[Proof]:
    sums: dict[Label, Decimal | int] = {
        "total_in": sum(line.amount for line in lines if line.amount > 0),
        "total_out": -sum(line.amount for line in lines if line.amount < 0),
    }
    proofs = [
        Proof(f"declared {label.replace('_', ' ')}", abs(told[label]) == value, f"{value}, declared {abs(told[label])}")
        for label, value in sums.items()
        if label in told
    ]
    if "count" in told:
        proofs.append(Proof("declared count", told["count"] == len(lines), f"{len(lines)}, declared {told['count']}"))
    return proofs


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


def _confidence(plan: Plan, found: Sorted, proofs: Sequence[Proof], doubts: Sequence[Ambiguity]) -> int:
    """From what is known to what is assumed; a proof that holds outweighs much."""
    score = 75 if plan.layout.header else 60
    score += 20 * any(proof.holds for proof in proofs) - 10 * any(not proof.holds for proof in proofs)
    score -= 12 * len(doubts)
    lost = len(found.rejected) / (len(found.rejected) + len(found.entries))
    return max(1, min(100, round(score - 40 * lost)))
