"""Files too large to hold: their transactions are printed as they are read, one by one."""

import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from farthing.ingest.wishes import Wishes

LARGE_BYTES = 32_000_000
_SHOWN = ("date", "amount", "currency", "description", "payee", "memo", "reference", "balance", "account", "status")
_CENTS = 2


def is_streamed(path: Path, wishes: "Wishes") -> bool:
    """Whether a file is a table of text and too large for careful reading at once."""
    if wishes.format not in {None, "csv"} or not path.is_file() or path.stat().st_size < LARGE_BYTES:
        return False
    from farthing.ingest.readers.reader import recognised
    from farthing.ingest.readers.source import Source

    with path.open("rb") as file:
        found = recognised(Source(file.read(65_536), path.name))
    return bool(found) and found[0][1] == "csv"


def print_stream(path: Path, wishes: "Wishes") -> bool:
    """Print the file as a JSON list; no, and nothing printed, if it cannot be read at once."""
    from farthing.ingest.readers.bulk.bulk import FIELDS, NotPlain, bulk_read

    try:
        with bulk_read(path, wishes) as bulk:
            before = "["
            for batch in bulk.batches():
                for row in batch:
                    told = _told(dict(zip(FIELDS, row, strict=True)))
                    print(f"{before}\n {json.dumps(told, ensure_ascii=False)}", end="")
                    before = ","
            print("\n]")
    except NotPlain:
        return False
    return True


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain(row[name]) for name in _SHOWN}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        whole, _, fraction = f"{value:f}".partition(".")
        return f"{whole}.{fraction.rstrip('0').ljust(_CENTS, '0')}"
    return value if value is None else str(value)
