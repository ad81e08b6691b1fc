"""Citi's text beyond its golden files: months in every form, blocks with more or less than four lines."""

import pytest

from farthing.ingest.errors import StatementUnreadable
from farthing.ingest.readers.formats.citi import identify, read
from farthing.ingest.readers.source import Source
from farthing.ingest.reading import Reading
from farthing.ingest.wishes import Wishes


def reading_of(text: str) -> Reading:
    return read(Source(text.encode()), Wishes())


def told(reading: Reading) -> list[tuple[str, str, str | None]]:
    return [(line.date.isoformat(), str(line.amount), line.currency) for line in reading.statements[0].lines]


@pytest.mark.parametrize("month", ["paź", "paz", "PAŹ", "października", "Paź."])
def test_months_in_every_form(month: str) -> None:
    assert told(reading_of(f"7 {month} 2025\nKiosk\nKarta\n-1,00 PLN\n")) == [("2025-10-07", "-1.00", "PLN")]


@pytest.mark.parametrize(
    ("written", "amount", "currency"),
    [
        ("-42,00PLN", "-42.00", "PLN"),
        ("-1 042,50 PLN", "-1042.50", "PLN"),
        ("\u22121\u00a0042,50 EUR", "-1042.50", "EUR"),
        ("5 000,00", "5000.00", "PLN"),
    ],
)
def test_amounts_of_all_forms(written: str, amount: str, currency: str) -> None:
    assert told(reading_of(f"1 sty 2026\nKiosk\nKarta\n{written}\n")) == [("2026-01-01", amount, currency)]


def test_a_block_with_a_line_less_is_read_and_one_without_an_amount_is_rejected() -> None:
    reading = reading_of("1 sty 2026\nKiosk\n-1,00\n2 sty 2026\nKiosk\nKarta\n3 sty 2026\nSklep\nKarta\n-2,00\n")
    assert [day for day, _, _ in told(reading)] == ["2026-01-01", "2026-01-03"]
    assert [one.source_line for one in reading.rejected] == [4]


def test_an_amount_behind_a_day_of_another_language_is_rejected() -> None:
    reading = reading_of("1 sty 2026\nKiosk\nKarta\n-1,00\n2 Feb 2026\nShop\nCard\n-2,00\n")
    assert [day for day, _, _ in told(reading)] == ["2026-01-01"]
    assert reading.rejected[0].reason == "an amount stands behind no Polish day"


def test_every_line_met_a_fate() -> None:
    text = "Historia\n\n1 sty 2026\nKiosk\nKarta\n-1,00\nSaldo\n30 lut 2026\n2 sty 2026\nKiosk\n"
    assert sum(reading_of(text).fates.values()) == text.count("\n")


def test_a_text_without_blocks_is_refused() -> None:
    with pytest.raises(StatementUnreadable):
        reading_of("1 sty 2026\nKiosk\n")


def test_it_is_known_by_its_blocks() -> None:
    assert identify(Source(b"1 sty 2026\nKiosk\nKarta\n-1,00\n", "x.txt")) > 80
    assert identify(Source(b"1 sty 2026\nDear all\n", "citi.txt")) == 0
