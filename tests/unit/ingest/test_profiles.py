"""What was found out about a file is kept, edited and used again."""

import json
from dataclasses import replace

import pytest

from farthing.ingest.errors import WishInvalid
from farthing.ingest.profiles import profile_of, wishes_checked, wishes_of_profile
from farthing.ingest.readers.reader import read
from farthing.ingest.wishes import Wishes

STATEMENT = (
    "Datum;Name;Text;Betrag;Saldo\n13.09.2024;Laden;Brot;-45,60;954,40\n12.09.2024;ACME;Gehalt;1.000,00;1.000,00\n"
)
FIREFLY = {
    "version": 3,
    "source": "ff3-importer-1.0",
    "date": "d.m.Y",
    "default_account": 1,
    "delimiter": "semicolon",
    "headers": True,
    "rules": True,
    "skip_form": False,
    "add_import_tag": True,
    "roles": ["date_transaction", "opposing-name", "description", "amount_negated", "_ignore"],
    "do_mapping": [False, True, False, False, False],
    "mapping": {},
    "duplicate_detection_method": "classic",
    "ignore_duplicate_lines": True,
    "ignore_duplicate_transactions": True,
    "unique_column_index": 0,
    "unique_column_type": "internal_reference",
    "flow": "file",
    "conversion": False,
}


def amounts(wishes: Wishes | None) -> list[str]:
    reading = read(STATEMENT.encode(), "a.csv", wishes)
    return [str(line.amount) for statement in reading.statements for line in statement.lines]


def test_a_saved_profile_reads_the_file_as_it_was_read() -> None:
    reading = read(STATEMENT.encode(), "a.csv")
    again = read(STATEMENT.encode(), "a.csv", wishes_of_profile(profile_of(reading)))
    assert again.statements == reading.statements


def test_an_edited_profile_is_obeyed() -> None:
    profile = profile_of(read(STATEMENT.encode(), "a.csv")).replace("sign: as_written", "sign: inverted")
    assert amounts(wishes_of_profile(profile)) == ["45.60", "-1000.00"]


def test_a_profile_may_be_short() -> None:
    assert wishes_of_profile("currency: CHF\n") == Wishes(currency="CHF")
    assert amounts(wishes_of_profile("roles:\n  amount: Saldo\n")) == ["954.40", "1000.00"]


@pytest.mark.parametrize(
    ("profile", "why"),
    [
        ("", "holds no entries"),
        ("- a\n", "holds no entries"),
        ("a: [", "no YAML"),
        ("colour: red\n", "no entry 'colour'"),
        ("date_order: dym\n", "date_order is one of"),
        ("decimal_mark: ';'\n", "decimal_mark is one of"),
        ("header_line: first\n", "number of a line"),
        ("roles: amount\n", "names columns"),
        ("encoding: [1]\n", "is a word"),
        ("has_header: 1\n", "yes or no"),
        ("!!python/object/apply:os.system ['true']\n", "no YAML"),
        ("x" * 300_000, "too long"),
    ],
)
def test_a_profile_that_makes_no_sense_is_refused_in_words(profile: str, why: str) -> None:
    with pytest.raises(WishInvalid, match=why):
        wishes_of_profile(profile)


def test_the_configuration_of_fireflys_importer_is_a_profile() -> None:
    wishes = wishes_of_profile(json.dumps(FIREFLY))
    assert wishes == Wishes(
        format="csv",
        delimiter=";",
        has_header=True,
        date_order="dmy",
        sign="inverted",
        roles={"date": "#1", "payee": "#2", "memo": "#3", "amount": "#4"},
    )
    assert amounts(wishes) == ["45.60", "-1000.00"]


def test_fireflys_roles_may_be_numbered_and_its_files_may_have_no_header() -> None:
    told = FIREFLY | {"roles": {"0": "date_book", "3": "amount", "2": "note"}, "headers": False}
    wishes = wishes_of_profile(json.dumps(told))
    assert wishes.roles == {"date": "#1", "memo": "#3", "amount": "#4"}
    assert wishes.has_header is False


def test_fireflys_bank_connections_are_no_profiles() -> None:
    with pytest.raises(WishInvalid, match="bank connection"):
        wishes_of_profile(json.dumps(FIREFLY | {"flow": "nordigen"}))


def test_wishes_beside_a_profile_win() -> None:
    base = wishes_of_profile("sign: inverted\n")
    assert amounts(replace(base, sign=wishes_checked({"sign": "as_written"}).sign)) == ["-45.60", "1000.00"]
