"""What a table of text cells says, whatever its language and shape."""

from collections.abc import Mapping, Sequence

from farthing.ingest.errors import StatementUnreadable
from farthing.ingest.reading import Evidence, Reading
from farthing.ingest.readers.table.row import Row
from farthing.ingest.wishes import Wishes


def read_rows(
    rows: Sequence[Row],
    wishes: Wishes,
    *,
    format_name: str = "csv",
    name: str = "",
    dialect: Mapping[str, str] | None = None,
    evidence: Sequence[Evidence] = (),
) -> Reading:
    """The rows understood, blank ones among them, or `StatementUnreadable`; `name` is the file's, as a hint."""
    raise StatementUnreadable(f"{format_name} {name} {len(rows)} {wishes} {dialect} {evidence}")
