"""XLSX: a workbook's sheets become rows of text, and the understanding of tables does the rest.

The package is read by a small reader of its own: cells keep the exact decimals that libraries turn into binary floats,
rows stream, and nothing unpacks beyond a limit.
"""

from collections.abc import Sequence
from dataclasses import replace

from farthing.ingest.errors import StatementUnreadable
from farthing.ingest.readers.formats.xlsx_package import damage_told
from farthing.ingest.readers.formats.xlsx_sheets import Sheet, sheets_of
from farthing.ingest.readers.source import Source
from farthing.ingest.readers.table.understand import read_rows
from farthing.ingest.reading import Evidence, Fate, Reading
from farthing.ingest.wishes import Wishes

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PROTECTED = "EncryptedPackage".encode("utf-16-le")


def identify(source: Source) -> int:
    """A package that has a workbook; older and protected ones are claimed too, to be refused in plain words."""
    if source.data.startswith(_OLE):
        return 40
    if not source.data.startswith(_ZIP):
        return 0
    head = source.head + source.data[-65536:]
    return 95 if b"xl/workbook" in head or b"xl/worksheets" in head else 30


def read(source: Source, wishes: Wishes) -> Reading:
    """The sheet that reads best, with every other one that has the same columns."""
    if source.data.startswith(_OLE):
        protected = _PROTECTED in source.data
        why = "is protected by a password" if protected else "has the form of before 2007 (XLS)"
        raise StatementUnreadable(f"This workbook {why}. Save it as XLSX without a password, or as CSV.")
    with damage_told():
        sheets = list(sheets_of(source.data))
    filled = [sheet for sheet in sheets if any(not row.is_blank for row in sheet.rows)]
    shown = [sheet for sheet in filled if not sheet.is_hidden] or filled
    if not shown:
        raise StatementUnreadable("This workbook is empty.")
    return _together(_read_all(shown, source.name, wishes), [sheet for sheet in filled if sheet not in shown])


def _read_all(sheets: Sequence[Sheet], name: str, wishes: Wishes) -> list[tuple[Sheet, Reading | str]]:
    """Each sheet's reading, or why it has none."""
    results: list[tuple[Sheet, Reading | str]] = []
    for sheet in sheets:
        try:
            results.append((sheet, read_rows(sheet.rows, _wishes(sheet, wishes), format_name="xlsx", name=name)))
        except StatementUnreadable as refused:
            results.append((sheet, refused.detail))
    return results


def _wishes(sheet: Sheet, wishes: Wishes) -> Wishes:
    """Cells that are numbers say that a point divides them, unless others are texts with a comma."""
    if wishes.decimal_mark is None and sheet.has_numbers and not sheet.has_comma_texts:
        return replace(wishes, decimal_mark=".")
    return wishes


def _together(results: Sequence[tuple[Sheet, Reading | str]], hidden: Sequence[Sheet]) -> Reading:
    read = [(sheet, reading) for sheet, reading in results if isinstance(reading, Reading)]
    if not read:
        raise StatementUnreadable("; ".join(f"sheet {sheet.name!r}: {why}" for sheet, why in results)[:600])
    best_sheet, best = max(read, key=lambda one: (one[1].confidence, sum(len(s.lines) for s in one[1].statements)))
    taken = [(sheet, reading) for sheet, reading in read if reading.roles == best.roles]
    left = [sheet for sheet, _ in results if sheet not in [one for one, _ in taken]]
    evidence = [Evidence("sheet", best_sheet.name, "it reads as a statement")]
    evidence += [
        Evidence("sheet", sheet.name, "it has the same columns") for sheet, _ in taken if sheet is not best_sheet
    ]
    evidence += [Evidence("sheet left aside", sheet.name, "it does not read as a statement") for sheet in left]
    evidence += [Evidence("sheet left aside", sheet.name, "it is hidden") for sheet in hidden]
    fates = {fate: sum(reading.fates.get(fate, 0) for _, reading in taken) for fate in Fate}
    fates[Fate.PREAMBLE] += sum(row.lines for sheet in [*left, *hidden] for row in sheet.rows)
    readings = [reading for _, reading in taken]
    return replace(
        best,
        statements=tuple(statement for reading in readings for statement in reading.statements),
        confidence=min(reading.confidence for reading in readings),
        evidence=(*evidence, *best.evidence),
        proofs=tuple(proof for reading in readings for proof in reading.proofs),
        ambiguities=best.ambiguities,
        rejected=tuple(rejected for reading in readings for rejected in reading.rejected),
        fates={fate: count for fate, count in fates.items() if count},
    )
