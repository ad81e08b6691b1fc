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
        if any(_says(other, part) for other in told):
            continue
        told = [other for other in told if not _says(part, other)] + [part]
    return " | ".join(told)


def _says(longer: str, shorter: str) -> bool:
    """Whether one text begins or ends with another, as names that were cut off do, or holds it as whole words."""
    long, short = longer.casefold(), shorter.casefold()
    return long.startswith(short) or long.endswith(short) or f" {short} " in f" {long} "
