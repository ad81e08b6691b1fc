"""Every difficulty that banks are known for has a table here that bears it, and no table is there for nothing."""

import json
from pathlib import Path

import pytest

from farthing.ingest.readers.reader import read
from farthing.ingest.readers.text.decoding import decoded
from farthing.ingest.readers.text.dialect import lines_of

CSV = Path(__file__).parents[2] / "statements" / "csv"
TAGS: dict[str, list[str]] = json.loads((CSV / "tags.json").read_text())
KINDS = sorted(path.name for path in CSV.iterdir() if path.is_dir())
DIFFICULTIES = [
    "amounts_inside_text",
    "app_export",
    "bank_category_col",
    "blik",
    "bom",
    "broker_cash",
    "cjk",
    "credit_card",
    "crlf",
    "currency_as_word",
    "currency_in_amount_cell",
    "currency_in_header",
    "currency_symbol",
    "dash_for_empty",
    "date_dmy_dash",
    "date_dmy_dot",
    "date_dmy_dot_2digit",
    "date_dmy_slash",
    "date_mdy_slash",
    "date_mdy_slash_2digit",
    "date_ymd",
    "date_ymd_compact",
    "dates_inside_text",
    "datetime_col",
    "datetime_col_extra",
    "debit_credit_cols",
    "decimal_comma",
    "decimal_point_with_semicolon",
    "delim_comma",
    "delim_semicolon",
    "duplicate_header_names",
    "duplicates_alike",
    "empty_payee",
    "enc_cp1250",
    "enc_latin1",
    "enc_shift_jis",
    "fee_column",
    "footer",
    "foreign_amount_cols",
    "hash_headers",
    "headerless",
    "in_out_cols",
    "inverted_sign",
    "many_amount_like_cols",
    "multi_account",
    "multi_currency",
    "no_decimals",
    "no_final_newline",
    "opening_closing_balance_rows",
    "padded_cells",
    "payer_and_payee_cols",
    "pending_rows",
    "polish_text",
    "preamble",
    "rows_wider_than_header",
    "running_balance",
    "running_balance_not_chained",
    "sign_and_flag",
    "sign_flag_col",
    "signed_plus",
    "summary_rows",
    "tab_after_quote",
    "text_padded",
    "thousands_comma",
    "thousands_dot",
    "thousands_space",
    "totals_row",
    "trailing_delimiter",
    "two_amount_cols",
    "two_currency_cols",
    "two_date_cols",
    "unordered_rows",
    "unsigned_amounts",
    "zero_amount_rows",
    "zero_in_other_col",
]


def test_every_kind_is_described_and_every_description_has_a_kind() -> None:
    assert set(TAGS) == set(KINDS)
    assert all(TAGS.values())


@pytest.mark.parametrize("difficulty", DIFFICULTIES)
def test_a_difficulty_has_a_table_that_bears_it(difficulty: str) -> None:
    assert [kind for kind, tags in TAGS.items() if difficulty in tags]


@pytest.mark.parametrize("kind", KINDS)
def test_the_fates_of_a_file_are_as_many_as_its_lines(kind: str) -> None:
    (path,) = (CSV / kind).glob("input.*")
    data = path.read_bytes()
    assert sum(read(data, path.name).fates.values()) == len(lines_of(decoded(data).text))
