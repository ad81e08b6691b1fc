"""The tables of merchants and their spellings."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from farthing.infra.db import Base, Id, Instant, of_workspace


class Merchant(Base):
    """Who was paid, under one name, however statements spell it."""

    __tablename__ = "merchants"
    __table_args__ = (UniqueConstraint("workspace_id", "id"), UniqueConstraint("workspace_id", "name_key"))

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    workspace_id: Mapped[UUID] = of_workspace()
    name: Mapped[str] = mapped_column(String(255))
    name_key: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(Instant)


class MerchantAlias(Base):
    """A spelling that means a merchant."""

    __tablename__ = "merchant_aliases"
    __table_args__ = (
        ForeignKeyConstraint(
            ["workspace_id", "merchant_id"], ["merchants.workspace_id", "merchants.id"], ondelete="CASCADE"
        ),
    )

    workspace_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    alias_key: Mapped[str] = mapped_column(String(255), primary_key=True)
    alias: Mapped[str] = mapped_column(String(255))
    merchant_id: Mapped[UUID] = mapped_column(Id, index=True)
