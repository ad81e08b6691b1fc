"""Cells of a CSV file that a spreadsheet shows and never calculates, and that are read back as they were."""

import re

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""By which spreadsheets recognise a formula, in their full-width forms too, which some of them take for the same."""
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")


def safe_cell(value: object) -> str:
    """With an apostrophe before what would be a formula; a plain number stays one."""
    text = "" if value is None else str(value)
    return f"'{text}" if _is_risky(text) and not _NUMBER.fullmatch(text) else text


def plain_cell(cell: str) -> str:
    """What a safe cell was made of."""
    return cell[1:] if cell.startswith("'") and _is_risky(cell) else cell


def _is_risky(text: str) -> bool:
    """Also where an apostrophe stands there already, lest reading takes that one away."""
    return text.lstrip("'").startswith(_FORMULA_STARTS)
