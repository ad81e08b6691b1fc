"""Bytes become rows: encodings, delimiters, quotes, ends of lines."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.ingest.errors import StatementTooLarge, StatementUnreadable, WishInvalid
from farthing.ingest.readers.text.blocks import block_rows
from farthing.ingest.readers.text.decoding import decoded
from farthing.ingest.readers.text.dialect import Dialect, line_end_of, lines_of, rows_of

SAMPLES = {
    "cp1251": "Дата операции;Описание;Сумма;магазин на углу",
    "koi8_r": "Дата операции;Описание;Сумма;магазин на углу",
    "cp866": "Дата операции;Описание;Сумма;магазин на углу",
    "cp1250": "Data księgowania;Opis;Kwota;żółta łódź",
    "iso8859_2": "Data księgowania;Opis;Kwota;żółta łódź, śnieg",
    "cp852": "Data księgowania;Opis;Kwota;żółta łódź",
    "cp1252": "Libellé;Débit;Crédit;forêt à côté",
    "cp1253": "Ημερομηνία;Ποσό;Περιγραφή",
    "cp1254": "Açıklama;Tutar;İşlem;alışveriş",
    "cp1257": "Datums;Saņēmējs;Summa;veikals pie mājas",
    "gb18030": "交易日期;摘要;金额;小卖部",
    "big5": "交易日期;摘要;金額;小賣部",
    "cp932": "取引日;摘要;入出金;コンビニ",
    "euc_jp": "取引日;摘要;お引出し;コンビニ",
    "euc_kr": "거래일;적요;금액;편의점",
    "utf-16": "Datum;Beschreibung;Betrag;Bäcker",
    "utf-8-sig": "Datum;Beschreibung;Betrag;Bäcker",
}


@pytest.mark.parametrize("encoding", SAMPLES)
def test_an_encoding_is_known_by_the_letters_that_come_out(encoding: str) -> None:
    assert decoded(SAMPLES[encoding].encode(encoding)).text.lstrip("\ufeff") == SAMPLES[encoding]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_wide_letters_need_no_mark(encoding: str) -> None:
    assert decoded("Date;Amount;Text".encode(encoding)).text == "Date;Amount;Text"


def test_a_wished_encoding_must_exist_and_fit() -> None:
    with pytest.raises(WishInvalid, match="no encoding"):
        decoded(b"x", "klingon")
    with pytest.raises(WishInvalid, match="byte 0"):
        decoded(b"\xff\xfe", "ascii")


def test_a_file_of_zero_bytes_is_no_text() -> None:
    with pytest.raises(StatementUnreadable):
        decoded(b"\x00\x01\x00\x00" * 100 + b"abc")


@given(st.binary(max_size=400))
def test_any_bytes_become_text_or_are_refused(data: bytes) -> None:
    try:
        found = decoded(data)
    except StatementUnreadable:
        return
    assert isinstance(found.text, str)


@pytest.mark.parametrize(("end", "name"), [("\n", "LF"), ("\r\n", "CRLF"), ("\r", "CR")])
def test_lines_end_in_any_way(end: str, name: str) -> None:
    text = end.join(["a", "b", ""])
    assert lines_of(text) == ["a", "b"]
    assert line_end_of(text) == name


CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\x00"), max_size=12)


@given(
    st.lists(st.lists(CELLS, min_size=2, max_size=5), min_size=1, max_size=8), st.sampled_from([",", ";", "\t", "|"])
)
def test_what_a_writer_of_csv_writes_is_read_back(table: list[list[str]], mark: str) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=mark, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(table)
    lines = out.getvalue().removesuffix("\n").split("\n")
    rows = list(rows_of(lines, Dialect(mark)))
    assert [list(row.cells) for row in rows] == table
    assert sum(row.lines for row in rows) == len(lines)


@given(st.lists(st.text(st.sampled_from("ab,\"; '\t1."), max_size=20), max_size=30))
def test_every_line_belongs_to_one_row_however_quotes_stand(lines: list[str]) -> None:
    rows = list(rows_of(lines, Dialect(",")))
    assert sum(row.lines for row in rows) == len(lines)
    assert [row.source_line for row in rows] == sorted({row.source_line for row in rows})


def test_a_quote_that_never_closes_swallows_nothing() -> None:
    lines = ["a;b", '1;"open;2', *[f"{n};x;y" for n in range(100)]]
    assert len(list(rows_of(lines, Dialect(";")))) == len(lines)


def test_a_tab_behind_a_quote_is_padding() -> None:
    (row,) = rows_of(['"1,099.14"\t,HKD'], Dialect(","))
    assert [cell.strip() for cell in row.cells] == ["1,099.14", "HKD"]


def test_a_million_columns_are_no_statement() -> None:
    with pytest.raises(StatementTooLarge):
        list(rows_of(["," * 1_000_000], Dialect(",")))


def test_blocks_of_labelled_lines_become_rows() -> None:
    lines = ["Account: 1", "", *["Date: 1/9/2024", "Text: a", "Amount: 1.00", ""] * 3]
    rows = block_rows(lines)
    assert [row.cells for row in rows[-2:]] == [("1/9/2024", "a", "1.00")] * 2
    assert sum(row.lines for row in rows) == len(lines)
    assert not block_rows(["a,b", "1,2"])
