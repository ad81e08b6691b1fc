"""How fast a messy table of a million rows is understood and normalised, and how soon a small file is read."""

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from decimal import Decimal
from pathlib import Path

from bench.table import Figure, show

ROWS = 1_000_000
_ROUNDS = 3
_GERMAN = str.maketrans(",.", ".,")
_NAMES = ("REWE Markt", "Stadtwerke  München", "ACME GmbH", '"Café ""Zur Post"""', "Ölhandel Süd", "Deutsche Bahn", "-")
_HEAD = """Kontoauszug;Musterbank
Zeitraum;01.01.2015 - 31.12.2024
IBAN;DE11 0000 0000 0000 0000 72

Buchungstag;Valuta;Empfänger;Verwendungszweck;Buchungsart;Betrag;Währung;Saldo;Status
"""
_BULK = """
import json, resource, sys, time
from pathlib import Path
from farthing.ingest.readers.bulk.bulk import bulk_read
began = time.perf_counter()
with bulk_read(Path(sys.argv[1])) as bulk:
    count = bulk.count
    took = time.perf_counter() - began
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"rows": count, "took": took, "peak": peak}))
"""
_BARE = """
import sys, time, duckdb
connection = duckdb.connect()
connection.execute("SET enable_progress_bar = false")
began = time.perf_counter()
connection.execute(
    "CREATE TABLE t AS SELECT * FROM read_csv(?, delim=';', skip=5, header=false, all_varchar=true,"
    " null_padding=true, strict_mode=false)", [sys.argv[1]])
print(time.perf_counter() - began)
"""


def measure() -> bool:
    with tempfile.TemporaryDirectory() as folder:
        path, small = Path(folder) / "large.csv", Path(folder) / "small.csv"
        _write(path, ROWS)
        _write(small, 50)
        runs = [json.loads(_python(_BULK, path)) for _ in range(_ROUNDS)]
        best = max(run["rows"] / run["took"] for run in runs)
        bare = min(float(_python(_BARE, path)) for _ in range(_ROUNDS))
        cold = min(_seconds([sys.executable, "-m", "farthing", "read", "--json", str(small)]) for _ in range(_ROUNDS))
    return show(
        "read",
        [
            *_whole_corpus(),
            Figure("a messy CSV of a million rows, understood and normalised", best, "rows/s", 300_000, is_floor=True),
            Figure("its peak of memory", statistics.median(run["peak"] for run in runs), "MB", 1000),
            Figure("DuckDB's bare `read_csv` of the same file", ROWS / bare, "rows/s"),
            Figure("`farthing read` of a small file, cold", cold, "s", 1),
        ],
    )


def _whole_corpus() -> list[Figure]:
    """All files of a corpus of real exports in one call, if there is one beside the checkout."""
    corpus = Path(os.environ.get("FARTHING_TEST_CORPUS", Path(__file__).parents[2] / "shared" / "corpus"))
    files = sorted(str(file) for file in corpus.glob("*/input*"))
    if not files:
        return []
    took = min(_seconds([sys.executable, "-m", "farthing", "read", "--json", *files]) for _ in range(_ROUNDS))
    return [Figure(f"all {len(files)} files of the corpus in one call", took, "s")]


def _write(path: Path, count: int) -> None:
    """Quotes, thousands, double spaces, empty words, a preamble, a footer, a few pending rows."""
    chance, balance = random.Random(7), Decimal(10_000)  # noqa: S311  the same table every time
    with path.open("w", encoding="utf-8") as file:
        file.write(_HEAD)
        for at in range(count):
            move = Decimal(chance.randrange(-30_000, 30_000) or 1) / 100
            balance += move
            day = f"{1 + at % 28:02}.{1 + at // 28 % 12:02}.{2015 + at * 10 // count}"
            kind, status = "Lastschrift" if move < 0 else "Gutschrift", "vorgemerkt" if at % 1000 == 0 else "gebucht"
            text = f"Rechnung {at}" + ("  vom Tag" if at % 3 == 0 else " vom Tag")
            money = f"{f'{move:,.2f}'.translate(_GERMAN)};EUR;{f'{balance:,.2f}'.translate(_GERMAN)}"
            file.write(f"{day};{day};{_NAMES[at % 7]};{text};{kind};{money};{status}\n")
        file.write("Summe;;;;;;;;\n")


def _python(code: str, path: Path) -> str:
    command = [sys.executable, "-c", code, str(path)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _seconds(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - began
