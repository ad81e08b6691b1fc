"""Every difficulty that documents are known for has a golden file that bears it, and no file is there for nothing."""

import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from farthing.ingest.readers.reader import read
from farthing.ingest.reading import Fate

STATEMENTS = Path(__file__).parents[2] / "statements"
FORMATS = ("camt", "citi", "json", "mt940", "ofx", "qif", "velobank", "xlsx")
DIFFICULTIES: dict[str, tuple[str, str]] = {
    "amounts as texts": ("xlsx/text-cells-debit-credit-comma", "-50,00"),
    "balances before and after": ("xlsx/text-cells-debit-credit-comma", "Solde en fin"),
    "batches": ("camt/camt053-v2-batch-and-reversal", "<NbOfTxs>2<"),
    "booked and pending": ("json/nested-booked-and-pending", '"pending"'),
    "carets for fields": ("mt940/polish-carets-cp1250", "^32"),
    "code pages": ("citi/four-line-blocks-cp1250", "Kłos".encode("cp1250").decode("latin-1")),
    "comma for decimals": ("ofx/sgml-card-latin1-comma", "-17,90"),
    "days counted from 1904": ("xlsx/1904-two-sheets-hidden-one", 'date1904="1"'),
    "day first, slashes": ("qif/day-first-thousands-comma", "D14/09/2026"),
    "debits in a column of their own": ("xlsx/text-cells-debit-credit-comma", "Débit"),
    "fees and amounts abroad": ("camt/camt053-v8-abroad-and-fees", "<InstdAmt>"),
    "formulas": ("xlsx/formulas-and-float-noise", "<x:f>"),
    "funds letters": ("mt940/no-entry-date-cp852", "CF66637,00"),
    "investments": ("ofx/investment-cash-lines", "<BUYSTOCK>"),
    "letters replaced": ("mt940/damaged-letters-crlf", "\ufffd"),
    "line by line": ("json/webhooks-line-by-line", "}\n{"),
    "line ends": ("mt940/damaged-letters-crlf", "\r\n"),
    "lists before transactions": ("qif/quicken-apostrophe-splits", "!Type:Cat"),
    "masked currency": ("camt/camt053-two-statements-masked", '"XXX"'),
    "minor units": ("json/minor-units-and-direction", "minorUnits"),
    "month first, slashes": ("qif/several-accounts-month-first", "D06/30/2026"),
    "no marks in plain text": ("mt940/plain-text-pages", ":86:GIRO AUS"),
    "no sign": ("ofx/unsigned-by-type-utf8", "<TRNAMT>12.30"),
    "no text": ("mt940/zero-rows-spaces-no-text", "NDEFNONREF//"),
    "notifications": ("camt/camt054-notification", "<Ntfctn>"),
    "numbered fields": ("mt940/swift-blocks-numbered-fields", "?20"),
    "old currencies": ("mt940/coded-lines-old-marks", "DEM"),
    "opening balance among lines": ("qif/quicken-apostrophe-splits", "Opening Balance"),
    "other names": ("json/wrapped-russian-names", "Сумма".encode("cp1251").decode("latin-1")),
    "pages": ("mt940/plain-text-pages", ":62M:"),
    "pages of a PDF": ("velobank/two-pages", "/Count 2"),
    "pending and for information": ("camt/camt052-pending-prefixed", "PDNG"),
    "several accounts": ("ofx/xml-several-accounts-abroad", "33334444"),
    "several currencies": ("xlsx/native-dates-several-currencies", "USD"),
    "slashes around words": ("mt940/slash-words-wrapped", "/TRTP/"),
    "splits": ("qif/quicken-apostrophe-splits", "$-55.00"),
    "tags that do not close": ("ofx/sgml-unclosed-tags", "<TRNTYPE>DEBIT\n<DTPOSTED>"),
    "tags alone on their lines": ("ofx/values-on-next-lines", "<TRNAMT>\n"),
    "texts in coded lines": ("mt940/coded-lines-old-marks", ":NS:01"),
    "thousands with a comma": ("qif/day-first-thousands-comma", "T2,500.00"),
    "totals declared": ("mt940/interim-report-totals", ":90D:"),
    "two amounts": ("xlsx/native-dates-several-currencies", "Amount Currency"),
    "two digits for the year, dots": ("qif/card-comma-latin1", "D05.01.26"),
    "wrapped in names": ("json/plain-list", '"merchant"'),
    "rows of nothing": ("mt940/zero-rows-spaces-no-text", "CD0,00"),
    "four lines each": ("citi/four-line-blocks", "-42,00PLN"),
}


def text_of(kind: str) -> str:
    """All bytes of a statement as letters; a workbook's parts one after the other."""
    (path,) = (STATEMENTS / kind).glob("input.*")
    data = path.read_bytes()
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(BytesIO(data)) as package:
            data = b"\n".join(package.read(name) for name in package.namelist())
    return data.decode("utf-8") if _is_utf8(data) else data.decode("latin-1")


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


@pytest.mark.parametrize("name", ["mt940", "qif", "citi"])
def test_each_line_of_a_text_met_one_fate(name: str) -> None:
    for path in sorted((STATEMENTS / name).glob("*/input.*")):
        lines = path.read_bytes().removesuffix(b"\n").split(b"\n")
        assert sum(read(path.read_bytes(), path.name).fates.values()) == len(lines), path.parent.name


@pytest.mark.parametrize("name", ["ofx", "camt", "json"])
def test_each_element_of_a_document_is_a_line_or_rejected(name: str) -> None:
    for path in sorted((STATEMENTS / name).glob("*/input.*")):
        reading = read(path.read_bytes(), path.name)
        lines = sum(len(statement.lines) for statement in reading.statements)
        assert (reading.fates[Fate.TRANSACTION], reading.fates.get(Fate.REJECTED, 0)) == (lines, len(reading.rejected))


@pytest.mark.parametrize("difficulty", sorted(DIFFICULTIES))
def test_a_golden_file_bears_it(difficulty: str) -> None:
    kind, sign = DIFFICULTIES[difficulty]
    assert sign in text_of(kind)


def test_no_golden_file_is_there_for_nothing() -> None:
    kinds = {f"{path.parent.name}/{path.name}" for name in FORMATS for path in (STATEMENTS / name).iterdir()}
    assert kinds == {kind for kind, _ in DIFFICULTIES.values()}
