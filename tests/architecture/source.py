"""The program's own source, as text and trees."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "farthing"


@cache
def modules() -> dict[str, ast.Module]:
    """Every module by its path below the package."""
    return {
        path.relative_to(SOURCE).as_posix(): ast.parse(path.read_text(), str(path)) for path in SOURCE.rglob("*.py")
    }


@cache
def imports(tree: ast.Module) -> tuple[str, ...]:
    """The full names that a module imports, wherever it does."""
    found: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.append(node.module)
    return tuple(found)
