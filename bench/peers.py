"""The same rows read by others, in the same run, for comparison: hledger and beancount, where they are installed."""

import csv
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

from bench.table import Figure

_ROWS_MAX = 100_000
"""More would say the same and take minutes."""
_RULES = """\
skip 1
separator ;
fields date, payee, description, amount
date-format %Y-%m-%d
currency EUR
account1 assets:bank
"""
_BEANCOUNT = """
import sys, time
from beancount import loader
began = time.perf_counter()
entries, errors, _ = loader.load_file(sys.argv[1])
print(time.perf_counter() - began, len(entries))
"""


def peers(file: Path, count: int) -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        rows = _rows(file, min(count, _ROWS_MAX))
        return [*_hledger(Path(folder), rows), *_beancount(Path(folder), rows)]


def _rows(file: Path, count: int) -> list[tuple[str, str, str, str]]:
    with file.open(encoding="utf-8", newline="") as opened:
        lines = list(csv.reader(opened, delimiter=";"))[4 : 4 + count]
    return [
        (
            datetime.strptime(day, "%d.%m.%Y").date().isoformat(),  # noqa: DTZ007  a day has no zone
            payee,
            text,
            amount.replace(".", "").replace(",", "."),
        )
        for day, payee, text, amount, _ in lines
    ]


def _hledger(folder: Path, rows: list[tuple[str, str, str, str]]) -> list[Figure]:
    program = shutil.which("hledger")
    if program is None:
        return []
    table, rules = folder / "rows.csv", folder / "rows.csv.rules"
    rules.write_text(_RULES, encoding="utf-8")
    with table.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, delimiter=";")
        writer.writerow(["date", "payee", "description", "amount"])
        writer.writerows(rows)
    began = time.perf_counter()
    done = subprocess.run([program, "-f", str(table), "stats"], capture_output=True, check=False)
    took = time.perf_counter() - began
    return [Figure(f"hledger reading {len(rows):,} of them", len(rows) / took, "rows/s")] if not done.returncode else []


def _beancount(folder: Path, rows: list[tuple[str, str, str, str]]) -> list[Figure]:
    journal = folder / "rows.beancount"
    with journal.open("w", encoding="utf-8") as out:
        out.write("2000-01-01 open Assets:Bank\n2000-01-01 open Expenses:Unknown\n")
        for day, payee, text, amount in rows:
            out.write(f'{day} * "{payee}" "{text}"\n  Assets:Bank  {amount} EUR\n  Expenses:Unknown\n')
    command = [sys.executable, "-c", _BEANCOUNT, str(journal)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return []
    took, entries = done.stdout.split()
    if int(entries) < len(rows):
        return []
    return [Figure(f"beancount reading {len(rows):,} of them", len(rows) / float(took), "rows/s")]
