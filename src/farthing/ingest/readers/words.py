"""What a line says in words, put together the same way for every format."""

import re

_BLANKS = re.compile(r"[\s\x00-\x1f\x7f]+")
WORDS_MAX = 4000


def squeezed(text: str | None) -> str | None:
    """One line without doubled blanks; nothing where nothing was written."""
    return (_BLANKS.sub(" ", text[:WORDS_MAX]).strip() or None) if text else None


def description(*parts: str | None) -> str:
    """The parts, each told once: what another part says already is left out."""
    told: list[str] = []
    for part in filter(None, map(squeezed, parts)):
        if any(part.casefold() in other.casefold() for other in told):
            continue
        told = [other for other in told if other.casefold() not in part.casefold()] + [part]
    return " | ".join(told)
