"""What is decided about a whole table, why, and what stays in doubt."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.ingest.errors import StatementUnreadable, WishInvalid
from farthing.ingest.readers.reader import read
from farthing.ingest.readers.table.proofs import chain_of
from farthing.ingest.reading import Doubt, Fate, Reading
from farthing.ingest.statement import BalanceKind, Line, LineStatus
from farthing.ingest.wishes import Wishes


def reading(text: str, wishes: Wishes | None = None, name: str = "a.csv") -> Reading:
    return read(text.strip("\n").encode(), name, wishes)


def lines(text: str, wishes: Wishes | None = None) -> list[Line]:
    return [line for statement in reading(text, wishes).statements for line in statement.lines]


def amounts(text: str, wishes: Wishes | None = None) -> list[str]:
    return [str(line.amount) for line in lines(text, wishes)]


def doubts(text: str) -> dict[Doubt, str]:
    return {doubt.doubt: doubt.assumed for doubt in reading(text).ambiguities}


AMBIGUOUS = "Date,Text,Amount\n04/05/2024,a,-1.00\n04/05/2024,b,2.00\n"


def test_a_day_that_begins_with_its_year_is_one_among_days_of_another_order() -> None:
    table = "Date;Text;Amount\n14.05.2026;a;-1,00\n15/05/2026;b;2,00\n2026-05-17;c;3,00\n"
    assert [line.date.day for line in lines(table)] == [14, 15, 17]


def test_an_order_of_days_that_cannot_be_known_is_told_with_its_alternative() -> None:
    (doubt,) = reading(AMBIGUOUS).ambiguities
    assert (doubt.doubt, doubt.assumed, doubt.alternatives) == (Doubt.DAY_MONTH_ORDER, "dmy", ("mdy",))


def test_a_wish_settles_the_order_of_days() -> None:
    found = reading(AMBIGUOUS, Wishes(date_order="mdy"))
    assert not found.ambiguities
    assert found.statements[0].lines[0].date.isoformat() == "2024-04-05"


def test_a_day_beyond_twelve_settles_the_order_for_all() -> None:
    assert not doubts("Date,Text,Amount\n04/05/2024,a,-1.00\n04/25/2024,b,2.00\n")


def test_another_column_of_dates_settles_the_order_too() -> None:
    text = "Date,Value date,Text,Amount\n04/05/2024,04/25/2024,a,-1.00\n04/05/2024,04/06/2024,b,2.00\n"
    assert lines(text)[0].date.isoformat() == "2024-04-05"


def test_days_of_one_month_are_likelier_than_one_day_of_many_months() -> None:
    text = "Date,Text,Amount\n03/09/2024,a,-1.00\n04/09/2024,b,2.00\n09/09/2024,c,2.00\n"
    assert lines(text)[0].date.isoformat() == "2024-09-03"
    assert doubts(text) == {Doubt.DAY_MONTH_ORDER: "dmy"}


def test_the_day_of_the_export_in_the_files_name_settles_the_order() -> None:
    found = reading("Date;Text;Amount\n4/12/24;a;-1,00\n4/10/24;b;-2,00\n", name="export_20240415.csv")
    assert found.statements[0].lines[0].date.isoformat() == "2024-04-12"
    assert not found.ambiguities


BALANCED = "Date,Text,Amount,Balance\n2024-09-13,a,-1.00,9.00\n2024-09-12,b,4.00,10.00\n2024-09-11,c,2.00,6.00\n"


def test_a_running_balance_proves_the_reading() -> None:
    (proof,) = reading(BALANCED).proofs
    assert (proof.what, proof.holds) == ("running balance", True)
    assert reading(BALANCED).confidence >= 90


def test_a_broken_balance_lowers_belief_and_breaks_nothing() -> None:
    broken = BALANCED.replace("10.00", "11.00")
    (proof,) = reading(broken).proofs
    assert not proof.holds
    assert "line" in proof.detail
    assert reading(broken).confidence < reading(BALANCED).confidence
    assert amounts(broken) == ["-1.00", "4.00", "2.00"]


def test_a_balance_turns_amounts_that_are_written_the_other_way() -> None:
    turned = "Date,Text,Amount,Balance\n2024-09-11,a,1.00,9.00\n2024-09-12,b,-4.00,13.00\n2024-09-13,c,2.00,11.00\n"
    assert amounts(turned) == ["-1.00", "4.00", "-2.00"]


def test_a_balance_before_the_row_is_told_as_the_balance_after_it() -> None:
    before = "Date,Text,Amount,Balance\n2024-09-11,a,1.00,9.00\n2024-09-12,b,-4.00,10.00\n2024-09-13,c,2.00,6.00\n"
    assert [str(line.balance) for line in lines(before)] == ["10.00", "6.00", "8.00"]


def test_a_fee_is_part_of_what_moved_the_account_where_the_balance_says_so() -> None:
    text = "Date,Text,Amount,Fee,Balance\n2024-09-11,a,10.00,0.00,10.00\n2024-09-12,b,-4.00,0.50,5.50\n"
    assert amounts(text) == ["10.00", "-4.50"]


def test_opening_and_closing_balances_are_told_and_proven() -> None:
    found = reading(
        "Opening balance,10.00\nClosing balance,13.00\nDate,Text,Amount\n2024-09-13,a,-1.00\n2024-09-12,b,4.00\n"
    )
    kinds = {balance.kind: balance.amount for balance in found.statements[0].balances}
    assert kinds == {BalanceKind.OPENING: Decimal("10.00"), BalanceKind.CLOSING: Decimal("13.00")}
    assert [(proof.what, proof.holds) for proof in found.proofs] == [("opening plus lines is closing", True)]


def test_declared_sums_are_proven_or_told_as_broken() -> None:
    text = "#Currency;#Income;#Expenses\nPLN;4,00;-2,00\n\nDate;Text;Amount\n2024-09-13;a;-1,00\n2024-09-12;b;4,00\n"
    assert {proof.what: proof.holds for proof in reading(text).proofs} == {
        "declared total in": True,
        "declared total out": False,
    }


def test_unsigned_amounts_of_a_card_are_taken_as_spent_and_the_doubt_is_told() -> None:
    text = "Card,Date,Merchant,Amount\n1234,2024-09-13,Shop,45.60\n1234,2024-09-12,Bar,9.00\n"
    assert amounts(text) == ["-45.60", "-9.00"]
    assert doubts(text) == {Doubt.SIGN: "inverted"}
    assert amounts(text, Wishes(sign="as_written")) == ["45.60", "9.00"]


def test_a_payment_with_a_minus_turns_a_card_statement() -> None:
    text = "Date,Description,Amount\n2024-09-13,SHOP,45.60\n2024-09-12,BAR,9.00\n"
    assert amounts(f"{text}2024-09-11,PAYMENT RECEIVED - THANK YOU,-60.00\n") == ["-45.60", "-9.00", "60.00"]


def test_pairs_flags_and_letters_give_the_sign() -> None:
    assert amounts("Date,Text,Debit,Credit\n2024-09-13,a,1.00,\n2024-09-12,b,,4.00\n") == ["-1.00", "4.00"]
    assert amounts("Date,Text,Debit,Credit\n2024-09-13,a,-1.00,\n2024-09-12,b,,4.00\n") == ["-1.00", "4.00"]
    assert amounts("Date,Text,Debit,Credit\n2024-09-13,a,1.00,0.00\n2024-09-12,b,0.00,4.00\n") == ["-1.00", "4.00"]
    assert amounts("Datum;Text;Betrag;S/H\n13.09.2024;a;1,00;S\n12.09.2024;b;4,00;H\n") == ["-1.00", "4.00"]
    assert amounts("Date,Text,Amount\n2024-09-13,a,1.00 Dr\n2024-09-12,b,4.00 Cr\n") == ["-1.00", "4.00"]


def test_two_columns_that_could_be_the_amount_are_refused() -> None:
    with pytest.raises(StatementUnreadable, match="Say which in a profile"):
        reading("2024-09-13;a;10,00;20,00\n2024-09-12;b;35,00;77,00\n")


def test_half_of_a_pair_is_refused() -> None:
    with pytest.raises(StatementUnreadable, match="should hold amounts"):
        reading("Date,Text,Debit,Credit\n2024-09-13,a,1.00,x1\n2024-09-12,b,0.00,y2\n")


@pytest.mark.parametrize("text", ["", "\n\n", "hello", "a,b\nc,d\n", "Date,Amount\n", "Date,Amount\nsoon,much\n"])
def test_what_is_no_statement_is_refused_in_words(text: str) -> None:
    with pytest.raises(StatementUnreadable, match=r"\w+ .*\."):
        reading(text)


def test_every_line_has_a_fate_and_what_is_lost_a_reason() -> None:
    text = """
My bank
Period: 2024-09-01 - 2024-09-30

Date,Text,Amount,Balance
2024-09-13,a,-1.00,9.00
2024-09-12,b,4.00,10.00

xx-09-2024,c,-3.00,
Pending,d,-2.00,
2024-09-10,nothing moved,,6.00
Closing balance,,,9.00
Thank you for banking with us,,,
"""
    found = reading(text)
    assert found.fates == {
        Fate.PREAMBLE: 2,
        Fate.BLANK: 2,
        Fate.HEADER: 1,
        Fate.TRANSACTION: 2,
        Fate.REJECTED: 3,
        Fate.BALANCE: 1,
        Fate.FOOTER: 1,
    }
    assert [(one.source_line, one.reason) for one in found.rejected] == [
        (8, "'xx-09-2024' is no day"),
        (9, "it is pending (Pending) and has no day yet"),
        (10, "it has no amount"),
    ]


def test_rows_that_are_not_booked_are_pending_and_those_that_failed_are_none() -> None:
    text = (
        "Date,Text,Amount,Status\n2024-09-13,a,-1.00,Pending\n2024-09-12,b,4.00,Completed\n2024-09-11,c,9.00,Declined\n"
    )
    found = reading(text)
    assert [line.status for line in found.statements[0].lines] == [LineStatus.PENDING, LineStatus.BOOKED]
    assert "did not happen" in found.rejected[0].reason


def test_what_was_paid_abroad_is_told_beside_what_the_account_paid() -> None:
    names = "Date,Text,Amount,Currency,Original amount,Original currency"
    first, second = lines(f"{names}\n2024-09-13,a,-9.00,EUR,-10.00,USD\n2024-09-12,b,4.00,EUR,,\n")
    assert (first.amount, first.currency) == (Decimal("-9.00"), "EUR")
    assert first.original is not None
    assert (first.original.amount, first.original.currency) == (Decimal("-10.00"), "USD")
    assert second.original is None


def test_a_file_of_several_accounts_makes_several_statements() -> None:
    text = "Account,Date,Text,Amount\nA1,2024-09-13,a,-1.00\nB2,2024-09-12,b,4.00\nA1,2024-09-11,c,2.00\n"
    found = reading(text)
    assert [(statement.account, len(statement.lines)) for statement in found.statements] == [("A1", 2), ("B2", 1)]


def test_the_other_side_is_who_was_paid_or_who_paid() -> None:
    text = "Date,Sender,Recipient,Title,Amount\n2024-09-13,me,shop,x,-1.00\n2024-09-12,boss,me,y,4.00\n"
    assert [line.payee for line in lines(text)] == ["shop", "boss"]


def test_columns_can_be_named_by_a_wish() -> None:
    text = "When,What,In,Out,Left\n2024-09-13,a,1.00,9.00,3.00\n2024-09-12,b,2.00,8.00,4.00\n"
    named = {"date": "When", "memo": "#2", "amount": "Out"}
    assert amounts(text, Wishes(roles=named, sign="inverted")) == ["-9.00", "-8.00"]
    with pytest.raises(WishInvalid, match="no column 'Betrag'"):
        reading(text, Wishes(roles={"amount": "Betrag"}))
    with pytest.raises(WishInvalid, match="No column can be 'colour'"):
        reading(text, Wishes(roles={"colour": "#1"}))


@given(
    st.lists(st.decimals(min_value=-999, max_value=999, places=2), min_size=3, max_size=30),
    st.booleans(),
    st.decimals(min_value=-999, max_value=999, places=2),
)
def test_a_true_chain_holds_whichever_way_it_runs(moves: list[Decimal], is_newest_first: bool, start: Decimal) -> None:  # noqa: FBT001  hypothesis gives it
    steps, balance = [], start
    for move in moves:
        balance += move
        steps.append((move, balance, "account"))
    chain = chain_of(steps[::-1] if is_newest_first else steps)
    assert chain.holds == chain.links


@given(st.lists(st.decimals(min_value=-999, max_value=999, places=2).filter(bool), min_size=6, max_size=30))
def test_a_table_of_any_amounts_and_its_balances_is_read_to_the_penny(moves: list[Decimal]) -> None:
    balance, rows = Decimal(0), []
    for at, move in enumerate(moves):
        balance += move
        rows.append(f"{at % 28 + 1:02}.{at // 28 + 1:02}.2024;Text {at};{move:.2f};{balance:.2f}".replace(",", "."))
    text = "Datum;Text;Betrag;Saldo\n" + "\n".join(rows)
    assert [line.amount for line in lines(text)] == moves


def test_the_account_may_stand_above_the_table_or_between_its_parts() -> None:
    table = "Date,Text,Amount\n2024-09-13,a,-1.00\n2024-09-12,b,4.00\n"
    (whole,) = reading(f"IBAN,DE11 0000 0000 0000 0000 72\n{table}").statements
    assert (whole.account, whole.lines[0].account) == ("DE11 0000 0000 0000 0000 72", None)
    parts = reading(f"Account: 12-3456-78\n{table}\nAccount: 98-7654-32\n{table}").statements
    assert [(part.account, len(part.lines)) for part in parts] == [("12-3456-78", 2), ("98-7654-32", 2)]
