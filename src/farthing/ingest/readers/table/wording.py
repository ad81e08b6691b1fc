"""Which columns of words say who, what for, which account, and whether a row is booked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from farthing.ingest.readers.table.columns import Column, Kind, is_failed, is_pending
from farthing.ingest.readers.table.vocabulary import texts
from farthing.ingest.readers.table.words import fit, folded

_GROUPS: Mapping[str, tuple[str, ...]] = {
    "payee": texts.PAYEE,
    "payer": texts.PAYER,
    "memo": texts.MEMO,
    "type": texts.TYPE,
    "category": texts.CATEGORY,
    "reference": texts.REFERENCE,
    "account": texts.ACCOUNT,
    "account_of_other": texts.ACCOUNT_OF_OTHER,
    "status": texts.STATUS,
}
_SINGLE = {"status", "account", "reference"}
_NAMED_MIN = 0.6
_ANYBODYS = {"iban", "bic", "iban bban", "konto nr", "account number iban"}
"""Names that say nothing of whose account it is; the same in all rows it is one's own."""
_CODE_MIN_DIGITS = 0.6


@dataclass(frozen=True, slots=True)
class Wording:
    """Columns by what their words say; several may say the same."""

    columns: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    spare: tuple[int, ...] = ()
    """Words under names that we do not know."""

    def of(self, role: str) -> tuple[int, ...]:
        return self.columns.get(role, ())


def wording_of(columns: Sequence[Column], *, is_headed: bool) -> Wording:
    """The columns of words, by their names and by their content where they have none."""
    found: dict[str, list[int]] = {role: [] for role in _GROUPS}
    spare: list[int] = []
    ranked = sorted((c for c in columns if _is_wordy(c)), key=lambda c: c.index)
    for column in ranked:
        role = _role(column) if is_headed and column.name else _role_by_content(column)
        role = role or ("status" if _is_status(column) else None)
        (found[role] if role else spare).append(column.index)
    if not any(columns[at].filled for at in found["memo"]):
        telling = [at for at in spare if _is_telling(columns[at])]
        found["memo"] += telling
        spare = [at for at in spare if at not in telling]
    for role in _SINGLE:
        found[role] = _best(columns, found[role], _GROUPS[role])
    return Wording({role: tuple(at) for role, at in found.items() if at}, tuple(spare))


def _is_wordy(column: Column) -> bool:
    if column.kind in {Kind.TEXT, Kind.FLAG}:
        return True
    return column.kind is Kind.FIGURE and max(fit(column.name, texts.ACCOUNT), fit(column.name, texts.REFERENCE)) > 1.2


def _role(column: Column) -> str | None:
    scores = {role: fit(column.name, terms) for role, terms in _GROUPS.items()}
    best = max(scores, key=lambda role: scores[role])
    if scores[best] < _NAMED_MIN:
        return None
    if best == "account" and len(set(column.filled)) > 1 and folded(column.name) in _ANYBODYS:
        return "account_of_other"
    if best in {"payee", "payer", "memo"} and _is_codes(column):
        return "account_of_other"
    if best == "reference" and _is_prose(column):
        return "memo"
    if column.kind is Kind.FIGURE and best not in {"account", "reference"}:
        return None
    return best


def _role_by_content(column: Column) -> str | None:
    if column.kind is Kind.FLAG or column.name:
        return None
    if (
        _is_status(column)
        and all(len(word) <= 12 for word in column.filled)
        and not any(map(is_pending, column.filled))
    ):
        return "status"
    if len(set(column.filled)) == 1 and len(column.filled) > 1 and _is_codes(column):
        return "account"
    if (
        column.filled
        and all(is_pending(cell) or len(cell) < 12 for cell in column.filled)
        and any(is_pending(c) for c in column.filled)
    ):
        return "status"
    return None if _is_codes(column) else "memo"


def _is_telling(column: Column) -> bool:
    """Words that differ from row to row."""
    words = [cell for cell in column.filled if sum(char.isalpha() for char in cell) > len(cell) / 2]
    return len(words) > len(column.filled) / 2 and (len(set(words)) > 1 or len(column.cells) == 1)


def _is_prose(column: Column) -> bool:
    """Words parted by spaces rather than numbers."""
    worded = sum(1 for cell in column.filled if " " in cell and sum(char.isalpha() for char in cell) > len(cell) / 2)
    return bool(column.filled) and worded > len(column.filled) / 2


def _is_status(column: Column) -> bool:
    """A few words, again and again, of which some say that a row did not happen, or has yet to."""
    words = set(column.filled)
    is_short = 0 < len(words) <= 6 and all(len(word) <= 24 for word in words)
    return is_short and any(is_failed(word) or is_pending(word) for word in words)


def _is_codes(column: Column) -> bool:
    """Account numbers and the like: most of their signs are digits."""
    text = "".join(column.filled).replace(" ", "")
    return bool(text) and sum(char.isdigit() for char in text) / len(text) > _CODE_MIN_DIGITS


def _best(columns: Sequence[Column], found: Sequence[int], terms: tuple[str, ...]) -> list[int]:
    """The one column whose name says it best, among those that say anything."""
    ranked = sorted(found, key=lambda at: (-fit(columns[at].name, terms) - columns[at].fill / 2, at))
    return ranked[:1]
