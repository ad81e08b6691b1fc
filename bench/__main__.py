"""`python -m bench [PART …]`: measure and print Markdown."""

import argparse
import platform
import sys
from collections.abc import Callable
from functools import partial

from bench import door, ingest, ledger, reading, rules, startup
from bench.table import machine

PARTS = ("startup", "door", "ledger", "read", "ingest", "rules")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", nargs="*", choices=[*PARTS, []], help="all of them when none is named")
    parser.add_argument("--full", action="store_true", help="ledgers of a million rows too")
    parser.add_argument("--rows", type=_sizes, help="sizes of the ledgers, such as 10000,100000")
    parser.add_argument("--on", choices=ledger.DATABASES, help="only this database, of the ledger")
    given = parser.parse_args()
    sizes = given.rows or (*ledger.SIZES, ledger.FULL) if given.full else given.rows or ledger.SIZES
    measures: dict[str, Callable[[], bool]] = {
        "startup": startup.measure,
        "door": door.measure,
        "ledger": partial(ledger.measure, sizes, only=given.on),
        "read": reading.measure,
        "ingest": partial(ingest.measure, sizes, only=given.on),
        "rules": rules.measure,
    }
    print(f"# Bench\n\n{machine()}, Python {platform.python_version()}\n")
    held = [measures[name]() for name in given.part or PARTS]
    sys.exit(0 if all(held) else 1)


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(sorted(int(size) for size in text.split(",")))


if __name__ == "__main__":
    main()
