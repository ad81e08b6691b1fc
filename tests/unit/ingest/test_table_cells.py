"""What a cell could be: figures, days, and what says nothing."""

import time
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.ingest.readers.table.cells import bare, is_day, is_figure
from farthing.ingest.readers.table.days import meanings, yearless
from farthing.ingest.readers.table.figures import decimal_mark, figure_of
from farthing.ingest.readers.table.vocabulary import amounts, dates, texts
from farthing.ingest.readers.table.vocabulary.currencies import code_of
from farthing.ingest.readers.table.words import fit, folded, has_any, terms

AMOUNTS = st.decimals(min_value=-9_999_999, max_value=9_999_999, places=2)
DAYS = st.dates(min_value=date(1990, 1, 1), max_value=date(2069, 12, 31))


def value(text: str, mark: str = ".") -> Decimal | None:
    found = figure_of(text)
    return found.value(mark) if found else None


@pytest.mark.parametrize(
    ("text", "mark", "worth"),
    [
        ("-13,38 PLN", ",", "-13.38"),
        ("1 900,00 zł", ",", "1900.00"),
        ("1\u00a0900,00", ",", "1900.00"),
        ("--123,45 EUR", ",", "-123.45"),
        ("- 12,34", ",", "-12.34"),
        ("$1,500.00", ".", "1500.00"),
        ("-$5.00", ".", "-5.00"),
        ("(45.60)", ".", "-45.60"),
        ("60,00-", ",", "-60.00"),
        ("12.-", ".", "12"),
        ("1'234.50", ".", "1234.50"),
        ("1,23,456.78", ".", "123456.78"),
        ("\u22125", ".", "-5"),
        ("１２３", ".", "123"),  # fullwidth digits
        ("R$ 1.234,56", ",", "1234.56"),
    ],
)
def test_a_figure_is_worth_what_it_says(text: str, mark: str, worth: str) -> None:
    assert value(text, mark) == Decimal(worth)


@pytest.mark.parametrize("text", ["", "abc", "12:30", "2024-09-13", "1.2.3", "K 5", "1,2345,678", "12 34", "-", "€"])
def test_what_is_no_figure_has_no_worth(text: str) -> None:
    assert value(text, ".") is None


@given(AMOUNTS, st.sampled_from([(",", "."), (".", ","), (".", " "), (",", "'"), (",", "")]))
def test_an_amount_written_with_any_marks_is_read_to_the_penny(amount: Decimal, marks: tuple[str, str]) -> None:
    point, group = marks
    written = f"{amount:,.2f}".replace(",", "\0").replace(".", point).replace("\0", group)
    assert value(written, point) == amount


@given(st.lists(AMOUNTS, min_size=1, max_size=20), st.sampled_from([(",", "."), (".", ",")]))
def test_the_decimal_mark_is_found_from_any_amounts_with_cents(amounts: list[Decimal], marks: tuple[str, str]) -> None:
    point, group = marks
    written = [f"{amount:,.2f}".replace(",", "\0").replace(".", point).replace("\0", group) for amount in amounts]
    found = decimal_mark([figure for text in written if (figure := figure_of(text))])
    assert (found.mark, found.is_certain) == (point, True)


def test_thousands_are_not_taken_for_thousandths() -> None:
    found = decimal_mark([figure for text in ("500", "1,500", "12,000") if (figure := figure_of(text))])
    assert (found.mark, found.is_certain) == (".", True)


@given(DAYS)
def test_a_day_written_in_any_order_can_be_read_in_it(day: date) -> None:
    assert meanings(f"{day:%d.%m.%Y}")["dmy"] == day
    assert meanings(f"{day:%m/%d/%Y}")["mdy"] == day
    assert meanings(f"{day:%Y%m%d}")["ymd"] == day
    assert set(meanings(f"{day:%d %B %Y}").values()) == {day}
    assert meanings(f"{day:%Y-%m-%d}T10:11:12.345Z") == {"ymd": day}


@given(DAYS)
def test_a_day_is_never_a_figure_with_marks(day: date) -> None:
    assert not is_figure(f"{day:%d.%m.%Y}")
    assert is_day(f"{day:%d.%m.%Y}")
    assert not is_day(f"{day:%d.%m.%Y}x")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("13. September 2024", date(2024, 9, 13)),
        ("13 września 2024", date(2024, 9, 13)),
        ("5 de mayo de 2024", date(2024, 5, 5)),
        ("Sep 13, 2024", date(2024, 9, 13)),
        ("13-SEP-24", date(2024, 9, 13)),
        ("Fri, 13 Sep 2024", date(2024, 9, 13)),
        ("2024年9月13日", date(2024, 9, 13)),
        ("令和6年9月13日", date(2024, 9, 13)),
        ("R6.9.13", date(2024, 9, 13)),
        ("113/09/13", date(2024, 9, 13)),
        ("2024. 09. 13.", date(2024, 9, 13)),
        ("2024-09-13-08.21.36.47192", date(2024, 9, 13)),
        ("13.09.2024 10:11", date(2024, 9, 13)),
        ("9/13/2024 3:04:05 PM", date(2024, 9, 13)),
    ],
)
def test_days_are_read_in_the_words_of_many_places(text: str, day: date) -> None:
    assert day in meanings(text).values()


@pytest.mark.parametrize("text", ["31.02.2024", "2024-13-01", "99/99/9999", "00.00.0000", "12345678", "today"])
def test_what_is_on_no_calendar_is_no_day(text: str) -> None:
    assert not meanings(text)


def test_a_day_without_a_year_keeps_both_orders_open() -> None:
    assert yearless("03/04") == {"dmy": (4, 3), "mdy": (3, 4)}


@pytest.mark.parametrize("cell", ["", " - ", "--", "N/A", "null", "\u00a0", "\t", "*****", "/"])
def test_a_cell_may_say_nothing_in_many_signs(cell: str) -> None:
    assert bare(cell) == ""


@pytest.mark.parametrize(("cell", "says"), [('="0123"', "0123"), ("'40000000'", "40000000"), (" x ", "x")])
def test_signs_for_spreadsheets_are_taken_off(cell: str, says: str) -> None:
    assert bare(cell) == says


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("€", "EUR"),
        ("zł", "PLN"),
        ("RUR", "RUB"),
        ("人民币", "CNY"),
        ("kr", None),
        ("$", None),
        ("hkd", "HKD"),
        ("XYZ", None),
    ],
)
def test_a_currency_is_named_by_code_sign_or_word(text: str, code: str | None) -> None:
    assert code_of(text) == code


@given(st.text(max_size=30))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert folded(folded(text)) == folded(text)


def test_names_are_found_in_compounds_and_short_words_only_alone() -> None:
    assert fit("Buchungsbetrag (EUR)", terms("betrag")) > 0.5
    assert fit("Saldo", terms("saldo")) == 2
    assert fit("Maestro", terms("ma")) == 0
    assert fit("Empf\ufffdnger", terms("empfänger")) > 0.5
    assert has_any("card payment received, thank you", terms("payment received"))
    assert not has_any("prepayment", terms("payment"))


@given(st.integers(min_value=0, max_value=20_000))
def test_every_day_since_1970_is_read_from_its_iso_form(days: int) -> None:
    day = date(1970, 1, 1) + timedelta(days=days)
    assert meanings(day.isoformat()) == {"ymd": day}


def test_names_with_lost_letters_are_compared_soon() -> None:
    began = time.process_time()
    name = "pa\ufffd\ufffdiva de la operaci\ufffdn " * 3
    for group in (amounts.AMOUNT, amounts.DEBIT, texts.MEMO, dates.TRANSACTION):
        fit(name, group)
    assert time.process_time() - began < 1


@pytest.mark.parametrize("name", ["operaci\ufffdn", "fecha de operaci\ufffd\ufffdn", "\ufffdperacion bancaria"])
def test_names_with_lost_letters_are_known(name: str) -> None:
    assert fit(name, ("operacion",)) > 0
    assert fit(name, ("descripcion",)) == 0
