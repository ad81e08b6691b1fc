"""The declarative base and the column types that mean the same on SQLite and PostgreSQL."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    DateTime,
    Dialect,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    Uuid,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.types import TypeDecorator, TypeEngine

from farthing.kernel.money import SUM_MAX


class Id(TypeDecorator[UUID]):
    """A UUID in sixteen bytes: native on PostgreSQL, a blob on SQLite."""

    impl = LargeBinary(16)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Uuid() if dialect.name == "postgresql" else LargeBinary(16))

    def bind_processor(self, dialect: Dialect) -> Any:
        """Straight to what the driver takes: there are many ids in every statement."""
        return None if dialect.name == "postgresql" else _bytes_of

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:  # noqa: ARG002
        return None if dialect.name == "postgresql" else _id_of


def _bytes_of(value: UUID | None) -> bytes | None:
    return None if value is None else value.bytes


def _id_of(value: bytes | None) -> UUID | None:
    return None if value is None else UUID(bytes=value)


class Instant(TypeDecorator[datetime]):
    """A moment in UTC; a naive one is a mistake and refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Any:
        """Spelt here for SQLite: SQLAlchemy takes ten times as long, and there are many moments in every list."""
        return _in_utc if dialect.name == "postgresql" else _text_of

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:  # noqa: ARG002
        return None if dialect.name == "postgresql" else _moment_of


def _in_utc(value: datetime | None) -> datetime | None:
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError("a moment without a time zone")
    return value.astimezone(UTC)


def _text_of(value: datetime | None) -> str | None:
    moment = _in_utc(value)
    return None if moment is None else moment.replace(tzinfo=None).isoformat(" ", "microseconds")


def _moment_of(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value).replace(tzinfo=UTC)


Json = JSON().with_variant(postgresql.JSONB(), "postgresql")
Sha256 = LargeBinary(32)
Key = BigInteger().with_variant(Integer(), "sqlite")
"""The internal number of a row: SQLite's own rowid, which full text needs."""


def of_workspace() -> Any:
    """The column that says whose a row is; it goes with its workspace."""
    return mapped_column(Id, ForeignKey("workspaces.id", ondelete="CASCADE"))


def countable(*columns: str) -> CheckConstraint:
    """Sums stay where integers are exact."""
    within = " AND ".join(f"{column} BETWEEN -{SUM_MAX} AND {SUM_MAX}" for column in columns)
    return CheckConstraint(within, name="countable")


class Base(DeclarativeBase):
    """The parent of every table; its metadata is what migrations are compared with."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
