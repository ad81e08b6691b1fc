"""`farthing read`: what a bank's file says, how that is known, and what stays in doubt."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from farthing.cli.output import show
from farthing.kernel.errors import FarthingError

if TYPE_CHECKING:
    from farthing.ingest.reading import Reading
    from farthing.ingest.statement import Line
    from farthing.ingest.wishes import Wishes

COLUMNS = ("date", "amount", "currency", "payee", "memo", "balance", "account", "status")
_FILE_BYTES_MAX = 2_000_000_000

Encoding = Annotated[str | None, typer.Option(help="Such as utf-8, cp1250 or shift_jis.")]
Order = Annotated[str | None, typer.Option(help="dmy, mdy or ymd.")]
Sign = Annotated[str | None, typer.Option(help="as_written, inverted or expenses_positive.")]
Mark = Annotated[str | None, typer.Option(help="The decimal mark, a point or a comma.")]


class FileUnreadable(FarthingError):
    """The file cannot be opened."""


def read(
    files: Annotated[list[Path], typer.Argument(help="Files of banks, of any format.", show_default=False)],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Say how each file was understood.")] = False,
    profile: Annotated[Path | None, typer.Option(help="How to read: a saved profile, or Firefly III's.")] = None,
    save_profile: Annotated[Path | None, typer.Option(help="Save how the file was read, as YAML.")] = None,
    file_format: Annotated[str | None, typer.Option("--format", help="Such as csv, ofx or camt.")] = None,
    encoding: Encoding = None,
    delimiter: Annotated[str | None, typer.Option(help="What parts the cells; tab for a tab.")] = None,
    header_line: Annotated[int | None, typer.Option(min=1, help="The line that names the columns.")] = None,
    date_order: Order = None,
    decimal_mark: Mark = None,
    sign: Sign = None,
    currency: Annotated[str | None, typer.Option(help="Of amounts that do not say theirs.")] = None,
) -> None:
    """Understand files of banks, without configuration, and say how."""
    said = {
        "format": file_format,
        "encoding": encoding,
        "delimiter": delimiter,
        "header_line": header_line,
        "date_order": date_order,
        "decimal_mark": decimal_mark,
        "sign": sign,
        "currency": currency,
    }
    wishes = _wishes(profile, {name: value for name, value in said.items() if value is not None})
    if len(files) == 1 and as_json and not explain and not save_profile and _is_streamed(files[0], wishes):
        return
    readings, complaints = _read_all(files, wishes)
    if save_profile and readings:
        _save(save_profile, next(iter(readings.values())))
    _print(readings, is_single=len(files) == 1, as_json=as_json, explain=explain)
    for complaint in complaints:
        print(f"farthing: {complaint}", file=sys.stderr)
    if complaints:
        raise typer.Exit(1)


def _is_streamed(path: Path, wishes: "Wishes") -> bool:
    """Whether the file is so large that it was printed as it was read."""
    from farthing.cli.stream import is_streamed, print_stream

    return is_streamed(path, wishes) and print_stream(path, wishes)


def _wishes(profile: Path | None, said: Mapping[str, Any]) -> "Wishes":
    """What the profile asks for, and over it what was said beside it."""
    from farthing.ingest.profiles import wishes_checked, wishes_of_profile

    base = wishes_of_profile(_bytes(profile).decode("utf-8", "replace")) if profile else None
    told = wishes_checked(said)
    if base is None:
        return told
    return replace(base, **{name: getattr(told, name) for name in said})


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > _FILE_BYTES_MAX:
            raise FileUnreadable(f"{path} is larger than two gigabytes. Split it.")
        return path.read_bytes()
    except OSError as error:
        raise FileUnreadable(f"{path} cannot be read: {error.strerror}.") from error


def _read_all(files: Sequence[Path], wishes: "Wishes") -> tuple[dict[str, "Reading"], list[str]]:
    """The readings by path, and one line for each file that has none."""
    from farthing.ingest.readers.reader import read as understood

    readings: dict[str, Reading] = {}
    complaints = []
    for path in files:
        try:
            readings[str(path)] = understood(_bytes(path), path.name, wishes)
        except FileUnreadable as error:
            complaints.append(error.detail)
        except FarthingError as error:
            complaints.append(f"{path}: {' '.join(error.detail.split())}")
    return readings, complaints


def _save(path: Path, reading: "Reading") -> None:
    from farthing.ingest.profiles import profile_of

    try:
        path.write_text(profile_of(reading), encoding="utf-8")
    except OSError as error:
        raise FileUnreadable(f"{path} cannot be written: {error.strerror}.") from error


def _print(readings: Mapping[str, "Reading"], *, is_single: bool, as_json: bool, explain: bool) -> None:
    if not readings:
        return
    if as_json:
        told = {path: _told(reading, explain=explain) for path, reading in readings.items()}
        print(json.dumps(next(iter(told.values())) if is_single else told, ensure_ascii=False, indent=1))
        return
    for path, reading in readings.items():
        if not is_single:
            print(f"{path}:")
        show([_fields(line) for line in _lines(reading)], COLUMNS, as_json=False)
        if explain:
            for said in explained(reading):
                print(said)


def _told(reading: "Reading", *, explain: bool) -> Any:
    """The transactions; with an explanation, beside them how they were understood."""
    lines = [_fields(line) for line in _lines(reading)]
    if not explain:
        return lines
    from dataclasses import asdict

    ways = ("format", "confidence", "dialect", "roles", "evidence", "proofs", "ambiguities", "rejected", "fates")
    told = {name: getattr(reading, name) for name in ways}
    listed = {name: [asdict(one) for one in told[name]] for name in ("evidence", "proofs", "ambiguities", "rejected")}
    return {"transactions": lines, **told, "dialect": dict(reading.dialect), "roles": dict(reading.roles), **listed}


def _lines(reading: "Reading") -> Iterator["Line"]:
    """In the order of the file, whatever accounts it tells of."""
    lines = [line for statement in reading.statements for line in statement.lines]
    return iter(sorted(lines, key=lambda line: line.source_line))


def _fields(line: "Line") -> dict[str, Any]:
    return {
        "date": line.date.isoformat(),
        "amount": str(line.amount),
        "currency": line.currency,
        "description": line.description,
        "payee": line.payee,
        "memo": line.memo,
        "reference": line.reference,
        "balance": None if line.balance is None else str(line.balance),
        "account": line.account,
        "status": str(line.status),
    }


def explained(reading: "Reading") -> Iterator[str]:
    """How a file was understood, for a person to check."""
    yield f"\nRead as {reading.format}, {reading.confidence} of 100 sure."
    yield from (f"  {one.about}: {one.found} ({one.because})" for one in reading.evidence)
    yield from (f"  column for {role}: {column}" for role, column in reading.roles.items())
    yield from (f"  proof: {one.what} {'holds' if one.holds else 'is BROKEN'}: {one.detail}" for one in reading.proofs)
    for doubt in reading.ambiguities:
        others = " or ".join(doubt.alternatives)
        yield f"  in doubt: {doubt.doubt}, assumed {doubt.assumed}, may be {others}: {doubt.because}"
    yield from (f"  rejected line {one.source_line}: {one.reason}: {one.text}" for one in reading.rejected)
    yield "  lines: " + ", ".join(f"{count} {fate}" for fate, count in reading.fates.items())
