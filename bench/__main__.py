"""`python -m bench [PART …]`: measure and print Markdown."""

import argparse
import platform
import sys

from bench import door, startup
from bench.table import machine

PARTS = {"startup": startup.measure, "door": door.measure}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", nargs="*", choices=[*PARTS, []], help="all of them when none is named")
    chosen = parser.parse_args().part or list(PARTS)
    print(f"# Bench\n\n{machine()}, Python {platform.python_version()}\n")
    held = [PARTS[name]() for name in chosen]
    sys.exit(0 if all(held) else 1)


if __name__ == "__main__":
    main()
