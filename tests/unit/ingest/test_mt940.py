"""MT940 beyond its golden files: how lines, balances and texts are put down, one by one."""

from collections.abc import Sequence

import pytest

from farthing.ingest.errors import StatementUnreadable
from farthing.ingest.readers.formats.mt940 import identify, read
from farthing.ingest.readers.formats.mt940_texts import told
from farthing.ingest.readers.source import Source
from farthing.ingest.reading import Fate, Reading
from farthing.ingest.statement import Line, LineStatus
from farthing.ingest.wishes import Wishes


def reading_of(*fields: str) -> Reading:
    return read(Source("\n".join((":20:A", ":25:123/EUR", *fields)).encode()), Wishes())


def line_of(text: str) -> Line:
    (line,) = reading_of(":60F:C260101EUR1,00", f":61:{text}").statements[0].lines
    return line


@pytest.mark.parametrize(
    ("written", "day", "amount"),
    [
        ("2601020103C1,00NTRFX", "2026-01-03", "1.00"),
        ("260102D1,NTRFX", "2026-01-02", "-1"),
        ("260102    DD1,5NTRFX", "2026-01-02", "-1.5"),
        ("2601020103CR3000,00NTRF", "2026-01-03", "3000.00"),
        ("2601020103RC5,00NTRF", "2026-01-03", "-5.00"),
        ("2601020103RD5,00NTRF", "2026-01-03", "5.00"),
        ("2601020103RDR5,00NTRF", "2026-01-03", "5.00"),
        ("2512310102D5,00NTRF", "2026-01-02", "-5.00"),
        ("2601011231D5,00NTRF", "2025-12-31", "-5.00"),
        ("2601020000D5,00NTRF", "2026-01-02", "-5.00"),
        ("2601020103C500NTRFX", "2026-01-03", "500"),
        ("2601020103D1.234,56NTRF", "2026-01-03", "-1234.56"),
        ("2601020103D000000000025,00N102EREF", "2026-01-03", "-25.00"),
        ("9912310103D7,00S051", "2000-01-03", "-7.00"),
    ],
)
def test_lines_of_all_forms(written: str, day: str, amount: str) -> None:
    line = line_of(written)
    assert (line.date.isoformat(), str(line.amount)) == (day, amount)


def test_an_expected_line_is_pending() -> None:
    assert line_of("2601020103ED5,00NTRF").status is LineStatus.PENDING


@pytest.mark.parametrize("written", ["nonsense", "2613020103D5,00NTRF", "2601020103X5,00NTRF", "260102D,NTRF"])
def test_what_is_no_line_is_rejected_with_all_its_text(written: str) -> None:
    good = ":61:260102C1,00NTRF"
    reading = reading_of(
        ":60F:C260101EUR1,00", f":61:{written}", ":86:words", "more words", good, ":62F:C260102EUR2,00"
    )
    assert reading.rejected[0].source_line == 4
    assert reading.fates[Fate.REJECTED] == 3


@pytest.mark.parametrize(
    ("lines", "payee", "memo"),
    [
        (["166?00GUTSCHRIFT?20Gehalt?21 Mai?32ANNA?33 MUSTER"], "ANNA MUSTER", "Gehalt Mai"),
        (["835?20REF S?21VWZ+ Miete?32HAUS"], "HAUS", "Miete"),
        (["105?20EREF+1?21SVWZ+Strom EREF: 1?32WERK"], "WERK", "Strom"),
        (["020<00X<20Tytul<32FIRMA"], "FIRMA", "Tytul"),
        (["/EREF/1//CNTP/NL1/EXMPNL2A/J. JANSEN///REMI/USTD//Huur/"], "J. JANSEN", "Huur"),
        (["/TRTP/SEPA/NAME/DE HOEK/REMI/A/B/EREF/2"], "DE HOEK", "A/B"),
        (["plain words", "over lines"], None, "plain words over lines"),
        (["x" * 65, "yz"], None, "x" * 65 + "yz"),
        (["000>10123>20OF ITS OWN"], None, "000>10123>20OF ITS OWN"),
        (["3 > 2 and that is all"], None, "3 > 2 and that is all"),
        (["", "  "], None, None),
    ],
)
def test_texts_of_all_forms(lines: Sequence[str], payee: str | None, memo: str | None) -> None:
    found = told(lines)
    assert (found.payee, found.memo) == (payee, memo)


def test_pages_of_an_account_are_one_statement_and_joined_by_proof() -> None:
    page = ":60F:C260101EUR1,00", ":61:260102C1,00NTRF", ":62M:C260102EUR2,00", ":20:B", ":25:123/EUR"
    reading = reading_of(*page, ":60M:C260102EUR2,50", ":62F:C260102EUR2,50")
    assert len(reading.statements) == 1
    assert {proof.what: proof.holds for proof in reading.proofs if "join" in proof.what} == {"pages join": False}


def test_declared_totals_that_miss_break_a_proof() -> None:
    reading = reading_of(":34F:EURD0,", ":61:260102D1,00NTRF", ":90D:1EUR2,00", ":90C:0EUR0,00")
    assert [proof.holds for proof in reading.proofs] == [False, True, True, True]
    assert reading.confidence < 70


def test_a_balance_in_debt_is_negative() -> None:
    reading = reading_of(":60F:D260101EUR5,00", ":61:260102C7,00NTRF", ":62F:C260102EUR2,00")
    assert reading.proofs[0].holds


def test_every_line_of_the_file_met_a_fate() -> None:
    fields = (
        "junk before",
        "",
        ":60F:C260101EUR1,00",
        ":61:260102C1,00NTRF",
        "more",
        ":86:a",
        "b",
        ":62F:C260102EUR2,00",
        "-",
    )
    assert sum(reading_of(*fields).fates.values()) == len(fields) + 2


def test_a_file_of_which_no_line_can_be_read_is_refused() -> None:
    with pytest.raises(StatementUnreadable, match="No transaction"):
        reading_of(":61:nonsense")


def test_a_file_with_nothing_of_an_account_is_refused() -> None:
    with pytest.raises(StatementUnreadable):
        read(Source(b":20:A\n:28C:1\n"), Wishes())


def test_it_is_known_by_its_tags() -> None:
    assert identify(Source(b"{1:F01X}{4:\n:20:A\n:25:1\n:60F:C260101EUR1,00\n-}")) > 90
    assert identify(Source(b"a:20:b\n", "x.sta")) == 0
