"""By what a row of a statement is known again: what the bank said of it, and which of its likes it is.

Only what was read goes in, never what we made of it, and nothing that another workspace or account shares.
"""

from collections.abc import Mapping
from hashlib import sha256
from uuid import UUID

VERSION = 1
"""Counted up when the same file would give others; those of imports of before are then made anew from their raw."""
SIZE = 16
PROMISED = frozenset({"ofx", "json", "uzum"})
"""Formats in which banks give each transaction an id of its own."""
_SAID = ("currency", "status", "payee", "memo", "description", "reference", "type")
_MARK = "chr(31)"
_MINOR = 2**63 - 1
"""More than this is too large for any account, so it need not be told exactly."""

FIRST_ALIKE = f"unhex(substr(sha256(concat(said, {_MARK}, 1)), 1, {2 * SIZE}))"
"""Of a row, the fingerprint of the first one of its file that says the very same."""


def fingerprints_sql(view: str, accounts: Mapping[int, tuple[UUID, str, int]], workspace_id: UUID, kind: str) -> str:
    """A query of `view` that adds account, minor amount and fingerprint to each row.

    Args:
        view: rows with `row`, `statement`, `date`, `amount` and what the bank said.
        accounts: of each statement the account, its currency and how many decimals that has.
        workspace_id: whose rows these are.
        kind: the format, or the origin of what came without a file.
    """
    places = ", ".join(
        f"({at}, '{account.hex}', '{currency}', {10**decimals})"
        for at, (account, currency, decimals) in accounts.items()
    )
    said = ["date", "minor", *(f"coalesce({name}, '')" for name in _SAID)]
    ours = (f"'{VERSION}'", f"'{workspace_id.hex}'", "account")
    whole = _joined(*ours, *said)
    if kind in PROMISED:
        by_id = _joined(
            f"'{VERSION}'", f"'{workspace_id.hex}'", "account", "'id'", "reference", "date", "minor", "status"
        )
        whole = f"CASE WHEN reference IS NULL THEN {whole} ELSE {by_id} END"
    return (
        f"SELECT *, unhex(substr(sha256(concat(said, {_MARK}, row_number() OVER (PARTITION BY said ORDER BY row))),"
        f" 1, {2 * SIZE})) AS fingerprint FROM (SELECT *, {whole} AS said FROM ("
        f"SELECT r.*, p.account, p.home,"
        f" CAST(least(greatest(trunc(r.amount * p.scale), -{_MINOR}), {_MINOR}) AS BIGINT) AS minor,"
        f" r.amount * p.scale <> trunc(r.amount * p.scale) AS is_too_fine"
        f" FROM {view} AS r JOIN (VALUES {places}) AS p(statement, account, home, scale) USING (statement)))"
    )


def of_text(workspace_id: UUID, account_id: UUID, text: str, occurrence: int) -> bytes:
    """Of a line that could not be read: its words themselves."""
    said = chr(31).join((str(VERSION), workspace_id.hex, account_id.hex, "text", text, str(occurrence)))
    return sha256(said.encode()).digest()[:SIZE]


def _joined(*parts: str) -> str:
    return f"concat({f', {_MARK}, '.join(parts)})"
