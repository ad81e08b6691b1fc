"""Built-in knowledge in one question: the category that texts mean, by the side of the amount."""

from dataclasses import dataclass

from farthing.classify.classifier import known_answer
from farthing.classify.meanings import Side, meanings


@dataclass(frozen=True, slots=True)
class Guess:
    """A category by the closest of its names; `names` are what else it may be called."""

    category: str
    reason: str
    confidence: int
    names: tuple[str, ...] = ()


def guess(amount: int, *texts: str | None) -> Guess | None:
    """The category that brands or words in the texts mean, on the side that the sign of the amount says."""
    found = known_answer(texts, Side.INCOME if amount > 0 else Side.EXPENSE)
    if found is None:
        return None
    meaning = meanings()[found.meaning]
    return Guess(meaning.name, found.reason, int(found.sure), meaning.names)
