"""A PostgreSQL for the benches: the tests' own way to start one."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from fakes.postgres import running_postgres


@contextmanager
def a_database(name: str = "farthing_bench") -> Iterator[str]:
    with running_postgres() as owner:
        with psycopg.connect(owner, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        yield owner.replace("/postgres?", f"/{name}?")
