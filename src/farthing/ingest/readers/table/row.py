"""One row of a table of text cells, wherever it came from."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    source_line: int
    """Where it starts in its file, from one."""
    cells: tuple[str, ...]
    """What stands in it as text; a date as YYYY-MM-DD and a number with a decimal point where the file knows types."""
    lines: int = 1
    """How many lines of the file it takes."""

    @property
    def is_blank(self) -> bool:
        return not any(cell.strip() for cell in self.cells)

    @property
    def text(self) -> str:
        return " | ".join(cell.strip() for cell in self.cells if cell.strip())
