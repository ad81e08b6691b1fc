"""Sets of rows as Python integers: row N is bit N, and sets are joined with `&`, `|` and `~`."""

from collections.abc import Iterable, Iterator

_DIGITS = bytes.maketrans(b"\0\1", b"01")


def everything(size: int) -> int:
    return (1 << size) - 1


def of_rows(rows: Iterable[int], size: int) -> int:
    """The set of these rows, of `size` that there are."""
    flags = bytearray(size)
    for row in rows:
        flags[row] = 1
    return of_flags(flags)


def of_flags(flags: bytearray) -> int:
    """The set of the rows whose byte is one; a flag is set much faster than a bit of a long integer."""
    return int(flags[::-1].translate(_DIGITS), 2) if flags else 0


def rows_of(bits: int) -> Iterator[int]:
    """The rows of a set, in their order."""
    digits = bin(bits)[:1:-1]
    at = digits.find("1")
    while at >= 0:
        yield at
        at = digits.find("1", at + 1)


def first(bits: int, count: int) -> list[int]:
    return [row for row, _ in zip(rows_of(bits), range(count), strict=False)]
