"""What is loaded when, seen from outside in processes of their own."""

import subprocess
import sys
import time

import pytest

HELP_TIMES_MAX = 2.0
"""So many times what loading the terminal's library alone takes; the bench tells how many seconds that is."""


def loaded_by(code: str) -> set[str]:
    """The top-level modules that a Python process has after running the code."""
    told = f"{code}\nimport sys; print('LOADED', *sorted({{m.split('.')[0] for m in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)  # noqa: S603
    return set(done.stdout.rpartition("LOADED")[2].split())


@pytest.mark.parametrize("words", [["--help"], ["version"], ["users", "--help"]])
def test_the_terminal_comes_without_the_web(words: list[str]) -> None:
    calling = f"import sys; sys.argv = ['farthing', *{words!r}]"
    run = f"{calling}\nfrom farthing.cli.main import main\ntry: main()\nexcept SystemExit: pass"
    assert not loaded_by(run) & {"fastapi", "sqlalchemy", "dbos", "httpx2", "uvicorn"}


def test_the_api_comes_without_the_pipeline() -> None:
    assert not loaded_by("import farthing.asgi") & {"dbos", "dagster", "dbt", "alembic", "duckdb", "typer"}


def test_help_comes_at_once() -> None:
    """Beside what cannot be spared, so that a busy machine changes both."""
    commands = {"help": ["-m", "farthing", "--help"], "bare": ["-c", "import typer.main, rich.console"]}
    took: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(5):
        for name, words in commands.items():
            began = time.perf_counter()
            subprocess.run([sys.executable, *words], check=True, capture_output=True)  # noqa: S603
            took[name].append(time.perf_counter() - began)
    assert min(took["help"]) < HELP_TIMES_MAX * min(took["bare"]), took
