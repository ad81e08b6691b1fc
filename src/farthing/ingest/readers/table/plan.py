"""All that was decided about a table before its rows are read: with it, each row is read alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from farthing.ingest.readers.table.columns import Column
from farthing.ingest.readers.table.currencies import Denomination
from farthing.ingest.readers.table.dating import Dating
from farthing.ingest.readers.table.figures import Mark
from farthing.ingest.readers.table.layout import Layout
from farthing.ingest.readers.table.schemes import Scheme
from farthing.ingest.readers.table.signs import Sign
from farthing.ingest.readers.table.wording import Wording


@dataclass(frozen=True, slots=True)
class Plan:
    layout: Layout
    columns: tuple[Column, ...]
    mark: Mark
    dating: Dating
    scheme: Scheme
    sign: Sign
    denomination: Denomination
    wording: Wording
    originals: tuple[int, ...] = ()
    """Columns of amounts that were paid abroad."""
    hints: tuple[str, ...] = field(default_factory=tuple)

    @property
    def amount_columns(self) -> tuple[int, ...]:
        found = (self.scheme.amount, self.scheme.debit, self.scheme.credit, self.scheme.blocked)
        return tuple(at for at in found if at is not None)

    def roles(self) -> Mapping[str, str]:
        """Each role with the name of its column, or its number where it has none."""
        dated = {"date": self.dating.booking[0]} | (
            {"value_date": self.dating.value} if self.dating.value is not None else {}
        )
        money = {"currency": self.denomination.column, "original_currency": self.denomination.original}
        one = {**dated, **self.scheme.columns(), **{k: v for k, v in money.items() if v is not None}}
        several = {role: ", ".join(self.named(at) for at in found) for role, found in self.wording.columns.items()}
        return {role: self.named(at) for role, at in one.items()} | several

    def named(self, at: int) -> str:
        name = self.columns[at].name if at < len(self.columns) else ""
        return name if name and sum(c.name == name for c in self.columns) == 1 else f"#{at + 1}"
