"""What a workspace's own decisions taught."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from farthing.infra.db import Base, Id, Instant, Json


class CategoryModel(Base):
    """One per workspace, replaced by each training; it is made of nothing but the workspace's transactions."""

    __tablename__ = "category_models"

    workspace_id: Mapped[UUID] = mapped_column(Id, ForeignKey("workspaces.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int]
    trained_at: Mapped[datetime] = mapped_column(Instant)
    learned_until: Mapped[datetime] = mapped_column(Instant)
    """When the newest decision in it was taken; later ones are remembered beside it."""
    examples: Mapped[int]
    learned: Mapped[dict[str, Any]] = mapped_column(Json)
