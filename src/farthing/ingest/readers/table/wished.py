"""Columns that a person named, found in the table."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from farthing.ingest.errors import WishInvalid
from farthing.ingest.readers.table.columns import Column
from farthing.ingest.readers.table.currencies import Denomination
from farthing.ingest.readers.table.dating import Dating
from farthing.ingest.readers.table.wording import Wording
from farthing.ingest.readers.table.words import folded

_WORDY = ("payee", "payer", "memo", "type", "category", "reference", "account", "account_of_other", "status")
_FIGURES = ("amount", "debit", "credit", "flag", "fee", "blocked", "balance")
_OTHERS = ("date", "value_date", "currency", "original_currency", "original")


def places_of(roles: Mapping[str, str], columns: Sequence[Column]) -> dict[str, tuple[int, ...]]:
    """Each role that was named with the places of its columns."""
    unknown = set(roles) - {*_WORDY, *_FIGURES, *_OTHERS}
    if unknown:
        raise WishInvalid(f"No column can be {min(unknown)!r}; it can be {', '.join((*_OTHERS, *_FIGURES, *_WORDY))}.")
    return {role: _places(told, columns) for role, told in roles.items()}


def _places(told: str, columns: Sequence[Column]) -> tuple[int, ...]:
    whole = _place(told, columns)
    if whole is not None:
        return (whole,)
    found = [_place(part, columns) for part in told.split(",")]
    missing = [part.strip() for part, at in zip(told.split(","), found, strict=True) if at is None]
    if missing:
        raise WishInvalid(f"This file has no column {missing[0]!r}. Name one of its header, or its number as #1.")
    return tuple(at for at in found if at is not None)


def _place(told: str, columns: Sequence[Column]) -> int | None:
    word = told.strip()
    if word.startswith("#") and word[1:].isdigit():
        at = int(word[1:]) - 1
        return at if 0 <= at < len(columns) else None
    exact = [column.index for column in columns if column.name and column.name == word]
    alike = [column.index for column in columns if column.name and folded(column.name) == folded(word)]
    return next(iter(exact or alike), None)


def worded(wording: Wording, places: Mapping[str, tuple[int, ...]]) -> Wording:
    """A column that was named for one role has no other."""
    wished = {role: at for role, at in places.items() if role in _WORDY}
    taken = {at for found in places.values() for at in found}
    left = {
        role: tuple(at for at in found if at not in taken)
        for role, found in wording.columns.items()
        if role not in wished
    }
    kept = {role: found for role, found in {**left, **wished}.items() if found}
    return Wording(kept, tuple(at for at in wording.spare if at not in taken))


def dated(dating: Dating, places: Mapping[str, tuple[int, ...]]) -> Dating:
    booking = places.get("date", dating.booking)
    return replace(dating, booking=booking, value=next(iter(places.get("value_date", ())), dating.value))


def denominated(found: Denomination, places: Mapping[str, tuple[int, ...]], currency: str | None) -> Denomination:
    column = next(iter(places.get("currency", ())), found.column)
    original = next(iter(places.get("original_currency", ())), found.original)
    because = "you said so" if currency or "currency" in places else found.because
    return Denomination(column, original, currency.upper() if currency else found.fixed, because)
