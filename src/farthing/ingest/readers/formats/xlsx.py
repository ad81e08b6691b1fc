"""XLSX: a workbook's sheets become rows of text, and the understanding of tables does the rest.

The package is read by a small reader of its own: cells keep the exact decimals that libraries turn into binary floats,
rows stream, and nothing unpacks beyond a limit.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from farthing.ingest.errors import StatementUnreadable
from farthing.ingest.readers.formats.xlsx_package import damage_told
from farthing.ingest.readers.formats.xlsx_sheets import Sheet, sheets_of
from farthing.ingest.readers.source import Source
from farthing.ingest.readers.table.understand import read_rows
from farthing.ingest.reading import Evidence, Fate, Reading, Rejected
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
            known = _wishes(sheet, wishes)
            reading = read_rows(sheet.rows, known, format_name="xlsx", name=name)
            results.append((sheet, reading if known is wishes else _with_reason(reading)))
        except StatementUnreadable as refused:
            results.append((sheet, refused.detail))
    return results


def _wishes(sheet: Sheet, wishes: Wishes) -> Wishes:
    """Cells that are numbers say that a point divides them, unless others are texts with a comma."""
    if wishes.decimal_mark is None and sheet.has_numbers and not sheet.has_comma_texts:
        return replace(wishes, decimal_mark=".")
    return wishes


def _with_reason(reading: Reading) -> Reading:
    """The decimal mark was not told by a person but by the cells."""
    because = "the cells hold numbers, not texts"
    evidence = (replace(one, because=because) if one.about == "decimal mark" else one for one in reading.evidence)
    return replace(reading, evidence=tuple(evidence))


def _together(results: Sequence[tuple[Sheet, Reading | str]], hidden: Sequence[Sheet]) -> Reading:
    """The best sheet with every other one of its columns; what else reads as a statement is named and left out."""
    read = [(sheet, reading) for sheet, reading in results if isinstance(reading, Reading)]
    if not read:
        raise StatementUnreadable("; ".join(f"sheet {sheet.name!r}: {why}" for sheet, why in results)[:600])
    best_sheet, best = max(read, key=lambda one: (one[1].confidence // 20, _lines_of(one[1])))
    readings = [reading for _, reading in read if reading.roles == best.roles]
    others = [(sheet, reading) for sheet, reading in read if reading.roles != best.roles]
    idle = [sheet for sheet, reading in results if isinstance(reading, str)]
    fates = {fate: sum(reading.fates.get(fate, 0) for reading in readings) for fate in Fate}
    fates[Fate.PREAMBLE] += sum(row.lines for sheet in [*idle, *hidden] for row in sheet.rows)
    fates[Fate.REJECTED] += sum(row.lines for sheet, _ in others for row in sheet.rows)
    rejected = [one for reading in readings for one in reading.rejected]
    return replace(
        best,
        statements=tuple(statement for reading in readings for statement in reading.statements),
        confidence=min(reading.confidence for reading in readings),
        evidence=(*_evidence(best_sheet, read, best, idle, hidden), *best.evidence),
        proofs=tuple(proof for reading in readings for proof in reading.proofs),
        rejected=(*rejected, *(_left_out(sheet, reading, best_sheet) for sheet, reading in others)),
        fates={fate: count for fate, count in fates.items() if count},
    )


def _lines_of(reading: Reading) -> int:
    return sum(len(statement.lines) for statement in reading.statements)


def _left_out(sheet: Sheet, reading: Reading, best: Sheet) -> Rejected:
    reason = f"sheet {sheet.name!r} has other columns than {best.name!r}; its {_lines_of(reading)} lines are left out"
    return Rejected(1, sheet.name, f"{reason}. Save it as a file of its own")


def _evidence(
    best_sheet: Sheet,
    read: Sequence[tuple[Sheet, Reading]],
    best: Reading,
    idle: Sequence[Sheet],
    hidden: Sequence[Sheet],
) -> Iterator[Evidence]:
    yield Evidence("sheet", best_sheet.name, "it reads as a statement")
    for sheet, reading in read:
        if sheet is not best_sheet and reading.roles == best.roles:
            yield Evidence("sheet", sheet.name, "it has the same columns")
    for sheet in idle:
        yield Evidence("sheet left aside", sheet.name, "it does not read as a statement")
    for sheet in hidden:
        yield Evidence("sheet left aside", sheet.name, "it is hidden")
