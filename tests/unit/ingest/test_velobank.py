"""VeloBank's PDF beyond its golden file, on pages that are drawn here."""

from collections.abc import Iterator

import pytest

from factories.papers import Placed, pdf
from farthing.ingest.errors import StatementTooLarge, StatementUnreadable
from farthing.ingest.readers.formats import velobank, velobank_page
from farthing.ingest.readers.formats.velobank import identify, read
from farthing.ingest.readers.formats.velobank_texts import told
from farthing.ingest.readers.source import Source
from farthing.ingest.reading import Reading
from farthing.ingest.wishes import Wishes

LEFT = (40, 110, 190, 400, 480)
HEADER = ("DATA TRANSAKCJI", "DATA KSIĘGOWANIA", "OPIS TRANSAKCJI", "KWOTA TRANSAKCJI", "SALDO PO TRANSAKCJI")
ACCOUNT: Placed = (40, 770, "NUMER RACHUNKU: PL11 2222 3333 4444 5555 6666 7777")


def row(bottom: float, *cells: str) -> Iterator[Placed]:
    return ((left, bottom, cell) for left, cell in zip(LEFT, cells, strict=False) if cell)


def reading_of(*rows: tuple[str, ...]) -> Reading:
    placed = [ACCOUNT, *row(720, *HEADER)]
    for at, cells in enumerate(rows):
        placed += row(700 - 12 * at, *cells)
    return read(Source(pdf([placed])), Wishes())


def test_a_running_balance_proves_the_rows_in_either_order() -> None:
    one = ("01.03.2026", "01.03.2026", "A", "-5,00 PLN", "95,00 PLN")
    two = ("02.03.2026", "02.03.2026", "B", "-1 000,00 PLN", "-905,00 PLN")
    assert [proof.holds for proof in reading_of(one, two).proofs] == [True]
    assert [proof.holds for proof in reading_of(two, one).proofs] == [True]


def test_a_balance_that_does_not_follow_breaks_the_proof() -> None:
    one = ("01.03.2026", "01.03.2026", "A", "-5,00 PLN", "95,00 PLN")
    reading = reading_of(one, ("02.03.2026", "02.03.2026", "B", "-1,00 PLN", "95,00 PLN"))
    assert "broken first behind line 1" in reading.proofs[0].detail
    assert reading.confidence < 70


def test_a_row_without_an_amount_is_rejected() -> None:
    reading = reading_of(
        ("01.03.2026", "01.03.2026", "A", "-5,00 PLN", "95,00 PLN"), ("02.03.2026", "02.03.2026", "B", "", "95,00 PLN")
    )
    assert len(reading.statements[0].lines) == 1
    assert len(reading.rejected) == 1


def test_a_row_with_one_day_is_rejected() -> None:
    good = ("01.03.2026", "01.03.2026", "A", "-5,00 PLN", "95,00 PLN")
    assert "one day" in reading_of(good, ("02.03.2026", "", "B", "-1,00 PLN", "94,00 PLN")).rejected[0].reason


def test_a_number_that_ends_a_description_is_no_part_of_the_amount() -> None:
    (line,) = reading_of(("01.03.2026", "01.03.2026", "Faktura 12", "200,00 PLN", "1 095,00 PLN")).statements[0].lines
    assert (str(line.amount), line.description, str(line.balance)) == ("200.00", "Faktura 12", "1095.00")


def test_the_account_is_the_one_of_the_page() -> None:
    reading = reading_of(("01.03.2026", "02.03.2026", "A", "-5,00 PLN", "95,00 PLN"))
    assert reading.statements[0].account == "PL11222233334444555566667777"


@pytest.mark.parametrize(
    ("text", "payee", "memo"),
    [
        ("Operacja kartą 4444 **** 1111 na kwotę 42,00 PLN w Kiosk pod Lipą, Łódź, Polska", "Kiosk pod Lipą", None),
        ("JAN NOWAK-Kraków-Piekarnia Kłos-616", "Piekarnia Kłos", None),
        ("Przelew na rachunek: 11222233334444555566667777 Odbiorca: Anna Tytuł: Czynsz", "Anna", "Czynsz"),
        ("Opłata za prowadzenie rachunku", None, None),
    ],
)
def test_payees_stand_in_fixed_words(text: str, payee: str | None, memo: str | None) -> None:
    found = told(text, "PLN")
    assert (found.payee, found.memo) == (payee, memo)


def test_another_banks_pdf_is_refused() -> None:
    with pytest.raises(StatementUnreadable, match="no statement of VeloBank"):
        read(Source(pdf([[(40, 700, "Dear customer")]])), Wishes())


def test_a_pdf_of_too_many_pages_is_refused() -> None:
    with pytest.raises(StatementTooLarge):
        read(Source(pdf([[(40, 700, "x")]] * (velobank_page.PAGES_MAX + 1))), Wishes())


def test_a_pdf_of_too_many_bytes_is_refused() -> None:
    with pytest.raises(StatementTooLarge):
        read(Source(b"%PDF-1.4" + bytes(velobank.BYTES_MAX)), Wishes())


def test_it_is_known_by_its_first_bytes() -> None:
    assert identify(Source(pdf([[]]), "x.txt")) > 50
    assert identify(Source(b"Date;Amount\n", "x.pdf")) == 0
