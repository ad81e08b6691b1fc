"""Many rows in one go: the statement is spelt once, and values go to the driver as it takes them.

SQLite takes hundreds in one statement, and the program thinks on while it does. PostgreSQL takes a COPY, but not into a
table under row-level security: so the rows arrive in a temporary table, and one INSERT takes them from there.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from itertools import chain
from typing import Any, NamedTuple, cast

import psycopg
from sqlalchemy import Date, Dialect, Table
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeEngine

from farthing.infra.db.asking import POSTGRES, SQLITE, ask
from farthing.infra.db.base import Base
from farthing.infra.db.unit_of_work import Question, Work

_COPIED_FROM = 50
"""Fewer rows than this are sooner inserted than copied."""
_AT_ONCE = (500, 50, 1)
_VALUES_AT_ONCE = 16_000
"""In one statement of SQLite, which takes twice as many."""


async def insert_rows(
    work: Work, model: type[Base], rows: Sequence[Mapping[str, Any]], *, adding: tuple[str, ...] = ()
) -> None:
    """Insert rows that all name the same columns; where one is there already, add the columns `adding` to it."""
    if not rows:
        return
    connection = await work.session.connection()
    shape = _shape(cast("Table", model.__table__), tuple(rows[0]), adding, connection.dialect)
    if work.is_sqlite:
        await ask(work, _insertions(shape, list(shape.values(rows))))
    elif len(rows) < _COPIED_FROM:
        await connection.exec_driver_sql(shape.insert, list(shape.values(rows)))
    else:
        await _copy(connection, shape, rows)


class Made(NamedTuple):
    """Very many rows as one kind of database takes them, but for their keys. They can be sent to another process."""

    varying: tuple[str, ...]
    same: tuple[str, ...]
    """Columns that say the same in all rows, which need not be told again and again."""
    values: tuple[Any, ...]
    rows: Sequence[tuple[Any, ...]]
    """The others; for SQLite all values of each statement in a row."""


def made_of(model: type[Base], columns: "Mapping[str, Sequence[Any] | Same]", *, is_sqlite: bool) -> Made:
    """Rows given column by column, not all of them the same throughout. Pure: it may be done anywhere.

    SQLite numbers the rows itself; elsewhere their keys come in front.
    """
    shape = _shape(cast("Table", model.__table__), tuple(columns), (), SQLITE if is_sqlite else POSTGRES)
    told = {name: _once(column) for name, column in shape.columns(columns).items()}
    same = {name: column.value for name, column in told.items() if isinstance(column, Same)}
    varying = {name: column for name, column in told.items() if not isinstance(column, Same)}
    rows = list(zip(*varying.values(), strict=True))
    return Made(tuple(varying), tuple(same), tuple(same.values()), list(_statements(rows)) if is_sqlite else rows)


def _once(column: "Sequence[Any] | Same") -> "Sequence[Any] | Same":
    """A column that turns out to say the same throughout."""
    if isinstance(column, Same) or len(column) < _COPIED_FROM or column[0] != column[-1]:
        return column
    return Same(column[0]) if column.count(column[0]) == len(column) else column


def _statements(rows: Sequence[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """The values of few kinds of statements, because the driver keeps each kind prepared."""
    at = 0
    for size in _AT_ONCE:
        while len(rows) - at >= size:
            yield tuple(chain.from_iterable(rows[at : at + size]))
            at += size


async def insert_made(work: Work, made: Made, model: type[Base], key: str, keys: Sequence[int]) -> None:
    """Insert them; on SQLite, whoever calls holds the writer, so the keys are the next ones."""
    table = cast("Table", model.__table__)
    if work.is_sqlite:
        counts = (len(values) // len(made.varying) for values in made.rows)
        sqls = (_numbered(table.name, made.varying, made.same, count) for count in counts)
        await ask(work, [Question(sql, (*made.values, *rest)) for sql, rest in zip(sqls, made.rows, strict=True)])
        return
    connection = await work.session.connection()
    shape = _shape(table, (key, *made.varying), (), connection.dialect)
    keyed = ((number, *row) for number, row in zip(keys, made.rows, strict=True))
    await _copy_rows(connection, shape, keyed, shape.take_with(made.same), made.values)


@lru_cache(maxsize=64)
def _numbered(table: str, varying: tuple[str, ...], same: tuple[str, ...], count: int) -> str:
    """An insertion that names what is the same in all rows once, by its number; the very same text each time."""
    fixed, width = [f"?{at}" for at in range(1, len(same) + 1)], len(varying)
    starts = range(len(same) + 1, len(same) + 1 + count * width, width)
    rows = (", ".join([*(f"?{at}" for at in range(start, start + width)), *fixed]) for start in starts)
    listed = ", ".join(f'"{name}"' for name in (*varying, *same))
    return f"INSERT INTO {table} ({listed}) VALUES ({'), ('.join(rows)})"


def insertions(
    work: Work, model: type[Base], rows: Sequence[Mapping[str, Any]], *, adding: tuple[str, ...] = ()
) -> list[Question]:
    """The same for few rows, to be asked in one visit together with other statements."""
    if not rows:
        return []
    dialect = work.session.get_bind().dialect
    shape = _shape(cast("Table", model.__table__), tuple(rows[0]), adding, dialect)
    return [Question(shape.insert, values) for values in shape.values(rows)]


def _insertions(shape: "_Shape", values: Sequence[tuple[Any, ...]]) -> list[Question]:
    """Full statements first; the rows that are left go one by one."""
    size = max(1, _VALUES_AT_ONCE // len(shape.names))
    whole = len(values) - len(values) % size
    many = shape.insert_many(size)
    full = [Question(many, tuple(chain.from_iterable(values[start : start + size]))) for start in range(0, whole, size)]
    return [*full, *(Question(shape.insert, rest) for rest in values[whole:])]


class Same(NamedTuple):
    """A column that says the same in every row."""

    value: Any


class _Shape(NamedTuple):
    """How rows of some columns go into a table."""

    table: str
    names: tuple[str, ...]
    changes: tuple[tuple[str, Callable[[Any], Any]], ...]
    """Columns whose values are not what the driver takes."""
    into: str
    marks: str
    meeting: str
    receive: str
    copy: str
    take: str
    dismiss: str

    @property
    def insert(self) -> str:
        return f"{self.into} VALUES {self.marks} {self.meeting}"

    def insert_many(self, count: int) -> str:
        return _repeated(self.into, self.marks, self.meeting, count)

    def values(self, rows: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Any, ...]]:
        return self.rows({name: [row[name] for row in rows] for name in self.names})

    def rows(self, given: Mapping[str, Sequence[Any]]) -> Iterator[tuple[Any, ...]]:
        """Columns as rows, each value as the driver takes it."""
        return zip(*cast("Mapping[str, Sequence[Any]]", self.columns(given)).values(), strict=True)

    def columns(self, given: Mapping[str, "Sequence[Any] | Same"]) -> "dict[str, Sequence[Any] | Same]":
        """Each value as the driver takes it."""
        columns = dict(given)
        for name, change in self.changes:
            column = columns[name]
            columns[name] = Same(change(column.value)) if isinstance(column, Same) else _changed(column, change, name)
        return columns

    def take_with(self, same: tuple[str, ...]) -> str:
        """Take the rows from where they arrived, and say of each what is the same in all."""
        listed = ", ".join(f'"{name}"' for name in self.names)
        more = "".join(f', "{name}"' for name in same)
        return (
            f"INSERT INTO {self.table} ({listed}{more}) SELECT {listed}{', %s' * len(same)} FROM incoming_{self.table}"
        )


@lru_cache(maxsize=64)
def _repeated(into: str, marks: str, meeting: str, count: int) -> str:
    """The very same text each time, so that the driver knows it prepared."""
    return f"{into} VALUES {', '.join([marks] * count)} {meeting}"


@lru_cache(maxsize=256)
def _shape(table: Table, names: tuple[str, ...], adding: tuple[str, ...], dialect: Dialect) -> _Shape:
    listed, incoming = ", ".join(f'"{name}"' for name in names), f"incoming_{table.name}"
    sums = ", ".join(f'"{name}" = {table.name}."{name}" + excluded."{name}"' for name in adding)
    keys = ", ".join(f'"{column.name}"' for column in table.primary_key)
    into, meeting = f"INSERT INTO {table.name} ({listed})", f"ON CONFLICT ({keys}) DO UPDATE SET {sums}" if sums else ""
    marks = ", ".join(["?" if dialect.name == "sqlite" else "%s"] * len(names))
    changes = ((name, _change(table.columns[name].type, dialect)) for name in names)
    return _Shape(
        table.name,
        names,
        tuple((name, change) for name, change in changes if change is not None),
        into,
        f"({marks})",
        meeting,
        f"CREATE TEMP TABLE {incoming} ON COMMIT DROP AS SELECT {listed} FROM {table.name} WITH NO DATA",
        f"COPY {incoming} ({listed}) FROM STDIN",
        f"{into} SELECT {listed} FROM {incoming} {meeting}",
        f"DROP TABLE {incoming}",
    )


def _change(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    if isinstance(kind, Date) and dialect.name == "sqlite":
        return _day  # as SQLAlchemy spells it, only sooner
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _day(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


def _changed(column: Sequence[Any], change: Callable[[Any], Any], name: str) -> list[Any]:
    """Many rows share the very same ids and moments, and equal days; only their own ids are all different."""
    if name == "id":
        is_ready = bool(column) and isinstance(column[0], bytes)
        return list(column) if is_ready else [change(value) for value in column]
    if column.count(column[0]) == len(column):
        return [change(column[0])] * len(column)
    if change is _day:
        days = {day: change(day) for day in set(column)}
        return [days[day] for day in column]
    known: dict[int, Any] = {}
    return [known[at] if (at := id(value)) in known else known.setdefault(at, change(value)) for value in column]


async def _copy(connection: AsyncConnection, shape: _Shape, rows: Sequence[Mapping[str, Any]]) -> None:
    await _copy_rows(connection, shape, shape.values(rows))


async def _copy_rows(
    connection: AsyncConnection,
    shape: _Shape,
    rows: Iterator[tuple[Any, ...]],
    take: str | None = None,
    same: tuple[Any, ...] = (),
) -> None:
    await connection.exec_driver_sql(shape.receive)
    raw = await connection.get_raw_connection()
    driver = cast("psycopg.AsyncConnection[Any]", raw.driver_connection)
    try:
        async with driver.cursor() as cursor, cursor.copy(shape.copy) as copy:
            for row in rows:
                await copy.write_row(row)
    except psycopg.Error as refusal:
        raise DBAPIError.instance(shape.copy, None, refusal, psycopg.Error, hide_parameters=True) from refusal
    await connection.exec_driver_sql(take or shape.take, same)
    await connection.exec_driver_sql(shape.dismiss)
