"""The raw rows of an import, as they are read from Parquet: printed, looked at a page at a time, taken for posting."""

import csv
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date as Day  # noqa: N812  a field is called date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from farthing.ingest.fingerprints import FIRST_ALIKE, fingerprints_sql
from farthing.ingest.models import Import
from farthing.ingest.preparing import COLUMNS, ROWS, duck, sql_path
from farthing.kernel.money import MINOR_MAX
from farthing.lake.store import LakeStore

if TYPE_CHECKING:
    import duckdb

PLAN = "plan.parquet"
WINDOW = 50_000
"""So many rows are taken from Parquet at once."""
_UNFIT = f"(is_too_fine OR coalesce(currency <> home, false) OR abs(minor) > {MINOR_MAX})"
"""What no account can hold, whatever anybody wants."""
_PLAN_COLUMNS = {
    "row": "INTEGER",
    "state": "VARCHAR",
    "reason": "VARCHAR",
    "key": "BIGINT",
    "is_remembered": "BOOLEAN",
}


class Place(NamedTuple):
    """Where the rows of a statement go."""

    account_id: UUID
    currency: str
    decimals: int


class Known(NamedTuple):
    """What of a row is compared with the ledger."""

    row: int
    statement: int
    date: Day
    minor: int
    status: str
    fingerprint: bytes
    is_too_fine: bool
    currency: str | None
    first_alike: bytes
    """The fingerprint of the first row of the file that says the very same."""


class Sums(NamedTuple):
    """Rows of one statement that nothing is known of, together."""

    statement: int
    rows: int
    income: int
    expense: int
    first_day: Day
    last_day: Day


class Fact(NamedTuple):
    """What of a row is posted."""

    row: int
    line: int
    statement: int
    date: Day
    value_date: Day | None
    minor: int
    payee: str | None
    memo: str | None
    description: str | None
    reference: str | None
    status: str
    fingerprint: bytes


class Planned(NamedTuple):
    """A decision as it is kept: which row, what becomes of it, why, and what it is the same as."""

    row: int
    state: str
    reason: str
    key: int | None
    is_remembered: bool
    """Whether it must be kept as a row of the database: as evidence, or because it waits for a person."""


class RawRows:
    """The rows of one import with their fingerprints."""

    def __init__(self, connection: "duckdb.DuckDBPyConnection", folder: Path) -> None:
        self._connection = connection
        self._folder = folder

    def known(self) -> Iterator[list[Known]]:
        """All rows, in order, some at a time."""
        return self._known("true")

    def known_among(self, prints: Collection[bytes]) -> tuple[list[Sums], Iterator[list[Known]]]:
        """Rows with one of these fingerprints, and those that no account can hold; of all others the sums."""
        self._connection.execute("CREATE OR REPLACE TABLE sought (fingerprint BLOB)")
        if prints:
            self._connection.execute("INSERT INTO sought SELECT unnest($1::BLOB[])", [list(prints)])
        apart = f"({_UNFIT} OR fingerprint IN (SELECT fingerprint FROM sought))"
        sums = (
            "SELECT statement, count(*), coalesce(sum(minor) FILTER (minor > 0), 0),"
            " coalesce(sum(minor) FILTER (minor <= 0), 0), min(date), max(date)"
            f" FROM printed WHERE NOT {apart} GROUP BY statement ORDER BY statement"
        )
        return [Sums(*row) for row in self._connection.execute(sums).fetchall()], self._known(apart)

    def _known(self, wanted: str) -> Iterator[list[Known]]:
        cursor = self._connection.cursor()
        asked = f"SELECT {', '.join(Known._fields[:-1])}, {FIRST_ALIKE} FROM printed WHERE {wanted} ORDER BY row"
        cursor.execute(asked)
        while some := cursor.fetchmany(WINDOW):
            yield [Known._make(row) for row in some]

    def to_post(self, also: Collection[int], count: int) -> Iterator[list[tuple[Fact, Planned | None]]]:
        """In order, some at a time: what is new, what must be remembered, and the rows `also`, each with its plan."""
        plan, facts = _parquet(self._folder / PLAN), ", ".join(f"r.{name}" for name in Fact._fields)
        cursor = self._connection.cursor()
        if not also and cursor.execute(f"SELECT count(*) FROM {plan}").fetchone() == (0,):
            cursor.execute(f"SELECT {facts} FROM printed AS r ORDER BY r.row")
            while some := cursor.fetchmany(count):
                yield [(Fact._make(row), None) for row in some]
            return
        cursor.execute(
            f"SELECT {facts}, {', '.join(f'p.{name}' for name in Planned._fields)}"
            f" FROM printed AS r LEFT JOIN {plan} AS p USING (row)"
            " WHERE p.row IS NULL OR p.state = 'new' OR p.is_remembered OR r.row IN (SELECT unnest($1::INTEGER[]))"
            " ORDER BY r.row",
            [list(also)],
        )
        width = len(Fact._fields)
        while some := cursor.fetchmany(count):
            yield [(Fact._make(row[:width]), None if row[width] is None else Planned(*row[width:])) for row in some]

    def narrow(self, rows: Sequence[int]) -> None:
        """From now on, know these rows alone."""
        wanted = "SELECT unnest(?::INTEGER[]) AS row"
        self._connection.execute(
            f"CREATE TABLE narrowed AS SELECT p.* FROM printed AS p SEMI JOIN ({wanted}) USING (row)", [list(rows)]
        )
        self._connection.execute("CREATE OR REPLACE VIEW printed AS SELECT * FROM narrowed")

    def facts(self, first: int, last: int) -> list[Fact]:
        """The rows from one number to another."""
        asked = f"SELECT {', '.join(Fact._fields)} FROM printed WHERE row BETWEEN ? AND ? ORDER BY row"
        return [Fact(*row) for row in self._connection.execute(asked, [first, last]).fetchall()]

    def some(self, rows: Sequence[int]) -> list[Fact]:
        asked = f"SELECT {', '.join(Fact._fields)} FROM printed WHERE row IN (SELECT unnest(?)) ORDER BY row"
        return [Fact(*row) for row in self._connection.execute(asked, [list(rows)]).fetchall()]

    @cached_property
    def has_balances(self) -> bool:
        found = self._connection.execute("SELECT count(balance) FROM printed").fetchone()
        return bool(found and found[0])

    def balances_alike(self, row: int) -> dict[int, Decimal | None]:
        """What the bank says the balance was after each row that says the very same as this one."""
        asked = "SELECT row, balance FROM printed WHERE said = (SELECT said FROM printed WHERE row = ?)"
        return dict(self._connection.execute(asked, [row]).fetchall())

    def keep_plan(self, plan: Iterable[Planned], folder: Path) -> Path:
        """The decisions as Parquet, in `folder`; rows that are not named are new."""
        collected, made = folder / "plan.csv", folder / PLAN
        with collected.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows(plan)
        self._connection.execute(
            f"COPY (SELECT * FROM read_csv('{sql_path(collected)}', header = false, auto_detect = false,"
            f" delim = ',', quote = '\"', escape = '\"', new_line = '\\r\\n', columns = {_PLAN_COLUMNS!r})"
            f" ORDER BY row) TO '{sql_path(made)}' (FORMAT parquet, COMPRESSION zstd)"
        )
        collected.unlink()
        return made


@contextmanager
def raw_rows(
    folder: Path, places: Mapping[int, Place], workspace_id: UUID, kind: str, workshop: Path
) -> Iterator[RawRows]:
    """The rows of the statements that have an account, printed once in a workshop."""
    with duck(workshop) as connection:
        source = _parquet(folder / ROWS)
        if places:
            printed = fingerprints_sql(source, places, workspace_id, kind)
        else:
            printed = (
                f"SELECT *, '' AS said, '' AS home, CAST(NULL AS BIGINT) AS minor, false AS is_too_fine,"
                f" CAST(NULL AS BLOB) AS fingerprint"
                f" FROM {source} WHERE false"
            )
        target = workshop / "printed.parquet"
        if not target.exists():
            connection.execute(f"COPY ({printed} ORDER BY row) TO '{sql_path(target)}' (FORMAT parquet)")
        connection.execute(f"CREATE VIEW printed AS SELECT * FROM {_parquet(target)}")
        yield RawRows(connection, folder)


def plan_between(folder: Path, first: int, last: int) -> dict[int, Planned]:
    """The decisions about rows from one number to another."""
    with duck() as connection:
        asked = f"SELECT * FROM {_parquet(folder / PLAN)} WHERE row BETWEEN ? AND ?"
        return {row[0]: Planned(*row) for row in connection.execute(asked, [first, last]).fetchall()}


def planned_same(folder: Path, keys: Sequence[int]) -> list[tuple[int, int]]:
    """Rows that are the same as one of these transactions, each with which."""
    with duck() as connection:
        asked = f"SELECT row, key FROM {_parquet(folder / PLAN)} WHERE state = 'same' AND key IN (SELECT unnest(?))"
        return [(row, key) for row, key in connection.execute(asked, [list(keys)]).fetchall()]


def amounts_of(folder: Path, rows: Sequence[int]) -> dict[int, Decimal]:
    """What the statement said of some rows."""
    with duck() as connection:
        asked = f"SELECT row, amount FROM {_parquet(folder / ROWS)} WHERE row IN (SELECT unnest(?))"
        return dict(connection.execute(asked, [list(rows)]).fetchall())


def balance_of(folder: Path, row: int) -> Decimal | None:
    """What the bank says the balance was after a row."""
    with duck() as connection:
        found = connection.execute(f"SELECT balance FROM {_parquet(folder / ROWS)} WHERE row = ?", [row]).fetchone()
        return found[0] if found else None


@contextmanager
def opened(lake: LakeStore, row: Import, home: Path, places: Mapping[int, Place]) -> Iterator[RawRows]:
    """The raw rows of an import, for as long as somebody reads them."""
    with (
        lake.workshop() as workshop,
        raw_rows(home, places, row.workspace_id, row.format, Path(workshop)) as raw,
    ):
        yield raw


def some_facts(
    lake: LakeStore, row: Import, home: Path, places: Mapping[int, Place], numbers: Sequence[int]
) -> list[Fact]:
    with opened(lake, row, home, places) as raw:
        return raw.some(numbers)


def prints(lake: LakeStore, row: Import, home: Path, places: Mapping[int, Place]) -> list[dict[int, bytes]]:
    """The fingerprint of each row, some at a time."""
    with opened(lake, row, home, places) as raw:
        return [{one.row: one.fingerprint for one in some} for some in raw.known()]


def days_otherwise(before: Path, after: Path) -> dict[int, Day]:
    """The day of each row that another reading of the same file gives another day."""
    with duck() as connection:
        asked = (
            f"SELECT row, a.date FROM {_parquet(before / ROWS)} AS b JOIN {_parquet(after / ROWS)} AS a USING (row)"
            f" WHERE a.date <> b.date"
        )
        return dict(connection.execute(asked).fetchall())


class Shown(NamedTuple):
    """A row as the preview lists it."""

    row: int
    line: int
    statement: int
    values: dict[str, Any]
    state: str
    reason: str | None
    key: int | None


def page(folder: Path, after: int, limit: int, state: str | None) -> list[Shown]:
    """The next rows with what was planned for them; of one state only, if one is named."""
    wanted = "r.row > $after" + ("" if state is None else " AND coalesce(p.state, 'new') = $state")
    return _shown(folder, wanted, {"after": after} | ({} if state is None else {"state": state}), limit)


def named(folder: Path, rows: Sequence[int]) -> list[Shown]:
    """These rows with what was planned for them."""
    return _shown(folder, "r.row IN (SELECT unnest($rows))", {"rows": list(rows)}, len(rows))


def _shown(folder: Path, wanted: str, given: dict[str, Any], limit: int) -> list[Shown]:
    names = [name for name in COLUMNS if name not in {"row", "line", "statement"}]
    with duck() as connection:
        asked = (
            f"SELECT r.row, r.line, r.statement, {', '.join(f'r.{name}' for name in names)},"
            f" coalesce(p.state, 'new'), p.reason, p.key"
            f" FROM {_parquet(folder / ROWS)} AS r"
            f" LEFT JOIN {_parquet(folder / PLAN)} AS p USING (row)"
            f" WHERE {wanted} ORDER BY r.row LIMIT {int(limit)}"
        )
        rows = connection.execute(asked, given).fetchall()
    return [
        Shown(row[0], row[1], row[2], dict(zip(names, row[3:-3], strict=True)), row[-3], row[-2], row[-1])
        for row in rows
    ]


def _parquet(path: Path) -> str:
    """The columns of the file, and nothing that its folders are called."""
    return f"read_parquet('{sql_path(path)}', hive_partitioning = false)"
