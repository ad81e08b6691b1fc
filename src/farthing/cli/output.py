"""What a command prints: a table for people, JSON for programs."""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

_PIPED_WIDTH = 200


def tell(fields: Mapping[str, Any], names: Sequence[str], *, as_json: bool) -> None:
    """One thing, as a table of its own or as a JSON object."""
    if as_json:
        print(json.dumps(fields, indent=2, ensure_ascii=False, default=str))
    else:
        show([fields], names, as_json=False)


def show(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(list(rows), indent=2, ensure_ascii=False, default=str))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, header_style="bold")
    for column in columns:
        table.add_column(column.replace("_", " "), no_wrap=column == "id")
    for row in rows:
        table.add_row(*(_cell(row.get(column)) for column in columns))
    width = None if sys.stdout.isatty() else _PIPED_WIDTH
    Console(width=width, markup=False, emoji=False, highlight=False).print(table)


def _cell(value: Any) -> str:
    """In print alone: what a bank or a stranger wrote must not steer the terminal."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return "".join(letter if letter.isprintable() else " " for letter in text)
