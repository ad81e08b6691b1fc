"""Folding makes one spelling of many, and cuts what both databases then see alike."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.ledger.folding import (
    FIELD_MAX,
    FIELDS,
    SEPARATOR,
    TOKEN_MAX,
    fold,
    name_key,
    search_text,
    tokens,
)

EVERY_LETTER = [chr(code) for code in range(0x110000)]


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_every_single_letter_folds_for_good() -> None:
    assert [letter for letter in EVERY_LETTER if fold(fold(letter)) != fold(letter)] == []


def test_plain_letters_go_the_short_way_to_the_same_end() -> None:
    """What is all ASCII is folded by a short cut; in other company it takes the long way."""
    letters = [chr(code) for code in range(128)]
    assert [letter for letter in letters if fold(letter + "é") != fold(letter) + "e"] == []


@given(st.text())
def test_capitals_make_no_difference(text: str) -> None:
    assert fold(text.casefold()) == fold(text)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Zażółć gęślą jaźń", "zazolc gesla jazn"),
        ("ŁÓDŹ", "lodz"),
        ("Straße", "strasse"),
        ("Ørsted & Æsir", "orsted & aesir"),
        ("cœur", "coeur"),
        ("Đorđe", "dorde"),
        ("Þórður", "thordur"),
        ("D\u0130YARBAKIR \u0131l\u0131k", "diyarbakir ilik"),
        ("ΟΔΟΣ οδός", "οδοσ οδοσ"),
        ("Ёлка", "елка"),
        ("①²½", "121\u20442"),
        ("\ufb01\ufb03 \uff21\uff22", "fiffi ab"),
        ("Lebens\u00admittel", "lebensmittel"),
        ("a\0b", "ab"),
    ],
)
def test_spellings_that_are_one(written: str, folded: str) -> None:
    assert fold(written) == folded


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("", []),
        (" — / ", []),
        ("BLIK*SKLEP-24.pl", ["blik", "sklep", "24", "pl"]),
        ("McDonald's", ["mcdonald", "s"]),
        ("a_b", ["a", "b"]),
        ("кофе №5", ["кофе", "no5"]),
        ("咖啡店 Café", ["咖", "啡", "店", "cafe"]),
        ("खाता", ["खाता"]),
        ("❤️pizza🍕", ["pizza"]),
        ("x" * 70, ["x" * TOKEN_MAX, "x" * (70 - TOKEN_MAX)]),
    ],
)
def test_tokens(text: str, cut: list[str]) -> None:
    assert tokens(text) == cut


@given(st.text())
def test_tokens_are_letters_and_digits_of_bounded_length(text: str) -> None:
    for token in tokens(text):
        assert 0 < len(token) <= TOKEN_MAX
        assert all(letter.isalnum() or unicodedata.category(letter) == "Mc" for letter in token)


@given(st.text())
def test_tokens_are_cut_as_they_were_cut(text: str) -> None:
    assert tokens(" ".join(tokens(text))) == tokens(text)


@given(st.lists(st.none() | st.text()))
def test_the_searched_text_is_tokens_with_single_blanks(parts: list[str | None]) -> None:
    text = search_text(*parts)
    assert text.split(" ") == [word for word in text.split(" ") if word] or text == ""
    assert all(
        letter in {" ", SEPARATOR} or letter.isalnum() or unicodedata.category(letter) == "Mc" for letter in text
    )


@given(st.lists(st.none() | st.text(), min_size=1))
def test_each_part_is_found_between_its_separators(parts: list[str | None]) -> None:
    assert [piece.split() for piece in search_text(*parts).split(SEPARATOR)] == [tokens(part or "") for part in parts]


@given(st.text())
def test_no_text_brings_its_own_separator(text: str) -> None:
    assert SEPARATOR not in search_text(text)


def test_a_long_text_is_cut_between_words() -> None:
    text = search_text("ab " * FIELD_MAX, "next")
    first, second = text.split(f" {SEPARATOR} ")
    assert FIELD_MAX - 3 <= len(first) <= FIELD_MAX
    assert set(first.split()) == {"ab"}
    assert second == "next"


def test_letters_that_unfold_do_not_outgrow_the_bound() -> None:
    assert len(search_text("\ufdfa" * FIELD_MAX)) <= FIELD_MAX


def test_a_transaction_is_searched_field_by_field() -> None:
    texts = {name: name.replace("_", " ") for name in FIELDS}
    assert search_text(*texts.values()).split(f" {SEPARATOR} ") == list(texts.values())
    assert search_text(None, "Ż", "", "-", None, "1 2", None) == "| z | | | | 1 2 |"


@given(st.text(), st.integers(1, 100))
def test_a_name_fits_its_column_and_keeps_its_key(name: str, longest: int) -> None:
    key = name_key(name, longest)
    assert len(key) <= longest
    assert name_key(key, longest) == key
    assert "\0" not in key
    key.encode()


def test_names_that_are_one() -> None:
    assert name_key("  Eating  OUT ") == name_key("éating out") == "eating out"
