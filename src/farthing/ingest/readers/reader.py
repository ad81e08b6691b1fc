"""The door of the readers: a file's bytes go in, its reading comes out, whatever its format and name."""

from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from typing import Protocol, cast

from farthing.ingest.errors import StatementUnreadable, WishInvalid
from farthing.ingest.readers.source import Source
from farthing.ingest.reading import Evidence, Reading
from farthing.ingest.wishes import Wishes

FORMATS: Mapping[str, str] = {
    "ofx": "ofx",
    "qif": "qif",
    "camt": "camt",
    "mt940": "mt940",
    "xlsx": "xlsx",
    "json": "json_shapes",
    "citi": "citi",
    "velobank": "velobank",
    "html": "html",
    "csv": "csv",
}
"""What a person calls a format, and the module that reads it."""

_TRIED_MIN = 10


class Format(Protocol):
    """The two functions of each module of formats."""

    def identify(self, source: Source) -> int: ...

    def read(self, source: Source, wishes: Wishes) -> Reading: ...


def read(data: bytes, name: str = "", wishes: Wishes | None = None) -> Reading:
    """The file understood by the format that recognises it best; its name is a hint and never believed alone."""
    source, wished = Source(data, name), wishes or Wishes()
    if not data.strip():
        raise StatementUnreadable("The file is empty.")
    if wished.format:
        return _format(wished.format).read(source, wished)
    return _first_that_reads(source, wished)


def recognised(source: Source) -> list[tuple[int, str]]:
    """The formats that could read a file, the surest first."""
    sure = [(_format(name).identify(source), name) for name in FORMATS]
    return sorted((entry for entry in sure if entry[0] > 0), key=lambda entry: -entry[0])


def _first_that_reads(source: Source, wishes: Wishes) -> Reading:
    candidates = recognised(source)
    if not candidates:
        raise StatementUnreadable("This is no format that Farthing reads.")
    refusals: list[StatementUnreadable] = []
    for sure, name in candidates:
        if refusals and sure < _TRIED_MIN:
            break
        try:
            return _with_evidence(_format(name).read(source, wishes), source, name, sure)
        except StatementUnreadable as refused:
            refusals.append(refused)
    raise refusals[0]


def _with_evidence(reading: Reading, source: Source, name: str, sure: int) -> Reading:
    """What made us choose the format, and whether the file's name says another."""
    known = {"csv": {"csv", "tsv", "txt", "tab", ""}, "ofx": {"ofx", "qfx", "qbo"}, "camt": {"xml"}}.get(name, {name})
    misnamed = (
        bool(source.extension) and source.extension not in known and name in {"csv", "ofx", "qif", "xlsx", "json"}
    )
    because = f"its content reads so, {sure} of 100" + (
        f", though its name ends in .{source.extension}" if misnamed else ""
    )
    return replace(reading, evidence=(Evidence("format", name, because), *reading.evidence))


def _format(name: str) -> Format:
    module = FORMATS.get(name.lower())
    if module is None:
        raise WishInvalid(f"{name!r} is no format. Name one of {', '.join(FORMATS)}.")
    return cast("Format", import_module(f"farthing.ingest.readers.formats.{module}"))
