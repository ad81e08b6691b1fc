"""Statements that are asked so often that being compiled and sent one by one would cost more than their work.

They are Core statements, compiled once per kind of database, and several go in one visit: a call of SQLite's thread, a
pipeline of PostgreSQL.
"""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import Any, cast

import psycopg
from sqlalchemy import Dialect, Executable
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite import dialect as sqlite_dialect
from sqlalchemy.exc import DBAPIError

from farthing.infra.db.errands import visit
from farthing.infra.db.unit_of_work import Question, Work

SQLITE: Dialect = sqlite_dialect()
POSTGRES: Dialect = PGDialect_psycopg(paramstyle="format")  # type: ignore[no-untyped-call]
Processor = Callable[[Any], Any] | None


class Prepared:
    """A statement whose parameters are all named; `workspace_id` is always the one of the work's scope."""

    def __init__(self, statement: Executable, columns: Sequence[Any] = ()) -> None:
        self._statement, self._columns = statement, columns
        self._forms: dict[bool, _Form] = {}

    def question(self, work: Work, **values: Any) -> Question:
        form = self._forms.get(work.is_sqlite) or self._form(is_sqlite=work.is_sqlite)
        return form.question(values | {"workspace_id": work.scope.workspace_id})

    async def of(self, work: Work, **values: Any) -> list[tuple[Any, ...]]:
        """Ask it now, unless the answer is at hand."""
        question = self.question(work, **values)
        rows = work.foreseen.pop(question) if question in work.foreseen else (await ask(work, [question]))[0]
        return self._forms[work.is_sqlite].rows(rows)

    def _form(self, *, is_sqlite: bool) -> "_Form":
        form = _Form(self._statement, self._columns, SQLITE if is_sqlite else POSTGRES)
        return self._forms.setdefault(is_sqlite, form)


class _Form:
    """The statement as one driver takes it."""

    def __init__(self, statement: Executable, columns: Sequence[Any], dialect: Dialect) -> None:
        compiled: Any = statement.compile(dialect=dialect)  # type: ignore[attr-defined]
        self._sql = str(compiled)
        self._given = [self._parameter(compiled.binds[name], dialect) for name in compiled.positiontup]
        found = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
        self._read = [(at, processor) for at, processor in enumerate(found) if processor is not None]

    @staticmethod
    def _parameter(bind: Any, dialect: Dialect) -> tuple[str, Any, Processor]:
        processor = bind.type.dialect_impl(dialect).bind_processor(dialect)
        fixed = None if bind.required else processor(bind.value) if processor else bind.value
        return bind.key if bind.required else "", fixed, processor

    def question(self, values: dict[str, Any]) -> Question:
        return Question(
            self._sql,
            tuple(
                fixed if not name else processor(values[name]) if processor else values[name]
                for name, fixed, processor in self._given
            ),
        )

    def rows(self, found: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        if not self._read or not found:
            return found
        columns: list[Sequence[Any]] = list(zip(*found, strict=True))
        for at, processor in self._read:
            columns[at] = [processor(value) for value in columns[at]]
        return list(zip(*columns, strict=True))


async def foresee(work: Work, questions: Iterable[Question]) -> None:
    """Ask in one visit what will be asked next; each answer is given once."""
    asked = list(dict.fromkeys(questions))
    work.foreseen.update(zip(asked, await ask(work, asked), strict=True))


async def ask(work: Work, questions: Sequence[Question]) -> list[list[tuple[Any, ...]]]:
    """The rows of each, one after another, in one visit."""
    driver = await work.driver()
    try:
        if work.is_sqlite:
            return await visit(driver, questions)
        return await _pipeline(cast("psycopg.AsyncConnection[Any]", driver), questions)
    except (sqlite3.Error, psycopg.Error) as refusal:
        base = sqlite3.Error if work.is_sqlite else psycopg.Error
        raise DBAPIError.instance(questions[0].sql, None, refusal, base, hide_parameters=True) from refusal


async def _pipeline(driver: psycopg.AsyncConnection[Any], questions: Sequence[Question]) -> list[list[tuple[Any, ...]]]:
    if len(questions) == 1:
        asked = [await driver.execute(questions[0].sql, questions[0].values)]
    else:
        async with driver.pipeline():
            asked = [await driver.execute(question.sql, question.values) for question in questions]
    return [await cursor.fetchall() if cursor.description else [] for cursor in asked]
