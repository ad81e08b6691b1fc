"""The account of a whole large table: what the careful reading says of all its lines together, asked in SQL."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import duckdb

from farthing.ingest.errors import StatementUnreadable
from farthing.ingest.readers.table.account import (
    Moved,
    balances_of,
    chain_proof,
    declared_by,
    parted,
    sum_proofs,
    understood,
)
from farthing.ingest.readers.table.labels import Declared
from farthing.ingest.readers.table.plan import Plan
from farthing.ingest.readers.table.proofs import Chain
from farthing.ingest.readers.table.sorting import Sorted
from farthing.ingest.reading import Evidence, Proof, Reading
from farthing.ingest.statement import Statement

_CENTS = 2
_ACCOUNTS = "SELECT account FROM lines GROUP BY account ORDER BY min(source_line) LIMIT 100"
_GROUPS = """
SELECT {account} AS account, currency, count(*), min(source_line), min(date), max(date),
       coalesce(sum(amount) FILTER (amount > 0), 0), coalesce(sum(amount) FILTER (amount < 0), 0)
FROM lines GROUP BY ALL ORDER BY min(source_line)
"""
_CHAIN = """
WITH pairs AS (
    SELECT source_line, amount, balance, lead(source_line) OVER run AS next_line, lead(amount) OVER run AS next_amount,
           lead(balance) OVER run AS next_balance, min(source_line) OVER (PARTITION BY account, currency) AS first_line
    FROM lines WHERE balance IS NOT NULL WINDOW run AS (PARTITION BY account, currency ORDER BY source_line)
), links AS (
    SELECT first_line, source_line, next_line,
           next_amount <> 0 OR balance <> next_balance AS is_down, balance + next_amount = next_balance AS goes_down,
           amount <> 0 OR balance <> next_balance AS is_up, next_balance + amount = balance AS goes_up
    FROM pairs WHERE next_line IS NOT NULL
)
SELECT count(*) FILTER (is_down), count(*) FILTER (is_down AND goes_down),
       min([first_line, next_line]) FILTER (is_down AND NOT goes_down),
       count(*) FILTER (is_up), count(*) FILTER (is_up AND goes_up),
       min([first_line, source_line]) FILTER (is_up AND NOT goes_up)
FROM links
"""


@dataclass(frozen=True, slots=True)
class Group:
    """All lines of one account in one currency."""

    account: str | None
    currency: str | None
    count: int
    first_line: int
    first_day: date
    last_day: date
    into: Decimal
    out: Decimal


def reading_of(
    connection: duckdb.DuckDBPyConnection,
    plan: Plan,
    found: Sorted,
    dialect: Mapping[str, str],
    evidence: Sequence[Evidence],
) -> Reading:
    """The reading of the table whose lines stand in the view `lines`; its statements carry none of them."""
    groups = _groups(connection)
    if not groups:
        raise StatementUnreadable("No row could be read as a transaction.")
    count = sum(group.count for group in groups)
    moved = Moved(_tidy(sum(group.into for group in groups)), _tidy(sum(group.out for group in groups)), count)
    declared = declared_by(plan, found)
    proofs = [*_chain_proof(connection, plan), *sum_proofs(moved, declared)]
    statements = tuple(_statements(groups, declared, found.account))
    return understood(plan, found, count, statements, proofs, format_name="csv", dialect=dialect, evidence=evidence)


def _groups(connection: duckdb.DuckDBPyConnection) -> list[Group]:
    accounts = [account for (account,) in connection.execute(_ACCOUNTS).fetchall()]
    name = "account" if parted(accounts) == accounts else "NULL"
    return [Group(*row) for row in connection.execute(_GROUPS.format(account=name)).fetchall()]


def _statements(groups: Sequence[Group], declared: Sequence[Declared], own: str | None) -> Iterator[Statement]:
    accounts = list(dict.fromkeys(group.account for group in groups))
    for account in accounts:
        ours = [group for group in groups if group.account == account]
        named = [group for group in ours if group.currency]
        currency = max(named, key=lambda group: group.count).currency if named else None
        balances = balances_of(declared if len(accounts) == 1 else (), currency)
        days = min(group.first_day for group in ours), max(group.last_day for group in ours)
        yield Statement(account or own, currency, (), balances, *days)


def _chain_proof(connection: duckdb.DuckDBPyConnection, plan: Plan) -> Iterator[Proof]:
    """The running balance in the direction in which more of it holds."""
    counted = connection.execute(_CHAIN).fetchone() if plan.scheme.balance is not None else None
    if counted is None:
        return
    down, goes_down, broken_down, up, goes_up, broken_up = counted
    is_up = goes_up > goes_down
    holds, links, broken = (goes_up, up, broken_up) if is_up else (goes_down, down, broken_down)
    yield from chain_proof(Chain(holds, links, is_up), broken[1] if broken else None)


def _tidy(amount: Decimal | int) -> Decimal:
    """The sum with cents, and with further places only where there are some."""
    whole, _, fraction = f"{amount:f}".partition(".")
    return Decimal(f"{whole}.{fraction.rstrip('0').ljust(_CENTS, '0')}")
