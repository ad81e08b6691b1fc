"""Every word that the vocabularies hold, for telling a text that reads well from one that was decoded wrongly."""

from functools import cache

from farthing.ingest.readers.table.vocabulary import amounts, dates, flags, texts
from farthing.ingest.readers.table.vocabulary.months import MONTHS


@cache
def known_words() -> frozenset[str]:
    groups = [group for module in (amounts, dates, flags, texts) for group in vars(module).values()]
    told = [term for group in groups if isinstance(group, tuple) for term in group]
    return frozenset(word for term in (*told, *MONTHS) for word in term.split(" ") if len(word) > 2)
