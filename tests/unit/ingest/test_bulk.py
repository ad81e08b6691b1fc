"""A large file read at once says what the careful reading says."""

import random
from collections.abc import Sequence
from dataclasses import fields, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.ingest.readers.bulk.bulk import FIELDS, Bulk, NotPlain, bulk_read
from farthing.ingest.readers.reader import read
from farthing.ingest.readers.text.dialect import lines_of
from farthing.ingest.reading import Fate, Reading
from farthing.ingest.statement import Line

ROWS = 900
WINDOW = 8 * 1024
QUOTED = (
    '"Smith; John"',
    '"He said ""no"""',
    '"two\nlines"',
    '"a\r\nb\n\nc"',
    '"""Zur Post"" Inn"',
    '5" pipe',
    'a"b"c',
    '"a"b',
    '"a" ',
    ' "a"',
    '""',
    '"never closed',
    'closed"',
    '"',
)
"""Words as quotes make them, right and wrong."""
ODD = ("", "\u00a0", "'quoted'", '="7"', "****", "-", "pending", "Opening balance", "a  b\tc", "zażółć", "a|b")
AMOUNTS = (
    "1.234,50",
    "-0,99",
    "+12,30",
    "1 000,00",
    "12",
    "0,00",
    "",
    "-",
    "5,00-",
    "(3,00)",
    "abc",
    "1_0",
    "1e3",
    ",5",
    "0,1234567891",
)


def table(seed: int, *, kind: str, quoted: Sequence[str] = (), blank: float = 0) -> str:
    """A messy table: mostly plain rows, and now and then one that is not."""
    chance = random.Random(seed)  # noqa: S311  the same table for the same seed
    balance, rows = Decimal(1000), []
    for at in range(ROWS):
        move = Decimal(chance.randrange(-99_999, 99_999) or 1) / 100
        balance += move
        is_odd = chance.random() < 0.05 and 60 < at < ROWS - 60
        text = chance.choice(ODD) if is_odd else f"Invoice {at}  of\u00e9"
        text = chance.choice(quoted) if quoted and chance.random() < 0.1 and 60 < at < ROWS - 60 else text
        rows += [""] * (chance.random() < blank)
        amount = chance.choice(AMOUNTS) if is_odd and chance.random() < 0.5 else f"{move:,.2f}".translate(_GERMAN)
        day = f"{at % 28 + 1:02}.{at // 28 % 12 + 1:02}.{2020 + at // 336}"
        day = chance.choice(["", "soon", "31.02.2024", day]) if is_odd and chance.random() < 0.3 else day
        left = f"{balance:,.2f}".translate(_GERMAN)
        names = f"{day};Shop {at % 9};{text}"
        if kind == "pair":
            out, into = (amount.lstrip("-"), "") if move < 0 else ("", amount)
            rows.append(f"{names};{out};{into};EUR;{left}")
        elif kind == "flag":
            rows.append(f"{names};{amount.lstrip('-')};{'D' if move < 0 else 'C'};{left}")
        elif kind == "abroad":
            paid = f"{abs(move) * 2:.2f}".replace(".", ",") if at % 3 else ""
            rows.append(f"{names};{amount};EUR;{paid};{'USD' if paid else ''};{left}")
        else:
            rows.append(f"{names};{amount};EUR;{left};{chance.choice(['Booked', 'Pending', 'Declined'])}")
    return "\n".join([_HEADS[kind], *rows, "Total;;;;;;"]) + "\n"


_GERMAN = str.maketrans(",.", ".,")
_HEADS = {
    "single": "My bank\nPeriod;01.01.2020 - 31.12.2023\nDate;Payee;Text;Amount;Currency;Balance;Status",
    "pair": "Date;Payee;Text;Debit;Credit;Currency;Balance",
    "flag": "Date;Payee;Text;Amount;D/C;Balance",
    "abroad": "Date;Payee;Text;Amount;Currency;Original amount;Original currency;Balance",
}


def told(line: Line) -> dict[str, Any]:
    named = {field.name for field in fields(line)} & set(FIELDS)
    paid = line.original
    plain = {name: str(value) if name == "status" else value for name in named for value in [getattr(line, name)]}
    abroad = (paid.amount, paid.currency) if paid else (None, None)
    return plain | dict(zip(("original_amount", "original_currency"), abroad, strict=True))


def is_at_once(bulk: Bulk) -> bool:
    """Whether the engine read the plain rows; else all were read with care."""
    return ("told",) in bulk.connection.execute("SHOW TABLES").fetchall()


def without_lines(reading: Reading) -> Reading:
    """A reading as that of a large file: no lines, and reasons that do not tell how much was looked at."""
    statements = tuple(replace(statement, lines=()) for statement in reading.statements)
    evidence = tuple(replace(one, because="") for one in reading.evidence)
    return replace(reading, statements=statements, evidence=evidence)


@given(st.integers(0, 10_000), st.sampled_from(list(_HEADS)))
def test_a_messy_table_is_read_at_once_as_it_is_read_with_care(tmp_path: Path, seed: int, kind: str) -> None:
    reads_the_same(tmp_path / "a.csv", table(seed, kind=kind))


def reads_the_same(path: Path, text: str) -> None:
    path.write_bytes(text.encode())
    careful = read(text.encode(), "a.csv")
    expected = [told(line) for statement in careful.statements for line in statement.lines]
    with bulk_read(path, window_bytes=WINDOW) as bulk:
        found = [dict(zip(FIELDS, row, strict=True)) for batch in bulk.batches() for row in batch]
        assert found == sorted(expected, key=lambda line: line["source_line"])
        assert [(one.source_line, one.reason) for one in bulk.rejected] == [
            (one.source_line, one.reason) for one in careful.rejected
        ]
        assert bulk.fates == careful.fates
        assert sum(bulk.fates.values()) == len(lines_of(text))
        assert without_lines(bulk.reading()) == without_lines(careful)


def test_another_encoding_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(table(1, kind="single").replace("\u00a0", " ").replace("é", " zażółć gęś"), encoding="cp1250")
    with bulk_read(path, window_bytes=WINDOW) as bulk:
        assert bulk.fates[Fate.TRANSACTION] > ROWS / 2
        assert "Invoice 99 of zażółć gęś" in {row[5] for batch in bulk.batches() for row in batch}


@given(st.integers(0, 10_000), st.sampled_from(QUOTED), st.sampled_from(["\n", "\r\n", "\r"]))
def test_quotes_and_blank_lines_make_no_difference(tmp_path: Path, seed: int, quoted: str, end: str) -> None:
    text = table(seed, kind="pair", quoted=(quoted,), blank=0.02)
    reads_the_same(tmp_path / "a.csv", text.replace("\n", end))


def test_lines_are_where_the_file_has_them_however_many_parts_it_is_read_in(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    row = "2024-09-{:02};Shop {} of the house;Invoice {} for the month;-{}.25;EUR;{}.50\n"
    with path.open("w") as file:
        file.write("Date;Payee;Text;Amount;Currency;Balance\n")
        file.writelines(row.format(at % 28 + 1, at % 7, at, at % 900 + 1, at) for at in range(500_000))
    with bulk_read(path) as bulk:
        assert is_at_once(bulk)
        moved = "memo <> concat('Invoice ', source_line - 2, ' for the month')"
        assert bulk.connection.execute(f"SELECT count(*) FROM lines WHERE {moved}").fetchone() == (0,)
        assert bulk.count == 500_000


KINDS = {
    "cells of several lines": "Date,Text,Amount\n"
    + "".join(f'2024-09-13,"a{n}\nb",-1.{n % 90 + 10}\n' for n in range(900)),
    "months by name": "Date,Text,Amount\n" + "13 Sep 2024,a,-1.00\n" * 500,
    "currency beside amounts": "Date,Text,Amount\n" + "2024-09-13,a,-1.00 EUR\n" * 500,
    "small": "Date,Text,Amount\n2024-09-13,a,-1.00\n",
    "words on the next row": "Date;Text;Amount\n" + "13.09.2024;a;-1,00\n;more of it;\n" * 300,
    "days left out": "Date;Text;Amount\n" + "13.09.2024;a;-1,00\n;b;-2,00\n" * 300,
    "parts by account": "".join(
        f"Account;DE1{n} 0000 0000 0000 0000 00;\nDate;Text;Amount\n" + "13.09.2024;a;-1,00\n" * 150 for n in range(4)
    ),
    "torn by a delimiter": "Date,Text,Amount,Balance\n"
    + "".join(f"2024-09-13,a{n}{', Inc' * (n % 50 == 7)},-1.00,{2000 - n}.00\n" for n in range(900)),
    "eighteen decimals": "Date,Text,Amount\n" + "2024-09-13,a,-1.000000000000000001\n" * 500,
    "long footer": "Date,Text,Amount\n" + "2024-09-13,a,-1.00\n" * 500 + "Some words of the bank,,\n" * 90,
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_table_is_read_alike(tmp_path: Path, kind: str) -> None:
    reads_the_same(tmp_path / "a.csv", KINDS[kind])


def test_what_is_not_one_delimited_table_is_left_to_the_careful_reading(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    other = "Day,Merchant,Debit,Credit\n2024-09-14,b,1.00,\n"
    for text in (
        "Date: 2024-09-13\nText: a\nAmount: -1.00\n\n" * 100,
        "Date,Text,Amount\n" + "2024-09-13,a,-1.00\n" * 900 + other + "2024-09-13,a,-1.00\n" * 900,
    ):
        path.write_text(text)
        with pytest.raises(NotPlain), bulk_read(path, window_bytes=WINDOW):
            pass


def test_cells_of_several_lines_and_blank_lines_are_read_at_once(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(KINDS["cells of several lines"].replace("0\n2024", "0\n\n2024"))
    with bulk_read(path, window_bytes=WINDOW) as bulk:
        assert is_at_once(bulk)
