"""Figures as a Markdown table, each with what was promised and whether it held."""

import os
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    what: str
    value: float
    unit: str
    bound: float | None = None
    is_floor: bool = False

    @property
    def holds(self) -> bool:
        if self.bound is None:
            return True
        return self.value >= self.bound if self.is_floor else self.value <= self.bound

    @property
    def promise(self) -> str:
        return "" if self.bound is None else f"{'≥' if self.is_floor else '≤'} {self.bound:g}"


def show(title: str, figures: Sequence[Figure]) -> bool:
    """Print the table; whether every promise held."""
    print(f"## {title}\n\n| what | figure | promised | held |\n|---|---:|---:|---|")
    for figure in figures:
        held = "" if figure.bound is None else "yes" if figure.holds else "**no**"
        print(f"| {figure.what} | {figure.value:,.2f} {figure.unit} | {figure.promise} | {held} |")
    print(flush=True)
    return all(figure.holds for figure in figures)


def machine() -> str:
    memory_gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {memory_gib:.0f} GiB, SQLite {sqlite3.sqlite_version}"
