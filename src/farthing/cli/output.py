"""What a command prints: a table for people, JSON for programs."""

import json
import re
import sys
from collections.abc import Mapping, Sequence
from typing import Any

_PIPED_WIDTH = 10_000
"""So that a row stays a line, however long, for programs that read lines."""
_NUMBER = re.compile(r"-?[\d,]+(\.\d+)?")
_WHOLE = ("id", "user id", "date", "currency")
"""Columns that are useless when they are cut or broken."""


def tell(
    fields: Mapping[str, Any], names: Sequence[str], *, as_json: bool, usual: Mapping[str, Any] | None = None
) -> None:
    """One thing, as a table of its own or as a JSON object."""
    if as_json:
        _print_json(fields)
    else:
        show([fields], names, as_json=False, usual=usual)


def describe(fields: Mapping[str, Any], *, as_json: bool) -> None:
    """One thing in full, a line for everything that is known of it."""
    if as_json:
        _print_json(fields)
        return
    known = {name.replace("_", " "): _cell(value) for name, value in fields.items()}
    width = max(map(len, known), default=0)
    for name, value in known.items():
        if value:
            print(f"{name:<{width}}  {value}")


def show(
    rows: Sequence[Mapping[str, Any]],
    columns: Sequence[str],
    *,
    as_json: bool,
    usual: Mapping[str, Any] | None = None,
) -> None:
    """Many things; what is as usual stays unsaid, and a column in which nothing stands is left out."""
    if as_json:
        _print_json(list(rows))
        return
    if not rows:
        print("Nothing found.", file=sys.stderr)
        return
    unsaid = usual or {}
    filled = {
        name: ["" if row.get(name) == unsaid.get(name) else _cell(row.get(name)) for row in rows] for name in columns
    }
    _print_table({name.replace("_", " "): cells for name, cells in filled.items() if any(cells)})


def _print_json(value: Any) -> None:
    print(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def _print_table(columns: Mapping[str, Sequence[str]]) -> None:
    from rich.console import Console
    from rich.measure import Measurement
    from rich.table import Table

    table = Table(box=None, header_style="bold", pad_edge=False)
    for name, cells in columns.items():
        is_number = all(_NUMBER.fullmatch(cell) for cell in cells if cell)
        table.add_column(
            name,
            justify="right" if is_number else "left",
            no_wrap=is_number or name in _WHOLE,
            overflow="fold",
        )
    for row in zip(*columns.values(), strict=True):
        table.add_row(*row)
    console = Console(width=None if sys.stdout.isatty() else _PIPED_WIDTH, markup=False, emoji=False, highlight=False)
    least = Measurement.get(console, console.options.update(width=_PIPED_WIDTH), table).minimum
    console.width = max(console.width, least)
    console.print(table)


def _cell(value: Any) -> str:
    """In print alone: what a bank or a stranger wrote must not steer the terminal."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = ", ".join(map(_part, value)) if isinstance(value, list) else str(value)
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _part(value: Any) -> str:
    return " ".join(str(one) for one in value.values() if one is not None) if isinstance(value, dict) else str(value)
