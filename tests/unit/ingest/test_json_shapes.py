"""JSON beyond its golden files: where objects stand, what their fields are called, which way money went."""

import json
from decimal import Decimal
from typing import Any

import pytest

from farthing.ingest.errors import StatementUnreadable
from farthing.ingest.readers.formats.json_shapes import identify, read
from farthing.ingest.readers.source import Source
from farthing.ingest.reading import Doubt, Reading
from farthing.ingest.statement import LineStatus
from farthing.ingest.wishes import Wishes

TEA = {"date": "2026-01-13", "amount": "-5.00", "merchant": "Tea"}


def reading_of(document: Any, wishes: Wishes | None = None) -> Reading:
    return read(Source(json.dumps(document).encode(), "x.json"), wishes or Wishes())


def amounts(reading: Reading) -> list[Decimal]:
    return [line.amount for statement in reading.statements for line in statement.lines]


@pytest.mark.parametrize(
    "document",
    [
        [TEA],
        {"data": [TEA]},
        {"transactions": [TEA]},
        {"result": {"transactions": [TEA]}},
        {"page": {"items": [TEA]}},
        TEA,
    ],
)
def test_objects_are_found_wherever_an_api_puts_them(document: Any) -> None:
    (line,) = reading_of(document).statements[0].lines
    assert (line.date.isoformat(), line.amount, line.payee) == ("2026-01-13", Decimal("-5.00"), "Tea")


def test_numbers_are_exact() -> None:
    data = b'[{"date": "2026-01-13", "amount": -0.1000000000000000055}, {"date": "2026-01-14", "amount": -1.5e2}]'
    assert amounts(read(Source(data), Wishes())) == [Decimal("-0.1000000000000000055"), Decimal(-150)]


def test_accounts_around_lists_make_statements() -> None:
    reading = reading_of(
        [{"iban": "XX1", "transactions": [TEA]}, {"iban": "XX2", "currency": "EUR", "transactions": [TEA]}]
    )
    assert [(one.account, one.currency) for one in reading.statements] == [("XX1", None), ("XX2", "EUR")]


@pytest.mark.parametrize(
    ("day", "read_as"),
    [
        (1767225600, "2026-01-01"),
        (1767225600123, "2026-01-01"),
        ("2026-01-01T23:59:59-08:00", "2026-01-01"),
        ("13.02.2026", "2026-02-13"),
        ("02/13/2026", "2026-02-13"),
        ("13 Feb 2026", "2026-02-13"),
    ],
)
def test_days_of_all_forms(day: object, read_as: str) -> None:
    (line,) = reading_of([TEA | {"date": day}]).statements[0].lines
    assert line.date.isoformat() == read_as


def test_days_that_go_both_ways_are_in_doubt() -> None:
    assert Doubt.DAY_MONTH_ORDER in [one.doubt for one in reading_of([TEA | {"date": "02/03/2026"}]).ambiguities]
    assert not reading_of([TEA | {"date": "02/03/2026"}], Wishes(date_order="mdy")).ambiguities


def test_a_field_of_directions_signs_amounts_that_have_no_sign() -> None:
    objects = [
        TEA | {"amount": "5", "creditDebitIndicator": "DBIT"},
        TEA | {"amount": "6", "creditDebitIndicator": "CRDT"},
    ]
    reading = reading_of(objects)
    assert amounts(reading) == [Decimal(-5), Decimal(6)]
    assert not reading.ambiguities


def test_amounts_without_sign_or_direction_are_in_doubt() -> None:
    reading = reading_of([TEA | {"amount": "5"}])
    assert [one.doubt for one in reading.ambiguities] == [Doubt.SIGN]
    assert amounts(reading_of([TEA | {"amount": "5"}], Wishes(sign="expenses_positive"))) == [Decimal(-5)]


def test_answers_in_which_money_out_is_positive_are_turned() -> None:
    shape = {"iso_currency_code": "USD", "payment_channel": "online"}
    reading = reading_of([TEA | shape | {"amount": 12.5}, TEA | shape | {"amount": -900.1}])
    assert amounts(reading) == [Decimal("-12.5"), Decimal("900.1")]


@pytest.mark.parametrize(
    ("amount", "currency", "is_doubted"),
    [(-1234, "EUR", True), (-1200, "EUR", False), (-1234, "UZS", True), (-1234, "JPY", False), (-12, "EUR", False)],
)
def test_whole_numbers_of_a_currency_with_cents_may_count_them(amount: int, currency: str, *, is_doubted: bool) -> None:
    reading = reading_of([TEA | {"amount": amount, "currency": currency}])
    assert amounts(reading) == [Decimal(amount)]
    assert (Doubt.DECIMAL_MARK in [one.doubt for one in reading.ambiguities]) is is_doubted


def test_minor_units_are_of_their_currency() -> None:
    objects = [TEA | {"amount": {"minorUnits": -1234, "currency": code}} for code in ("EUR", "JPY", "KWD")]
    assert amounts(reading_of(objects)) == [Decimal("-12.34"), Decimal(-1234), Decimal("-1.234")]


@pytest.mark.parametrize(("second", "holds"), [("88.00", True), ("90.00", False)])
def test_balances_behind_each_line_prove_them(second: str, *, holds: bool) -> None:
    reading = reading_of([TEA | {"balance": "95.00"}, TEA | {"amount": "-7", "balance": second}])
    assert [proof.holds for proof in reading.proofs] == [holds]


def test_what_is_pending_is_said_in_words_or_as_truth() -> None:
    reading = reading_of([TEA | {"status": "PENDING"}, TEA | {"status": "booked"}])
    assert [line.status for line in reading.statements[0].lines] == [LineStatus.PENDING, LineStatus.BOOKED]
    assert reading_of([TEA | {"pending": True}]).statements[0].lines[0].status is LineStatus.PENDING


def test_what_never_happened_is_set_aside_with_the_reason() -> None:
    reading = reading_of([TEA, TEA | {"status": "declined"}])
    assert len(amounts(reading)) == 1
    assert "no money moved" in reading.rejected[0].reason


def test_fields_may_be_named_by_a_person() -> None:
    reading = reading_of([{"wann": "2026-01-13", "wieviel": "-5"}], Wishes(roles={"date": "wann", "amount": "wieviel"}))
    assert amounts(reading) == [Decimal(-5)]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "not whole JSON"),
        ("[]", "No list"),
        ('{"a": [1, 2]}', "No list"),
        ('[{"date": "2026-01-13", "amount": NaN}]', "NaN"),
        ("[" * 100_000, "nests deeper|not whole"),
        ('[{"date": "2026-01-13", "amount": "much"}]', "no amount"),
    ],
)
def test_what_is_no_list_of_transactions_is_refused(text: str, told: str) -> None:
    with pytest.raises(StatementUnreadable, match=told):
        read(Source(text.encode()), Wishes())


def test_it_is_known_by_how_it_begins() -> None:
    assert identify(Source(b' {"data": []}', "x.txt")) > 80
    assert identify(Source(b"[Report]\nDate;Amount\n", "x.json")) == 0
