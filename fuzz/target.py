"""One format under the fuzzer: `python -m fuzz.target NAME FINDINGS [options of libFuzzer and folders of seeds]`.

What goes wrong is written down once for each place in the code, and the fuzzer goes on.
"""

import hashlib
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["farthing.ingest"]):
    from farthing.ingest.readers.formats import (
        camt,
        citi,
        csv,
        html,
        json_shapes,
        mt940,
        ofx,
        qif,
        velobank,
        xlsx,
    )
    from farthing.ingest.readers.reader import FORMATS, Format, read
    from farthing.ingest.readers.source import Source
    from farthing.ingest.reading import Reading
    from farthing.ingest.wishes import Wishes
    from farthing.kernel.errors import FarthingError

WHOLE = "whole"
"""The target that recognises the format first."""
_MODULES = (camt, citi, csv, html, json_shapes, mt940, ofx, qif, velobank, xlsx)
_WISHES = Wishes()
_SECONDS_MAX = 5.0


def reader_of(name: str) -> Callable[[bytes], Reading]:
    """How the target reads bytes."""
    if name == WHOLE:
        return read
    one: Format = next(module for module in _MODULES if module.__name__.endswith(f".{FORMATS[name]}"))
    return lambda data: one.read(Source(data), _WISHES)


class Watch:
    """Reads inputs and notes those that end otherwise than a reading may."""

    def __init__(self, name: str, findings: Path) -> None:
        self._name = name
        self._read = reader_of(name)
        self._findings = findings
        self._known: set[str] = set()

    def __call__(self, data: bytes) -> None:
        began = time.process_time()
        try:
            wrong = _wrong_in(self._read(data))
        except FarthingError as refused:
            wrong = None if refused.detail else "refused without a reason"
        except Exception as failure:  # noqa: BLE001  whatever it is, it is what we look for
            wrong = _place_of(failure)
        if time.process_time() - began > _SECONDS_MAX:
            wrong = wrong or f"took longer than {_SECONDS_MAX:g} s"
        if wrong:
            self._note(wrong, data)

    def _note(self, wrong: str, data: bytes) -> None:
        if wrong in self._known:
            return
        self._known.add(wrong)
        path = self._findings / f"{self._name}-{hashlib.sha256(wrong.encode()).hexdigest()[:10]}"
        path.write_bytes(data)
        path.with_suffix(".txt").write_text(f"{wrong}\n")


def _wrong_in(reading: Reading) -> str | None:
    lines = [line for statement in reading.statements for line in statement.lines]
    if not all(line.amount.is_finite() for line in lines):
        return "an amount is no number"
    if not all(one.reason for one in reading.rejected):
        return "a line was rejected without a reason"
    return None


def _place_of(failure: Exception) -> str:
    """What went wrong and through which of our functions; texts of messages vary with each input."""
    steps = [f"{step.name}:{step.lineno}" for step in traceback.extract_tb(failure.__traceback__)]
    return f"{type(failure).__name__} in {' > '.join(steps[-4:])}"


def main() -> None:
    _, name, findings, *options = sys.argv
    atheris.Setup([sys.argv[0], *options], Watch(name, Path(findings)))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
