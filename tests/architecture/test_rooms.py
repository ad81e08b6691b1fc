"""What import contracts cannot say: each outside library has one room, and some words stand in few places."""

import ast
from fnmatch import fnmatch

import pytest

from architecture.source import imports, modules

SQL = (
    "*models.py",
    "*repository.py",
    "infra/db/*",
    "migrations/*",
    "ledger/criteria.py",
    "ledger/searching.py",
    "ledger/counting.py",
)
ROOMS: dict[str, tuple[str, ...]] = {
    "sqlalchemy": SQL,
    "alembic": ("migrations/*",),
    "httpx2": ("infra/http/*", "cli/*"),
    "httpcore2": ("infra/http/*",),
    "cryptography": ("infra/crypto.py",),
    "dbos": ("jobs/runner.py",),
    "croniter": ("jobs/schedules.py",),
    "jwt": ("auth/tokens.py", "auth/outside.py"),
    "pwdlib": ("auth/passwords.py",),
    "dotenv": ("settings.py",),
    "prometheus_client": ("infra/telemetry.py",),
    "fastapi": ("api/*", "asgi.py"),
    "starlette": ("api/*",),
    "uvicorn": ("cli/server.py",),
    "typer": ("cli/*",),
    "rich": ("cli/*",),
    "smtplib": ("infra/mail.py",),
    "pypdfium2": ("ingest/readers/formats/velobank_page.py",),
    "xml": ("ingest/readers/markup.py", "ingest/readers/formats/xlsx_package.py"),
    "regex": ("classify/rules/patterns.py",),
    "yaml": ("classify/rules/document.py", "ingest/profiles.py", "cli/rules.py"),
    "zipfile": ("ingest/readers/formats/xlsx_package.py",),
    "duckdb": ("lake/*", "ingest/readers/bulk/*", "ingest/preparing.py", "ingest/matching.py", "ingest/rawrows.py"),
    "pyarrow": (),
    "numpy": (),
    "pandas": (),
}


@pytest.mark.parametrize("library", ROOMS)
def test_a_library_stays_in_its_room(library: str) -> None:
    strays = [
        path
        for path, tree in modules().items()
        if any(name == library or name.startswith(f"{library}.") for name in imports(tree))
        and not any(fnmatch(path, room) for room in ROOMS[library])
    ]
    assert not strays


def test_a_repository_is_opened_by_its_own_domain() -> None:
    strays = [
        (path, name)
        for path, tree in modules().items()
        for name in imports(tree)
        if name.startswith("farthing.") and name.endswith("repository") and not name.startswith("farthing.infra")
        if path.split("/")[0] != name.split(".")[1]
    ]
    assert not strays


def test_only_settings_reads_the_environment() -> None:
    """The terminal looks for one variable when everything failed, and hands settings on to a reloading server."""
    allowed = {"settings.py", "cli/main.py", "cli/server.py"}
    readers = {
        path
        for path, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}
    }
    assert readers <= allowed


def test_services_never_commit() -> None:
    """A transaction's commit takes nothing; that of an import, which is a verb of ours, says which."""
    committers = {
        path
        for path, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
        if not node.args
    }
    assert committers <= {"infra/db/unit_of_work.py", "migrations/upgrade.py"}


def test_everything_is_caught_in_few_places() -> None:
    catchers = {
        path
        for path, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"}))
    }
    assert catchers <= {"cli/main.py", "infra/elsewhere.py", "jobs/failures.py", "jobs/runner.py"}


def test_only_the_terminal_prints() -> None:
    printers = {
        path
        for path, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    }
    assert all(path.startswith("cli/") for path in printers)
