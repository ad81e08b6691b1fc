"""A large ledger out of a small one, by SQL alone: its transactions again and again, on other days, with other amounts.

What the ledger itself would have kept beside them is made by SQL too, for rows that are all booked, whole and no
transfers; a recount says afterwards whether it is right.
"""

import sqlite3
from contextlib import closing
from typing import Any
from uuid import UUID

import psycopg

from bench.household import DAYS, FIRST_DAY
from farthing.ledger.models import Transaction
from farthing.settings import Settings

_STEP = 181
"""Days between a transaction and its next copy; prime, so that copies spread over all months."""
_SAME = [column.name for column in Transaction.__table__.columns if column.name not in ("key", "id", "date", "amount")]
_IS_INCOME = "(c.kind = 'income' OR c.kind = 'none' AND t.amount > 0)"


def multiply(settings: Settings, workspace_id: UUID, size: int) -> None:
    """Copy the transactions of a workspace until it has so many."""
    if settings.is_sqlite:
        with closing(sqlite3.connect(settings.database_url.partition("///")[2])) as connection:
            _multiply(connection, workspace_id.bytes, size, _Sqlite)
    else:
        with psycopg.connect(settings.database_url) as connection:
            _multiply(connection, workspace_id, size, _Postgres)


class _Sqlite:
    mark = "?"
    id = "CAST(substr(id, 1, 6) || randomblob(10) AS BLOB)"
    day = (
        f"date('{FIRST_DAY}', "
        f"((julianday(date) - julianday('{FIRST_DAY}') + {{number}} * {_STEP}) % {DAYS}) || ' days')"
    )
    month = "substr(t.date, 1, 8) || '01'"
    after = (
        (
            "INSERT INTO transaction_search (rowid, search_text) "
            "SELECT key, search_text FROM transactions WHERE key > {last}"
        ),
    )


class _Postgres:
    mark = "%s"
    id = "gen_random_uuid()"
    day = f"DATE '{FIRST_DAY}' + (date - DATE '{FIRST_DAY}' + {{number}} * {_STEP}) %% {DAYS}"
    month = "date_trunc('month', t.date)::date"
    after = ("SELECT setval('transactions_key_seq', (SELECT max(key) FROM transactions))",)


def _multiply(connection: Any, workspace: Any, size: int, its: type[_Sqlite | _Postgres]) -> None:
    counted = f"SELECT count(*), min(key), max(key) FROM transactions WHERE workspace_id = {its.mark}"
    many, first, last = connection.execute(counted, (workspace,)).fetchone()
    added = 0
    for number in range(1, -(-size // many)):
        top = connection.execute("SELECT max(key) FROM transactions").fetchone()[0]
        some = min(many, size - many - added)
        added += _copy(connection, workspace, its, (first, last, some), top + 1 - first, number)
        for statement in (*_totals(its), *its.after):
            text = statement.format(last=top)
            connection.execute(text, (workspace,) if its.mark in text else ())
        connection.commit()


def _copy(
    connection: Any, workspace: Any, its: type[_Sqlite | _Postgres], of: tuple[int, int, int], shift: int, number: int
) -> int:
    """Copy some transactions with their tags; how many."""
    same, (first, last, some) = ", ".join(f'"{name}"' for name in _SAME), of
    copied = connection.execute(
        f"INSERT INTO transactions (key, id, date, amount, {same}) "
        f"SELECT key + {shift}, {its.id}, {its.day.format(number=number)}, "
        f"amount + CASE WHEN amount < 0 THEN -{number} ELSE {number} END, {same} FROM transactions "
        f"WHERE workspace_id = {its.mark} AND key BETWEEN {first} AND {last} ORDER BY key LIMIT {some}",
        (workspace,),
    )
    connection.execute(
        "INSERT INTO transaction_tags (workspace_id, transaction_key, tag_id) "
        f"SELECT g.workspace_id, g.transaction_key + {shift}, g.tag_id FROM transaction_tags g "
        "JOIN transactions t ON t.workspace_id = g.workspace_id AND t.key = g.transaction_key + "
        f"{shift} WHERE g.workspace_id = {its.mark} AND g.transaction_key BETWEEN {first} AND {last}",
        (workspace,),
    )
    return int(copied.rowcount)


def _totals(its: type[_Sqlite | _Postgres]) -> tuple[str, ...]:
    of_new = f"WHERE t.workspace_id = {its.mark} AND t.key > {{last}}"
    months = (
        "INSERT INTO month_totals (workspace_id, account_id, month, net, count) "
        f"SELECT t.workspace_id, t.account_id, {its.month}, sum(t.amount), count(*) FROM transactions t {of_new} "
        f"GROUP BY t.workspace_id, t.account_id, {its.month} ON CONFLICT (workspace_id, account_id, month) "
        "DO UPDATE SET net = month_totals.net + excluded.net, count = month_totals.count + excluded.count"
    )
    days = (
        "INSERT INTO daily_totals (workspace_id, account_id, day, category_id, currency, "
        "income, spent, transfer_in, transfer_out, count) "
        "SELECT t.workspace_id, t.account_id, t.date, t.category_id, t.currency, "
        f"sum(CASE WHEN {_IS_INCOME} THEN t.amount ELSE 0 END), sum(CASE WHEN {_IS_INCOME} THEN 0 ELSE -t.amount END), "
        "0, 0, count(*) FROM transactions t "
        f"JOIN categories c ON c.workspace_id = t.workspace_id AND c.id = t.category_id {of_new} "
        "GROUP BY t.workspace_id, t.account_id, t.date, t.category_id, t.currency "
        "ON CONFLICT (workspace_id, account_id, day, category_id, currency) DO UPDATE SET "
        "income = daily_totals.income + excluded.income, spent = daily_totals.spent + excluded.spent, "
        "count = daily_totals.count + excluded.count"
    )
    balances = (
        "UPDATE accounts SET balance = balance + coalesce((SELECT sum(t.amount) FROM transactions t "
        "WHERE t.workspace_id = accounts.workspace_id AND t.account_id = accounts.id AND t.key > {last}), 0) "
        f"WHERE workspace_id = {its.mark}"
    )
    return months, days, balances
