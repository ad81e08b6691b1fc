"""How each database's full text is asked for words."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from farthing.ledger.query import Text


class Spelling(NamedTuple):
    """Marks between words, behind the beginning of one, and around each."""

    both: str
    row: str
    prefix: str
    quote: str
    escapes: Mapping[int, str]

    def words(self, texts: Iterable[Text]) -> str:
        return self.both.join(map(self._words, texts))

    def _words(self, text: Text) -> str:
        words = [f"{self.quote}{token.translate(self.escapes)}{self.quote}" for token in text.tokens]
        return f"({self.row.join(words)}{self.prefix if text.is_prefix else ''})"


FTS5 = Spelling(" AND ", " + ", "*", '"', str.maketrans({'"': '""'}))
TO_TSQUERY = Spelling(" & ", " & ", ":*", "'", str.maketrans({"'": "''", "\\": "\\\\"}))
