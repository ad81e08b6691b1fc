"""OFX beyond its golden files: signs that types contradict, days that are missing, files that are none."""

from decimal import Decimal

import pytest

from farthing.ingest.errors import StatementUnreadable
from farthing.ingest.readers.formats.ofx import identify, read
from farthing.ingest.readers.source import Source
from farthing.ingest.reading import Doubt, Reading
from farthing.ingest.wishes import Wishes


def entry(kind: str, amount: str, day: str = "20260105", more: str = "") -> str:
    return f"<STMTTRN><TRNTYPE>{kind}<DTPOSTED>{day}<TRNAMT>{amount}<FITID>1<NAME>Somebody{more}</STMTTRN>"


def document(*entries: str, end: str = "</OFX>") -> bytes:
    return f"<OFX><STMTRS><CURDEF>EUR<ACCTID>1<BANKTRANLIST>{''.join(entries)}</BANKTRANLIST></STMTRS>{end}".encode()


def reading_of(*entries: str, end: str = "</OFX>", wishes: Wishes | None = None) -> Reading:
    return read(Source(document(*entries, end=end)), wishes or Wishes())


def amounts(reading: Reading) -> list[Decimal]:
    return [line.amount for statement in reading.statements for line in statement.lines]


def test_amounts_are_as_written_where_types_and_signs_agree() -> None:
    reading = reading_of(entry("DEBIT", "-1.50"), entry("CREDIT", "2"))
    assert amounts(reading) == [Decimal("-1.50"), Decimal(2)]
    assert not reading.ambiguities


def test_debits_without_any_minus_are_money_out_and_in_doubt() -> None:
    reading = reading_of(entry("DEBIT", "1.50"), entry("OTHER", "2"))
    assert amounts(reading) == [Decimal("-1.50"), Decimal(2)]
    assert [one.doubt for one in reading.ambiguities] == [Doubt.SIGN]


def test_a_payment_to_a_card_without_a_minus_stays_money_in() -> None:
    assert amounts(reading_of(entry("PAYMENT", "500.00"))) == [Decimal("500.00")]


def test_a_file_whose_signs_are_all_against_its_types_is_turned() -> None:
    reading = reading_of(entry("DEBIT", "1.50"), entry("CREDIT", "-2"))
    assert amounts(reading) == [Decimal("-1.50"), Decimal(2)]


def test_a_person_may_turn_the_signs() -> None:
    assert amounts(reading_of(entry("OTHER", "3"), wishes=Wishes(sign="inverted"))) == [Decimal(-3)]


@pytest.mark.parametrize(
    ("written", "read_as"),
    [("-30.000", "-30.00"), ("-3,5", "-3.5"), ("1,234.56", "1234.56"), ("1.234,56", "1234.56"), ("12.30-", "-12.30")],
)
def test_amounts_of_all_marks(written: str, read_as: str) -> None:
    assert [str(amount) for amount in amounts(reading_of(entry("OTHER", written)))] == [read_as]


def test_the_decimal_mark_is_the_one_of_the_whole_file() -> None:
    assert amounts(reading_of(entry("OTHER", "1,234"), entry("OTHER", "7.50"))) == [Decimal(1234), Decimal("7.50")]


@pytest.mark.parametrize("amount", ["", "abc", "1e5", "NaN", "--5", "1.2.3,4,5", "9" * 40])
def test_what_is_no_amount_is_rejected_with_the_reason(amount: str) -> None:
    reading = reading_of(entry("OTHER", amount), entry("OTHER", "1"))
    assert amounts(reading) == [Decimal(1)]
    assert "no amount" in reading.rejected[0].reason
    assert reading.confidence < 90


def test_a_line_without_a_day_is_rejected_unless_another_day_is_given() -> None:
    reading = reading_of(entry("OTHER", "1", day="00000000"), entry("OTHER", "2", day="", more="<DTUSER>20260203"))
    assert [line.date.isoformat() for line in reading.statements[0].lines] == ["2026-02-03"]
    assert len(reading.rejected) == 1


def test_a_line_that_the_end_of_the_file_cuts_is_rejected() -> None:
    cut = document(entry("OTHER", "1"), entry("OTHER", "-123.45")).partition(b".45")[0]
    reading = read(Source(cut), Wishes())
    assert amounts(reading) == [Decimal(1)]
    assert reading.rejected[0].reason == "the file breaks off within it"


def test_lines_that_are_not_closed_end_where_the_next_begins() -> None:
    data = document(entry("OTHER", "1"), entry("OTHER", "2")).replace(b"</STMTTRN>", b"")
    assert amounts(read(Source(data), Wishes())) == [Decimal(1), Decimal(2)]


def test_an_empty_list_is_a_statement_without_lines() -> None:
    assert reading_of().statements[0].lines == ()


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"<OFX><SONRS><STATUS><CODE>15500<MESSAGE>Bad password</STATUS></SONRS></OFX>", "Bad password"),
        (b"<OFX><INVSTMTRS><BUYSTOCK><TOTAL>-5</BUYSTOCK></INVSTMTRS></OFX>", "investments only"),
        (b"OFXHEADER:100\n", "no statement"),
    ],
)
def test_a_file_without_a_statement_is_refused_with_the_reason(data: bytes, told: str) -> None:
    with pytest.raises(StatementUnreadable, match=told):
        read(Source(data), Wishes())


def test_it_is_known_by_its_content() -> None:
    assert identify(Source(document(), "x.txt")) >= 90
    assert identify(Source(b"date,amount\n2026-01-01,5\n", "x.ofx")) == 0


def test_entities_are_not_expanded() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>' + document(entry("OTHER", "1", more="<MEMO>&b;"))
    assert read(Source(bomb), Wishes()).statements[0].lines[0].memo == "&b;"
