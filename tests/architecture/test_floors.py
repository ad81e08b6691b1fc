"""The floors of the house stand: the contracts in pyproject.toml hold."""

import subprocess
import sys
from pathlib import Path

from architecture.source import ROOT


def test_imports_point_down() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stdout
