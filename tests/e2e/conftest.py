"""What the tests of the served product stand on."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from conftest import make_settings
from factories.installations import Installation
from farthing.bootstrap import migrate
from farthing.settings import Settings


@pytest.fixture
def installation(settings: Settings) -> Iterator[Installation]:
    made = Installation(make_settings(settings.data_dir, database_url=settings.database_url))
    yield made
    if not made.settings.is_sqlite:
        with made.engine.begin() as connection:
            connection.execute(text("DROP SCHEMA IF EXISTS dbos CASCADE"))
        migrate(made.settings)  # the schema again, empty, for whoever comes next
    made.engine.dispose()
