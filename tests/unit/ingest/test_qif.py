"""QIF beyond its golden files: the order of days, the decimal mark, sections and splits."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.ingest.errors import StatementUnreadable
from farthing.ingest.readers.formats.qif import identify, read
from farthing.ingest.readers.formats.qif_days import day_of, order_of
from farthing.ingest.readers.source import Source
from farthing.ingest.reading import Doubt, Reading
from farthing.ingest.wishes import DateOrder, Wishes


def reading_of(text: str, wishes: Wishes | None = None) -> Reading:
    return read(Source(text.encode()), wishes or Wishes())


def bank(*records: str) -> str:
    return "!Type:Bank\n" + "".join(f"{record}\n^\n" for record in records)


def days(reading: Reading) -> list[str]:
    return [line.date.isoformat() for statement in reading.statements for line in statement.lines]


@pytest.mark.parametrize(
    ("written", "order", "day"),
    [
        ("1/ 2'05", "mdy", "2005-01-02"),
        ("1/ 2/98", "mdy", "1998-01-02"),
        ("12/31'99", "mdy", "2099-12-31"),
        ("31.12.2026", "dmy", "2026-12-31"),
        ("2026-12-31", "mdy", "2026-12-31"),
        ("20261231", "mdy", "2026-12-31"),
        ("26-12-31", "ymd", "2026-12-31"),
        ("3 Feb 2026", "mdy", "2026-02-03"),
        ("13/12/2026", "mdy", None),
        ("0/1/2026", "dmy", None),
        ("soon", "dmy", None),
    ],
)
def test_days_of_all_forms(written: str, order: DateOrder, day: str | None) -> None:
    found = day_of(written, order)
    assert (found.isoformat() if found else None) == day


def test_one_day_above_twelve_decides_for_all() -> None:
    assert order_of(["03/04/2026", "13/04/2026"], None).order == "dmy"
    assert order_of(["03/04/2026", "04/13/2026"], None).order == "mdy"


def test_a_declared_order_decides() -> None:
    assert order_of(["03/04/2026"], None, {"option:mdy"}).ambiguity is None


def test_days_that_go_both_ways_are_in_doubt_and_sorted_days_lead() -> None:
    found = order_of(["01/02/2026", "03/02/2026", "02/03/2026"], None)
    assert found.order == "dmy"
    assert found.ambiguity is not None
    assert found.ambiguity.alternatives == ("mdy",)


@given(st.dates(min_value=date(1970, 1, 1)), st.sampled_from(["dmy", "mdy", "ymd"]))
def test_a_day_is_read_back_in_its_own_order(day: date, order: DateOrder) -> None:
    forms = {"dmy": f"{day.day}/{day.month:02}/{day.year}", "mdy": f"{day.month}-{day.day:2}-{day.year}"}
    assert day_of(forms.get(order, day.isoformat()), order) == day


def test_an_order_that_a_person_names_is_taken() -> None:
    reading = reading_of(bank("D01/02/2026\nT1.00"), Wishes(date_order="dmy"))
    assert days(reading) == ["2026-02-01"]
    assert not reading.ambiguities


def test_amounts_that_could_be_thousands_are_in_doubt() -> None:
    reading = reading_of(bank("D2026-01-01\nT1,234"))
    assert reading.statements[0].lines[0].amount == Decimal(1234)
    assert [one.doubt for one in reading.ambiguities] == [Doubt.DECIMAL_MARK]


def test_parts_that_miss_the_whole_break_a_proof() -> None:
    reading = reading_of(bank("D2026-01-13\nT-10.00\nSFood\n$-6.00\nSOther\n$-3.00"))
    assert [proof.holds for proof in reading.proofs] == [False]
    assert reading.confidence < 70


def test_a_list_of_accounts_names_none_of_them() -> None:
    reading = reading_of("!Option:AutoSwitch\n!Account\nNA\nTBank\n^\nNB\nTBank\n^\n" + bank("D2026-01-13\nT1.00"))
    assert [statement.account for statement in reading.statements] == [None]


def test_a_record_without_its_caret_counts_if_its_line_is_whole() -> None:
    assert len(days(reading_of("!Type:Bank\nD2026-01-13\nT10.00\n"))) == 1
    cut = reading_of("!Type:Bank\nD2026-01-13\nT10.00\n^\nD2026-01-14\nT1")
    assert len(days(cut)) == 1
    assert cut.rejected[0].reason == "the file breaks off within it"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("!Type:Invst\nD1/1/26\nNBuy\nT5\n^\n", "investments only"),
        ("!Type:Cat\nNFood\n^\n", "no transactions"),
        ("!Type:Bank\nDsoon\nT5\n^\n", "no day"),
    ],
)
def test_what_has_no_transactions_is_refused_with_the_reason(text: str, told: str) -> None:
    with pytest.raises(StatementUnreadable, match=told):
        reading_of(text)


def test_every_line_of_the_file_met_a_fate() -> None:
    text = "# a note\n\n!Type:Cat\nNFood\n^\n" + bank("D2026-01-13\nT1.00", "Dnever\nT2.00")
    assert sum(reading_of(text).fates.values()) == text.count("\n")


def test_it_is_known_by_its_first_line() -> None:
    assert identify(Source(b"!Type:Bank\n")) > 90
    assert identify(Source(b"Hello!\n", "x.qif")) == 0


def test_a_second_day_begins_the_next_record_though_a_caret_is_missing() -> None:
    text = "!Type:Bank\nD2026-01-13\nT1.00\nPA\nD2026-01-14\nT2.00\nPB\n^\n"
    assert [(str(one.amount), one.payee) for one in reading_of(text).statements[0].lines] == [
        ("1.00", "A"),
        ("2.00", "B"),
    ]


def test_money_may_bear_its_sign() -> None:
    assert reading_of(bank("D2026-01-13\nT$-1,234.50")).statements[0].lines[0].amount == Decimal("-1234.50")
