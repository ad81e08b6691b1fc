"""Every table of the program in one place, for Alembic to compare with."""

from typing import Any

from sqlalchemy import MetaData

import farthing.audit.models
import farthing.auth.models
import farthing.ingest.models
import farthing.ingest.rebuild_models
import farthing.jobs.models
import farthing.ledger.learning_models
import farthing.ledger.merchant_models
import farthing.ledger.models
import farthing.ledger.pending_models
import farthing.ledger.rule_models
import farthing.secrets.models  # noqa: F401  importing is what registers the tables
from farthing.infra.db import Base

SEARCH_INDEX = "ix_transactions_search"
"""An index on an expression that only PostgreSQL has; it stands in its migration alone."""


def everything() -> MetaData:
    return Base.metadata


def is_ours(_object: Any, name: str | None, kind: str, reflected: bool, _compare_to: Any) -> bool:  # noqa: FBT001  Alembic's signature
    """Leave tables alone that live in the same database without being ours."""
    is_strange_table = kind == "table" and name not in Base.metadata.tables
    return not (reflected and (is_strange_table or name == SEARCH_INDEX))
