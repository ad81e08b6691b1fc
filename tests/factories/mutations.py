"""The same statement as another bank would have written it: other marks, other words, other places."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from farthing.ingest.readers.table.cells import is_figure
from farthing.ingest.readers.table.words import folded
from farthing.ingest.readers.text.alphabets import MULTI_BYTE
from farthing.ingest.readers.text.dialect import Dialect, rows_of
from farthing.ingest.reading import Reading

DELIMITERS = (",", ";", "\t", "|")
ENCODINGS = (
    *("utf-8", "utf-8-sig", "utf-16", "cp1250", "cp1251", "cp1252", "iso8859_2", "cp852"),
    *("gb18030", "big5", "cp932", "euc_kr"),
)
LANGUAGES: Mapping[str, tuple[str, str, str]] = {
    "date": ("Data księgowania", "Fecha contable", "記帳日"),
    "value_date": ("Valuta", "Fecha valor", "起息日"),
    "amount": ("Kwota", "Importe", "金額"),
    "debit": ("Obciążenia", "Cargo", "支出"),
    "credit": ("Uznania", "Abono", "收入"),
    "balance": ("Saldo", "Saldo", "餘額"),
    "fee": ("Prowizja", "Comisión", "手续费"),
    "flag": ("Obciążenie/Uznanie", "Debe/Haber", "借贷标志"),
    "currency": ("Waluta", "Divisa", "幣別"),
    "payee": ("Kontrahent", "Beneficiario", "对方户名"),
    "memo": ("Tytuł", "Concepto", "摘要"),
    "type": ("Typ operacji", "Tipo de movimiento", "交易类型"),
    "category": ("Kategoria", "Categoría", "分类"),
    "reference": ("Numer referencyjny", "Referencia", "参考号"),
    "account": ("Rachunek", "Cuenta", "账号"),
    "status": ("Status", "Estado", "状态"),
}


@dataclass(frozen=True)
class Mutation:
    name: str
    data: bytes


def mutations(text: str, encoding: str, reading: Reading) -> Iterator[Mutation]:
    """Each change of one kind, made to a text that was read so."""
    mark = {"tab": "\t"}.get(reading.dialect["delimiter"], reading.dialect["delimiter"])
    rows = list(rows_of(text.splitlines() if "\r" not in text else _lines(text), Dialect(mark)))
    cells = [list(row.cells) for row in rows]
    header = _header_at(reading, [row.source_line for row in rows])
    yield from (Mutation(f"parted by {other!r}", _written(cells, other)) for other in DELIMITERS if other != mark)
    yield from _encoded(text, encoding)
    yield Mutation("decimal mark", _written([[_turned(cell) for cell in row] for row in cells], mark))
    yield Mutation("ends of Windows", _ended(text, "\r\n").encode(encoding))
    yield Mutation("ends of old Macs", _ended(text, "\r").encode(encoding))
    yield Mutation("more above", _written([["Bank of Nowhere"], ["Export", "2024-10-01"], [""], *cells], mark))
    if header is not None:
        yield Mutation("nothing above", _written(cells[header:], mark))
        yield from _renamed(cells, header, mark, reading)
    yield from _moved(cells, mark)


def _lines(text: str) -> list[str]:
    return _ended(text, "\n").removesuffix("\n").split("\n")


def _ended(text: str, end: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", end)


def _written(cells: Sequence[Sequence[str]], mark: str) -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=mark, lineterminator="\n").writerows(cells)
    return out.getvalue().encode()


def _encoded(text: str, encoding: str) -> Iterator[Mutation]:
    """In other encodings that people who write these letters use."""
    is_eastern = any("\u3040" <= char <= "\ud7a3" for char in text)
    for other in ENCODINGS:
        if other == encoding or (other in MULTI_BYTE and not is_eastern):
            continue
        try:
            yield Mutation(f"in {other}", text.encode(other))
        except UnicodeEncodeError:
            continue


def _turned(cell: str) -> str:
    return cell.translate(str.maketrans(".,", ",.")) if is_figure(cell) else cell


def _header_at(reading: Reading, lines: Sequence[int]) -> int | None:
    told = next(evidence.found for evidence in reading.evidence if evidence.about == "header")
    return None if told == "none" else lines.index(int(told.removeprefix("line ")))


def _renamed(cells: Sequence[Sequence[str]], header: int, mark: str, reading: Reading) -> Iterator[Mutation]:
    for at, language in enumerate(("Polish", "Spanish", "Chinese")):
        names = list(cells[header])
        for role, columns in reading.roles.items():
            for number, place in enumerate(_places(columns, names), start=1):
                if role in LANGUAGES and place < len(names):
                    names[place] = LANGUAGES[role][at] + (f" {number}" if number > 1 else "")
        yield Mutation(f"in {language}", _written([*cells[:header], names, *cells[header + 1 :]], mark))
    odd = [f"qx{'zvwkj'[i % 5]}{'prtmn'[i // 5 % 5]}" if name.strip() else name for i, name in enumerate(cells[header])]
    yield Mutation("in no language", _written([*cells[:header], odd, *cells[header + 1 :]], mark))
    yield Mutation("without names", _written(cells[header + 1 :], mark))


def _places(columns: str, names: Sequence[str]) -> Iterator[int]:
    for column in columns.split(", "):
        if column.startswith("#") and column[1:].isdigit():
            yield int(column[1:]) - 1
        else:
            yield from [at for at, name in enumerate(names) if folded(name.strip("# :")) == folded(column)][:1]


def _moved(cells: Sequence[Sequence[str]], mark: str) -> Iterator[Mutation]:
    """Columns in another order, where all rows of the table have the same."""
    width = Counter(len(row) for row in cells).most_common(1)[0][0]
    if all(len(row) == width or len(row) < 3 for row in cells):
        yield Mutation("turned round", _written([row[::-1] if len(row) == width else row for row in cells], mark))
        yield Mutation(
            "moved on", _written([[*row[2:], *row[:2]] if len(row) == width else row for row in cells], mark)
        )
