"""The exports of real banks, where they lie beside the checkout: nearly all are read, and none wrongly."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from farthing.ingest.errors import StatementUnreadable
from farthing.ingest.readers.reader import read

CORPUS = Path(os.environ.get("FARTHING_TEST_CORPUS") or Path(__file__).parents[2].parent / "shared" / "corpus")
pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="no corpus of bank exports lies beside this checkout")


def told(path: Path) -> list[dict[str, Any]]:
    try:
        reading = read(path.read_bytes(), path.name)
    except StatementUnreadable:
        return []
    fields = ("currency", "description", "payee", "memo")
    return [
        {"date": line.date.isoformat(), "amount": str(line.amount)} | {name: getattr(line, name) for name in fields}
        for statement in reading.statements
        for line in statement.lines
    ]


def test_nearly_all_are_read_and_none_wrongly(tmp_path: Path) -> None:
    files = {path.parent.name: path for path in CORPUS.glob("*/input.*")}
    results = tmp_path / "results.json"
    results.write_text(json.dumps({name: told(path) for name, path in files.items()}))
    verdict = tmp_path / "verdict.json"
    judge = [sys.executable, str(CORPUS / "score.py"), "--results", str(results), "--json", str(verdict), "--quiet"]
    subprocess.run(judge, check=True, capture_output=True)  # noqa: S603  the corpus' own judge
    judged = json.loads(verdict.read_text())
    assert not [name for name, one in judged.items() if one["got"] and not one["tx"]]
    assert sum(one["tx"] for one in judged.values()) >= 0.95 * len(judged)
    assert sum(one["full"] for one in judged.values()) >= 0.90 * len(judged)
