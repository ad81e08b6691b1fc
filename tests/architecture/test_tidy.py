"""The house is kept clean: sizes, names, promises."""

import ast
import re
import subprocess
import tomllib

import pytest

from architecture.source import ROOT, SOURCE, modules

MODULE_LINES_MAX = 420
FUNCTION_LINES_MAX = 60
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers", "base_service"}
ADR_LINES_MAX = 70


def tracked() -> list[str]:
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S607
    return done.stdout.splitlines()


@pytest.mark.parametrize("path", sorted(modules()))
def test_a_module_fits_its_noun(path: str) -> None:
    if path.startswith("migrations/versions/"):
        return  # a migration is a list of statements, as long as there are tables
    assert len((SOURCE / path).read_text().splitlines()) <= MODULE_LINES_MAX


def test_functions_fit_a_screen() -> None:
    long = [
        f"{path}:{node.name}"
        for path, tree in modules().items()
        if not path.startswith("migrations/versions/")
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno > FUNCTION_LINES_MAX
    ]
    assert not long


def test_no_module_has_a_vague_name() -> None:
    words = {part for path in modules() for part in re.split(r"[/.]", path)}
    assert not words & VAGUE


def test_modules_say_no_todo() -> None:
    promises = [path for path in modules() if re.search(r"#.*\b(TODO|FIXME|XXX)\b", (SOURCE / path).read_text())]
    assert not promises


def test_decisions_are_short_and_numbered_without_gaps() -> None:
    pages = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    assert all(len(page.read_text().splitlines()) <= ADR_LINES_MAX for page in pages)


def test_the_lock_has_what_the_project_asks_for() -> None:
    """An install from a stale lock quietly leaves a library out."""
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    packages = tomllib.loads((ROOT / "uv.lock").read_text())["package"]
    locked = next(one["metadata"]["requires-dist"] for one in packages if one["name"] == "farthing")
    names = {re.split(r"[^A-Za-z0-9_.-]", one, maxsplit=1)[0].lower() for one in asked}
    assert names == {one["name"] for one in locked if "marker" not in one}


def test_no_file_bears_a_path_of_a_machine() -> None:
    somebodys = re.compile(r"/(?:home|Users)/[a-z][\w.-]*/|/tm[p]/")
    bearers = [
        name
        for name in tracked()
        if not name.endswith((".lock", ".png"))
        and (ROOT / name).is_file()
        and somebodys.search((ROOT / name).read_text(errors="ignore"))
    ]
    assert not bearers


def test_the_uv_of_the_container_is_the_checkouts() -> None:
    script = (ROOT / "scripts" / "setup.sh").read_text()
    wanted = re.search(r"uv_version=([\d.]+)", script)
    assert wanted is not None
    assert wanted.group(1) in (ROOT / "Dockerfile").read_text()
