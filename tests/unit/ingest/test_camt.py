"""CAMT beyond its golden files: proofs, batches that do not sum, reversals of another mind, documents that bite."""

from decimal import Decimal

import pytest

from farthing.ingest.errors import StatementUnreadable
from farthing.ingest.readers.formats.camt import identify, read
from farthing.ingest.readers.source import Source
from farthing.ingest.reading import Reading
from farthing.ingest.statement import LineStatus, Money
from farthing.ingest.wishes import Wishes

DAY = "<BookgDt><Dt>2026-01-15</Dt></BookgDt>"


def balance(code: str, amount: str) -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy='EUR'>{amount}</Amt>"
        "<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-01-01</Dt></Dt></Bal>"
    )


def entry(amount: str, sign: str = "DBIT", more: str = DAY) -> str:
    return f"<Ntry><Amt Ccy='EUR'>{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd>{more}</Ntry>"


def detail(amount: str, currency: str = "EUR", more: str = "") -> str:
    return f"<TxDtls><AmtDtls><TxAmt><Amt Ccy='{currency}'>{amount}</Amt></TxAmt></AmtDtls>{more}</TxDtls>"


def document(*parts: str) -> bytes:
    statement = f"<Stmt><Acct><Id><IBAN>XX00</IBAN></Id></Acct>{''.join(parts)}</Stmt>"
    return f"<Document xmlns='camt.053.001.02'><BkToCstmrStmt>{statement}</BkToCstmrStmt></Document>".encode()


def reading_of(*parts: str) -> Reading:
    return read(Source(document(*parts)), Wishes())


def amounts(reading: Reading) -> list[str]:
    return [str(line.amount) for statement in reading.statements for line in statement.lines]


def test_opening_and_lines_that_make_the_closing_balance_prove_it() -> None:
    reading = reading_of(balance("OPBD", "10"), balance("CLBD", "7.50"), entry("2.50"))
    assert [proof.holds for proof in reading.proofs] == [True]
    assert reading.confidence > 95


def test_a_sum_that_breaks_says_by_how_much_and_costs_belief() -> None:
    reading = reading_of(balance("OPBD", "10"), balance("CLBD", "7.00"), entry("2.50"))
    assert "-0.50 is missing" in reading.proofs[0].detail
    assert reading.confidence < 70


def test_pending_entries_are_no_part_of_the_sum() -> None:
    pending = entry("99", more=f"<Sts><Cd>PDNG</Cd></Sts>{DAY}")
    reading = reading_of(balance("OPBD", "10"), balance("CLBD", "7.50"), entry("2.50"), pending)
    assert reading.proofs[0].holds
    assert [line.status for line in reading.statements[0].lines] == [LineStatus.BOOKED, LineStatus.PENDING]


def test_details_that_do_not_sum_to_their_entry_leave_it_whole() -> None:
    assert amounts(reading_of(entry("10", more=f"{DAY}<NtryDtls>{detail('4')}{detail('5')}</NtryDtls>"))) == ["-10"]


def test_details_that_sum_to_their_entry_are_lines() -> None:
    assert amounts(reading_of(entry("10", more=f"{DAY}<NtryDtls>{detail('4')}{detail('6')}</NtryDtls>"))) == [
        "-4",
        "-6",
    ]


def test_details_in_another_currency_leave_it_whole() -> None:
    more = f"{DAY}<NtryDtls>{detail('4', 'USD')}{detail('6', 'USD')}</NtryDtls>"
    assert amounts(reading_of(entry("10", more=more))) == ["-10"]


def test_a_reversal_bears_its_own_sign() -> None:
    assert amounts(reading_of(entry("5", "CRDT", f"<RvslInd>true</RvslInd>{DAY}"))) == ["5"]


def test_a_reversal_is_turned_where_only_that_adds_up() -> None:
    back = entry("5", "DBIT", f"<RvslInd>true</RvslInd>{DAY}")
    reading = reading_of(balance("OPBD", "10"), balance("CLBD", "13"), entry("2"), back)
    assert amounts(reading) == ["-2", "5"]
    assert reading.proofs[0].holds


def test_the_payee_is_the_other_side_and_of_a_reversal_the_same_one() -> None:
    parties = "<RltdPties><Dbtr><Nm>Me</Nm></Dbtr><Cdtr><Pty><Nm>Shop</Nm></Pty></Cdtr></RltdPties>"
    more = f"{DAY}<NtryDtls>{detail('5', more=parties)}</NtryDtls>"
    paid, returned = (
        reading_of(entry("5", more=more), entry("5", "CRDT", f"<RvslInd>1</RvslInd>{more}")).statements[0].lines
    )
    assert (paid.payee, returned.payee) == ("Shop", "Shop")


def test_what_was_paid_abroad_stands_beside() -> None:
    more = f"{DAY}<NtryDtls>{detail('5.50', 'USD')}</NtryDtls>"
    assert reading_of(entry("5", more=more)).statements[0].lines[0].original == Money(Decimal("-5.50"), "USD")


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        (entry("x"), "no amount"),
        (entry("5", ""), "neither credit nor debit"),
        (entry("5", more=""), "no day"),
        (entry("5", more=f"<Sts>INFO</Sts>{DAY}"), "information only"),
    ],
)
def test_an_entry_that_is_no_booking_is_rejected_with_the_reason(broken: str, told: str) -> None:
    reading = reading_of(broken, entry("1"))
    assert amounts(reading) == ["-1"]
    assert told in reading.rejected[0].reason


def test_declared_totals_are_proven() -> None:
    count, total = "<TtlNtries><NbOfNtries>2</NbOfNtries></TtlNtries>", "<TtlDbtNtries><Sum>9</Sum></TtlDbtNtries>"
    summary = f"<TxsSummry>{count}{total}</TxsSummry>"
    reading = reading_of(summary, entry("2"), entry("5"))
    assert {proof.what: proof.holds for proof in reading.proofs} == {"declared count": True, "declared total": False}


def test_letters_that_are_not_of_the_declared_encoding_are_read_all_the_same() -> None:
    text = document(entry("5", more=f"{DAY}<AddtlNtryInf>Gebühr für Überweisung</AddtlNtryInf>")).decode()
    data = f"<?xml version='1.0' encoding='UTF-8'?>{text}".encode("latin-1")
    assert read(Source(data), Wishes()).statements[0].lines[0].memo == "Gebühr für Überweisung"


def test_an_ampersand_that_stands_alone_and_letters_that_xml_forbids_are_forgiven() -> None:
    (line,) = reading_of(entry("5", more=f"{DAY}<AddtlNtryInf>A & B\x02C</AddtlNtryInf>")).statements[0].lines
    assert line.memo == "A & B C"


LAUGHS = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 9))
BOMBS = {
    "billion laughs": f"<!DOCTYPE d [<!ENTITY l0 'ha'>{LAUGHS}]>",
    "another file": "<!DOCTYPE d [<!ENTITY l8 SYSTEM 'file:///etc/hostname'>]>",
    "another document": "<!DOCTYPE d SYSTEM 'http://example.org/x.dtd' [<!ENTITY % p SYSTEM 'file:///x'> %p;]>",
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_entities_are_refused(bomb: str) -> None:
    text = document(entry("5", more=f"{DAY}<AddtlNtryInf>&l8;</AddtlNtryInf>")).decode()
    with pytest.raises(StatementUnreadable):
        read(Source(f"{BOMBS[bomb]}{text}".encode()), Wishes())


def test_a_document_without_an_end_is_refused() -> None:
    with pytest.raises(StatementUnreadable, match="not whole XML"):
        read(Source(document(entry("5"))[:-20]), Wishes())


def test_a_well_without_a_bottom_is_refused() -> None:
    with pytest.raises(StatementUnreadable, match="nests deeper"):
        read(Source(document("<a>" * 300 + "</a>" * 300)), Wishes())


def test_it_is_known_by_its_elements() -> None:
    assert identify(Source(document(), "x.txt")) > 90
    assert identify(Source(b"<html></html>", "x.xml")) == 0
