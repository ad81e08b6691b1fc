"""`python -m fuzz [FORMAT …] [--seconds N]`: each format for so many seconds, then what was found."""

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from farthing.ingest.readers.reader import FORMATS

WHOLE = "whole"
STATEMENTS = Path(__file__).parents[1] / "tests" / "statements"
_OPTIONS = ("-timeout=60", "-rss_limit_mb=2048", "-max_len=65536", "-print_final_stats=1", "-verbosity=1")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("format", nargs="*", choices=[*FORMATS, WHOLE, []], help="all of them when none is named")
    parser.add_argument("--seconds", type=int, default=60, help="for each format")
    parser.add_argument("--kept", type=Path, help="a folder for inputs that reach new code, and for findings")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="farthing-fuzz-") as folder:
        kept = given.kept or Path(folder)
        ends = [_fuzz(name, given.seconds, kept) for name in given.format or [*FORMATS, WHOLE]]
        found = sorted((kept / "findings").glob("*.txt"))
        for path in found:
            print(f"{path.stem}: {path.read_text().strip()}")
    sys.exit(1 if found or any(ends) else 0)


def _fuzz(name: str, seconds: int, kept: Path) -> int:
    """The fuzzer in a process of its own: it measures memory and ends the process."""
    findings, corpus = kept / "findings", kept / name
    findings.mkdir(parents=True, exist_ok=True)
    _seed(corpus, name)
    print(f"# {name}", flush=True)
    options = [*_OPTIONS, f"-max_total_time={seconds}", f"-artifact_prefix={findings}/{name}-"]
    command = [sys.executable, "-m", "fuzz.target", name, str(findings), *options, str(corpus)]
    return subprocess.run(command, check=False).returncode


def _seed(corpus: Path, name: str) -> None:
    """Statements of ours to begin with: those of the format, or all."""
    corpus.mkdir(parents=True, exist_ok=True)
    for path in STATEMENTS.glob(f"{'*' if name == WHOLE else name}/*/input.*"):
        shutil.copy(path, corpus / f"{path.parts[-3]}-{path.parts[-2]}")


if __name__ == "__main__":
    main()
