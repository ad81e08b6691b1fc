"""Workbooks beyond their golden files: what single cells say, what is left aside, what is refused."""

import zipfile
from collections.abc import Mapping, Sequence
from io import BytesIO

import pytest

from farthing.ingest.errors import StatementTooLarge, StatementUnreadable
from farthing.ingest.readers.formats import xlsx_package, xlsx_sheets
from farthing.ingest.readers.formats.xlsx import identify, read
from farthing.ingest.readers.formats.xlsx_cells import currency_of_format, day_text, is_day_format, number_text
from farthing.ingest.readers.formats.xlsx_sheets import Sheet, sheets_of
from farthing.ingest.readers.source import Source
from farthing.ingest.wishes import Wishes

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def workbook(*sheets: str, parts: Mapping[str, str] | None = None) -> bytes:
    """A workbook of sheets that are given as the XML of their rows."""
    named = "".join(f"<sheet name='S{n}' sheetId='{n}' r:id='r{n}'/>" for n in range(1, len(sheets) + 1))
    rels = "".join(
        f"<Relationship Id='r{n}' Type='{KIND}/worksheet' Target='s{n}.xml'/>" for n in range(1, len(sheets) + 1)
    )
    main = f"<Relationship Id='a' Type='{KIND}/officeDocument' Target='xl/workbook.xml'/>"
    files = {
        "_rels/.rels": f"<Relationships>{main}</Relationships>",
        "xl/workbook.xml": f"<workbook xmlns='{MAIN}' xmlns:r='{KIND}'><sheets>{named}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f"<Relationships>{rels}</Relationships>",
        **{f"xl/s{n}.xml": f"<worksheet><sheetData>{rows}</sheetData></worksheet>" for n, rows in enumerate(sheets, 1)},
        **(parts or {}),
    }
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in files.items():
            package.writestr(name, text)
    return packed.getvalue()


def row(*cells: str, at: int | None = None) -> str:
    number = f" r='{at}'" if at else ""
    texts = "".join(f"<c t='inlineStr'><is><t>{cell}</t></is></c>" for cell in cells)
    return f"<row{number}>{texts}</row>"


def cells_of(sheet: Sheet) -> list[tuple[int, Sequence[str]]]:
    return [(one.source_line, one.cells) for one in sheet.rows]


TABLE = row("Date", "Amount", "Description") + row("2026-01-13", "-5.00", "Tea") + row("2026-01-14", "7.00", "Refund")


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("-33.5", "-33.5"),
        ("1525", "1525"),
        ("45.109999999999999", "45.11"),
        ("0.30000000000000004", "0.3"),
        ("1.2E3", "1200"),
        ("1.2345E-3", "0.0012345"),
        ("-0", "0"),
        ("123456789012345", "123456789012345"),
        ("1E+300", "1E+300"),
        ("NaN", "NaN"),
        ("junk", "junk"),
    ],
)
def test_a_number_is_as_short_as_it_was_typed(raw: str, text: str) -> None:
    assert number_text(raw) == text


@pytest.mark.parametrize(
    ("raw", "is_1904", "text"),
    [
        ("46023", False, "2026-01-01"),
        ("44561", True, "2026-01-01"),
        ("46023.5", False, "2026-01-01 12:00:00"),
        ("46022.999999999", False, "2026-01-01"),
        ("1", False, "1900-01-01"),
        ("59", False, "1900-02-28"),
        ("61", False, "1900-03-01"),
        ("0.25", False, "06:00:00"),
        ("-1", False, "-1"),
        ("99999999", False, "99999999"),
        ("x", False, "x"),
    ],
)
def test_a_serial_number_is_the_day_that_it_shows(raw: str, text: str, *, is_1904: bool) -> None:
    assert day_text(raw, is_1904=is_1904) == text


@pytest.mark.parametrize(
    ("number", "code", "is_day"),
    [
        (14, "", True),
        (4, "", False),
        (164, "DD/MM/YYYY", True),
        (164, "[$-409]d\\-mmm\\-yy;@", True),
        (164, "[h]:mm:ss", True),
        (164, 'yyyy"年"m"月"d"日"', True),
        (164, "General", False),
        (164, '#,##0.00\\ "dy"', False),
        (164, "[Red]-#,##0.00_d", False),
        (164, "0.00E+00", False),
        (164, "@", False),
    ],
)
def test_a_format_shows_a_day_or_does_not(number: int, code: str, *, is_day: bool) -> None:
    assert is_day_format(number, code) is is_day


@pytest.mark.parametrize(
    ("code", "currency"),
    [("#,##0.00\\ [$EUR]", "EUR"), ('#,##0.00 "PLN"', "PLN"), ("#,##0.00\\ [$zł-415]", "PLN"), ("[$$-409]0.00", None)],
)
def test_a_format_may_name_the_currency(code: str, currency: str | None) -> None:
    assert currency_of_format(code) == currency


def test_rows_that_the_file_leaves_out_are_blank() -> None:
    (sheet,) = sheets_of(workbook(row("a", at=2) + row("b", at=1_000_000)))
    assert [(one.source_line, one.lines, one.cells) for one in sheet.rows] == [
        (1, 1, ()),
        (2, 1, ("a",)),
        (3, 999_997, ()),
        (1_000_000, 1, ("b",)),
    ]


def test_cells_stand_where_they_say() -> None:
    far = "<c r='AA1' t='b'><v>1</v></c><c r='AB1' t='e'><v>#N/A</v></c>"
    rows = f"<row r='1'><c r='B1'><v>1</v></c><c><v>2</v></c>{far}</row>"
    (sheet,) = sheets_of(workbook(rows))
    assert cells_of(sheet) == [(1, ("", "1", "2", *[""] * 23, "TRUE"))]


def test_shared_texts_come_without_how_they_are_pronounced() -> None:
    strings = "<sst><si><r><t>Ki</t></r><r><t>osk</t></r><rPh><t>kiosuku</t></rPh></si></sst>"
    rels = (
        f"<Relationships><Relationship Id='r1' Type='{KIND}/worksheet' Target='s1.xml'/>"
        f"<Relationship Id='r2' Type='{KIND}/sharedStrings' Target='/xl/Strings.xml'/></Relationships>"
    )
    parts = {"xl/strings.xml": strings, "xl/_rels/workbook.xml.rels": rels}
    (sheet,) = sheets_of(workbook("<row><c t='s'><v>0</v></c><c t='s'><v>7</v></c></row>", parts=parts))
    assert cells_of(sheet) == [(1, ("Kiosk",))]


def test_sheets_that_are_no_statement_are_left_aside_and_said_so() -> None:
    reading = read(Source(workbook(TABLE, row("How to read this"))), Wishes())
    assert sum(len(statement.lines) for statement in reading.statements) == 2
    assert [one.found for one in reading.evidence if one.about == "sheet left aside"] == ["S2"]
    assert sum(reading.fates.values()) == 4


def test_a_sheet_of_other_columns_is_named_and_left_out() -> None:
    lines = row("2026-02-01", "Tea", "5.00", "") + row("2026-02-02", "Pay", "", "9.00")
    other = row("Booked", "Text", "Debit", "Credit") + lines
    reading = read(Source(workbook(TABLE + row("2026-01-15", "1.00", "More"), other)), Wishes())
    assert sum(len(statement.lines) for statement in reading.statements) == 3
    assert "other columns" in reading.rejected[0].reason
    assert sum(reading.fates.values()) == 7


def test_a_workbook_without_a_statement_says_why_for_each_sheet() -> None:
    with pytest.raises(StatementUnreadable, match=r"sheet 'S1'.*sheet 'S2'"):
        read(Source(workbook(row("Nothing"), row("Nothing either"))), Wishes())


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "before 2007"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "password"),
        (workbook(""), "empty"),
        (workbook(TABLE)[:-40], "damaged"),
        (b"PK\x03\x04", "damaged"),
    ],
)
def test_what_cannot_be_opened_is_refused_in_plain_words(data: bytes, told: str) -> None:
    with pytest.raises(StatementUnreadable, match=told):
        read(Source(data), Wishes())


def test_a_zip_that_is_no_workbook_is_refused() -> None:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as package:
        package.writestr("letter.txt", "hello")
    with pytest.raises(StatementUnreadable, match="no workbook"):
        read(Source(packed.getvalue()), Wishes())


def test_a_package_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_package, "UNPACKED_BYTES_MAX", 1_000_000)
    data = workbook(row("x" * 2_000_000))
    assert len(data) < 10_000
    with pytest.raises(StatementTooLarge):
        read(Source(data), Wishes())


def test_entities_are_refused() -> None:
    bomb = "<!DOCTYPE s [<!ENTITY a 'ha'>]><worksheet><sheetData><row><c><v>&a;</v></c></row></sheetData></worksheet>"
    with pytest.raises(StatementUnreadable, match="entities"):
        read(Source(workbook(TABLE, parts={"xl/s1.xml": bomb})), Wishes())


def test_a_sheet_of_too_many_columns_is_refused() -> None:
    with pytest.raises(StatementTooLarge):
        read(Source(workbook("<row r='1'><c r='XFD1'><v>1</v></c></row>")), Wishes())


@pytest.mark.parametrize("rows", ["<a>" * 300 + "</a>" * 300, "<row r='9999999'/>", "<row/>" * 1_100])
def test_a_sheet_of_too_many_rows_or_elements_is_refused(rows: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_sheets, "ROWS_MAX", 1_000)
    with pytest.raises(StatementTooLarge):
        read(Source(workbook(rows)), Wishes())


def test_it_is_known_by_its_parts() -> None:
    assert identify(Source(workbook(TABLE), "x.csv")) > 90
    assert identify(Source(b"Date;Amount\n", "x.xlsx")) == 0
