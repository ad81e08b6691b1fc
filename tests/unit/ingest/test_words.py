"""What a line says is told once, in the order in which it matters."""

import pytest

from farthing.ingest.readers.words import description, squeezed


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        (("Anna", None, "  Rent\n May "), "Anna | Rent May"),
        (("AMAZON MKTP", "AMAZON MKTPLACE PMTS"), "AMAZON MKTPLACE PMTS"),
        (("card at KIOSK today", "Kiosk"), "card at KIOSK today"),
        (("x", "EXCHANGE"), "x | EXCHANGE"),
        ((None, ""), ""),
    ],
)
def test_a_part_that_another_says_is_left_out(parts: tuple[str | None, ...], told: str) -> None:
    assert description(*parts) == told


def test_a_text_is_one_line_of_bounded_length() -> None:
    assert squeezed(" a\x00\t\nb ") == "a b"
    assert len(squeezed("x" * 100_000) or "") == 4000
