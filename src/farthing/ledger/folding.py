"""Text as search sees it: folded to plain letters, cut into tokens, with the fields of a transaction kept apart.

Both databases index the same column and split it at blanks alone, so what is a token is decided by `tokens` alone.
"""

from farthing.kernel.folding import TOKEN_MAX, fold, tokens

__all__ = ["FIELDS", "FIELD_MAX", "SEPARATOR", "TOKEN_MAX", "fold", "name_key", "search_text", "tag_key", "tokens"]

FIELD_MAX = 4000
"""Characters of one field that are searched, as many as a note may have; words beyond are left out."""
SEPARATOR = "|"
"""Stands between fields. It is no letter, so no phrase reaches over it."""
FIELDS = ("description", "payee", "merchant", "der_merchant", "location", "reference", "note")
"""What of a transaction is searched, in the order of `search_text`; searching one field counts separators."""


def search_text(*parts: str | None) -> str:
    """The column that is searched: tokens with single blanks between them, a separator between parts.

    Of a transaction the parts are its `FIELDS`, in their order.
    """
    return " ".join(f" {SEPARATOR} ".join([_field(part) for part in parts]).split())


def name_key(name: str, longest: int = 100) -> str:
    """By which a name is found again, however it is typed; it fits the column that keeps it."""
    return " ".join(fold(name).split())[:longest].rstrip()


def tag_key(name: str) -> str:
    """The same for a tag, whose column is shorter."""
    return name_key(name, 50)


def _field(part: str | None) -> str:
    if not part:
        return ""
    words = " ".join(tokens(part))
    return words if len(words) <= FIELD_MAX else words[:FIELD_MAX].rpartition(" ")[0]
